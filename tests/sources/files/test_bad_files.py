"""What is not a table is refused by its content, in one sentence with a hint."""

import io
import pickle
import zipfile
from pathlib import Path

import pytest

from core.errors import BadFile, SourceUnavailable
from core.sources.base import FileSpec
from core.sources.files.source import FileSource

EXPORT = "Export the table as CSV, XLSX or Parquet, and choose that file."
UNPACK = "Unpack it first, and choose the file inside."
QUOTES = "Write a quotation mark inside a value twice, or export the file again."
QUOTE_IT = "Check the delimiter, and put values that contain it in quotation marks."
ONE_MORE = f"{QUOTE_IT} If every line has one value more, the first column has no name: add one."


def zip_of(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return file.getvalue()


CASES = {
    "empty": (b"", "'marks.csv' is empty.", "Export it again; the file holds no text."),
    "only blank lines": (
        b"\r\n  \r\n\n",
        "'marks.csv' is empty.",
        "Export it again; the file holds no text.",
    ),
    "header only": (
        b"id,score\n",
        "'marks.csv' has column names but no rows.",
        "Export it again with the students in it.",
    ),
    "PDF": (b"%PDF-1.7\n%", "'marks.csv' is a PDF document, not a table.", EXPORT),
    "PNG": (b"\x89PNG\r\n\x1a\n", "'marks.csv' is a PNG picture, not a table.", EXPORT),
    "pickle": (
        pickle.dumps({"id": [1, 2]}),
        "'marks.csv' is a Python pickle, not a table.",
        f"Opening one can run code, so it is never opened. {EXPORT}",
    ),
    "old pickle in text": (
        pickle.dumps({"id": [1, 2]}, protocol=0),
        "'marks.csv' is a Python pickle, not a table.",
        f"Opening one can run code, so it is never opened. {EXPORT}",
    ),
    "zip": (zip_of(marks_csv="a,b"), "'marks.csv' is a zip archive, not a table.", UNPACK),
    "Word": (zip_of(word__document_xml="<w/>"), "'marks.csv' is a Word document, not a table.", EXPORT),
    "gzip": (b"\x1f\x8b\x08\x00", "'marks.csv' is a gzip archive, not a table.", UNPACK),
    "xls": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "'marks.csv' is an old Excel file (.xls) or one with a password, not a table.",
        "Open it in Excel, remove the password if there is one, and save it as .xlsx.",
    ),
    "SQLite": (b"SQLite format 3\x00", "'marks.csv' is an SQLite database, not a table.", EXPORT),
    "JSON": (b'[{"id": 1}]', "'marks.csv' is a JSON file, not a table.", EXPORT),
    "web page": (
        b"\n<!DOCTYPE html><html></html>",
        "'marks.csv' is a web page (HTML), not a table.",
        "Download the file itself, not the page about it.",
    ),
    "XML": (b"<?xml version='1.0'?><a/>", "'marks.csv' is an XML file, not a table.", EXPORT),
    "NUL": (
        b"id,score\n1,50\n2,\x0051\n",
        "Line 3 of 'marks.csv' holds a NUL character, so this is not plain text.",
        "The file may be damaged or cut off; export it again.",
    ),
    "control characters": (
        bytes(range(1, 32)) * 9,
        "'marks.csv' is neither plain text, nor a workbook, nor a Parquet file.",
        EXPORT,
    ),
    "one value more": (
        b"id,score\n1,50\n2,51,x\n",
        "Line 3 of 'marks.csv' has 3 values, but there are 2 column names.",
        ONE_MORE,
    ),
    "one value more in every line": (
        b"id,score\n1,50,x\n2,51,x\n",
        "Line 2 of 'marks.csv' has 3 values, but there are 2 column names.",
        ONE_MORE,
    ),
    "a value less": (
        b'id,score,note\n1,50,"two\nlines"\n2,51\n',
        "Line 4 of 'marks.csv' has 2 values, but there are 3 column names.",
        QUOTE_IT,
    ),
    "a total at the end": (
        b"id,score,note\n1,50,x\n2,51,y\nTotal: 2 students\n",
        "Line 4 of 'marks.csv' has 1 value, but there are 3 column names.",
        "Remove lines that do not belong to the table, such as titles, totals or remarks.",
    ),
    "a mark that is never closed": (
        b'id,note\n1,"fine\n2,good\n',
        "A quotation mark in line 2 of 'marks.csv' is never closed.",
        QUOTES,
    ),
    "a mark inside a quoted value": (
        b'id,note\n1,ok\n2,"said "no" again"\n',
        "In line 3 of 'marks.csv' a value goes on after its closing quotation mark.",
        QUOTES,
    ),
    "marks escaped by a backslash": (
        b'id,note\n1,"said \\"no\\" again"\n',
        "In line 2 of 'marks.csv' a value goes on after its closing quotation mark.",
        QUOTES,
    ),
    "half a workbook": (
        b"PK\x03\x04" + b"\x00" * 60,
        "'marks.csv' is damaged or has a password.",
        "Open it in Excel and save it again without a password.",
    ),
    "half a Parquet file": (
        b"PAR1" + b"\x15\x04" * 40,
        "'marks.csv' is a damaged Parquet file.",
        "Write the file again; it may be cut off.",
    ),
}


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_what_is_not_a_table_is_refused_in_one_sentence(load, case):
    content, message, hint = CASES[case]

    with pytest.raises(BadFile) as refused:
        load(content)

    assert (str(refused.value), refused.value.hint) == (message, hint)


