"""Functions that the fault tests run as jobs, and what runs them in a program whose whole log is seen."""

import json
import logging
import sys
from dataclasses import fields

from core.caseload.access import LOCAL
from core.connections import Connection
from core.errors import AppError
from core.jobs import JobRunner
from core.settings import CONNECTIONS, PREFIX, Settings
from core.sources.join.plan_json import plan_from_json, plan_to_json
from core.workflow import tables
from core.workflow.requests import TableRequest

STATED = [item.name for item in fields(Connection) if item.name not in {"name", "origin"}]
"""What settings say of a connection."""


def read_noisily(request, settings, *, says, progress):
    """Read a table with everything in the log that any library can say of it."""
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
    logging.getLogger("faults").debug("reading %s", says)
    return tables.load_table(LOCAL, request, settings=settings, progress=progress).provenance


def as_json(wanted):
    """Return requests for plans, each with its settings and a word for the log, as ``run`` reads them."""
    return json.dumps(
        [
            {
                "plan": plan_to_json(request.source),
                "revision": request.revision,
                "environment": environment_of(settings),
                "says": says,
            }
            for request, settings, says in wanted
        ]
    )


def environment_of(settings):
    """Return the environment that states the workspace and the connections of some settings."""
    stated = {f"{PREFIX}WORKSPACE": str(settings.workspace)}
    for connection in settings.connections:
        for key in STATED:
            value = getattr(connection, key)
            text = value.reveal() if key == "password" else str(value)
            stated[f"{CONNECTIONS}{connection.name}__{key}".upper()] = text
    return stated


def run(text):
    """Run each of the requests of a JSON text as a job, and show how it goes and ends."""
    for given in json.loads(text):
        request = TableRequest(plan_from_json(given["plan"]), revision=given["revision"])
        settings = Settings.load(env=given["environment"])
        job = JobRunner().start(read_noisily, request, settings, says=given["says"], name="read")
        while not job.wait(0.1):
            print(job.progress)
        try:
            print(job.result())
        except AppError as error:
            print(repr(error), error.hint)
