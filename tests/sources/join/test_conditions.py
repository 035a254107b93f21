"""Conditions on rows: one meaning for every kind of column, missing cells included."""

from datetime import datetime

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ColumnNotFound, InvalidChoice
from core.schema import Column, Kind, Role, Schema
from core.sources.join.conditions import matching
from core.sources.selection import Condition, Test

FRAME = pd.DataFrame(
    {
        "points": [50.0, 61.0, None, 70.5],
        "passed": [0.0, 1.0, 1.0, None],
        "word": pd.Series(["a", "A", None, "a "], dtype="str"),
        "code": pd.Series(["7", "07", "7.0", "10"], dtype="str"),
        "at": pd.to_datetime(
            ["2026-03-09", "2026-03-10 14:30", None, "2026-03-11"], format="ISO8601"
        ).as_unit("us"),
        "dirty": pd.Series(["50", "about 60", None, "9"], dtype="str"),
    }
)
KINDS = {
    "points": Kind.NUMBER,
    "passed": Kind.FLAG,
    "word": Kind.CATEGORY,
    "code": Kind.TEXT,
    "at": Kind.DATE,
    "dirty": Kind.NUMBER,
}
SCHEMA = Schema(tuple(Column(name, kind, Role.FEATURE) for name, kind in KINDS.items()))


def rows(*conditions):
    return [i for i, is_in in enumerate(matching(FRAME, SCHEMA, conditions)) if is_in]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        # a number column, and a missing cell in it
        (Condition("points", Test.IS, 61), [1]),
        (Condition("points", Test.IS, "61"), [1]),
        (Condition("points", Test.IS_NOT, 61), [0, 2, 3]),
        (Condition("points", Test.AT_LEAST, 61), [1, 3]),
        (Condition("points", Test.AT_MOST, 61), [0, 1]),
        (Condition("points", Test.ABOVE, 61.0), [3]),
        (Condition("points", Test.BELOW, 61), [0]),
        (Condition("points", Test.ONE_OF, values=(50, "70.5")), [0, 3]),
        (Condition("points", Test.ONE_OF), []),
        (Condition("points", Test.MISSING), [2]),
        (Condition("points", Test.PRESENT), [0, 1, 3]),
        # yes and no
        (Condition("passed", Test.IS, value=True), [1, 2]),
        (Condition("passed", Test.IS_NOT, value=True), [0, 3]),
        (Condition("passed", Test.IS, "Yes"), [1, 2]),
        (Condition("passed", Test.ONE_OF, values=("no", 1)), [0, 1, 2]),
        # text: case, spaces at the end and the way a number is written matter
        (Condition("word", Test.IS, "a"), [0]),
        (Condition("word", Test.IS_NOT, "a"), [1, 2, 3]),
        (Condition("word", Test.ABOVE, "a"), [3]),
        (Condition("word", Test.BELOW, "a"), [1]),
        (Condition("word", Test.ONE_OF, values=("A", "a ")), [1, 3]),
        (Condition("word", Test.MISSING), [2]),
        # a number compared with text is text
        (Condition("code", Test.IS, 7), [0]),
        (Condition("code", Test.IS, 7.0), [0]),
        (Condition("code", Test.ABOVE, 7), [2]),
        (Condition("code", Test.BELOW, 7), [1, 3]),
        # a day is the whole day, a time is the moment
        (Condition("at", Test.IS, "2026-03-10"), [1]),
        (Condition("at", Test.AT_MOST, "2026-03-10"), [0, 1]),
        (Condition("at", Test.ABOVE, "2026-03-10"), [3]),
        (Condition("at", Test.ABOVE, "2026-03-10 12:00:00"), [1, 3]),
        (Condition("at", Test.IS_NOT, "2026-03-10"), [0, 2, 3]),
        # a number column that is still text: what reads as no number is as good as missing
        (Condition("dirty", Test.AT_LEAST, 10), [0]),
        (Condition("dirty", Test.BELOW, 10), [3]),
        (Condition("dirty", Test.MISSING), [1, 2]),
    ],
    ids=str,
)
def test_each_test_keeps_the_rows_that_it_says(condition, expected):
    assert rows(condition) == expected


