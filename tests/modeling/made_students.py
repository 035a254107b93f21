"""Made-up students for the tests of the models: small tables, and a school whose truth is known."""

import numpy as np

from core.features.table import FeatureColumn, FeatureTable
from core.schema import Kind, Role

LEVELS = ("none", "phone", "shared", "tablet", "laptop", "rare a", "rare b")


def table(numbers=None, categories=None, *, ids=None, flags=(), barriers=(), protected=(), units=None):
    """A feature table from columns of numbers (None is missing) and columns of texts (None is missing)."""
    numbers, categories = numbers or {}, categories or {}
    n = len(next(iter((numbers | categories).values())))

    def role(name):
        return Role.PROTECTED if name in protected else Role.BARRIER if name in barriers else Role.FEATURE

    columns, codes = [], []
    for name in numbers:
        kind = Kind.FLAG if name in flags else Kind.NUMBER
        columns.append(FeatureColumn(name, name.capitalize(), kind, role(name), (units or {}).get(name)))
    for name, values in categories.items():
        levels = tuple(sorted({value for value in values if value is not None}))
        columns.append(FeatureColumn(name, name.capitalize(), Kind.CATEGORY, role(name), levels=levels))
        places = {level: code for code, level in enumerate(levels)} | {None: -1}
        codes.append([places[value] for value in values])
    return FeatureTable(
        np.array([[np.nan if v is None else float(v) for v in values] for values in numbers.values()]).T
        if numbers
        else np.empty((n, 0)),
        np.array(codes, dtype=np.int32).T if codes else np.empty((n, 0), dtype=np.int32),
        tuple(columns),
        np.array([f"s{k}" for k in range(n)] if ids is None else ids, dtype=object),
    )


def school(n, *, seed=1, gaps=0.1, unknown=0.0):
    """A table of n students and their label: work and fees raise the risk, study lowers it."""
    rng = np.random.default_rng(seed)
    work, study, noise = rng.normal(12, 6, n), rng.normal(8, 3, n), rng.normal(size=n)
    fees = (rng.random(n) < 0.2).astype(float)
    device = rng.choice(len(LEVELS), size=n, p=[0.1, 0.2, 0.15, 0.15, 0.38, 0.01, 0.01])
    effect = np.array([0.9, 0.4, 0.2, 0.0, -0.4, 0.5, -0.5])[device]
    log_odds = -1.0 + 0.12 * (work - 12) - 0.2 * (study - 8) + 1.0 * fees + effect
    label = (rng.random(n) < 1 / (1 + np.exp(-log_odds))).astype(float)
    label[rng.random(n) < unknown] = np.nan

    def with_gaps(values):
        return [
            None if gap else round(float(v), 1) for v, gap in zip(values, rng.random(n) < gaps, strict=True)
        ]

    names = [LEVELS[k] for k in device]
    features = table(
        {"work": with_gaps(work), "study": with_gaps(study), "noise": with_gaps(noise), "fees": list(fees)},
        {
            "device": [None if gap else v for v, gap in zip(names, rng.random(n) < gaps, strict=True)],
            "colour": [("red", "green", "blue")[k] for k in rng.integers(0, 3, n)],
        },
        flags=["fees"],
        barriers=["work", "fees", "device"],
        units={"work": "hours a week", "study": "hours a week"},
    )
    return features, label
