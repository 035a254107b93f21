"""Work in a process of its own, timed: ``python -m tests.bench.clocked MODULE REQUEST.json ANSWER.json``.

``MODULE`` is a neighbour of this one; its ``prepared`` gets the request, and returns the work, and a look at
what the work found: the number of rows, and numbers to compare by name. Standard library only, because some
neighbours run in an environment of their own.

The clock runs from after the imports, with the table in memory. Memory is what the system says of this
process: its peak, less what it held before the clock started; what a server or Java holds is theirs.
"""

import gc
import json
import re
import sys
import time
from importlib import import_module
from pathlib import Path

KIB_IN_MIB = 1024
FORGET_PEAK = "5"
"""Written to ``/proc/self/clear_refs``, it makes what is held now the peak (Linux, proc(5))."""


def main(module, request_place, answer_place):
    """Work as the request says, and write what it took and what was found."""
    request = json.loads(Path(request_place).read_text(encoding="utf-8"))
    work, look = import_module(f"tests.bench.{module}").prepared(request)
    gc.collect()
    Path("/proc/self/clear_refs").write_text(FORGET_PEAK, encoding="utf-8")
    laps, found = timed(work)
    n_rows, sums = look(found)
    answer = {"laps": laps, "n_rows": n_rows, "sums": sums}
    Path(answer_place).write_text(json.dumps(answer), encoding="utf-8")


def timed(work):
    """Return what the work took until each of its laps, and what it found; it is given how to say a lap."""
    before = held("VmRSS")
    started = time.perf_counter()
    laps = {}
    found = work(lambda name: laps.setdefault(name, lap(started, before)))
    whole = lap(started, before)
    laps |= {"whole": whole, "process": {"seconds": whole["seconds"], "mib": held("VmHWM")}}
    return laps, found


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
