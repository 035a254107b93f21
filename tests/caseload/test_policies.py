"""Policies: saved in versions, undone to exactly the one before, expired, and what changed since."""

import itertools
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.caseload import policies
from core.caseload.deeds import Deed
from core.caseload.listed import ListState, pack, pack_state, unpack, unpack_state
from core.caseload.policies import PolicyKind, PolicyPlace
from core.caseload.since import Why, since
from core.caseload.store import open_store
from core.errors import AppError, Conflict, InvalidChoice
from core.settings import Settings

CUT = PolicyPlace("list-1", PolicyKind.CUT)
SEGMENTS = PolicyPlace("list-1", PolicyKind.SEGMENTS)
NOW = datetime(2026, 11, 21, 10, tzinfo=UTC)


def state(**risks):
    """Return a state: each student's risk, negative for one who is not listed."""
    return ListState.of(
        list(risks), risk=[abs(risk) for risk in risks.values()], listed=[risk > 0 for risk in risks.values()]
    )


def test_without_a_version_there_is_no_policy_and_the_reason_is_said(store):
    assert policies.current(store, CUT, now=NOW).why_empty == "No cut has been saved for this list."
    assert policies.current(store, SEGMENTS, now=NOW).why_empty == (
        "No number of segments has been saved for this list."
    )
    assert policies.current(store, CUT, now=NOW).number == 0


def test_the_last_version_counts_and_the_history_says_who_when_and_why(store, deed):
    policies.save(store, CUT, {"n": 10}, expecting=0, deed=deed("ana", "Ten talks."))
    policies.save(store, CUT, {"n": 20}, expecting=1, deed=deed("ben", " More\n mentors. ", hours=1))

    assert policies.current(store, CUT, now=NOW).policy == {"n": 20}
    assert [version.describe() for version in policies.history(store, CUT)] == [
        "Version 1: ana saved on 2026-11-21 10:00 UTC: Ten talks.",
        "Version 2: ben saved on 2026-11-21 11:00 UTC: More mentors.",
    ]


def test_the_cut_and_the_number_of_segments_have_versions_of_their_own(store, deed):
    policies.save(store, CUT, {"n": 10}, expecting=0, deed=deed())
    policies.save(store, SEGMENTS, {"k": 4}, expecting=0, deed=deed())

    assert policies.current(store, SEGMENTS, now=NOW).policy == {"k": 4}
    assert policies.current(store, CUT, now=NOW).policy == {"n": 10}
    assert policies.current(store, PolicyPlace("list-2", PolicyKind.CUT), now=NOW).is_empty


def test_a_policy_counts_through_its_last_day_and_says_when_it_no_longer_does(store, deed):
    policies.save(store, CUT, {"n": 10}, expecting=0, deed=deed(), expires_on=date(2026, 11, 30))
    last_moment = datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC)

    assert policies.current(store, CUT, now=last_moment).policy == {"n": 10}
    over = policies.current(store, CUT, now=last_moment + timedelta(seconds=1))
    assert (over.policy, over.is_empty, over.number) == (None, True, 1)
    assert over.why_empty == (
        "The cut that ana saved as version 1 expired on 2026-11-30: it no longer counts."
    )


def test_a_day_that_is_over_is_refused(file_store, deed):
    with pytest.raises(InvalidChoice) as caught:
        policies.save(file_store, CUT, {}, expecting=0, deed=deed(), expires_on=date(2026, 11, 20))
    assert str(caught.value) == "A policy cannot expire on 2026-11-20: that day is over."


def test_undo_brings_back_policy_day_and_list_as_a_version_with_author_and_reason(store, deed):
    first, second = state(a=0.9, b=-0.2), state(a=0.9, b=0.4)
    policies.save(store, CUT, {"n": 1}, expecting=0, deed=deed(), state=first, expires_on=date(2027, 1, 31))
    policies.save(store, CUT, {"n": 2}, expecting=1, deed=deed("ben", hours=1), state=second)
    undone = policies.undo(store, CUT, expecting=2, deed=deed("eva", "Too many.", hours=2))

    assert (undone.number, undone.undoes, undone.restores) == (3, 2, 1)
    assert (undone.policy, undone.expires_on, undone.n_listed) == ({"n": 1}, date(2027, 1, 31), 1)
    assert policies.listed_ids(store, CUT, 3) == ("a",)
    assert [version.undone_by for version in policies.history(store, CUT)] == [None, 3, None]
    assert undone.describe() == (
        "Version 3: eva undid version 2 and restored version 1 on 2026-11-21 12:00 UTC, until 2027-01-31: "
        "Too many."
    )


