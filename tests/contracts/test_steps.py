"""What every cleaning step promises, on pandas and on Spark: one file for all of them."""

import json

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from core import frames
from core.cleaning.columns import DropColumns
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.missing import FillWithConstant, FillWithMedian, FillWithMode
from core.cleaning.numbers import ParseFlags, ParseNumbers
from core.cleaning.ranges import SetRange
from core.cleaning.registry import STEPS, step_from_dict, step_to_dict
from core.cleaning.rows import DropRows
from core.cleaning.text import MapValues, PlaceholdersToMissing, StripText
from core.errors import ColumnNotFound

EXAMPLES = [
    StripText(("name", "device")),
    PlaceholdersToMissing(("device", "amount", "hours"), ("?", " N/A ", "-99")),
    ParseNumbers(("amount",)),
    ParseNumbers(("grouped",), ",", ".", units=("h", "€"), percent_as_fraction=True),
    ParseFlags(("answer",)),
    MapValues("device", (("OWN", "own"), ("shraed", "shared"), ("Own ", "own"))),
    SetRange("hours", 0.0, 60.0),
    SetRange("hours", 0.0, 60.0, "clip"),
    SetRange("hours", highest=40.0),
    DropRows(("student_id", "hours")),
    DropDuplicates(("student_id",)),
    DropDuplicates(("student_id", "name")),
    KeepOnePerStudent(("student_id",)),
    KeepOnePerStudent(("student_id",), "last", "seen_on"),
    KeepOnePerStudent(("student_id",), "first", "hours"),
    DropColumns(("amount", "blank")),
    FillWithMedian(("hours", "score")),
    FillWithMedian(("hours",), was_missing=True),
    FillWithMode(("device", "score")),
    FillWithConstant(("device",), value="not known"),
    FillWithConstant(("hours",), value=0.0),
]
"""At least one of each kind; each changes the dirty table."""

each_step = pytest.mark.parametrize("step", EXAMPLES, ids=lambda step: step.kind)


TEXTS = {
    "name": ("Ana  López", " Ana\u00a0López", "Łukasz\t", "李 明", "", "   ", None),
    "device": ("own", "OWN", "Own ", "shared", "shraed", "?", " n/a", None),
    "amount": (
        *("12", "3,5", "-4.25", "+7", " 1e3 ", "85 %", "$ 20", "-€5", "1'000", "1 234,5", ".5", "5."),
        *("1,2,3", "?", "nan", "1e999", "", None),
    ),
    "grouped": ("1.234,5", "12.34", "1.234.567", "7,25 %", "5 h", "€3", "1.23", "x", None),
    "answer": ("yes", "No", " Y ", "0", "TRUE", "maybe", "", None),
}
NUMBERS = (0.0, -0.0, 12.5, 12.5, 40.0, 60.0, 60.5, -1.0, -99.0, np.inf, np.nan)
DAYS = (*pd.to_datetime(["2026-01-05", "2026-02-01", "2026-02-01"]), pd.NaT)


