"""Functions that the fault tests run as jobs, and what runs them in a program whose whole log is seen."""

import logging
import pickle
import sys
from pathlib import Path

from core.caseload.access import LOCAL
from core.errors import AppError
from core.jobs import JobRunner
from core.workflow import tables


def read_noisily(request, settings, *, says, progress):
    """Read a table with everything in the log that any library can say of it."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
    logging.getLogger("faults").debug("reading %s", says)
    return tables.load_table(LOCAL, request, settings=settings, progress=progress).provenance


def run(place):
    """Run each of the pickled requests of a file as a job, and show how it goes and ends."""
    for request, settings, says in pickle.loads(Path(place).read_bytes()):
        job = JobRunner().start(read_noisily, request, settings, says=says, name="read")
        while not job.wait(0.1):
            print(job.progress)
        try:
            print(job.result())
        except AppError as error:
            print(repr(error), error.hint)
