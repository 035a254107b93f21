"""The recipe page in real Chromium: edits redraw the draft alone, and only a recipe that is used cleans."""

import re

from playwright.sync_api import expect

from core.cleaning.recipe import Recipe
from core.cleaning.text import StripText
from tests.browser.screen import finished, picture

STREAMLIT_PROBES = r"404: .*/(_stcore|host-config|health)|Failed to load resource: .*404"


def opened(visit, **options):
    visit.allow(STREAMLIT_PROBES)
    page = finished(visit("/cleaning", **options))
    expect(page.get_by_text("This recipe is in use.")).to_be_visible(timeout=60_000)
    return page


def step(page, words):
    return page.locator("[data-testid=stVerticalBlock][class*='st-key-step_']").filter(has_text=words)


def press(page, name, *, inside=None):
    (inside or page).get_by_role("button", name=name, exact=True).first.click()
    return finished(page)


def rows_after(page):
    box = page.get_by_test_id("stMetric").filter(has_text=re.compile("^Rows after cleaning"))
    return int(box.get_by_test_id("stMetricValue").inner_text().replace(",", ""))


def test_a_step_is_switched_off_undone_and_used(visit):
    page = opened(visit)
    before, repeats = rows_after(page), "Drop rows that repeat"
    box = step(page, repeats).get_by_role("switch")
    expect(box).to_be_checked()
    step(page, repeats).get_by_text(repeats).click()
    finished(page)
    expect(box).not_to_be_checked()
    expect(page.get_by_text("This is a draft. It is not in use yet.")).to_be_visible()
    assert rows_after(page) == before

    press(page, "Undo")
    expect(box).to_be_checked()
    press(page, "Redo")
    expect(box).not_to_be_checked()
    press(page, "Use this recipe")
    expect(page.get_by_text("This recipe is in use.")).to_be_visible(timeout=60_000)
    assert rows_after(page) > before
    press(page, "Back to the proposed recipe")
    press(page, "Use this recipe")
    expect(page.get_by_text("This recipe is in use.")).to_be_visible(timeout=60_000)
    assert rows_after(page) == before


def test_a_preview_names_rows_and_draws_values(visit):
    page = opened(visit, viewport={"width": 420, "height": 900})
    ages = step(page, "Make values of 'age'")
    press(page, "Preview", inside=ages)
    expect(ages.get_by_test_id("stVegaLiteChart")).to_be_visible(timeout=60_000)
    expect(ages.get_by_text("Filled: after the step. Outline: before it.")).to_be_visible()
    press(page, "Down", inside=ages)
    expect(ages.get_by_test_id("stVegaLiteChart")).to_be_visible(timeout=60_000)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    picture(page, "recipe_narrow")


def test_a_recipe_is_saved_and_one_from_a_file_becomes_the_draft(visit, tmp_path):
    page = opened(visit)
    n_steps = page.get_by_role("button", name="Preview", exact=True).count()
    page.get_by_text("Saved recipes", exact=True).click()
    finished(page)
    page.get_by_role("textbox", name="Save the draft as").fill("Autumn")
    press(page, "Save")
    expect(page.get_by_text("Saved as version 1 of Autumn.")).to_be_visible()
    (tmp_path / "one.json").write_text(Recipe((StripText(("gender",)),)).to_json(), encoding="utf-8")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files(tmp_path / "one.json")
    expect(page.get_by_role("button", name="Preview", exact=True)).to_have_count(1, timeout=30_000)
    press(page, "Take into the draft")
    expect(page.get_by_role("button", name="Preview", exact=True)).to_have_count(n_steps, timeout=30_000)
    expect(page.get_by_text("This recipe is in use.")).to_be_visible()
