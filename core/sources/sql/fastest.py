"""Reading by a faster driver, in ranges of keys where the database can prove that nothing changed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.sources.sql.arrow import batch_of_arrays
from core.sources.sql.asked import Asked
from core.sources.sql.changes import Changes
from core.sources.sql.engine import Engine, Session
from core.sources.sql.reader import Counter
from core.sources.sql.statements import written_out
from core.sources.sql.wire import Expression

FAST_ROWS = 20_000
"""Below, the fast driver's own start takes longer than it saves."""
SPLIT_ROWS = 100_000
"""From so many rows on, a table is read in ranges."""
RANGE_ROWS = 500_000
"""Many, for every range begins with a login; few enough that progress is seen and a failure loses little."""
MOST_RANGES = 100


def is_worth_it(engine: Engine, expected: int) -> bool:
    """Tell whether so many rows come sooner by the fast driver, and it can be used."""
    return expected >= FAST_ROWS and engine.family.has_fast_way(engine.access)


def read(
    engine: Engine,
    session: Session,
    asked: Asked,
    *,
    counter: Counter,
    changes: Changes,
    tag: str,
) -> list[Any]:
    """Return the rows as batches in the order of the primary key; raises as ``batches`` does.

    One statement sees one state of the table. Several, one for each range of keys, may not: so the
    server is asked afterwards whether the table was written to, and if it was, all is read again by one.
    """
    ranges = _ranges(engine, session, asked, counter.expected)
    if ranges:
        found = _by(engine, session, asked, ranges, counter=counter, changes=changes, tag=tag)
        if _is_unchanged(engine, asked):
            return found
        counter.start_again()
        changes.start_again()
    return _by(engine, session, asked, [()], counter=counter, changes=changes, tag=tag)


def _ranges(engine: Engine, session: Session, asked: Asked, expected: int) -> list[tuple[Expression, ...]]:
    """Return the conditions of ranges of keys of about the same width; nothing where one is better."""
    if not asked.table.splits or asked.is_first or expected < SPLIT_ROWS:
        return []
    key = sa.column(asked.table.key[0], sa.BigInteger())
    ends = sa.select(sa.func.min(key), sa.func.max(key)).select_from(asked.place)
    with engine.told(asked.table.name):
        low, high = session.connection.execute(ends).one()
    n_ranges = 2 * min(-(-expected // (2 * RANGE_ROWS)), MOST_RANGES // 2)  # two are read at a time
    if low is None or int(high) - int(low) < n_ranges:
        return []
    width = (int(high) - int(low)) // n_ranges
    marks = [int(low) + width * n for n in range(1, n_ranges)]
    first, last = (key <= marks[0],), (key > marks[-1],)
    between = [(key > start, key <= end) for start, end in itertools.pairwise(marks)]
    return [first, *between, last]


def _is_unchanged(engine: Engine, asked: Asked) -> bool:
    """Tell whether nobody wrote to the table since its mark was taken."""
    now = engine.ask(
        lambda connection: engine.family.table(connection, engine.access.database, asked.table.name)
    )
    return now is not None and now.changed == asked.table.changed


def _by(
    engine: Engine,
    session: Session,
    asked: Asked,
    ranges: Sequence[Sequence[Expression]],
    *,
    counter: Counter,
    changes: Changes,
    tag: str,
) -> list[Any]:
    """Return what one statement for each range gives."""
    wires = [engine.family.wires(field) for field in asked.fields]
    parts: list[list[Any]] = [[] for _ in ranges]
    counts = [Changes() for _ in ranges]

    def take(number: int, batch: Any) -> None:
        made = batch_of_arrays(batch.columns, asked.fields, wires, counts[number])
        counter.add(made)
        parts[number].append(made)

    statements = [asked.statement(engine.family, more) for more in ranges]
    texts = [f"{written_out(engine.family, each)} /* {tag} */" for each in statements]
    with engine.told(asked.table.name):
        engine.family.read_fast(
            engine.access, session.raw, texts, [wire for each in wires for wire in each], take
        )
    for each in counts:
        changes.update(each)
    empty = [engine.family.batch([], asked.fields, changes)]
    return [batch for part in parts for batch in part] or empty
