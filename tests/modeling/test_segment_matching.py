"""Identities of segments: the same key, name and colour whatever changes around them."""

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import ModelError
from core.modeling.segment_identity import Identities, key_of
from core.modeling.segment_matching import distances, identify, shared_students
from core.modeling.segment_names import Contrast, Saying, text_of, worded
from core.modeling.segment_scaling import NumberScale, Scaling
from core.modeling.segments import fit_segments
from core.schema import Kind
from tests.modeling.segment_tables import features_of

CENTRES = np.array([[0.0, 0.0, 0.0], [9.0, 0.0, 1.0], [0.0, 9.0, 2.0], [9.0, 9.0, -6.0]])
SHARES = np.array([0.4, 0.3, 0.2, 0.1])


def groups(seed, *, n=400, shares=SHARES, order=None):
    """Students in four clear groups of different size; another seed is other students of the same groups."""
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(4), np.round(shares * n).astype(int))
    values = CENTRES[group] + rng.normal(size=(len(group), 3)) * 0.5
    place = np.arange(len(group)) if order is None else order
    table = {name: values[place, j] for j, name in enumerate(("travel", "work", "grade"))}
    ways = np.array(["walk", "train", "bus", "bus"])[group][place]
    return features_of(table, {"way": ways.tolist()}), group[place]


def identities_of(found, *, labels=None, order=None, earlier=None):
    """Identify the segments of a fit; ``order`` says for each K which segment gets which number instead."""
    order = order or {k: np.arange(k) for k in found.ks}
    labels = {}
    for k in found.ks:
        place = np.empty(k, dtype=np.int16)
        place[order[k]] = np.arange(1, k + 1)
        labels[k] = place[found.labels(k) - 1]
    shared = {
        (a, b): shared_students(labels[a], labels[b], ks=(a, b))
        for a, b in zip(found.ks, found.ks[1:], strict=False)
    }
    profiles = {k: [found.profiles(k)[j] for j in order[k]] for k in found.ks}
    known = identify(
        {k: [p.contrasts for p in profiles[k]] for k in found.ks},
        sizes={k: [p.size for p in profiles[k]] for k in found.ks},
        shared=shared, start=found.recommended_k, scaling=found.scaling, earlier=earlier,
    )  # fmt: skip
    return known, labels


def seen(known, labels, group):
    """Return for each K and planted group the key, name and colour of most of its students."""
    told = {}
    for k in known.ks:
        for g in range(4):
            most = np.bincount(labels[k][group == g]).argmax()
            one = known.at(k)[most - 1]
            told[k, g] = (one.key, one.name, one.colour)
    return told


@pytest.fixture(scope="module")
def fitted():
    features, group = groups(0)
    found = fit_segments(features, seed=1, k_range=range(2, 8))
    known, labels = identities_of(found)
    return found, known, labels, group


def test_the_largest_segment_at_the_recommended_k_is_a_and_so_on(fitted):
    found, known, *_ = fitted

    assert found.recommended_k == 4
    assert [one.key for one in known.at(4)] == ["A", "B", "C", "D"]
    assert [one.colour for one in known.at(4)] == [0, 1, 2, 3]


def test_no_two_segments_of_one_k_share_key_name_or_colour(fitted):
    _, known, *_ = fitted
    for found in known.by_k:
        for what in ("key", "name", "colour"):
            assert len({getattr(one, what) for one in found}) == len(found)


def test_a_group_that_stays_whole_keeps_key_name_and_colour_at_every_k(fitted):
    _, known, labels, group = fitted
    told = seen(known, labels, group)
    for g in range(4):
        whole = [k for k in known.ks if (labels[k][group == g] == labels[k][group == g][0]).all()]
        alone = [
            k for k in whole
            if set(group[labels[k] == labels[k][group == g][0]].tolist()) == {g}
        ]  # fmt: skip
        assert 4 in alone
        assert len({told[k, g] for k in alone}) == 1


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_numbers_of_segments_decide_nothing(fitted, random):
    found, known, labels, group = fitted
    order = {k: random.sample(range(k), k) for k in found.ks}
    other, relabelled = identities_of(found, order=order)

    assert seen(other, relabelled, group) == seen(known, labels, group)


@pytest.mark.parametrize("seed", [2, 3])
def test_row_order_and_seed_of_the_refit_decide_nothing(fitted, seed):
    _, known, labels, group = fitted
    order = np.random.default_rng(seed).permutation(len(group))
    features, shuffled = groups(0, order=order)
    again = fit_segments(features, seed=seed, k_range=(3, 4))
    other, theirs = identities_of(again)

    told, before = seen(other, theirs, shuffled), seen(known, labels, group)
    assert {g: told[4, g] for g in range(4)} == {g: before[4, g] for g in range(4)}


