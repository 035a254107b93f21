"""Turning findings into the steps of a recipe: one step for each kind of repair, with its reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from core.cleaning.checks.gaps import fill
from core.cleaning.dates import ParseDates
from core.cleaning.duplicates import KeepOnePerStudent
from core.cleaning.finding import Finding, Findings
from core.cleaning.merging import MergeStudents
from core.cleaning.missing import FillWithMedian, FillWithMode
from core.cleaning.numbers import ParseFlags, ParseNumbers
from core.cleaning.ranges import SetRange
from core.cleaning.registry import STEPS
from core.cleaning.step import Step
from core.cleaning.text import PlaceholdersToMissing, StripText
from core.schema import Kind, Schema

_SHARED = (
    *(StripText, PlaceholdersToMissing, ParseNumbers, ParseDates, ParseFlags),
    *(FillWithMedian, FillWithMode),
)
"""Steps that do the same to several columns, so one of each is enough."""
A_PERSON_DECIDES = (KeepOnePerStudent, MergeStudents)
"""Two students may have been given one id, or look alike: dropping a row of theirs would lose one of them."""
_TEXTS = (Kind.CATEGORY, Kind.TEXT)
_MOST_REASONS = 3


def proposed_steps(findings: Findings, *, schema: Schema) -> tuple[Step, ...]:
    """Return the steps that the findings propose, merged, in the order of the registry of steps.

    Steps that a person has to decide on are offered beside the recipe, never part of the proposed one.
    """
    offered = [one.step for one in findings if one.step is not None and not one.person_decides]
    steps = [step for step in offered if not isinstance(step, A_PERSON_DECIDES)]
    steps += _fills_for_new_gaps(findings, schema)
    steps = _without_fills_of_days(steps)
    order = list(STEPS)
    merged = _merged(sorted(steps, key=lambda step: order.index(step.kind)))
    return tuple(_with_all_texts(step, schema) for step in merged)


def _without_fills_of_days(steps: list[Step]) -> list[Step]:
    """Return the steps without fills of columns that another step reads as dates: no day is guessed."""
    days = {name for step in steps if isinstance(step, ParseDates) for name in step.columns}
    fills = (FillWithMedian, FillWithMode)
    return [step for step in steps if not (isinstance(step, fills) and days.issuperset(step.columns))]


def _fills_for_new_gaps(findings: Findings, schema: Schema) -> list[Step]:
    """Return fills for columns that have no gaps yet and get some from other proposed steps."""
    filled = {finding.column for finding in findings.by_code("Q001")}
    emptied = [f.column for f in findings if f.column and _empties(f) and f.column not in filled]
    reasons = {name: f"other steps make values of '{name}' missing" for name in emptied}
    made = (fill(schema.column(name), reason=reason) for name, reason in reasons.items())
    return [step for step in made if step is not None]


def _empties(finding: Finding) -> bool:
    """Tell whether the proposed step may leave gaps."""
    return isinstance(finding.step, PlaceholdersToMissing | ParseNumbers | ParseFlags | SetRange)


def _merged(steps: Iterable[Step]) -> list[Step]:
    """Return the steps with those that differ only in their columns made one."""
    groups: dict[Step, list[Step]] = {}
    for step in steps:
        key = replace(step, columns=()) if isinstance(step, _SHARED) else step
        groups.setdefault(key, []).append(step)
    return [_one(group) for group in groups.values()]


def _one(steps: Sequence[Step]) -> Step:
    """Return one step for all columns of the given ones, with their reasons."""
    if len(steps) == 1:
        return steps[0]
    columns = tuple(dict.fromkeys(name for step in steps for name in step.needs))
    reasons = [step.reason for step in steps]
    more = len(reasons) - _MOST_REASONS
    text = "; ".join(reasons[:_MOST_REASONS]) + (f"; and {more:,} more columns" if more > 0 else "")
    return replace(steps[0], columns=columns, reason=text)  # type: ignore[call-arg]  # all of _SHARED have columns


def _with_all_texts(step: Step, schema: Schema) -> Step:
    """Return a step that strips spaces in every text column: new rows may have them anywhere."""
    if not isinstance(step, StripText):
        return step
    return replace(step, columns=tuple(dict.fromkeys((*step.columns, *schema.of_kind(*_TEXTS)))))
