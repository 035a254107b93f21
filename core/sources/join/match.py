"""How well the ids of two tables match, before anything is joined."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace

import pandas as pd

from core.sources.columns.coerce import as_strings
from core.sources.join.keys import Repeats, are_common, find_repeats, normalised
from core.sources.selection import KeyRule

NAMED = 200
"""How many unmatched ids are kept; all are counted."""
IGNORING = {"case": "upper and lower case", "spaces": "spaces", "zeros": "leading zeros"}


@dataclass(frozen=True)
class Match:
    """The students of the base table and the ids of one part, compared."""

    table: str
    """The part's table."""
    n_base: int
    """Students of the base: rows with an id."""
    n_matched: int
    """Of these, students whom the part knows."""
    unmatched_base: tuple[str, ...]
    """The first students whom the part does not know, as the base writes them, in its order."""
    n_part: int
    """Different ids of the part."""
    n_unmatched_part: int
    unmatched_part: tuple[str, ...]
    """The first ids of the part that are no student of the base, as the part writes them."""
    n_without_key: int
    """Rows of the part that have no id."""
    repeated: Repeats
    """Ids with several rows, where one row a student is needed."""
    better: KeyRule | None = None
    """Another way to compare that would match more; None where there is none."""
    hint: str = ""
    """The better way in words, with how many it would match more."""

    @property
    def n_unmatched_base(self) -> int:
        """Students whom the part does not know."""
        return self.n_base - self.n_matched

    @property
    def rate(self) -> float:
        """The share of the base's students whom the part knows, in [0, 1]; 0 without students."""
        return self.n_matched / self.n_base if self.n_base else 0.0

    def sentence(self) -> str:
        """Return the counts in words."""
        text = (
            f"{self.n_matched:,} of {self.n_base:,} students are in '{self.table}'; "
            f"ids there without a student: {self.n_unmatched_part:,} of {self.n_part:,}"
        )
        without = f"; rows there without an id: {self.n_without_key:,}" if self.n_without_key else ""
        return f"{text}{without}."

    def frame(self) -> pd.DataFrame:
        """Return one row of counts.

        ``table, students, matched, rate, not_in_part, not_in_base, without_id, repeated``.
        """
        row = {
            "table": self.table,
            "students": self.n_base,
            "matched": self.n_matched,
            "rate": self.rate,
            "not_in_part": self.n_unmatched_base,
            "not_in_base": self.n_unmatched_part,
            "without_id": self.n_without_key,
            "repeated": self.repeated.n_ids,
        }
        return pd.DataFrame([row])

    def unmatched(self) -> pd.DataFrame:
        """Return the unmatched ids that are named: ``id, missing_in`` (``part`` or ``base``)."""
        sides = ["part"] * len(self.unmatched_base) + ["base"] * len(self.unmatched_part)
        return pd.DataFrame({"id": [*self.unmatched_base, *self.unmatched_part], "missing_in": sides})


def match(
    base_keys: pd.Series,
    part_keys: pd.Series,
    *,
    table: str,
    rule: KeyRule,
    one_row: bool = True,
    n_without_key: int = 0,
) -> Match:
    """Return how the ids compare under a rule that is applied to both sides.

    ``one_row`` says whether the part may have one row a student only; ``n_without_key`` counts rows
    without an id that are no longer among ``part_keys``.
    """
    base, part = normalised(base_keys, rule), normalised(part_keys, rule)
    is_student = base.notna().to_numpy()
    is_known, is_students = are_common(base, part)
    is_strange = (part.notna() & ~part.duplicated()).to_numpy() & ~is_students
    found = Match(
        table=table,
        n_base=int(is_student.sum()),
        n_matched=int(is_known.sum()),
        unmatched_base=_first(as_strings(base_keys[is_student & ~is_known])),
        n_part=int(part.nunique()),
        n_unmatched_part=int(is_strange.sum()),
        unmatched_part=_first(as_strings(part_keys[is_strange])),
        n_without_key=n_without_key + int(part.isna().sum()),
        repeated=find_repeats(part_keys, part) if one_row else Repeats(),
    )
    better, n_more = _better(base[is_student], base[is_student & ~is_known], part[is_strange], rule)
    return replace(found, better=better, hint=_hint(rule, better, n_more)) if better else found


def _first(ids: pd.Series) -> tuple[str, ...]:
    return tuple(map(str, ids.head(NAMED)))


def _better(
    students: pd.Series, unknown: pd.Series, strange: pd.Series, rule: KeyRule
) -> tuple[KeyRule | None, int]:
    """Return which laxer rule would match the most more, the least lax of equals, and how many; None if none.

    A rule under which students of the base could no longer be told apart is no advice; so only ids that
    match nobody yet can match more.
    """
    best, most = rule, 0
    for laxer in _laxer(rule) if len(unknown) and len(strange) else ():
        n_more = int(are_common(normalised(unknown, laxer), normalised(strange, laxer))[0].sum())
        if n_more > most and normalised(students, laxer).nunique() == students.nunique():
            best, most = laxer, n_more
    return (best, most) if most else (None, 0)


def _hint(rule: KeyRule, better: KeyRule, n_more: int) -> str:
    added = [IGNORING[f.name] for f in fields(KeyRule) if getattr(better, f.name) != getattr(rule, f.name)]
    return f"Ignoring {' and '.join(added)} would match {n_more:,} more."


def _laxer(rule: KeyRule) -> Iterator[KeyRule]:
    """Yield the rules that ignore one thing more, then those that ignore several."""
    free = [f.name for f in fields(KeyRule) if not getattr(rule, f.name)]
    for name in free:
        yield replace(rule, **{name: True})
    for left_out in free if len(free) > 2 else ():
        yield replace(rule, **{name: True for name in free if name != left_out})
    if len(free) > 1:
        yield KeyRule(case=True, spaces=True, zeros=True)
