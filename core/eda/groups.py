"""Groups of students compared: a score or an outcome by any column, with intervals and the right test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.group_numbers import NumberGroup, compare_numbers
from core.eda.group_rates import RateGroup, compare_rates
from core.eda.group_tests import GroupTest
from core.eda.group_words import outcome_of, sentence_of
from core.eda.values import Codes, Floats, Integers, codes_of, finite_of, quartiles, require_explorable
from core.eda.withholding import MIN_GROUP, withheld
from core.errors import InvalidChoice, WrongKind
from core.schema import Column, Kind, Schema

FEW_VALUES = 6
"""A number with at most so many different values makes one group a value; others are cut at quartiles."""

CHANCE = 0.05


@dataclass(frozen=True)
class GroupComparison:
    """How a score or an outcome differs between groups of students. It never says why."""

    value: str
    group: str
    measure: Literal["mean", "rate"]
    groups: tuple[NumberGroup, ...] | tuple[RateGroup, ...]
    """In the order of the levels."""
    test: GroupTest | None
    """Between the groups shown; None where nothing varies."""
    n: int
    """Students with value and group known, those in withheld groups included."""
    n_left_out: int
    """Students with value or group unknown or infinite."""
    n_withheld: int
    """Groups that are not shown."""
    sentences: tuple[str, ...]
    """One a group, in the same order."""
    level: str = ""
    """The category whose rate is compared; empty for means."""
    why_empty: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to compare."""
        return not self.groups

    @property
    def sentence(self) -> str:
        """The sentence of the group that differs most from the others; ``why_empty`` without any."""
        if not self.groups:
            return self.why_empty
        if len(self.groups) == 2:
            return self.sentences[1 if self.groups[1].group == "yes" else self._smaller()]
        sizes = np.nan_to_num([abs(group.difference) for group in self.groups])
        return self._first_of(int(np.argmax(sizes)))

    def _first_of(self, place: int) -> str:
        """Return a sentence that was picked for its size, with what the picking does to it."""
        text, n = self.sentences[place], len(self.groups)
        if n == 1:
            return text
        chance = "" if self.groups[place].q < CHANCE else f" With {n} groups compared, it may be chance."
        return f"The largest of {n} differences: {text[0].lower()}{text[1:]}{chance}"

    def _smaller(self) -> int:
        return int(self.groups[1].n < self.groups[0].n)

    def frame(self) -> pd.DataFrame:
        """Return one row a group, with the fields of NumberGroup or RateGroup as columns."""
        kind = NumberGroup if self.measure == "mean" else RateGroup
        return pd.DataFrame(self.groups, columns=list(kind.__dataclass_fields__))


def compare_groups(
    frame: pd.DataFrame,
    *,
    value: str,
    group: str,
    schema: Schema,
    level: str | None = None,
    min_group: int = MIN_GROUP,
) -> GroupComparison:
    """Return ``value`` by ``group``: means of a number, or the rate of a flag's yes or of one category.

    ``level`` names the category to count (the most frequent one if None). A numeric ``group`` is cut at its
    quartiles. Groups under ``min_group`` students are withheld, and with a single one the next smallest;
    each group is compared with all other students. Raises ColumnNotFound, WrongKind and InvalidChoice.
    """
    wanted, by = schema.column(value), schema.column(group)
    if value == group:
        raise InvalidChoice(
            f"'{value}' cannot be compared by itself.", hint="Choose another column to group by."
        )
    for column in (wanted, by):
        require_explorable(column)
    groups = _groups(frame, by)
    if wanted.kind is Kind.NUMBER:
        return _means(finite_of(frame, column=wanted), groups, (wanted, by), min_group)
    if wanted.kind is Kind.DATE:
        raise WrongKind(
            f"'{value}' holds dates, which have no mean or rate.", hint="Choose a number or an outcome."
        )
    codes = codes_of(frame, column=wanted)
    split = _split(codes.values >= 0, groups, min_group)
    return _rates(codes, _level(codes, wanted, level), split, (wanted, by), min_group)


