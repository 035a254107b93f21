"""The fast path: COPY in the same session, row after row into blocks of CSV that Arrow reads."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.csv as pa_csv
from psycopg import pq

from core.sources.sql.postgresql.login import Careful
from core.sources.sql.wire import Wire

BLOCK_BYTES = 4 * 1024 * 1024


def read(
    session: Careful,
    statements: Sequence[str],
    wires: Sequence[Wire],
    take: Callable[[int, Any], None],
) -> None:
    """Give every batch of every statement to ``take``, with the number of its statement.

    Raises the driver's errors, TimeoutError, and what ``take`` raises: the session is then of no more use.
    """
    for number, statement in enumerate(statements):
        for block in _blocks(_copied(session, f"COPY ({statement}) TO STDOUT (FORMAT csv)")):
            take(number, _batch(block, wires))


def _blocks(rows: Iterator[bytes]) -> Iterator[bytes]:
    """Yield rows joined to larger blocks."""
    block, size = [], 0
    for row in rows:
        block.append(row)
        size += len(row)
        if size >= BLOCK_BYTES:
            yield b"".join(block)
            block, size = [], 0
    if block:
        yield b"".join(block)


def _batch(block: bytes, wires: Sequence[Wire]) -> Any:
    """Return a block of CSV as one batch; an empty cell without quotes is a missing one."""
    names = [f"w{n}" for n in range(len(wires))]
    table = pa_csv.read_csv(
        pa.BufferReader(block),
        read_options=pa_csv.ReadOptions(column_names=names, block_size=2 * BLOCK_BYTES + len(block)),
        parse_options=pa_csv.ParseOptions(newlines_in_values=True, ignore_empty_lines=False),
        convert_options=pa_csv.ConvertOptions(
            column_types={name: wire.type for name, wire in zip(names, wires, strict=True)},
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    columns = [table.column(name).combine_chunks() for name in names]
    return pa.RecordBatch.from_arrays([_bytes_of(column) for column in columns], names=names)


def _bytes_of(column: Any) -> Any:
    r"""Return bytes that came as \x and hexadecimal digits; any other column as it is."""
    if not pa.types.is_large_binary(column.type):
        return column
    cells = column.to_pylist()
    return pa.array(
        [None if cell is None else bytes.fromhex(cell[2:].decode()) for cell in cells], column.type
    )


def _copied(session: Careful, statement: str) -> Iterator[bytes]:
    """Yield what a COPY sends, each row as it comes; the driver's own loop takes a third longer."""
    line = session.pgconn
    line.send_query(statement.encode())
    while line.flush():
        _wait(session, select.POLLIN | select.POLLOUT)
    while line.is_busy():
        _wait(session)
    _check(line.get_result(), pq.ExecStatus.COPY_OUT)
    while True:
        size, data = line.get_copy_data(1)
        if size > 0:
            yield bytes(data)
        elif size == 0:
            _wait(session)
        else:
            break
    while line.is_busy():
        _wait(session)
    _check(line.get_result(), pq.ExecStatus.COMMAND_OK)
    line.get_result()


def _wait(session: Careful, events: int = select.POLLIN) -> None:
    """Wait until the server says something; raises TimeoutError where it does not."""
    poll = select.poll()
    poll.register(session.pgconn.socket, events)
    if not poll.poll(session.patience * 1_000):
        raise TimeoutError
    session.pgconn.consume_input()


def _check(result: Any, status: pq.ExecStatus) -> None:
    if result is None or result.status != status:
        raise psycopg.OperationalError("lost") if result is None else psycopg.errors.error_from_result(result)
