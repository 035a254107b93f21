"""Explore is narrowed by conditions whose bounds can be moved, and works out no more than what is open."""

import pytest

from core import cache
from tests.pages.screen import open_page, settled


@pytest.fixture
def page(screen):
    return open_page(screen, "explore")


@pytest.fixture
def started(monkeypatch):
    """The figures that jobs were asked for."""
    asked = []
    kept = cache.figure_job

    def figure_job(actor, request, what, filters, choices):
        asked.append(choices.get("figures", what))
        return kept(actor, request, what, filters, choices)

    monkeypatch.setattr(cache, "figure_job", figure_job)
    return asked


def field(page, kind, label):
    (found,) = [one for one in getattr(page, kind) if one.label == label]
    return found


def narrowed(page, column, test, *values):
    for label, value in (("Only where", column), ("Test", test)):
        field(page, "selectbox", label).set_value(value)
        settled(page.run())
    for label, value in zip(("Value", "and"), values, strict=False):
        field(page, "number_input", label).set_value(value)
    settled(page.run())
    field(page, "button", "Show only these students").click()
    return settled(page.run())


def lowest(page, column):
    return page.dataframe[0].value.set_index("column").loc[column, "min"]


def test_a_bound_in_use_is_moved_in_its_place(page):
    page = narrowed(page, "travel_minutes", "at least", 10.0)
    assert lowest(page, "travel_minutes") == 10
    bound = field(page, "number_input", "Travel one way at least 10: At least")
    assert (bound.value, bound.step) == (10.0, 1.0)
    bound.set_value(25.0)
    page = settled(page.run())

    assert lowest(page, "travel_minutes") == 25
    assert [one.label for one in page.button if one.label.startswith("Only: ")] == [
        "Only: Travel one way at least 25"
    ]
    assert field(page, "number_input", "Travel one way at least 25: At least").value == 25


def test_each_end_of_a_range_is_moved_for_itself(page):
    page = narrowed(page, "travel_minutes", "between", 10.0, 40.0)
    field(page, "number_input", "Travel one way between 10 and 40: To").set_value(60.0)
    page = settled(page.run())

    figures = page.dataframe[0].value.set_index("column").loc["travel_minutes"]
    assert (figures["min"], figures["max"]) == (10, 60)


def test_a_condition_that_is_taken_out_leaves_the_bounds_of_the_others(page):
    page = narrowed(page, "travel_minutes", "at least", 10.0)
    page = narrowed(page, "work_hours", "at least", 4.0)
    field(page, "button", "Only: Travel one way at least 10").click()
    page = settled(page.run())

    assert field(page, "number_input", "Paid work at least 4: At least").value == 4
    assert lowest(page, "work_hours") >= 4
    assert lowest(page, "travel_minutes") < 10


def test_a_bound_that_leaves_few_students_says_so_and_can_be_moved_back(page):
    most = page.dataframe[0].value.set_index("column").loc["travel_minutes", "max"]
    page = narrowed(page, "travel_minutes", "at least", 35.0)
    field(page, "number_input", "Travel one way at least 35: At least").set_value(float(most))
    page = settled(page.run())
    assert "Not shown: fewer than 10 students" in page.error[0].value.replace("\\", "")
    assert not page.dataframe
    field(page, "number_input", f"Travel one way at least {most:g}: At least").set_value(50.0)
    page = settled(page.run())

    assert not page.error
    assert lowest(page, "travel_minutes") == 50


def test_the_summary_of_a_part_starts_no_job_and_another_panel_only_its_own(page, started):
    page = narrowed(page, "travel_minutes", "at least", 20.0)
    assert started == []
    for name, figures in (("Relations", "associations"), ("Missing values", "missingness")):
        page.session_state["explore_tabs"] = name
        page = settled(page.run())
        assert set(started) == {(figures,)}
        started.clear()
