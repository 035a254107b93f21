"""The check for students of whom little is known, and for gaps that come together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from core.cleaning.finding import Finding, counted, share, verb
from core.cleaning.profile import Profile, Table
from core.cleaning.step import listed
from core.schema import MODEL_ROLES

_FEWEST_COLUMNS = 4
_MANY = 0.5
_FEWEST_TOGETHER = 20
_BEYOND_CHANCE = 5.0
"""Gaps come together when that is so many times as frequent as it would be by chance."""


def students_with_many_gaps(table: Table) -> list[Finding]:
    """Q024: rows that lack more than half of what a model may use, and the gaps that come together most."""
    used = [p for p in table.of_roles(*MODEL_ROLES) if not p.is_blank]
    if len(used) < _FEWEST_COLUMNS:
        words = f"Fewer than {_FEWEST_COLUMNS} columns with values may be used by a model."
        return [Finding("Q024", "not applicable", words)]
    gappy = [p for p in used if p.is_gap.any()]
    if not gappy:
        return []
    gaps = np.stack([p.is_gap for p in gappy], axis=1)
    found = (_many_gaps(table, gaps, len(used)), _together(table, gaps, gappy))
    return [one for one in found if one is not None]


def _many_gaps(table: Table, gaps: np.ndarray, n_columns: int) -> Finding | None:
    rows = np.flatnonzero(gaps.sum(axis=1) > _MANY * n_columns)
    n = len(rows)
    if not n:
        return None
    words = (
        f"{counted(n, 'row')} of {table.n_rows:,} ({share(n, table.n_rows)}) {verb(n, 'lacks', 'lack')} more "
        f"than half of the {n_columns} columns that a model may use. What is filled in there is mostly a "
        "guess; to drop the rows would lose the students of whom the school knows least."
    )
    return Finding("Q024", "issue", words, None, n, tuple(table.called(int(row)) for row in rows[:5]))


def _together(table: Table, gaps: np.ndarray, profiles: list[Profile]) -> Finding | None:
    """Return a tip for the most frequent set of two or more gaps, where chance does not explain it."""
    rows = np.flatnonzero(gaps.sum(axis=1) >= 2)
    if len(rows) < _FEWEST_TOGETHER:
        return None
    patterns, first, counts = _patterns(gaps[rows])
    best = min(range(len(counts)), key=lambda at: (-counts[at], patterns[at].tolist()))
    pattern, n = patterns[best], int(counts[best])
    expected = table.n_rows * float(np.prod(gaps.mean(axis=0)[pattern]))
    if n < _FEWEST_TOGETHER or n < _BEYOND_CHANCE * expected:
        return None
    titles = [profile.column.title for profile, is_in in zip(profiles, pattern, strict=True) if is_in]
    words = (
        f"In {counted(n, 'row')} ({share(n, table.n_rows)}), {listed(titles, limit=6)} have no value "
        f"together and nothing else is missing; by chance it would be {_about(expected)}. "
        "One cause may be behind these gaps, such as a form that was not handed in."
    )
    where = rows[first == best][:5]
    return Finding("Q024", "tip", words, None, n, tuple(table.called(int(row)) for row in where))


def _about(n: float) -> str:
    return f"about {n:,.0f}" if n >= 1 else "hardly any"


def _patterns(gaps: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the different rows, for each row which of them it is, and how often each occurs."""
    packed = np.packbits(gaps, axis=1)
    keys = [row.tobytes() for row in packed] if packed.shape[1] > 8 else _as_numbers(packed)
    codes, distinct = pd.factorize(pd.Series(keys))
    counts = np.bincount(codes, minlength=len(distinct))
    firsts = pd.Series(np.arange(len(codes))).groupby(codes).first().to_numpy()
    return gaps[firsts], codes, counts


def _as_numbers(packed: np.ndarray) -> np.ndarray:
    padded = np.zeros((len(packed), 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view(np.uint64).ravel()
