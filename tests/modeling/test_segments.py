"""Segments: planted groups are found, noise is called noise, and nothing hangs on the order of rows."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score, silhouette_score

from core.errors import ColumnNotFound, InvalidChoice, ModelError, ProtectedFeature
from core.modeling.segments import fit_segments
from core.schema import Role
from tests.modeling.segment_tables import (
    diagonal,
    features_of,
    from_matrix,
    one_gaussian,
    planted,
    school,
    uniform,
)


@pytest.fixture(scope="module")
def grouped():
    """Four planted groups of unequal size, the truth, and their segmentation."""
    values, group = planted(np.random.default_rng(3), n=600, groups=4, width=5, apart=6)
    features = from_matrix(values)
    return features, group, fit_segments(features, seed=1)


@pytest.fixture(scope="module")
def mixed():
    """A school-like table with flags, categories and gaps, and its segmentation."""
    features = school(600)
    return features, fit_segments(features, seed=1, k_range=range(2, 7))


def test_planted_groups_are_found_again(grouped):
    _, group, found = grouped

    assert found.recommended_k == 4
    assert found.verdict.clear
    assert adjusted_rand_score(group, found.labels(4)) > 0.97
    assert found.verdict.words.startswith("Clear groups: at K = 4 the silhouette is 0.")


@pytest.mark.parametrize("draw", [uniform, one_gaussian, diagonal])
@pytest.mark.parametrize("width", [2, 5])
def test_noise_has_no_clear_groups(draw, width):
    for seed in range(2):
        values = draw(np.random.default_rng(seed), n=300, width=width)
        verdict = fit_segments(from_matrix(values), seed=seed, k_range=range(2, 7)).verdict
        assert verdict.clear is False
        assert verdict.words.startswith("No clear groups: at K = ")


@pytest.mark.parametrize("groups", [3, 4, 5])
def test_groups_of_unequal_size_are_called_clear(groups):
    for seed in range(2):
        values, _ = planted(np.random.default_rng(seed), n=300, groups=groups, width=4, apart=5)
        found = fit_segments(from_matrix(values), seed=seed, k_range=range(2, 7))
        assert (found.verdict.clear, found.recommended_k) == (True, groups)


def test_two_groups_in_a_single_feature_are_clear_and_one_hump_is_not():
    rng = np.random.default_rng(0)
    humps = np.concatenate([rng.normal(0, 1, 300), rng.normal(7, 1, 200)])
    two = fit_segments(features_of({"x": humps}), seed=0)
    one = fit_segments(features_of({"x": rng.normal(size=500)}), seed=0)

    assert (two.verdict.clear, two.recommended_k) == (True, 2)
    assert one.verdict.clear is False


def test_too_few_students_are_not_judged():
    found = fit_segments(from_matrix(np.random.default_rng(0).normal(size=(20, 3))), seed=0)

    assert found.verdict.clear is None
    assert found.verdict.words == ("Cannot be judged: 20 students are too few to tell groups from chance.")
    assert found.recommended_k in found.ks


def test_quality_has_inertia_and_the_silhouette_of_scikit_learn(mixed):
    features, found = mixed
    points = found.scaling.points(found.scaling.parts(features)).astype(np.float64)
    quality = found.quality().set_index("k")

    for k in found.ks:
        labels = found.labels(k)
        centres = np.stack([points[labels == s].mean(axis=0) for s in range(1, k + 1)])
        inertia = ((points - centres[labels - 1]) ** 2).sum(axis=1).mean()
        assert quality.loc[k, "inertia"] == pytest.approx(inertia, rel=1e-3)
        assert quality.loc[k, "silhouette"] == pytest.approx(silhouette_score(points, labels), abs=1e-5)
        assert quality.loc[k, "smallest_share"] == min(found.sizes(k)) / 600
    assert (np.diff(quality["inertia"]) < 0).all()
    assert quality["is_recommended"].sum() == 1


def test_a_large_table_has_the_silhouette_of_a_sample_and_says_so():
    found = fit_segments(school(4_000), seed=0, k_range=(2,))
    assert "The silhouette is the full one of 3,000 students drawn from 4,000." in found.notes


def test_segments_are_numbered_by_size(mixed):
    _, found = mixed
    for k in found.ks:
        counts = np.bincount(found.labels(k), minlength=k + 1)[1:]
        assert counts.tolist() == sorted(counts, reverse=True) == list(found.sizes(k))


def test_the_order_of_rows_does_not_matter(mixed):
    features, found = mixed
    rows = np.random.default_rng(9).permutation(features.n_students)
    turned = fit_segments(features.take(rows), seed=1, k_range=range(2, 7))

    for k in found.ks:
        assert turned.labels(k).tolist() == found.labels(k)[rows].tolist()
        assert [p.name for p in turned.profiles(k)] == [p.name for p in found.profiles(k)]
    assert turned.quality().equals(found.quality())
    assert turned.verdict == found.verdict


def test_the_same_seed_gives_the_same_segments(mixed):
    features, found = mixed
    again = fit_segments(features, seed=1, k_range=range(2, 7))

    assert all((again.labels(k) == found.labels(k)).all() for k in found.ks)
    assert (again.recommended_k, again.reason, again.verdict) == (
        found.recommended_k, found.reason, found.verdict,
    )  # fmt: skip


def test_fewer_k_asked_for_change_no_other_k(mixed):
    features, found = mixed
    assert (fit_segments(features, seed=1, k_range=(4,)).labels(4) == found.labels(4)).all()


def test_labels_cannot_be_written_to(mixed):
    with pytest.raises(ValueError, match="read-only"):
        mixed[1].labels(2)[0] = 9


def test_students_of_the_fit_are_assigned_to_their_own_segment(mixed):
    features, found = mixed
    for k in found.ks:
        assert (found.assign(features, k=k) == found.labels(k)).all()


def test_one_new_student_is_scaled_by_the_fit_and_not_by_himself(mixed):
    features, found = mixed
    alone = [int(found.assign(features.take([row]), k=3)[0]) for row in range(40)]
    assert alone == found.labels(3)[:40].tolist()


def test_an_unseen_category_and_a_missing_value_are_no_error():
    learned = fit_segments(
        features_of({"x": [0, 0.1, 0.2, 9, 9.1, 9.2]}, {"way": ["bus", "bus", "walk", "walk", "bus", None]}),
        seed=0, k_range=(2,),
    )  # fmt: skip
    new = features_of({"x": [9.05, None]}, {"way": ["rocket", None]})

    assert set(learned.assign(new, k=2)) <= {1, 2}
    assert learned.assign(new, k=2)[0] == learned.labels(2)[3]
    with pytest.raises(ColumnNotFound, match=r"There is no column 'way' \(needed by segments\)"):
        learned.assign(features_of({"x": [1.0]}), k=2)


def test_a_k_above_the_different_students_is_an_error_with_the_largest_possible():
    found = fit_segments(features_of({"x": [1, 1, 2, 2, 3] * 10}), seed=0)

    assert found.ks == (2, 3)
    with pytest.raises(ModelError) as caught:
        found.labels(7)
    assert str(caught.value) == (
        "'K' cannot be 7: there are only 3 different students in what they are grouped by."
    )
    assert caught.value.hint == "The largest K possible is 3."


def test_a_k_that_was_not_fitted_is_an_error_with_those_that_were(mixed):
    with pytest.raises(InvalidChoice, match="'K' cannot be '9'") as caught:
        mixed[1].profiles(9)
    assert caught.value.hint == "Valid: '2', '3', '4', '5', '6'."


@pytest.mark.parametrize("k_range", [(), (1, 2), range(2, 200)])
def test_an_impossible_range_is_refused(mixed, k_range):
    with pytest.raises(InvalidChoice, match="'k_range' needs whole numbers from 2 to 100"):
        fit_segments(mixed[0], seed=0, k_range=k_range)


@pytest.mark.parametrize(
    ("numbers", "why"),
    [
        ({"x": []}, "There are no students."),
        ({"x": [1.0]}, "One student cannot be divided into segments."),
        ({"x": [1.0] * 9}, "The students do not differ in what they are grouped by."),
        ({"x": [None] * 9}, "The students do not differ in what they are grouped by."),
        ({}, "There are no students."),
    ],
)
def test_nothing_to_divide_is_an_answer(numbers, why):
    found = fit_segments(features_of(numbers), seed=0)

    assert (found.is_empty, found.why_empty, found.ks) == (True, why, ())
    assert found.quality().empty
    with pytest.raises(ModelError, match="'K' cannot be 2"):
        found.labels(2)


def test_equal_features_are_dropped_and_named():
    found = fit_segments(
        features_of({"x": range(30), "same": [5] * 30}, {"town": ["A"] * 30}), seed=0, k_range=(2,)
    )

    assert found.dropped == ("same", "town")
    assert "Left out because all students have the same value: 'same', 'town'." in found.notes
    assert [c.name for c in found.columns] == ["x"]


def test_with_three_barriers_the_students_are_grouped_by_barriers():
    rng = np.random.default_rng(0)
    values = {name: rng.normal(size=40) for name in "abcd"}
    barriers = dict.fromkeys("abc", Role.BARRIER)

    assert [c.name for c in fit_segments(features_of(values, roles=barriers), seed=0).columns] == list("abc")
    two = features_of(values, roles=dict.fromkeys("ab", Role.BARRIER))
    assert [c.name for c in fit_segments(two, seed=0).columns] == list("abcd")
    assert [c.name for c in fit_segments(two, seed=0, columns=["d", "a"]).columns] == ["a", "d"]
    with pytest.raises(ColumnNotFound, match="There is no column 'e'"):
        fit_segments(two, seed=0, columns=["e"])


def test_a_protected_attribute_is_refused():
    features = features_of({"age": range(30)}, roles={"age": Role.PROTECTED})
    with pytest.raises(ProtectedFeature, match="Students are not grouped by 'age'"):
        fit_segments(features, seed=0)


def test_infinite_values_do_no_harm():
    found = fit_segments(features_of({"x": [*range(30), np.inf, -np.inf]}), seed=0, k_range=(2,))
    assert found.labels(2)[30] != found.labels(2)[31]


def test_progress_rises_to_one():
    told = []
    fit_segments(school(100), seed=0, progress=lambda done, words: told.append((done, words)))

    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert (told[0][0], told[-1]) == (0.0, (1.0, "Done"))


@settings(max_examples=15, deadline=None)
@given(st.integers(2, 60), st.integers(1, 3), st.integers(1, 6), st.integers(0, 1_000))
def test_everybody_is_in_one_segment_whatever_the_table(n, width, n_values, seed):
    values = np.random.default_rng(seed).integers(0, n_values, (n, width)).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = fit_segments(from_matrix(values), seed=seed, k_range=(2, 3, 5))

    for k in found.ks:
        labels = found.labels(k)
        assert set(labels) == set(range(1, k + 1))
        assert sum(found.sizes(k)) == n
        same = {tuple(row): label for row, label in zip(values, labels, strict=True)}
        assert all(same[tuple(row)] == label for row, label in zip(values, labels, strict=True))
