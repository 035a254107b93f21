"""Delimited text: tidied at both ends, taken apart into records that know the line they start in."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from core.errors import BadFile
from core.sources.files.content import EXPORT
from core.sources.files.encoding import line_of

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
"""The delimiters that are known, and their names; either may be given."""

SAMPLE_BYTES = 512 * 1024
SAMPLE_RECORDS = 1_000
SEPARATOR_LINE = re.compile(rb"sep=(.)(?:\r\n|\r|\n)", re.IGNORECASE)
LEADING_BLANK = re.compile(rb"(?:[ ]*(?:\r\n|\r|\n))*")
LINE_END = re.compile(rb"\r\n|\r|\n")
QUOTED = re.compile(rb'"[^"]*"')
BARE_RETURN, BARE_FEED = re.compile(rb"\r(?!\n)"), re.compile(rb"(?<!\r)\n")
CONTROL = bytes(set(range(32)) - set(b"\t\r\n\x0b\x0c\x1a\x1b"))
FIX_QUOTES = "Write a quotation mark inside a value twice, or export the file again."


@dataclass(frozen=True)
class Text:
    """Delimited text as UTF-8, without blank lines around it, ending with a line end."""

    name: str
    data: bytes
    first_line: int
    """The number, in the file, of the line that the text starts with."""
    separator: str | None
    """What Excel's line ``sep=;`` says, if there is one."""


def tidy_text(data: bytes, *, name: str) -> Text:
    """Return the text without the blank lines around it; raises BadFile if it is empty or holds NUL."""
    at = data.find(b"\x00")
    if at >= 0:
        raise BadFile(
            f"Line {line_of(data, at)} of '{name}' holds a NUL character, so this is not plain text.",
            hint="The file may be damaged or cut off; export it again.",
        )
    if is_binary(data[:SAMPLE_BYTES]):
        raise BadFile(f"'{name}' is neither plain text, nor a workbook, nor a Parquet file.", hint=EXPORT)
    blank = LEADING_BLANK.match(data)
    start = blank.end() if blank else 0
    separator = SEPARATOR_LINE.match(data, start)
    said = separator.group(1).decode("ascii", "replace") if separator else None
    start = separator.end() if separator else start
    body = _without_tail(data, start)
    if not body:
        raise BadFile(f"'{name}' is empty.", hint="Export it again; the file holds no text.")
    n_before = len(LINE_END.findall(data[:start]))
    return Text(name, body, n_before + 1, said if said in DELIMITERS else None)


def is_binary(data: bytes) -> bool:
    """Tell whether more than one byte in twenty is a control character, as never in text."""
    n_control = len(data) - len(data.translate(None, CONTROL))
    return n_control > max(32, len(data) / 20)


def _without_tail(data: bytes, start: int) -> bytes:
    """Return the bytes from ``start`` with one line end, and no line after it that holds only blanks."""
    filled = len(data.rstrip(b"\r\n \x1a"))
    if filled <= start:
        return b""
    last = LINE_END.search(data, filled)
    end = last.start() if last else len(data)
    if start == 0 and end == len(data) - 1 and data.endswith(b"\n"):
        return data
    line_end = last or LINE_END.search(data)
    return b"".join((memoryview(data)[start:end], line_end.group() if line_end else b"\n"))


def numbered_records(text: Text, delimiter: str, *, strict: bool = False) -> Iterator[tuple[int, list[str]]]:
    """Return the records one by one with the number of the line each starts in; blank lines left out.

    With ``strict``, raises BadFile naming the line where quotation marks do not pair up.
    """
    csv.field_size_limit(2**31 - 1)
    lines = io.TextIOWrapper(io.BytesIO(text.data), encoding="utf-8", errors="replace", newline="")
    reader = csv.reader(lines, delimiter=delimiter, strict=strict)
    line = text.first_line
    try:
        for record in reader:
            if record:
                yield line, record
            line = text.first_line + reader.line_num
    except csv.Error as error:
        raise _bad_quotes(text.name, line, unclosed="end of data" in str(error)) from error


def _bad_quotes(name: str, line: int, *, unclosed: bool) -> BadFile:
    if unclosed:
        return BadFile(f"A quotation mark in line {line:,} of '{name}' is never closed.", hint=FIX_QUOTES)
    return BadFile(
        f"In line {line:,} of '{name}' a value goes on after its closing quotation mark.", hint=FIX_QUOTES
    )


def sample_records(text: Text, delimiter: str) -> list[list[str]]:
    """Return the first records, without one that the sample cuts in two; at least one."""
    head = _head(text)
    found = [record for _, record in islice(numbered_records(head, delimiter), SAMPLE_RECORDS)]
    whole = len(head.data) == len(text.data) or len(found) == SAMPLE_RECORDS or len(found) == 1
    return found if whole else found[:-1]


def quotes_pair_up(text: Text, delimiter: str) -> bool:
    """Tell whether quotation marks pair up in the first records, as they do under the right delimiter.

    A record that the end of the sample cuts in two does not count, unless it is most of the sample.
    """
    head = _head(text)
    starts: list[int] = []
    try:
        starts.extend(
            line for line, _ in islice(numbered_records(head, delimiter, strict=True), SAMPLE_RECORDS)
        )
    except BadFile as error:
        is_cut = len(head.data) < len(text.data) and "never closed" in error.message
        n_lines = len(LINE_END.findall(head.data))
        return is_cut and bool(starts) and starts[-1] - text.first_line > n_lines / 2
    return True


def _head(text: Text) -> Text:
    return Text(text.name, text.data[:SAMPLE_BYTES], text.first_line, None)


def has_mixed_ends(text: Text) -> bool:
    """Tell whether some lines end in a line feed and others in a carriage return, outside quotation marks."""
    plain = QUOTED.sub(b"", text.data[:SAMPLE_BYTES])
    return bool(BARE_RETURN.search(plain) and BARE_FEED.search(plain))


def body_of(text: Text, delimiter: str, n_records: int) -> Text:
    """Return the text after its first ``n_records`` records; empty data if there is nothing after them."""
    if not n_records:
        return text
    after = next(islice(numbered_records(text, delimiter), n_records, None), None)
    if after:
        return Text(text.name, text.data[_offset(text, after[0]) :], after[0], None)
    return Text(text.name, b"", text.first_line, None)


def _offset(text: Text, line: int) -> int:
    ends = LINE_END.finditer(text.data)
    at = 0
    for _ in range(line - text.first_line):
        at = next(ends).end()
    return at
