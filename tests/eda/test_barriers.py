"""Barriers are counted by stated rules only."""

import numpy as np
import pytest

from core.eda.barriers import BarrierRule, count_barriers
from core.errors import InvalidChoice

RULES = (
    BarrierRule("n_hours", above=20),
    BarrierRule("f_net", values=("no",)),
    BarrierRule("c_way", values=("walk", "train")),
)


def test_students_are_counted_by_their_number_of_barriers(table):
    data = table(
        n_hours=[0, 25, 20, 30] * 10,
        f_net=[1.0, 1.0, 0.0, 0.0] * 10,
        c_way=["bus", "bus", "walk", "train"] * 10,
    )
    found = count_barriers(data.frame, rules=RULES, schema=data.schema)

    assert found.frame()[["barriers", "n"]].to_numpy().tolist() == [
        ["0", 10], ["1", 10], ["2", 10], ["3 or more", 10],
    ]  # fmt: skip
    assert found.n_by_rule == (("n_hours", 20), ("f_net", 20), ("c_way", 20))


def test_the_outcome_is_shown_at_each_number_of_barriers(table):
    data = table(n_hours=[0] * 40 + [30] * 20)
    outcome = np.r_[np.zeros(30), np.ones(10), np.ones(15), np.full(5, np.nan)]
    found = count_barriers(data.frame, rules=RULES[:1], schema=data.schema, outcome=outcome)

    assert [c.rate for c in found.counts] == [0.25, 1.0]
    assert found.counts[0].low < 0.25 < found.counts[0].high


def test_a_missing_value_is_no_barrier_and_is_counted(table):
    data = table(n_hours=[None] * 12 + [30] * 12)
    found = count_barriers(data.frame, rules=RULES[:1], schema=data.schema)

    assert ([c.n for c in found.counts], found.n_unknown) == ([12, 12], 12)


def test_few_students_with_many_barriers_are_withheld(table):
    data = table(n_hours=[0] * 30 + [30] * 15 + [30] * 3, f_net=[1.0] * 45 + [0.0] * 3)
    found = count_barriers(data.frame, rules=RULES[:2], schema=data.schema)

    assert ([c.barriers for c in found.counts], found.n_withheld) == (["0"], 2)
    assert found.n_by_rule == (("n_hours", 18), ("f_net", -1))


def test_nothing_is_a_barrier_unless_a_rule_says_so(table):
    data = table(n_hours=[30.0] * 20)
    assert count_barriers(data.frame, rules=(), schema=data.schema).why_empty == "No barrier is defined."
    empty = table(n_hours=[])
    found = count_barriers(empty.frame, rules=RULES[:1], schema=empty.schema)
    assert found.why_empty == "There are no students."


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (BarrierRule("n_hours"), "The barrier rule for 'n_hours' needs a number."),
        (BarrierRule("c_way"), "The barrier rule for 'c_way' needs values."),
        (BarrierRule("c_way", values=("boat",)), "'c_way' cannot be 'boat'."),
    ],
)
def test_a_rule_that_does_not_fit_is_refused_in_words(table, rule, message):
    data = table(n_hours=[30.0] * 20, c_way=["bus"] * 20)
    with pytest.raises(InvalidChoice, match=message):
        count_barriers(data.frame, rules=(rule,), schema=data.schema)


@pytest.mark.parametrize(("missing", "shown"), [(0, 0), (3, -1), (9, -1), (12, 12), (41, -1), (50, 50)])
def test_few_students_with_a_gap_or_without_one_are_not_counted(table, missing, shown):
    data = table(n_hours=[None] * missing + [30] * (50 - missing))
    assert count_barriers(data.frame, rules=RULES[:1], schema=data.schema).n_unknown == shown


def test_the_students_with_a_gap_are_withheld_where_they_give_a_few_away(table):
    # 23 have no barrier: were it known that 20 of them have a gap, the 3 would follow.
    data = table(n_hours=[None] * 20 + [0] * 3 + [30] * 30)
    found = count_barriers(data.frame, rules=RULES[:1], schema=data.schema)

    assert ([c.n for c in found.counts], found.n_unknown) == ([23, 30], -1)
    assert found.n_by_rule == (("n_hours", 30),)
