"""Why a student's risk is what it is: contributions that add up, and sentences a mentor can say aloud.

A contribution is in log-odds, relative to the average student of the training rows, and belongs to
one column of the table. It says how the model came to the risk, not what causes the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.modeling.order import seeded_order
from core.modeling.phrases import Phrasebook, typical_values
from core.modeling.table import FeatureColumn, Features, Flags, Floats, Integers, Texts
from core.modeling.train import CrossValidated
from core.schema import Role

SMALLEST = 0.1
"""Contributions nearer to 0 are not said: at even odds it is a change of 2.5 percentage points."""
MOST_SAID = 3
CHUNK = 100_000
AGREEMENT_SAMPLE = 20_000
"""So many students, drawn by seed and id, show which way a column points."""
SLOW_SAMPLE = 300
"""So many do where each contribution takes many scores."""
MOST_TOLD = 300
"""Students of a whole list who get reasons from a family that is no sum of columns."""

Rows = Integers | Sequence[int]


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each column adds to the log-odds of some students."""

    base: Floats
    """The log-odds of the average student, by the models that did not see the student."""
    values: Floats
    """Shape (n_students, n_columns); a row's sum plus its base is its log-odds before rounding."""


@dataclass(frozen=True)
class Explanation:
    """One student's risk, taken apart."""

    student_id: str
    risk: float
    base: float
    """The log-odds of the average student."""
    columns: tuple[FeatureColumn, ...] = field(repr=False)
    values: tuple[str, ...] = field(repr=False)
    """The student's values in words, in the order of the columns."""
    typical: tuple[str, ...] = field(repr=False)
    """The middle or commonest values in words."""
    contributions: tuple[float, ...] = field(repr=False)
    """In log-odds; they and ``base`` add up to the log-odds of the risk."""
    reasons: tuple[str, ...]
    """At most 3 sentences on what raises the risk, barriers first; empty if nothing much does."""
    strengths: tuple[str, ...]
    """At most 3 sentences on what lowers it, the strongest first."""

    def frame(self) -> pd.DataFrame:
        """Return column, label, role, value, typical, contribution: what raises the risk most first."""
        frame = pd.DataFrame(
            {
                "column": [column.name for column in self.columns],
                "label": [column.label for column in self.columns],
                "role": [column.role.value for column in self.columns],
                "value": self.values,
                "typical": self.typical,
                "contribution": self.contributions,
            }
        )
        return frame.sort_values("contribution", ascending=False, kind="stable", ignore_index=True)


