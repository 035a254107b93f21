"""Waymark's own ways of reading, as ``read_child`` runs them."""

from datetime import date
from importlib import import_module
from pathlib import Path

from core.caseload.access import LOCAL
from core.connections import Connection
from core.settings import Settings
from core.sources.base import ConnectionSpec
from core.sources.join.source import read_part
from core.sources.open import open_source
from core.sources.plan import Part
from core.sources.selection import How, Measure
from core.workflow.connecting import look_at
from core.workflow.stated import connections_of

DRIVERS = {"mysql": "connectorx", "mongodb": "pymongo", "spark": "pyspark.sql.connect.session"}
ADAPTERS = {"mysql": "sql", "mongodb": "mongo", "spark": "spark"}
MEASURES = (
    Measure(How.COUNT),
    Measure(How.SUM, "minutes"),
    Measure(How.MEAN, "minutes"),
    Measure(How.LAST, "logins"),
    Measure(How.TREND, "minutes"),
    Measure(How.DAYS_SINCE),
)
TITLES = [measure.title for measure in MEASURES]


def load(request):
    """Return a load of a whole table; at the lap ``adapter`` the adapter hands its Arrow table over."""
    source, module = _opened(request)
    typed = module.dataset_of

    def work(lap):
        def handed_over(table, **told):
            lap("adapter")
            return typed(table, **told)

        module.dataset_of = handed_over
        return source.load(request["table"]).collect()

    return work, lambda frame: {request["sum_of"]: float(frame[request["sum_of"]].sum())}


def group(request):
    """Return the measures of each student, worked out by the engine that holds the events."""
    source, _ = _opened(request)
    spec = ConnectionSpec("bench")
    part = Part(spec, request["table"], key="student_id", time="day", measures=MEASURES)
    as_of = date.fromisoformat(request["as_of"])
    source.describe(part.table)  # Spark is a program that starts before the clock does

    def work(lap):
        return read_part(source, part, as_of=as_of).dataset.collect()

    return work, lambda frame: {title: float(frame[title].sum()) for title in TITLES}


def look(request):
    """Return the look at a table that the Data sources page shows before a load."""
    settings = _settings(request)
    _opened(request)
    spec = ConnectionSpec("bench")
    return lambda lap: look_at(LOCAL, spec, request["table"], settings=settings).rows, lambda frame: {}


def _settings(request):
    connection = Connection.of("bench", request["connection"])
    return Settings(connections=(connection,), workspace=Path(request["folder"]))


def _opened(request):
    """Return the source, nothing connected yet, and the module of its adapter, all imported."""
    kind = request["connection"]["kind"]
    import_module(DRIVERS[kind])
    source = open_source(ConnectionSpec("bench"), connections=connections_of(_settings(request)))
    return source, import_module(f"core.sources.{ADAPTERS[kind]}.source")


WAYS = {"load": load, "group": group, "look": look}
