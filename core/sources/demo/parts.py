"""Each table of the demo school, block by block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa

from core.sources.base import DemoSpec
from core.sources.demo import documents, events, records
from core.sources.demo.dirt import add_dirt
from core.sources.demo.school import School, make_school
from core.sources.demo.streams import blocks
from core.sources.demo.students import clean_columns

SCHOOL_WIDE: dict[str, Callable[[DemoSpec], Any]] = {"terms": records.terms, "mentors": records.mentors}
"""Tables that are made once, not by block."""


def students(school: School) -> Any:
    """Return a block of the students table as it is delivered: dirty if the switch is on."""
    columns = clean_columns(school)
    return add_dirt(columns, school=school)[0] if school.block.spec.dirt else pa.table(columns)


BY_BLOCK: dict[str, Callable[[School], Any]] = {
    "students": students,
    "enrolments": records.enrolments,
    "grades": records.grades,
    "attendance": events.attendance,
    "surveys": documents.surveys,
    "mentor_notes": documents.mentor_notes,
    "lms_events": events.lms_events,
}
"""Tables that are made for one block of students at a time."""


def parts_of(table: str, *, spec: DemoSpec) -> Iterator[Any]:
    """Yield a table as Arrow tables, at least one; block by block where it has students."""
    if table in SCHOOL_WIDE:
        yield SCHOOL_WIDE[table](spec)
        return
    for block in blocks(spec):
        yield BY_BLOCK[table](make_school(block))
