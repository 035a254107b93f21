"""The check for students who may be in the table twice: the same date, nearly the same name, another id."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from core.cleaning.checks.spelling import folded
from core.cleaning.finding import Finding, counted, verb
from core.cleaning.merging import MergeStudents
from core.cleaning.profile import Profile, Table
from core.schema import Kind, Role

_ENDS = 4
"""Two names are compared when they begin, or end, with the same letters, this many."""
_MOST_ALIKE = 40
"""A larger group with the same date and letters is not compared pair by pair."""
_MOST_PAIRS = 1_000_000
_MOST_MERGED = 1_000
"""A longer list nobody reads, so nothing is offered."""


def near_duplicates(table: Table) -> list[Finding]:
    """Q004: pairs of rows with one date and nearly one name under different ids."""
    names, date = table.of_roles(Role.NAME), _date_of(table)
    if not names or date is None:
        words = "Needs a column with the role name, and a date column such as the date of birth."
        return [Finding("Q004", "not applicable", words)]
    pairs, skipped = _alike(table, _name_keys(names), date)
    more = f" {counted(skipped, 'row')} in large look-alike groups not compared." if skipped else ""
    if not pairs:
        return [Finding("Q004", "passed", f"No two students look like one.{more}")] if more else []
    shown = tuple(f"{table.called(one)} / {table.called(two)}" for one, two in pairs[:5])
    words = (
        f"{counted(len(pairs), 'pair')} of students {verb(len(pairs), 'has', 'have')} the same "
        f"'{date.column.title}' and nearly the same name under different ids. Twins and namesakes exist: "
        f"compare the two rows before merging anybody.{more}"
    )
    by_id = () if table.ids is None else tuple((table.called(one), table.called(two)) for one, two in pairs)
    step = _to_merge(table, pairs)
    return [
        Finding(
            *("Q004", "tip", words, names[0].name, len(pairs), shown, step),
            person_decides=step is not None,
            pairs=by_id,
        )
    ]


def _to_merge(table: Table, pairs: list[tuple[int, int]]) -> MergeStudents | None:
    """Return the step that merges the pairs into the fuller row of each, on ties that of the smaller id.

    Nobody is merged through a third student: of three that look alike in a chain, the last stays.
    """
    if table.student_id is None or len(pairs) > _MOST_MERGED:
        return None
    rows = sorted({row for pair in pairs for row in pair})
    gaps = dict(zip(rows, table.tidied.iloc[rows].isna().sum(axis=1).tolist(), strict=True))
    kept, dropped, chosen = set[int](), set[int](), []
    for pair in sorted(pairs, key=lambda pair: sorted(map(table.called, pair))):
        best, other = sorted(pair, key=lambda row: (row not in kept, gaps[row], table.called(row)))
        if best not in dropped and other not in dropped and other not in kept:
            kept.add(best)
            dropped.add(other)
            chosen.append((table.called(best), table.called(other)))
    why = f"{counted(len(pairs), 'pair')} of students {verb(len(pairs), 'looks', 'look')} like one"
    return MergeStudents(table.student_id, tuple(chosen), reason=why)


def _date_of(table: Table) -> Profile | None:
    """Return the date column to compare by: a protected one (the birth date) first, then the most varied."""
    dates = [p for p in table.profiles if p.column.kind is Kind.DATE and p.n_known]
    ranked = sorted(dates, key=lambda p: (p.column.role is not Role.PROTECTED, -p.values.nunique()))
    return ranked[0] if ranked else None


def _name_keys(names: tuple[Profile, ...]) -> pd.Series:
    """Return each row's name without capitals, accents and spaces; missing where a part is."""
    whole = names[0].values.astype("str")
    for more in names[1:]:
        whole = whole + " " + more.values.astype("str")
    codes, distinct = pd.factorize(whole)
    bare = pd.Series([folded(str(name)) for name in distinct], dtype="str")
    return pd.Series(bare.array.take(codes, allow_fill=True))


def _alike(table: Table, keys: pd.Series, date: Profile) -> tuple[list[tuple[int, int]], int]:
    """Return the pairs of row positions that may be one student, and how many rows were not compared.

    The pairs are in the order of the table, one for two ids.
    """
    usable = (keys.notna() & date.values.notna().reset_index(drop=True)).to_numpy()
    if table.ids is not None:
        usable = usable & (~table.ids.duplicated() & table.ids.notna()).to_numpy()
    rows = np.flatnonzero(usable)
    names = [str(name) for name in keys.to_numpy()[rows]]
    joined = [name.replace(" ", "") for name in names]
    days = pd.factorize(date.values.to_numpy()[rows])[0]
    found: set[tuple[int, int]] = set()
    skipped = 0
    for block in (
        [name[:_ENDS] for name in joined],
        [name[-_ENDS:] for name in joined],
        ["".join(sorted(name)) for name in joined],
    ):
        groups, left_out = _groups(days, block)
        skipped = max(skipped, left_out)
        pairs = (pair for group in groups for pair in combinations(group, 2))
        found |= {
            (int(rows[one]), int(rows[two])) for one, two in pairs if is_similar(names[one], names[two])
        }
    return sorted(found), skipped


def _groups(days: np.ndarray, texts: list[str]) -> tuple[list[list[int]], int]:
    """Return the positions that share a day and a text, and how many stand in groups too large to compare."""
    codes, distinct = pd.factorize(pd.Series(texts, dtype="str"))
    both = days.astype(np.int64) * (len(distinct) + 1) + codes
    order = np.argsort(both, kind="stable")
    starts = np.flatnonzero(np.diff(both[order], prepend=-1))
    sizes = np.diff(starts, append=len(order))
    pairs_before = np.cumsum(np.where(sizes <= _MOST_ALIKE, sizes * (sizes - 1) // 2, 0))
    fits = (sizes <= _MOST_ALIKE) & (pairs_before <= _MOST_PAIRS)
    chosen = np.flatnonzero(fits & (sizes > 1))
    groups = [order[starts[i] : starts[i] + sizes[i]].tolist() for i in chosen]
    return groups, int(sizes[~fits & (sizes > 1)].sum())


def is_similar(one: str, two: str) -> bool:
    """Tell whether two folded names differ in one short place only, or in the order of their words.

    The place is two letters exchanged, or at most two letters long and a quarter of the shorter name.

    >>> is_similar("anna svensson", "ana svensson"), is_similar("svensson anna", "anna svensson")
    (True, True)
    >>> is_similar("li wei", "bo wei")
    False
    """
    if abs(len(one) - len(two)) > 3:
        return False
    first, second = one.replace(" ", ""), two.replace(" ", "")
    start = _alike_from_the_start(first, second)
    end = _alike_from_the_start(first[start:][::-1], second[start:][::-1])
    differing = max(len(first), len(second)) - start - end
    if differing * 4 <= min(len(first), len(second)) and differing <= 2:
        return True
    if len(one) != len(two):
        return False
    if differing == 2 and first[start : start + 2] == second[start : start + 2][::-1]:
        return True
    return sorted(one.split()) == sorted(two.split())


def _alike_from_the_start(one: str, two: str) -> int:
    """Return how many letters the two begin with in common."""
    at = 0
    for letter, other in zip(one, two, strict=False):
        if letter != other:
            break
        at += 1
    return at
