"""How well one column alone tells the outcome, on students that it was not learned from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.cleaning.checks.words import spellings
from core.cleaning.profile import SEED, Profile
from core.schema import Kind

FEWEST = 10
"""Fewer students with, or without, an answer show nothing."""
MOST_ANSWERS = 20


@dataclass(frozen=True)
class Outcome:
    """The known outcome of some rows, as numbers to be told from one column: one for each answer."""

    profile: Profile
    rows: np.ndarray
    """Where the outcome is known."""
    targets: tuple[tuple[str, np.ndarray], ...]
    """Each answer with 1.0 for those who have it, or a single number outcome under the name ``""``."""


def outcome_of(profile: Profile) -> Outcome | None:
    """Return the outcome, or None where too few students have a known one or all have the same."""
    if profile.is_number and profile.column.kind is Kind.NUMBER:
        numbers = profile.numbers_by_row
        rows = np.flatnonzero(~np.isnan(numbers))
        values = numbers[rows]
        if len(np.unique(values)) > MOST_ANSWERS:
            return Outcome(profile, rows, (("", values),)) if len(values) >= 3 * FEWEST else None
    answers = answers_by_row(profile)
    known = answers[answers.notna()]
    targets = [(str(answer), (known == answer).to_numpy(dtype=np.float64)) for answer in _frequent(known)]
    return Outcome(profile, np.flatnonzero(answers.notna()), tuple(targets)) if targets else None


def answers_by_row(profile: Profile) -> pd.Series:
    """Return each row's answer as text, spelt as usual; missing where there is none or a word for none."""
    codes, distinct = pd.factorize(profile.tidied.mask(profile.is_gap))
    meant = _meant(profile)
    texts = [meant.get(text, text) for text in (_plainly(profile, one) for one in distinct)]
    return pd.Series(pd.array(texts, dtype="str").take(codes, allow_fill=True), index=profile.values.index)


def answer_counts(profile: Profile) -> dict[str, int]:
    """Return how many students have each answer."""
    if not profile.is_text:
        counts = profile.values[~profile.is_gap].value_counts()
        return {_plainly(profile, answer): int(n) for answer, n in counts.items()}
    meant, found = _meant(profile), dict[str, int]()
    for text, n in profile.tidy.items():
        answer = meant.get(str(text), str(text))
        found[answer] = found.get(answer, 0) + int(n)
    return found


def _meant(profile: Profile) -> dict[str, str]:
    is_category = profile.is_text and profile.column.kind is Kind.CATEGORY
    return spellings(profile) if is_category else {}


def _plainly(profile: Profile, value: object) -> str:
    """Return a value as text: 1.0 is ``1``, and in a column of yes and no it is ``yes``."""
    if profile.column.kind is Kind.FLAG and not profile.is_text and value in (0, 1):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _frequent(known: pd.Series) -> list[str]:
    """Return the answers that enough students have and enough have not, in alphabetical order."""
    counts = known.value_counts()
    if len(counts) > MOST_ANSWERS:
        return []
    enough = counts[(counts >= FEWEST) & (len(known) - counts >= FEWEST)]
    answers = sorted(map(str, enough.index))
    return answers[1:] if len(counts) == 2 and len(answers) == 2 else answers


def how_well(profile: Profile, outcome: Outcome) -> tuple[float, str]:
    """Return how well the column tells the outcome, and the answer that it tells best.

    For an answer the area under the ROC curve, from 0.5 (not at all) to 1; for a number the size of
    Spearman's correlation. Categories are scored by the rest of the students, in five parts.
    """
    best = (0.0, "")
    for answer, target in outcome.targets:
        for score in _scores(profile, outcome.rows, target):
            best = max(best, (_told(score, target, is_answer=bool(answer)), answer))
    return best


def _scores(profile: Profile, rows: np.ndarray, target: np.ndarray) -> list[np.ndarray]:
    """Return what the column alone would order the students by: its values, and whether it has one."""
    has_value = (~profile.is_gap[rows]).astype(np.float64)
    found = [has_value] if 0 < has_value.sum() < len(rows) else []
    if profile.is_number:
        return [*found, profile.numbers_by_row[rows]]
    codes = pd.factorize(answers_by_row(profile).iloc[rows])[0]
    return [*found, _from_the_others(codes, target)]


def _from_the_others(codes: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Return, for each student, the mean outcome of the category among the other four fifths."""
    part = np.random.default_rng(SEED).integers(0, 5, len(codes))
    n_levels = int(codes.max(initial=-1)) + 1
    if not n_levels:
        return np.full(len(codes), np.nan)
    score = np.full(len(codes), np.nan)
    for one in range(5):
        others, own = (part != one) & (codes >= 0), (part == one) & (codes >= 0)
        n = np.bincount(codes[others], minlength=n_levels)
        total = np.bincount(codes[others], weights=target[others], minlength=n_levels)
        mean = np.where(n > 0, total / np.maximum(n, 1), target[others].mean() if others.any() else 0.0)
        score[own] = mean[codes[own]]
    return score


def _told(score: np.ndarray, target: np.ndarray, *, is_answer: bool) -> float:
    """Return the area under the curve (either way round) or the size of the rank correlation."""
    from scipy.stats import rankdata

    known = ~np.isnan(score)
    if known.sum() < 2 * FEWEST:
        return 0.0
    ranks, aim = rankdata(score[known]), target[known]
    if is_answer:
        n, n_without = int(aim.sum()), int((1 - aim).sum())
        if min(n, n_without) < FEWEST:
            return 0.0
        area = (ranks[aim == 1].sum() - n * (n + 1) / 2) / (n * n_without)
        return float(max(area, 1 - area))
    aims = rankdata(aim)
    if np.ptp(ranks) == 0 or np.ptp(aims) == 0:
        return 0.0
    return float(abs(np.corrcoef(ranks, aims)[0, 1]))
