"""Publish on Train in real Chromium: a model is published and promoted, and its card is one readable page."""

import re

from playwright.sync_api import expect

from tests.browser.screen import finished, picture

STREAMLIT_PROBES = r"404: .*/(_stcore|host-config|health)|Failed to load resource: .*404"


def press(page, name):
    page.get_by_role("button", name=name, exact=True).first.click()
    return finished(page)


def write(page, label, words):
    page.get_by_label(label).fill(words)
    page.get_by_label(label).blur()
    return finished(page)


def test_a_model_is_published_promoted_and_its_card_is_read(visit, tmp_path):
    visit.allow(STREAMLIT_PROBES)
    visit.allow("request failed: .*/media/")  # Chromium ends the page's request once it is a download
    page = finished(visit("/train", viewport={"width": 420, "height": 900}))
    expect(page.get_by_role("tab", name="Publish")).to_be_attached(timeout=60_000)
    page.get_by_role("tab", name="Publish").click()
    finished(page)
    write(page, "Why should this model be used?", "Better than the rule")
    press(page, "Publish")
    expect(page.get_by_text(re.compile("^Published as [0-9a-f]{16}"))).to_be_visible(timeout=60_000)
    write(page, "Why is the model in use changed?", "the first one")
    press(page, "Promote this version")
    expect(page.get_by_text(re.compile("^Version [0-9a-f]{16} is in use"))).to_be_visible(timeout=30_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, "publish_narrow")

    with page.expect_download() as taken:
        page.get_by_role("button", name="Its card (HTML)").click()
    taken.value.save_as(tmp_path / "card.html")
    page.goto((tmp_path / "card.html").as_uri())
    expect(page.get_by_role("heading", level=1)).to_contain_text("Model card")
    expect(page.get_by_text("Better than the rule")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("document.scripts.length + document.images.length") == 0
