"""Which students of the list meet a condition."""

from __future__ import annotations

import numpy as np

from core.caseload.roster_query import Between, Condition, OneOf
from core.caseload.roster_values import Coded, Flags, Rows
from core.errors import InvalidChoice, WrongKind


def meets(coded: Coded, condition: Condition, some: Rows | None = None) -> Flags:
    """Return for each row (of ``some``, if given) whether its value meets a condition.

    Raises WrongKind, InvalidChoice for a value that nobody could have.
    """
    if isinstance(coded.values, range):
        raise WrongKind(
            f"The list cannot be filtered by '{condition.column}'.", hint="Search for it instead."
        )
    places = coded.places if some is None else coded.places[some]
    if isinstance(condition, OneOf):
        return _chosen(coded, condition)[places]
    low, high = _range(coded, condition)
    met: Flags = (places >= low) & (places < high)
    return met | (places == coded.missing) if condition.or_missing else met


def _range(coded: Coded, condition: Between) -> tuple[int, int]:
    """Return the first place of a range and the one after its last."""
    if isinstance(coded.values, tuple):
        raise WrongKind(
            f"The column '{condition.column}' has no numbers, so it has no range.",
            hint="Choose some of its values.",
        )
    low, high = 0, coded.missing
    if condition.low is not None:
        low = int(np.searchsorted(coded.values, condition.low, "left"))
    if condition.high is not None:
        high = int(np.searchsorted(coded.values, condition.high, "right"))
    return low, high


def _chosen(coded: Coded, condition: OneOf) -> Flags:
    """Return for each place whether its value is one of those chosen."""
    if not isinstance(coded.values, tuple):
        raise WrongKind(f"The column '{condition.column}' has numbers.", hint="Choose a range of them.")
    chosen = np.zeros(coded.missing + 1, dtype=np.bool_)
    for value in condition.values:
        if value not in coded.values:
            raise InvalidChoice(
                f"There is no '{value}' in the column '{condition.column}'.",
                hint="It may have left the data since: choose again.",
            )
        chosen[coded.values.index(value)] = True
    chosen[coded.missing] = condition.or_missing
    return chosen
