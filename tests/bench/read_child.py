"""One way of reading in a process of its own: ``python -m tests.bench.read_child REQUEST.json ANSWER.json``.

The clock runs from after the imports until the result is there; ``clocked`` says what is measured.
"""

import json
import sys
from pathlib import Path

from tests.bench import clocked, read_naive, read_ours

WAYS = {**read_ours.WAYS, **read_naive.WAYS}


def main(request_place, answer_place):
    """Read as the request says, and write what it took and what was found."""
    request = json.loads(Path(request_place).read_text(encoding="utf-8"))
    work, check = WAYS[request["way"]](request)
    laps, found = clocked.timed(work)
    answer = {"laps": laps, "n_rows": len(found), "sums": check(found)}
    Path(answer_place).write_text(json.dumps(answer), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
