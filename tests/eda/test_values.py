"""Columns as arrays, and the ones that stop before anything is listed."""

import numpy as np
import pandas as pd
import pytest

from core.eda.values import codes_of, explorable, identifies, numbers_of
from core.errors import WrongKind
from core.schema import Column, Kind, Role


def test_levels_are_sorted_and_missing_is_minus_one(table):
    data = table(c_way=["walk", None, "bus", "walk"])
    codes = codes_of(data.frame, column=data.schema.column("c_way"))

    assert codes.levels == ("bus", "walk")
    assert codes.values.tolist() == [1, -1, 0, 1]
    assert codes.counts().tolist() == [1, 2]


def test_a_flag_is_no_or_yes_even_if_nobody_has_it(table):
    data = table(f_job=[0.0, None])
    codes = codes_of(data.frame, column=data.schema.column("f_job"))

    assert (codes.levels, codes.values.tolist()) == (("no", "yes"), [0, -1])


def test_dates_count_in_days(table):
    data = table(d_x=["1970-01-02 12:00", None])
    np.testing.assert_equal(numbers_of(data.frame, column=data.schema.column("d_x")), [1.5, np.nan])


def test_a_date_column_that_holds_text_is_refused(table):
    frame = pd.DataFrame({"d_x": pd.Series(["soon"], dtype="str")})
    with pytest.raises(WrongKind, match="'d_x' should hold values of kind 'date' but holds str"):
        numbers_of(frame, column=Column("d_x", Kind.DATE, Role.FEATURE))


@pytest.mark.parametrize(
    ("kind", "role", "named"),
    [
        (Kind.NUMBER, Role.STUDENT_ID, True),
        (Kind.CATEGORY, Role.NAME, True),
        (Kind.TEXT, Role.FEATURE, True),
        (Kind.CATEGORY, Role.CONTACT, True),
        (Kind.NUMBER, Role.CONTACT, False),
        (Kind.CATEGORY, Role.PROTECTED, False),
    ],
)
def test_ids_names_free_text_and_addresses_identify_students(kind, role, named):
    assert identifies(Column("x", kind, role)) is named


def test_protected_columns_may_be_explored(table):
    data = table(c_gender=["f", "m"], n_x=[1, 2])
    schema = data.schema.with_roles({"c_gender": Role.PROTECTED})

    assert [c.name for c in explorable(data.frame, schema=schema)] == ["c_gender", "n_x"]
