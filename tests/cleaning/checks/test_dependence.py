"""Q025: gaps that depend on other columns, and the silence where they do not."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from core.cleaning.checks import dependence
from core.cleaning.profile import Table
from core.schema import Kind, Role
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, text

N = 1_000
NORTH = np.arange(N) % 2 == 0
HOURS = np.arange(N) % 31


def holes(where):
    """Return numbers with gaps at these rows."""
    return np.where(where, np.nan, 1.0 + np.arange(N) % 7)


def nth(rows, every):
    """Return every so-manieth of these rows."""
    chosen = np.zeros(N, dtype=bool)
    chosen[np.flatnonzero(rows)[::every]] = True
    return chosen


def region():
    return text(*np.where(NORTH, "north", "south"))


def test_gaps_of_one_region_are_told_in_words():
    given = dataset({"income": holes(nth(NORTH, 3) | nth(~NORTH, 25)), "region": region()})
    found = answer("Q025", given)

    assert found.words == (
        "'income' is missing more often where 'region' is 'north' (33 % against 4 %). A fill from all "
        "students would be wrong for these: fill by group, or keep that it was missing."
    )
    assert (found.severity, found.column, found.count, found.step) == ("tip", "income", 187, None)


def test_gaps_of_those_who_work_much_are_told_by_the_middle():
    given = dataset({"income": holes(nth(HOURS > 20, 2)), "hours": HOURS.astype(float)})

    assert answer("Q025", given).words.startswith(
        "'income' is missing more often where 'hours' is above 15 (33 % against 0 %)."
    )


def test_further_columns_are_named_after_the_strongest():
    given = dataset({"income": holes(nth(NORTH, 3)), "region": region(), "far": NORTH * 1.0 + HOURS / 100})

    assert "; its gaps also go with 'region'. A fill" in answer("Q025", given).words


def test_an_outcome_that_is_missing_for_some_is_told_otherwise():
    left = text(*np.where(nth(NORTH, 3), None, np.where(HOURS > 15, "yes", "no")))
    given = dataset({"left": left, "region": region()}, roles={"left": Role.OUTCOME})

    assert answer("Q025", given).words.endswith(
        "(33 % against 0 %). A model learns from students with a known outcome only, "
        "so it knows less of these."
    )


@pytest.mark.parametrize("kind", [Kind.FLAG, Kind.NUMBER])
def test_yes_and_no_are_categories(kind):
    given = dataset({"income": holes(nth(NORTH, 3)), "north": NORTH * 1.0}, kinds={"north": kind})
    where = "'yes'" if kind is Kind.FLAG else "above 0.5"

    assert f"where 'north' is {where} (33 % against 0 %)" in answer("Q025", given).words


def test_a_certain_but_small_difference_does_not_matter():
    n = 20_000
    north = np.arange(n) % 2 == 0
    gaps = np.where(north, np.arange(n) % 25 < 2, np.arange(n) % 25 == 1)
    assert (
        stats.chi2_contingency(np.array([[gaps[north].sum(), 10_000], [gaps[~north].sum(), 10_000]])).pvalue
        < 1e-9
    )

    given = dataset({"income": np.where(gaps, np.nan, 1.0), "region": text(*np.where(north, "n", "s"))})
    assert ask("Q025", given) == []


def test_a_large_table_is_judged_by_a_sample_that_is_told(monkeypatch):
    monkeypatch.setattr("core.cleaning.profile.SAMPLE", 800)
    given = dataset({"income": holes(nth(NORTH, 3)), "region": region()})

    assert answer("Q025", given).words.startswith("In a sample of 800 rows, 'income' is missing more often")


def test_few_gaps_and_columns_of_no_model_are_left_aside():
    few = dataset({"income": holes(np.arange(N) < 19), "region": region()})
    ignored = dataset({"income": holes(NORTH), "region": region()}, roles={"income": Role.IGNORED})

    for given in (few, ignored):
        found = answer("Q025", given)
        assert (found.severity, found.words) == (
            "not applicable",
            "No column of a model, and no outcome, has 20 gaps and 20 values or more.",
        )


def test_the_p_values_are_those_of_scipy():
    random = np.random.default_rng(5)
    gaps = random.random(300) < 0.3
    numbers, levels = np.round(random.normal(size=300), 1), random.integers(0, 3, 300)
    given = dataset({"x": np.where(gaps, np.nan, 1.0), "n": numbers, "c": text(*map(str, levels))})
    _, by_number, by_level = Table.of(given).profiles

    (one,) = dependence._tests(by_number, gaps[:, None])
    rank_test = stats.mannwhitneyu(numbers[gaps], numbers[~gaps], method="asymptotic")
    assert one.p == pytest.approx(rank_test.pvalue, rel=1e-9)
    (other,) = dependence._tests(by_level, gaps[:, None])
    counts = np.array([[(gaps & (levels == k)).sum(), (~gaps & (levels == k)).sum()] for k in range(3)])
    assert other.p == pytest.approx(stats.chi2_contingency(counts, correction=False).pvalue, rel=1e-9)


def random_school(seed):
    """Return a school whose gaps are left by chance: numbers, categories, and tied counts."""
    random = np.random.default_rng(seed)
    n = 400
    columns = {
        "a": random.normal(size=n),
        "b": random.exponential(size=n),
        "c": random.integers(0, 4, n).astype(float),
        "d": text(*random.choice(["own", "shared", "phone", "none"], n, p=[0.6, 0.2, 0.15, 0.05])),
        "e": text(*random.choice(["yes", "no"], n)),
    }
    gaps = {
        name: random.random(n) < rate for name, rate in zip(columns, (0.1, 0.2, 0.05, 0.3, 0.15), strict=True)
    }
    return dataset({name: pd.Series(columns[name]).mask(gaps[name]) for name in columns})


def test_gaps_left_by_chance_are_told_in_at_most_one_table_of_twenty():
    told = [bool(ask("Q025", random_school(seed))) for seed in range(200)]

    assert sum(told) <= 200 / 20
