"""Another part of the students on Explore: a bound is moved until the summary of the part is painted."""

from collections.abc import Iterator

from playwright.sync_api import Browser, Page

from tests.bench import apps
from tests.bench.moves import CAPACITY, FLOOR_IS, PLAIN, K
from tests.bench.result import Comparison, NotMeasured
from tests.bench.screen import PATIENCE_SECONDS, Bound, Slider, chromium, opened, play
from tests.browser.screen import IS_FINISHED, settled

N_STUDENTS = 1_000_000
MOVES = 40
FROM = 5
"""Minutes on the way to school from where the bound is moved upwards, a minute at a time: with each, many
students leave the part, at any size of school."""
LIMIT_MS = 300.0
"""What a repaint may take beyond the floor."""
SUMMARY = "[class*=st-key-explore_tabs] canvas"
BOUND = "[class*=st-key-filter_bound_]"


def measure(n_students: int = N_STUDENTS) -> Iterator[Comparison]:
    """Give the moves of a bound beside the floor's, and what they take beyond it beside the limit."""
    name = f"explore_filter_{n_students}"
    with chromium() as browser, apps.waymark(n_students) as app, apps.floor() as empty:
        page = narrowed(browser, app.url)
        floor = opened(browser, empty.url, PLAIN)
        mine = Bound(page, BOUND, moves=MOVES)
        least = Slider(floor, PLAIN, "[data-testid=stMetricValue]", moves=MOVES)
        play([mine, least])
    counted = f"{len(mine.taken)} moves against {len(least.taken)}"
    yield Comparison(f"{name}_floor", mine.median, least.median, f"{FLOOR_IS}; median of {counted}", "ms")
    if mine.p95 is None or least.p95 is None:
        raise NotMeasured(f"{MOVES} moves have no 95th percentile.")
    yield Comparison(
        f"{name}_floor_p95", mine.p95, least.p95, f"{FLOOR_IS}; 95th percentile of {counted}", "ms"
    )
    yield Comparison(
        f"{name}_limit", mine.p95 - least.p95, LIMIT_MS, "the limit, above the floor; 95th percentile", "ms"
    )


def narrowed(browser: Browser, url: str) -> Page:
    """Return the Explore page with the summary of the students who travel long enough."""
    page = opened(browser, url, CAPACITY, K)
    page.get_by_role("link", name="Explore", exact=True).click()
    page.wait_for_selector(SUMMARY, timeout=PATIENCE_SECONDS * 1_000)
    _rest(page)
    page.get_by_text("Only some students").click()
    column = page.get_by_role("combobox", name="Only where")
    column.fill("Travel one way")
    column.press("Enter")
    _rest(page)
    page.get_by_label("Value", exact=True).fill(str(FROM))
    page.get_by_label("Value", exact=True).press("Enter")
    _rest(page)
    page.get_by_role("button", name="Show only these students").click()
    page.wait_for_selector(BOUND, timeout=PATIENCE_SECONDS * 1_000)
    return _rest(page)


def _rest(page: Page) -> Page:
    page.wait_for_function(IS_FINISHED, timeout=PATIENCE_SECONDS * 1_000)
    return settled(page)