def _groups(frame: pd.DataFrame, column: Column) -> Codes:
    if column.kind is not Kind.NUMBER:
        return codes_of(frame, column=column)
    values = finite_of(frame, column=column)
    known = ~np.isnan(values)
    distinct = np.unique(values[known])
    unit = f" {column.unit}" if column.unit else ""
    if len(distinct) <= FEW_VALUES:
        codes = np.searchsorted(distinct, values)
        return Codes(np.where(known, codes, -1), tuple(f"{v:g}{unit}" for v in distinct))
    cuts = np.unique([q for q in quartiles(np.sort(values[known])) if q < distinct[-1]])
    middle = [f"over {low:g} to {high:g}{unit}" for low, high in pairwise(cuts)]
    levels = (f"up to {cuts[0]:g}{unit}", *middle, f"over {cuts[-1]:g}{unit}")
    return Codes(np.where(known, np.searchsorted(cuts, values, side="left"), -1), levels)


@dataclass(frozen=True)
class _Split:
    """The students with both values known, in groups, and which groups may be shown."""

    used: NDArray[np.bool_]
    codes: Integers
    levels: tuple[str, ...]
    shown: list[int]
    n_withheld: int


def _split(known: NDArray[np.bool_], groups: Codes, min_group: int) -> _Split:
    used = known & (groups.values >= 0)
    codes = groups.values[used]
    counts = np.bincount(codes, minlength=len(groups.levels)).astype(np.int64)
    hidden = withheld(counts, minimum=min_group)
    shown = [i for i in range(len(counts)) if counts[i] and not hidden[i]]
    return _Split(used, codes, groups.levels, shown, int(hidden.sum()))


def _means(values: Floats, groups: Codes, columns: tuple[Column, Column], min_group: int) -> GroupComparison:
    split = _split(~np.isnan(values), groups, min_group)
    found, test = compare_numbers(
        values[split.used], groups=split.codes, levels=split.levels, shown=split.shown
    )
    sentences = tuple(sentence_of(result, value=columns[0], group=columns[1]) for result in found)
    return replace(_blank(columns, split, min_group), groups=found, test=test, sentences=sentences)


def _rates(
    codes: Codes, chosen: int, split: _Split, columns: tuple[Column, Column], min_group: int
) -> GroupComparison:
    outcome = codes.values[split.used] == chosen
    found, test = compare_rates(outcome, groups=split.codes, levels=split.levels, shown=split.shown)
    level = codes.levels[chosen] if chosen >= 0 else ""
    words = outcome_of(columns[0], level=level)
    sentences = tuple(
        sentence_of(result, value=columns[0], group=columns[1], outcome=words) for result in found
    )
    blank = _blank(columns, split, min_group)
    return replace(blank, measure="rate", level=level, groups=found, test=test, sentences=sentences)


def _blank(columns: tuple[Column, Column], split: _Split, min_group: int) -> GroupComparison:
    """Return the comparison with its counts, before any figure."""
    return GroupComparison(
        value=columns[0].name,
        group=columns[1].name,
        measure="mean",
        groups=(),
        test=None,
        n=len(split.codes),
        n_left_out=int((~split.used).sum()),
        n_withheld=split.n_withheld,
        sentences=(),
        why_empty=_why_empty(split, min_group),
        notes=_notes(split.n_withheld, min_group),
    )


def _level(codes: Codes, value: Column, level: str | None) -> int:
    """Return the position of the level to count; -1 for a column without values."""
    if level is not None and level not in codes.levels:
        raise InvalidChoice.of("level", level, codes.levels)
    if level is not None:
        return codes.levels.index(level)
    if value.kind is Kind.FLAG:
        return codes.levels.index("yes")
    return int(np.argmax(codes.counts())) if codes.levels else -1


def _why_empty(split: _Split, min_group: int) -> str:
    if not len(split.codes):
        return "No student has both values known."
    if len(np.unique(split.codes)) < 2:
        return "All students are in one group."
    if not split.shown:
        return f"No comparison is shown: groups of fewer than {min_group} students are withheld."
    return ""


def _notes(n_withheld: int, min_group: int) -> tuple[str, ...]:
    if not n_withheld:
        return ()
    number = "1 group is" if n_withheld == 1 else f"{n_withheld} groups are"
    return (f"{number} not shown, so that nothing can be learned about fewer than {min_group} students.",)
