"""Students to segment: 52 dimensions, a few groups that overlap, always the same ones."""

import numpy as np

from core.features.table import FeatureColumn, FeatureTable
from core.schema import Kind, Role

SEED = 20_261
N_NUMBERS = 24
N_FLAGS = 8
N_LEVELS = (4, 4, 4, 4)
"""Levels of each category; a category has a dimension more than levels, for those too rare to stand alone."""
N_GROUPS = 5


def features_of(n):
    """Return the features of ``n`` students."""
    rng = np.random.default_rng(SEED)
    group = rng.choice(N_GROUPS, n, p=(0.35, 0.25, 0.2, 0.12, 0.08))
    need = rng.normal(size=(n, 3)) @ rng.normal(size=(3, N_NUMBERS))
    numbers = (need + rng.normal(size=(N_GROUPS, N_NUMBERS))[group] + rng.normal(size=(n, N_NUMBERS))).round(
        2
    )
    numbers[:, ::6][rng.random((n, N_NUMBERS // 6)) < 0.08] = np.nan
    flags = rng.random((n, N_FLAGS)) < rng.uniform(0.1, 0.6, (N_GROUPS, N_FLAGS))[group]
    codes = np.stack([(rng.integers(0, k, n) + group * (rng.random(n) < 0.3)) % k for k in N_LEVELS], axis=1)
    columns = [FeatureColumn(f"n{j}", f"N{j}", Kind.NUMBER, Role.FEATURE) for j in range(N_NUMBERS)]
    columns += [FeatureColumn(f"f{j}", f"F{j}", Kind.FLAG, Role.FEATURE) for j in range(N_FLAGS)]
    columns += [
        FeatureColumn(f"c{j}", f"C{j}", Kind.CATEGORY, Role.FEATURE, levels=tuple("abcd"[:k]))
        for j, k in enumerate(N_LEVELS)
    ]
    ids = np.array([f"S{i}" for i in range(n)], dtype=object)
    return FeatureTable(
        np.concatenate([numbers, flags.astype(np.float64)], axis=1),
        codes.astype(np.int32),
        tuple(columns),
        ids,
    )
