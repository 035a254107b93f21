"""Whether a model holds for terms, schools or programmes it has not learned from.

Folds drawn at random mix all of them, so the model has always seen others like those it is judged on. Next
year's students are of a term that nobody has seen: the difference between the two figures is what to expect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.modeling import candidates
from core.modeling.auc_difference import auc_difference
from core.modeling.intervals import Z
from core.modeling.order import seeded_order
from core.modeling.ranking import HeldOut
from core.modeling.table import Features, Floats, Progress, Texts
from core.modeling.threads import one_thread
from core.modeling.train import CrossValidated

FEWEST = 30
"""Students with a known outcome in a part that is judged."""
FEWEST_OF_OUTCOME = 5
FEWEST_TOGETHER = 5
"""Of each outcome, held out together both ways, before scores are compared."""
MOST_PARTS = 25
SOME, LITTLE = 0.01, 0.02
"""Losses of ROC-AUC: one that is worth a word, and one that changes little on a list."""


@dataclass(frozen=True)
class Part:
    """One term, school or programme, judged by a model that did not learn from it."""

    name: str
    n_students: int
    """With a known outcome."""
    n_positive: int
    n_learned: int
    """Students that the model learned from."""
    auc: float
    low: float
    high: float
    random_auc: float
    """On the same students, by the models of folds drawn at random."""


@dataclass(frozen=True)
class Transfer:
    """The parts that could be judged, and how much is lost against folds drawn at random."""

    parts: tuple[Part, ...]
    by_time: bool
    """Whether each part was judged by models of earlier parts only."""
    change: tuple[float, float, float] | None = None
    """ROC-AUC less that of random folds on the same students, low and high (95 %, DeLong)."""
    drawn: float = 0.5
    """ROC-AUC of folds drawn at random, on those students."""
    left_out: tuple[str, ...] = ()
    """Parts that could not be judged."""
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no part could be judged."""
        return not self.parts

    @property
    def headline(self) -> str:
        """What the figures say, in one sentence."""
        if self.change is None:
            return self.why_empty or "Too few students of each part had the outcome to say what is lost."
        where = "later than those it learned from" if self.by_time else "of which it has seen nobody"
        change, low, high = self.change
        said = (
            f"On parts {where} the model ranks students with ROC-AUC {self.drawn + change:.3f}, against "
            f"{self.drawn:.3f} with folds drawn at random: {change:+.3f} (95 % interval {low:+.3f} to "
            f"{high:+.3f})."
        )
        if high < 0 and change <= -SOME:
            return f"{said} Expect the lower figure."
        unsure = "A loss can be neither seen nor ruled out."
        return f"{said} No loss that matters is seen." if low > -LITTLE else f"{said} {unsure}"

    def frame(self) -> pd.DataFrame:
        """Return name, n_students, n_positive, n_learned, auc, low, high, random_auc; one row a part."""
        names = ("name", "n_students", "n_positive", "n_learned", "auc", "low", "high", "random_auc")
        return pd.DataFrame([[getattr(part, name) for name in names] for part in self.parts], columns=names)


def validate_across(
    features: Features,
    validated: CrossValidated,
    groups: Texts,
    *,
    order: Sequence[str],
    by_time: bool,
    progress: Progress | None = None,
) -> Transfer:
    """Return how the model does on each group without having learned from it.

    ``groups`` holds a text for each student, empty where it is not known: those students teach, and are not
    judged; ``order`` holds the groups in their order. ``by_time``: only groups that come earlier teach; else
    all others do. A group is judged with at least 30 students and 5 of each outcome.
    """
    names = np.asarray(groups, dtype=object).astype(str)
    known = ~np.isnan(validated.label)
    present = set(names[known])
    ordered = [name for name in order if name in present]
    judged = [name for name in (ordered[1:] if by_time else ordered) if _is_enough(validated, names == name)]
    if len(ordered) < 2 or not judged:
        return Transfer((), by_time, why_empty=_why(len(ordered)))
    score = np.zeros(len(names))
    fold_of = np.full(len(names), -1, dtype=np.int8)
    learned: list[tuple[str, int]] = []
    for place, name in enumerate(judged := judged[-MOST_PARTS:]):
        if progress:
            progress(place / len(judged), f"Without {name}")
        seen = np.isin(names, ordered[: ordered.index(name)]) if by_time else names != name
        own = (names == name) & known
        taught = _fit_and_score(features, validated, seen & known, own, score)
        if taught:
            fold_of[own] = len(learned)
            learned.append((name, taught))
    if not learned:
        return Transfer((), by_time, why_empty=_why(len(ordered)))
    return _result(validated, score, fold_of, learned, ordered, groups=names, by_time=by_time)


