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
from core.modeling.calibrators import FITS, TITLES, Calibrator, NoCalibration, fit_prior
from core.modeling.evaluate import Evaluation, evaluate
from core.modeling.options import USUAL, ModelOptions
from core.modeling.order import Rows, grouped_parts, has_both, parted_groups, seeded_order
from core.modeling.scorer import Scorer
from core.modeling.table import Features, Floats, Texts
from core.modeling.threads import one_thread
from core.modeling.train import known_labels

PARTS = MappingProxyType({"train": 0.7, "validation": 0.15, "test": 0.15})
"""The parts and their shares of the students whose outcome is known."""
SMALL_PARTS = 20
"""Groups are dealt to so many small parts, of which each part gets its share."""
DEALT = MappingProxyType({"validation": (3, 10, 17), "test": (6, 13, 19)})
"""The small parts of the last two parts, spread out: few groups fill the first small parts only."""


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


def hold_out(  # noqa: PLR0913  each of them decides the result
    features: Features,
    label: ArrayLike,
    *,
    candidate: str = candidates.DEFAULT,
    options: ModelOptions = USUAL,
    groups: Texts | None = None,
    calibration: str = "none",
    seed: int,
    cut: float = 0.5,
    outcome: str = "",
) -> Holdout:
    """Return the figures of one stratified split of 70, 15 and 15 %; fitted on the first part.

    ``calibration`` is the kind of correction that training chose: it is fitted on the second part's scores
    (``prior``: on the first part's share with the outcome) and applied to all three. Students of one of the
    ``groups`` (a text a row, empty for none) are never parted.

    Students are dealt out by seed and id, not by the rows' order. Listed are those at or over ``cut``.
    One split is less sure than a cross-validation: it is the second figure, not the first.

    Raises NotEnoughStudents (also when a part would lack one outcome), OneOutcomeOnly, InvalidChoice.
    """
    labels = known_labels(features, label, outcome=outcome)
    drawn = seeded_order(features.student_ids, seed=seed, purpose="split")
    rows = _split(labels, drawn) if groups is None else _split_groups(labels, groups, drawn, options.group)
    training = features.take(rows["train"])
    with one_thread():
        model = candidates.fit(candidate, training, labels[rows["train"]], options=options).scorer
    rule = fit_rule(training, labels[rows["train"]])
    scores = {part: _scores(model, features.take(chosen)) for part, chosen in rows.items()}
    used, calibrator = _correction(calibration, scores, labels, rows, balanced=options.balanced)
    parts = {}
    for part, chosen in rows.items():
        students = features.take(chosen)
        risk = calibrator.apply(scores[part])
        simple = rule.risk(students)
        parts[part] = evaluate(labels[chosen], risk, simple, listed=risk >= cut, cut=cut, seed=seed)
    kept = "" if groups is None else f", students of one '{options.group or 'group'}' in one part"
    return Holdout(parts, f"{_told_split(kept)}{_told_correction(used, calibrator)}")


def _scores(model: Scorer, students: Features) -> Floats:
    return model.log_odds(students.numbers, students.codes)


def _correction(
    kind: str, scores: dict[str, Floats], label: Floats, rows: dict[str, Rows], *, balanced: bool
) -> tuple[str, Calibrator]:
    """Return the kind that could be fitted and the correction.

    Models that weighed both outcomes alike are moved by the share with the outcome where nothing else can be.
    """
    if kind != "prior":
        found = FITS[kind](scores["validation"], label[rows["validation"]])
        if kind == "none" or not balanced or not isinstance(found, NoCalibration):
            return kind, found
    return "prior", fit_prior(scores["train"], label[rows["train"]])


def _told_split(kept: str) -> str:
    """Say how the students were split."""
    shares = ", ".join(f"{share:.0%} {part}" for part, share in PARTS.items())
    about = "about " if kept else ""
    return f"Stratified split: {about}{shares}{kept}; the model was fitted on the first part only."


def _told_correction(kind: str, calibrator: Calibrator) -> str:
    """Say how the risks of all parts were corrected; nothing where they were not meant to be."""
    if kind == "none":
        return ""
    if isinstance(calibrator, NoCalibration):
        return f" The validation part leaves nothing to fit a correction on ({TITLES[kind]})."
    if kind == "prior":
        return " Its risks are moved by the first part's share with the outcome."
    return f" Its risks are corrected ({TITLES[kind]}) by the validation part, so only the test part is new."


def _split_groups(label: Floats, groups: Texts, drawn: Rows, named: str) -> dict[str, Rows]:
    """Return the rows of each part, no group in two; raises NotEnoughStudents."""
    small = grouped_parts(label, groups, drawn, SMALL_PARTS)[drawn]
    later = {part: np.isin(small, places) for part, places in DEALT.items()}
    first = (small >= 0) & ~np.logical_or.reduce(list(later.values()))
    found = {part: drawn[chosen] for part, chosen in {"train": first, **later}.items()}
    if not all(has_both(label[rows]) for rows in found.values()):
        raise parted_groups(named, "three parts")
    return found


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
