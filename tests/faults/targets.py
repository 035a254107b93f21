"""Functions that the fault tests run as jobs, and the little program that runs one and shows its whole log."""

import logging
import pickle
import sys
from pathlib import Path

from core.caseload.access import LOCAL
from core.jobs import JobRunner
from core.workflow import tables


def read_noisily(request, settings, *, says="", progress):
    """Read a table with everything in the log that any library can say of it."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
    logging.getLogger("faults").debug("reading %s", says)
    return tables.load_table(LOCAL, request, settings=settings, progress=progress).provenance


def main(place: Path) -> None:
    """Run the pickled request of a file as a job, and say how it ended."""
    request, settings, says = pickle.loads(place.read_bytes())
    job = JobRunner().start(read_noisily, request, settings, says=says, name="read")
    while not job.wait(0.1):
        print(job.progress)
    try:
        print(job.result())
    except Exception as error:  # noqa: BLE001  whatever it is, it is shown
        print(repr(error), getattr(error, "hint", ""))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
