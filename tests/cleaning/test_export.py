"""The CSV that is downloaded: harmless in a spreadsheet, and the same data when read again."""

import csv
import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cleaning.export import harmless, to_csv_bytes
from tests.cleaning.tables import text

STARTERS = tuple("=+-@\t\r\n＝＋－＠")


@pytest.mark.parametrize(
    "formula",
    [
        *("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－cmd", "＠x"),
        *(" =1", "\u00a0=1", "\u3000＝1", '"=1', "“=1", '" =1', "`=1", "-", "- none", "+-1", "−1", "\x00=1"),
        '=HYPERLINK("http://x")',
        "-10+cmd|' /C calc'!A0",
    ],
)
def test_a_formula_gets_an_apostrophe_in_front(formula):
    assert harmless(formula) == f"'{formula}"
    assert harmless(harmless(formula)) == f"'{formula}"


@pytest.mark.parametrize(
    "plain",
    [
        "",
        "a",
        "-10",
        "+1.5",
        "-3,5",
        "1e-5",
        "-1E+3",
        "+491711234567",
        "a=b",
        "007",
        "5 - 10",
        "'=1",
        "李 明",
    ],
)
def test_numbers_and_plain_text_stay_as_they_are(plain):
    assert harmless(plain) == plain


def test_the_layout_is_fixed():
    table = pd.DataFrame(
        {
            "student_id": text("007", None, "=1"),
            "gpa": [2.0, np.nan, -10.25],
            "n": [1, 2, 3],
            "listed": [True, False, True],
            "born": pd.to_datetime(["2008-01-31", None, "2008-02-01"]),
            "seen": pd.to_datetime(["2026-01-31 08:15:00", None, "2026-02-01 00:00:00"]),
            "note": text("a,b", 'say "x"', "two\nlines"),
        }
    )
    assert to_csv_bytes(table).decode() == (
        "student_id,gpa,n,listed,born,seen,note\n"
        '"007",2,1,true,2008-01-31,2026-01-31 08:15:00,"a,b"\n'
        ',,2,false,,,"say ""x"""\n'
        '"\'=1",-10.25,3,true,2008-02-01,2026-02-01 00:00:00,"two\nlines"\n'
    )


def test_headers_are_made_harmless_and_quoted_where_needed():
    assert to_csv_bytes(pd.DataFrame({"=a": [1], "b": [2]})) == b"'=a,b\n1,2\n"
    assert to_csv_bytes(pd.DataFrame({"a,b": [1], "c": [2]})) == b'"a,b",c\n1,2\n'
    assert to_csv_bytes(pd.DataFrame({"a;=b": [1], "c": [2]})) == b'"a;=b","c"\n1,2\n'


def test_a_table_without_rows_or_columns_is_only_a_header():
    assert to_csv_bytes(pd.DataFrame({"a": text()})) == b"a\n"
    assert to_csv_bytes(pd.DataFrame()) == b"\n"


def test_numbers_below_zero_stay_numbers_and_texts_beside_them_do_not_run():
    table = pd.DataFrame({"-gain": [-1.5, -0.0], "n": [-3, 4], "note": text("-2", "-2+cmd")})

    assert to_csv_bytes(table) == b'\'-gain,n,note\n-1.5,-3,"-2"\n-0,4,"\'-2+cmd"\n'


@pytest.mark.parametrize("name", ["=a", "+a", "-a", "@a", "\t=a", " =a", "＝a"])
def test_no_header_runs_in_a_spreadsheet(name):
    ((header, *_),) = read(to_csv_bytes(pd.DataFrame({name: [1]})))

    assert header == f"'{name}"


def test_there_is_no_byte_order_mark_and_every_script_is_utf8():
    assert to_csv_bytes(pd.DataFrame({"ó": text("李")})) == 'ó\n"李"\n'.encode()


def test_one_name_may_stand_on_two_columns():
    table = pd.DataFrame([[1, 2]], columns=["a", "a"])

    assert to_csv_bytes(table) == b"a,a\n1,2\n"


cells = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=10)
risky = st.tuples(st.sampled_from(["", " ", '"', "“ "]), st.sampled_from(STARTERS), cells).map("".join)


def read(written):
    """Return the columns as a CSV reader sees them."""
    return list(zip(*csv.reader(io.StringIO(written.decode(), newline="")), strict=True))


@given(st.lists(st.none() | cells | risky, min_size=1, max_size=20))
@settings(max_examples=60)
def test_no_cell_starts_like_a_formula_unless_it_is_a_number_and_nothing_is_lost(values):
    _, (_, *now) = read(to_csv_bytes(pd.DataFrame({"n": range(len(values)), "a": text(*values)})))

    for before, cell in zip(values, now, strict=True):
        assert cell in {before or "", f"'{before}"}
        if cell.lstrip(' "“').startswith(STARTERS):
            float(cell.replace(",", "."))


@given(st.lists(st.floats(allow_nan=False), min_size=1, max_size=20))
@settings(max_examples=60)
def test_numbers_stay_numbers_to_the_last_digit(values):
    ((_, *now),) = read(to_csv_bytes(pd.DataFrame({"x": values})))

    assert [float(cell) for cell in now] == values
