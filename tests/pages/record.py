"""The student record in a test: a school on a server, and the steps that a viewer takes on Data sources."""

from core import cache
from pages.ui import record_builder, source_chooser, state
from tests.pages.screen import open_page, settled


def builder_of(screen):
    """Return Data sources at the choice of servers."""
    page = open_page(screen, "data_sources")
    page.segmented_control(key="source_kind").set_value(source_chooser.SERVERS).run()
    return settled(page)


def fields(page, label):
    found = (
        *page.selectbox,
        *page.text_input,
        *page.checkbox,
        *page.multiselect,
        *page.radio,
        *page.date_input,
    )
    return [one for one in found if one.label.replace("\\", "") == label]


def fill(page, label, value, *, at=0):
    """Set the field of this label, the ``at``-th one of several."""
    fields(page, label)[at].set_value(value).run()
    return settled(page)


def press(page, label, *, at=0):
    [one for one in page.button if one.label == label][at].click().run()
    return settled(page)


def choose(page, place, table):
    return fill(fill(page, "Place", place), "Table", table)


def with_base(page, place, table="students"):
    return press(choose(page, place, table), "Use as base table")


def with_visits(page, place, *, measures=(("count", ""), ("sum", "minutes"))):
    """Add the visits, summed up."""
    page = fill(
        choose(press(page, "Add a table"), place, "visits"), "Column with the student's id", "student"
    )
    (shape,) = [one for one in page.segmented_control if one.label == "How it is used"]
    shape.set_value("Sum up many rows").run()
    page = settled(page)
    for at, (how, column) in enumerate(measures):
        page = press(page, "Add a value") if at else page
        page = fill(page, "Value", how, at=at)
        page = fill(page, "Of the column", column, at=at)
    return press(page, "Add this table")


def with_survey(page, place):
    page = fill(choose(press(page, "Add a table"), place, "survey"), "Column with the student's id", "sid")
    return press(page, "Add this table")


def used(page):
    return press(page, "Use this student record")


def request_of(page):
    return page.session_state[state.REQUEST]


def draft_of(page):
    """Return the plan under construction, None before there is one."""
    is_begun = record_builder.DRAFT in page.session_state
    return page.session_state[record_builder.DRAFT].plan if is_begun else None


def rows_of(page):
    """Return the first rows of the table that is worked on, by student."""
    preview = cache.preview_job(cache.actor("local"), request_of(page)).result()
    return preview.rows.set_index("student_id")


def said(errors):
    return [error.value.replace("\\", "") for error in errors]


def in_use(screen, school):
    """Return the page with a record in use."""
    return used(with_visits(with_base(builder_of(screen), school), school))
