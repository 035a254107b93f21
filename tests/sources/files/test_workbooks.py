"""Excel workbooks: each sheet a table, cells as a person sees them."""

import datetime as dt
import io

import openpyxl
import pytest

from core.errors import BadFile, InvalidChoice, TableNotFound
from core.schema import Kind, Role


def workbook(**sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name.replace("_", " "))
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


MARKS = [
    ["student no", "name", "score", "born"],
    ["007", "NA", 50, dt.date(2008, 5, 1)],
    ["008", "Ann", 61.5, None],
]


def test_each_sheet_is_a_table(source_of):
    source = source_of(workbook(Marks=MARKS, Last_year=MARKS), "school.xlsx")

    assert source.tables() == ("Marks", "Last year")
    assert source.status().message == "'school.xlsx' can be read: 2 tables."
    assert len(source.load("Last year").collect()) == 2


def test_the_chosen_sheet_comes_first(source_of):
    source = source_of(workbook(Marks=MARKS, Last_year=MARKS), "school.xlsx", sheet="Last year")

    assert source.tables() == ("Last year", "Marks")
    assert source.format().sheet == "Last year"


def test_the_first_sheet_that_holds_anything_is_detected(source_of):
    found = source_of(workbook(Notes=[], Marks=MARKS), "school.xlsx").format()

    assert (found.kind, found.sheet, found.sheets) == ("xlsx", "Marks", ("Notes", "Marks"))
    assert found.reasons[:2] == (
        "The content is an Excel workbook.",
        "The sheet 'Marks' is the first that holds anything.",
    )


def test_ids_dates_and_names_come_out_as_they_are_seen(load):
    dataset = load(workbook(Marks=MARKS), "school.xlsx")
    frame = dataset.collect()

    assert frame["student no"].tolist() == ["007", "008"]
    assert frame["name"].tolist() == ["NA", "Ann"]
    assert frame["score"].tolist() == [50.0, 61.5]
    assert frame["born"].iloc[0] == dt.datetime(2008, 5, 1)
    assert dataset.schema.column("born").kind is Kind.DATE
    assert dataset.schema.column("born").role is Role.PROTECTED


def test_whole_numbers_in_an_id_get_no_decimals(load):
    assert load(workbook(S=[["id", "x"], [7, 1.5], [8, 2.5]]), "a.xlsx").collect()["id"].tolist() == [
        "7",
        "8",
    ]


def test_titles_and_empty_rows_are_left_out_and_said(load):
    rows = [["Marks of spring 2026"], [], ["id", "math", "art"], [7, 50, 60], [], [8, 55, 65]]
    dataset = load(workbook(S=rows), "a.xlsx")

    assert dataset.collect()["math"].tolist() == [50.0, 55.0]
    assert dataset.provenance.notes == ("Left out 2 title lines above the table.", "Left out 1 empty row.")


def test_an_unknown_sheet_is_refused(source_of):
    source = source_of(workbook(Marks=MARKS), "school.xlsx", sheet="Mark")

    with pytest.raises(InvalidChoice) as refused:
        source.format()
    assert str(refused.value) == "'sheet' cannot be 'Mark'."
    assert refused.value.hint == "Did you mean 'Marks'? Valid: 'Marks'."
    with pytest.raises(TableNotFound, match=r"^'school.xlsx' has no table 'Sheet1'\.$"):
        source.load("Sheet1")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "The sheet 'S' of 'a.xlsx' is empty."),
        ([["id", "score"]], "'a.xlsx' has column names but no rows."),
    ],
)
def test_a_sheet_without_rows_is_refused(load, rows, message):
    with pytest.raises(BadFile) as refused:
        load(workbook(S=rows), "a.xlsx")

    assert str(refused.value) == message


def test_a_workbook_of_empty_sheets_has_nothing_to_detect(source_of):
    with pytest.raises(BadFile, match=r"^'a.xlsx' has no sheet with anything in it\.$"):
        source_of(workbook(S=[], T=[]), "a.xlsx").format()
