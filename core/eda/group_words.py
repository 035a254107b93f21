"""What a comparison of groups says, in sentences a mentor can read aloud: association, never cause."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from core.eda.group_numbers import NumberGroup
from core.eda.group_rates import RateGroup
from core.schema import Column, Kind

CAUTION = "This is an association: it does not say why."
_EQUAL = 1e-12
"""Means that differ by no more than this share of them do so by rounding only."""
VERBS = frozenset({
    "attended", "completed", "dropped", "enrolled", "failed", "finished", "graduated", "left", "missed",
    "moved", "passed", "progressed", "received", "repeated", "returned", "stayed", "transferred", "withdrew",
})  # fmt: skip
"""Names of outcomes that begin with one of these already say what a student did."""


def sentence_of(result: NumberGroup | RateGroup, *, value: Column, group: Column, outcome: str = "") -> str:
    """Return how one group differs from the others, with its interval; ``outcome`` is what was counted."""
    who = _who(group, result.group)
    if isinstance(result, RateGroup):
        return f"{_rate(result, who, outcome)} {CAUTION}"
    return f"{_mean(result, who, value)} {CAUTION}"


def outcome_of(value: Column, *, level: str) -> str:
    """Return what is counted, in words: the flag's name, or the column with the category.

    >>> from core.schema import Role
    >>> outcome_of(Column("t", Kind.CATEGORY, Role.OUTCOME, label="Target"), level="Dropout")
    "target 'Dropout'"
    """
    if value.kind is Kind.FLAG:
        return lowered(value.title) if level == "yes" else f"'no' for {lowered(value.title)}"
    return f"{lowered(value.title)} '{level}'"


def lowered(title: str) -> str:
    """Return the title as it stands inside a sentence; abbreviations stay as they are.

    >>> lowered("Travel time"), lowered("GPA last term")
    ('travel time', 'GPA last term')
    """
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def number_text(value: float) -> str:
    """Return a figure with three digits that count.

    >>> number_text(1234.5), number_text(11.04), number_text(0.0312)
    ('1,234', '11', '0.0312')
    """
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def points_text(points: float) -> str:
    """Return percentage points as whole ones, or with one decimal under one point.

    >>> points_text(10.96), points_text(-0.04), points_text(0.44)
    ('11', '0', '0.4')
    """
    return f"{points:.0f}" if abs(points) >= 1 else f"{round(points, 1) + 0.0:.2g}"


def _who(group: Column, level: str) -> str:
    if group.kind is Kind.FLAG:
        return f"students {'with' if level == 'yes' else 'without'} {lowered(group.title)}"
    if group.kind is Kind.CATEGORY:
        return f"students with {lowered(group.title)} '{level}'"
    return f"students with {lowered(group.title)} {level}"


def _mean(result: NumberGroup, who: str, value: Column) -> str:
    unit = f" {value.unit}" if value.unit else ""
    size = f"{number_text(abs(result.difference))}{unit}"
    way = "higher" if result.difference >= 0 else "lower"
    ends = _ends(result.difference_low, result.difference_high, number_text)
    how = f"{size} {way} on average than"
    if not np.isfinite(result.difference):
        return f"Among {who}, how far {lowered(value.title)} differs from the others cannot be given."
    if abs(result.difference) <= _EQUAL * max(abs(result.mean), result.std):
        how = "as high on average as"
    return f"Among {who}, {lowered(value.title)} was {how} among the others ({ends})."


def _rate(result: RateGroup, who: str, outcome: str) -> str:
    size = points_text(abs(100 * result.difference))
    way = "more" if result.difference >= 0 else "less"
    rates = f"{100 * result.rate:.0f} % against {100 * (result.rate - result.difference):.0f} %"
    ends = _ends(100 * result.difference_low, 100 * result.difference_high, points_text)
    how = f"{size} {'point' if size == '1' else 'points'} {way} often than"
    if size == "0":
        how = "as often as"
    return f"{who[0].upper()}{who[1:]} {_did(outcome)} {how} the others ({rates}; {ends})."


def _did(outcome: str) -> str:
    """Return the outcome as what the students did.

    >>> _did("passed"), _did("paid work")
    ('passed', 'had paid work')
    """
    return outcome if outcome.partition(" ")[0] in VERBS else f"had {outcome}"


def _ends(low: float, high: float, text: Callable[[float], str]) -> str:
    """Return the interval, in the direction of the difference where both ends have it."""
    if not (np.isfinite(low) and np.isfinite(high)):
        return "no interval can be given"
    if high < 0:
        low, high = -high, -low
    ends = f"95 % interval {text(low)} to {text(high)}"
    return ends if low > 0 else f"{ends}, so there may be no difference"
