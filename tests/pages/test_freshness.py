"""How old a record is, on every page; a source that is down; and columns that changed since."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from core import cache
from pages.ui import freshness, widgets
from tests.pages import school_file
from tests.pages.record import (
    fields,
    in_use,
    press,
    request_of,
    rows_of,
    said,
)
from tests.pages.screen import open_page, texts

PAGES = ["explorer", "student", "data_sources", "cleaning", "explore", "train"]


@pytest.fixture
def place(tmp_path):
    return school_file.write(tmp_path / "school.sqlite")


@pytest.fixture
def school(place):
    with school_file.connected(place) as name:
        yield name


def test_every_page_says_when_the_record_was_read(screen, school):
    page = in_use(screen, school)
    for name in PAGES:
        page = open_page(page, name)
        said_there = " ".join(one.value.replace("\\", "") for one in page.sidebar.caption)
        assert re.search(r"Read \d\d \w+ \d\d:\d\d UTC \((just now|\d+ minutes? ago)\)", said_there)
        assert not page.warning


def test_the_demo_school_has_no_age(screen):
    assert "Read " not in texts(open_page(screen, "explorer"))


def test_read_again_takes_what_the_server_has_now(screen, school, place):
    page = in_use(screen, school)
    before = request_of(page)
    school_file.change(place, "update students set score = 99 where student_id = 'S000003'")
    page = press(page, "Read again")

    assert not page.error
    assert rows_of(page).loc["S000003", "score"] == 99.0
    assert cache.plan_of(request_of(page)) == cache.plan_of(before)


def test_a_source_that_is_down_is_told_on_every_page_and_comes_back_without_a_restart(screen, school, place):
    page = in_use(screen, school)
    page.button(key=f"test_{school}").click().run()
    assert "answers" in page.success[0].value or "can be read" in page.success[0].value
    away = place.rename(place.with_suffix(".away"))
    page = press(page, "Read again")

    assert not page.error
    assert not page.success, "an answer from before the reading contradicts what it found"
    assert "its last good copy serves" in page.toast[0].value
    assert len(rows_of(page)) == 60
    for name in PAGES:
        page = open_page(page, name)
        told = [one.value.replace("\\", "") for one in page.warning if "could not be read since" in one.value]
        assert len(told) == 1
        assert "Try again" in [one.label for one in page.button]

    away.rename(place)
    page = press(page, "Try again")
    assert [one for one in page.warning if "could not be read" in one.value] == []


@pytest.mark.parametrize("patience", [0.0, widgets.PATIENCE_SECONDS])
def test_a_column_that_was_renamed_is_mapped_and_the_record_goes_on(
    screen, school, place, monkeypatch, patience
):
    monkeypatch.setattr(widgets, "PATIENCE_SECONDS", patience)
    page = in_use(screen, school)
    school_file.change(place, "alter table visits rename column minutes to minutes_spent")
    page = press(page, "Read again")

    assert "has no column 'minutes' any more" in said(page.error)[0]
    assert len(rows_of(page)) == 60
    (column,) = fields(page, "Instead of minutes")
    assert column.value == "minutes_spent"
    page = press(page, "Use these columns")
    assert not page.error
    assert rows_of(page).loc["S000003", "minutes_sum"] == 60.0


def test_a_column_that_changed_its_meaning_is_chosen_by_hand(screen, school, place):
    page = in_use(screen, school)
    school_file.change(
        place, "alter table visits drop column minutes", "alter table visits add column zzz text"
    )
    page = press(page, "Read again")

    (column,) = fields(page, "Instead of minutes")
    assert column.value is None
    (button,) = [one for one in page.button if one.label == "Use these columns"]
    assert button.disabled


def test_changed_columns_are_said_on_other_pages_too_and_the_earlier_reading_stays(screen, school, place):
    page = in_use(screen, school)
    school_file.change(place, "alter table visits rename column minutes to minutes_spent")
    page = open_page(press(page, "Read again"), "cleaning")

    assert len(page.error) == 1
    page = press(page, "Keep what was read before")
    assert not page.error


AGES = [
    (-30, "just now"),
    (59, "just now"),
    (60, "1 minute ago"),
    (3_599, "59 minutes ago"),
    (3_600, "1 hour ago"),
    (86_399, "23 hours ago"),
    (86_400, "1 day ago"),
    (86_400 * 400, "400 days ago"),
]


@pytest.mark.parametrize(("seconds", "words"), AGES)
def test_an_age_is_said_in_whole_units(seconds, words):
    assert freshness.age(seconds) == words


def test_another_year_is_said():
    now = datetime(2026, 1, 1, tzinfo=UTC)

    assert freshness.when(now - timedelta(hours=1), now) == "31 Dec 2025 23:00 UTC (1 hour ago)"
