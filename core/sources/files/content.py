"""What a file is by its content, whatever its name says; the one place that reads the bytes of a file."""

from __future__ import annotations

import hashlib
import pickletools
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.errors import BadFile, SourceUnavailable
from core.sources.base import FileSpec
from core.sources.files.limits import FileLimits

FileKind = Literal["csv", "xlsx", "parquet"]

EXPORT = "Export the table as CSV, XLSX or Parquet, and choose that file."
NEVER_OPENED = f"Opening one can run code, so it is never opened. {EXPORT}"
OLD_EXCEL = "Open it in Excel, remove the password if there is one, and save it as .xlsx."

SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF", "a PDF document", EXPORT),
    (b"\x89PNG", "a PNG picture", EXPORT),
    (b"GIF8", "a GIF picture", EXPORT),
    (b"\xff\xd8\xff", "a JPEG picture", EXPORT),
    (b"\x80\x02", "a Python pickle", NEVER_OPENED),
    (b"\x80\x03", "a Python pickle", NEVER_OPENED),
    (b"\x80\x04", "a Python pickle", NEVER_OPENED),
    (b"\x80\x05", "a Python pickle", NEVER_OPENED),
    (b"\xd0\xcf\x11\xe0", "an old Excel file (.xls) or one with a password", OLD_EXCEL),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first, and choose the file inside."),
    (b"BZh", "a bzip2 archive", "Unpack it first, and choose the file inside."),
    (b"\xfd7zXZ", "an xz archive", "Unpack it first, and choose the file inside."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it first, and choose the file inside."),
    (b"Rar!", "a RAR archive", "Unpack it first, and choose the file inside."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it first, and choose the file inside."),
    (b"SQLite format 3", "an SQLite database", EXPORT),
    (b"\x89HDF", "an HDF5 file", EXPORT),
    (b"\x93NUMPY", "a NumPy file", EXPORT),
    (b"ARROW1", "an Arrow file", EXPORT),
    (b"FEA1", "a Feather file", EXPORT),
    (b"Obj\x01", "an Avro file", EXPORT),
    (b"ORC", "an ORC file", EXPORT),
    (b"$FL2", "an SPSS file", EXPORT),
    (b"<stata_dta>", "a Stata file", EXPORT),
    (b"RDX", "an R file", EXPORT),
    (b"{\\rtf", "an RTF document", EXPORT),
    (b"\x7fELF", "a program", EXPORT),
    (b"MZ\x90", "a program", EXPORT),
)
"""How files start that are not tables: the first bytes, what they are, and what to do."""

WEB_PAGE = re.compile(rb"\s*<(?:!doctype html|html|head|body|table|script)", re.IGNORECASE)
XML = re.compile(rb"\s*<(?:\?xml|[a-z!])", re.IGNORECASE)
JSON = re.compile(rb'\s*(?:\{\s*["}]|\[\s*["\[{\]])')


@dataclass(frozen=True)
class Content:
    """The bytes of a file, read once: what is checked is what is used."""

    name: str
    """The name to show."""
    data: bytes
    digest: str
    """The first 16 hexadecimal digits of the SHA-256 of the bytes."""


def shown_name(spec: FileSpec) -> str:
    """Return the name to show for a file.

    >>> shown_name(FileSpec(path="tmp/x81.tmp", name="marks.csv")), shown_name(FileSpec(path="data/a.csv"))
    ('marks.csv', 'a.csv')
    """
    return spec.name or Path(spec.path).name


def read_content(spec: FileSpec, limits: FileLimits) -> Content:
    """Return the bytes of a file; raises BadFile, TooLarge, SourceUnavailable."""
    name = shown_name(spec)
    check_place(spec, limits)
    try:
        with Path(spec.path).open("rb") as file:
            data = file.read(limits.max_bytes + 1)
    except PermissionError as error:
        raise not_allowed(name) from error
    except OSError as error:
        raise not_readable(name) from error
    limits.check_bytes(name, len(data))
    return Content(name, data, hashlib.sha256(data).hexdigest()[:16])


def check_place(spec: FileSpec, limits: FileLimits) -> None:
    """Do nothing if the path leads to an ordinary file of an allowed size; raises BadFile, TooLarge."""
    name = shown_name(spec)
    try:
        found = Path(spec.path).stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise BadFile(f"There is no file '{name}'.", hint=f"Looked for it at '{spec.path}'.") from error
    except PermissionError as error:
        raise not_allowed(name) from error
    except OSError as error:
        raise not_readable(name) from error
    if stat.S_ISDIR(found.st_mode):
        raise BadFile(f"'{name}' is a folder, not a file.", hint="Name one file inside it.")
    if not stat.S_ISREG(found.st_mode):
        raise BadFile(f"'{name}' is a device or a pipe, not a file.", hint="Save the table to a file first.")
    limits.check_bytes(name, found.st_size)


def not_allowed(name: str) -> BadFile:
    """Return the error for a file that may not be read."""
    return BadFile(f"'{name}' may not be read.", hint="Give this program read permission for the file.")


def not_readable(name: str) -> SourceUnavailable:
    """Return the error for a file that the disk did not give."""
    return SourceUnavailable(
        f"'{name}' could not be read from the disk.", hint="Check the disk or the network drive.", retry=True
    )


def kind_of(content: Content) -> FileKind:
    """Return what the content is, whatever the name says; raises BadFile for what is not a table.

    A zip archive answers ``xlsx``; whether it really is a workbook is seen when it is opened.
    """
    head = content.data[:4096]
    if not content.data.strip(b"\xef\xbb\xbf\xff\xfe\r\n\t \x00\x1a"):
        raise BadFile(f"'{content.name}' is empty.", hint="Export it again; the file holds no text.")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "xlsx"
    if head.startswith(b"PAR1"):
        return "parquet"
    for start, words, hint in SIGNATURES:
        if head.startswith(start):
            raise not_a_table(content.name, words, hint)
    refuse_other_text(content)
    return "csv"


def refuse_other_text(content: Content) -> None:
    """Do nothing for text that may be a table; raises BadFile for web pages, XML, JSON and old pickles."""
    head = content.data[:4096].removeprefix(b"\xef\xbb\xbf").replace(b"\x00", b"")
    head = head.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    if WEB_PAGE.match(head):
        raise not_a_table(
            content.name, "a web page (HTML)", "Download the file itself, not the page about it."
        )
    if XML.match(head):
        raise not_a_table(content.name, "an XML file", EXPORT)
    if JSON.match(head):
        raise not_a_table(content.name, "a JSON file", EXPORT)
    if content.data.endswith(b".") and is_text_pickle(content.data):
        raise not_a_table(content.name, "a Python pickle", NEVER_OPENED)


def not_a_table(name: str, words: str, hint: str) -> BadFile:
    """Return the error for a file of another sort."""
    return BadFile(f"'{name}' is {words}, not a table.", hint=hint)


def is_text_pickle(data: bytes) -> bool:
    """Tell whether text is a pickle of protocol 0 or 1; its instructions are only listed, never run."""
    try:
        for opcode, _, position in pickletools.genops(data[: 1024**2]):
            if opcode.name == "STOP":
                return position == len(data) - 1
    except (ValueError, AssertionError, IndexError, KeyError, OverflowError, AttributeError):
        return False
    return False