def dirty(n, *, seed=7):
    """Return n rows with every sort of dirt: spaces, spellings, commas, gaps, ties, both zeros, copies."""
    rng = np.random.default_rng(seed)

    def drawn(values):
        return [values[at] for at in rng.integers(0, len(values), n)]

    ids = [
        None if gap else f"S{number:05d}"
        for number, gap in zip(rng.integers(0, n, n), rng.random(n) < 0.02, strict=True)
    ]
    table = pd.DataFrame(
        {
            "student_id": pd.Series(ids, dtype="str"),
            **{name: pd.Series(drawn(values), dtype="str") for name, values in TEXTS.items()},
            "hours": drawn(NUMBERS),
            "score": rng.integers(0, 3, n).astype("float64"),
            "seen_on": pd.Series(drawn(DAYS), dtype="datetime64[us]"),
            "blank": pd.Series([None] * n, dtype="str"),
        }
    )
    copies = rng.integers(0, n, n // 20)
    return pd.concat([table.iloc[: n - len(copies)], table.iloc[copies]], ignore_index=True)


def by_value(frame):
    """Return the rows as pandas in an order of their own: Spark keeps none."""
    table = frames.collect(frame)
    table = table.assign(**{name: table[name] + 0.0 for name in table.select_dtypes("float64")})
    return table.sort_values(list(table.columns), ignore_index=True)


def same_table(one, other):
    assert_frame_equal(by_value(one), by_value(other), check_exact=True)


def test_every_kind_of_step_is_held_to_the_contract():
    assert {step.kind for step in EXAMPLES} == set(STEPS)


def test_kinds_are_unique_and_named_like_the_class():
    assert [_snake(step.__name__) for step in STEPS.values()] == list(STEPS)


def _snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


@each_step
def test_a_step_survives_json(step):
    written = json.loads(json.dumps(step_to_dict(step)))

    assert step_from_dict(written, place="Step 1") == step


@each_step
def test_a_step_says_what_it_does_in_a_sentence(step):
    state = step.fit(frames.wrap(dirty(50)))

    for text in (step.describe(), step.describe(state)):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "\n" not in text


@each_step
def test_a_missing_column_is_named_when_fitting_and_when_applying(step, frame_of):
    whole = dirty(5)
    frame = frame_of(whole.drop(columns=step.needs[0]))

    for run in (step.fit, lambda rows: step.apply(rows, {})):
        with pytest.raises(ColumnNotFound) as failure:
            run(frame)
        assert str(failure.value) == f"There is no column '{step.needs[0]}' (needed by {step.kind})."


@each_step
def test_the_example_changes_the_dirty_table_and_never_the_given_one(step):
    given, before = dirty(500), dirty(500)
    after = frames.collect(step.apply(frames.wrap(given), step.fit(frames.wrap(given))))

    assert_frame_equal(given, before)
    assert not after.equals(before)


@each_step
def test_only_the_columns_a_step_names_change_and_rows_go_only_where_it_says(step):
    before = dirty(500)
    after = frames.collect(step.apply(frames.wrap(before), step.fit(frames.wrap(before))))

    assert step.drops_rows or len(after) == len(before)
    others = [name for name in before if name in after and name not in step.changes]
    assert_frame_equal(after[others], before.loc[after.index, others])
    assert_frame_equal(dirty(500), before)


# Not twice: columns that are gone, and a column that is there already, are errors that a recipe should show.
ONCE_ONLY = [
    step for step in EXAMPLES if isinstance(step, DropColumns) or getattr(step, "was_missing", False)
]


@pytest.mark.parametrize(
    "step", [step for step in EXAMPLES if step not in ONCE_ONLY], ids=lambda step: step.kind
)
def test_a_step_done_twice_changes_nothing_more(step):
    frame = frames.wrap(dirty(500))
    state = step.fit(frame)
    once = step.apply(frame, state)

    same_table(step.apply(once, state), once)


@each_step
def test_no_rows_and_one_row_keep_the_columns_of_many(step, frame_of):
    many = frames.collect(step.apply(frames.wrap(dirty(50)), step.fit(frames.wrap(dirty(50)))))
    for n in (0, 1):
        rows = frame_of(dirty(50).iloc[:n])
        after = frames.collect(step.apply(rows, step.fit(rows)))

        assert list(after) == list(many)
        assert len(after) <= n


@each_step
def test_columns_without_any_value_pass_through(step, frame_of):
    rows = dirty(3)
    rows = rows.assign(**{name: rows[name].where(pd.Series([False] * 3)) for name in step.needs})
    state = step.fit(frame_of(rows))
    after = frames.collect(step.apply(frame_of(rows), state))

    assert json.loads(json.dumps(state)) == state
    assert len(after) == (0 if step.kind == "drop_rows" else 3)
    kept = [name for name in step.needs if name in after]
    assert after[kept].isna().all(axis=None) or step.kind == "fill_with_constant"


@pytest.mark.parametrize(
    "kind", [kind for kind, step in STEPS.items() if "columns" in step.__dataclass_fields__]
)
def test_a_step_without_columns_changes_nothing(kind, frame_of):
    step = STEPS[kind](columns=())
    rows = dirty(5)

    same_table(step.apply(frame_of(rows), step.fit(frame_of(rows))), frames.wrap(rows))


@pytest.mark.spark
@each_step
def test_spark_learns_and_makes_the_same_as_pandas_from_5000_dirty_rows(step, spark):
    rows = dirty(5000)
    on_pandas, on_spark = frames.wrap(rows), frames.on_spark(rows, spark)
    learned = step.fit(on_pandas)

    assert step.fit(on_spark) == learned
    assert json.loads(json.dumps(learned)) == learned
    same_table(step.apply(on_spark, learned), step.apply(on_pandas, learned))