def refitted(known, seed, shares):
    """Say who is who among other students, from identities that went through a file."""
    stored = Identities.of_table(json.loads(json.dumps(known.as_table())))
    features, group = groups(seed, shares=shares)
    again = fit_segments(features, seed=seed, k_range=(3, 4, 5))
    other, labels = identities_of(again, earlier=stored)
    return seen(other, labels, group)


@pytest.mark.parametrize(("seed", "shares"), [(11, SHARES), (12, SHARES), (13, np.full(4, 0.25))])
def test_new_students_of_the_same_groups_keep_key_name_and_colour(fitted, seed, shares):
    _, known, labels, group = fitted
    told, before = refitted(known, seed, shares), seen(known, labels, group)

    assert {g: told[4, g] for g in range(4)} == {g: before[4, g] for g in range(4)}


def test_keys_and_colours_stay_when_the_smallest_group_becomes_the_largest(fitted):
    """What is said of a segment is said against all students, so that a name need not be true any more."""
    _, known, labels, group = fitted
    told, before = refitted(known, 14, SHARES[::-1]), seen(known, labels, group)

    assert [told[4, g][::2] for g in range(4)] == [before[4, g][::2] for g in range(4)]


def test_stored_identities_come_back_as_they_were(fitted):
    _, known, *_ = fitted
    table = json.loads(json.dumps(known.as_table(), allow_nan=False))

    assert Identities.of_table(table) == known


@pytest.mark.parametrize("spoil", ["version", "start", "twice", "word", "missing"])
def test_damaged_stored_identities_are_refused(fitted, spoil):
    table = fitted[1].as_table()
    segment = table["by_k"][0][0]
    if spoil == "twice":
        table["by_k"][0][1]["key"] = segment["key"]
    elif spoil == "word":
        segment["centre"][0][2] = "much"
    elif spoil == "missing":
        del segment["parts"]
    else:
        table[spoil] = 99
    with pytest.raises(ModelError) as caught:
        Identities.of_table(table)

    assert str(caught.value) == "The stored segments cannot be read."
    assert caught.value.hint == "Leave them out: the segments are then named and coloured afresh."


def test_a_segment_that_nobody_knows_gets_a_key_that_was_never_given(fitted):
    _, known, *_ = fitted
    features = features_of({
        "travel": [90.0] * 30 + [-90.0] * 30, "work": [90.0] * 30 + [-90.0] * 30,
        "grade": [50.0] * 30 + [0.0] * 30,
    }, {"way": ["boat"] * 30 + ["sledge"] * 30})  # fmt: skip
    features.numbers[:] += np.random.default_rng(0).normal(size=features.numbers.shape)
    other, _ = identities_of(fit_segments(features, seed=0, k_range=(2,)), earlier=known)
    given_before = {one.key for found in known.by_k for one in found}

    assert not given_before & {one.key for one in other.at(2)}
    assert other.n_keys == known.n_keys + 2


def test_stored_segments_of_other_columns_are_no_ones_kin():
    scaling = Scaling((NumberScale("x", 0.0, 0.0, 1.0), NumberScale("y", 0.0, 5.0, 2.0)), ())
    ours = [(("x", "", 1.0), ("y", "", 9.0))]

    assert np.isinf(distances([(("z", "", 1.0),)], ours, scaling=scaling)).all()
    assert distances([(("x", "", 1.0), ("y", "", 5.0))], ours, scaling=scaling).tolist() == [[2**0.5]]
    assert distances([(("x", "", 4.0),)], ours, scaling=scaling).tolist() == [[3.0]]


def test_keys_go_on_after_z():
    assert len({key_of(n) for n in range(2_000)}) == 2_000


def contrast(strength, *, column="a", segment=1.0, unit=None, label="Label a"):
    return Contrast(column, label, Kind.NUMBER, "", segment, 0.5, strength, "", unit)


def test_a_name_stays_while_it_is_true_and_goes_when_it_is_not():
    before = worded([[contrast(1.0)]])[0]

    assert text_of(before) == "high label a"
    stays = [contrast(0.9, column="b", label="Label b"), contrast(0.2)]
    assert worded([stays], kept=[before]) == (before,)
    for strength in (0.1, -1.0):
        gone = [contrast(0.9, column="b", label="Label b"), contrast(strength)]
        assert text_of(worded([gone], kept=[before])[0]).startswith("high label b")


