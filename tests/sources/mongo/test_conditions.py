"""Conditions mean on the server what they mean in pandas, and nothing but scalars reaches it."""

import datetime as dt
import json

import bson
import pytest
from bson import json_util

from core import frames
from core.errors import InvalidChoice
from core.sources.join.conditions import matching
from core.sources.selection import Condition, Test

DAY = dt.datetime(2024, 5, 1)
ROWS = [
    {"_id": 1, "n": 3, "t": "a1", "d": DAY, "b": True, "in": {"x": 1.5}},
    {"_id": 2, "n": 3.0, "t": "A1", "d": DAY.replace(hour=23, minute=59), "b": False},
    {"_id": 3, "n": None, "t": None, "d": None, "b": None, "in": None},
    {"_id": 4},
    {"_id": 5, "n": float("nan"), "t": "a1 ", "d": DAY + dt.timedelta(days=1), "b": True, "in": {"x": 7}},
    {"_id": 6, "n": float("inf"), "t": "é", "d": dt.datetime(1950, 1, 1), "b": False, "in": {}},
    {"_id": 7, "n": -4.5, "t": "$t", "d": dt.datetime(2031, 1, 1), "b": True, "in": {"x": None}},
    {"_id": 8, "n": bson.Int64(10**12), "t": "", "d": DAY - dt.timedelta(milliseconds=1), "b": False},
]
VALUES = {
    "n": [3, -4.5, 10**12, 2.99, "3", float("inf")],
    "t": ["a1", "A1", "a1 ", "é", "$t", "", "zz", 3],
    "d": ["2024-05-01", "2024-05-02", "2024-05-01 23:59:00", "1950-01-01", "2030-12-31"],
    "b": [True, 0, 1.0],
    "in.x": [1.5, 7, 0],
}
COMPARED = [Test.IS, Test.IS_NOT, Test.AT_LEAST, Test.AT_MOST, Test.ABOVE, Test.BELOW]


def conditions():
    for column, values in VALUES.items():
        yield from (Condition(column, test) for test in (Test.MISSING, Test.PRESENT))
        yield from (Condition(column, test, value) for test in COMPARED for value in values)
        yield Condition(column, Test.ONE_OF, values=tuple(values[:2]))
        yield Condition(column, Test.ONE_OF)


def test_every_condition_chooses_the_rows_that_pandas_chooses(mongo_database, source_of):
    mongo_database.create_collection("students", collation={"locale": "en", "strength": 1})
    source = source_of(ROWS)
    whole = source.load("students")
    frame = frames.collect(whole.frame)
    for condition in conditions():
        chosen = matching(frame, whole.schema, [condition])
        expected = [row["_id"] for row, is_chosen in zip(ROWS, chosen, strict=True) if is_chosen]
        found = source.arrow("students", columns=["_id"], rows=[condition]).table["_id"].to_pylist()

        assert found == expected, condition


def test_several_conditions_hold_together(source_of):
    chosen = [Condition("n", Test.PRESENT), Condition("t", Test.IS_NOT, "a1"), Condition("b", Test.IS, True)]
    found = source_of(ROWS).arrow("students", rows=chosen).table

    assert found["_id"].to_pylist() == [7]


def test_mixed_fields_are_compared_as_the_text_that_they_show(source_of):
    source = source_of(
        [{"_id": i, "f": value} for i, value in enumerate([7, "7", 7.5, True, "true", None, DAY])]
    )

    def chosen(*given):
        found = source.arrow("students", columns=["_id"], rows=[Condition("f", *given)])
        return found.table["_id"].to_pylist()

    assert chosen(Test.IS, "7") == [0, 1]
    assert chosen(Test.IS, "7.5") == [2]
    assert chosen(Test.IS, "true") == [3, 4]
    assert chosen(Test.IS, "2024-05-01") == [6]
    assert chosen(Test.MISSING) == [5]


def test_values_of_types_that_no_sampled_document_has_are_compared_as_the_text_that_they_show(source_of):
    odd = [5, 5.5, True, DAY, "5", None]
    documents = [{"_id": i, "level": "low"} for i in range(3_000)]
    for place, value in enumerate(odd, 1_500):
        documents[place]["level"] = value
    source = source_of(documents)

    def chosen(*given, **more):
        rows = [Condition("level", *given, **more)]
        return source.arrow("students", columns=["_id"], rows=rows).table["_id"].to_pylist()

    shown = source.load("students").collect()["level"].tolist()
    assert shown[1_500:1_505] == ["5", "5.5", "true", "2024-05-01", "5"]
    for text in shown[1_500:1_504]:
        assert chosen(Test.IS, text) == [i for i, cell in enumerate(shown) if cell == text]
    assert chosen(Test.ONE_OF, values=("5", "true")) == [1_500, 1_502, 1_504]
    assert not {1_500, 1_504} & set(chosen(Test.IS_NOT, "5"))
    assert chosen(Test.BELOW, "5.5") == [1_500, 1_503, 1_504]