def _is_enough(validated: CrossValidated, chosen: NDArray[np.bool_]) -> bool:
    label = validated.label[chosen & ~np.isnan(validated.label)]
    return len(label) >= FEWEST and min((label == 1).sum(), (label == 0).sum()) >= FEWEST_OF_OUTCOME


def _fit_and_score(
    features: Features,
    validated: CrossValidated,
    seen: NDArray[np.bool_],
    own: NDArray[np.bool_],
    score: Floats,
) -> int:
    """Score the students of a part by a model of those who were seen; return how many taught, or 0."""
    if not _is_enough(validated, seen):
        return 0
    drawn = seeded_order(features.student_ids, seed=validated.seed, purpose="rows")
    rows = drawn[seen[drawn]]
    with one_thread():
        model = candidates.fit(
            validated.candidate, features.take(rows), validated.label[rows], options=validated.options
        ).scorer
        students = features.take(np.flatnonzero(own))
        score[own] = model.log_odds(students.numbers, students.codes)
    return len(rows)


def _result(
    validated: CrossValidated,
    score: Floats,
    fold_of: NDArray[np.int8],
    learned: list[tuple[str, int]],
    ordered: list[str],
    *,
    groups: Texts,
    by_time: bool,
) -> Transfer:
    drawn = validated.held_out.score[0]
    cells = _cells(validated, fold_of)
    able = cells.max() >= 0
    change = auc_difference(validated.label, HeldOut(cells, score[None, :], drawn[None, :])) if able else None
    level = auc_difference(validated.label, HeldOut(cells, drawn[None, :], np.zeros_like(drawn)[None, :]))[0]
    parts = []
    for place, (name, taught) in enumerate(learned):
        rows = np.flatnonzero(fold_of == place)
        label = validated.label[rows]
        value, low, high = _with_interval(label, score[rows])
        drawn_auc = _with_interval(label, drawn[rows])[0]
        parts.append(Part(name, len(rows), int(label.sum()), taught, value, low, high, drawn_auc))
    names = {name for name, _ in learned}
    able = [name for name in (ordered[1:] if by_time else ordered) if name not in names]
    missing = tuple(name for name in able if not _is_enough(validated, groups == name))
    return Transfer(tuple(parts), by_time, change, level + 0.5, missing)


def _cells(validated: CrossValidated, fold_of: NDArray[np.int8]) -> NDArray[np.int8]:
    """Return who was held out together both ways: only scores of one model may be compared with each other.

    Students of a part and a fold with too few of one outcome are compared with nobody.
    """
    together = np.where(fold_of >= 0, fold_of.astype(np.int64) * validated.folds + validated.fold_of[0], -1)
    found = np.full(len(together), -1, dtype=np.int64)
    n_found = 0
    for cell in np.unique(together[together >= 0]):
        rows = together == cell
        n_positive = int((validated.label[rows] == 1).sum())
        if min(n_positive, int(rows.sum()) - n_positive) >= FEWEST_TOGETHER:
            found[rows] = n_found
            n_found += 1
    return found[None, :].astype(np.int8)


def _with_interval(label: Floats, score: Floats) -> tuple[float, float, float]:
    """Return the ROC-AUC with its 95 % interval by DeLong: against a score that ranks nobody."""
    folds = np.zeros((1, len(label)), dtype=np.int8)
    found = auc_difference(label, HeldOut(folds, score[None, :], np.zeros((1, len(label)))))
    value, _, high = (part + 0.5 for part in found)
    fewer = min((label == 1).sum(), (label == 0).sum())
    near = (value * fewer + 0.5) / (fewer + 1)
    half = max(high - value, Z * float(np.sqrt(near * (1 - near) / fewer)) if value in (0.0, 1.0) else 0.0)
    return value, max(0.0, value - half), min(1.0, value + half)


def _why(n_groups: int) -> str:
    if n_groups < 2:
        return "All students are of one part: there is no other one to be judged on."
    return (
        f"No part has {FEWEST} students with {FEWEST_OF_OUTCOME} of each outcome, and as many to learn from."
    )
