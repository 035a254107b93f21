"""Limits are stated before and enforced with the same figures."""

import io
import time
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import BadFile, TooLarge
from core.sources.files.limits import FileLimits

SHORTER = "Split the file, or leave out rows and columns that are not needed."


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(data, name, change):
    """A copy of a workbook with one of its parts changed."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            new.writestr(entry, change(old.read(entry)) if entry == name else old.read(entry))
    return file.getvalue()


def parquet(columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_the_limits_can_be_said_before_a_file_is_chosen():
    assert FileLimits().describe() == (
        "A file may have up to 500 MB.",
        "A table may have up to 5,000,000 rows and 2,000 columns.",
        "A workbook or Parquet file may unpack to up to 1 GB.",
        "A cell may hold up to 100,000 characters.",
    )


@pytest.mark.parametrize(
    ("limits", "content", "message"),
    [
        (FileLimits(max_bytes=10), b"id,score\n1,50\n", "'marks.csv' has 14 bytes; the limit is 10 bytes."),
        (FileLimits(max_rows=2), b"id\n1\n2\n3\n", "'marks.csv' has more than 2 rows, which is the limit."),
        (FileLimits(max_columns=2), b"a,b,c\n1,2,3\n", "'marks.csv' has 3 columns; the limit is 2."),
        (
            FileLimits(max_cell_chars=5),
            b"id,note\n1,abcdef\n",
            "A cell of column 'note' in 'marks.csv' has 6 characters; the limit is 5.",
        ),
        (
            FileLimits(max_cell_chars=5),
            b"id,a very long name\n1,2\n",
            "A cell of column 'a very long name' in 'marks.csv' has 16 characters; the limit is 5.",
        ),
        (
            FileLimits(max_rows=2),
            workbook([["id"], [1], [2], [3]]),
            "'marks.csv' has more than 2 rows, which is the limit.",
        ),
        (
            FileLimits(max_columns=2),
            workbook([["a", "b", "c"], [1, 2, 3]]),
            "'marks.csv' has 3 columns; the limit is 2.",
        ),
        (
            FileLimits(max_rows=2),
            parquet({"id": [1, 2, 3]}),
            "'marks.csv' has more than 2 rows, which is the limit.",
        ),
        (
            FileLimits(max_columns=1),
            parquet({"id": [1], "b": [2]}),
            "'marks.csv' has 2 columns; the limit is 1.",
        ),
        (
            FileLimits(max_cell_chars=5),
            parquet({"note": ["abcdef"]}),
            "A cell of column 'note' in 'marks.csv' has 6 characters; the limit is 5.",
        ),
    ],
)
def test_what_is_over_a_limit_is_refused_with_the_figure(load, limits, content, message):
    with pytest.raises(TooLarge) as refused:
        load(content, limits=limits)

    assert str(refused.value) == message
    assert refused.value.hint


def test_what_is_exactly_at_the_limits_is_read(load):
    limits = FileLimits(max_bytes=14, max_rows=1, max_columns=2, max_cell_chars=5)

    assert len(load(b"id,score\n1,50\n", limits=limits).collect()) == 1


def test_ten_thousand_columns_are_refused_with_an_offer(load):
    line = ",".join(f"q{i}" for i in range(10_000))

    with pytest.raises(TooLarge) as refused:
        load(f"{line}\n{line}\n")

    assert str(refused.value) == "'marks.csv' has 10,000 columns; the limit is 2,000."
    assert refused.value.hint == "Keep the columns that matter, such as the first 200, and export again."


def test_a_line_longer_than_a_block_is_read(load):
    names = ",".join(f"q{i}" for i in range(60))
    cells = ",".join(["x" * 90_000] * 60)

    assert load(f"{names}\n{cells}\n").collect().shape == (1, 60)


def test_a_workbook_that_is_a_zip_bomb_is_refused_at_once(load):
    sheet = b'<worksheet><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>' + b" " * (
        300 * 1024**2
    )
    bomb = with_part(workbook([["id"], [1]]), "xl/worksheets/sheet1.xml", lambda _: sheet)
    started = time.monotonic()

    with pytest.raises(BadFile) as refused:
        load(bomb, name="marks.xlsx")

    assert time.monotonic() - started < 2
    assert len(bomb) < 1024**2
    assert "would unpack to" in str(refused.value)
    assert refused.value.hint == "Open it in Excel, and save the sheet that is needed as CSV."


def test_a_workbook_that_would_unpack_to_more_than_the_limit_is_refused(load):
    with pytest.raises(TooLarge) as refused:
        load(workbook([["id"], [1]]), name="marks.xlsx", limits=FileLimits(max_unpacked_bytes=1000))

    assert str(refused.value).startswith("'marks.xlsx' would unpack to ")
    assert refused.value.hint == SHORTER


def test_a_workbook_that_lies_about_its_size_is_refused(load):
    data = workbook([["id"], *([i] for i in range(500))])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.getinfo("xl/worksheets/sheet1.xml")
    true, lie = (size.to_bytes(4, "little") for size in (sheet.file_size, 100))

    with pytest.raises(BadFile, match="is damaged or has a password"):
        load(data.replace(true, lie), name="marks.xlsx")


def test_a_cell_at_the_end_of_the_sheet_does_not_fill_the_memory(load):
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = with_part(
        workbook([["id"], [1]]), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</sheetData>", far)
    )

    with pytest.raises(TooLarge) as refused:
        load(data, name="marks.xlsx")

    assert str(refused.value) == "A sheet of 'marks.xlsx' reaches to row 1,048,576 and column 16,384."


def test_an_archive_of_very_many_parts_is_refused(load):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for i in range(6_000):
            archive.writestr(f"{i}", b"")

    with pytest.raises(TooLarge, match="holds too many parts to be a workbook"):
        load(file.getvalue())


def test_one_long_text_repeated_in_a_parquet_file_does_not_fill_the_memory(load):
    text = pa.DictionaryArray.from_arrays(pa.array([0] * 50_000, pa.int32()), ["x" * 50_000])
    data = parquet({"note": text})
    assert len(data) < 1024**2

    with pytest.raises(TooLarge, match=r"^'marks.csv' would unpack to 2\.3 GB; the limit is 1 GB\.$"):
        load(data)
