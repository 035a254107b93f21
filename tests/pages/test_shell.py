"""The frame of the screen: who is here, and one calm sentence for every failure."""

import pytest

from core import cache
from core.errors import AppError
from tests.pages.screen import open_page, settled, texts


def test_the_frame_says_who_is_here_and_that_the_school_is_made_up(screen):
    page = open_page(screen)

    assert "Local, not signed in" in texts(page)
    assert "never evidence about real ones" in texts(page)


def test_without_the_gate_the_demo_school_is_all_there_is(ungated, tmp_path):
    page = open_page(ungated)
    assert "demo students only" in texts(page)

    request = page.session_state["waymark_request"]
    table = tmp_path / "real.csv"
    table.write_text("id,a\n1,2\n", encoding="utf-8")
    page.session_state["waymark_request"] = cache.keep_path(
        cache.actor("local"), request, str(table)
    ).with_outcome("a < 3")
    page = open_page(page)

    assert "only the demo school is open without the front door" in texts(page)
    assert not page.dataframe


@pytest.mark.parametrize("page_name", ["data_sources", "cleaning", "explore", "train", "student"])
def test_every_page_opens_on_the_demo_school_without_a_failure(screen, page_name):
    page = open_page(open_page(screen), page_name)

    assert page.title
    assert not page.error


def test_an_expected_failure_is_one_sentence_with_its_hint(screen, monkeypatch):
    def refuse(*_):
        raise AppError("The *list* is closed.", hint="Come back later.")

    monkeypatch.setattr(cache, "training_job", refuse)
    page = screen.run()

    assert [error.value for error in page.error] == [r"The \*list\* is closed\."]
    assert "Come back later." in texts(page)


def test_an_unexpected_failure_is_a_reference_and_tells_nothing_else(screen, monkeypatch, caplog):
    def crash(*_):
        raise ZeroDivisionError("secret of Ana")

    settled(screen.run())
    monkeypatch.setattr(cache, "training_job", crash)
    page = screen.run()

    assert "Something went wrong (reference " in page.error[0].value
    assert "Ana" not in texts(page)
    reference = page.error[0].value.split("reference ")[1][:4]
    assert reference in caplog.text
    assert not page.exception
