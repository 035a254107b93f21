"""One way of reading in a process of its own: ``python -m tests.bench.read_child REQUEST.json ANSWER.json``.

The clock runs from after the imports until the result is there. Memory is what the system says of this
process: its peak, less what it held before the clock started; what a server or Java holds is theirs.
"""

import json
import re
import sys
import time
from pathlib import Path

from tests.bench import read_naive, read_ours

WAYS = {**read_ours.WAYS, **read_naive.WAYS}
KIB_IN_MIB = 1024


def main(request_place, answer_place):
    """Read as the request says, and write what it took and what was found."""
    request = json.loads(Path(request_place).read_text(encoding="utf-8"))
    work, check = WAYS[request["way"]](request)
    before = held("VmRSS")
    started = time.perf_counter()
    laps = {}
    found = work(lambda name: laps.setdefault(name, lap(started, before)))
    whole = lap(started, before)
    laps |= {"whole": whole, "process": {"seconds": whole["seconds"], "mib": held("VmHWM")}}
    answer = {"laps": laps, "n_rows": len(found), "sums": check(found)}
    Path(answer_place).write_text(json.dumps(answer), encoding="utf-8")


def lap(started, before):
    """Return what was taken until now."""
    return {"seconds": time.perf_counter() - started, "mib": held("VmHWM") - before}


def held(what):
    """Return MiB of resident memory: ``VmRSS`` now, ``VmHWM`` at its peak.

    Not ``ru_maxrss``: Linux hands that of a parent on to the program that it starts.
    """
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(re.search(rf"^{what}:\s+(\d+) kB$", status, re.MULTILINE)[1]) / KIB_IN_MIB


if __name__ == "__main__":
    main(*sys.argv[1:])
