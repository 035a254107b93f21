"""What students can be chosen by: only values that may be shown, and steps that fit the numbers."""

import numpy as np
import pytest

from core.eda.coded import coded
from core.eda.fields import fields_of
from core.schema import Kind


def fields(data):
    return {one.column: one for one in fields_of(coded(data.frame, schema=data.schema))}


def test_categories_come_by_frequency_without_those_that_are_withheld(table):
    data = table(c_way=["bus"] * 30 + ["walk"] * 40 + ["ship"] * 3 + ["car"] * 20 + [None])
    assert fields(data)["c_way"].levels == ("walk", "bus")


def test_a_flag_is_no_or_yes_in_this_order(table):
    assert fields(table(f_ill=[1.0] * 60 + [0.0] * 40))["f_ill"].levels == ("no", "yes")


def test_a_number_has_the_quartiles_of_its_finite_values(table):
    values = [*range(41), np.inf, None]
    field = fields(table(n_x=values))["n_x"]

    assert (field.quarters, field.is_on_a_line, field.levels) == ((10.0, 20.0, 30.0), True, ())


def test_nobody_is_chosen_by_what_names_them_or_by_what_may_not_be_shown(table):
    data = table(
        id=[f"S{i}" for i in range(20)], name=["Ann"] * 20, n_few=[1.0] * 9 + [None] * 11,
        c_rare=["a"] * 4 + [None] * 16, d_x=["2024-01-01"] * 20, n_none=[None] * 20,
    )  # fmt: skip
    found = fields(data)

    assert list(found) == ["d_x"]
    assert found["d_x"].kind is Kind.DATE


@pytest.mark.parametrize(
    ("values", "step"),
    [
        (np.arange(100.0), 1.0),
        (np.arange(20.0), 1.0),
        (np.arange(0, 100_000, 7.0), 1_000.0),
        (np.linspace(0, 1, 101), 0.01),
        (np.linspace(0, 100, 1_001), 1.0),
        (np.array([5.0] * 90 + [6.5] * 10), 0.01),
        (np.array([5.0] * 50), 1.0),
    ],
)
def test_a_bound_moves_by_a_power_of_ten_that_is_small_beside_the_middle_half(table, values, step):
    assert fields(table(n_x=values))["n_x"].step == pytest.approx(step)
