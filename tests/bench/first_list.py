"""From the start of the app to the first at-risk list on the screen."""

import statistics
import time
from collections.abc import Iterator

from playwright.sync_api import Browser

from tests.bench import apps
from tests.bench.result import Comparison
from tests.bench.screen import blank, chromium

RUNS = 3
LIST_IS_PAINTED = """() => window.paintClock?.isDrawn('[class*=st-key-explorer_list]')
    && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"""
METRIC_IS_PAINTED = """() => document.querySelector('[data-testid=stMetricValue]')?.textContent
    && document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"""
PATIENCE_MS = 120_000


def measure() -> Iterator[Comparison]:
    """Give one comparison: seconds to the list, beside seconds to the empty app's metric."""
    ours, other = [], []
    with chromium() as browser:
        for _ in range(RUNS):
            ours.append(_seconds(browser, apps.waymark(3_000), LIST_IS_PAINTED))
            other.append(_seconds(browser, apps.floor(), METRIC_IS_PAINTED))
    yield Comparison(
        name="first_list",
        ours=statistics.median(ours),
        other=statistics.median(other),
        other_is=f"an empty Streamlit app to its first metric; median of {RUNS} starts each",
        unit="s",
    )


def _seconds(browser: Browser, app, is_painted: str) -> float:
    """Return the seconds from the start of an app until a fresh viewer sees what is awaited."""
    page = blank(browser)
    started = time.perf_counter()
    with app as running:
        page.goto(running.url)
        page.wait_for_function(is_painted, timeout=PATIENCE_MS)
        taken = time.perf_counter() - started
        page.context.close()
    return taken
