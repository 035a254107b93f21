"""Server time of a move of the cut: ``python -m tests.bench.threshold_server [N ...]``.

Timed is all that a page asks for at a move: the figures with intervals, those by group, and the marker.
Then a page of 25 places with intervals. What is prepared once is said on standard error.
"""

import dataclasses
import gc
import sys
import time
from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np

from core.caseload.access import LOCAL
from core.features.table import FeatureColumn, FeatureTable
from core.modeling.cut_curves import cut_curves
from core.modeling.cut_groups import grouping_of, prepare_cut_groups
from core.modeling.fairness_counts import Grouping
from core.modeling.logistic import as_risk
from core.modeling.need_range import training_range
from core.modeling.rank_intervals import rank_spread
from core.modeling.thresholds import ForCapacity, prepare
from core.modeling.train import MANY_STUDENTS, cross_validate
from core.schema import Kind, Role
from core.workflow import deciding
from tests.bench.result import Comparison
from tests.bench.table import heading, line, note

LIMITS_MS = {3_000: 2.0, 100_000: 2.0, 1_000_000: 5.0}
"""Number of students -> what the server may take for a move."""
MOVES = 200
PAGE = 25
PAGE_LIMIT_MS = 5.0
N_NUMBERS = 12
FITTED = 3_000
LEVELS = (2, 2, 6, 4)
"""Of each protected attribute, how many groups it makes."""
SEGMENTS = 12
SEED = 7


def measure(n_students: int) -> Iterator[Comparison]:
    """Give the median and the 95th percentile of a move, and of a page of places, beside their limits."""
    started = time.perf_counter()
    training, prepared = made(n_students)
    note(f"{n_students:,} students took {time.perf_counter() - started:.1f} s to make and prepare")
    random = np.random.default_rng(SEED)
    moves, processor = _taken(lambda: _move(training, prepared, int(random.integers(0, n_students + 1))))
    name, limit = f"threshold_server_{n_students}", LIMITS_MS[n_students]
    yield Comparison(
        f"{name}_median", float(np.median(moves)), limit, f"the limit; median of {MOVES} moves", "ms"
    )
    yield Comparison(f"{name}_p95", _p95(moves), limit, f"the limit; 95th percentile of {MOVES} moves", "ms")
    said = f"the limit; processor time of the thread, 95th percentile of {MOVES} moves"
    yield Comparison(f"{name}_cpu", _p95(processor), limit, said, "ms")
    pages, _ = _taken(lambda: _page(training, prepared, int(random.integers(0, n_students - PAGE))))
    said = f"the limit; {PAGE} places with intervals, median of {MOVES} pages"
    yield Comparison(f"rank_page_{n_students}", float(np.median(pages)), PAGE_LIMIT_MS, said, "ms")


def made(n: int):
    """Return a made-up training, as far as its cut goes, and what was prepared for it."""
    random = np.random.default_rng(SEED)
    columns = tuple(FeatureColumn(f"x{k}", f"X{k}", Kind.NUMBER, Role.FEATURE) for k in range(N_NUMBERS))
    ids = np.array([f"S{k:07d}" for k in range(n)], dtype=object)
    features = FeatureTable(random.normal(size=(n, N_NUMBERS)), np.empty((n, 0), np.int32), columns, ids)
    chance = as_risk(features.numbers @ random.normal(0, 0.4, N_NUMBERS) - 1.5)
    label = (random.random(n) < chance).astype(float)
    some = features.take(np.arange(min(n, FITTED)))
    repeats = 3 if n <= MANY_STUDENTS else 1
    validated = cross_validate(some, label[: some.n_students], seed=SEED, repeats=repeats)
    scores = np.mean([one.log_odds(features.numbers, features.codes) for one in validated.models], axis=0)
    validated = dataclasses.replace(validated, log_odds=scores, risk=as_risk(scores), label=label)
    curve = prepare(validated.risk, ids, seed=SEED, label=label)
    training = SimpleNamespace(
        request=SimpleNamespace(digest="made"), provenance=SimpleNamespace(synthetic=True), curve=curve
    )
    return training, _prepared(curve, features, validated, random)


def _prepared(curve, features, validated, random):
    started = time.perf_counter()
    n = curve.n_students
    groupings = tuple(
        Grouping(
            (f"Attribute {k}",),
            tuple(map(str, range(size))),
            random.integers(0, size, n),
            np.ones(size, bool),
        )
        for k, size in enumerate(LEVELS)
    )
    segments = grouping_of("Segment", random.integers(1, SEGMENTS + 1, n), list(map(str, range(SEGMENTS))))
    usual = training_range(features, label=validated.label)
    prepared = deciding.PreparedCut(
        digest="made",
        curves=cut_curves(curve),
        groupings=groupings,
        groups=prepare_cut_groups(curve, groupings),
        left_out=(),
        segmented=segments,
        segment_groups=prepare_cut_groups(curve, [segments]),
        training_range=usual,
        outside=usual.outside(features),
        spread=rank_spread(validated, features, curve),
    )
    note(f"of that, preparing the cut took {time.perf_counter() - started:.2f} s")
    return prepared


def _move(training, prepared, n_listed):
    found = deciding.figures_at(LOCAL, training, ForCapacity(n_listed), prepared)
    return found.frame(), found.by_group(), found.marker, found.words, found.note


def _page(training, prepared, first):
    return deciding.places_of(LOCAL, training, training.curve.order[first : first + PAGE], prepared).frame()


def _taken(call):
    """Return of each of many calls the milliseconds, and those of the processor; the first warms up."""
    call()
    gc.collect()
    gc.freeze()
    taken = []
    for _ in range(MOVES):
        start = np.array([time.perf_counter(), time.thread_time()])
        call()
        taken.append(1_000 * (np.array([time.perf_counter(), time.thread_time()]) - start))
    gc.unfreeze()
    return np.array(taken).T


def _p95(taken):
    return float(np.quantile(taken, 0.95))


def main(sizes):
    """Print the table for these sizes of school, all of them without any."""
    print(heading())
    for n in [int(size) for size in sizes] or LIMITS_MS:
        for one in measure(n):
            print(line(one), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
