"""Exact sets of barriers are told as far as nobody is given away by all that is shown together."""

from itertools import product

import numpy as np
import pytest
from scipy.optimize import linprog

from core.eda.barrier_pairs import pair_barriers
from core.eda.barrier_rules import BarrierRule
from core.eda.barriers import count_barriers
from core.eda.withholding import SPAN


def school_of(table, n, k, seed):
    rng = np.random.default_rng(seed)
    burden = rng.normal(size=n)
    columns = {f"f_{i}": (burden + rng.normal(size=n) > 1).astype(float) for i in range(k)}
    data = table(**columns)
    return data, tuple(BarrierRule(name, values=("yes",)) for name in columns)


def narrowest(data, rules, *, naive=False):
    """How narrow the range of a small group is for somebody who puts all that is shown together."""
    met = data.frame.to_numpy() > 0
    names, every = list(data.frame), np.array(list(product((False, True), repeat=len(rules))))
    counts = np.array([(met == one).all(axis=1).sum() for one in every])
    counted = count_barriers(data.frame, rules=rules, schema=data.schema)
    found = pair_barriers(data.frame, rules=rules, schema=data.schema)
    number = np.minimum(every.sum(axis=1), 3)
    sums = [np.ones(len(every), bool)]
    sums += [number == ["0", "1", "2", "3 or more"].index(one.barriers) for one in counted.counts]
    sums += [every[:, names.index(name)] for name, n in counted.n_by_rule if n >= 0]
    for pair in found.pairs:
        a, b = (every[:, names.index(name)] for name in (pair.left, pair.right))
        sums += [a & b, a & ~b, ~a & b, ~a & ~b]
    told = [[name in one.columns for name in names] for one in found.sets]
    told += every[counts >= 10].tolist() if naive else []
    sums += [(every == one).all(axis=1) for one in told]
    known = np.stack(sums).astype(float)
    widths = [np.inf]
    for i in np.flatnonzero((counts > 0) & (counts < 10)):
        target = np.eye(len(every))[i]
        ends = [linprog(sign * target, A_eq=known, b_eq=known @ counts).fun for sign in (1, -1)]
        widths.append(-ends[1] - ends[0])
    return min(widths), found, counts


@pytest.mark.parametrize("seed", range(3))
def test_no_set_of_few_is_told_nor_follows_from_what_is(table, seed):
    data, rules = school_of(table, 200, 4, seed)
    width, found, counts = narrowest(data, rules)

    assert found.sets
    assert all(one.n >= 10 for one in found.sets)
    assert len(found.sets) + found.n_sets_withheld == (counts > 0).sum()
    assert width >= SPAN - 1e-6


def test_telling_every_set_that_is_not_of_few_would_give_somebody_away(table):
    widths = [narrowest(*school_of(table, 200, 4, seed), naive=True)[0] for seed in range(3)]

    assert min(widths) < SPAN


def test_sets_come_with_their_exact_numbers_the_most_frequent_first(table):
    data, rules = school_of(table, 4_000, 3, 0)
    found = pair_barriers(data.frame, rules=rules, schema=data.schema)
    met = data.frame > 0

    assert [one.n for one in found.sets] == sorted((one.n for one in found.sets), reverse=True)
    assert sum(one.n for one in found.sets) == 4_000
    for one in found.sets:
        assert one.n == (met == [name in one.columns for name in met]).all(axis=1).sum()
    assert found.set_frame()["n"].tolist() == [one.n for one in found.sets]


def test_seven_barriers_are_counted_together(table):
    data, rules = school_of(table, 3_000, 7, 1)
    found = pair_barriers(data.frame, rules=rules, schema=data.schema)

    assert max(len(one.columns) for one in found.sets) == 7
    assert found.n_sets_withheld
