"""Groups of students compared: a score or an outcome by any column, with intervals and the right test."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.eda.group_numbers import NumberGroup, compare_numbers
from core.eda.group_rates import RateGroup, compare_rates
from core.eda.group_tests import GroupTest
from core.eda.group_words import lowered, outcome_of, sentence_of
from core.eda.groupings import grouped
from core.eda.values import Codes, Floats, Integers, codes_of, finite_of, require_explorable
from core.eda.withholding import MIN_GROUP, withheld_beside
from core.errors import InvalidChoice, WrongKind
from core.schema import Column, Kind, Schema

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
    each group is compared with all other students. Students of whom no group is known take no part; fewer
    than ``min_group`` are a withheld group, as they would follow from the whole. Raises ColumnNotFound,
    WrongKind and InvalidChoice.
    """
    wanted, by = schema.column(value), schema.column(group)
    if value == group:
        raise InvalidChoice(
            f"'{value}' cannot be compared by itself.", hint="Choose another column to group by."
        )
    for column in (wanted, by):
        require_explorable(column)
    groups = grouped(frame, column=by)
    if wanted.kind is Kind.NUMBER:
        return _means(finite_of(frame, column=wanted), groups, (wanted, by), min_group)
    if wanted.kind is Kind.DATE:
        raise WrongKind(
            f"'{value}' holds dates, which have no mean or rate.", hint="Choose a number or an outcome."
        )
    codes = codes_of(frame, column=wanted)
    split = _split(codes.values >= 0, groups, min_group)
    return _rates(codes, _level(codes, wanted, level), split, (wanted, by), min_group)


@dataclass(frozen=True)
class _Split:
    """The students who are compared, in groups, and which groups may be shown."""

    used: NDArray[np.bool_]
    codes: Integers
    levels: tuple[str, ...]
    shown: list[int]
    n: int
    """Students with both values known."""
    n_withheld: int
    has_unknown: bool
    """Whether the last group is the few students of whom no group is known."""


def _split(known: NDArray[np.bool_], groups: Codes, min_group: int) -> _Split:
    placed = known & (groups.values >= 0)
    counts = np.bincount(groups.values[placed], minlength=len(groups.levels)).astype(np.int64)
    n, unknown = int(placed.sum()), int(known.sum() - placed.sum())
    hidden = withheld_beside(counts, unknown=unknown, minimum=min_group)
    shown = [i for i in range(len(counts)) if counts[i] and not hidden[i]]
    # Left out, so few would follow from all students minus a group and the others it is compared with.
    few = 0 < unknown < min_group
    used = known if few else placed
    codes = groups.values[used]
    codes = np.where(codes < 0, len(counts), codes)
    levels = (*groups.levels, "") if few else groups.levels
    return _Split(used, codes, levels, shown, n, int(hidden.sum()), few and bool(shown))


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
        n=split.n,
        n_left_out=len(split.used) - split.n,
        n_withheld=split.n_withheld,
        sentences=(),
        why_empty=_why_empty(split, min_group),
        notes=_notes(split, columns[1], min_group),
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
    if not split.n:
        return "No student has both values known."
    if len(np.unique(split.codes)) < 2:
        return "All students are in one group."
    if not split.shown:
        return f"No comparison is shown: groups of fewer than {min_group} students are withheld."
    return ""


def _notes(split: _Split, group: Column, min_group: int) -> tuple[str, ...]:
    notes = []
    if split.n_withheld:
        number = "1 group is" if split.n_withheld == 1 else f"{split.n_withheld} groups are"
        few = f"nothing can be learned about fewer than {min_group} students"
        notes.append(f"{number} not shown, so that {few}.")
    if split.has_unknown:
        notes.append(f"Students whose {lowered(group.title)} is not known are among the others.")
    return tuple(notes)
