"""The list of the Explorer: asked by search, filters, order and pages, worked with, kept; a mentor's own."""

import csv
import hashlib
import io
from datetime import UTC, datetime

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import cache
from core.caseload.access import LOCAL, Actor, ActorRole
from core.caseload.audit import lines
from core.caseload.store import open_store
from core.workflow import assigning, contacts
from tests.pages.screen import PATIENCE_SECONDS, SHELL, open_page, settled, texts

MIA = Actor(who="mia", roles=frozenset({ActorRole.MENTOR}), scope="all")
TODAY = datetime.now(UTC).date()


@pytest.fixture
def page(screen):
    return open_page(screen)


@pytest.fixture
def as_mia(monkeypatch):
    monkeypatch.setattr(cache, "actor", lambda _: MIA)


def linked(**parts):
    """Return the screen as somebody opens it by a link."""
    test = AppTest.from_file(str(SHELL), default_timeout=PATIENCE_SECONDS)
    test.user = {"actor": "local"}
    for name, value in parts.items():
        test.query_params[name] = value
    return open_page(test)


def rows(page):
    """Return the list as it is shown."""
    return next(one.value for one in page.dataframe if "student_id" in one.value and "need" in one.value)


def ids(page):
    return list(rows(page)["student_id"])


def choose(page, *places):
    """Choose the students in these places of the list."""
    mark = hashlib.sha256("\n".join(ids(page)).encode()).hexdigest()[:12]
    chosen = {"selection": {"rows": list(places), "columns": [], "cells": []}}
    page.session_state[f"explorer_list_{mark}"] = chosen
    return settled(page.run())


def turn(page, number):
    (pages,) = page.pagination
    return settled(pages.set_value(number).run())


def opened(page, name):
    page.session_state[name] = True
    return settled(page.run())


def press(page, label):
    (button,) = [one for one in page.button if one.label == label]
    return settled(button.click().run())


def assign(student_ids, mentor):
    settings = cache.settings()
    before = assigning.mentors(LOCAL, synthetic=True, settings=settings).version_of(student_ids)
    expecting = dict(zip(student_ids, before.tolist(), strict=True))
    assigning.assign_students(
        LOCAL, student_ids, mentor, reason="Near.", expecting=expecting, synthetic=True, settings=settings
    )


def address(page):
    shown = dict(page.query_params)
    return {name: value if isinstance(value, str) else value[0] for name, value in shown.items()}


def test_the_list_says_who_they_are_why_and_how_sure_their_place_is(page):
    shown = rows(page)

    assert list(shown["rank"]) == list(range(1, 26))
    assert shown["interval"].str.contains("could be").any()
    assert shown["reasons"].str.len().gt(0).all()
    assert set(shown["need"]) <= {"▲ High", "◆ Watch", "▽ Low", "? Not enough known"}
    assert "trend" not in shown
    assert texts(page).count("held the true place of about 9 in 10") == 1
    assert "Students 1 to 25 of 3,030." in texts(page)


def test_pages_follow_each_other_and_the_address_remembers_the_page(page):
    first = ids(page)
    second = ids(turn(page, 2))

    assert not set(first) & set(second)
    assert list(rows(page)["rank"]) == list(range(26, 51))
    assert address(page) == {"list": "start=25"}


def test_a_search_finds_ids_and_is_no_part_of_the_address(page):
    wanted = ids(page)[3]
    turn(page, 3)
    page.text_input(key="list_search").set_value(wanted.lower()).run()

    assert ids(page) == [wanted]
    assert "Students 1 to 1 of 1 found, 3,030 in all." in texts(page)
    assert wanted not in str(address(page))


def test_a_search_for_nobody_says_so_in_words(page):
    page.text_input(key="list_search").set_value("nobody is called so").run()

    assert "No student matches: widen the filters or the search." in texts(page)


