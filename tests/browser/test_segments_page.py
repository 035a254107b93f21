"""The Segments half of the Explorer in real Chromium: keyboard, link, reload, narrow screen, and map."""

import re

from playwright.sync_api import expect

from tests.browser.screen import finished, picture

STREAMLIT_PROBES = r"404: .*/(_stcore|host-config|health)|Failed to load resource: .*404"
SLIDER = "Number of segments (K)"


def test_a_linked_segment_is_found_again_and_the_arrow_keys_move_k(visit):
    visit.allow(STREAMLIT_PROBES)
    page = finished(visit("/?segment=B&k=4", viewport={"width": 420, "height": 900}))
    slider = page.get_by_role("slider", name=SLIDER)
    expect(slider).to_have_value("4", timeout=90_000)
    finished(page)
    expect(page.get_by_text(re.compile("^B · "))).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, "segments_narrow")

    slider.focus()
    page.keyboard.press("ArrowRight")
    finished(page)
    expect(page.get_by_text("From K = 4 to K = 5")).to_be_visible()
    expect(page).to_have_url(re.compile(r"segment=B&k=5$"))

    page.reload()
    finished(page)
    expect(page.get_by_role("slider", name=SLIDER)).to_have_value("5", timeout=60_000)
    expect(page.get_by_text(re.compile("^B · "))).to_be_visible()


def test_a_box_on_the_map_leads_to_the_students_in_it(visit):
    visit.allow(STREAMLIT_PROBES)
    page = finished(visit("/?segment=A&k=4", color_scheme="dark"))
    chart = page.locator(".st-key-explorer_map_PCA")
    expect(chart).to_be_visible(timeout=90_000)
    finished(page)
    chart.scroll_into_view_if_needed()
    place = chart.bounding_box()
    across, up = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(across - 60, up - 60)
    page.mouse.down()
    page.mouse.move(across + 60, up + 40, steps=5)
    page.mouse.up()
    expect(page.get_by_text("On the map", exact=True)).to_be_visible(timeout=30_000)
    finished(page)
    picture(page, "segments_dark")