def test_several_conditions_hold_together_and_none_keeps_all():
    assert rows() == [0, 1, 2, 3]
    assert rows(Condition("points", Test.AT_LEAST, 50), Condition("word", Test.IS_NOT, "A")) == [0, 3]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            Condition("points", Test.IS, "many"),
            "The column 'points' holds numbers and cannot be compared with 'many'.",
        ),
        (
            Condition("points", Test.IS, "nan"),
            "The column 'points' holds numbers and cannot be compared with 'nan'.",
        ),
        (
            Condition("at", Test.IS, "10.3.2026"),
            "The column 'at' holds days and cannot be compared with '10.3.2026'.",
        ),
        (Condition("at", Test.IS, 2026), "The column 'at' holds days and cannot be compared with '2026'."),
        (
            Condition("at", Test.ONE_OF, values=("2026-02-30",)),
            "The column 'at' holds days and cannot be compared with '2026-02-30'.",
        ),
        (
            Condition("passed", Test.IS, "perhaps"),
            "The column 'passed' holds numbers and cannot be compared with 'perhaps'.",
        ),
        (Condition("word", Test.IS), "The condition 'word is' has no value."),
    ],
    ids=str,
)
def test_a_value_that_cannot_be_compared_is_refused(condition, message):
    with pytest.raises(InvalidChoice) as refused:
        rows(condition)

    assert str(refused.value) == message
    assert refused.value.hint.startswith("Give a ")


def test_an_unknown_column_is_refused_with_the_nearest():
    with pytest.raises(ColumnNotFound) as refused:
        rows(Condition("point", Test.IS, 1))

    assert str(refused.value) == "There is no column 'point' (needed by a condition)."
    assert refused.value.hint.startswith("Did you mean 'points'?")


def test_a_table_without_rows_keeps_none():
    for name in KINDS:
        assert matching(FRAME.head(0), SCHEMA, [Condition(name, Test.PRESENT)]).tolist() == []


@given(
    st.lists(st.one_of(st.none(), st.text("aAé\U0001f600 ", max_size=3)), max_size=8),
    st.text("aAé\U0001f600 ", max_size=3),
)
def test_text_is_ordered_by_code_point(cells, value):
    frame = pd.DataFrame({"word": pd.Series(cells, dtype="str")})
    schema = SCHEMA.only(("word",))

    for test, holds in ((Test.IS, str.__eq__), (Test.ABOVE, str.__gt__), (Test.AT_MOST, str.__le__)):
        expected = [cell is not None and holds(cell, value) for cell in cells]
        assert matching(frame, schema, [Condition("word", test, value)]).tolist() == expected


@given(st.sampled_from(list(KINDS)), st.data())
def test_every_row_passes_a_test_or_its_opposite(name, data):
    value = {"at": "2026-03-10", "word": "a", "code": "7"}.get(name, 50)
    opposite = {Test.IS: Test.IS_NOT, Test.MISSING: Test.PRESENT}
    test = data.draw(st.sampled_from(list(opposite)))
    one, other = (matching(FRAME, SCHEMA, [Condition(name, t, value)]) for t in (test, opposite[test]))

    assert (one ^ other).all()


def test_a_time_with_a_zone_is_compared_in_utc():
    frame = pd.DataFrame({"at": pd.Series([datetime(2026, 3, 10, 12)], dtype="datetime64[us]")})

    assert matching(frame, SCHEMA, [Condition("at", Test.IS, "2026-03-10T14:00:00+02:00")]).all()


def test_a_long_number_is_compared_with_text_digit_for_digit():
    frame = pd.DataFrame({"code": pd.Series(["12345678901234567890123"], dtype="str")})

    assert matching(frame, SCHEMA, [Condition("code", Test.IS, 12345678901234567890123)]).all()
    assert not matching(frame, SCHEMA, [Condition("code", Test.IS, 12345678901234567890124)]).any()
