"""Made-up students with 24 columns to train on: 16 numbers with a few gaps and 8 categories."""

import numpy as np

from core.features.table import FeatureColumn, FeatureTable
from core.modeling.logistic import sigmoid
from core.schema import Kind, Role

N_NUMBERS = 16
LEVELS = (2, 2, 2, 3, 4, 5, 6, 8)
"""Of each category, how many values it has."""
GAPS = 0.02
SEED = 7


def students_of(n):
    """Return the features of ``n`` students and whether the outcome happened, to about one in seven."""
    random = np.random.default_rng(SEED)
    numbers = random.normal(size=(n, N_NUMBERS))
    codes = np.column_stack([random.integers(0, k, n) for k in LEVELS]).astype(np.int32)
    chance = sigmoid(numbers @ random.normal(0, 0.3, N_NUMBERS) + codes @ random.normal(0, 0.15, 8) - 2.0)
    label = (random.random(n) < chance).astype(np.float64)
    numbers[random.random(numbers.shape) < GAPS] = np.nan
    ids = np.array([f"S{k:07d}" for k in range(n)], dtype=object)
    return FeatureTable(numbers, codes, columns(), ids), label


def columns():
    """Return the 24 columns."""
    numbers = [FeatureColumn(f"n{k}", f"Number {k}", Kind.NUMBER, Role.FEATURE) for k in range(N_NUMBERS)]
    categories = [
        FeatureColumn(f"c{k}", f"Category {k}", Kind.CATEGORY, Role.BARRIER, levels=tuple(map(str, range(n))))
        for k, n in enumerate(LEVELS)
    ]
    return tuple(numbers + categories)