def test_the_need_is_filtered_and_listed_only_keeps_those_on_the_list(page):
    page.pills(key="list_need").set_value(["watch"]).run()
    assert set(rows(page)["need"]) == {"◆ Watch"}
    assert address(page) == {"list": "is.need=watch"}

    page.pills(key="list_need").set_value([]).run()
    page.toggle(key="list_listed").set_value(True).run()
    assert set(rows(page)["need"]) == {"▲ High"}
    assert "of 303 found, 3,030 in all." in texts(page)


def test_another_order_begins_at_its_first_page(page):
    turn(page, 4)
    page.selectbox(key="list_sort").set_value("risk").run()
    shown = rows(page)

    assert shown["risk"].is_monotonic_increasing
    assert shown["rank"].max() == 3030
    page.toggle(key="list_falling").set_value(True).run()
    assert rows(page)["risk"].is_monotonic_decreasing


def test_a_number_is_filtered_by_a_range_and_a_range_that_is_turned_round_is_not_used(page):
    opened(page, "list_filters_open")
    page.multiselect(key="list_filter_columns").set_value(["fees_owed"]).run()
    page.number_input(key="list_filter_fees_owed_at least").set_value(500.0).run()
    found = address(page)["list"]
    n_rich = texts(page)
    page.number_input(key="list_filter_fees_owed_at most").set_value(100.0).run()

    assert found == "in.fees_owed=500.0.."
    assert "found, 3,030 in all." in n_rich
    assert "The lower end is above the upper end" in texts(page)
    assert not page.exception


def test_columns_and_the_size_of_a_page_are_chosen_and_kept_over_another_page(page):
    opened(page, "list_columns_open")
    page.multiselect(key="list_columns").set_value(["student_id", "need"]).run()
    page.selectbox(key="list_size").set_value(10).run()
    open_page(page, "train")
    page = open_page(page, "explorer")

    assert list(rows(page)) == ["student_id", "need"]
    assert len(rows(page)) == 10


def test_a_link_shows_what_was_asked_and_says_what_it_does_not_know():
    page = linked(list="sort=-risk&is.need=watch&size=10&start=10&colour=red")

    assert set(rows(page)["need"]) == {"◆ Watch"}
    assert "Students 11 to 20 of" in texts(page)
    assert "The link asks for what the list does not know ('colour')" in texts(page)


@pytest.mark.parametrize("text", ["is.segment=99", "in.wealth=3..", "is.need=rich", "sort=-wealth"])
def test_a_link_to_what_is_gone_shows_the_rest(text):
    page = linked(list=f"{text}&size=10")

    assert len(rows(page)) == 10
    assert "Left out of this view: " in texts(page)
    assert "Students 1 to 10 of 3,030." in texts(page)


@pytest.mark.parametrize("text", ["x" * 3000, "%%%", "is.student_id=S000001", "start=-1&size=0"])
def test_a_link_that_cannot_be_followed_still_shows_the_list(text):
    page = linked(list=text)

    assert len(rows(page)) == 25
    assert not page.exception
    assert "link" in texts(page)


def test_a_view_is_saved_shared_and_opened_by_a_link_that_says_nothing(page):
    page.pills(key="list_need").set_value(["watch"]).run()
    page.text_input(key="list_search").set_value("S0001").run()
    opened(page, "list_views_open")
    page.text_input(key="list_view_name").set_value("Those to watch")
    page.checkbox(key="list_view_shared").set_value(True)
    page = press(page, "Save this list as a view")
    found = ids(page)
    view = address(page)["view"]

    assert set(address(page)) == {"view"}
    assert "watch" not in view
    again = linked(view=view)
    assert ids(again) == found
    assert again.text_input(key="list_search").value == "S0001"


def test_a_view_that_is_not_there_is_answered_in_one_sentence():
    page = linked(view="no-such-view")

    assert "There is no such saved view that you may open. The whole list is shown." in texts(page)
    assert len(rows(page)) == 25


