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
    before = {name: metric(page, name) for name in ("Listed", "Expected found", "Expected missed")}
    (capacity,) = [one for one in page.slider if str(one.key).startswith("cut_capacity_of_")]
    capacity.set_value(600).run()

    assert metric(page, "Listed") == 600
    assert metric(page, "Expected found") > before["Expected found"]
    assert metric(page, "Expected missed") < before["Expected missed"]
    assert metric(page, "Expected found") + metric(page, "Expected false alarms") == 600


def test_without_an_outcome_the_page_says_what_to_do(screen):
    page = open_page(screen)
    page.session_state["waymark_request"] = page.session_state["waymark_request"].with_outcome("")
    page.run()

    assert "No outcome is chosen yet" in texts(page)
    assert not page.dataframe
