"""Mentors, contacts, next steps and saved views: kept on every engine, found for many students at once."""

import json
from datetime import date, timedelta

import numpy as np
import pytest

from core.caseload import assignments, audit, contacts, next_steps, views
from core.caseload.contacts import ContactKind, NewContact
from core.errors import Conflict, InvalidChoice

TALK = NewContact(ContactKind.TALK, "Spoke about travel.")


def lines(store, **options):
    with store.reading() as connection:
        return audit.lines(connection, **options)


def assign(store, deed, ids, mentor, expecting=None):
    return assignments.assign(store, "own", ids, mentor, expecting=expecting or {}, deed=deed)


def test_a_selection_is_given_to_a_mentor_and_found_for_many_students_at_once(store, deed):
    assign(store, deed(), ["s1", "s2"], "mia")
    found = assignments.mentors(store, "own")

    assert found.of(["s0", "s2", "s1"]).tolist() == ["", "mia", "mia"]
    assert found.version_of(["s0", "s2"]).tolist() == [0, 1]
    assert assignments.students_of(store, "own", "mia") == ("s1", "s2")
    assert assignments.mentors(store, "demo").of(["s1"]).tolist() == [""]


def test_another_mentor_ends_the_time_with_the_one_before_and_the_history_stays(store, deed):
    assign(store, deed(), ["s1"], "mia")
    assign(store, deed("ben", "Mia left.", hours=1), ["s1"], "tom", {"s1": 1})
    assign(store, deed("ben", "Tom left.", hours=2), ["s1"], "", {"s1": 2})
    history = assignments.history(store, "own", "s1")

    assert [(one.version, one.mentor, one.by, one.until) for one in history] == [
        (1, "mia", "ana", deed(hours=1).at),
        (2, "tom", "ben", deed(hours=2).at),
        (3, "", "ben", None),
    ]
    assert history[2].describe() == "'s1' is with nobody by ben since 2026-11-21 12:00 UTC: Tom left."
    assert assignments.students_of(store, "own", "tom") == ()


def test_a_student_who_is_with_that_mentor_already_stays(store, deed):
    assign(store, deed(), ["s1"], "mia")
    made = assign(store, deed(hours=1), ["s1", "s2"], "mia", {"s1": 1})

    assert [one.student_id for one in made] == ["s2"]
    assert assign(store, deed(hours=2), ["s1", "s2"], "mia", {"s1": 1, "s2": 1}) == ()
    assert store.revision() == 2


def test_an_assignment_that_somebody_else_changed_is_shown_and_nobody_is_assigned(store, deed):
    assign(store, deed("ben", "Same village."), ["s1"], "tom")
    with pytest.raises(Conflict) as caught:
        assign(store, deed(hours=1), ["s1", "s2"], "mia")

    assert str(caught.value) == "Somebody else changed the mentor of 's1' meanwhile."
    assert caught.value.hint == "Look at both and decide; nobody was assigned."
    assert [(one.student_id, one.mentor, one.why) for one in caught.value.now] == [
        ("s1", "tom", "Same village.")
    ]
    assert assignments.mentors(store, "own").of(["s1", "s2"]).tolist() == ["tom", ""]


@pytest.mark.parametrize(
    ("ids", "says"),
    [
        ([], "No student is chosen."),
        ([" "], "The student id is empty."),
        (["s"] + [f"s{n}" for n in range(50_000)], "50,001 students are too many at once."),
    ],
)
def test_a_selection_that_is_none_is_refused(file_store, deed, ids, says):
    with pytest.raises(InvalidChoice) as caught:
        assign(file_store, deed(), ids, "mia")
    assert str(caught.value) == says


def test_the_audit_names_nobody_and_finds_each_by_the_key(store, deed):
    assign(store, deed(), ["s1", "s2"], "mia")
    contacts.add(store, "own", "s1", NewContact(ContactKind.NOTE, "Grandmother is ill."), deed=deed(why=""))
    written = json.dumps([(line.about, line.why, dict(line.detail)) for line in lines(store)])

    assert "s1" not in written
    assert "Grandmother" not in written
    about = [line.what for line in lines(store, about=store.pseudonym("s1"))]
    assert about == ["wrote a note", "assigned"]
    assert lines(store)[1].why == "Twelve mentors have time."


def test_entries_stand_by_day_and_an_amended_one_stays_to_be_read(store, deed):
    first = contacts.add(store, "own", "s1", TALK, deed=deed(why=""))
    contacts.add(
        store,
        "own",
        "s1",
        NewContact(ContactKind.MESSAGE, "", happened_on=date(2026, 11, 1)),
        deed=deed("ben", "", hours=1),
    )
    mended = contacts.add(
        store,
        "own",
        "s1",
        NewContact(ContactKind.TALK, "Spoke about fees.", amends=first.id),
        deed=deed("ben", "", hours=2),
    )
    history = contacts.history(store, "own", "s1")

    assert [(one.kind, one.text, one.by) for one in history] == [
        ("message", "", "ben"), ("talk", "Spoke about travel.", "ana"), ("talk", "Spoke about fees.", "ben"),
    ]  # fmt: skip
    assert [one.amended_by for one in history] == [None, mended.id, None]
    assert contacts.history(store, "own", "s2") == ()
    assert "travel" not in repr(history)


