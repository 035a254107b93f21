"""The same school in MariaDB, MongoDB and Spark, and plans over it: whole rows can be told from halves.

Every row carries the number of the state that it is from, so a table that mixes two states, lacks a row or
takes one twice shows itself, and so does an old one that passes for new.
"""

import os
import secrets
import signal
from dataclasses import dataclass, field, replace
from datetime import datetime

import pandas as pd
from pymongo.write_concern import WriteConcern

from core.connections import Connection
from core.settings import Settings
from core.sources.base import ConnectionSpec
from core.sources.plan import Part, SourcePlan
from core.sources.selection import How, Measure
from tests.servers.mariadb_login import MariaDb
from tests.servers.mongo_login import Mongo
from tests.servers.spark_cluster import SparkPlace

VISITS = 2
"""Rows of a student in ``visits``; each is so many minutes long as the state has a number."""
DAY = datetime(2026, 1, 5)
SOURCES = ("mariadb", "mongo")
NAMES = {"mariadb": "school", "mongo": "surveys"}
"""The names of the connections."""


@dataclass(kw_only=True)
class School:
    """The students that every place of a test holds, and the state that they are in."""

    n_students: int = 0
    state: int = 0

    @property
    def ids(self) -> list[str]:
        """The students, in the order of both tables."""
        return [f"S{number:06d}" for number in range(self.n_students)]


@dataclass
class World(School):
    """The school in two servers, and the accounts that Waymark uses there."""

    mariadb: MariaDb
    mongo: Mongo
    password: str = field(default_factory=lambda: f"canary-{secrets.token_hex(8)}")
    """Of both accounts; it must never be seen again."""

    def server(self, source: str) -> MariaDb | Mongo:
        """Return one of the servers."""
        return self.mariadb if source == "mariadb" else self.mongo

    def fill(self, *, n_students: int) -> None:
        """Make both tables in both servers, and the accounts."""
        self.n_students = n_students
        self.state = 1
        numbers = f"seq_0_to_{n_students - 1}"
        ids = "CONCAT('S', LPAD(seq, 6, '0'))"
        self.mariadb.execute(
            "CREATE OR REPLACE DATABASE faults CHARACTER SET utf8mb4",
            "USE faults",
            "CREATE TABLE faults.students (nr INT PRIMARY KEY, student_id CHAR(7), edition INT, "
            "score DOUBLE, note VARCHAR(80))",
            f"INSERT INTO faults.students SELECT seq, {ids}, 1, seq / 8, REPEAT('x', 60) FROM {numbers}",
            "CREATE TABLE faults.visits (nr INT PRIMARY KEY AUTO_INCREMENT, student CHAR(7), day DATE, "
            "minutes DOUBLE)",
            *[
                "INSERT INTO faults.visits (student, day, minutes) "
                f"SELECT {ids}, '2026-01-05', 1 FROM {numbers}"
                for _ in range(VISITS)
            ],
            "ANALYZE TABLE faults.students, faults.visits",
        )
        with self.mongo.client(patience_ms=20_000) as client:
            client.drop_database("faults")
            client["faults"]["students"].insert_many(
                {"_id": i, "student_id": name, "edition": 1, "score": i / 8, "note": "x" * 60}
                for i, name in enumerate(self.ids)
            )
            client["faults"]["visits"].insert_many(
                {"_id": i, "student": f"S{i % n_students:06d}", "day": DAY, "minutes": 1.0}
                for i in range(VISITS * n_students)
            )
        self.let_in()

    def let_in(self) -> None:
        """Give both accounts their password, also after it was changed."""
        for server in (self.mariadb, self.mongo):
            server.account("read", database="faults", user="reader", password=self.password)

    def change_login(self, source: str) -> None:
        """Give an account another password, which Waymark does not know."""
        self.server(source).account("read", database="faults", user="reader", password="changed")

    def move_on(self, *sources: str) -> None:
        """Bring every row to the next state, in both servers or in those that are named."""
        self.state += 1
        if "mariadb" in (sources or SOURCES):
            self.mariadb.execute(
                f"UPDATE faults.students SET edition = {self.state}",
                f"UPDATE faults.visits SET minutes = {self.state}",
            )
        if "mongo" in (sources or SOURCES):
            with self.mongo.client(patience_ms=20_000) as client:
                database = client.get_database("faults", write_concern=WriteConcern(w=1, j=True))
                database["students"].update_many({}, {"$set": {"edition": self.state}})
                database["visits"].update_many({}, {"$set": {"minutes": float(self.state)}})

    def settings(self, workspace, *, password: str = "", **ports: int) -> Settings:
        """Return settings that reach both servers as the reader, by another password or ports where given."""
        made = []
        for source in SOURCES:
            login = replace(self.server(source), user="reader", password=password or self.password)
            stated = login.settings("faults")
            stated["port"] = ports.get(source, stated["port"])
            made.append(Connection.of(NAMES[source], stated))
        return Settings(workspace=workspace, connections=tuple(made))


