"""Tables changed by the server's own statements between two readings: named, never a wrong number."""

import contextlib
import sqlite3
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core.caseload.access import LOCAL
from core.connections import Connection
from core.settings import Settings
from core.sources.base import ConnectionSpec
from core.sources.join.drift import with_types
from core.workflow import connecting
from core.workflow.joining import join_plan
from tests.faults import verdicts
from tests.faults.drifts import plan_over, tables
from tests.faults.stores import STORES

HELD = tables()
SQL_TYPES = {
    "students": "student_id VARCHAR(9), score DOUBLE, hours INT, born DATE, lunch VARCHAR(9), spare CHAR(1)",
    "visits": "student VARCHAR(9), day DATE, minutes DOUBLE, word VARCHAR(9)",
}


@dataclass(frozen=True)
class Place:
    """A source with the tables in it, and what changes them."""

    connection: Connection
    run: Any
    """SQL: runs a statement. MongoDB: the database."""

    def settings(self, folder) -> Settings:
        return Settings(workspace=folder / "ws", connections=(self.connection,))

    def plan(self, settings):
        """The plan as a person makes it, with today's types."""
        plan = plan_over(ConnectionSpec("store"))
        looks = [
            connecting.look_at(LOCAL, part.source, part.table, settings=settings) for part in plan.tables
        ]
        base, visits = (with_types(part, look.info) for part, look in zip(plan.tables, looks, strict=True))
        return replace(plan, base=base, parts=(visits,))


def verdict_after(change, place, folder, names):
    """The verdict on a reading after the change, while a copy of before lies there."""
    settings = place.settings(folder)
    plan = place.plan(settings)
    before = join_plan(LOCAL, plan, settings=settings).dataset.collect()
    change(place.run)
    return verdicts.read_drifted(
        lambda: join_plan(LOCAL, plan, settings=settings).dataset, before, names=names
    )


@pytest.fixture
def sqlite_place(tmp_path):
    file = tmp_path / "school.db"

    def run(statement, rows=None):
        with contextlib.closing(sqlite3.connect(file)) as connection, connection:
            connection.executemany(statement, rows) if rows else connection.execute(statement)

    for name, columns in SQL_TYPES.items():
        run(f"CREATE TABLE {name} ({columns})")
        rows = HELD[name].astype("object")
        marks = ", ".join("?" * rows.shape[1])
        cells = [[str(cell) if hasattr(cell, "year") else cell for cell in row] for row in rows.to_numpy()]
        run(f"INSERT INTO {name} VALUES ({marks})", cells)
    return Place(Connection.of("store", {"kind": "sqlite", "file": str(file)}), run)


@pytest.fixture
def mariadb_place(request, mariadb_database):
    store = STORES["mariadb"](request)
    store.write(HELD)

    def run(statement):
        mariadb_database.server.execute(f"USE {mariadb_database.name}", statement)

    return Place(store.connection, run)


@pytest.fixture
def mongo_place(request, mongo_database):
    store = STORES["mongo"](request)
    store.write(HELD)
    return Place(store.connection, mongo_database)


SQL = {
    "column dropped": ("ALTER TABLE students DROP COLUMN score", ("students", "score")),
    "column renamed": ("ALTER TABLE visits RENAME COLUMN minutes TO mins", ("visits", "minutes")),
    "table dropped": ("DROP TABLE visits", ("visits",)),
    "column added": ("ALTER TABLE students ADD COLUMN more INT", ()),
}
OF_MARIADB = {
    "number becomes text": ("ALTER TABLE visits MODIFY minutes VARCHAR(20)", ("visits", "minutes")),
    "columns reordered": ("ALTER TABLE students MODIFY hours INT FIRST", ()),
}
OF_MONGO = {
    "field dropped": ("students", {"$unset": {"score": 1}}, ("students", "score")),
    "field renamed": ("visits", {"$rename": {"minutes": "mins"}}, ("visits", "minutes")),
    "number becomes text": (
        "students",
        [{"$set": {"hours": {"$toString": "$hours"}}}],
        ("students", "hours"),
    ),
    "number becomes list": ("visits", [{"$set": {"minutes": ["$minutes"]}}], ("visits", "minutes")),
    "field added": ("students", {"$set": {"more": 1}}, ()),
}


@pytest.mark.parametrize("case", SQL)
def test_sqlite(sqlite_place, tmp_path, case):
    statement, names = SQL[case]
    verdict, words = verdict_after(lambda run: run(statement), sqlite_place, tmp_path, names)

    assert verdict == ("named" if names else "right"), words


@pytest.mark.parametrize("case", [*SQL, *OF_MARIADB])
def test_mariadb(mariadb_place, tmp_path, case):
    statement, names = (SQL | OF_MARIADB)[case]
    verdict, words = verdict_after(lambda run: run(statement), mariadb_place, tmp_path, names)

    assert verdict == ("named" if names else "right"), words


@pytest.mark.parametrize("case", OF_MONGO)
def test_mongo(mongo_place, tmp_path, case):
    table, change, names = OF_MONGO[case]
    verdict, words = verdict_after(
        lambda database: database[table].update_many({}, change), mongo_place, tmp_path, names
    )

    assert verdict == ("named" if names else "right"), words


@pytest.mark.parametrize("value", ["ill", "12", ["1", "2"], {"m": 1}, float("nan")], ids=str)
def test_mongo_where_one_document_of_many_changed_adds_up_the_others_and_counts_it(
    mongo_place, tmp_path, value
):
    settings = mongo_place.settings(tmp_path)
    plan = mongo_place.plan(settings)
    before = join_plan(LOCAL, plan, settings=settings).dataset.collect().set_index("student_id")
    changed = mongo_place.run["visits"].find_one({"student": "0006", "word": "talk"})
    mongo_place.run["visits"].update_one({"_id": changed["_id"]}, {"$set": {"minutes": value}})
    try:
        dataset = join_plan(LOCAL, plan, settings=settings).dataset
    except verdicts.SchemaChanged as error:
        assert "'minutes'" in str(error)  # noqa: PT017  either answer is right
        return
    after = dataset.collect().set_index("student_id")
    same = before.index != "0006"

    assert after["minutes"][same].equals(before["minutes"][same])
    assert after["minutes"]["0006"] == before["minutes"]["0006"] - changed["minutes"]
    assert any("minutes" in note and "1" in note for note in dataset.provenance.notes)