def test_a_view_that_was_changed_in_another_window_is_not_overwritten(page):
    training = cache.training_job(LOCAL, cache.default_request()).result()
    view = cache.rosters.save_view(LOCAL, training, "Mine", cache.rosters.query(), is_shared=False)
    opened(page, "list_views_open")
    page.selectbox(key="list_view").set_value(view.id).run()
    cache.rosters.change_view(LOCAL, training, view, cache.rosters.query(size=50))
    page = press(page, "Replace by this list")

    assert "The view 'Mine' was changed meanwhile, in another window." in texts(page)
    assert "It stands now as 'Mine'" in texts(page)


def test_a_chosen_student_is_shown_in_short_and_can_be_opened(page):
    before = [one.disabled for one in page.button if one.key == "list_open"]
    page = choose(page, 1)

    assert before == [True]
    assert f"({ids(page)[1]})" in texts(page)
    assert not page.button(key="list_open").disabled


def test_students_are_assigned_at_once_and_the_list_says_to_whom(page):
    assign([ids(page)[3]], "bo")
    page = choose(page.run(), 4, 5)
    chosen = [ids(page)[place] for place in (4, 5)]
    page = press(page, "Assign to a mentor")
    page.selectbox(key="list_assign_mentor").set_value("bo")
    page.text_area(key="list_assign_reason").set_value("Same course.")
    page = press(page, "Assign")

    assert "2 students are with bo." in texts(page)
    shown = rows(page).set_index("student_id")["mentor"]
    assert list(shown[chosen]) == ["bo", "bo"]


def test_an_assignment_that_somebody_else_changed_is_not_made_and_both_are_seen(page):
    page = choose(page, 7)
    chosen = ids(page)[7]
    page = press(page, "Assign to a mentor")
    assign([chosen], "ivo")
    page.selectbox(key="list_assign_mentor").set_value("bo").run()
    page.text_area(key="list_assign_reason").set_value("Same course.")
    page = press(page, "Assign")

    assert f"Somebody else changed the mentor of '{chosen}' meanwhile." in texts(page)
    assert f"'{chosen}' is with ivo by local since" in texts(page)


def test_a_mentor_given_after_the_page_was_drawn_is_not_overwritten_unseen(page):
    page = choose(page, 8)
    chosen = ids(page)[8]
    assign([chosen], "ivo")
    page = press(page, "Assign to a mentor")
    said = texts(page)
    page.selectbox(key="list_assign_mentor").set_value("bo").run()
    page.text_area(key="list_assign_reason").set_value("Same course.")
    page = press(page, "Assign")

    assert f"1 student: {chosen} (with nobody)." in said
    assert f"Somebody else changed the mentor of '{chosen}' meanwhile." in texts(page)


def test_a_talk_is_written_down_and_counts_as_contact_today(page):
    page = choose(page, 2)
    chosen = ids(page)[2]
    page = press(page, "Note or talk")
    page.text_area(key="list_note_text").set_value("Talked about travel.")
    page = press(page, "Write it down")

    assert f"Written down for {chosen}." in texts(page)
    assert rows(page).set_index("student_id").loc[chosen, "days"] == 0
    (entry,) = contacts.contact_history(LOCAL, chosen, synthetic=True, settings=cache.settings())
    assert (entry.kind, entry.text, entry.by) == ("talk", "Talked about travel.", "local")


def test_a_next_step_with_its_day_stands_on_the_list(page):
    page = choose(page, 1)
    chosen = ids(page)[1]
    page = press(page, "Next step")
    page.text_input(key="list_step_text").set_value("Ask about the bus")
    page = press(page, "Plan it")

    assert rows(page).set_index("student_id").loc[chosen, "next_step"] == "Ask about the bus"


def test_an_empty_step_is_refused_in_the_dialog(page):
    page = press(choose(page, 1), "Next step")
    page = press(page, "Plan it")

    assert "The next step is empty." in texts(page)


