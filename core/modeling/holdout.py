"""One split into training, validation and test students, with the figures of all three side by side."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from core.errors import NotEnoughStudents
from core.modeling import candidates
from core.modeling.baseline import fit_rule
from core.modeling.evaluate import Evaluation, evaluate
from core.modeling.logistic import as_risk
from core.modeling.options import USUAL, ModelOptions
from core.modeling.order import Rows, seeded_order
from core.modeling.table import Features, Floats
from core.modeling.threads import one_thread
from core.modeling.train import known_labels

PARTS = MappingProxyType({"train": 0.7, "validation": 0.15, "test": 0.15})
"""The parts and their shares of the students whose outcome is known."""


@dataclass(frozen=True, eq=False)
class Holdout:
    """The evaluation of one model on each part; only ``train`` was fitted on."""

    parts: dict[str, Evaluation] = field(repr=False)
    words: str
    """How the students were split."""

    def frame(self) -> pd.DataFrame:
        """Return one row a measure: name, title, then value, low and high of each part."""
        first = next(iter(self.parts.values())).frame()
        columns = {"name": first["name"], "title": first["title"]}
        for part, evaluation in self.parts.items():
            figures = evaluation.frame()
            columns |= {
                part: figures["value"],
                f"{part}_low": figures["low"],
                f"{part}_high": figures["high"],
            }
        return pd.DataFrame(columns)

    def sizes(self) -> pd.DataFrame:
        """Return part, n_students, n_positive."""
        rows = [(part, e.n_students, e.n_positive) for part, e in self.parts.items()]
        return pd.DataFrame(rows, columns=["part", "n_students", "n_positive"])


def hold_out(
    features: Features,
    label: ArrayLike,
    *,
    candidate: str = candidates.DEFAULT,
    options: ModelOptions = USUAL,
    seed: int,
    cut: float = 0.5,
    outcome: str = "",
) -> Holdout:
    """Return the figures of one stratified split of 70, 15 and 15 %; fitted on the first part.

    Students are dealt out by seed and id, not by the rows' order. Listed are those at or over ``cut``.
    One split is less sure than a cross-validation: it is the second figure, not the first.

    Raises NotEnoughStudents (also when a part would lack one outcome), OneOutcomeOnly, InvalidChoice.
    """
    labels = known_labels(features, label, outcome=outcome)
    rows = _split(labels, seeded_order(features.student_ids, seed=seed, purpose="split"))
    training = features.take(rows["train"])
    with one_thread():
        model = candidates.fit(candidate, training, labels[rows["train"]], options=options).scorer
    rule = fit_rule(training, labels[rows["train"]])
    parts = {}
    for part, chosen in rows.items():
        students = features.take(chosen)
        risk = as_risk(model.log_odds(students.numbers, students.codes))
        simple = rule.risk(students)
        parts[part] = evaluate(labels[chosen], risk, simple, listed=risk >= cut, cut=cut, seed=seed)
    shares = ", ".join(f"{share:.0%} {part}" for part, share in PARTS.items())
    return Holdout(parts, f"Stratified split: {shares}; the model was fitted on the first part only.")


def _split(label: Floats, drawn: Rows) -> dict[str, Rows]:
    """Return the rows of each part; every part has both outcomes."""
    found: dict[str, list[Rows]] = {part: [] for part in PARTS}
    borders = np.cumsum(list(PARTS.values()))[:-1]
    for outcome in (0.0, 1.0):
        rows = drawn[label[drawn] == outcome]
        for part, some in zip(PARTS, np.split(rows, np.round(borders * len(rows)).astype(int)), strict=True):
            if len(some) == 0:
                raise NotEnoughStudents(
                    f"{len(rows)} students of one outcome are too few to split into three parts.",
                    hint="A split takes 6 of each outcome; cross-validation takes 2.",
                )
            found[part].append(some)
    place = np.empty(len(drawn), dtype=np.intp)
    place[drawn] = np.arange(len(drawn))
    joined = {part: np.concatenate(rows) for part, rows in found.items()}
    return {part: rows[np.argsort(place[rows])] for part, rows in joined.items()}
