"""What a file is and how it is read: detected, shown, and corrected by what the user sets."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import BadFile, InvalidChoice
from core.sources.base import FileSpec
from core.sources.files.content import Content, FileKind, kind_of, read_content
from core.sources.files.dialect import Layout, choose_delimiter, layout_of
from core.sources.files.encoding import chosen_encoding, detect_encoding, to_utf8
from core.sources.files.limits import FileLimits
from core.sources.files.text import SAMPLE_RECORDS, Text, has_mixed_ends, sample_records, tidy_text
from core.sources.files.workbook import Workbook


@dataclass(frozen=True)
class FileFormat:
    """How a file is read; each choice can be corrected by the FileSpec field of the same name."""

    kind: FileKind
    delimiter: str | None = None
    encoding: str | None = None
    decimal: str | None = None
    header: bool | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why each choice was made, one sentence each."""
    doubts: tuple[str, ...] = ()
    """What the user should check, because the content does not settle it; empty where it does."""


@dataclass(frozen=True)
class OpenedText:
    """Delimited text, ready to be taken apart."""

    format: FileFormat
    text: Text
    layout: Layout


@dataclass(frozen=True)
class OpenedSheet:
    """A sheet of a workbook, ready to be typed."""

    format: FileFormat
    rows: list[list[str]]
    layout: Layout


def detect(path: str, limits: FileLimits | None = None, *, spec: FileSpec | None = None) -> FileFormat:
    """Return how a file is read; what ``spec`` sets is taken as it is.

    Raises BadFile, TooLarge, SourceUnavailable, InvalidChoice.
    """
    limits = limits or FileLimits()
    spec = spec or FileSpec(path=path)
    content = read_content(spec, limits)
    kind = kind_of(content)
    if kind == "parquet":
        return FileFormat("parquet", reasons=("The content is a Parquet file.",))
    if kind == "xlsx":
        return open_sheet(Workbook(content, limits), spec, spec.sheet).format
    return open_text(content, spec).format


def open_text(content: Content, spec: FileSpec) -> OpenedText:
    """Return a delimited text with its format; raises BadFile, InvalidChoice."""
    data = content.data
    encoding = (
        detect_encoding(data, name=content.name) if spec.encoding is None else chosen_encoding(spec.encoding)
    )
    text = tidy_text(to_utf8(data, encoding.name, name=content.name), name=content.name)
    delimiter = choose_delimiter(text, spec.delimiter)
    layout = layout_of(sample_records(text, delimiter.value), spec)
    ends = "Lines end in more than one way; is the number of rows right?" if has_mixed_ends(text) else ""
    found = FileFormat(
        "csv",
        delimiter.value,
        encoding.name,
        layout.decimal,
        layout.header,
        reasons=(encoding.reason, delimiter.reason, *layout.reasons),
        doubts=tuple(doubt for doubt in (encoding.doubt, delimiter.doubt, *layout.doubts, ends) if doubt),
    )
    return OpenedText(found, text, layout)


def open_sheet(book: Workbook, spec: FileSpec, sheet: str | None) -> OpenedSheet:
    """Return a sheet with its format, the first that holds anything if none is named.

    Raises BadFile, TooLarge, InvalidChoice.
    """
    if sheet is not None and sheet not in book.sheets:
        raise InvalidChoice.of("sheet", sheet, book.sheets)
    chosen = sheet or book.first_filled()
    if chosen is None:
        raise BadFile(f"'{book.name}' has no sheet with anything in it.", hint="Choose another workbook.")
    rows = book.rows(chosen)
    if not rows:
        raise BadFile(f"The sheet '{chosen}' of '{book.name}' is empty.", hint="Choose another sheet.")
    layout = layout_of(rows[:SAMPLE_RECORDS], spec)
    why = "was set by the user" if sheet else "is the first that holds anything"
    found = FileFormat(
        "xlsx",
        decimal=layout.decimal,
        header=layout.header,
        sheet=chosen,
        sheets=book.sheets,
        reasons=("The content is an Excel workbook.", f"The sheet '{chosen}' {why}.", *layout.reasons),
        doubts=layout.doubts,
    )
    return OpenedSheet(found, rows, layout)
