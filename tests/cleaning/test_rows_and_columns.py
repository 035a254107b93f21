"""Rows that cannot be used, and columns left out, renamed, or held as something else."""

import math
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.columns import CastColumns, DropColumns, RenameColumn
from core.cleaning.ledger import replay
from core.cleaning.registry import step_from_dict, step_to_dict
from core.cleaning.rows import DropRows
from core.errors import ColumnNotFound, RecipeError, StepFailed, WrongKind
from core.schema import Column, Kind, Role, Schema
from tests.cleaning.tables import after, dataset, text


def test_rows_without_a_value_in_a_named_column_are_dropped_and_no_others():
    rows = {"id": text("a", None, "c"), "x": [1.0, 2.0, None], "other": [None, 1.0, 1.0]}

    assert after(DropRows(("id",)), **rows)["id"] == ["a", "c"]
    assert after(DropRows(("id", "x")), **rows)["id"] == ["a"]
    assert DropRows(("id", "x")).why_dropped() == "no value in 'id' and 'x'"


def test_left_out_columns_leave_the_schema_too():
    step = DropColumns(("b",))

    assert after(step, a=[1.0], b=[2.0]) == {"a": [1.0]}
    assert step.schema_after(dataset({"a": [1.0], "b": [2.0]}).schema).names() == ("a",)


def test_a_renamed_column_keeps_its_place_and_its_values(frame_of):
    step = RenameColumn("b", "c d")
    done = frames.collect(step.apply(frame_of({"a": [1.0], "b": [2.0], "z": [3.0]}), {}))

    assert done.to_dict("list") == {"a": [1.0], "c d": [2.0], "z": [3.0]}


def test_a_renamed_column_keeps_what_is_known_of_it():
    schema = Schema(
        (
            Column("a", Kind.NUMBER, Role.BARRIER, label="Work hours", reason="why", unit="h", lowest=0.0),
            Column("b", Kind.TEXT, Role.STUDENT_ID),
        )
    )
    first, second = RenameColumn("b", "id").schema_after(RenameColumn("a", "hours").schema_after(schema))

    assert first == Column("hours", Kind.NUMBER, Role.BARRIER, "Work hours", "why", "h", 0.0)
    assert (second.name, second.title, second.role) == ("id", "id", Role.STUDENT_ID)


def test_a_name_that_is_taken_is_refused():
    with pytest.raises(
        StepFailed, match=r"^The table already has a column 'b', the new name of 'a'.$"
    ) as failure:
        after(RenameColumn("a", "b"), a=[1.0], b=[2.0])
    assert failure.value.hint == "Give another name, or leave that column out before it."


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("a", "rename_column gives 'a' the name it has."),
        ("", "rename_column cannot name 'a' ''."),
        (" ", "rename_column cannot name 'a' ' '."),
        ("__row__", "rename_column cannot name 'a' '__row__'."),
    ],
)
def test_a_name_must_be_one_and_another(to, message):
    with pytest.raises(RecipeError) as failure:
        RenameColumn("a", to)
    assert str(failure.value) == message


def test_a_column_cannot_be_renamed_twice():
    with pytest.raises(ColumnNotFound, match=r"^There is no column 'a' \(needed by rename_column\).$"):
        after(RenameColumn("a", "b"), b=[1.0])


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (7.0, "7"),
        (7.5, "7.5"),
        (-7.25, "-7.25"),
        (0.0, "0"),
        (-0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (1 / 3, "0.333333333333333"),
        (0.9999999999999999, "1"),
        (100.0, "100"),
        (1e15, "1000000000000000"),
        (2.0**53, "9007199254740992"),
        (2.0**53 + 2, None),
        (1e300, None),
        (1e-5, "0.00001"),
        (5e-16, "0.000000000000001"),
        (-1e-20, "0"),
        (math.inf, None),
        (math.nan, None),
    ],
)
def test_a_number_is_written_as_a_person_would(number, written):
    for to in ("text", "category"):
        assert after(CastColumns(("a",), to), a=[number]) == {"a": [written]}


short_decimals = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.integers(0, 15),
)


@given(st.lists(short_decimals, max_size=20))
@settings(max_examples=40)
def test_numbers_of_up_to_15_digits_are_written_exactly_and_read_back(decimals):
    numbers = pd.Series([float(decimal) for decimal in decimals], dtype="float64")
    written = after(CastColumns(("a",)), a=numbers)["a"]

    assert [Fraction(number) for number in written] == [Fraction(decimal) for decimal in decimals]
    assert not any("." in number and number.endswith(("0", ".")) for number in written)
    assert after(CastColumns(("a",), "number"), a=text(*written))["a"] == numbers.tolist()


