"""A profile of a file: for each column what it holds, what it is for and why, and what is wrong with it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from core import frames
from core.caseload.access import Action, Actor, require
from core.cleaning.finding import Findings
from core.cleaning.findings import find
from core.dataset import Dataset, Provenance
from core.eda.lazy_summary import summarise_lazy
from core.eda.summary import ColumnSummary, Summary, summarise
from core.schema import Schema
from core.settings import Settings
from core.workflow.cleaning import Engine
from core.workflow.requests import TableRequest
from core.workflow.stated import connections_of
from core.workflow.tables import load_table

DIGITS = 9
"""So many digits of a figure are told: engines add in another order, and differ far behind them."""


@dataclass(frozen=True, eq=False)
class Profile:
    """What is in a table, as loaded."""

    provenance: Provenance
    schema: Schema
    summary: Summary
    findings: Findings

    def as_dict(self) -> dict[str, Any]:
        """Return the profile as plain values: source, columns with their figures, findings."""
        figures = {column.column: _figures(column) for column in self.summary.columns}
        columns = [
            {
                "name": column.name,
                "label": column.title,
                "kind": column.kind.value,
                "role": column.role.value,
                "reason": column.reason,
                **figures.get(column.name, {}),
            }
            for column in self.schema
        ]
        found = [
            {
                "code": f.code,
                "severity": f.severity,
                "title": f.title,
                "column": f.column,
                "count": f.count,
                "words": f.words,
            }
            for f in self.findings
        ]
        source = {
            "source": self.provenance.source,
            "n_rows": self.provenance.n_rows,
            "notes": list(self.provenance.notes),
        }
        return {**source, "columns": columns, "findings": found}

    def as_text(self) -> str:
        """Return the profile as lines for a terminal."""
        lines = [
            f"{self.provenance.source}: {self.provenance.n_rows:,} rows, {len(self.schema.columns)} columns"
        ]
        lines += [f"  {note}" for note in self.provenance.notes]
        lines += ["", "Columns"]
        for row in self.as_dict()["columns"]:
            missing = f", {row['missing']:,} missing" if row.get("missing") else ""
            lines.append(f"  {row['name']}: {row['kind']}, {row['role']}{missing}. {row['reason']}")
            lines += [f"    {line}" for line in _told(row)]
        lines += ["", "Findings"]
        lines += [f"  {f.code} {f.severity}: {f.words}" for f in self.findings.of("issue", "tip")] or [
            "  None."
        ]
        return "\n".join(lines)


def profile_of(
    actor: Actor, request: TableRequest, *, settings: Settings, engine: Engine = "pandas"
) -> Profile:
    """Return the profile of a table as loaded; raises SourceError, ColumnNotFound.

    With ``spark`` a Spark in this computer works out the figures, and they are the same; SourceUnavailable
    without Java. Findings need the rows together: they are always looked for here.
    """
    require(actor, Action.EXPLORE, synthetic=request.is_demo)
    dataset = load_table(actor, request, settings=settings)
    if engine == "pandas":
        summary = summarise(dataset.collect(), schema=dataset.schema)
    else:
        summary = _summary_on_spark(dataset, settings)
    return Profile(dataset.provenance, dataset.schema, summary, find(dataset))


def _summary_on_spark(dataset: Dataset, settings: Settings) -> Summary:
    """Return the summary that Spark worked out; to Spark, dots and backticks in a name mean something."""
    from core.sources.spark.lent import lent_session

    plain = {column.name: f"c{at}" for at, column in enumerate(dataset.schema)}
    schema = Schema(tuple(replace(c, name=plain[c.name], label=c.title) for c in dataset.schema))
    table = dataset.collect()[list(plain)].set_axis(list(plain.values()), axis=1)
    with lent_session(connections_of(settings)) as session:

        def work() -> Summary:
            with frames.kept(frames.on_spark(table, session.spark)) as held:
                return summarise_lazy(held.lazy(), schema=schema)

        found = session.run(work)
    named = zip(found.columns, plain, strict=True)
    return replace(found, columns=tuple(replace(column, column=name) for column, name in named))


def _figures(column: ColumnSummary) -> dict[str, Any]:
    """Return the figures of a column as plain values, the same from every engine; None where there is none.

    Lowest and highest are exact. Mean, median and quartiles have nine digits of the larger of the two, so
    that a mean near zero is not told more exactly than it was added up.
    """
    extent = max(abs(column.min or 0.0), abs(column.max or 0.0))
    scales = dict.fromkeys(("mean", "median", "q25", "q75"), extent)
    scales |= {"std": column.std or 0.0, "variance": column.variance or 0.0, "skew": 1.0}
    figures = {
        name: value
        for name, value in asdict(column).items()
        if name not in {"column", "label", "kind", "role", "unit"}
    }
    rounded = {name: _settled(figures[name], scale) for name, scale in scales.items()}
    days = {name: _day(figures[name]) for name in ("earliest", "latest")}
    return figures | rounded | days


def _settled(value: float | None, scale: float) -> float | None:
    """Return the number to nine digits of the scale.

    First to three more: what two engines put on either side of a half then falls on the same side.

    >>> _settled(2 / 3, 0.9), _settled(-1e-17, 50.0), _settled(12.00078125, 40.0)
    (0.666666667, 0.0, 12.0007812)
    """
    if value is None or not scale:
        return value
    places = DIGITS - 1 - math.floor(math.log10(scale))
    return round(round(value, places + 3), places) + 0.0


def _day(moment: datetime | None) -> str | None:
    """Return the day, with the time to the second where it has one.

    >>> _day(datetime(2026, 1, 31)), _day(datetime(2026, 1, 31, 7, 59, 59, 999_999))
    ('2026-01-31', '2026-01-31T08:00:00')
    """
    if moment is None:
        return None
    text = (moment + timedelta(seconds=0.5)).replace(microsecond=0).isoformat()
    return text.removesuffix("T00:00:00")


def _told(row: dict[str, Any]) -> list[str]:
    """Return the figures of a column as lines of words, without those that it has not."""
    told = []
    if row.get("mean") is not None:
        names = {"mean": "mean", "median": "median", "std": "standard deviation", "variance": "variance"}
        words = [f"{word} {_number(row[name])}" for name, word in names.items() if row[name] is not None]
        words.append(f"quartiles {_number(row['q25'])} and {_number(row['q75'])}")
        words.append(f"{_number(row['min'])} to {_number(row['max'])}")
        words += [f"skew {_number(row['skew'])}"] if row["skew"] is not None else []
        told.append(", ".join(words))
    if row.get("earliest"):
        told.append(f"{row['earliest']} to {row['latest']}")
    if row.get("top"):
        told.append(", ".join(f"{level['level']} ({level['n']:,})" for level in row["top"]))
    if row.get("infinite"):
        told.append(f"{row['infinite']:,} infinite")
    if row.get("note"):
        told.append(row["note"])
    return told


def _number(value: float) -> str:
    """Return a figure with up to six digits that count, and all of a whole number.

    >>> _number(2 / 3), _number(1_234_567.0), _number(0.0)
    ('0.666667', '1,234,567', '0')
    """
    return f"{value:,.0f}" if value.is_integer() and abs(value) < 1e15 else f"{value:,.6g}"
