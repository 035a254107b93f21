"""Q024: students of whom little is known, and gaps that come together."""

import numpy as np
import pandas as pd
import pytest

from core.schema import Kind, Role
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, text

N = 100


def school(gaps, *, names=("a", "b", "c", "d", "e")):
    """Return a school with these gaps in each row, whose ids are S0, S1 and so on."""
    columns = {name: [None if name in some else 1.0 + at for at, some in enumerate(gaps)] for name in names}
    return dataset({"student_id": text(*[f"S{at}" for at in range(len(gaps))]), **columns})


def test_students_who_lack_most_are_named():
    found = answer("Q024", school(["abc", "abcd", "ab", *[""] * (N - 3)]))

    assert found.words == (
        "2 rows of 100 (2.0 %) lack more than half of the 5 columns that a model may use. What is filled in "
        "there is mostly a guess; to drop the rows would lose the students of whom the school knows least."
    )
    assert (found.severity, found.column, found.count, found.step) == ("issue", None, 2, None)
    assert found.examples == ("S0", "S1")


def test_half_is_not_more_than_half():
    given = school(["ab", *[""] * (N - 1)], names=("a", "b", "c", "d"))

    assert ask("Q024", given) == []


def test_words_and_codes_for_a_gap_are_gaps():
    columns = {
        "a": text("?", *["own"] * N),
        "b": [999.0, 999.0, *[1.0, 2.0, 3.0, 4.0] * 24, 5.0, 6.0, 7.0],
        "c": text(" ", *["x"] * N),
        "d": [2.0] * (N + 1),
    }
    given = dataset(columns, spans={"b": (0, 60)})

    assert answer("Q024", given).examples == ("row 1",)


def test_gaps_that_come_together_are_told_with_what_chance_would_do():
    found = answer("Q024", school([*["ab"] * 30, "a", "b", *[""] * 268]))

    assert found.words == (
        "In 30 rows (10.0 %), 'a' and 'b' have no value together and nothing else is missing; by chance it "
        "would be about 3. One cause may be behind these gaps, such as a form that was not handed in."
    )
    assert (found.severity, found.count, found.examples) == ("tip", 30, ("S0", "S1", "S2", "S3", "S4"))


def test_hardly_any_is_said_where_chance_explains_nothing():
    assert "by chance it would be hardly any." in answer("Q024", school([*["ab"] * 20, *[""] * 980])).words


def test_gaps_that_meet_by_chance_are_not_told():
    draw = np.random.default_rng(1).random((2_000, 5)) < 0.2
    given = school(["".join(np.array(list("abcde"))[row]) for row in draw])

    assert {one.severity for one in ask("Q024", given)} <= {"issue"}


def test_columns_beyond_eight_bytes_are_told_apart():
    names = [f"c{number}" for number in range(70)]
    frame = pd.DataFrame(np.ones((600, 70)), columns=names)
    frame.loc[:24, ["c0", "c69"]] = None
    frame.loc[25:48, ["c1", "c69"]] = None
    frame.loc[50:, names[2:69]] = frame.loc[50:, names[2:69]].mask(np.eye(550, 67, dtype=bool))
    found = answer("Q024", dataset(frame))

    assert found.count == 25
    assert found.words.startswith("In 25 rows (4.2 %), 'c0' and 'c69' have no value together")


@pytest.mark.parametrize("role", [Role.IGNORED, Role.PROTECTED])
def test_only_what_a_model_may_use_counts(role):
    given = dataset({name: [1.0, None] for name in "abcd"}, roles={"d": role}, kinds={"a": Kind.NUMBER})
    found = answer("Q024", given)

    assert (found.severity, found.words) == (
        "not applicable",
        "Fewer than 4 columns with values may be used by a model.",
    )