@pytest.mark.parametrize("case", CASES, ids=list(CASES))
def test_the_status_of_a_bad_file_never_raises(source_of, case):
    assert source_of(CASES[case][0]).status().message


def test_the_status_of_a_pdf_says_what_it_is(source_of):
    status = source_of(b"%PDF-1.7").status()

    assert (status.reachable, status.message) == (False, "'marks.csv' is a PDF document, not a table.")


def test_a_missing_file_says_where_it_was_looked_for(tmp_path):
    path = tmp_path / "gone.csv"

    with pytest.raises(BadFile, match=r"^There is no file 'gone\.csv'\.$") as refused:
        FileSource(FileSpec(path=str(path))).load("gone")

    assert refused.value.hint == f"Looked for it at '{path}'."


def test_a_folder_is_refused(tmp_path):
    with pytest.raises(BadFile) as refused:
        FileSource(FileSpec(path=str(tmp_path))).tables()

    assert str(refused.value) == f"'{tmp_path.name}' is a folder, not a file."
    assert refused.value.hint == "Name one file inside it."


def test_a_device_is_refused():
    with pytest.raises(BadFile, match=r"^'null' is a device or a pipe, not a file\.$"):
        FileSource(FileSpec(path="/dev/null")).tables()


def test_a_path_that_cannot_be_is_no_file():
    with pytest.raises(BadFile, match="There is no file"):
        FileSource(FileSpec(path="a\x00b.csv", name="b.csv")).tables()


@pytest.mark.parametrize(
    ("failure", "kind", "message", "hint"),
    [
        (
            PermissionError,
            BadFile,
            "'a.csv' may not be read.",
            "Give this program read permission for the file.",
        ),
        (
            OSError,
            SourceUnavailable,
            "'a.csv' could not be read from the disk.",
            "Check the disk or the network drive.",
        ),
    ],
)
def test_a_disk_that_fails_is_one_sentence(tmp_path, monkeypatch, failure, kind, message, hint):
    path = tmp_path / "a.csv"
    path.write_text("id,score\n1,2\n")

    def fail(*args, **kwargs):
        raise failure("no")

    monkeypatch.setattr(Path, "open", fail)
    source = FileSource(FileSpec(path=str(path)))

    assert source.status().message == message
    with pytest.raises(kind) as refused:
        source.load("a")
    assert (refused.value.hint, refused.value.retry) == (hint, kind is SourceUnavailable)


def test_one_row_is_a_table(load):
    assert load("id,score\n7,50\n").collect().to_dict("list") == {"id": ["7"], "score": [50.0]}