@dataclass
class SparkSchool(School):
    """The school as Parquet files under the folder of a Spark."""

    place: SparkPlace

    def move_on(self) -> None:
        """Write all files anew, in the next state."""
        self.state += 1
        numbers = range(self.n_students)
        students = pd.DataFrame(
            {
                "student_id": self.ids,
                "edition": self.state,
                "score": [i / 8 for i in numbers],
                "note": "x" * 60,
            }
        )
        visits = pd.DataFrame({"student": self.ids * VISITS, "day": DAY.date(), "minutes": float(self.state)})
        for name, rows in (("students", students), ("visits", visits)):
            folder = self.place.folder / name
            folder.mkdir(exist_ok=True)
            for part in range(4):
                rows.iloc[part * len(rows) // 4 : (part + 1) * len(rows) // 4].to_parquet(
                    folder / f"{part}.parquet", index=False
                )

    def kill(self) -> None:
        """End Spark at once."""
        server = self.place.server()
        if server is not None:
            os.kill(server.pid, signal.SIGKILL)

    def settings(self, workspace) -> Settings:
        """Return settings that lead to this Spark."""
        return Settings(workspace=workspace, connections=(self.place.connection,))


def plan_over(base: str = "mariadb", measured: str = "mongo") -> SourcePlan:
    """Return the plan: students of one server, and their visits, summed, of the same or the other."""
    return plan_of(ConnectionSpec(NAMES[base]), ConnectionSpec(NAMES[measured]))


def plan_of(students: ConnectionSpec, visits: ConnectionSpec) -> SourcePlan:
    """Return the plan over the tables of these connections."""
    return SourcePlan(
        Part(students, "students", key="student_id", columns=("student_id", "edition", "score", "note")),
        (
            Part(
                visits,
                "visits",
                key="student",
                measures=(
                    Measure(How.SUM, "minutes", "minutes"),
                    Measure(How.MEAN, "minutes", "length"),
                    Measure(How.COUNT, "", "visits"),
                ),
            ),
        ),
    )


def is_whole(frame: pd.DataFrame, world: School) -> bool:
    """Whether every student is there once and in order, with the score that only this student has."""
    scores = pd.Series(range(world.n_students), dtype="float64") / 8
    return (
        frame["student_id"].tolist() == world.ids
        and frame["score"].astype("float64").equals(scores.rename("score"))
        and bool((frame["note"] == "x" * 60).all())
        and bool((frame["visits"] == VISITS).all())
        and bool((frame["minutes"] == VISITS * frame["length"]).all())
    )


def states(frame: pd.DataFrame) -> tuple[float | None, float | None]:
    """Return the state of the students and of the visits; None where rows of several are mixed."""
    found = (frame[name].astype("float64").unique() for name in ("edition", "length"))
    students, visits = (float(each[0]) if len(each) == 1 else None for each in found)
    return students, visits
