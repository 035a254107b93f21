"""Profiles and names: what a segment is like, in figures that add up and words that fit."""

import numpy as np
import pytest

from core.modeling.segment_names import Contrast, names_of, phrase
from core.modeling.segments import fit_segments
from core.schema import Kind
from tests.modeling.segment_tables import features_of, school


@pytest.fixture(scope="module")
def barriers():
    """Two kinds of student: far away and working, and near with internet."""
    rng = np.random.default_rng(0)
    far = rng.random(400) < 0.35
    return features_of(
        {
            "travel": np.where(far, 70, 15) + rng.normal(0, 5, 400),
            "hours": np.where(far, 20, 2) + rng.normal(0, 6, 400),
            "net": np.where(far, 0.0, 1.0),
        },
        {"way": np.where(far, "train", "walk").tolist()},
        flags=("net",),
        labels={
            "travel": "Travel time",
            "hours": "Paid work",
            "net": "Internet at home",
            "way": "Way to school",
        },
    )


def contrast(strength, *, column="a", kind=Kind.NUMBER, level="", segment=1.0):
    return Contrast(
        column,
        column.upper() * 2 if column == "gpa" else f"Label {column}",
        kind,
        level,
        segment,
        0.5,
        strength,
        "",
    )


def test_a_segment_is_named_by_its_strongest_contrasts(barriers):
    near, far = fit_segments(barriers, seed=0, k_range=(2,)).profiles(2)

    assert near.name == "mostly internet at home, mostly way to school: walk, low travel time"
    assert far.name == "hardly any internet at home, mostly way to school: train, very high travel time"
    assert (near.segment, far.segment) == (1, 2)
    assert near.size + far.size == 400
    assert near.share + far.share == pytest.approx(1)


def test_contrasts_hold_the_means_of_the_segment_and_of_everyone(barriers):
    found = fit_segments(barriers, seed=0, k_range=(2,))
    labels = found.labels(2)
    travel = barriers.numbers[:, 0]

    ours = next(c for c in found.profiles(2)[1].contrasts if c.column == "travel")
    assert ours.segment == pytest.approx(travel[labels == 2].mean())
    assert ours.everyone == pytest.approx(travel.mean())
    assert ours.strength == pytest.approx((ours.segment - ours.everyone) / travel.std())
    assert ours.words == f"Travel time {ours.segment:.3g} (all: {ours.everyone:.3g})"
    assert ours.difference == f"{ours.segment - ours.everyone:.3g} more"
    net = next(c for c in found.profiles(2)[1].contrasts if c.column == "net")
    assert net.difference == f"{100 * barriers.numbers[:, 2].mean():.0f} in 100 students fewer"
    assert net.words == f"Internet at home 0 % (all: {100 * barriers.numbers[:, 2].mean():.0f} %)"


def test_missing_values_are_in_no_mean_and_no_share():
    found = fit_segments(
        features_of({"x": [0, 0, None, 10, 10, None]}, {"c": ["a", "a", None, "b", "b", None]}),
        seed=0, k_range=(2,),
    )  # fmt: skip
    values = {(c.column, c.level): c for p in found.profiles(2) for c in p.contrasts}

    assert values["x", ""].everyone == 5
    assert values["c", "a"].everyone == 0.5
    assert {c.segment for p in found.profiles(2) for c in p.contrasts if c.column == "c"} <= {0.0, 1.0}


def test_the_profile_frame_has_every_segment_and_column():
    found = fit_segments(school(300), seed=0, k_range=(3,))
    frame = found.profile_frame(3)

    assert set(frame["segment"]) == {1, 2, 3}
    assert set(frame["column"]) == {c.name for c in found.columns}
    shares = frame[frame["column"] == "c0"].groupby("segment")["segment_value"].sum()
    assert shares.to_numpy() == pytest.approx(1)


def test_names_differ_within_every_k():
    found = fit_segments(school(300), seed=0)
    for k in found.ks:
        assert len({profile.name for profile in found.profiles(k)}) == k


def test_equal_names_say_more_until_they_differ():
    one = [contrast(3.0), contrast(2.0, column="b"), contrast(1.9, column="c"), contrast(1.5, column="d")]
    two = [contrast(3.1), contrast(2.1, column="b"), contrast(2.0, column="c"), contrast(-1.5, column="d")]

    assert names_of([one, two], sizes=[10, 5]) == (
        "very high label a, very high label b, very high label c, very high label d",
        "very high label a, very high label b, very high label c, very low label d",
    )


def test_segments_that_differ_in_nothing_are_told_apart_by_size():
    assert names_of([[], [], [contrast(1.0)]], sizes=[1_200, 5, 4]) == (
        "close to the average (1,200 students)",
        "close to the average (5 students)",
        "high label a",
    )
    assert names_of([[], []], sizes=[5, 5]) == (
        "close to the average (5 students), 1",
        "close to the average (5 students), 2",
    )


def test_names_do_not_depend_on_the_numbers_of_segments():
    found = [[contrast(1.0)], [contrast(-1.0)], [contrast(0.9, column="b")]]
    names = names_of(found, sizes=[3, 2, 1])

    assert names_of(found[::-1], sizes=[1, 2, 3]) == names[::-1]


@pytest.mark.parametrize(
    ("kind", "level", "strength", "segment", "words"),
    [
        (Kind.NUMBER, "", 0.5, 9.0, "high label a"),
        (Kind.NUMBER, "", 1.5, 9.0, "very high label a"),
        (Kind.NUMBER, "", -0.5, 9.0, "low label a"),
        (Kind.FLAG, "", 0.5, 0.8, "mostly label a"),
        (Kind.FLAG, "", 0.5, 0.3, "more often label a"),
        (Kind.FLAG, "", -0.5, 0.05, "hardly any label a"),
        (Kind.FLAG, "", -0.5, 0.3, "less often label a"),
        (Kind.CATEGORY, "bus", 0.5, 0.8, "mostly label a: bus"),
        (Kind.CATEGORY, "bus", -0.5, 0.05, "hardly ever label a: bus"),
    ],
)
def test_a_contrast_is_said_in_plain_words(kind, level, strength, segment, words):
    assert phrase(contrast(strength, kind=kind, level=level, segment=segment)) == words


def test_an_abbreviation_keeps_its_capitals():
    assert phrase(Contrast("gpa", "GPA", Kind.NUMBER, "", 3.0, 2.0, 0.8, "")) == "high GPA"


def test_what_there_is_more_of_is_named_before_what_there_is_less_of():
    less = contrast(-1.0, kind=Kind.CATEGORY, level="own", segment=0.3)
    more = contrast(0.7, kind=Kind.CATEGORY, level="phone", segment=0.4)
    weak = contrast(0.5, kind=Kind.CATEGORY, level="phone", segment=0.4)
    none = contrast(-1.5, kind=Kind.CATEGORY, level="own", segment=0.05)

    assert names_of([[less, more]], sizes=[9]) == ("more often label a: phone",)
    assert names_of([[less, weak]], sizes=[9]) == ("less often label a: own",)
    assert names_of([[none, more]], sizes=[9]) == ("hardly ever label a: own",)
