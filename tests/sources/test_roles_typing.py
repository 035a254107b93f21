"""Columns are brought to their kinds; whatever does not fit is missing, counted and shown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ColumnNotFound
from core.schema import Column, Kind, Role, Schema
from core.sources.columns.coerce import Coerced
from core.sources.roles import guess_schema, type_columns, with_kinds


def as_kind(values, kind, decimal="."):
    frame = pd.DataFrame({"x": pd.array(values, dtype="str")})
    typed, coerced = type_columns(frame, Schema((Column("x", kind, Role.FEATURE),)), decimal=decimal)
    return typed["x"], coerced


def test_words_for_missing_are_missing_in_numbers_and_counted():
    typed, coerced = as_kind(["1", "NA", "n/a", "?", "-", "none", "2"], Kind.NUMBER)

    assert typed.dropna().tolist() == [1.0, 2.0]
    assert coerced == (Coerced("x", 5, ("NA", "n/a", "?"), "taken as missing"),)


def test_words_for_missing_are_values_in_categories():
    typed, coerced = as_kind(["none", "NA", "?", None], Kind.CATEGORY)

    assert typed.dropna().tolist() == ["none", "NA", "?"]
    assert coerced == ()


def test_what_is_no_number_is_missing_and_counted():
    typed, coerced = as_kind(["1", "abc", "abc", "12 h", "inf", "1e999"], Kind.NUMBER)

    assert typed.isna().tolist() == [False, True, True, True, True, True]
    assert coerced == (Coerced("x", 5, ("abc", "12 h", "inf"), "not readable and left missing"),)
    assert str(coerced[0]) == ("Column 'x': 5 values not readable and left missing ('abc', '12 h', 'inf').")


def test_numbers_with_the_other_decimal_mark_are_read_by_it_and_counted():
    typed, coerced = as_kind(["1.5", "2.25", "3,5", "1,234"], Kind.NUMBER)

    assert typed.tolist()[:3] == [1.5, 2.25, 3.5]
    assert np.isnan(typed.iloc[3])
    assert [(c.n, c.examples, c.why) for c in coerced] == [
        (1, ("1,234",), "not readable and left missing"),
        (1, ("3,5",), "read by another decimal mark than the rest"),
    ]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["yes", "NO ", None], [1.0, 0.0, None]),
        (["1", "0.0", "1"], [1.0, 0.0, 1.0]),
        (["ja", "nein"], [1.0, 0.0]),
        (["true", "False"], [1.0, 0.0]),
    ],
)
def test_flags_become_one_and_zero(values, expected):
    typed, coerced = as_kind(values, Kind.FLAG)

    assert typed.astype(object).where(typed.notna(), None).tolist() == expected
    assert coerced == ()


def test_what_is_no_flag_is_missing_and_counted():
    typed, coerced = as_kind(["yes", "maybe", "2", "NA"], Kind.FLAG)

    assert typed.isna().tolist() == [False, True, True, True]
    assert [(c.n, c.why) for c in coerced] == [
        (2, "not readable and left missing"),
        (1, "taken as missing"),
    ]


def test_days_that_do_not_exist_are_missing_and_counted():
    typed, coerced = as_kind(["2026-01-31", "2026-02-30", "0000-00-00", "9999-12-31"], Kind.DATE)

    assert typed.isna().tolist() == [False, True, True, False]
    assert coerced[0].n == 2


def test_days_set_by_the_user_that_may_be_months_are_read_day_first_and_said():
    typed, coerced = as_kind(["1/2/2026", "3/4/2026"], Kind.DATE)

    assert typed.dt.month.tolist() == [2, 4]
    assert coerced[0].why == "read day first, although month first is possible"


def test_times_with_a_zone_become_utc_without_a_zone():
    typed, _ = as_kind(["2026-01-31T10:00:00+02:00"], Kind.DATE)

    assert typed.tolist() == [pd.Timestamp("2026-01-31 08:00")]


def test_every_kind_has_one_form():
    values = ["1", "0", None]
    forms = {kind: str(as_kind(values, kind)[0].dtype) for kind in Kind}

    assert forms == {
        Kind.NUMBER: "float64",
        Kind.FLAG: "float64",
        Kind.CATEGORY: "str",
        Kind.TEXT: "str",
        Kind.DATE: "datetime64[us]",
    }


def test_typed_numbers_become_text_without_decimals_where_the_user_wants_categories():
    frame = pd.DataFrame({"points": [1.0, 2.0, np.nan]})
    schema = with_kinds(guess_schema(frame), {"points": Kind.CATEGORY})

    typed, _ = type_columns(frame, schema)
    assert typed["points"].tolist()[:2] == ["1", "2"]
    assert schema.column("points").reason == "Kind set by the user; a feature, as nothing says otherwise."


def test_a_kind_for_an_unknown_column_is_refused():
    with pytest.raises(ColumnNotFound, match=r"^There is no column 'scroe'\.$") as refused:
        with_kinds(guess_schema(pd.DataFrame({"score": ["1"]}, dtype="str")), {"scroe": Kind.TEXT})

    assert refused.value.hint == "Did you mean 'score'? Valid: 'score'."


def test_a_schema_with_a_column_that_the_table_lacks_is_refused():
    with pytest.raises(ColumnNotFound, match=r"^There is no column 'age'\.$"):
        type_columns(pd.DataFrame({"score": ["1"]}), Schema((Column("age", Kind.NUMBER, Role.FEATURE),)))


CELLS = st.none() | st.sampled_from(
    ["1", "2.5", "3,5", "NA", "?", "abc", "1e999", " 7 ", "007", "yes", "no", "2026-01-31"]
)


@settings(max_examples=150)
@given(cells=st.lists(CELLS, max_size=12), kind=st.sampled_from(Kind), decimal=st.sampled_from(".,"))
def test_every_cell_is_kept_or_counted(cells, kind, decimal):
    typed, coerced = as_kind(cells, kind, decimal)
    became_missing = int(typed.isna().sum()) - cells.count(None)
    lost = sum(c.n for c in coerced if "missing" in c.why)

    assert len(typed) == len(cells)
    assert became_missing == lost


@settings(max_examples=100)
@given(
    numbers=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20),
    mark=st.sampled_from(".,"),
)
def test_numbers_come_back_exactly_as_they_were_written(numbers, mark):
    cells = [repr(number).replace(".", mark) for number in numbers]
    typed, coerced = as_kind(cells, Kind.NUMBER, mark)

    assert typed.tolist() == numbers
    assert coerced == ()
