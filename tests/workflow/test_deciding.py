"""The cut while it moves: every figure in one call, without small groups, for those who may see the list."""

import dataclasses

import numpy as np
import pytest

from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.errors import Forbidden
from core.modeling.cut_groups import prepare_cut_groups
from core.modeling.fairness_counts import Grouping
from core.settings import Settings
from core.workflow import deciding, requests, segmenting, training

REQUEST = requests.demo_request(students=600, seed=5)
COUNSELOR = Actor(who="ana", roles=frozenset({ActorRole.COUNSELOR}), scope="all")
MENTOR = Actor(who="max", roles=frozenset({ActorRole.MENTOR}), scope="all")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def trained(settings):
    return training.train(LOCAL, REQUEST, settings=settings)


@pytest.fixture(scope="module")
def prepared(trained, settings):
    return deciding.prepare_cut(COUNSELOR, trained, settings=settings)


POLICIES = [
    deciding.ForCapacity(60),
    deciding.ForTeam(mentors=2, talks=5, weeks=6),
    deciding.AtScore(0.3),
    deciding.ForRecall(0.5),
    deciding.ForCost(false_alarm=1, missed=4),
]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.kind)
def test_every_policy_gives_all_figures_in_one_call(policy, trained, prepared):
    found = deciding.figures_at(COUNSELOR, trained, policy, prepared)
    table = found.frame().set_index("measure")
    listed = trained.curve.listed(policy)

    assert found.n_listed == listed.sum()
    assert table.loc["expected_found", "value"] == pytest.approx(trained.validated.risk[listed].sum())
    assert table.loc["missed", "value"] == (trained.validated.label[~listed] == 1).sum()
    assert found.marker["n_listed"] == found.n_listed
    assert found.words.startswith(f"{found.n_listed:,} students are listed, from a risk of ")
    by_group = found.by_group("expected_found")
    whole = by_group.groupby("grouping")["n"].sum()
    assert (whole <= trained.n_students).all()
    assert (by_group["n"] >= 10).all()


def test_groups_add_up_to_the_whole_where_none_is_withheld(trained, prepared):
    codes = np.arange(trained.n_students) % 3
    one = Grouping(("Bus",), ("a", "b", "c"), codes, np.array([True, True, True]))
    groups = prepare_cut_groups(trained.curve, [one])
    bused = dataclasses.replace(prepared, groupings=(one,), groups=groups)
    found = deciding.figures_at(COUNSELOR, trained, deciding.ForCapacity(90), bused)
    table = found.by_group("missed")

    assert table["n"].sum() == trained.n_students
    assert table["listed"].sum() == 90
    assert table["value"].sum() == found.figures.cut.missed


def test_the_curves_are_the_same_value_at_every_cut(trained, prepared):
    before = deciding.curves_of(COUNSELOR, trained, prepared)
    for policy in POLICIES:
        deciding.figures_at(COUNSELOR, trained, policy, prepared)

    assert deciding.curves_of(COUNSELOR, trained, prepared) is before
    assert len(before.frame()) <= 200


def test_segments_are_groups_too(trained, prepared, settings):
    segments = segmenting.segment(LOCAL, REQUEST, settings=settings)
    both = deciding.with_segments(COUNSELOR, prepared, trained, segments, k=4)
    table = deciding.figures_at(COUNSELOR, trained, deciding.ForCapacity(60), both).by_group("found")
    of_segments = table[table["grouping"] == "Segment"]

    assert of_segments["listed"].dropna().between(10, 60).all()
    assert len(of_segments) == 4
    assert prepared.segment_groups is None


def test_places_and_bands_come_with_the_page(trained, prepared):
    page = trained.curve.order[10:35]
    places = deciding.places_of(COUNSELOR, trained, page, prepared)

    assert places.rank.tolist() == list(range(11, 36))
    assert places.words()[1].startswith("12th")
    assert prepared.outside.shape == (trained.n_students,)
    bands = trained.curve.need(deciding.ForCapacity(0), outside=prepared.outside)
    assert not (bands[prepared.outside > 0] == "low").any()


