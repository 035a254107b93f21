"""Q026: students whose numbers are unusual together."""

import numpy as np
import pytest

from core.cleaning.findings import find, propose
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, text

N = 500


def school(seed=0, planted=()):
    """Return a school in which five numbers go together, and students who break the rule."""
    random = np.random.default_rng(seed)
    level = random.normal(size=N)
    numbers = np.stack([level + 0.2 * random.normal(size=N) for _ in range(5)], axis=1)
    for row in planted:
        numbers[row] = [2.0, -2.0, 2.0, -2.0, 2.0]
    names = ("maths", "reading", "writing", "science", "music")
    columns = {name: np.round(numbers[:, at] * 10 + 50, 1) for at, name in enumerate(names)}
    return dataset({"student_id": text(*[f"S{row}" for row in range(N)]), **columns})


def test_students_who_break_what_holds_for_all_others_are_found():
    found = answer("Q026", school(planted=(7, 300)))

    assert found.words == (
        "2 rows of 500 have numbers that are unusual together. They may well be real, and these students "
        "may be the ones who need help: look at them."
    )
    assert (found.severity, found.column, found.count, found.step) == ("tip", None, 2, None)
    assert {one.split(" (")[0] for one in found.examples} == {"S7", "S300"}
    assert all(one.count(",") == 1 and (" 70" in one or " 30" in one) for one in found.examples)


@pytest.mark.parametrize("seed", range(5))
def test_a_school_without_such_students_passes(seed):
    assert ask("Q026", school(seed)) == []


def test_one_far_number_alone_is_no_combination():
    random = np.random.default_rng(2)
    columns = {name: random.normal(size=N) for name in "abcd"}
    columns["a"][3] = 1e6

    assert ask("Q026", dataset(columns)) == []


def test_the_same_table_gives_the_same_students_twice():
    assert find(school(planted=(7,))).by_code("Q026") == find(school(planted=(7,))).by_code("Q026")


def test_a_column_that_repeats_another_adds_nothing():
    random = np.random.default_rng(2)
    columns = {name: random.normal(size=N) for name in "abc"}

    assert ask("Q026", dataset({**columns, "twice": columns["a"] * 2, "again": columns["a"] + 1})) == []


def test_gaps_make_nobody_unusual():
    random = np.random.default_rng(2)
    columns = {name: random.normal(size=N) for name in "abcd"}
    for name in "abc":
        columns[name][:5] = np.nan

    assert ask("Q026", dataset(columns)) == []


def test_few_rows_or_columns_show_no_combinations():
    for columns in ({name: np.arange(199.0) for name in "abc"}, {name: np.arange(300.0) for name in "ab"}):
        found = answer("Q026", dataset(columns))
        assert (found.severity, found.words) == (
            "not applicable",
            "Needs 200 rows and 3 number columns that a model may use.",
        )


def test_a_large_table_is_judged_by_a_sample_that_is_told(monkeypatch):
    monkeypatch.setattr("core.cleaning.profile.SAMPLE", 499)

    assert " in a sample of 499 have numbers" in answer("Q026", school(planted=(7, 300))).words
    assert propose(school(planted=(7,)), find(school(planted=(7,)))).steps == ()