def test_hours_in_a_name_stay_while_the_mean_is_within_a_step():
    hours = {"unit": "hours a week", "label": "Paid work"}
    before = worded([[contrast(1.0, segment=21.4, **hours)]])[0]

    assert text_of(before) == "about 20 h paid work"
    for mean, name in (
        (16.0, "about 20 h paid work"),
        (24.5, "about 20 h paid work"),
        (26.0, "about 25 h paid work"),
    ):
        assert text_of(worded([[contrast(1.0, segment=mean, **hours)]], kept=[before])[0]) == name


@pytest.mark.parametrize(
    ("strength", "segment", "unit", "label", "words"),
    [
        (1.0, 4.4, "hours a week", "Care for family", "about 4 h care for family"),
        (1.0, 0.3, "hours a week", "Care for family", "more care for family"),
        (-0.5, 4.0, "hours a week", "Paid work", "little paid work"),
        (-1.5, 0.1, "hours a week", "Paid work", "very little paid work"),
        (0.5, 50.0, "minutes", "Travel one way", "long travel one way"),
        (-1.5, 5.0, "minutes", "Travel one way", "very short travel one way"),
        (0.5, 80.0, "points out of 100", "Average before entry", "good average before entry"),
        (-0.5, 40.0, "points out of 100", "Average before entry", "low average before entry"),
        (0.5, 1.7, None, "Average before entry", "high average before entry"),
        (0.5, 3.0, "percent", "Change of average", "high change of average"),
        (0.5, 900.0, "EUR", "Fees owed", "high fees owed"),
    ],
)
def test_numbers_are_said_by_their_unit(strength, segment, unit, label, words):
    (name,) = worded([[contrast(strength, segment=segment, unit=unit, label=label)]])

    assert text_of(name) == words


def test_a_kept_name_makes_the_new_one_say_more():
    old = (Saying("a", "", True, "high label a"),)
    one = [contrast(1.0)]
    two = [contrast(1.2, label="Label a"), contrast(0.8, column="b", label="Label b")]
    names = worded([one, two], kept=[old, None])

    assert text_of(names[0]) == "high label a"
    assert text_of(names[1]) == "very high label a, high label b"


def anything(seed, *, n, ks):
    """Draw segments without any sense: labels by chance, and contrasts that go with nothing."""
    rng = np.random.default_rng(seed)
    labels, contrasts = {}, {}
    for k in ks:
        drawn = np.concatenate([np.arange(1, k + 1), rng.integers(1, k + 1, n - k)]).astype(np.int16)
        labels[k] = rng.permutation(drawn)
        strengths = rng.normal(size=(k, 2)).round(1)
        contrasts[k] = [
            sorted(
                (
                    contrast(float(s), column=c, segment=float(s), label=c)
                    for c, s in zip("xy", row, strict=True)
                ),
                key=lambda one: -abs(one.strength),
            )
            for row in strengths
        ]
    return labels, contrasts


def told(labels, contrasts, *, start, earlier=None):
    """Identify segments that were drawn by chance."""
    ks = sorted(labels)
    scaling = Scaling((NumberScale("x", 0.0, 0.0, 1.0), NumberScale("y", 0.0, 0.0, 1.0)), ())
    return identify(
        contrasts,
        sizes={k: np.bincount(labels[k], minlength=k + 1)[1:].tolist() for k in ks},
        shared={(a, b): shared_students(labels[a], labels[b], ks=(a, b)) for a, b in pairwise(ks)},
        start=start,
        scaling=scaling,
        earlier=earlier,
    )


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sets(st.integers(2, 15), min_size=1, max_size=8),
    st.integers(15, 60),
    st.integers(2, 15),
    st.booleans(),
)
def test_whatever_the_segments_keys_names_and_colours_are_unique_and_colours_stay(seed, ks, n, start, again):
    labels, contrasts = anything(seed, n=n, ks=ks)
    earlier = told(*anything(seed + 1, n=n, ks=ks), start=start) if again else None
    found = told(labels, contrasts, start=start, earlier=earlier)
    colour_of = {}

    assert found.ks == tuple(sorted(ks))
    for one in (one for segments in found.by_k for one in segments):
        assert colour_of.setdefault(one.key, one.colour) == one.colour
    for segments in found.by_k:
        for what in ("key", "name", "colour"):
            assert len({getattr(one, what) for one in segments}) == len(segments)
    assert found == told(labels, contrasts, start=start, earlier=earlier)
    assert Identities.of_table(json.loads(json.dumps(found.as_table()))) == found
