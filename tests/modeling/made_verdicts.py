"""Tables with a known answer for the verdict, without groups and with, each from a seed of its own."""

from dataclasses import dataclass

import numpy as np

from tests.modeling.segment_tables import diagonal, from_matrix, one_gaussian, planted, uniform

FIRST_SEED = 10_000
SIZES = (200, 400, 1_000, 3_000)
NOISE_WIDTHS = (1, 2, 3, 5, 8, 13)
PLANTED_WIDTHS = (2, 3, 5, 8, 13)
NOISES = (uniform, one_gaussian, diagonal)


@dataclass(frozen=True, eq=False)
class Made:
    """A table, and how many groups are in it; 0 without any."""

    seed: int
    features: object
    groups: int


def noise(number):
    """Return one of the tables without groups: even, normal or along a line, in turns."""
    rng = np.random.default_rng(FIRST_SEED + number)
    n, width = int(rng.choice(SIZES)), int(rng.choice(NOISE_WIDTHS))
    return Made(number, from_matrix(NOISES[number % len(NOISES)](rng, n=n, width=width)), 0)


def grouped(number):
    """Return one of the tables with 2 to 8 groups of unequal size and spread."""
    rng = np.random.default_rng(FIRST_SEED + number)
    n, width, groups = int(rng.choice(SIZES)), int(rng.choice(PLANTED_WIDTHS)), int(rng.integers(2, 9))
    values, _ = planted(rng, n=n, groups=groups, width=width, apart=5.0)
    return Made(number, from_matrix(values), groups)


def is_right(made, found):
    """Return whether the verdict is right, and with groups also the K."""
    if not made.groups:
        return found.verdict.clear is False
    return found.verdict.clear is True and found.recommended_k == made.groups
