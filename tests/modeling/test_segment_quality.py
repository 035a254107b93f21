"""The figures by K are those of scikit-learn and of the papers; a preview comes before the settled ones."""

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score

from core.errors import ColumnNotFound, InvalidChoice, ModelError, ProtectedFeature
from core.modeling import segments
from core.modeling.segment_fit import fit_all
from core.modeling.segment_gap import Gaps, gaps
from core.modeling.segment_indices import indices
from core.modeling.segments import fit_segments
from core.schema import Role
from tests.modeling.segment_tables import features_of, from_matrix, planted, school

KS = range(2, 13)


def points_of(features, found):
    """Return the points of all students, in the order of the table."""
    return found.scaling.points(found.scaling.parts(features)).astype(np.float64)


def test_calinski_harabasz_and_davies_bouldin_are_those_of_scikit_learn():
    features = school(1_500)
    found = fit_segments(features, seed=1)
    points, quality = points_of(features, found), found.quality().set_index("k")

    for k in KS:
        labels = found.labels(k)
        assert quality.loc[k, "calinski_harabasz"] == pytest.approx(
            calinski_harabasz_score(points, labels), rel=1e-6
        )
        assert quality.loc[k, "davies_bouldin"] == pytest.approx(
            davies_bouldin_score(points, labels), rel=1e-6
        )


def test_they_are_exact_for_groups_so_tight_that_distances_nearly_vanish():
    rng = np.random.default_rng(0)
    table = rng.normal(size=(3, 5))[rng.integers(3, size=900)] + rng.normal(size=(900, 5)) * 0.05
    points = table.astype(np.float32)
    exact, fits = points.astype(np.float64), fit_all(points, ks=(2, 3, 4), seed=0)
    for fit, found in zip(fits, indices(points, fits=fits), strict=True):
        assert found.calinski_harabasz == pytest.approx(calinski_harabasz_score(exact, fit.labels), rel=1e-6)
        assert found.davies_bouldin == pytest.approx(davies_bouldin_score(exact, fit.labels), rel=1e-6)


def test_equal_students_in_each_segment_leave_no_spread_to_divide_by():
    quality = fit_segments(features_of({"x": [1, 2, 3] * 12}), seed=0).quality().set_index("k")

    assert quality.loc[3, ["calinski_harabasz", "davies_bouldin"]].tolist() == [1.0, 0.0]
    assert quality.loc[3, "inertia"] == pytest.approx(0, abs=1e-6)
    assert np.isfinite(quality["gap"]).all()


def test_students_who_are_all_alone_have_no_index():
    quality = fit_segments(features_of({"x": [1, 2, 5]}), seed=0).quality().set_index("k")
    assert np.isnan(quality.loc[3, ["calinski_harabasz", "davies_bouldin"]].astype(float)).all()


def test_the_gap_is_the_mean_log_spread_of_even_points_less_that_of_the_students():
    points = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    found = gaps(points, ks=(2, 3), seed=4)

    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    along = centred @ np.linalg.eigh(centred.T @ centred)[1]
    rng = np.random.default_rng(4)
    drawn = [rng.uniform(along.min(axis=0), along.max(axis=0), along.shape) for _ in range(10)]
    logs = np.array([[np.log(spread(table, k)) for k in (1, 2, 3)] for table in (along, *drawn)])
    assert found.ks == (1, 2, 3)
    assert found.gap == pytest.approx(logs[1:].mean(axis=0) - logs[0], abs=0.01)
    assert found.error == pytest.approx(logs[1:].std(axis=0) * np.sqrt(1.1), abs=0.01)


def spread(table, k):
    """Return the least mean squared distance to k centres that twenty runs find."""
    return KMeans(k, n_init=20, random_state=0).fit(table).inertia_ / len(table)


