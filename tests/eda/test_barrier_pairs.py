"""Barriers that come together, and what their figures may not give away."""

import numpy as np
import pytest
from scipy import stats

from core.eda.barrier_pairs import pair_barriers
from core.eda.barrier_rules import BarrierRule
from core.eda.barriers import count_barriers
from core.errors import InvalidChoice
from core.schema import Column, Kind, Role, Schema

RULES = (BarrierRule("n_hours", above=20), BarrierRule("f_net", values=("no",)))


def crossed(table, both, first, second, neither, **more):
    """Students with both barriers, with either only, and with none."""
    hours = [30.0] * (both + first) + [0.0] * (second + neither)
    net = [0.0] * both + [1.0] * first + [0.0] * second + [1.0] * neither
    return table(n_hours=hours, f_net=net, **more)


def test_a_pair_is_held_against_chance(table):
    data = crossed(table, 60, 40, 30, 120)
    (pair,) = pair_barriers(data.frame, rules=RULES, schema=data.schema).pairs

    x, y = data.frame["n_hours"] > 20, data.frame["f_net"] == 0
    chi2 = stats.chi2_contingency([[60, 40], [30, 120]], correction=False)
    assert (pair.n, pair.both, pair.expected) == (250, 60, pytest.approx(100 * 90 / 250))
    assert (pair.ratio, pair.phi) == pytest.approx((60 / 36, np.corrcoef(x, y)[0, 1]))
    assert (pair.p, pair.q, pair.test) == (
        pytest.approx(chi2.pvalue),
        pytest.approx(chi2.pvalue),
        "chi-squared",
    )
    assert pair.low < pair.phi < pair.high
    assert pair.is_beyond_chance


def test_a_pair_is_said_in_words_that_name_no_cause(table):
    data = crossed(table, 60, 40, 30, 120)
    schema = Schema(
        (
            Column("n_hours", Kind.NUMBER, Role.BARRIER, label="Paid work above 20 h"),
            Column("f_net", Kind.FLAG, Role.BARRIER, label="No internet at home"),
        )
    )
    (words,) = pair_barriers(data.frame, rules=RULES, schema=schema).sentences
    assert words == (
        "60 students have both barriers, paid work above 20 h and no internet at home; 36 would if the two "
        "had nothing to do with each other: more often than chance (phi 0.41, 95 % interval 0.29 to 0.52). "
        "This is an association: it does not say why."
    )


def test_a_pair_that_may_be_chance_is_said_as_such(table):
    data = crossed(table, 30, 30, 31, 30)
    found = pair_barriers(data.frame, rules=RULES, schema=data.schema)

    assert not found.pairs[0].is_beyond_chance
    assert "which may be chance" in found.sentences[0]


@pytest.mark.parametrize("cells", [(4, 40, 40, 40), (40, 4, 40, 40), (40, 40, 4, 40), (40, 40, 40, 4)])
def test_a_pair_with_a_small_group_is_withheld_and_so_are_the_totals_that_give_it_away(table, cells):
    data = crossed(table, *cells)
    found = pair_barriers(data.frame, rules=RULES, schema=data.schema)
    counts = count_barriers(data.frame, rules=RULES, schema=data.schema)

    assert (found.is_empty, found.n_withheld) == (True, 1)
    assert found.why_empty == "Groups of fewer than 10 students are not shown."
    shown = {count.barriers: count.n for count in counts.counts}
    by_rule = dict(counts.n_by_rule)
    both, first, second, neither = cells
    if min(first, second) == 4:
        assert (shown, set(by_rule.values())) == ({"0": neither, "1": first + second, "2": both}, {-1})


def test_students_whose_value_is_missing_are_left_out_of_a_pair(table):
    data = crossed(table, 20, 20, 20, 20)
    data.frame.loc[:9, "n_hours"] = np.nan
    (pair,) = pair_barriers(data.frame, rules=RULES, schema=data.schema).pairs

    assert (pair.n, pair.both) == (70, 10)