def test_fields_that_count_an_array_or_have_dollar_names_can_be_compared(source_of):
    source = source_of([{"_id": 1, "tags": [1, 2], "$x": "a", "p.q": 1}, {"_id": 2, "tags": [], "$x": "b"}])

    for condition, ids in [
        (Condition("tags.count", Test.ABOVE, 1), [1]),
        (Condition('["$x"]', Test.IS, "b"), [2]),
        (Condition('["p.q"]', Test.MISSING), [2]),
    ]:
        assert source.arrow("students", rows=[condition]).table["_id"].to_pylist() == ids


HOSTILE = [
    {"$ne": None},
    {"$where": "sleep(1000)"},
    ["a", {"$gt": ""}],
    {"$function": {"body": "f", "args": [], "lang": "js"}},
    bson.Code("function() { return true }"),
    bson.Regex("(a+)+$"),
    b"bytes",
    DAY,
]


@pytest.mark.parametrize("value", HOSTILE, ids=repr)
@pytest.mark.parametrize("test", [Test.IS, Test.ONE_OF])
def test_what_is_no_scalar_is_refused_before_the_driver(source_of, value, test):
    given = {"values": (value,)} if test is Test.ONE_OF else {"value": value}
    for column in ("t", "n", "d"):
        with pytest.raises(InvalidChoice, match=f"'{column}' cannot be compared with a"):
            source_of(ROWS[:0] or [{"t": "a", "n": 1, "d": DAY}]).load(
                "students", rows=[Condition(column, test, **given)]
            )


@pytest.mark.parametrize(
    ("column", "value", "what"),
    [("n", "many", "number"), ("d", "soon", "day"), ("d", 3, "day"), ("n", float("nan"), "number"),
     ("t", "\ud800", "text")],
)  # fmt: skip
def test_a_value_of_another_kind_is_refused_with_an_example(source_of, column, value, what):
    with pytest.raises(
        InvalidChoice, match=f"The column '{column}' holds {what}s and cannot be compared"
    ) as caught:
        source_of(ROWS).load("students", rows=[Condition(column, Test.IS, value)])

    assert caught.value.hint.startswith(f"Give a {what}, like ")


ALLOWED = {
    "$match", "$expr", "$and", "$or", "$not", "$eq", "$gt", "$gte", "$lt", "$lte", "$literal", "$project",
    "$limit", "$in", "$type", "$natural", "$switch", "$cond", "$let", "$toDate", "$sort", "$date",
    "$numberDouble", "$toString", "$toLong", "$abs", "$trunc", "$dateToString", "$dateTrunc",
}  # fmt: skip


def test_texts_that_look_like_operators_reach_the_server_as_texts(source_of, mongo_database):
    source = source_of(ROWS)
    mongo_database.command("profile", 2)
    words = [
        "$where",
        "$$ROOT",
        '{"$ne": null}',
        "this.a == 1",
        "__proto__",
        "a\x00b",
        "$t",
        "'; return true; //",
    ]
    for word in words:
        rows = [Condition("t", Test.IS, word)]
        found = source.arrow("students", rows=rows).table["_id"].to_pylist()
        assert found == ([7] if word == "$t" else [])
    mongo_database.command("profile", 0)

    seen, texts = set(), set()
    for entry in mongo_database["system.profile"].find({"appName": "Waymark"}):
        _keys(entry["command"], seen, texts)
    assert texts >= set(words)
    assert {key for key in seen if key.startswith("$")} - {"$db", "$readPreference"} <= ALLOWED
    assert json.loads(json_util.dumps(sorted(seen)))


def _keys(value, seen, texts):
    if isinstance(value, dict):
        for key, inner in value.items():
            seen.add(key)
            if key == "$literal" and isinstance(inner, str):
                texts.add(inner)
            _keys(inner, seen, texts)
    elif isinstance(value, list):
        for inner in value:
            _keys(inner, seen, texts)