@pytest.mark.parametrize(
    ("gap", "error", "k"),
    [
        ([0.5, 0.4, 0.6], [0.0, 0.0, 0.1], 1),
        ([0.5, 0.4, 0.6, 0.6], [0.0] * 4, 3),
        ([0.1, 0.4, 0.45], [0.0, 0.0, 0.06], 2),
        ([0.1, 0.4, 0.5, 0.5], [0.0] * 4, 3),
        ([0.1, 0.2, 0.3], [0.01] * 3, 3),
    ],
)
def test_the_first_k_whose_successor_is_no_better_is_enough(gap, error, k):
    assert Gaps(tuple(range(1, len(gap) + 1)), np.array(gap), np.array(error), 100).first_enough == k


def test_the_reason_says_what_the_other_figures_prefer():
    values, _ = planted(np.random.default_rng(3), n=400, groups=4, width=3, apart=12)
    grouped = fit_segments(from_matrix(values), seed=1)
    cloud = fit_segments(
        from_matrix(np.random.default_rng(0).normal(size=(400, 3))), seed=1, k_range=range(2, 6)
    )

    assert grouped.reason.endswith(
        "The best K is 4 by the silhouette, 4 by Calinski-Harabasz, 4 by Davies-Bouldin, "
        "4 by the gap statistic."
    )
    assert cloud.reason.endswith(", and by the gap statistic no division at all.")
    assert cloud.gaps.first_enough == 1


def test_a_few_students_more_or_less_one_k_or_another_say_no_more_than_they_know():
    found = fit_segments(school(100), seed=3, k_range=(4,))

    assert found.reason == f"K = 4 has the highest silhouette ({found.quality().silhouette[0]:.2f})."
    assert found.notes == (
        "A category counts as much as a number; missing numbers stand at the median.",
        "For each K the best of up to 28 runs, 16 of them drawn with seed 3.",
    )


@pytest.fixture(scope="module")
def seen():
    """A large table's settled segments, and the preview that came before."""
    features, previews = school(21_000), []
    found = fit_segments(features, seed=1, k_range=(2, 4), on_preview=previews.append)
    return features, found, previews


def test_a_preview_of_a_sample_comes_before_the_settled_segments(seen):
    features, found, (preview,) = seen

    assert (preview.is_preview, preview.n_students, len(preview.rows)) == (True, 20_000, 20_000)
    assert (np.diff(preview.rows) > 0).all()
    assert (found.is_preview, found.n_students, found.rows) == (False, 21_000, None)
    assert preview.notes[0] == "A preview from 20,000 students drawn from 21,000; the settled figures follow."
    assert preview.quality()["gap"].isna().all()
    assert preview.verdict == found.verdict or preview.verdict.clear == found.verdict.clear
    for k in (2, 4):
        shown = preview.labels(k)
        assert (preview.assign(features.take(preview.rows), k=k) == shown).mean() > 0.999
        assert (found.labels(k)[preview.rows] == shown).mean() > 0.9
        assert sum(preview.sizes(k)) == sum(p.size for p in preview.profiles(k)) == 20_000


def test_whether_a_preview_is_shown_changes_nothing(seen):
    features, found, _ = seen
    again = fit_segments(features, seed=1, k_range=(2, 4))

    assert again.quality().equals(found.quality())
    assert (again.labels(4) == found.labels(4)).all()
    assert (
        "For each K up to 28 runs, begun on 2,048 drawn students (seed 1); the best of them go on to 16,384, "
        in (again.notes[1])
    )
    assert again.notes[2:] == (
        "The silhouette is the full one of 3,000 students drawn from 21,000.",
        "The gap statistic is of 1,000 drawn students, beside 10 tables of evenly spread ones as large.",
    )


def test_a_small_table_has_no_preview():
    previews = []
    fit_segments(school(100), seed=0, k_range=(2,), on_preview=previews.append)
    assert previews == []


def test_the_number_of_threads_changes_nothing(monkeypatch):
    features = school(1_500)
    two = fit_segments(features, seed=1, k_range=(3, 5))
    monkeypatch.setattr("core.modeling.threads.os.cpu_count", lambda: 1)
    one = fit_segments(features, seed=1, k_range=(3, 5))

    assert two.quality().equals(one.quality())
    assert (two.labels(5) == one.labels(5)).all()