def test_why_not_enough_is_known_is_said_where_it_is(trained, prepared):
    poor = np.flatnonzero((trained.known_share < 0.5) | (prepared.outside > 0))
    rich = np.flatnonzero((trained.known_share >= 0.5) & (prepared.outside == 0))

    assert deciding.why_not_enough_known(COUNSELOR, trained, int(rich[0]), prepared) == ()
    assert all(deciding.why_not_enough_known(COUNSELOR, trained, int(row), prepared) for row in poor)


def test_a_margin_says_where_it_comes_from(trained, prepared):
    found = deciding.margin_at(COUNSELOR, trained, deciding.ForCapacity(60), prepared)

    assert 0 < found.risk < 0.5
    assert found.words == (
        f"{100 * found.risk:.1f} points of risk: half the width of the risk's 95 % interval, the median of "
        "the 200 students around the cut."
    )
    assert deciding.margin_at(COUNSELOR, trained, deciding.ForCapacity(0), prepared).risk == 0


def test_an_empty_list_is_an_answer(trained, prepared):
    found = deciding.figures_at(COUNSELOR, trained, deciding.ForCapacity(0), prepared)

    assert (found.is_empty, found.words) == (True, "Nobody is listed at this cut.")
    assert found.marker == {}
    assert (found.by_group("found")["value"].fillna(0) == 0).all()


def test_more_places_than_students_list_all_and_say_so(trained, prepared):
    found = deciding.figures_at(COUNSELOR, trained, deciding.ForTeam(100, 100, 100), prepared)

    assert found.n_listed == trained.n_students
    assert found.note == f"There are only {trained.n_students} students: all of them are listed."


def test_only_who_may_see_the_list_moves_its_cut(trained, prepared, settings):
    policy = deciding.ForCapacity(5)
    calls = [
        lambda: deciding.figures_at(MENTOR, trained, policy, prepared),
        lambda: deciding.prepare_cut(MENTOR, trained, settings=settings),
        lambda: deciding.curves_of(MENTOR, trained, prepared),
        lambda: deciding.margin_at(MENTOR, trained, policy, prepared),
        lambda: deciding.places_of(MENTOR, trained, [0], prepared),
        lambda: deciding.why_not_enough_known(MENTOR, trained, 0, prepared),
    ]
    for call in calls:
        with pytest.raises(Forbidden, match="You may not see the at-risk list"):
            call()
    real = dataclasses.replace(trained, provenance=dataclasses.replace(trained.provenance, synthetic=False))
    with pytest.raises(Forbidden, match="You may not see these students"):
        deciding.figures_at(UNGATED, real, policy, prepared)


def test_figures_of_another_version_are_refused(trained, prepared, settings):
    other = dataclasses.replace(prepared, digest="another")
    read_anew = dataclasses.replace(
        trained, provenance=dataclasses.replace(trained.provenance, content_hash="another")
    )

    with pytest.raises(deciding.OtherVersion) as caught:
        deciding.figures_at(COUNSELOR, trained, deciding.ForCapacity(5), other)
    assert str(caught.value) == "The figures were prepared for another version of the model."
    assert caught.value.hint == "Open the list again."
    with pytest.raises(deciding.OtherVersion) as caught:
        deciding.prepare_cut(COUNSELOR, read_anew, settings=settings)
    assert str(caught.value) == (
        "The model and the data are of different versions: the table was read anew since the training."
    )
    assert caught.value.hint == "Train again, so that both are of one version."


def test_without_protected_columns_the_reason_is_said(prepared):
    none = dataclasses.replace(prepared, groupings=(), left_out=())
    dates = dataclasses.replace(none, left_out=(("Born", "Dates make no groups."),))

    assert prepared.why_no_groups == ""
    assert none.why_no_groups == "No column has the role 'protected', so there are no figures by group."
    assert dates.why_no_groups == "No protected attribute makes groups. Born: Dates make no groups."