def test_the_file_holds_this_view_and_is_written_down_in_the_audit(screen, monkeypatch):
    given = {}
    monkeypatch.setattr(
        st,
        "download_button",
        lambda label, key, **more: given.update({"label": label, **more}) if key == "list_file" else None,
    )
    page = open_page(screen)
    page.pills(key="list_need").set_value(["watch"]).run()
    content = list(csv.DictReader(io.StringIO(given["data"]().decode("utf-8-sig"))))

    assert given["disabled"] is False
    assert {"student_id", "rank", "reasons"} <= set(content[0])
    assert {one["need"] for one in content} == {"watch"}
    assert f"{len(content):,} students" in given["label"]
    with open_store(cache.settings()).reading() as connection:
        (line,) = lines(connection, what="exported the list", last=1)
    assert (line.who, line.about) == ("local", "")
    assert (line.detail["n_students"], line.detail["view"]) == (len(content), "is.need=watch")


def test_a_mentor_sees_the_assigned_students_and_no_figure_of_the_school(page, as_mia):
    own = [ids(page)[place] for place in (10, 12, 14)]
    others = ids(page)[11]
    assign(own, "mia")
    mentors = open_page(AppTest.from_file(str(SHELL), default_timeout=PATIENCE_SECONDS))

    assert ids(mentors) == own
    assert "rank" not in rows(mentors)
    assert "Students 1 to 3 of 3." in texts(mentors)
    assert "3,030" not in texts(mentors)
    assert not mentors.slider
    assert not mentors.metric
    assert [one.label for one in mentors.button] == ["Open the student", "Note or talk", "Next step"]
    mentors.text_input(key="list_search").set_value(others).run()
    assert "No student matches" in texts(mentors)


def test_a_mentor_writes_about_an_assigned_student_and_opens_no_other_one(page, as_mia):
    own, other = ids(page)[10], ids(page)[11]
    assign([own], "mia")
    mentors = open_page(AppTest.from_file(str(SHELL), default_timeout=PATIENCE_SECONDS))
    mentors = choose(mentors, ids(mentors).index(own))
    mentors = press(mentors, "Note or talk")
    mentors = press(mentors, "Write it down")
    assert f"Written down for {own}." in texts(mentors)

    student = open_page(mentors, "student")
    student.text_input[0].set_value(own).run()
    assert "Support needed" in [one.label for one in student.metric]
    assert "Place in the list" not in [one.label for one in student.metric]
    for refused in (other, "S999999"):
        student.text_input[0].set_value(refused).run()
        assert "You may not see this student: mia sees assigned students only." in texts(student)


def test_a_link_of_a_mentor_cannot_ask_about_the_whole_school(page, as_mia):
    assign([ids(page)[10]], "mia")
    test = AppTest.from_file(str(SHELL), default_timeout=PATIENCE_SECONDS)
    test.query_params["list"] = "columns=rank+interval+mentor&is.mentor=ivo&sort=-fees_owed"
    mentors = open_page(test)

    assert not {"rank", "interval", "mentor"} & set(rows(mentors))
    assert "ivo" not in texts(mentors)


def test_a_mentor_without_students_is_told_who_assigns_them(page, monkeypatch):
    new = Actor(who="new", roles=frozenset({ActorRole.MENTOR}), scope="all")
    monkeypatch.setattr(cache, "actor", lambda _: new)
    mentors = open_page(AppTest.from_file(str(SHELL), default_timeout=PATIENCE_SECONDS))

    assert "No student is assigned to you yet" in texts(mentors)


def test_who_joined_and_left_since_the_list_was_saved_is_said_with_why(page):
    training = cache.training_job(LOCAL, cache.default_request()).result()
    now = cache.cuts.current(LOCAL, cache.default_request())
    cache.cuts.save(LOCAL, training, cache.for_capacity(300), reason="Room.", expecting=now.number)
    page.run()
    saved = texts(page)
    page.pills(key="list_status").set_value(["new"]).run()
    shown = rows(page)

    assert "3 joined and 0 left since the list was saved." in saved
    assert list(shown["rank"]) == [301, 302, 303]
    assert shown["change"].str.contains("as before: the cut or others changed").all()
