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
        ours = opened(browser, app.url, CAPACITY, K)
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
            mine = Slider(ours, K, moves=plan.moves)
            least = Slider(floor, PLAIN, METRIC, moves=plan.moves)
            with naive_k(browser, students, plan) as other:
                play([mine, least, other])
                yield from rows(f"k_move_{n_students}", mine, least, other, naive_k_is(plan))


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


def rows(name: str, ours: Slider, floor: Slider, naive: Slider, naive_is: str) -> Iterator[Comparison]:
    """Give the medians beside floor and naive way, and the 95th percentiles where there are enough."""
    for other, ending, what in ((floor, "floor", FLOOR_IS), (naive, "naive", naive_is)):
        counted = f"{len(ours.taken)} moves against {len(other.taken)}"
        yield Comparison(f"{name}_{ending}", ours.median, other.median, f"{what}; median of {counted}", "ms")
        if ours.p95 is not None and other.p95 is not None:
            yield Comparison(
                f"{name}_{ending}_p95", ours.p95, other.p95, f"{what}; 95th percentile of {counted}", "ms"
            )
