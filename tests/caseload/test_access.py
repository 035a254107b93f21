"""Who may do what is decided in core, with the reason."""

import pytest

from core.caseload.access import (
    ALLOWED,
    LOCAL,
    UNGATED,
    Action,
    Actor,
    ActorRole,
    Allowed,
    Denied,
    may,
    may_see,
    require,
    require_scope,
    sees_own_only,
)
from core.errors import Forbidden

MENTOR = Actor(who="ana", roles=frozenset({ActorRole.MENTOR}), scope="all")


@pytest.mark.parametrize("action", Action)
def test_the_local_actor_may_do_everything(action):
    assert isinstance(may(LOCAL, action), Allowed)
    require(LOCAL, action, synthetic=False)


@pytest.mark.parametrize("action", Action)
def test_every_action_has_roles(action):
    assert ALLOWED[action]


@pytest.mark.parametrize("action", Action)
def test_without_the_gate_only_made_up_students_are_open(action):
    require(UNGATED, action, synthetic=True)
    with pytest.raises(Forbidden, match="only the demo school is open without the front door"):
        require(UNGATED, action, synthetic=False)


def test_a_mentor_may_not_train_and_is_told_who_may():
    with pytest.raises(Forbidden, match="You may not train a model: ana has none of the roles analyst"):
        require(MENTOR, Action.TRAIN, synthetic=False)


@pytest.mark.parametrize(
    ("action", "roles"),
    [
        (Action.DECIDE, {ActorRole.COUNSELOR}),
        (Action.ASSIGN, {ActorRole.COUNSELOR}),
        (Action.NOTE, {ActorRole.MENTOR, ActorRole.COUNSELOR}),
        (Action.EXPORT, {ActorRole.COUNSELOR, ActorRole.ANALYST}),
    ],
)
def test_what_is_done_with_the_list_is_for_these_roles_only(action, roles):
    for role in ActorRole:
        actor = Actor(who="ana", roles=frozenset({role}), scope="all")
        assert isinstance(may(actor, action), Allowed if role in roles else Denied)


def test_a_mentor_may_not_move_the_cut_nor_assign_nor_export_and_is_told_so():
    for action, words in (
        (Action.DECIDE, "You may not change the cut: ana has none of the roles counselor."),
        (Action.ASSIGN, "You may not assign students to mentors: ana has none of the roles counselor."),
        (Action.EXPORT, "You may not export the list: ana has none of the roles analyst, counselor."),
    ):
        with pytest.raises(Forbidden) as caught:
            require(MENTOR, action, synthetic=True)
        assert str(caught.value) == words


def test_seeing_a_student_gives_its_reason_either_way():
    assert isinstance(may_see(MENTOR, "S1", synthetic=False, assigned=["S1"]), Allowed)
    assert may_see(UNGATED, "S1", synthetic=False) == Denied("nobody may see made-up students only")
    assert isinstance(may_see(UNGATED, "S1", synthetic=True), Allowed)
    analyst = Actor(who="ben", roles=frozenset({ActorRole.ANALYST}), scope="all")
    assert isinstance(may_see(analyst, "S1", synthetic=True), Denied)


def test_the_scope_alone_is_asked_for_inside_a_use_case():
    require_scope(MENTOR, synthetic=False)
    require_scope(UNGATED, synthetic=True)
    with pytest.raises(Forbidden, match="only the demo school is open without the front door"):
        require_scope(UNGATED, synthetic=False)


@pytest.mark.parametrize("others", [set(), {ActorRole.DEAN}, {ActorRole.ADMIN}, {ActorRole.ANALYST}])
def test_a_mentor_sees_assigned_students_only_and_an_absent_one_is_answered_the_same(others):
    mentor = Actor(who="mia", roles=frozenset({ActorRole.MENTOR, *others}), scope="all")

    assert isinstance(may_see(mentor, "S1", synthetic=False, assigned={"S1"}), Allowed)
    for student in ("S2", "nobody at all"):
        refused = may_see(mentor, student, synthetic=False, assigned={"S1"})
        assert refused == Denied("mia sees assigned students only")
    assert sees_own_only(mentor)


@pytest.mark.parametrize("role", [ActorRole.COUNSELOR, ActorRole.ANALYST, ActorRole.DEAN])
def test_others_have_no_students_of_their_own(role):
    assert not sees_own_only(Actor(who="ana", roles=frozenset({role}), scope="all"))
    assert not sees_own_only(Actor(who="ana", roles=frozenset({role, ActorRole.COUNSELOR}), scope="all"))
