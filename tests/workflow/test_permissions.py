"""What a role may do works for somebody who has that role only: no use case needs a further one inside."""

import pytest

from core.caseload.access import ALLOWED, Action, Actor, ActorRole
from core.errors import Forbidden
from core.settings import Settings
from core.workflow import (
    cleaning,
    exploring,
    imagining,
    listing,
    publishing,
    requests,
    segmenting,
    tables,
    training,
)

REQUEST = requests.demo_request(students=200, seed=3)


def published(actor, settings):
    """Publish what somebody else trained."""
    trained = training.train(person(ActorRole.ANALYST), REQUEST, settings=settings)
    reason, override = "For the test of permissions.", "Few students: only a test of permissions."
    answers = dict.fromkeys((check.code for check in trained.checks), override)
    return publishing.publish(actor, trained, reason=reason, override=answers, settings=settings)


CALLS = {
    Action.LOAD: lambda actor, settings: tables.preview(actor, REQUEST.table, settings=settings),
    Action.CLEAN: lambda actor, settings: cleaning.clean(actor, REQUEST.cleaning, settings=settings),
    Action.EXPLORE: lambda actor, settings: exploring.explore(actor, REQUEST, settings=settings),
    Action.TRAIN: lambda actor, settings: training.train(actor, REQUEST, settings=settings),
    Action.PUBLISH: published,
    Action.SEGMENT: lambda actor, settings: segmenting.segment(actor, REQUEST, settings=settings),
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


def person(role):
    return Actor(who="ana", roles=frozenset({role}), scope="all")


@pytest.mark.parametrize(("action", "role"), [(a, r) for a in CALLS for r in ActorRole])
def test_a_role_opens_its_actions_and_no_other(action, role, settings):
    if role in ALLOWED[action]:
        assert CALLS[action](person(role), settings) is not None
    else:
        with pytest.raises(Forbidden, match=f"You may not {action}"):
            CALLS[action](person(role), settings)


def test_the_list_and_a_student_are_two_permissions(settings):
    trained = training.train(person(ActorRole.ANALYST), REQUEST, settings=settings)
    policy = listing.ForCapacity(5)
    page = listing.list_page(person(ActorRole.COUNSELOR), trained, policy, start=0, size=5)
    mentor, (first, second) = person(ActorRole.MENTOR), page.student_ids[:2]

    assert listing.student_sheet(mentor, trained, policy, first, assigned={first}).rank == 1
    for refused in (second, "nobody at all"):
        with pytest.raises(
            Forbidden, match=r"^You may not see this student: ana sees assigned students only\.$"
        ):
            listing.student_sheet(mentor, trained, policy, refused, assigned={first})
        with pytest.raises(Forbidden, match="assigned students only"):
            imagining.what_if(mentor, trained, policy, refused, {}, settings=settings)
    with pytest.raises(Forbidden, match="see the at-risk list"):
        listing.list_page(mentor, trained, policy, start=0, size=5)
    with pytest.raises(Forbidden, match="You may not see this student"):
        listing.student_sheet(person(ActorRole.DEAN), trained, policy, page.student_ids[0])