def test_without_a_version_before_there_is_nothing_to_undo(store, deed):
    for expecting in (0, 1):
        with pytest.raises(AppError) as caught:
            policies.undo(store, CUT, expecting=expecting, deed=deed())
        assert str(caught.value) == "There is no earlier version to go back to."
        if not expecting:
            policies.save(store, CUT, {"n": 1}, expecting=0, deed=deed())


def test_an_undo_needs_a_reason_and_the_version_that_was_seen(store, deed):
    for n in range(3):
        policies.save(store, CUT, {"n": n}, expecting=n, deed=deed())
    with pytest.raises(InvalidChoice, match=r"^The reason for undoing it is empty\.$"):
        policies.undo(store, CUT, expecting=3, deed=deed(why=" "))
    with pytest.raises(Conflict) as caught:
        policies.undo(store, CUT, expecting=2, deed=deed())

    assert caught.value.now.policy == {"n": 2}
    assert len(policies.history(store, CUT)) == 3


def test_a_version_that_was_never_seen_is_told(file_store, deed):
    with pytest.raises(InvalidChoice, match=r"^There is no version 3 of this policy\.$"):
        policies.save(file_store, CUT, {}, expecting=3, deed=deed())
    with pytest.raises(InvalidChoice, match=r"^There is no version 1 of this policy\.$"):
        policies.listed_ids(file_store, CUT, 1)


@pytest.mark.parametrize(
    "policy", [{"risk": float("nan")}, {"risk": float("inf")}, {1: 2}, {"a": {1, 2}}, {"a": "x" * 60_001},
               {"a": "\x00"}, {"a": "\ud800"}, {"a": (1, 2)}],
)  # fmt: skip
def test_a_policy_that_is_no_plain_json_is_refused(file_store, deed, policy):
    with pytest.raises(InvalidChoice) as caught:
        policies.save(file_store, CUT, policy, expecting=0, deed=deed())
    assert str(caught.value) == "The policy cannot be kept."
    assert file_store.revision() == 0


lists = st.lists(st.tuples(st.sets(st.sampled_from("abcdefgh")), st.booleans()), min_size=1, max_size=7)


NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def one_store(tmp_path_factory):
    """A store that several lists share."""
    opened = open_store(Settings(workspace=tmp_path_factory.mktemp("workspace")))
    yield opened
    opened.close()


@settings(max_examples=25)
@given(steps=lists)
def test_undo_restores_the_exact_list_whatever_was_saved_and_undone(steps, one_store):
    store, place, shown = one_store, PolicyPlace(f"list-{next(NUMBERS)}", PolicyKind.CUT), []
    kept: list[tuple[dict, tuple[str, ...]]] = []
    for n, (students, then_undo) in enumerate(steps):
        listed = tuple(sorted(students))
        made = ListState.of(
            list("abcdefgh"), risk=np.zeros(8), listed=[one in students for one in "abcdefgh"]
        )
        number = len(shown)
        policies.save(store, place, {"n": n}, expecting=number, deed=Deed("ana", NOW, "Why."), state=made)
        kept.append(({"n": n}, listed))
        shown.append(kept[-1])
        if then_undo and len(kept) > 1:
            policies.undo(store, place, expecting=len(shown), deed=Deed("ben", NOW, "Back."))
            kept.pop()
            shown.append(kept[-1])
        assert policies.current(store, place, now=NOW).policy == kept[-1][0]
        assert policies.listed_ids(store, place, len(shown)) == kept[-1][1]

    assert [policies.listed_ids(store, place, n + 1) for n in range(len(shown))] == [ids for _, ids in shown]
    assert [version.policy for version in policies.history(store, place)] == [policy for policy, _ in shown]


def test_the_state_comes_back_and_students_are_kept_once_for_versions_with_the_same(store, deed):
    one, other = state(a=0.9, b=-0.25), state(a=0.9, b=0.25)
    policies.save(store, CUT, {"n": 1}, expecting=0, deed=deed(), state=one)
    policies.save(store, CUT, {"n": 2}, expecting=1, deed=deed(), state=other)
    policies.save(store, CUT, {"n": 3}, expecting=2, deed=deed())
    back = policies.state_of(store, CUT, 2)

    assert (list(back.student_ids), back.listed_ids) == (["a", "b"], ("a", "b"))
    assert back.risk.tolist() == pytest.approx([0.9, 0.25])
    assert policies.state_of(store, CUT, 3) is None
    first, second, _ = policies.history(store, CUT)
    assert first.state == second.state


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"])), st.tuples(st.floats(0, 1, width=32), st.booleans())
    )
)
def test_a_packed_state_is_the_same_unpacked(students):
    before = ListState.of(
        list(students), risk=[r for r, _ in students.values()], listed=[flag for _, flag in students.values()]
    )
    packed = pack_state(before)
    after = unpack_state(packed.student_ids, packed.risks, packed.listed)

    assert list(after.student_ids) == sorted(students)
    assert after.risk.tolist() == [students[one][0] for one in sorted(students)]
    assert after.listed_ids == tuple(one for one in sorted(students) if students[one][1])


