"""A recipe written by hand in pandas leaves the same as ours, and a difference is noticed."""

import pytest

from tests.bench import reads, recipe_ours, recipe_pandas, recipe_rows
from tests.bench.result import NotMeasured

N_STUDENTS = 2_000


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """Where a small dirty school and its recipe lie."""
    folder = tmp_path_factory.mktemp("bench") / "recipe"
    recipe_rows.main(N_STUDENTS, folder)
    return {"students": str(folder / "students.parquet"), "recipe": str(folder / "recipe.json")}


def found(way, asked):
    work, look = way.prepared(asked)
    n_rows, sums = look(work(None))
    return reads.Read({}, n_rows, sums)


def test_the_steps_by_hand_leave_the_same_as_ours(asked):
    ours = found(recipe_ours, asked)

    reads.check_same(ours, found(recipe_pandas, asked))
    assert ours.n_rows < len(recipe_rows.held_by_pandas(asked["students"]))
    assert any(name.startswith("spellings of ") for name in ours.sums)


def test_a_step_that_by_hand_does_less_is_noticed(asked, monkeypatch):
    monkeypatch.setitem(recipe_pandas.BY_HAND, "drop_duplicates", lambda table, step: table)

    with pytest.raises(NotMeasured, match=r"^The ways found [\d,]+ and [\d,]+ rows\.$"):
        reads.check_same(found(recipe_ours, asked), found(recipe_pandas, asked))
