"""The list as the doors hand it out: one for all viewers, as fresh as the store, logged where it leaves."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from core.caseload.access import LOCAL, Actor, ActorRole
from core.caseload.audit import lines, verify
from core.caseload.listed import ListState
from core.caseload.roster_changes import since
from core.caseload.roster_typed import open_link
from core.caseload.store import open_store
from core.errors import Forbidden, StoreError
from core.modeling.thresholds import ForCapacity
from core.settings import Settings
from core.workflow import requests, roster_view, training
from core.workflow.roster_doors import RosterDoors
from core.workflow.rosters import Between, OneOf, Query, SortBy

REQUEST = requests.demo_request(students=240, seed=3)
POLICY = ForCapacity(30)
MIA = Actor(who="mia", roles=frozenset({ActorRole.MENTOR}), scope="all")
ANALYST = Actor(who="ana", roles=frozenset({ActorRole.ANALYST}), scope="all")
DEAN = Actor(who="dee", roles=frozenset({ActorRole.DEAN}), scope="all")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    settings = Settings(workspace=tmp_path_factory.mktemp("training"))
    return training.train(LOCAL, REQUEST, settings=settings)


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path)


@pytest.fixture
def doors(settings):
    return RosterDoors(lambda: settings)


def found(doors, trained, actor=LOCAL, **query):
    return doors.view(actor, trained, POLICY).find(Query(**query))


def test_the_list_is_prepared_once_and_shared(doors, trained):
    first, second = (doors.view(LOCAL, trained, policy).prepared for policy in (POLICY, ForCapacity(3)))

    assert first.roster is second.roster
    assert doors.view(ANALYST, trained, POLICY).prepared.roster is first.roster


def test_what_people_write_is_on_the_list_at_once(doors, trained):
    one, two = found(doors, trained).page.student_ids[:2]
    doors.assign(LOCAL, trained, [one, two], "mia", reason="Near.", expecting={})
    doors.write(LOCAL, trained, one, kind="talk", text="", on=datetime.now(UTC).date(), once="a")
    doors.plan(MIA, trained, two, text="Call", due_on=datetime.now(UTC).date(), once="b")
    rows = found(doors, trained).page.rows.set_index("student_id")

    assert rows.loc[one, ["mentor", "days", "next_step"]].tolist() == ["mia", 0.0, ""]
    assert rows.loc[two, ["mentor", "next_step"]].tolist() == ["mia", "Call"]
    assert doors.versions_of(LOCAL, trained, [one, "nobody"]) == {one: 1, "nobody": 0}


def test_a_mentor_is_shown_own_students_and_only_columns_that_say_nothing_of_others(doors, trained):
    own = found(doors, trained).page.student_ids[5:8]
    doors.assign(LOCAL, trained, own, "mia", reason="Near.", expecting={})
    everything = Query(
        columns=tuple(doors.titles),
        where=(OneOf("mentor", ("bo",)), Between("risk", 90)),
        sort=(SortBy("risk"),),
        search="S",
    )
    mine = doors.view(MIA, trained, POLICY).find(everything)

    assert set(mine.page.student_ids) == set(own)
    assert set(mine.page.rows) <= set(roster_view.OWN_COLUMNS)
    assert (mine.page.n_students, mine.page.n_found) == (3, 3)
    assert found(doors, trained, MIA, search="no such").page.n_found == 0


def test_a_mentor_may_keep_those_who_joined_or_left(doors, trained):
    own = found(doors, trained).page.student_ids[5:8]
    doors.assign(LOCAL, trained, own, "mia", reason="Near.", expecting={})
    view = doors.view(MIA, trained, POLICY)
    risk = trained.validated.risk
    saved = ListState.of(
        trained.features.student_ids, risk=risk, listed=trained.curve.listed(POLICY) & (risk < 0)
    )
    beside = replace(view.prepared, since=since(view.prepared.roster, saved, risk=risk))
    both = replace(view, prepared=beside)

    new = both.find(Query(where=(OneOf("status", ("new",)),)))

    assert new.query.where == (OneOf("status", ("new",)),)
    assert (set(new.page.student_ids), new.left_out) == (set(own), "")
    assert both.find(Query(where=(OneOf("status", ("left",)),))).page.n_found == 0


def test_the_mentors_of_chosen_students_are_told_and_a_mentor_learns_of_their_own_only(doors, trained):
    one, two, three = found(doors, trained).page.student_ids[:3]
    doors.assign(LOCAL, trained, [one], "mia", reason="Near.", expecting={})
    doors.assign(LOCAL, trained, [two], "bo", reason="Near.", expecting={})

    asked = (three, two, one, "nobody")
    told = [doors.view(who, trained, POLICY).mentors_of(asked) for who in (LOCAL, MIA)]

    assert told[0] == {three: "", two: "bo", one: "mia", "nobody": ""}
    assert told[1] == {three: "", two: "", one: "mia", "nobody": ""}


def test_a_mentor_of_nobody_is_told_who_assigns(doors, trained):
    assert found(doors, trained, MIA).why_empty == (
        "No student is assigned to you yet: a counselor does that on this page."
    )


def test_who_sees_neither_the_list_nor_a_student_gets_nothing(doors, trained):
    with pytest.raises(Forbidden, match="You may not see the at-risk list"):
        doors.view(DEAN, trained, POLICY)
    with pytest.raises(Forbidden, match="You may not see the at-risk list"):
        doors.trainer(DEAN, REQUEST)


def test_one_training_serves_all_who_may_not_train(doors):
    counselor = Actor(who="cleo", roles=frozenset({ActorRole.COUNSELOR}), scope="all")

    assert doors.trainer(LOCAL, REQUEST) is LOCAL
    assert doors.trainer(MIA, REQUEST) == doors.trainer(counselor, REQUEST)
    assert doors.trainer(MIA, REQUEST).roles == {ActorRole.ANALYST}


def test_a_file_is_in_the_audit_before_it_is_handed_out(doors, trained, settings):
    view = doors.view(ANALYST, trained, POLICY)
    content = view.export(Query(where=(OneOf("listed", ("listed",)),), columns=("rank", "need")))

    assert content.decode("utf-8-sig").count("\n") == 31
    with open_store(settings).reading() as connection:
        (line,) = lines(connection, what="exported the list")
        assert verify(connection).is_whole
    assert line.who == "ana"
    assert line.detail["n_students"] == 30
    assert line.detail["view"] == "columns=rank+need&is.listed=listed"
    assert not any(one in str(line) for one in trained.features.student_ids)


def test_a_file_that_cannot_be_written_down_is_not_handed_out(doors, trained, monkeypatch):
    view = doors.view(ANALYST, trained, POLICY)
    monkeypatch.setattr(RosterDoors, "_log", _refuse)

    with pytest.raises(StoreError, match="No store"):
        view.export(Query())


def test_a_mentor_takes_no_file(doors, trained):
    with pytest.raises(Forbidden, match="You may not export the list"):
        doors.view(MIA, trained, POLICY).export(Query())


def test_what_the_list_does_not_know_is_left_out_and_named(doors, trained):
    asked = Query(
        where=(OneOf("need", ("rich",)), OneOf("need", ("high",)), Between("wealth", 3)),
        sort=(SortBy("age"),),
    )
    shown = doors.view(LOCAL, trained, POLICY).find(asked)

    assert shown.page.n_found == 30
    assert shown.left_out == (
        "Left out of this view: There is no column 'age' (needed by the list). "
        "There is no 'rich' in the column 'need'. There is no column 'wealth' (needed by the list)."
    )
    assert shown.query.where == (OneOf("need", ("high",)),)


def test_of_whom_not_enough_is_known_the_reasons_begin_with_why(doors, trained):
    known = np.ones(trained.n_students)
    known[trained.curve.order[-4:]] = 0.0
    rows = found(doors, replace(trained, known_share=known), size=500).page.rows
    unknown = rows[rows["need"] == "not enough known"]

    assert unknown["rank"].tolist()[-4:] == rows["rank"].tolist()[-4:]
    assert unknown["reasons"].tail(4).str.startswith("No value is recorded.").all()
    assert not rows.loc[rows["need"] == "low", "reasons"].str.contains("recorded").any()


@pytest.mark.parametrize(
    ("text", "query", "words"),
    [
        ("", Query(), ""),
        ("size=50", Query(size=50), ""),
        (
            "size=50&sort=days&is.need=high&search=Ana",
            Query(size=50, where=(OneOf("need", ("high",)),)),
            "The link asks for what the list does not know ('sort' and 'search'): it is shown without that.",
        ),
        ("a" * 2001, Query(), "The link is too long to be read: the whole list is shown."),
    ],
)
def test_what_is_known_of_a_link_counts(text, query, words):
    assert open_link(text) == (query, words.replace("' and '", "', '"))


def _refuse(*_):
    raise StoreError("No store.")
