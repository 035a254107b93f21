"""What a check of the data says: a coded finding in plain words, with the step that would answer it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from core.cleaning.step import Step

Severity = Literal["issue", "tip", "passed", "not applicable"]

TITLES = {
    "Q001": "Missing values",
    "Q002": "Words and codes that stand for a missing value",
    "Q003": "Rows that are exact copies",
    "Q004": "Students who may be in the table twice",
    "Q005": "Student ids used more than once",
    "Q006": "One category written in several ways",
    "Q007": "Numbers stored as text",
    "Q008": "Impossible values",
    "Q009": "Columns with a single value",
    "Q010": "Rare categories",
    "Q011": "Outliers",
    "Q012": "Empty columns",
    "Q013": "Rows without a student id",
    "Q014": "Yes/no answers stored as text",
    "Q015": "Untidy spaces",
    "Q016": "Dates stored as text",
    "Q017": "Cells that contradict each other",
    "Q018": "Ids or names among the features",
    "Q019": "Columns that may give the outcome away",
    "Q020": "One answer is rare",
    "Q021": "Spreadsheet damage",
    "Q022": "Protected attributes that are not marked",
    "Q023": "Nearly constant columns",
    "Q024": "Students with many gaps",
    "Q025": "Gaps that depend on other columns",
    "Q026": "Unusual combinations",
}
"""Every check, by its code; docs/checks/data.md has a section for each."""


@dataclass(frozen=True)
class Finding:
    """The result of one check, for one column or for the whole table."""

    code: str
    severity: Severity
    words: str
    """What was found, or why the check does not apply, in one or two plain sentences."""
    column: str | None = None
    count: int = 0
    """How many cells, rows, pairs or columns it is about; 0 when passed or not applicable."""
    examples: tuple[str, ...] = ()
    """Up to five, as text."""
    step: Step | None = None
    """The step that would answer it; None where none would."""
    person_decides: bool = False
    """True when the step is offered beside the proposed recipe, never as a part of it."""
    pairs: tuple[tuple[str, str], ...] = ()
    """All pairs of student ids that may be one student; empty but for Q004."""

    @property
    def title(self) -> str:
        """The check's name."""
        return TITLES[self.code]


@dataclass(frozen=True)
class Findings:
    """All findings of a table, in the order of their codes, then of the table's columns."""

    found: tuple[Finding, ...] = ()

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.found)

    def __len__(self) -> int:
        return len(self.found)

    def of(self, *severities: Severity) -> tuple[Finding, ...]:
        """Return the findings of these severities."""
        return tuple(one for one in self.found if one.severity in severities)

    def by_code(self, code: str) -> tuple[Finding, ...]:
        """Return the findings of one check."""
        return tuple(one for one in self.found if one.code == code)

    @property
    def is_empty(self) -> bool:
        """True when no check found anything to look at."""
        return not self.of("issue", "tip")

    @property
    def why_empty(self) -> str:
        """Why there is nothing to look at; empty when there is."""
        if not self.is_empty:
            return ""
        return f"All {len(self.of('passed'))} checks that apply to this table passed."

    def frame(self) -> pd.DataFrame:
        """Return one row a finding; ``step`` is the kind of the proposed step, empty without one."""
        rows = [
            {
                "code": one.code,
                "title": one.title,
                "severity": one.severity,
                "column": one.column or "",
                "count": one.count,
                "words": one.words,
                "examples": " · ".join(one.examples),
                "step": one.step.kind if one.step else "",
            }
            for one in self.found
        ]
        names = ["code", "title", "severity", "column", "count", "words", "examples", "step"]
        return pd.DataFrame(rows, columns=names)


def share(part: int, whole: int) -> str:
    """Return the share in words.

    >>> share(54, 3000), share(1, 30000)
    ('1.8 %', 'under 0.1 %')
    """
    percent = 100 * part / whole if whole else 0.0
    return "under 0.1 %" if 0 < percent < 0.1 else f"{percent:.1f} %"


def verb(n: int, one: str, many: str) -> str:
    """Return the form of the verb that fits the number.

    >>> verb(1, "is", "are"), verb(2, "is", "are")
    ('is', 'are')
    """
    return one if n == 1 else many


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> counted(1, "value"), counted(1200, "value"), counted(2, "copy", "copies")
    ('1 value', '1,200 values', '2 copies')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"