def test_packing_does_not_depend_on_the_order_of_the_students():
    assert pack(["b", "a", "é"]) == pack(["é", "a", "b"])
    assert unpack(pack([])) == ()


def test_a_student_who_is_there_twice_is_named():
    with pytest.raises(InvalidChoice, match=r"^The student 'a' is in the list twice\.$"):
        ListState.of(["a", "b", "a"], risk=[0, 0, 0], listed=[False] * 3)
    with pytest.raises(InvalidChoice, match=r"^Ids, risks and the list are of different students\.$"):
        ListState.of(["a"], risk=[0, 0], listed=[True])


def told(then, now, **options):
    rows = since(then, now, **{"is_same_policy": True, **options}).frame()
    return {row.student_id: (row.change, row.why) for row in rows.itertuples()}


def test_the_reasons_for_joining_and_leaving_are_told_apart():
    then = state(gone=0.9, fell=0.8, stays=0.7, rose=-0.3, low=-0.1)
    now = state(new=0.95, rose=0.85, stays=0.7, fell=-0.4, low=-0.1)

    assert told(then, now) == {
        "new": ("joined", Why.NEW),
        "rose": ("joined", Why.ROSE),
        "fell": ("left", Why.FELL),
        "gone": ("left", Why.GONE),
    }


def test_a_change_of_the_cut_alone_is_the_reason():
    few, many = state(a=0.9, b=-0.8, c=-0.7), state(a=0.9, b=0.8, c=0.7)

    assert told(few, many, is_same_policy=False) == {
        "b": ("joined", Why.CUT), "c": ("joined", Why.CUT),
    }  # fmt: skip
    assert told(many, few, is_same_policy=False) == {"b": ("left", Why.CUT), "c": ("left", Why.CUT)}


def test_a_risk_that_rose_is_the_reason_although_the_cut_moved_too():
    then, now = state(a=0.9, b=-0.2, c=-0.3), state(a=0.5, b=0.95, c=0.3)

    assert told(then, now, is_same_policy=False) == {
        "b": ("joined", Why.ROSE),
        "c": ("joined", Why.CUT),
    }


def test_room_that_others_made_is_said():
    then, now = state(gone=0.9, next=-0.5), state(next=0.5, low=-0.1)

    assert told(then, now) == {"gone": ("left", Why.GONE), "next": ("joined", Why.OTHERS)}


def test_what_changed_is_counted_in_one_sentence():
    then = state(gone=0.9, fell=0.8, stays=0.7, rose=-0.3)
    now = state(new=0.95, rose=0.85, stays=0.7, fell=-0.4)

    assert since(then, now, is_same_policy=True).words == (
        "2 joined (1 new student, 1 risk rose); 2 left (1 gone from the data, 1 risk fell)."
    )
    same = since(then, then, is_same_policy=True)
    assert (same.is_empty, same.words) == (True, "Nobody has joined or left the list since it was saved.")


def test_a_list_of_nobody_joins_and_leaves_as_any_other():
    nobody, somebody = state(), state(a=0.5)

    assert told(nobody, somebody) == {"a": ("joined", Why.NEW)}
    assert told(somebody, nobody) == {"a": ("left", Why.GONE)}
    assert told(nobody, nobody) == {}


students = st.dictionaries(st.sampled_from("abcdefghij"), st.tuples(st.integers(0, 4), st.booleans()))


@given(students, students, st.booleans())
def test_who_joined_and_left_is_the_difference_of_the_lists(before, after, is_same_policy):
    then, now = (
        ListState.of(list(one), risk=[r / 4 for r, _ in one.values()], listed=[f for _, f in one.values()])
        for one in (before, after)
    )
    rows = since(then, now, is_same_policy=is_same_policy).frame()
    joined, left = (set(rows.loc[rows["change"] == change, "student_id"]) for change in ("joined", "left"))

    assert joined == set(now.listed_ids) - set(then.listed_ids)
    assert left == set(then.listed_ids) - set(now.listed_ids)
    assert set(rows.loc[rows["why"] == Why.NEW, "student_id"]) == {one for one in joined if one not in before}
    assert set(rows.loc[rows["why"] == Why.GONE, "student_id"]) == {one for one in left if one not in after}
    rose = {one for one in joined if one in before and after[one][0] > before[one][0]}
    assert set(rows.loc[rows["why"] == Why.ROSE, "student_id"]) <= rose
    if is_same_policy:
        assert Why.CUT not in set(rows["why"])
