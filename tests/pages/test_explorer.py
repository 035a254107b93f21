"""The Explorer shows the list without a click, and every slider tells its consequences."""

from tests.pages.screen import metric, open_page, texts


def test_the_first_screen_is_the_list_of_the_demo_school(screen):
    page = open_page(screen)

    assert page.title[0].value == "Explorer"
    shown = page.dataframe[0].value
    assert list(shown["rank"][:3]) == [1, 2, 3]
    assert shown["risk"].is_monotonic_decreasing
    assert shown["reasons"].str.len().gt(0).all()
    assert "made-up students" in texts(page)
    assert "Local, not signed in" in texts(page)
    assert "31 rows left out by cleaning" in texts(page)


def test_a_larger_capacity_lists_more_and_misses_fewer(screen):
    page = open_page(screen)
    before = {name: metric(page, name) for name in ("Listed", "Found", "Missed")}
    page.slider(key=f"cut_capacity_{slider_students(page)}").set_value(600).run()

    assert metric(page, "Listed") == 600
    assert metric(page, "Found") > before["Found"]
    assert metric(page, "Missed") < before["Missed"]
    assert metric(page, "Found") + metric(page, "Missed") == before["Found"] + before["Missed"]
    assert metric(page, "Found") + metric(page, "False alarms") == 600


def test_a_capacity_of_nobody_lists_nobody(screen):
    page = open_page(screen)
    page.slider(key=f"cut_capacity_{slider_students(page)}").set_value(0).run()

    assert metric(page, "Listed") == 0
    assert not page.exception
    assert not page.dataframe[0].value["need"].str.contains("High").any()


def test_a_threshold_lists_everybody_from_that_risk_on(screen):
    page = open_page(screen)
    n_students = slider_students(page)
    page.segmented_control(key="cut_how").set_value("Threshold").run()
    page.slider(key="cut_score").set_value(0.0).run()
    everybody = metric(page, "Listed")
    page.slider(key="cut_score").set_value(1.0).run()

    assert everybody == n_students
    assert metric(page, "Listed") == 0


def test_the_segments_have_names_and_the_slider_selects(screen):
    page = open_page(screen)
    page.slider(key="explorer_k_12").set_value(3).run()
    shown = page.dataframe[1].value

    assert list(shown["segment"]) == [1, 2, 3]
    assert shown["name"].is_unique
    assert shown["size"].sum() == slider_students(page)


def test_the_second_page_goes_on_where_the_first_ended(screen):
    page = open_page(screen)
    last = page.dataframe[0].value["rank"].iloc[-1]
    page.session_state["explorer_page"] = 2
    page.run()

    assert page.dataframe[0].value["rank"].iloc[0] == last + 1


def test_a_selected_student_is_shown_in_short(screen):
    page = open_page(screen)
    page.session_state["explorer_list_1"] = {"selection": {"rows": [1], "columns": [], "cells": []}}
    page.run()

    chosen = page.dataframe[0].value["student_id"].iloc[1]
    assert chosen in texts(page)
    assert page.button(key="explorer_open")


def test_without_an_outcome_the_page_says_what_to_do(screen):
    page = open_page(screen)
    page.session_state["waymark_request"] = page.session_state["waymark_request"].with_outcome("")
    page.run()

    assert "No outcome is chosen yet" in texts(page)
    assert not page.dataframe


def slider_students(page):
    """Return how many students the whole list has."""
    (found,) = [one for one in page.slider if str(one.key).startswith("cut_capacity_")]
    return int(found.max)
