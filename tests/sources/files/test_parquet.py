"""Parquet files: types are kept, what a number cannot hold stays text."""

import datetime as dt
import io
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.errors import BadFile
from core.schema import Kind


@pytest.fixture
def load_columns(load):
    def read(columns, **settings):
        file = io.BytesIO()
        pq.write_table(pa.table(columns), file, row_group_size=2)
        return load(file.getvalue(), "a.parquet", **settings)

    return read


def test_every_type_gets_its_canonical_form(load_columns):
    dataset = load_columns(
        {
            "id": ["007", "008", "009"],
            "score": pa.array([50, None, 70], pa.int32()),
            "gpa": [3.5, None, 2.5],
            "works": [True, False, None],
            "fee": [Decimal("10.50"), None, Decimal("20.25")],
            "seen": pa.array(
                [dt.datetime(2026, 1, 2, 3), None, dt.datetime(2026, 1, 3)], pa.timestamp("ns", "UTC")
            ),
            "group": pa.array(["a", "", "a"]).dictionary_encode(),
        }
    )
    frame = dataset.collect()

    assert [str(dtype) for dtype in frame.dtypes] == [
        "str",
        "float64",
        "float64",
        "float64",
        "float64",
        "datetime64[us]",
        "str",
    ]
    assert frame["works"].fillna(-1).tolist() == [1.0, 0.0, -1.0]
    assert frame["fee"].fillna(-1).tolist() == [10.5, -1, 20.25]
    assert frame["group"].isna().tolist() == [False, True, False]
    assert dataset.schema.column("works").kind is Kind.FLAG


def test_ids_with_more_digits_than_a_number_holds_stay_exact(load_columns):
    frame = load_columns({"id": [2**60 + 1, 2**60 + 2], "x": [1.5, 2.5]}).collect()

    assert frame["id"].tolist() == [str(2**60 + 1), str(2**60 + 2)]


def test_whole_numbers_named_as_codes_become_text_without_decimals(load_columns):
    frame = load_columns(
        {"course code": pa.array([33, 171, None], pa.int64()), "x": [1.5, 2.5, 3.5]}
    ).collect()

    assert frame["course code"].tolist()[:2] == ["33", "171"]
    assert frame["course code"].isna().tolist() == [False, False, True]


def test_infinite_numbers_are_missing_and_said(load_columns):
    dataset = load_columns({"id": ["a", "b"], "score": [1.5, float("inf")]})

    assert dataset.collect()["score"].isna().tolist() == [False, True]
    assert dataset.provenance.notes == ("Column 'score': 1 value not readable and left missing ('inf').",)


def test_columns_of_lists_are_left_out_and_said(load_columns):
    dataset = load_columns({"id": ["a", "b"], "marks": [[1, 2], [3]]})

    assert list(dataset.collect().columns) == ["id"]
    assert "Column 'marks' was left out: it holds list" in dataset.provenance.notes[0]


def test_a_file_of_lists_only_is_refused(load_columns):
    with pytest.raises(BadFile, match="has no column of single values"):
        load_columns({"marks": [[1, 2], [3]]})


def test_a_file_without_rows_is_refused(load_columns):
    with pytest.raises(BadFile, match=r"^'a.parquet' has column names but no rows\.$"):
        load_columns({"id": pa.array([], pa.string())})


def test_a_preview_reads_the_first_rows_only(load_columns):
    assert len(load_columns({"id": [str(i) for i in range(9)]}, limit=3).collect()) == 3
