"""What a join and its measures mean, in plain words."""

from __future__ import annotations

from datetime import date

from core.sources.plan import Join, Part
from core.sources.selection import How, Measure

LEADS = {
    How.SUM: "Sum of",
    How.MEAN: "Mean of",
    How.LAST: "Last",
    How.TREND: "Change a week of",
}


def describe_join(part: Part) -> str:
    """Return what joining this part does to the students, for a page.

    >>> from core.sources.base import DemoSpec
    >>> describe_join(Part(DemoSpec(), "surveys", key="student_id"))
    "Every student stays. Where 'surveys' has no row for a student, its columns are empty."
    """
    if part.join is Join.ONLY_MATCHED:
        return f"Only students with a row in '{part.table}' stay; the others are left out and named."
    is_count = [measure.how is How.COUNT for measure in part.measures]
    empty = "its counts are 0 and its other columns are empty" if any(is_count) else "its columns are empty"
    if is_count and all(is_count):
        empty = "its counts are 0"
    return f"Every student stays. Where '{part.table}' has no row for a student, {empty}."


def label_of(measure: Measure) -> str:
    """Return the measure in words, without its table.

    >>> label_of(Measure(How.MEAN, "minutes")), label_of(Measure(How.COUNT))
    ('Mean of minutes', 'Number of rows')
    """
    if measure.how is How.COUNT:
        return f"Number of {measure.of} values" if measure.of else "Number of rows"
    if measure.how is How.DAYS_SINCE:
        return "Days since the last row"
    return f"{LEADS[measure.how]} {measure.of}"


def reason_of(measure: Measure, part: Part, as_of: date | None) -> str:
    """Return where a measured column comes from, as one sentence.

    >>> from core.sources.base import DemoSpec
    >>> part = Part(DemoSpec(), "lms_events", time="day")
    >>> reason_of(Measure(How.MEAN, "minutes"), part, date(2026, 11, 21))
    'Mean of minutes in lms_events up to 2026-11-21.'
    """
    until = f" up to {as_of.isoformat()}" if as_of and part.time else ""
    return f"{label_of(measure)} in {part.table}{until}."
