"""A preview is the difference of the lists, with the names that the actor may see; nothing is saved."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from core.caseload.access import LOCAL, Actor, ActorRole
from core.errors import Forbidden, InvalidChoice
from core.modeling.thresholds import prepare
from core.settings import Settings
from core.workflow import deciding, previewing, requests, training
from core.workflow.deciding import AtScore, ForCapacity, ForCost, ForRecall, ForTeam

REQUEST = requests.demo_request(students=300, seed=5)
COUNSELOR = Actor(who="ana", roles=frozenset({ActorRole.COUNSELOR}), scope="all")
ANALYST = Actor(who="eva", roles=frozenset({ActorRole.ANALYST}), scope="all")
MENTOR = Actor(who="max", roles=frozenset({ActorRole.MENTOR}), scope="all")
POLICIES = st.one_of(
    st.builds(ForCapacity, st.integers(0, 320)),
    st.builds(AtScore, st.integers(0, 100).map(lambda k: k / 100)),
    st.builds(ForRecall, st.integers(0, 100).map(lambda k: k / 100)),
    st.builds(ForCost, st.integers(1, 9), st.integers(1, 9)),
    st.builds(ForTeam, st.integers(0, 8), st.integers(0, 8), st.integers(0, 8)),
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def trained(settings):
    return training.train(LOCAL, REQUEST, settings=settings)


@pytest.fixture(scope="module")
def prepared(trained, settings):
    return deciding.prepare_cut(LOCAL, trained, settings=settings)


@pytest.fixture(scope="module")
def simple(settings):
    """The same students by a model of fewer columns."""
    other = dataclasses.replace(REQUEST, model="logistic_regression", seed=11)
    return training.train(LOCAL, other, settings=settings)


def ids(trained, policy):
    return set(trained.features.student_ids[trained.curve.listed(policy)])


def curve_of(trained, rows):
    """The list of the same students in another order of rows."""
    ids_of = trained.features.student_ids[rows]
    return prepare(trained.validated.risk[rows], ids_of, seed=trained.curve.seed)


def named(found, change):
    table = found.frame()
    return set(table[table["change"] == change]["student_id"])


@how(max_examples=40)
@given(POLICIES, POLICIES)
def test_a_preview_equals_the_set_difference(trained, before, after):
    found = previewing.preview_list(COUNSELOR, trained, before, after)
    old, new = ids(trained, before), ids(trained, after)

    assert len(found.changes.entering) == len(new - old)
    assert len(found.changes.leaving) == len(old - new)
    if max(len(new - old), len(old - new)) <= previewing.MOST_NAMED:
        assert named(found, "enters") == new - old
        assert named(found, "leaves") == old - new
        assert found.not_named == ""
    assert found.is_empty == (old == new)


@how(max_examples=40)
@given(st.sets(st.integers(0, 299)), st.sets(st.integers(300, 305)), POLICIES)
def test_a_saved_list_is_its_students_and_those_who_are_gone_are_said(trained, rows, gone, after):
    saved = {str(trained.features.student_ids[row]) for row in rows} | {f"gone {k}" for k in gone}
    found = previewing.preview_list(COUNSELOR, trained, saved, after)
    here = {one for one in saved if not one.startswith("gone")}

    assert found.n_gone == len(gone)
    assert len(found.changes.entering) == len(ids(trained, after) - here)
    assert len(found.changes.leaving) == len(here - ids(trained, after))


def test_the_preview_says_who_by_group_at_what_cost_and_how_ties_are_settled(trained, prepared):
    team = ForTeam(mentors=2, talks=5, weeks=3)
    found = previewing.preview_list(COUNSELOR, trained, team, ForCapacity(45), prepared=prepared)

    assert found.words == "15 enter, 0 leave: from 30 to 45 students."
    assert found.cost == (
        "15 talks more, one a student: 4.5 weeks instead of 3.0 for 2 mentors with 5 talks a week."
    )
    assert found.frame()["rank"].tolist() == list(range(31, 46))
    table = found.by_group()
    assert (table["n"] >= 10).all()
    assert table["enter"].between(0, 15).all()
    assert (table["leave"] == 0).all()
    assert found.ties == trained.curve.cut(ForCapacity(45)).note


def test_without_a_team_the_talks_are_counted(trained):
    def cost(before, after):
        return previewing.preview_list(COUNSELOR, trained, before, after).cost

    assert cost(ForCapacity(3), ForCapacity(4)) == "1 talk more, one a student."
    assert cost(ForCapacity(9), ForCapacity(4)) == "5 talks fewer, one a student."
    assert cost(ForCapacity(9), ForCapacity(9)) == "As many talks as before."
    assert cost(None, ForTeam(0, 5, 3)) == "As many talks as before."


def test_before_the_first_list_everybody_enters(trained):
    found = previewing.preview_list(COUNSELOR, trained, None, ForCapacity(7))

    assert found.words == "7 enter, 0 leave: from 0 to 7 students."


def test_names_are_for_those_who_may_see_the_students(trained):
    seen = previewing.preview_list(COUNSELOR, trained, None, ForCapacity(7))
    unseen = previewing.preview_list(ANALYST, trained, None, ForCapacity(7))

    assert (len(seen.frame()), seen.not_named) == (7, "")
    assert (len(unseen.frame()), unseen.not_named) == (0, "7 students you may not see.")
    assert tuple(unseen.frame().columns) == previewing.COLUMNS
    with pytest.raises(Forbidden, match="You may not see the at-risk list"):
        previewing.preview_list(MENTOR, trained, None, ForCapacity(7))


def test_of_many_who_enter_the_first_are_named(trained):
    found = previewing.preview_list(COUNSELOR, trained, None, ForCapacity(250))

    assert (len(found.frame()), found.not_named) == (200, "50 students more are not named here.")
    assert found.frame()["rank"].tolist() == list(range(1, previewing.MOST_NAMED + 1))


def test_with_a_margin_those_on_the_list_stay_and_it_is_said_why(trained):
    order = trained.curve.order
    before = [str(trained.features.student_ids[row]) for row in order[1:31]]
    plain = previewing.preview_list(COUNSELOR, trained, before, ForCapacity(30))
    kept = previewing.preview_list(COUNSELOR, trained, before, ForCapacity(30), margin=1.0)

    assert plain.words == "1 enters, 1 leaves: 30 students as before."
    assert (kept.is_empty, kept.words) == (True, "Nobody enters and nobody leaves.")
    assert kept.steady.words == (
        "1 student is kept within the margin of 100 points of risk, and 1 student waits."
    )
    with pytest.raises(InvalidChoice, match="The margin cannot be 2"):
        previewing.preview_list(COUNSELOR, trained, before, ForCapacity(30), margin=2)


def test_those_who_are_gone_are_said(trained):
    found = previewing.preview_list(COUNSELOR, trained, ["nobody"], ForCapacity(0))

    assert found.words == "Nobody enters and nobody leaves. 1 student of the saved list is no longer here."


def test_two_policies_stand_side_by_side(trained, prepared):
    sides = [previewing.ListSide(trained, ForCapacity(n)) for n in (30, 45)]
    found = previewing.compare_sides(COUNSELOR, *sides, prepared=prepared)

    assert found.words == (
        "Students on both lists: 30; on the first only: 0; on the second only: 15. "
        "The order of all students agrees by 1.00 (1 is the same order)."
    )
    assert set(found.frame()["change"]) == {"second list only"}
    assert list(found.by_group().columns) == ["grouping", "group", "n", "only_second", "only_first"]
    assert previewing.compare_sides(COUNSELOR, sides[0], sides[0]).why_empty == (
        "Both lists hold the same students."
    )


def test_two_versions_of_the_model_stand_side_by_side(trained, simple):
    policy = ForCapacity(30)
    sides = [previewing.ListSide(one, policy) for one in (trained, simple)]
    found = previewing.compare_sides(COUNSELOR, *sides)
    first, second = ids(trained, policy), ids(simple, policy)

    assert found.comparison.n_both == len(first & second)
    assert named(found, "first list only") == first - second
    assert named(found, "second list only") == second - first
    assert 0.5 < found.comparison.rank_correlation < 1


def test_the_rows_of_two_trainings_are_matched_by_student(trained):
    back = np.arange(trained.n_students)[::-1]
    turned = dataclasses.replace(
        trained,
        features=trained.features.take(back),
        names=trained.names[back],
        validated=dataclasses.replace(trained.validated, risk=trained.validated.risk[back]),
        curve=curve_of(trained, back),
    )
    sides = [previewing.ListSide(one, ForCapacity(30)) for one in (trained, turned)]

    assert previewing.compare_sides(COUNSELOR, *sides).is_empty


def test_lists_of_different_data_are_not_compared(trained, prepared):
    policy = ForCapacity(5)
    other = dataclasses.replace(
        trained, provenance=dataclasses.replace(trained.provenance, content_hash="another")
    )
    fewer = dataclasses.replace(trained, features=trained.features.take(np.arange(200)))
    mine = previewing.ListSide(trained, policy)

    with pytest.raises(deciding.OtherVersion) as caught:
        previewing.compare_sides(COUNSELOR, mine, previewing.ListSide(other, policy))
    assert str(caught.value) == "The two lists are of different versions of the data."
    assert caught.value.hint == "Train both on the same version."
    with pytest.raises(deciding.OtherVersion, match="not of the same students") as caught:
        previewing.compare_sides(COUNSELOR, mine, previewing.ListSide(fewer, policy))
    assert caught.value.hint == "Compare two trainings with the same recipe."
    stale = dataclasses.replace(prepared, digest="another")
    with pytest.raises(deciding.OtherVersion, match="prepared for another version of the model"):
        previewing.preview_list(COUNSELOR, trained, None, policy, prepared=stale)
