"""The map of students: exact components, squares that add up, and boxes that hold whom they show."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidChoice
from core.modeling import segment_umap
from core.modeling.segment_map import MOST_POINTS, Box, map_by_pca
from core.modeling.segment_umap import map_by_umap


def points_of(n, *, width=5, seed=0):
    rng = np.random.default_rng(seed)
    return (rng.normal(size=(n, width)) @ rng.normal(size=(width, width)) + 3).astype(np.float32)


def labels_of(n, k, seed=0):
    return np.random.default_rng(seed).integers(1, k + 1, n).astype(np.int16)


@pytest.fixture(scope="module")
def made():
    points = points_of(700)
    labels = {k: labels_of(700, k) for k in (2, 5)}
    return points, labels, map_by_pca(points, labels=labels)


def test_the_axes_are_the_principal_components(made):
    from sklearn.decomposition import PCA

    points, _, found = made
    theirs = PCA(3).fit(points.astype(np.float64))
    places = theirs.transform(points.astype(np.float64))

    assert found.shares == pytest.approx(theirs.explained_variance_ratio_, rel=1e-4)
    for i in range(3):
        sign = np.sign(theirs.components_[i][np.abs(theirs.components_[i]).argmax()])
        assert found.places[i] == pytest.approx(sign * places[:, i], abs=1e-3)


def test_the_share_of_variance_is_told(made):
    found = made[2]

    assert found.axes[0] == f"Component 1 ({100 * found.shares[0]:.0f} % of the variance)"
    assert f"two axes show {100 * sum(found.shares[:2]):.0f} %" in found.notes[0]


def test_the_order_of_the_rows_moves_nobody(made):
    points, labels, found = made
    order = np.random.default_rng(1).permutation(len(points))
    other = map_by_pca(points[order], labels={k: one[order] for k, one in labels.items()})

    assert other.places == pytest.approx(found.places[:, order], abs=1e-4)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_squares_add_up_to_the_students_and_name_the_segment_with_most(made, dimensions):
    _, labels, found = made
    for k, one in labels.items():
        frame = found.density(k, dimensions=dimensions)

        assert frame["n"].sum() == 700
        assert frame["n"].min() >= 1
        assert (frame["n"] * frame["share"]).sum() >= np.bincount(one).max() - 1e-6
    first = frame.iloc[0]
    if dimensions == 2:
        box = Box((first.x1, first.x2), (first.y1, first.y2))
        rows = found.students_in(box)
        assert len(rows) == first.n
        assert np.bincount(labels[k][rows]).max() == pytest.approx(first.n * first.share)


def test_a_tie_in_a_square_goes_to_the_larger_segment():
    points = np.zeros((4, 2), np.float32)
    points[2:] = 1
    found = map_by_pca(points, labels={2: np.array([2, 1, 2, 2], np.int16)})

    assert sorted(found.density(2)["segment"].tolist()) == [1, 2]


coordinate = st.floats(-12, 12, allow_nan=False)


@settings(max_examples=60, deadline=None)
@given(st.tuples(coordinate, coordinate), st.tuples(coordinate, coordinate))
def test_a_box_holds_exactly_the_students_inside(made, x, y):
    found = made[2]
    box = Box(tuple(sorted(x)), tuple(sorted(y)))
    by_hand = [
        i for i in range(700)
        if np.float32(box.x[0]) <= found.places[0, i] <= np.float32(box.x[1])
        and np.float32(box.y[0]) <= found.places[1, i] <= np.float32(box.y[1])
    ]  # fmt: skip

    assert found.students_in(box).tolist() == by_hand


def test_the_whole_map_holds_everybody(made):
    found = made[2]
    box = Box(found.range_of(0), found.range_of(1), found.range_of(2))

    assert len(found.students_in(box)) == 700


def test_a_box_has_its_ends_in_order():
    with pytest.raises(InvalidChoice) as caught:
        Box((0, 1), (2, 1))

    assert str(caught.value) == "The box on the map cannot go from 2 to 1 on 'y'."


def test_students_are_shown_one_by_one_only_while_they_are_few(made):
    _, labels, found = made
    shown = found.points(labels[2], dimensions=3)
    assert list(shown.columns) == ["row", "x", "y", "z", "segment"]
    assert shown["segment"].tolist() == labels[2].tolist()

    many = MOST_POINTS + 1
    large = map_by_pca(points_of(many), labels={2: labels_of(many, 2)})
    assert not large.shows_points
    assert large.points(labels_of(many, 2)).empty


def test_a_k_or_an_axis_that_is_not_there_is_refused(made):
    with pytest.raises(InvalidChoice, match="'K' cannot be '4'"):
        made[2].density(4)
    with pytest.raises(InvalidChoice, match="'number of axes' cannot be '4'"):
        made[2].density(2, dimensions=4)


@pytest.mark.parametrize("width", [1, 2])
def test_fewer_columns_than_axes_leave_the_others_at_zero(width):
    found = map_by_pca(points_of(40, width=width), labels={2: labels_of(40, 2)})

    assert (found.places[width:] == 0).all()
    assert sum(found.shares) == pytest.approx(1)


@pytest.mark.parametrize("points", [np.empty((0, 3), np.float32), np.empty((5, 0), np.float32)])
def test_nothing_to_map_is_said(points):
    found = map_by_pca(points, labels={})

    assert found.is_empty
    assert found.why_empty
    assert len(found.students_in(Box((0, 1), (0, 1)))) == 0


def test_alike_students_stand_on_one_spot():
    found = map_by_pca(np.ones((30, 3), np.float32), labels={2: labels_of(30, 2)})

    assert found.density(2)["n"].tolist() == [30]


def test_umap_is_the_same_again_and_keeps_far_groups_apart():
    points = np.concatenate([points_of(40), points_of(40, seed=1) + 40])
    labels = {2: np.repeat(np.array([1, 2], np.int16), 40)}
    order = np.random.default_rng(0).permutation(80)
    found = map_by_umap(points, order=order, labels=labels, seed=3)
    again = map_by_umap(points, order=order, labels=labels, seed=3)

    assert (found.places == again.places).all()
    assert found.notes[0] == "UMAP of all 80 students, seed 3."
    assert (found.density(2)["share"] > 0.99).all()


def test_whoever_is_not_in_the_sample_stands_where_the_nearest_of_it_stands(monkeypatch):
    monkeypatch.setattr(segment_umap, "_embedded", lambda points, seed: points[:, :2] * 2)
    points = points_of(300)
    order = np.random.default_rng(0).permutation(300)
    found = map_by_umap(points, order=order, labels={2: labels_of(300, 2)}, seed=3, sample=50)
    drawn = order[:50]
    nearest = [drawn[((points[drawn] - one) ** 2).sum(axis=1).argmin()] for one in points]

    assert found.places.T.tolist() == (points[nearest, :2] * 2).tolist()
    assert found.density(2)["n"].sum() == 300
    assert found.notes[0] == (
        "UMAP of 50 students drawn from 300, seed 3; "
        "each of the others stands where the nearest of these stands."
    )


def test_umap_of_a_handful_is_not_made():
    found = map_by_umap(points_of(5), order=np.arange(5), labels={}, seed=1)

    assert found.why_empty == "UMAP needs at least 20 students; there are 5."
