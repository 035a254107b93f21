"""The segments' benchmark measures what it says, on made-up students of 52 dimensions."""

import pytest

from tests.bench import segments, segments_child
from tests.bench.segments_rows import features_of


def test_the_students_have_52_dimensions_and_are_always_the_same():
    assert segments_child.points_of(500).shape == (500, 52)
    assert (features_of(50).codes == features_of(50).codes).all()


def test_both_ways_give_an_inertia_for_each_k_and_both_clocks():
    ours, naive = segments_child.ours(600), segments_child.naive(600)

    assert len(ours["inertia"]) == len(naive["inertia"]) == 11
    assert ours["laps"].keys() == {"settled", "stability"}
    assert naive["laps"]["settled"].keys() == {"seconds", "cpu"}
    assert max(a / b for a, b in zip(ours["inertia"], naive["inertia"], strict=True)) < 1.01


def test_the_inertia_is_compared_where_ours_is_worst():
    found = segments.worst_inertia("segments_5", [3.0, 2.0, 1.5], [3.0, 1.6, 1.4])

    assert (found.name, found.ours, found.other) == ("segments_5_inertia", 2.0, 1.6)
    assert found.other_is == "the best of ten full runs, at K = 3, where ours is worst"
    assert found.ratio == pytest.approx(1.25)
