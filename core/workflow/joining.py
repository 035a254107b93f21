"""Reading a plan: each table from its source or its last good copy, then joined to one row a student."""

from __future__ import annotations

from typing import Any

from core.caseload.access import Actor, require_scope
from core.connections import Connection, require_named
from core.errors import SourceUnavailable
from core.settings import Settings
from core.sources.base import ConnectionSpec, DemoSpec, Progress, silent, stage
from core.sources.join.assemble import Joined, assemble
from core.sources.join.part_table import PartTable
from core.sources.join.source import read_part
from core.sources.open import open_source
from core.sources.plan import Part, SourcePlan
from core.workflow.copies import fresh_or_kept
from core.workflow.limits import file_limits
from core.workflow.stated import connections_of

READ = 0.95
"""The fraction of the work at which all tables are there."""


def join_plan(
    actor: Actor, plan: SourcePlan, *, settings: Settings, progress: Progress | None = None
) -> Joined:
    """Return the students of a plan, and who is not among them and why.

    A table whose server does not answer comes from its last good copy, and the provenance says so. Raises
    SourceError, SchemaChanged, RepeatedIds, PlanError.
    """
    require_scope(actor, synthetic=all(isinstance(part.source, DemoSpec) for part in plan.tables))
    report = progress or silent
    share = READ / len(plan.tables)
    down: dict[object, SourceUnavailable] = {}
    tables = [
        _part(plan, part, settings, stage(report, place * share, (place + 1) * share), down)
        for place, part in enumerate(plan.tables)
    ]
    report(READ, "Joining the tables")
    joined = assemble(plan, tables)
    report(1.0, f"{joined.dataset.provenance.n_rows:,} students")
    return joined


def load_report(actor: Actor, joined: Joined) -> dict[str, Any]:
    """Return where every student and every column came from, and who is not among them, as plain values."""
    origin = joined.dataset.provenance
    require_scope(actor, synthetic=origin.synthetic)
    return {
        "students": origin.n_rows,
        "base_students": joined.n_base,
        "content_hash": origin.content_hash,
        "as_of": origin.as_of,
        "tables": [
            {
                "source": part.source,
                "table": part.table,
                "rows": part.n_rows,
                "loaded_at": part.loaded_at.isoformat(),
                "content_hash": part.content_hash,
                "query": part.query,
                "notes": list(part.notes),
            }
            for part in origin.parts or (origin,)
        ],
        "matches": [found.frame().iloc[0].to_dict() for found in joined.matches],
        "left_out": [{"table": one.table, "ids": list(one.ids)} for one in joined.exclusions],
        "columns": {column.name: column.reason for column in joined.dataset.schema},
        "notes": list(origin.notes),
    }


def _part(
    plan: SourcePlan,
    part: Part,
    settings: Settings,
    progress: Progress,
    down: dict[object, SourceUnavailable],
) -> PartTable:
    """Return one table of a plan; with measures it has one row a student.

    A server that did not answer for one table is not waited for again for the next.
    """
    source = open_source(part.source, limits=file_limits(settings), connections=connections_of(settings))

    def read() -> PartTable:
        if part.source in down:
            raise down[part.source]
        try:
            return read_part(source, part, as_of=plan.as_of, progress=progress)
        except SourceUnavailable as error:
            down[part.source] = error
            raise

    return fresh_or_kept(settings.workspace, (part, plan.as_of, _where(part, settings)), read)


def _where(part: Part, settings: Settings) -> tuple[str, ...]:
    """Return where a part's connection leads: a copy of one server never passes for another's."""
    if not isinstance(part.source, ConnectionSpec):
        return ()
    profiles = connections_of(settings).profiles
    found = require_named(profiles, part.source.connection)
    through = (_led(require_named(profiles, found.tables_of)),) if found.tables_of else ()
    return (_led(found), *through)


def _led(found: Connection) -> str:
    return repr((found.kind, found.address, found.database, found.user, found.folder))
