"""The Student page tells one student's need, reasons and strengths, and never a protected attribute."""

import pytest

from tests.pages.screen import metric, open_page, settled, texts

PROTECTED = ("Gender", "Ethnicity", "Disability", "Age", "Date of birth")


def test_without_a_choice_the_first_of_the_list_is_shown(screen):
    page = open_page(open_page(screen), "student")

    assert metric(page, "Place in the list") == 1
    assert next(one.value for one in page.metric if one.label == "Support needed") == "High"
    assert "What to talk about" in texts(page)
    assert "Strengths to build on" in texts(page)


def test_the_chosen_student_stays_open_across_pages(screen):
    page = open_page(screen)
    chosen = page.dataframe[0].value["student_id"].iloc[4]
    page.session_state["waymark_student"] = chosen
    page = open_page(page, "student")

    assert metric(page, "Place in the list") == 5
    assert page.text_input[0].value == chosen


def test_no_protected_attribute_is_a_reason_or_a_value_of_the_model(screen):
    page = open_page(open_page(screen), "student")

    assert not set(PROTECTED) & set(page.dataframe[0].value["label"])
    assert not [word for word in PROTECTED if f"{word}:" in texts(page)]


def test_the_contributions_are_told_with_typical_values_beside(screen):
    page = open_page(open_page(screen), "student")
    shown = page.dataframe[0].value

    assert shown["contribution"].is_monotonic_decreasing
    assert shown["typical"].str.len().gt(0).all()


def test_an_unknown_id_is_one_sentence_and_the_field_stays(screen):
    page = open_page(open_page(screen), "student")
    page.text_input[0].set_value("S00226").run()

    assert "There is no student 'S00226' in this list" in texts(page)
    assert page.text_input[0].value == "S00226"
    assert not page.exception


@pytest.mark.parametrize("typed", ["", "   "])
def test_an_empty_id_says_what_to_do(screen, typed):
    page = open_page(open_page(screen), "student")
    page.text_input[0].set_value(typed).run()

    assert "No student is chosen" in texts(settled(page))


def test_without_an_outcome_nobodys_need_is_known(screen):
    page = open_page(screen)
    page.session_state["waymark_request"] = page.session_state["waymark_request"].with_outcome("")
    page = open_page(page, "student")

    assert "nobody's need is known" in texts(page)


def test_a_student_can_be_imagined_with_less_paid_work(screen):
    page = open_page(open_page(screen), "student")
    sliders = {one.label: one for one in page.slider}
    [label] = [one for one in sliders if one.startswith("Paid work")]
    before = texts(page)
    page = settled(sliders[label].set_value(sliders[label].min).run())

    assert "the risk would be" in texts(page)
    assert "The least that would take this student off the list" in before or "No usual change" in before
    assert not {"Gender", "Age"} & {one.split(" (")[0] for one in sliders}
