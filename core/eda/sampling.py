"""Which rows stand for a large table: the same students in whatever order the rows come."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.schema import Schema

SAMPLE = 50_000
"""Relations are computed on at most so many students."""
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def sample(frame: pd.DataFrame, *, schema: Schema, seed: int, limit: int = SAMPLE) -> pd.DataFrame:
    """Return at most ``limit`` rows, in the frame's order; the frame itself when it is not larger.

    With a student id, membership depends on the id and the seed only; without one, on the row's
    position and the seed.
    """
    if len(frame) <= limit:
        return frame
    return frame.iloc[_chosen(frame, schema, seed, limit)]


def _chosen(frame: pd.DataFrame, schema: Schema, seed: int, limit: int) -> NDArray[np.intp]:
    key = schema.student_id
    if key is None or key not in frame.columns:
        return np.sort(np.random.default_rng(seed).choice(len(frame), limit, replace=False))
    hashes = pd.util.hash_pandas_object(frame[key], index=False).to_numpy(dtype=np.uint64)
    mixed = (hashes ^ np.uint64(seed & 0xFFFFFFFF)) * _GOLDEN
    mixed ^= mixed >> np.uint64(31)
    return np.sort(np.argsort(mixed, kind="stable")[:limit])


def sample_note(n_rows: int, *, n_used: int) -> str:
    """Return the sentence that says that not all students were used; empty when all were.

    >>> sample_note(1_000_000, n_used=50_000)
    'Computed on a seeded sample of 50,000 of the 1,000,000 students.'
    """
    if n_used >= n_rows:
        return ""
    return f"Computed on a seeded sample of {n_used:,} of the {n_rows:,} students."