def test_pairs_are_corrected_together_and_the_strongest_comes_first(table):
    rng = np.random.default_rng(0)
    first = rng.random(600) < 0.4
    data = table(
        f_a=first.astype(float),
        f_b=np.where(rng.random(600) < 0.8, first, rng.random(600) < 0.4).astype(float),
        f_c=(rng.random(600) < 0.5).astype(float),
    )
    rules = tuple(BarrierRule(name, values=("yes",)) for name in ("f_c", "f_a", "f_b"))
    found = pair_barriers(data.frame, rules=rules, schema=data.schema)

    assert (found.pairs[0].left, found.pairs[0].right) == ("f_a", "f_b")
    frame = found.frame()
    np.testing.assert_allclose(frame["q"], stats.false_discovery_control(frame["p"]))


def test_pairs_that_together_single_out_a_few_students_are_not_all_shown(table):
    cells = {"000": 60, "100": 40, "010": 40, "001": 40, "110": 3, "101": 30, "011": 30, "111": 40}
    rows = np.array([[int(d) for d in cell] for cell, n in cells.items() for _ in range(n)], dtype=float)
    data = table(f_a=rows[:, 0], f_b=rows[:, 1], f_c=rows[:, 2])
    rules = tuple(BarrierRule(name, values=("yes",)) for name in ("f_a", "f_b", "f_c"))
    found = pair_barriers(data.frame, rules=rules, schema=data.schema)

    # All three pairs and the counts would give 3 = both of a and b - all three.
    assert 0 < len(found.pairs) < 3
    assert ("f_a", "f_b") not in {(pair.left, pair.right) for pair in found.pairs}


def test_nothing_to_pair_is_an_answer(table):
    data = crossed(table, 20, 20, 20, 20)
    one = pair_barriers(data.frame, rules=RULES[:1], schema=data.schema)
    empty = pair_barriers(data.frame.head(0), rules=RULES, schema=data.schema)
    unknown = table(n_hours=[None] * 20, f_net=[None] * 20)
    (pair,) = pair_barriers(unknown.frame, rules=RULES, schema=unknown.schema).pairs
    (single,) = pair_barriers(data.frame.iloc[:1], rules=RULES, schema=data.schema, min_group=1).pairs

    assert one.why_empty == "At least two barriers are needed."
    assert empty.why_empty == "There are no students."
    assert (pair.n, pair.both, pair.test) == (0, 0, "none")
    assert np.isnan([pair.phi, pair.p, pair.ratio, single.phi]).all()
    with pytest.raises(InvalidChoice, match="The barrier rule for 'f_net' needs values"):
        pair_barriers(data.frame, rules=(RULES[0], BarrierRule("f_net")), schema=data.schema)


def flags(table, *, varied, constant=0, n=400):
    """A table of flags at random, and of flags that nobody has, with a rule for each."""
    rng = np.random.default_rng(1)
    columns = {f"f_{i}": (rng.random(n) < 0.5).astype(float) for i in range(varied)}
    data = table(**columns, **{f"f_none_{i}": [0.0] * n for i in range(constant)})
    return data, tuple(BarrierRule(name, values=("yes",)) for name in data.frame)


def test_more_rules_than_can_be_audited_are_refused_in_words(table):
    data, rules = flags(table, varied=8)
    words = "These barriers have 256 combinations; at most 128 can be counted together."
    for count in (pair_barriers, count_barriers):
        with pytest.raises(InvalidChoice) as caught:
            count(data.frame, rules=rules, schema=data.schema)
        assert caught.value.message == words
        assert caught.value.hint == "Choose fewer barriers: up to seven, or four where values are not known."


def test_rules_that_nobody_meets_do_not_count_as_audited_and_switch_nothing_off(table):
    data, rules = flags(table, varied=4, constant=6)
    assert len(pair_barriers(data.frame, rules=rules, schema=data.schema).pairs) == 45

    few = crossed(table, 40, 4, 40, 40, **{f"f_none_{i}": [0.0] * 124 for i in range(6)})
    rules = (*RULES, *(BarrierRule(f"f_none_{i}", values=("yes",)) for i in range(6)))
    counts = count_barriers(few.frame, rules=rules, schema=few.schema)
    pairs = pair_barriers(few.frame, rules=rules, schema=few.schema)
    shown = {(pair.left, pair.right) for pair in pairs.pairs}

    assert {n for _, n in counts.n_by_rule} == {-1}
    # With the counts of 0, 1 and 2 barriers, how many have one of the two would tell the 4.
    assert not [pair for pair in shown if {"n_hours", "f_net"} & set(pair)]
