"""A move of the Explorer's sliders at one size of school, beside the empty app and the naive way."""

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser

from tests.bench import apps
from tests.bench.result import Comparison
from tests.bench.screen import Slider, chromium, opened, play

METRIC = "[data-testid=stMetricValue]"
CAPACITY = "[class*=st-key-cut_capacity]"
K = "[class*=st-key-explorer_k]"
PLAIN = ".st-key-slider"
SEARCH, FALLING, NEED, PAGES = (
    f"[class*=st-key-list_{name}]" for name in ("search", "falling", "need", "page")
)
LIMITS = {
    "threshold_move": {3_000: 60.0, 100_000: 80.0, 1_000_000: 120.0},
    "k_move": {3_000: 150.0, 100_000: 200.0, 1_000_000: 300.0},
    "list_move": {3_000: 150.0, 100_000: 200.0, 1_000_000: 300.0},
}
"""Milliseconds that a move's 95th percentile may take above the floor's."""
FLOOR_IS = "an empty Streamlit fragment (slider, one metric, collector frozen)"


@dataclass(frozen=True)
class Plan:
    """How many moves a size of school gets, and how the naive way is kept in bounds."""

    moves: int
    naive_threshold: int
    naive_k: int
    n_init: int = 10
    naive_seconds: float = 300.0
    """Of one naive move."""


PLANS = {
    3_000: Plan(moves=50, naive_threshold=50, naive_k=20),
    100_000: Plan(moves=50, naive_threshold=50, naive_k=2),
    1_000_000: Plan(moves=30, naive_threshold=20, naive_k=1, n_init=1),
}


def measure(n_students: int, kinds: Collection[str], folder: Path) -> Iterator[Comparison]:
    """Give the comparisons of ``threshold_move`` and ``k_move`` (those in ``kinds``) at this size."""
    with chromium() as browser, apps.waymark(n_students) as app, apps.floor() as empty:
        ours = opened(browser, app.url, CAPACITY)
        floor = opened(browser, empty.url, PLAIN)
        plan = PLANS[n_students]
        students = apps.students_file(folder, n_students)
        if "threshold_move" in kinds:
            mine = Slider(ours, CAPACITY, METRIC, moves=plan.moves)
            least = Slider(floor, PLAIN, METRIC, moves=plan.moves)
            with naive_threshold(browser, students, plan) as other:
                play([mine, least, other])
                yield from rows(f"threshold_move_{n_students}", mine, least, other, naive_threshold_is())
        if "k_move" in kinds:
            segments = opened(browser, f"{app.url}/?segment=A&k=3", K)
            mine = Slider(segments, K, moves=plan.moves)
            least = Slider(floor, PLAIN, METRIC, moves=plan.moves)
            with naive_k(browser, students, plan) as other:
                play([mine, least, other])
                yield from rows(f"k_move_{n_students}", mine, least, other, naive_k_is(plan))
        if "list_move" in kinds:
            mine = Turns(ours, SEARCH, moves=plan.moves)
            least = Slider(floor, PLAIN, METRIC, moves=plan.moves)
            play([mine, least])
            yield from beside_floor(f"list_move_{n_students}", mine, least)


@contextlib.contextmanager
def naive_threshold(browser: Browser, students: Path, plan: Plan) -> Iterator[Slider]:
    """Give the slider of the naive threshold app."""
    with apps.naive("threshold", students) as app:
        page = opened(browser, app.url, PLAIN, METRIC)
        yield Slider(page, PLAIN, METRIC, moves=plan.naive_threshold, move_seconds=plan.naive_seconds)


@contextlib.contextmanager
def naive_k(browser: Browser, students: Path, plan: Plan) -> Iterator[Slider]:
    """Give the slider of the naive K-means app."""
    with apps.naive("segments", students, n_init=plan.n_init) as app:
        page = opened(browser, app.url, PLAIN, "canvas")
        yield Slider(page, PLAIN, moves=plan.naive_k, move_seconds=plan.naive_seconds)


def naive_threshold_is() -> str:
    """Return what the naive threshold app does."""
    return "a Streamlit script that recomputes scikit-learn's confusion, precision, recall and F1"


def naive_k_is(plan: Plan) -> str:
    """Return what the naive K-means app does."""
    return f"a Streamlit script that fits KMeans(n_init={plan.n_init}) again"


class Turns(Slider):
    """The list: the next page, another order, a filter and a search, in turns."""

    def step(self) -> None:
        """Press the key of the next kind of move."""
        kind, words = len(self.made) % 4, str(10 + len(self.made) * 7 % 89)
        self.made.append(kind)
        if kind == 0:
            self.page.locator(f"{PAGES} button").last.press("Enter")
        elif kind == 1:
            self.page.locator(f"{FALLING} input").press(" ")
        elif kind == 2:
            self.page.locator(f"{NEED} button").nth(1).press("Enter")
        else:
            self.page.locator(f"{SEARCH} input").fill(words)
            self.page.locator(f"{SEARCH} input").press("Enter")


def beside_floor(name: str, ours: Slider, floor: Slider) -> Iterator[Comparison]:
    """Give the medians and 95th percentiles beside the floor, and what the limit leaves above it."""
    counted = f"{len(ours.taken)} moves against {len(floor.taken)}"
    yield Comparison(f"{name}_floor", ours.median, floor.median, f"{FLOOR_IS}; median of {counted}", "ms")
    if ours.p95 is None or floor.p95 is None:
        return
    said = f"{FLOOR_IS}; 95th percentile of {counted}"
    yield Comparison(f"{name}_floor_p95", ours.p95, floor.p95, said, "ms")
    kind, n_students = name.rsplit("_", 1)
    limit = LIMITS[kind][int(n_students)]
    said = "the limit, above the floor; 95th percentile"
    yield Comparison(f"{name}_limit", max(0.1, ours.p95 - floor.p95), limit, said, "ms")


def rows(name: str, ours: Slider, floor: Slider, naive: Slider, naive_is: str) -> Iterator[Comparison]:
    """Give the medians beside floor and naive way, and the 95th percentiles where there are enough."""
    yield from beside_floor(name, ours, floor)
    counted = f"{len(ours.taken)} moves against {len(naive.taken)}"
    yield Comparison(f"{name}_naive", ours.median, naive.median, f"{naive_is}; median of {counted}", "ms")
    if ours.p95 is not None and naive.p95 is not None:
        said = f"{naive_is}; 95th percentile of {counted}"
        yield Comparison(f"{name}_naive_p95", ours.p95, naive.p95, said, "ms")
