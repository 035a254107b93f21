"""The use cases on cases: who may do what, for which students, under which key."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.caseload.contacts import ContactKind, NewContact
from core.caseload.listed import ListState
from core.caseload.roster_query import Between, OneOf, Query, SortBy
from core.caseload.store import now_in_utc, open_store
from core.caseload.views import save
from core.errors import Conflict, Forbidden, InvalidChoice
from core.registry.strict_json import Unreadable
from core.settings import Settings
from core.workflow import assigning, contacts, policies, requests, views
from core.workflow.policies import ListKey, PolicyKind

REQUEST = requests.demo_request(students=200, seed=3)
REAL = ListKey("real", synthetic=False)
TALK = NewContact(ContactKind.TALK, "Spoke about travel.")


def person(role, who="ana"):
    return Actor(who=who, roles=frozenset({role}), scope="all")


@pytest.fixture
def settings(tmp_path):
    found = Settings(workspace=tmp_path)
    yield found
    open_store(found).close()


DUE = date(2026, 12, 1)
CALLS = {
    "DECIDE save": lambda a, s: policies.save_policy(
        a, REAL, PolicyKind.CUT, {"n": 1}, reason="Why.", expecting=0, settings=s
    ),
    "DECIDE undo": lambda a, s: policies.undo_policy(
        a, REAL, PolicyKind.CUT, reason="Why.", expecting=2, settings=s
    ),
    "LIST history": lambda a, s: policies.policy_history(a, REAL, PolicyKind.CUT, settings=s),
    "LIST then": lambda a, s: policies.listed_then(a, REAL, 1, settings=s),
    "LIST since": lambda a, s: policies.since_last_time(
        a, REAL, ListState.of([], risk=[], listed=[]), policy={}, settings=s
    ),
    "SOME current": lambda a, s: policies.current_policy(a, REAL, PolicyKind.CUT, settings=s),
    "ASSIGN": lambda a, s: assigning.assign_students(
        a, ["s1"], "mia", reason="Why.", expecting={}, synthetic=False, settings=s
    ),
    "SOME mentors": lambda a, s: assigning.mentors(a, synthetic=False, settings=s),
    "SEE own": lambda a, s: assigning.own_students(a, synthetic=False, settings=s),
    "SEE mentors": lambda a, s: assigning.assignment_history(a, "s1", synthetic=False, settings=s),
    "NOTE add": lambda a, s: contacts.add_contact(a, "s1", TALK, synthetic=False, settings=s),
    "NOTE plan": lambda a, s: contacts.plan_step(a, "s1", "Call", due_on=DUE, synthetic=False, settings=s),
    "SEE contacts": lambda a, s: contacts.contact_history(a, "s1", synthetic=False, settings=s),
    "SEE steps": lambda a, s: contacts.step_history(a, "s1", synthetic=False, settings=s),
    "SEE due": lambda a, s: contacts.due_steps(a, synthetic=False, settings=s),
    "SOME days": lambda a, s: contacts.last_contacts(a, synthetic=False, settings=s),
    "SOME save view": lambda a, s: views.save_view(a, "x", Query(), synthetic=False, settings=s),
    "SOME views": lambda a, s: views.list_views(a, synthetic=False, settings=s),
}
OPEN_TO = {
    "DECIDE": {ActorRole.COUNSELOR},
    "ASSIGN": {ActorRole.COUNSELOR},
    "LIST": {ActorRole.COUNSELOR, ActorRole.ANALYST},
    "NOTE": {ActorRole.COUNSELOR, ActorRole.MENTOR},
    "SEE": {ActorRole.COUNSELOR, ActorRole.MENTOR},
    "SOME": {ActorRole.COUNSELOR, ActorRole.MENTOR, ActorRole.ANALYST},
}


@pytest.mark.parametrize("call", CALLS)
def test_each_use_case_is_open_to_its_roles_and_closed_to_all_others_and_without_the_gate(call, settings):
    for n in range(2):
        policies.save_policy(
            LOCAL, REAL, PolicyKind.CUT, {"n": n}, reason="Why.", expecting=n, settings=settings
        )
    assigning.assign_students(
        LOCAL, ["s1"], "mentor", reason="Near.", expecting={}, synthetic=False, settings=settings
    )
    for role in ActorRole:
        before = open_store(settings).revision()
        try:
            CALLS[call](person(role, role.value), settings)
        except Forbidden:
            assert role not in OPEN_TO[call.split()[0]]
            assert open_store(settings).revision() == before
        except Conflict:
            assert role in OPEN_TO[call.split()[0]]
        else:
            assert role in OPEN_TO[call.split()[0]]
    with pytest.raises(Forbidden):
        CALLS[call](UNGATED, settings)


def test_who_may_not_is_told_why(settings):
    with pytest.raises(Forbidden) as caught:
        CALLS["DECIDE save"](person(ActorRole.MENTOR), settings)
    assert str(caught.value) == "You may not change the cut: ana has none of the roles counselor."
    with pytest.raises(Forbidden) as caught:
        CALLS["SEE contacts"](person(ActorRole.ANALYST), settings)
    assert str(caught.value) == ("You may not see this student: ana has none of the roles counselor, mentor.")


def test_the_key_of_a_list_stays_with_a_new_reading_and_other_code_and_changes_with_the_list(monkeypatch):
    key = ListKey.of(REQUEST)
    again = replace(
        REQUEST, cleaning=replace(REQUEST.cleaning, table=replace(REQUEST.table, revision="tomorrow"))
    )
    others = [
        REQUEST.with_outcome("prior_average < 50"),
        replace(REQUEST, model="hist_gradient_boosting"),
        requests.demo_request(students=201, seed=3),
    ]
    monkeypatch.setattr(requests, "CODE_VERSION", "another")

    assert ListKey.of(REQUEST) == key == ListKey.of(again)
    assert key.synthetic
    assert len({key, *map(ListKey.of, others)}) == 4


def test_a_policy_is_saved_undone_and_looked_back_at(settings):
    key, counselor = ListKey.of(REQUEST), person(ActorRole.COUNSELOR)

    def save_list(listed, expecting):
        state = ListState.of(["a", "b", "c"], risk=[0.9, 0.5, 0.1], listed=[n < listed for n in range(3)])
        return policies.save_policy(
            counselor, key, PolicyKind.CUT, {"n": listed}, reason="Room.", expecting=expecting,
            settings=settings, state=state, expires_on=now_in_utc().date() + timedelta(days=30),
        )  # fmt: skip

    save_list(1, 0)
    save_list(2, 1)
    policies.undo_policy(counselor, key, PolicyKind.CUT, reason="Too many.", expecting=2, settings=settings)
    now = ListState.of(["b", "c", "d"], risk=[0.5, 0.1, 0.8], listed=[False, False, True])
    found = policies.since_last_time(counselor, key, now, policy={"n": 1}, settings=settings)

    assert policies.current_policy(counselor, key, PolicyKind.CUT, settings=settings).policy == {"n": 1}
    assert policies.listed_then(counselor, key, 3, settings=settings) == ("a",)
    assert found.words == "1 joined (1 new student); 1 left (1 gone from the data)."
    assert policies.since_last_time(counselor, key, now, policy={}, settings=settings, number=2) is not None
    with pytest.raises(InvalidChoice, match=r"^There is no version 9 of this policy\.$"):
        policies.since_last_time(counselor, key, now, policy={}, settings=settings, number=9)
    assert policies.since_last_time(counselor, REAL, now, policy={}, settings=settings) is None


def test_made_up_and_real_students_of_one_id_have_cases_of_their_own(settings):
    contacts.add_contact(LOCAL, "s1", TALK, synthetic=True, settings=settings)

    assert contacts.contact_history(LOCAL, "s1", synthetic=False, settings=settings) == ()
    assert len(contacts.contact_history(UNGATED, "s1", synthetic=True, settings=settings)) == 1


def test_a_mentor_finds_own_students_and_finishes_a_step(settings):
    mentor = person(ActorRole.MENTOR, "mia")
    assigning.assign_students(
        LOCAL, ["s2", "s1"], "mia", reason="Near.", expecting={}, synthetic=False, settings=settings
    )
    step = contacts.plan_step(mentor, "s1", "Call", due_on=DUE, synthetic=False, settings=settings)
    done = contacts.finish_step(mentor, "s1", step.id, expecting=1, synthetic=False, settings=settings)

    assert assigning.own_students(mentor, synthetic=False, settings=settings) == ("s1", "s2")
    assert done.done_by == "mia"


QUERY = Query(
    size=50,
    sort=(SortBy("risk", falling=True),),
    where=(OneOf("segment", ("2", "3"), or_missing=True), Between("days", low=14.0)),
    search="zaż",
    columns=("rank", "student_id", "need"),
)


def test_a_view_opens_as_the_query_that_was_saved_on_its_first_page(settings):
    counselor = person(ActorRole.COUNSELOR)
    saved = views.save_view(
        counselor, "Not seen", replace(QUERY, start=100), synthetic=False, settings=settings, is_shared=True
    )
    view, query = views.open_view(
        person(ActorRole.MENTOR, "mia"), saved.id, synthetic=False, settings=settings
    )

    assert (view.name, query) == ("Not seen", replace(QUERY, search=""))
    changed = views.change_view(
        counselor, saved.id, expecting=1, query=Query(), name="All", synthetic=False, settings=settings
    )
    assert views.open_view(counselor, saved.id, synthetic=False, settings=settings) == (changed, Query())
    views.remove_view(counselor, saved.id, expecting=2, synthetic=False, settings=settings)
    assert views.list_views(counselor, synthetic=False, settings=settings) == ()


@pytest.mark.parametrize(
    ("roles", "is_told"),
    [
        ({ActorRole.COUNSELOR}, True),
        ({ActorRole.COUNSELOR, ActorRole.MENTOR}, True),
        ({ActorRole.MENTOR}, False),
        ({ActorRole.ANALYST}, False),
        ({ActorRole.ANALYST, ActorRole.MENTOR}, False),
    ],
)
def test_what_somebody_else_searched_for_is_told_only_to_those_who_may_see_all(settings, roles, is_told):
    saver, other = person(ActorRole.ANALYST), Actor(who="eve", roles=frozenset(roles), scope="all")
    saved = views.save_view(saver, "Mine", QUERY, synthetic=False, settings=settings, is_shared=True)
    words = QUERY.search if is_told else ""

    view, query = views.open_view(other, saved.id, synthetic=False, settings=settings)
    (listed,) = views.list_views(other, synthetic=False, settings=settings)

    assert query == replace(QUERY, search=words)
    assert view.content["search"] == listed.content["search"] == words
    assert views.open_view(saver, saved.id, synthetic=False, settings=settings) == (saved, QUERY)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ({}, "In the saved view, '$' has no 'size'."),
        ({"sort": {}}, "In the saved view, '$.sort' must be a list."),
        ({"students": ["s1"]}, "In the saved view, '$' has an unknown key 'students'."),
        ({"where": [{}]}, "In the saved view, '$.where[0]' is not one filter."),
        ({"columns": ["password"]}, "'column' cannot be 'password'."),
    ],
)
def test_a_view_that_this_version_does_not_know_is_refused_in_a_sentence(settings, deed_now, content, says):
    whole = {"size": 25, "sort": [], "where": [], "search": "", "columns": []}
    held = {**whole, **content} if content else {}
    view = save(open_store(settings), "own", "x", held, deed=deed_now)

    with pytest.raises((Unreadable, InvalidChoice)) as caught:
        views.open_view(LOCAL, view.id, synthetic=False, settings=settings)
    assert str(caught.value) == says


@pytest.fixture
def deed_now():
    from core.caseload.deeds import Deed

    return Deed("local", now_in_utc())


def test_a_mentor_writes_and_reads_about_assigned_students_only(settings):
    mia = person(ActorRole.MENTOR, "mia")
    where = {"synthetic": False, "settings": settings}
    assigning.assign_students(LOCAL, ["s1"], "mia", reason="Near.", expecting={}, **where)
    words = r"^You may not see this student: mia sees assigned students only\.$"
    before = open_store(settings).revision()

    for refused in ("s2", "nobody at all"):
        for call in (
            lambda one: contacts.add_contact(mia, one, TALK, **where),
            lambda one: contacts.plan_step(mia, one, "Call", due_on=DUE, **where),
            lambda one: contacts.finish_step(mia, one, "step", expecting=1, **where),
            lambda one: contacts.contact_history(mia, one, **where),
            lambda one: contacts.step_history(mia, one, **where),
            lambda one: assigning.assignment_history(mia, one, **where),
        ):
            with pytest.raises(Forbidden, match=words):
                call(refused)
    assert open_store(settings).revision() == before
    assert contacts.add_contact(mia, "s1", TALK, **where).by == "mia"
    assigning.assign_students(LOCAL, ["s1"], "bo", reason="Moved.", expecting={"s1": 1}, **where)
    with pytest.raises(Forbidden, match=words):
        contacts.contact_history(mia, "s1", **where)