def test_an_entry_that_was_amended_meanwhile_is_shown(store, deed):
    first = contacts.add(store, "own", "s1", TALK, deed=deed(why=""))
    amend = NewContact(ContactKind.TALK, "By ben.", amends=first.id)
    kept = contacts.add(store, "own", "s1", amend, deed=deed("ben", "", hours=1))
    with pytest.raises(Conflict) as caught:
        contacts.add(
            store, "own", "s1", NewContact(ContactKind.TALK, "By eva.", amends=first.id), deed=deed("eva")
        )

    assert (str(caught.value), caught.value.now) == ("ben amended this entry meanwhile.", kept)
    with pytest.raises(InvalidChoice, match=r"^There is no such entry about this student\.$"):
        contacts.add(store, "own", "s2", amend, deed=deed())


def test_an_entry_that_was_sent_twice_is_kept_once(store, deed):
    made = contacts.add(store, "own", "s1", TALK, deed=deed(why=""), once="click-1")
    again = contacts.add(store, "own", "s1", TALK, deed=deed(why="", hours=1), once="click-1")

    assert (again, store.revision()) == (made, 1)
    with pytest.raises(Conflict) as caught:
        contacts.add(store, "own", "s2", TALK, deed=deed(), once="click-1")
    assert (str(caught.value), caught.value.now) == ("Another entry was kept under this id already.", None)


def test_what_is_no_entry_is_refused_in_a_sentence(file_store, deed):
    tomorrow = NewContact(ContactKind.TALK, "x", happened_on=date(2026, 11, 22))
    for entry, says in (
        (NewContact(ContactKind.NOTE, " "), "The note is empty."),
        (NewContact(ContactKind.TALK, "x" * 10_001), "The talk is too long."),
        (tomorrow, "A contact on 2026-11-22 has not been yet."),
    ):
        with pytest.raises(InvalidChoice) as caught:
            contacts.add(file_store, "own", "s1", entry, deed=deed())
        assert str(caught.value) == says


def test_days_since_contact_count_talks_and_messages_and_what_was_corrected_no_longer(store, deed):
    def add(student, kind, day, amends=None):
        entry = NewContact(kind, "x", happened_on=date(2026, 11, day), amends=amends)
        return contacts.add(store, "own", student, entry, deed=deed(why=""))

    add("s1", ContactKind.TALK, 1)
    add("s1", ContactKind.MESSAGE, 11)
    add("s1", ContactKind.NOTE, 20)
    wrong = add("s2", ContactKind.TALK, 20)
    add("s2", ContactKind.TALK, 10, amends=wrong.id)
    add("s3", ContactKind.NOTE, 10)
    days = contacts.last_contacts(store, "own").days_since(["s3", "s2", "s1", "s0"], on=date(2026, 11, 21))

    assert days.tolist()[1:3] == [11.0, 10.0]
    assert np.isnan(days[[0, 3]]).all()


def test_without_contacts_there_are_no_days(file_store):
    days = contacts.last_contacts(file_store, "own").days_since(["s1"], on=date(2026, 11, 21))
    due = next_steps.due_steps(file_store, "own")

    assert np.isnan(days).all()
    assert np.isnat(due.due_of(["s1"])).all()
    assert due.text_of(["s1"]).tolist() == [""]


def test_the_open_step_that_is_due_first_is_found_and_goes_when_it_is_done(store, deed):
    plan = lambda student, text, day: next_steps.plan(  # noqa: E731  three times the same
        store, "own", student, text, due_on=date(2026, 12, day), deed=deed(why="")
    )
    plan("s1", "Ask for the bus pass", 9)
    first = plan("s1", "Call home", 2)
    plan("s2", "Meet the tutor", 5)
    due = next_steps.due_steps(store, "own")

    assert due.text_of(["s0", "s1", "s2"]).tolist() == ["", "Call home", "Meet the tutor"]
    assert due.due_of(["s1", "s2"]).astype(str).tolist() == ["2026-12-02", "2026-12-05"]
    done = next_steps.finish(store, "own", "s1", first.id, expecting=1, deed=deed("ben", "", hours=1))
    assert (done.is_done, done.done_by, done.version) == (True, "ben", 2)
    assert next_steps.due_steps(store, "own").text_of(["s1"]).tolist() == ["Ask for the bus pass"]
    assert [step.text for step in next_steps.history(store, "own", "s1")] == [
        "Call home",
        "Ask for the bus pass",
    ]


