"""Segment made-up students in one way: ``python -m tests.bench.segments_child WAY N ANSWER.json``.

The clock runs from after the imports, with the features (for the other way: the points) in memory. Two clocks
are read: that on the wall, and that of the processor for this process with all its threads.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score

from core.modeling.segment_scaling import chosen_columns, learn_scaling
from core.modeling.segment_stability import find_stability
from core.modeling.segments import K_RANGE, fit_segments
from core.modeling.threads import one_thread
from tests.bench.segments_rows import SEED, features_of

FULL_SILHOUETTE = 20_000
SILHOUETTE_SAMPLE = 10_000


def main(way, n, place):
    """Work, and write what it took and the inertia of each K."""
    with one_thread():
        answer = WAYS[way](int(n))
    Path(place).write_text(json.dumps(answer), encoding="utf-8")


class Clock:
    """Both clocks, from now."""

    def __init__(self):
        self.wall, self.processor = time.perf_counter(), time.process_time()

    def read(self):
        """Return the seconds so far."""
        return {"seconds": time.perf_counter() - self.wall, "cpu": time.process_time() - self.processor}


def ours(n):
    """Everything that the Explorer shows: all K, five figures, verdict and profiles; then the stability."""
    features, laps = features_of(n), {}
    clock = Clock()
    found = fit_segments(
        features, seed=SEED, on_preview=lambda _preview: laps.setdefault("preview", clock.read())
    )
    laps["settled"] = clock.read()
    clock = Clock()
    find_stability(found, features)
    laps["stability"] = clock.read()
    return {"laps": laps, "inertia": found.quality()["inertia"].tolist()}


def naive(n):
    """Ten runs and a silhouette for each K, as the handbook has it; the points are there already."""
    points = points_of(n)
    clock, inertia = Clock(), []
    for k in K_RANGE:
        model = KMeans(n_clusters=k, n_init=10, random_state=0).fit(points)
        sample = None if n <= FULL_SILHOUETTE else SILHOUETTE_SAMPLE
        silhouette_score(points, model.labels_, sample_size=sample, random_state=0)
        inertia.append(model.inertia_ / n)
    return {"laps": {"settled": clock.read()}, "inertia": inertia}


def best_of_ten(n):
    """Ten runs for each K and nothing else, in single precision: what the inertia is held against."""
    points = points_of(n)
    clock = Clock()
    found = [
        KMeans(k, n_init=10, random_state=0).fit(points.astype(np.float32)).inertia_ / n for k in K_RANGE
    ]
    return {"laps": {"settled": clock.read()}, "inertia": found}


def points_of(n):
    """Return the points that K-means sees: scaled, with a place for each level of a category."""
    features = features_of(n)
    scaling, _ = learn_scaling(features, columns=chosen_columns(features, columns=None))
    return scaling.points(scaling.parts(features)).astype(np.float64)


WAYS = {"ours": ours, "naive": naive, "best_of_ten": best_of_ten}

if __name__ == "__main__":
    main(*sys.argv[1:])
