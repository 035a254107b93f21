"""The verdict is right on tables with a known answer: on nearly all of 200, and on each of a few."""

import pytest

from core.modeling import segment_verdict
from core.modeling.segments import fit_segments
from tests.modeling.made_verdicts import grouped, is_right, noise

RIGHT = 95
"""Of 100 tables of each kind."""
SOME_NOISE = (0, 1, 5, 6, 14)
SOME_GROUPED = (0, 1, 5, 6, 7)


def wrong(make, numbers):
    """Return the numbers of the tables on which the verdict is wrong."""
    return [
        i for i in numbers if not is_right(table := make(i), fit_segments(table.features, seed=table.seed))
    ]


@pytest.mark.campaign
@pytest.mark.parametrize("make", [noise, grouped])
def test_the_verdict_is_right_on_nearly_all_tables_with_a_known_answer(make):
    found = wrong(make, range(100))

    print(f"{make.__name__}: wrong on {found}")
    assert len(found) <= 100 - RIGHT


@pytest.mark.parametrize("number", SOME_NOISE)
def test_a_table_without_groups_is_called_one(number):
    assert wrong(noise, [number]) == []


@pytest.mark.parametrize("number", SOME_GROUPED)
def test_planted_groups_are_called_clear_and_their_number_is_found(number):
    assert wrong(grouped, [number]) == []


def test_a_verdict_that_ignores_the_twins_is_found_out(monkeypatch):
    """A mutant: any silhouette is enough, whatever that of students without groups is."""
    monkeypatch.setattr(segment_verdict, "MARGIN", -1.0)
    monkeypatch.setattr(segment_verdict, "SURE", -1e9)

    assert wrong(noise, SOME_NOISE) == list(SOME_NOISE)