def test_the_inertia_is_at_most_a_fifth_of_a_percent_above_ten_full_runs():
    features = school(3_000, seed=5)
    found = fit_segments(features, seed=2)
    points = points_of(features, found).astype(np.float32)
    inertia = found.quality().set_index("k")["inertia"]
    for k in (3, 7, 12):
        assert inertia[k] <= 1.002 * KMeans(k, n_init=10, random_state=0).fit(points).inertia_ / 3_000


def test_students_who_differ_by_less_than_can_be_told_make_no_empty_segment():
    rng = np.random.default_rng(0)
    found = fit_segments(features_of({"x": rng.integers(3, size=300) + rng.normal(size=300) * 1e-4}), seed=0)

    assert found.ks == (2, 3)
    assert min(found.sizes(3)) > 0
    with pytest.raises(ModelError, match="'K' cannot be 4: there are only 3 different students"):
        found.labels(4)


def test_no_column_at_all_is_refused():
    with pytest.raises(InvalidChoice) as caught:
        fit_segments(features_of({"x": [1, 2], "y": [1, 2]}), seed=0, columns=[])
    assert str(caught.value) == "There is no column to group students by."
    assert caught.value.hint == "Choose at least one of 'x', 'y'."


def test_a_chosen_column_that_is_unknown_or_protected_is_refused():
    features = features_of({"x": [1, 2], "age": [1, 2]}, roles={"age": Role.PROTECTED})
    with pytest.raises(ColumnNotFound, match=r"There is no column 'z' \(needed by segments\)"):
        fit_segments(features, seed=0, columns=["z"])
    with pytest.raises(
        ProtectedFeature, match="Students are not grouped by 'age': it is a protected attribute"
    ):
        fit_segments(features, seed=0, columns=["x", "age"])


def test_only_constant_columns_chosen_are_an_answer():
    found = fit_segments(features_of({"x": range(40), "same": [3] * 40}), seed=0, columns=["same"])
    assert (found.why_empty, found.dropped) == (
        "The students do not differ in what they are grouped by.", ("same",),
    )  # fmt: skip


def test_one_student_who_differs_from_all_others_is_a_segment_of_one():
    found = fit_segments(features_of({"x": [0] * 99 + [7]}), seed=0)

    assert (found.ks, found.sizes(2)) == ((2,), (99, 1))
    assert found.labels(2)[-1] == 2


def test_a_column_named_twice_counts_once():
    features = from_matrix(np.random.default_rng(0).normal(size=(60, 2)))
    twice = fit_segments(features, seed=0, columns=["x0", "x0"], k_range=(2,))
    assert [c.name for c in twice.columns] == ["x0"]
    assert (twice.labels(2) == fit_segments(features, seed=0, columns=["x0"], k_range=(2,)).labels(2)).all()


def test_a_heavier_category_decides_and_the_notes_say_so():
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0, 1, 100), rng.normal(8, 1, 100)])
    way = rng.permutation(["bus", "walk"] * 100).tolist()
    features = features_of({"x": x}, {"way": way})
    by_number = fit_segments(features, seed=0, k_range=(2,), category_weight=0.1).labels(2)
    heavy = fit_segments(features, seed=0, k_range=(2,), category_weight=10)

    assert len({(a, b > 4) for a, b in zip(by_number, x, strict=True)}) == 2
    assert len(set(zip(heavy.labels(2), way, strict=True))) == 2
    assert (
        heavy.notes[0]
        == "A category counts 10 times as much as a number; missing numbers stand at the median."
    )


@pytest.mark.parametrize("weight", [0, 0.09, 11, float("nan")])
def test_a_weight_out_of_range_is_refused(weight):
    with pytest.raises(InvalidChoice, match=f"'category_weight' cannot be {weight:g}") as caught:
        fit_segments(features_of({"x": [1, 2]}), seed=0, category_weight=weight)
    assert caught.value.hint == "It goes from 0.1 to 10."


def test_the_preview_is_of_the_students_that_the_settled_segments_start_from():
    assert max(sample for sample, _, _ in segments.segment_start.STAGES) <= segments.PREVIEW_SAMPLE
