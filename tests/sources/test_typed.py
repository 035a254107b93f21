"""What a server gave becomes a dataset without a digit lost."""

import datetime as dt
import decimal

import pyarrow as pa
import pytest

from core.schema import Kind
from core.sources.columns.coerce import Coerced
from core.sources.typed import dataset_of, keep_text, plain_frame


def test_every_arrow_type_has_its_place():
    day = dt.date(2026, 11, 21)
    table = pa.table(
        {
            "int": pa.array([1, None], pa.int32()),
            "big": pa.array([2**53 + 1, None], pa.int64()),
            "unsigned": pa.array([2**64 - 1, 1], pa.uint64()),
            "flag": pa.array([True, None]),
            "money": pa.array([decimal.Decimal("1.50"), None], pa.decimal128(10, 2)),
            "id23": pa.array([decimal.Decimal(12345678901234567890123), None], pa.decimal128(23, 0)),
            "day": pa.array([day, None], pa.date32()),
            "time": pa.array([dt.datetime(2026, 1, 2, 3), None], pa.timestamp("ns", "UTC")),
            "word": pa.array(["a", None]).dictionary_encode(),
            "long": pa.array(["a", None], pa.large_string()),
            "nothing": pa.nulls(2),
        }
    )
    frame = plain_frame(table)
    first = frame.iloc[0]

    assert frame.dtypes.astype("str").to_dict() == {
        "int": "float64",
        "big": "str",
        "unsigned": "str",
        "flag": "float64",
        "money": "float64",
        "id23": "str",
        "day": "datetime64[us]",
        "time": "datetime64[us]",
        "word": "str",
        "long": "str",
        "nothing": "str",
    }
    assert (first["big"], first["unsigned"]) == ("9007199254740993", "18446744073709551615")
    assert (first["id23"], first["money"], first["flag"]) == ("12345678901234567890123", 1.5, 1.0)
    assert frame.iloc[1].drop("unsigned").isna().all()


@pytest.mark.parametrize("edge", [2**53, -(2**53)])
def test_a_whole_number_that_fits_exactly_stays_a_number(edge):
    assert plain_frame(pa.table({"n": pa.array([edge])}))["n"].tolist() == [float(edge)]


def test_a_dataset_says_what_was_changed_and_where_it_came_from():
    table = pa.table({"student_id": ["007", "008"], "score": [1.0, float("inf")]})
    changed = [Coerced("born", 2, ("0000-00-00",), "no day and left missing")]
    dataset = dataset_of(
        table, source="MySQL 'school'", name="marks", query="SELECT", changed=changed, notes=["First."]
    )

    assert dataset.schema.student_id == "student_id"
    assert dataset.schema.column("score").kind is Kind.NUMBER
    assert dataset.provenance.notes == (
        "First.",
        "Column 'born': 2 values no day and left missing ('0000-00-00').",
        "Column 'score': 1 value not readable and left missing ('inf').",
    )
    assert (dataset.provenance.query, dataset.provenance.n_rows) == ("SELECT", 2)


def test_the_hash_changes_with_a_value_and_not_with_the_hour():
    one, two, other = (
        dataset_of(pa.table({"a": [1, last]}), source="s", name="t", query="").provenance
        for last in (2, 2, 3)
    )

    assert one.content_hash == two.content_hash != other.content_hash


def test_what_is_text_in_its_source_stays_text_whatever_it_looks_like():
    words = pa.array([str(n) for n in range(99)] + ["absent"])
    exact = pa.array([decimal.Decimal("12345678901234.56789")] * 100, pa.decimal128(19, 5))
    table = keep_text(pa.table({"mixed": words, "plain": words, "exact": exact}), ["mixed"])
    dataset = dataset_of(table, source="s", name="t", query="")

    assert dataset.schema.column("mixed").kind is Kind.TEXT
    assert dataset.collect()["mixed"].iloc[-1] == "absent"
    assert dataset.schema.column("exact").kind is not Kind.NUMBER
    assert dataset.collect()["exact"].iloc[0] == "12345678901234.56789"
    assert dataset.schema.column("plain").kind is Kind.NUMBER
    assert dataset.provenance.notes == ("Column 'plain': 1 value not readable and left missing ('absent').",)