@dataclass(frozen=True, eq=False)
class Explainer:
    """Explains the risks of a cross-validation; made once by ``explainer``, asked for any rows."""

    validated: CrossValidated = field(repr=False)
    features: Features = field(repr=False)
    typical: Floats = field(repr=False)
    """The median of each number, the commonest answer of each flag, the commonest code of each category."""
    book: Phrasebook = field(repr=False)
    agrees: Flags = field(repr=False)
    """Of each column, whether its contributions point the same way as the column does by itself."""

    kept: dict[int, tuple[float, Floats]] = field(default_factory=dict, repr=False)
    """Contributions that took many scores, by row: a page asks for the same students again and again."""

    @property
    def is_sum(self) -> bool:
        """Whether a contribution is a lookup; else it takes hundreds of scores."""
        return all(model.n_weights is not None for model in self.validated.models)

    def contributions(self, rows: Rows) -> Contributions:
        """Return the contributions of these rows: the mean over the models that did not see the student."""
        chosen = np.asarray(rows, dtype=np.intp)
        if self.is_sum:
            return self._contributions(chosen)
        new = np.array([row for row in dict.fromkeys(chosen.tolist()) if row not in self.kept], dtype=np.intp)
        made = self._contributions(new)
        self.kept.update(zip(new.tolist(), zip(made.base.tolist(), made.values, strict=True), strict=True))
        told = [self.kept[row] for row in chosen.tolist()]
        values = np.array([one for _, one in told]).reshape(len(chosen), len(self.features.columns))
        return Contributions(np.array([base for base, _ in told]), values)

    def _contributions(self, chosen: NDArray[np.intp]) -> Contributions:
        students = self.features.take(chosen)
        folds = self.validated.fold_of[:, chosen]
        found = Contributions(np.zeros(len(chosen)), np.zeros((len(chosen), len(self.features.columns))))
        for place, model in enumerate(self.validated.models):
            repeat, fold = divmod(place, self.validated.folds)
            own, nobody = folds[repeat] == fold, folds[repeat] == -1
            for mask, models in ((own, self.validated.repeats), (nobody, len(self.validated.models))):
                some = np.flatnonzero(mask)
                if len(some):
                    parts = model.contributions(students.numbers[some], students.codes[some])
                    found.values[some] += parts / models
                    found.base[some] += model.base / models
        return found

    def explain(self, rows: Rows) -> tuple[Explanation, ...]:
        """Return one explanation a row."""
        chosen = np.asarray(rows, dtype=np.intp)
        found, students = self.contributions(chosen), self.features.take(chosen)
        raising, lowering = self._raising(found.values), self._lowering(found.values)
        columns = tuple(self.features.columns)
        typical = tuple(c.value_text(float(t)) for c, t in zip(columns, self.typical, strict=True))
        return tuple(
            Explanation(
                student_id=str(students.student_ids[k]),
                risk=float(self.validated.risk[row]),
                base=float(found.base[k]),
                columns=columns,
                values=tuple(c.value_text(v) for c, v in zip(columns, _row(students, k), strict=True)),
                typical=typical,
                contributions=tuple(found.values[k].tolist()),
                reasons=self._sentences(students, k, raising[k]),
                strengths=self._sentences(students, k, lowering[k]),
            )
            for k, row in enumerate(chosen)
        )

    def reasons(self, rows: Rows | None = None, *, joiner: str = "; ") -> Texts:
        """Return each row's reasons as one text, as for a file; empty where nothing raises the risk much.

        Without ``rows`` of all students: about 5 s and 400 MB for 1,000,000 students and 25 columns. A family
        that is no sum gives them for the MOST_TOLD students of the highest risk, and empty texts beside.
        """
        if rows is None and not self.is_sum:
            every: Texts = np.full(self.features.n_students, "", dtype=object)
            highest = np.argsort(-self.validated.risk, kind="stable")[:MOST_TOLD]
            every[highest] = self.reasons(highest, joiner=joiner)
            return every
        chosen = np.arange(self.features.n_students) if rows is None else np.asarray(rows, dtype=np.intp)
        texts = np.empty(len(chosen), dtype=object)
        for start in range(0, len(chosen), CHUNK):
            some = chosen[start : start + CHUNK]
            said = self._raising(self.contributions(some).values)
            texts[start : start + CHUNK] = self.book.joined(self.features.take(some), said, joiner)
        return texts

    def reason_places(self, rows: Rows) -> Integers:
        """Return the columns behind each row's reasons, the first first, shape (n_rows, 3); -1 is none."""
        return self._raising(self.contributions(rows).values)

    def _raising(self, values: Floats) -> Integers:
        """Return the columns to say as reasons, shape (n_students, 3); -1 is none; barriers first."""
        barriers = np.array([column.role is Role.BARRIER for column in self.features.columns])
        usable = (values >= SMALLEST) & self._may_be_said()
        return _highest(np.where(usable, values, -np.inf) + 1e6 * barriers)

    def _lowering(self, values: Floats) -> Integers:
        """Return the columns to say as strengths, shape (n_students, 3); -1 is none."""
        usable = (values <= -SMALLEST) & self._may_be_said()
        return _highest(np.where(usable, -values, -np.inf))

    def _may_be_said(self) -> Flags:
        """Return for each column whether it may be said: a protected one never, nor a contrary one.

        Beside related columns a weight can turn round: low marks before entry then *lower* the risk, last
        term's marks being equal. That is sound arithmetic and no sentence for a talk.
        """
        open_to_all = [column.role is not Role.PROTECTED for column in self.features.columns]
        return np.array(open_to_all) & self.agrees

    def _sentences(self, students: Features, row: int, said: Integers) -> tuple[str, ...]:
        """Return one sentence for each column to say."""
        values = _row(students, row)
        return tuple(f"{self.book.phrase(int(j), values[j])}." for j in said if j >= 0)


def explainer(validated: CrossValidated, features: Features) -> Explainer:
    """Return what explains these risks; ``features`` is the table that was cross-validated."""
    typical = typical_values(features)
    book = Phrasebook(tuple(features.columns), typical)
    every = np.ones(len(features.columns), dtype=bool)
    first = Explainer(validated, features, typical, book, every)
    return replace(first, agrees=_agreement(first))


def _agreement(found: Explainer) -> Flags:
    """Return for each column whether its contributions rise with the observed outcome, or do not vary."""
    validated = found.validated
    order = seeded_order(found.features.student_ids, seed=validated.seed, purpose="agreement")
    rows = order[~np.isnan(validated.label[order])][: AGREEMENT_SAMPLE if found.is_sum else SLOW_SAMPLE]
    values = found.contributions(rows).values
    label = validated.label[rows]
    return np.asarray((label - label.mean()) @ (values - values.mean(axis=0)) >= 0)


def _row(features: Features, row: int) -> list[float]:
    """Return one student's values and codes, in the order of the columns."""
    return [*features.numbers[row].tolist(), *map(float, features.codes[row])]


def _highest(scores: Floats) -> Integers:
    """Return the places of the 3 highest finite scores of each row, highest first; -1 where none is left."""
    left = scores.copy()
    rows = np.arange(len(left))
    places = np.full((len(left), MOST_SAID), -1, dtype=np.int64)
    for k in range(min(MOST_SAID, left.shape[1])):
        best = left.argmax(axis=1)
        places[:, k] = np.where(np.isfinite(left[rows, best]), best, -1)
        left[rows, best] = -np.inf
    return places