@given(st.lists(st.none() | st.floats(), max_size=20))
@settings(max_examples=30)
def test_any_number_is_written_nearly_as_it_is_or_missing(numbers):
    written = after(CastColumns(("a",)), a=pd.Series(numbers, dtype="float64"))["a"]

    for number, words in zip(numbers, written, strict=True):
        if words is None:
            assert number is None or not abs(number) <= 2**53
        else:
            assert math.isclose(float(words), number, rel_tol=1e-14, abs_tol=6e-16)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("7", 7.0),
        ("-07.50", -7.5),
        ("+3", 3.0),
        (" 7", None),
        ("7.", None),
        (".5", None),
        ("1e3", None),
        ("1,5", None),
        ("5\n", None),
        ("5\u0085", None),
        ("٣", None),
        ("9" * 400, None),
        ("", None),
        (None, None),
    ],
)
def test_only_plain_numbers_are_read(written, number):
    assert after(CastColumns(("a",), "number"), a=text(written))["a"] == [number]


@pytest.mark.parametrize("to", ["text", "number", "category"])
@pytest.mark.parametrize("values", [[], [None], [None, None], [1.0]])
def test_few_rows_and_columns_without_a_value_are_held_as_asked(to, values):
    frame = frames.wrap(
        pd.DataFrame({"a": pd.Series(values, dtype="float64"), "b": text(*["x"] * len(values))})
    )
    done = frames.collect(CastColumns(("a", "b"), to).apply(frame, {}))

    assert [str(kind) for kind in done.dtypes] == (["float64"] * 2 if to == "number" else ["str"] * 2)
    assert len(done) == len(values)


@given(st.lists(st.none() | st.floats(), max_size=8), st.sampled_from(["text", "number", "category"]))
@settings(max_examples=20)
def test_other_columns_stay_and_holding_twice_is_holding_once(numbers, to):
    column = pd.Series(numbers, dtype="float64")
    step = CastColumns(("a", "b"), to)
    once = frames.collect(step.apply(frames.wrap(pd.DataFrame({"a": column, "b": column, "c": column})), {}))

    pd.testing.assert_series_equal(once["c"], column, check_names=False)
    pd.testing.assert_frame_equal(frames.collect(step.apply(frames.wrap(once), {})), once)


def test_the_same_is_written_and_read_on_both_engines(frame_of):
    rows = {
        "a": [7.0, 7.5, -0.0, None, 1e8 + 0.125, 2.0**53, 1e-7],
        "b": text("1", "1.5", "x", "", None, "-0", "5\n"),
    }
    done = CastColumns(("b",), "number").apply(CastColumns(("a",)).apply(frame_of(rows), {}), {})
    table = frames.collect(done).astype({"a": "object"}).sort_values("a", ignore_index=True)

    assert table["a"].tolist()[:-1] == ["0", "0.0000001", "100000000.125", "7", "7.5", "9007199254740992"]
    assert table["b"].fillna(99.0).tolist() == [99.0, 99.0, 99.0, 1.0, 1.5, 0.0, 99.0]


def test_dates_are_held_as_nothing_else():
    with pytest.raises(
        WrongKind, match=r"^The column 'a' holds neither text nor numbers, which cast_columns needs.$"
    ) as failure:
        after(CastColumns(("a",)), a=pd.to_datetime(["2026-11-21"]))
    assert failure.value.hint == "Leave dates as they are."


def test_the_schema_says_what_is_held_and_drops_what_only_numbers_have():
    before = dataset({"a": [1.0]}, spans={"a": (0.0, 9.0)}, units={"a": "h"}).schema
    kinds = {
        to: CastColumns(("a",), to).schema_after(before).column("a") for to in ("text", "number", "category")
    }

    assert [column.kind for column in kinds.values()] == [Kind.TEXT, Kind.NUMBER, Kind.CATEGORY]
    assert (kinds["text"].unit, kinds["text"].lowest, kinds["text"].highest) == (None, None, None)
    assert (kinds["number"].unit, kinds["number"].lowest, kinds["number"].highest) == ("h", 0.0, 9.0)


def test_the_ledger_tells_of_a_rename_and_of_what_could_not_be_read():
    table = pd.DataFrame({"a": text("1", "x"), "b": [1.5, 2.0]})
    steps = [CastColumns(("a",), "number"), CastColumns(("b",)), RenameColumn("a", "n")]
    _, _, report = replay(frames.wrap(table), steps, student_id=None)

    assert [step.n_emptied for step in report.steps] == [1, 0, 0]
    assert (report.steps[2].columns_added, report.steps[2].columns_dropped) == (("n",), ("a",))


@pytest.mark.parametrize(
    "step", [RenameColumn("a", "b"), CastColumns(("a",), "category"), CastColumns(("a",))]
)
def test_steps_on_columns_survive_json(step):
    assert step_from_dict(step_to_dict(step), place="Step 1") == step


def test_steps_on_columns_say_what_they_do():
    assert RenameColumn("a", "b").describe() == "Rename 'a' to 'b'."
    assert CastColumns(("a", "b"), reason="they are codes").describe() == (
        "Hold 'a' and 'b' as text, because they are codes."
    )
    assert CastColumns(("a",), "number").describe() == "Hold 'a' as numbers."
    assert CastColumns(("a",), "category").describe() == "Hold 'a' as categories."
