"""A MariaDB and a MongoDB with the same school in both, and plans over them: whole rows can be told from halves.

Every row carries the number of the state that it is from, so a table that mixes two states, lacks a row or
takes one twice shows itself, and so does an old one that passes for new.
"""

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

import pandas as pd
from pymongo.write_concern import WriteConcern

from core.connections import Connection
from core.settings import Settings
from core.sources.base import ConnectionSpec
from core.sources.plan import Part, SourcePlan
from core.sources.selection import How, Measure
from tests.servers.mariadb_login import MariaDb
from tests.servers.mongo_login import Mongo

VISITS = 2
"""Rows of a student in ``visits``; each is so many minutes long as the state has a number."""
DAY = datetime(2026, 1, 5)
SOURCES = ("mariadb", "mongo")
NAMES = {"mariadb": "school", "mongo": "surveys"}
"""The names of the connections."""


@dataclass
class World:
    """The two servers, the accounts that Waymark uses, and the state that both are in."""

    mariadb: MariaDb
    mongo: Mongo
    n_students: int = 0
    state: int = 0
    password: str = field(default_factory=lambda: f"canary-{secrets.token_hex(8)}")
    """Of both accounts; it must never be seen again."""

    @cached_property
    def ids(self) -> list[str]:
        """The students, in the order of both tables."""
        return [f"S{number:06d}" for number in range(self.n_students)]

    def server(self, source: str) -> MariaDb | Mongo:
        """Return one of the servers."""
        return self.mariadb if source == "mariadb" else self.mongo

    def fill(self, *, n_students: int) -> None:
        """Make both tables in both servers, and the accounts."""
        self.n_students = n_students
        self.__dict__.pop("ids", None)
        self.state = 1
        numbers = f"seq_0_to_{n_students - 1}"
        ids = "CONCAT('S', LPAD(seq, 6, '0'))"
        self.mariadb.execute(
            "CREATE OR REPLACE DATABASE faults CHARACTER SET utf8mb4",
            "USE faults",
            "CREATE TABLE faults.students (nr INT PRIMARY KEY, student_id CHAR(7), state INT, score DOUBLE, "
            "note VARCHAR(80))",
            f"INSERT INTO faults.students SELECT seq, {ids}, 1, seq / 8, REPEAT('x', 60) FROM {numbers}",
            "CREATE TABLE faults.visits (nr INT PRIMARY KEY AUTO_INCREMENT, student CHAR(7), day DATE, "
            "minutes DOUBLE)",
            *[
                f"INSERT INTO faults.visits (student, day, minutes) SELECT {ids}, '2026-01-05', 1 FROM {numbers}"
                for _ in range(VISITS)
            ],
            "ANALYZE TABLE faults.students, faults.visits",
        )
        with self.mongo.client(patience_ms=20_000) as client:
            client.drop_database("faults")
            client["faults"]["students"].insert_many(
                {"_id": i, "student_id": name, "state": 1, "score": i / 8, "note": "x" * 60}
                for i, name in enumerate(self.ids)
            )
            client["faults"]["visits"].insert_many(
                {"_id": i, "student": self.ids[i % n_students], "day": DAY, "minutes": 1.0}
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

    def move_on(self) -> None:
        """Bring every row of both servers to the next state."""
        self.state += 1
        self.mariadb.execute(
            f"UPDATE faults.students SET state = {self.state}",
            f"UPDATE faults.visits SET minutes = {self.state}",
        )
        with self.mongo.client(patience_ms=20_000) as client:
            database = client.get_database("faults", write_concern=WriteConcern(w=1, j=True))
            database["students"].update_many({}, {"$set": {"state": self.state}})
            database["visits"].update_many({}, {"$set": {"minutes": float(self.state)}})

    def settings(self, workspace, **ports: int) -> Settings:
        """Return settings that reach both servers with the readers' accounts, by other ports where given."""
        made = []
        for source in SOURCES:
            login = replace(self.server(source), user="reader", password=self.password)
            stated = login.settings("faults")
            made.append(
                Connection.of(NAMES[source], {**stated, "port": ports.get(source, stated["port"])})
            )
        return Settings(workspace=workspace, connections=tuple(made))


def plan_over(base: str = "mariadb", measured: str = "mongo") -> SourcePlan:
    """Return the plan: students of one server, and their visits, summed, of the same or the other."""
    return plan_of(ConnectionSpec(NAMES[base]), ConnectionSpec(NAMES[measured]))


def plan_of(students: ConnectionSpec, visits: ConnectionSpec) -> SourcePlan:
    """Return the plan over the tables of these connections."""
    return SourcePlan(
        Part(students, "students", key="student_id", columns=("student_id", "state", "score", "note")),
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


def is_whole(frame: pd.DataFrame, world: World) -> bool:
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
    found = (frame[name].astype("float64").unique() for name in ("state", "length"))
    students, visits = (float(each[0]) if len(each) == 1 else None for each in found)
    return students, visits
