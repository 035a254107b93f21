"""The demo school in three real servers and, beside it, in files: the same students twice."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from core.connections import Connection
from core.settings import Settings
from core.sources.base import ConnectionSpec, DemoSpec, FileSpec
from core.sources.demo.terms import as_of
from core.sources.demo.write import write_school
from core.sources.plan import Part, SourcePlan
from core.sources.selection import How, Measure
from tests.servers import school

SPEC = DemoSpec(students=400, dirt=False)
BASE = (
    "name", "gender", "ethnicity", "school", "programme", "cohort", "fees_owed", "attendance_rate",
    "prior_average", "last_average", "grade_trend", "not_retained",
)  # fmt: skip
SURVEYED = ("week.work_hours", "week.study_hours", "address.travel_minutes", "household.care_hours")
MEASURES = (
    Measure(How.COUNT, "", "lms_days"),
    Measure(How.SUM, "logins"),
    Measure(How.MEAN, "minutes"),
    Measure(How.TREND, "minutes"),
    Measure(How.DAYS_SINCE),
)


@dataclass(frozen=True)
class InServers:
    """The settings that reach the servers, and the plan that joins what is in them."""

    settings: Settings
    plan: SourcePlan


def plan_of(base, surveys, events, *, surveyed=SURVEYED) -> SourcePlan:
    """Return the plan over these three tables: (source, table)."""
    return SourcePlan(
        base=Part(*base, key="student_id", columns=BASE),
        parts=(
            Part(*surveys, key="student_id", columns=surveyed),
            Part(*events, key="student_id", time="day", measures=MEASURES, prefix="lms_"),
        ),
        as_of=as_of(SPEC),
    )


@pytest.fixture(scope="session")
def written_school(tmp_path_factory) -> Path:
    """The demo school's own files."""
    folder = tmp_path_factory.mktemp("school") / "files"
    write_school(SPEC, folder)
    return folder


@pytest.fixture(scope="session")
def in_files(written_school) -> SourcePlan:
    """The plan over files: documents as a table, event parts as one file."""
    documents = [
        json.loads(line) for line in (written_school / "surveys.jsonl").read_text("utf-8").splitlines()
    ]
    pd.json_normalize(documents).to_csv(written_school / "surveys.csv", index=False)
    pd.read_parquet(written_school / "lms_events").to_parquet(
        written_school / "lms_events.parquet", index=False
    )

    def of(name, ending):
        return FileSpec(path=str(written_school / f"{name}.{ending}")), name

    return plan_of(of("students", "csv"), of("surveys", "csv"), of("lms_events", "parquet"))


@pytest.fixture(scope="session")
def in_servers(tmp_path_factory, mariadb, mongo, spark_local) -> InServers:
    """The plan over MariaDB, MongoDB and Spark."""
    folder = tmp_path_factory.mktemp("servers") / "files"
    write_school(SPEC, folder)
    school.load_tables(folder, server=mariadb, database="join_school", spec=SPEC)
    school.load_documents(folder, server=mongo, database="join_surveys")
    school.place_events(folder, into=spark_local.folder)
    connections = (
        Connection.of("school", {**mariadb.settings("join_school")}),
        Connection.of("surveys", {**mongo.settings("join_surveys")}),
        replace(spark_local.connection, name="lms"),
    )
    settings = Settings(workspace=tmp_path_factory.mktemp("workspace"), connections=connections)
    plan = plan_of(
        (ConnectionSpec("school"), "students"),
        (ConnectionSpec("surveys"), "surveys"),
        (ConnectionSpec("lms", "files"), "lms_events"),
    )
    return InServers(settings, plan)