def test_a_step_that_somebody_else_did_is_shown(store, deed):
    step = next_steps.plan(
        store, "own", "s1", "Call home", due_on=date(2026, 12, 1), deed=deed(why=""), once="c1"
    )
    again = next_steps.plan(
        store, "own", "s1", "Call home", due_on=date(2026, 12, 1), deed=deed(why=""), once="c1"
    )
    next_steps.finish(store, "own", "s1", step.id, expecting=1, deed=deed("ben", "", hours=1))
    with pytest.raises(Conflict) as caught:
        next_steps.finish(store, "own", "s1", step.id, expecting=1, deed=deed("eva", "", hours=1))

    assert again == step
    assert (str(caught.value), caught.value.now.done_by) == ("ben changed this step meanwhile.", "ben")
    with pytest.raises(InvalidChoice, match=r"^There is no such step for this student\.$"):
        next_steps.finish(store, "own", "s2", step.id, expecting=2, deed=deed())


CONTENT = {"filters": [{"column": "segment", "any": [1, 2]}], "sort": ["risk"], "columns": ["name", "need"]}


def save_view(store, deed, name="My watch list", **options):
    return views.save(store, "own", name, CONTENT, deed=deed, **options)


def test_a_view_comes_back_as_it_was_saved_and_its_id_says_nothing(store, deed):
    made = save_view(store, deed(why=""))
    found = views.open_view(store, "own", made.id, who="ana")

    assert found == made
    assert found.content == CONTENT
    assert len(made.id) == 22
    assert save_view(store, deed(why=""), "Another").id != made.id


def test_a_private_view_and_none_at_all_give_others_the_same_answer(store, deed):
    private = save_view(store, deed(why=""))
    shared = save_view(store, deed(why=""), "For all", is_shared=True)
    answers = []
    for view in (private.id, "no-such-view"):
        with pytest.raises(InvalidChoice) as caught:
            views.open_view(store, "own", view, who="ben")
        answers.append((str(caught.value), caught.value.hint))

    assert answers[0] == answers[1]
    assert answers[0][0] == "There is no such saved view that you may open."
    assert views.open_view(store, "own", shared.id, who="ben").name == "For all"
    assert [view.name for view in views.views_of(store, "own", "ben")] == ["For all"]
    assert [view.name for view in views.views_of(store, "own", "ana")] == ["For all", "My watch list"]
    with pytest.raises(InvalidChoice):
        views.open_view(store, "demo", shared.id, who="ana")


def test_a_view_is_changed_by_its_owner_and_by_the_version_that_was_seen(store, deed):
    made = save_view(store, deed(why=""), is_shared=True)
    changed = views.change(
        store, "own", made.id, expecting=1, deed=deed(why="", hours=1), name="Watch", is_shared=True
    )

    assert (changed.name, changed.version, changed.content) == ("Watch", 2, CONTENT)
    with pytest.raises(Conflict) as caught:
        views.change(store, "own", made.id, expecting=1, deed=deed(), content={"columns": []})
    assert str(caught.value) == "The view 'Watch' was changed meanwhile, in another window."
    assert caught.value.now == changed
    with pytest.raises(InvalidChoice, match=r"^The view 'Watch' belongs to ana\.$"):
        views.change(store, "own", made.id, expecting=2, deed=deed("ben"))
    views.remove(store, "own", made.id, expecting=2, deed=deed(why="", hours=2))
    assert views.views_of(store, "own", "ana") == ()


def test_one_name_is_one_view_of_a_person(store, deed):
    save_view(store, deed(why=""))
    with pytest.raises(InvalidChoice, match=r"^You have a view 'My watch list' already\.$"):
        save_view(store, deed(why=""))
    save_view(store, deed("ben", ""))


def test_a_view_that_is_no_plain_json_is_refused(file_store, deed):
    with pytest.raises(InvalidChoice, match=r"^The view cannot be kept\.$"):
        views.save(file_store, "own", "x", {"filters": {"risk": float("nan")}}, deed=deed())
    with pytest.raises(InvalidChoice, match=r"^The name of the view is empty\.$"):
        views.save(file_store, "own", " ", {}, deed=deed())


def test_a_selection_of_thousands_is_assigned_at_once(store, deed):
    ids = [f"s{n}" for n in range(2_500)]
    assign(store, deed(), ids, "mia")
    assign(store, deed("ben", hours=1), ids, "tom", dict.fromkeys(ids, 1))

    assert len(assignments.students_of(store, "own", "tom")) == 2_500
    with store.reading() as connection:
        assert audit.verify(connection) == audit.Verified(5_000)


def test_a_day_later_is_a_day_more(file_store, deed):
    contacts.add(file_store, "own", "s1", TALK, deed=deed(why=""))
    found = contacts.last_contacts(file_store, "own")
    day = deed().day

    assert [found.days_since(["s1"], on=day + timedelta(days=n))[0] for n in (0, 1, 30)] == [0.0, 1.0, 30.0]
