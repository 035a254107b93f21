"""Ids made alike before they are compared, and the ids that are then no longer different."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from core.sources.columns.coerce import as_strings
from core.sources.selection import KeyRule

Ints = npt.NDArray[np.intp]
Bools = npt.NDArray[np.bool_]
EXACT = KeyRule(spaces=False)
SEPARATOR = "\0"
"""Between texts; neither a space nor a letter."""
SHOWN = 8
"""How many ids an error names."""


def normalised(keys: pd.Series, rule: KeyRule) -> pd.Series:
    """Return the keys as ``str`` in the form in which they are compared; missing where nothing is left.

    White space is what Unicode calls so. Case is folded: ``ß`` is ``ss``. Leading zeros go, the last one
    of ``000`` stays.

    >>> normalised(pd.Series([" 007", "AB 1", ""]), KeyRule(case=True, zeros=True)).tolist()
    ['7', 'ab1', nan]
    """
    texts = as_strings(keys).astype("str")
    is_there = texts.notna().to_numpy(dtype=bool)
    known = texts.to_numpy(dtype=object)[is_there]
    needed = _needed(known, rule)
    if needed == EXACT:
        return texts.where(texts != "")
    found = np.full(len(texts), None, dtype=object)
    found[is_there] = [_alike(text, needed) or None for text in known]
    return pd.Series(found, index=keys.index, name=keys.name, dtype="str")


def _needed(texts: Any, rule: KeyRule) -> KeyRule:
    """Return what of a rule changes any of these texts; of clean ids nothing, which is quick to see."""
    together = SEPARATOR.join(["", *texts])
    without_spaces = "".join(together.split())
    return KeyRule(
        case=rule.case and together.casefold() != together,
        spaces=rule.spaces and without_spaces != together,
        zeros=rule.zeros and f"{SEPARATOR}0" in without_spaces,
    )


def _alike(text: str, rule: KeyRule) -> str:
    if rule.spaces:
        text = "".join(text.split())
    if rule.case:
        text = text.casefold()
    if rule.zeros and text.startswith("0"):
        text = text.lstrip("0") or "0"
    return text


def common_codes(one: pd.Series, other: pd.Series) -> tuple[Ints, Ints, int]:
    """Return both columns as numbers that are equal where the texts are, -1 where missing, and how many."""
    codes, distinct = pd.factorize(pd.concat([one, other], ignore_index=True))
    return codes[: len(one)], codes[len(one) :], len(distinct)


def are_common(one: pd.Series, other: pd.Series) -> tuple[Bools, Bools]:
    """Return of each column which keys are in the other too; a missing one never is."""
    codes, other_codes, n = common_codes(one, other)
    return _are_among(codes, other_codes, n), _are_among(other_codes, codes, n)


def _are_among(codes: Ints, others: Ints, n: int) -> Bools:
    is_found = np.zeros(n + 1, dtype=bool)
    is_found[others] = True
    is_found[-1] = False
    chosen: Bools = is_found[codes]
    return chosen


@dataclass(frozen=True)
class Repeats:
    """Ids that several rows have."""

    n_ids: int = 0
    n_rows: int = 0
    """The rows that have one of them."""
    examples: tuple[tuple[str, ...], ...] = ()
    """Of the first ids, each form in which it is written."""

    def __bool__(self) -> bool:
        return self.n_ids > 0

    def __str__(self) -> str:
        shown = [_as_written(forms) for forms in self.examples]
        more = f" and {self.n_ids - len(shown):,} more" if self.n_ids > len(shown) else ""
        return ", ".join(shown) + more


def _as_written(forms: tuple[str, ...]) -> str:
    first, *others = (f"'{form}'" for form in forms)
    return f"{first} (also written {', '.join(others)})" if others else first


def find_repeats(raw: pd.Series, alike: pd.Series) -> Repeats:
    """Return the ids that several rows have, in the order in which they come up.

    Rows without an id do not count. ``raw`` are the keys as they are written, ``alike`` the same rows
    normalised.
    """
    is_repeated = (alike.duplicated(keep=False) & alike.notna()).to_numpy()
    repeated = alike[is_repeated]
    first = repeated.drop_duplicates()
    shown = repeated.isin(list(first.head(SHOWN)))
    written = as_strings(raw[is_repeated][shown.to_numpy()])
    forms = written.groupby(repeated[shown].to_numpy(), sort=False).unique()
    return Repeats(len(first), len(repeated), tuple(tuple(map(str, found)) for found in forms))
