"""Students in groups by a column of any kind."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.eda.groupings import grouped
from core.errors import WrongKind


def groups(table, values):
    data = table(n_x=values)
    return grouped(data.frame, column=data.schema.column("n_x"))


def test_a_number_that_is_mostly_its_largest_value_has_two_groups(table):
    found = groups(table, [1, 2, 3, 4, 5, 6] + [7] * 100 + [None])

    assert found.levels == ("up to 6", "over 6")
    assert (found.counts().tolist(), found.values[-1]) == ([6, 100], -1)


def test_few_values_are_groups_of_their_own_and_flags_are_no_and_yes(table):
    data = table(n_x=[3, 1.5, None], f_y=[1.0, None, 0.0], d_z=["2026-01-01"] * 3)
    number, flag = (grouped(data.frame, column=data.schema.column(name)) for name in ("n_x", "f_y"))

    assert (number.levels, number.values.tolist()) == (("1.5", "3"), [1, 0, -1])
    assert (flag.levels, flag.values.tolist()) == (("no", "yes"), [1, -1, 0])
    with pytest.raises(WrongKind, match="'d_z' has values of kind 'date', not categories"):
        grouped(data.frame, column=data.schema.column("d_z"))


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=60))
def test_every_value_has_a_group_and_higher_values_no_lower_one(values):
    from tests.eda.conftest import make

    found = groups(make, [float(v) for v in values])
    order = np.argsort(values, kind="stable")
    assert (np.diff(found.values[order]) >= 0).all()
    assert found.values.min() >= 0
    assert found.values.max() < len(found.levels)
