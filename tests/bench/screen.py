"""Sliders of running apps in Chromium: a key is pressed, and the clock stops when its change is painted."""

import contextlib
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from tests.bench.result import NotMeasured
from tests.browser.conftest import FLAGS
from tests.browser.screen import IS_FINISHED, settled
from tests.setup import places

CLOCK = Path(__file__).with_name("paint_clock.js")
PATIENCE_SECONDS = 900
"""A million students are trained and segmented before there is anything to move."""
MOVE_SECONDS = 60
ROUNDS = 5
"""The apps take turns, so that a busy moment of the machine falls on all of them."""
WARM_UP = 3
MANY = 20
"""Fewer moves have no 95th percentile, and are too dear to be made in vain."""
DIRECTION = """slider => {
    const value = Number(slider.value);
    return { isLowest: value <= Number(slider.min), isHighest: value >= Number(slider.max) };
}"""
ARE_THERE = """wanted => wanted.every(css => document.querySelector(css))"""
WATCH = "([css, isTable]) => window.paintClock.watch(css, isTable)"
NEXT_PAINT = """async ([n, patience]) => Promise.race([
    window.paintClock.painted(n), new Promise(done => setTimeout(() => done(null), patience)),
])"""


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Give the browser that the tests use."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=places.chromium(), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def blank(browser: Browser) -> Page:
    """Return an empty page of a fresh viewer, its clock wound up."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    page = context.new_page()
    page.add_init_script(path=CLOCK)
    return page


def opened(browser: Browser, url: str, *wanted: str) -> Page:
    """Return a page once these elements are there and nothing runs any more; raises NotMeasured."""
    page = blank(browser)
    page.goto(url)
    try:
        page.wait_for_function(ARE_THERE, arg=list(wanted), timeout=PATIENCE_SECONDS * 1_000, polling=250)
        page.wait_for_function(IS_FINISHED, timeout=PATIENCE_SECONDS * 1_000, polling=250)
    except PlaywrightTimeout:
        shown = page.locator("[data-testid=stMain]").inner_text()[-300:]
        message = f"{wanted} did not come in {PATIENCE_SECONDS} s; the page ends: {shown!r}"
        raise NotMeasured(message) from None
    return settled(page)


@dataclass
class Slider:
    """A slider of an open page, and the element whose painted change ends a move."""

    page: Page
    control: str
    watched: str | None = None
    """Where the texts are whose change ends a move; None is the table below the slider."""
    moves: int = 50
    move_seconds: float = MOVE_SECONDS
    taken: list[float] = field(default_factory=list)
    """Milliseconds of each measured move."""
    rightward: bool = True
    made: list[int] = field(default_factory=list)
    """What was done at each step, where there is more than one way to move."""

    @property
    def median(self) -> float:
        """Milliseconds of the move in the middle."""
        return statistics.median(self.taken)

    @property
    def p95(self) -> float | None:
        """Milliseconds that one move in twenty exceeds; None for a few moves."""
        return statistics.quantiles(self.taken, n=20)[-1] if len(self.taken) >= MANY else None

    def press(self) -> float:
        """Move the slider by one step; return the milliseconds from the key to the paint."""
        self.page.evaluate(WATCH, [self.watched or self.control, self.watched is None])
        self.step()
        taken = self.page.evaluate(NEXT_PAINT, [1, self.move_seconds * 1_000])
        if taken is None:
            raise NotMeasured(
                f"'{self.watched or 'the table'}' did not change in {self.move_seconds:.0f} s after a key."
            )
        self.page.wait_for_function(IS_FINISHED, timeout=PATIENCE_SECONDS * 1_000)
        settled(self.page)
        return taken

    def step(self) -> None:
        """Press the key that moves the slider on, or back where it ends."""
        slider = self.page.locator(f"{self.control} input[type=range]").first
        ends = slider.evaluate(DIRECTION)
        self.rightward = ends["isLowest"] or (self.rightward and not ends["isHighest"])
        slider.press("ArrowRight" if self.rightward else "ArrowLeft")


class Bound(Slider):
    """A field for a number, which only ever grows: each move asks for what was not asked before."""

    def step(self) -> None:
        """Press the key that makes the number larger by one step."""
        self.page.locator(f"{self.control} input").first.press("ArrowUp")


def play(sliders: Sequence[Slider]) -> None:
    """Move the sliders in turns until each has made its moves; raises NotMeasured."""
    for slider in sliders:
        slider.page.bring_to_front()
        for _ in range(WARM_UP if slider.moves >= MANY else 0):
            slider.press()
    for number in range(ROUNDS):
        for slider in sliders:
            slider.page.bring_to_front()
            due = round(slider.moves * (number + 1) / ROUNDS)
            while len(slider.taken) < due:
                slider.taken.append(slider.press())
