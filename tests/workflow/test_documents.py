"""Lists in documents become rows, and rows become one value a student, through the whole plan."""

import pytest

from core.caseload.access import LOCAL
from core.connections import Connection
from core.settings import Settings
from core.sources.base import ConnectionSpec
from core.sources.plan import SourcePlan
from core.workflow import connecting, planning
from core.workflow.joining import join_plan


@pytest.fixture
def settings(tmp_path, mongo, mongo_database):
    mongo_database["students"].insert_many([{"sid": "1"}, {"sid": "2"}, {"sid": "3"}])
    mongo_database["cards"].insert_many(
        [
            {"sid": "1", "marks": [{"p": 4}, {"p": 6}], "tags": ["a"]},
            {"sid": "2", "marks": [], "tags": []},
        ]
    )
    given = {**mongo.settings(mongo_database.name)}
    return Settings(workspace=tmp_path, connections=(Connection.of("docs", given),))


def part_of(settings, table, explode="", **choices):
    source = ConnectionSpec("docs")
    look = connecting.look_at(LOCAL, source, table, settings=settings, explode=explode)
    return planning.make_part(LOCAL, look, source, explode=explode, **choices)


def test_a_list_is_turned_into_rows_and_summed_up(settings):
    base = part_of(settings, "students", key="sid")
    marks = part_of(
        settings,
        "cards",
        "marks",
        key="sid",
        measures=[("sum", "marks.p", "points"), ("count", "marks.p", "n")],
    )
    plan = SourcePlan(base, (marks,))
    frame = join_plan(LOCAL, plan, settings=settings).dataset.collect().set_index("sid")

    assert frame.loc["1", "points"] == 10.0
    assert frame["n"].to_dict() == {"1": 2.0, "2": 0.0, "3": 0.0}
    assert planning.check_drifts(LOCAL, plan, settings=settings) == ((), ())


def test_a_list_is_counted_where_it_is_not_turned_into_rows(settings):
    base = part_of(settings, "students", key="sid")
    cards = part_of(settings, "cards", key="sid", columns=("marks.count",))
    frame = join_plan(LOCAL, SourcePlan(base, (cards,)), settings=settings).dataset.collect()

    assert frame.set_index("sid")["marks.count"].fillna(-1).to_dict() == {"1": 2.0, "2": 0.0, "3": -1.0}
