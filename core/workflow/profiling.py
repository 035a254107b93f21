"""A profile of a file: for each column what it holds, what it is for and why, and what is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.caseload.access import Action, Actor, require
from core.cleaning.finding import Findings
from core.cleaning.findings import find
from core.dataset import Provenance
from core.eda.summary import Summary, summarise
from core.schema import Schema
from core.settings import Settings
from core.workflow.requests import TableRequest
from core.workflow.tables import load_table


@dataclass(frozen=True, eq=False)
class Profile:
    """What is in a table, as loaded."""

    provenance: Provenance
    schema: Schema
    summary: Summary
    findings: Findings

    def as_dict(self) -> dict[str, Any]:
        """Return the profile as plain values: source, columns, findings."""
        counts = {
            c.column: {"count": c.count, "missing": c.missing, "distinct": c.distinct}
            for c in self.summary.columns
        }
        columns = [
            {
                "name": column.name,
                "label": column.title,
                "kind": column.kind.value,
                "role": column.role.value,
                "reason": column.reason,
                **counts.get(column.name, {}),
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
        lines += ["", "Findings"]
        lines += [f"  {f.code} {f.severity}: {f.words}" for f in self.findings.of("issue", "tip")] or [
            "  None."
        ]
        return "\n".join(lines)


def profile_of(actor: Actor, request: TableRequest, *, settings: Settings) -> Profile:
    """Return the profile of a table as loaded; raises SourceError, ColumnNotFound."""
    require(actor, Action.EXPLORE, synthetic=request.is_demo)
    dataset = load_table(actor, request, settings=settings)
    summary = summarise(dataset.collect(), schema=dataset.schema)
    return Profile(dataset.provenance, dataset.schema, summary, find(dataset))
