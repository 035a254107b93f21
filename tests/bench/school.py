"""Write the demo school's students as a file: ``python -m tests.bench.school N STUDENTS.csv``."""

import sys
from pathlib import Path

from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource


def main(n_students, place):
    """Write ``n_students`` with the planted dirt that a real file has."""
    table = DemoSource(DemoSpec(students=int(n_students), dirt=True)).load("students")
    table.collect().to_csv(Path(place), index=False)


if __name__ == "__main__":
    main(*sys.argv[1:])
