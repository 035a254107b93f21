"""What is inside a zip archive, checked in its directory before anything is unpacked."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib

from core.errors import BadFile, TooLarge
from core.sources.files.content import EXPORT, Content, not_a_table
from core.sources.files.limits import FileLimits

MAX_ENTRIES = 5_000
MAX_DIRECTORY_BYTES = 2 * 1024**2
MAX_RATIO = 200
"""A sheet with one value in all cells shrinks 17 times; a bomb shrinks 300 to 1,000 times."""
SMALL = 10 * 1024**2
"""Below this size unpacked, the ratio does not matter."""
MAX_CELLS = 60_000_000
CHUNK = 1024**2

END = b"PK\x05\x06"
COLUMN = re.compile(rb"""\br\s*=\s*["']([A-Za-z]{1,3})\d""")
ROW = re.compile(rb"""\br\s*=\s*["'][A-Za-z]{0,3}(\d{1,9})["']""")
OTHERS = (
    ("word/", "a Word document", EXPORT),
    ("ppt/", "a PowerPoint file", EXPORT),
    ("xl/workbook.bin", "a binary workbook (.xlsb)", "Save it as .xlsx in Excel."),
    ("content.xml", "an OpenDocument file", "Save it as .xlsx or CSV."),
)


def check_workbook(content: Content, limits: FileLimits) -> None:
    """Do nothing if the archive is a workbook of an allowed size; raises BadFile, TooLarge.

    The directory is read first; then each part is unpacked once in pieces thrown away, so that
    a directory that lies about sizes is found, as is a cell far outside the table.
    """
    check_directory(content)
    try:
        with zipfile.ZipFile(io.BytesIO(content.data)) as archive:
            entries = archive.infolist()
            _check_names(content.name, [entry.filename for entry in entries])
            _check_sizes(content, entries, limits)
            for entry in entries:
                _check_part(content.name, archive, entry)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        struct.error,
    ) as error:
        raise damaged(content.name) from error
    except (UnicodeDecodeError, ValueError, OSError) as error:
        raise damaged(content.name) from error


def damaged(name: str) -> BadFile:
    """Return the error for a workbook that cannot be unpacked."""
    return BadFile(
        f"'{name}' is damaged or has a password.",
        hint="Open it in Excel and save it again without a password.",
    )


def check_directory(content: Content) -> None:
    """Do nothing if the directory at the end of the archive has a sensible size; raises BadFile, TooLarge."""
    at = content.data.rfind(END, max(0, len(content.data) - 66_000))
    if at < 0 or len(content.data) < at + 22:
        raise damaged(content.name)
    n_entries, size = struct.unpack("<HI", content.data[at + 10 : at + 16])
    if n_entries > MAX_ENTRIES or size > MAX_DIRECTORY_BYTES:
        raise TooLarge(
            f"'{content.name}' holds too many parts to be a workbook; the limit is {MAX_ENTRIES:,}.",
            hint=EXPORT,
        )


def _check_names(name: str, names: list[str]) -> None:
    if "xl/workbook.xml" in names:
        return
    for start, words, hint in OTHERS:
        if any(entry.startswith(start) for entry in names):
            raise not_a_table(name, words, hint)
    raise not_a_table(name, "a zip archive", "Unpack it first, and choose the file inside.")


def _check_sizes(content: Content, entries: list[zipfile.ZipInfo], limits: FileLimits) -> None:
    total = sum(entry.file_size for entry in entries)
    limits.check_unpacked(content.name, total)
    ratio = total / max(len(content.data), 1)
    if total > SMALL and ratio > MAX_RATIO:
        raise BadFile(
            f"'{content.name}' would unpack to {ratio:,.0f} times its size, as no real table does.",
            hint="Open it in Excel, and save the sheet that is needed as CSV.",
        )


def _check_part(name: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack one part in pieces; raises BadZipFile where its size or sum differs from the directory."""
    is_sheet = entry.filename.startswith("xl/worksheets/") and entry.filename.endswith(".xml")
    columns: set[bytes] = set()
    last_row = 0
    with archive.open(entry) as part:
        tail = b""
        while piece := part.read(CHUNK):
            if is_sheet:
                text = tail + piece
                columns.update(COLUMN.findall(text))
                last_row = max(last_row, *map(int, ROW.findall(text)), 0)
                tail = piece[-64:]
    width = max((_column_number(letters) for letters in columns), default=1)
    if width * last_row > MAX_CELLS:
        raise TooLarge(
            f"A sheet of '{name}' reaches to row {last_row:,} and column {width:,}.",
            hint="Delete the cells outside the table, or save the sheet as CSV.",
        )


def _column_number(letters: bytes) -> int:
    """Return the number of a column from its letters: 1 for A, 28 for AB."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number
