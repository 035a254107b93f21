"""The check for students whose numbers are unusual together, though none of them alone need be."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.cleaning.finding import Finding, counted, verb
from core.cleaning.profile import SEED, Profile, Table
from core.schema import MODEL_ROLES, Kind

_FEWEST_ROWS = 200
_FEWEST_COLUMNS = 3
_MOST_COLUMNS = 60
_TREE = 256
"""Rows in each tree (Liu, Ting and Zhou 2008)."""
_MOST = 0.01
_APART = 3.0
"""So many interquartile ranges beyond the upper quartile of all scores; by chance few go beyond 2.7."""
_COPY = 0.99
"""From this correlation of places on, a column says what another has said."""
_RIDGE = 0.01
"""Keeps columns that repeat each other from making the equations unsolvable."""


def unusual_combinations(table: Table) -> list[Finding]:
    """Q026: the students that an isolation forest sets apart most quickly, at most one in a hundred."""
    part = table.sample
    numbers = [p for p in part.of_roles(*MODEL_ROLES) if p.is_number and p.column.kind is Kind.NUMBER]
    used = [p for p in numbers if len(np.unique(p.sound)) > 2][:_MOST_COLUMNS]
    if part.n_rows < _FEWEST_ROWS or len(used) < _FEWEST_COLUMNS:
        words = f"Needs {_FEWEST_ROWS} rows and {_FEWEST_COLUMNS} number columns that a model may use."
        return [Finding("Q026", "not applicable", words)]
    used, places = _without_copies(used)
    unexplained = _unexplained(places)
    rows = _apart(_scores(unexplained))
    if not len(rows):
        return []
    n, where = len(rows), f"in a sample of {part.n_rows:,}" if part is not table else f"of {part.n_rows:,}"
    words = (
        f"{counted(n, 'row')} {where} {verb(n, 'has', 'have')} numbers that are unusual together. They may "
        "well be real, and these students may be the ones who need help: look at them."
    )
    examples = tuple(_told(part, used, unexplained, int(row)) for row in rows[:5])
    return [Finding("Q026", "tip", words, None, n, examples)]


def _places(profile: Profile) -> np.ndarray:
    """Return where each row stands among the others, as a normal score; 0, the middle, without a number.

    A single large amount is then no more unusual than the largest of any column must be.
    """
    from scipy.stats import norm, rankdata

    numbers = profile.numbers_by_row
    known, places = ~np.isnan(numbers), np.zeros(len(numbers))
    places[known] = norm.ppf((rankdata(numbers[known]) - 0.5) / known.sum())
    return np.asarray((places - places.mean()) / places.std())


def _without_copies(profiles: Sequence[Profile]) -> tuple[list[Profile], np.ndarray]:
    """Return the columns that are not nearly another one before them, and their places."""
    places = np.stack([_places(p) for p in profiles], axis=1)
    alike = np.abs(np.corrcoef(places.T)) > _COPY
    kept = [at for at in range(len(profiles)) if not alike[at, :at].any()]
    return [profiles[at] for at in kept], places[:, kept]


def _unexplained(places: np.ndarray) -> np.ndarray:
    """Return what is left of each number when all others explain as much of it as they can."""
    shared = np.atleast_2d(np.cov(places.T)) + _RIDGE * np.eye(places.shape[1])
    inverse = np.linalg.inv(shared)
    return np.asarray(places @ inverse / np.diag(inverse))


def _scores(unexplained: np.ndarray) -> np.ndarray:
    from sklearn.ensemble import IsolationForest

    forest = IsolationForest(n_estimators=100, max_samples=min(_TREE, len(unexplained)), random_state=SEED)
    return np.asarray(-forest.fit(unexplained).score_samples(unexplained))


def _apart(scores: np.ndarray) -> np.ndarray:
    """Return the positions of the scores that stand apart, the highest first; at most one in a hundred."""
    low, high = np.quantile(scores, [0.25, 0.75])
    if low == high:
        return np.array([], dtype=np.int64)
    order = np.argsort(-scores, kind="stable")[: int(_MOST * len(scores))]
    return np.asarray(order[scores[order] > high + _APART * (high - low)])


def _told(part: Table, used: Sequence[Profile], unexplained: np.ndarray, row: int) -> str:
    """Return the student with the two numbers that the others explain least."""
    far = np.abs(unexplained[row]) / unexplained.std(axis=0)
    most = sorted(np.argsort(-far, kind="stable")[:2])
    cells = [f"{used[at].column.title} {used[at].numbers_by_row[row]:g}" for at in most]
    return f"{part.called(row)} ({', '.join(cells)})"
