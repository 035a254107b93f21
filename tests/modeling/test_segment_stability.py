"""Stability: planted segments come out again, those of noise do not; the figures are those of the paper."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from core.errors import InvalidChoice
from core.modeling.segment_stability import KStability, SegmentStability, _agreement, find_stability
from core.modeling.segments import fit_segments
from tests.modeling.segment_tables import features_of, from_matrix, planted, school


@pytest.fixture(scope="module")
def grouped():
    """Four planted groups, their segmentation, and its stability."""
    values, _ = planted(np.random.default_rng(3), n=600, groups=4, width=5, apart=6)
    features = from_matrix(values)
    found = fit_segments(features, seed=1, k_range=range(2, 7))
    return features, found, find_stability(found, features, n_draws=20)


def test_planted_segments_come_out_again(grouped):
    at_four = grouped[2].of(4)

    assert at_four.rand > 0.98
    assert [s.words for s in at_four.segments] == ["stable"] * 4
    assert at_four.words == (
        "Stable at K = 4: when students are redrawn, the segments agree by 1.00 "
        "(adjusted Rand; 1.00 to 1.00)."
    )


def test_segments_of_an_even_cloud_do_not_come_out_again():
    features = from_matrix(np.random.default_rng(0).normal(size=(500, 8)))
    found = find_stability(fit_segments(features, seed=0, k_range=(7,)), features, n_draws=10).of(7)

    assert not found.is_stable
    assert found.words.startswith("Unstable at K = 7: when students are redrawn, the segments agree by 0.")
    assert found.words.endswith(f"; {found.n_unstable} of 7 do not come out again.")


def test_the_frames_have_a_row_a_k_and_a_row_a_segment(grouped):
    stability = grouped[2]
    frame, by_segment = stability.frame(), stability.segment_frame()

    assert frame["k"].tolist() == [2, 3, 4, 5, 6]
    assert by_segment.groupby("k").size().tolist() == [2, 3, 4, 5, 6]
    assert (frame["rand_low"] <= frame["rand"] + 1e-12).all()
    assert by_segment["jaccard"].between(0, 1).all()
    assert frame["n_unstable"].tolist() == [(b["jaccard"] < 0.6).sum() for _, b in by_segment.groupby("k")]
    assert stability.about == (
        "20 times 600 students were drawn with replacement from as many (seed 1) and segmented anew."
    )


def test_the_order_of_rows_does_not_matter(grouped):
    features, found, stability = grouped
    rows = np.random.default_rng(9).permutation(features.n_students)
    assert find_stability(found, features.take(rows), n_draws=20) == stability


def test_agreement_is_the_adjusted_rand_and_the_best_jaccard_by_segment():
    shown = np.array([0, 0, 0, 1, 1, 2], dtype=np.int16)
    anew = np.array([2, 2, 0, 0, 0, 1], dtype=np.int16)
    found = _agreement(shown, anew, 3)

    assert found.rand == pytest.approx(adjusted_rand_score(shown, anew))
    assert found.jaccard == pytest.approx([2 / 3, 2 / 3, 1])
    assert np.isnan(_agreement(shown[:5], anew[:5], 3).jaccard[2])
    assert _agreement(np.zeros(4, np.int16), np.zeros(4, np.int16), 2).rand == 1


@pytest.mark.parametrize(
    ("jaccard", "words"),
    [
        (0.59, "unstable"),
        (0.6, "a pattern, its members uncertain"),
        (0.74, "a pattern, its members uncertain"),
        (0.75, "stable"),
        (float("nan"), "too small to tell"),
    ],
)
def test_the_marks_are_hennigs(jaccard, words):
    assert SegmentStability(1, jaccard, 0.0).words == words
    assert KStability(1, 1.0, 1.0, 1.0, (SegmentStability(1, jaccard, 0.0),)).is_stable == (jaccard >= 0.6)


def test_one_unstable_segment_is_said_in_the_singular():
    segments = (SegmentStability(1, 0.9, 0.0), SegmentStability(2, 0.3, 0.9))
    assert KStability(2, 0.5, 0.4, 0.6, segments).words == (
        "Unstable at K = 2: when students are redrawn, the segments agree by 0.50 (adjusted Rand; "
        "0.40 to 0.60); 1 of 2 does not come out again."
    )


def test_a_large_table_is_told_of_a_sample():
    features = school(3_500)
    found = find_stability(fit_segments(features, seed=0, k_range=(2,)), features, n_draws=5)
    assert (found.n_students, found.n_draws) == (3_000, 5)


def test_nothing_to_redraw_is_an_answer():
    few = features_of({"x": range(20)})
    same = features_of({"x": [1] * 50})

    found = find_stability(fit_segments(few, seed=0), few)
    assert (found.is_empty, found.why_empty) == (True, "20 students are too few to redraw.")
    assert found.frame().empty
    found = find_stability(fit_segments(same, seed=0), same)
    assert found.why_empty == "The students do not differ in what they are grouped by."


def test_too_few_draws_and_a_k_that_was_not_fitted_are_refused(grouped):
    features, found, stability = grouped
    with pytest.raises(InvalidChoice, match="'n_draws' cannot be 4") as caught:
        find_stability(found, features, n_draws=4)
    assert caught.value.hint == "It is at least 5."
    with pytest.raises(InvalidChoice, match="'K' cannot be '9'"):
        stability.of(9)


def test_progress_rises_to_one(grouped):
    features, found, _ = grouped
    told = []
    find_stability(found, features, n_draws=5, progress=lambda done, _words: told.append(done))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
