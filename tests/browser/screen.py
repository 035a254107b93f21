"""Waiting for the screen as Streamlit's own tests do, and taking pictures of it."""

from pathlib import Path

from playwright.sync_api import Page

from tests.setup.places import CACHE

APP = "[data-testid=stApp]"
PATIENCE_MS = 60_000
DEBOUNCE_MS = 200
"""A widget may wait a moment before it sends its value."""
PICTURES = CACHE / "pictures"

IS_SETTLED = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testConnectionState === 'CONNECTED' && app.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[data-testid=stSkeleton], [data-testid=stAppSkeleton]');
}"""

IS_FINISHED = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    return app?.dataset.testConnectionState === 'CONNECTED' && app.dataset.testScriptState === 'notRunning'
        && !document.querySelector('[class*=st-key-cancel_], [data-stale=true]');
}"""


def settled(page: Page) -> Page:
    """Return the page once the script has run to its end; a job may still be under way."""
    page.wait_for_timeout(DEBOUNCE_MS)
    page.wait_for_function(IS_SETTLED, timeout=PATIENCE_MS)
    return page


def finished(page: Page) -> Page:
    """Return the page once the script has run to its end and no job of the page is under way."""
    page.wait_for_timeout(DEBOUNCE_MS)
    page.wait_for_function(IS_FINISHED, timeout=PATIENCE_MS)
    return page


def picture(page: Page, name: str) -> Path:
    """Save the whole page, also what is scrolled out of sight, as ``.cache/pictures/<name>.png``."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    before = page.viewport_size or {"width": 1280, "height": 900}
    height = page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight ?? 0")
    page.set_viewport_size({"width": before["width"], "height": max(before["height"], int(height))})
    settled(page)
    place = PICTURES / f"{name}.png"
    page.screenshot(path=place, animations="disabled")
    page.set_viewport_size(before)
    return place
