"""What is put into MongoDB comes out as the contract in types.py says."""

import datetime as dt
import math
import uuid

import bson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import frames
from core.schema import Kind
from core.sources.mongo.answers import cursor_of, listed
from core.sources.mongo.layout import NotBson, length_at

TOO_LATE = bson.datetime_ms.DatetimeMS(253_402_300_800_000)
AN_ID = bson.ObjectId("65f0a1b2c3d4e5f601234567")
A_UUID = uuid.UUID("12345678-1234-5678-1234-567812345678")


def cells(source, table="students", **asked):
    """Each column as a list, before its kind is guessed, and what was changed."""
    found = source.arrow(table, **asked)
    return found.table.to_pydict(), [str(changed) for changed in found.changed]


def one_field(values):
    return [{"_id": i, "f": value} for i, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2.5, bson.Int64(3), None], [1.0, 2.5, 3.0, None]),
        ([1, bson.Int64(2**53 + 1), 2.5], ["1", "9007199254740993", "2.5"]),
        ([bson.Decimal128("1.50"), 2], [1.5, 2.0]),
        ([bson.Decimal128("1234567890123456.50"), 2], ["1234567890123456.50", "2"]),
        ([bson.Decimal128("12345678901234567890123")], ["12345678901234567890123"]),
        ([True, False, None, True, False], [1.0, 0.0, None, 1.0, 0.0]),
        ([AN_ID, None], [AN_ID.binary.hex(), None]),
        ([b"\x00\xffab", None], ["00ff6162", None]),
        ([bson.Binary.from_uuid(A_UUID)], [str(A_UUID)]),
        ([bson.Regex("^a", "i")], ['{"$regularExpression": {"pattern": "^a", "options": "i"}}']),
        ([bson.Code("f()")], ['{"$code": "f()"}']),
        ([bson.MinKey(), bson.MaxKey()], ['{"$minKey": 1}', '{"$maxKey": 1}']),
        (["NA", "", "007", "a\x00b"], ["NA", "", "007", "a\x00b"]),
        ([7, "x", True, 2.5], ["7", "x", "true", "2.5"]),
        ([dt.datetime(2024, 5, 1), "x"], ["2024-05-01", "x"]),
        ([dt.datetime(2024, 5, 1, 8, 30), 3], ["2024-05-01 08:30:00", "3"]),
        ([1.0, bson.Decimal128("0.1"), bson.Int64(5)], [1.0, 0.1, 5.0]),
        ([1e308, -0.0, 5e-324], [1e308, -0.0, 5e-324]),
    ],
)
def test_values_land_as_the_contract_says(source_of, values, expected):
    columns, _ = cells(source_of(one_field(values)))

    assert columns["f"] == expected


def test_dates_and_timestamps_are_dates_in_utc_without_a_zone(source_of):
    zone = dt.timezone(dt.timedelta(hours=2))
    values = [
        dt.datetime(2024, 5, 1, 1, tzinfo=zone),
        bson.Timestamp(1_714_521_600, 1),
        dt.datetime(2024, 5, 3),
    ]
    dataset = source_of(one_field(values)).load("students", columns=["f"])

    shown = [str(time).removesuffix(" 00:00:00") for time in frames.collect(dataset.frame)["f"]]
    assert shown == ["2024-04-30 23:00:00", "2024-05-01", "2024-05-03"]
    assert dataset.schema.column("f").kind is Kind.DATE


def test_what_no_column_can_hold_is_missing_and_counted(source_of):
    columns, notes = cells(
        source_of(
            [
                {"_id": 1, "n": math.nan, "i": math.inf, "d": TOO_LATE},
                {"_id": 2, "n": 1.5, "i": -math.inf, "d": dt.datetime(2024, 5, 1)},
                {"_id": 3, "n": bson.Decimal128("NaN"), "i": 2.5, "d": None},
            ]
        )
    )

    assert columns["n"] == [None, 1.5, None]
    assert columns["i"] == [None, None, 2.5]
    assert [value is None for value in columns["d"]] == [True, False, True]
    assert "Column 'n': 2 values not a number (NaN) and left missing ('NaN', 'NaN')." in notes
    assert "Column 'i': 2 values infinite and left missing ('inf', '-inf')." in notes
    assert "Column 'd': 1 value outside the years 1 to 9999 and left missing ('253402300800000 ms')." in notes


def test_text_that_is_no_utf8_is_shown_with_replacement_signs_and_counted(source_of, mongo_database):
    source = source_of(one_field(["Zoë", "plain"]))
    broken = b"Zo\xeb"
    body = b"\x10_id\x00\x09\x00\x00\x00" + b"\x02f\x00\x04\x00\x00\x00" + broken + b"\x00"
    raw = (len(body) + 5).to_bytes(4, "little") + body + b"\x00"
    mongo_database["students"].insert_one(bson.raw_bson.RawBSONDocument(raw))

    columns, notes = cells(source, columns=["f"])

    assert columns["f"] == ["Zoë", "plain", "Zo�"]
    assert any("1 value not valid UTF-8 and shown with replacement signs ('Zo�')" in note for note in notes)


def test_one_odd_value_outside_the_sample_makes_the_field_text_and_is_counted(source_of):
    documents = [{"_id": i, "points": i % 100, "name": f"n{i}"} for i in range(50_000)]
    documents[25_777]["points"] = "absent"
    source = source_of(documents)

    assert source.describe("students").fields[1].mixed == ()
    columns, notes = cells(source, columns=["points"])

    assert columns["points"][25_776:25_779] == ["76", "absent", "78"]
    assert "Column 'points': 49,999 values turned into text, because the types differ " in notes[0]
    assert "(49,999 int, 1 string)" in notes[0]


@pytest.mark.parametrize("odd", [True, bson.Decimal128("1.5"), [1], {"a": 1}, dt.datetime(2024, 5, 1), AN_ID])
def test_an_odd_value_of_any_type_is_never_lost(source_of, odd):
    documents = [{"_id": i, "points": i} for i in range(3_000)]
    documents[1_500]["points"] = odd
    columns, notes = cells(source_of(documents), columns=["points"])

    assert columns["points"][1_500] is not None
    if isinstance(odd, bson.Decimal128):
        assert columns["points"][1_500] == 1.5
    else:
        assert "2,999 int" in notes[0]


def test_mixed_types_are_described_with_their_counts(source_of):
    source = source_of(one_field([1, "x", "y", 2.5, None, True]))

    field = source.describe("students").fields[1]

    assert field.type == "bool or number or string"
    assert dict(field.mixed) == {"string": 2, "int": 1, "double": 1, "bool": 1}
    assert not field.is_number


NUMBERS = st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False), st.none())
TIMES = st.one_of(
    st.none(),
    st.datetimes(dt.datetime(1, 1, 1), dt.datetime(9999, 12, 31)).map(
        lambda t: t.replace(microsecond=t.microsecond // 1_000 * 1_000)
    ),
)
TEXTS = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
ABSENT = object()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"number": NUMBERS, "time": TIMES, "text": TEXTS, "in": st.fixed_dictionaries({"x": NUMBERS})},
            optional={"flag": st.booleans(), "deep": st.dictionaries(st.sampled_from("abc"), NUMBERS)},
        ),
        min_size=1,
        max_size=30,
    ),
    order=st.randoms(use_true_random=False),
)
def test_generated_documents_come_out_as_they_were_put_in(source_of, mongo_database, rows, order):
    documents = []
    for i, row in enumerate(rows):
        keys = list(row)
        order.shuffle(keys)
        documents.append({"_id": i, **{key: row[key] for key in keys}})
    mongo_database["students"].delete_many({})
    found = source_of(documents).arrow("students").table.to_pydict()

    assert found["number"] == [_float(row["number"]) for row in rows]
    assert found["text"] == [row["text"] for row in rows]
    assert found["in.x"] == [_float(row["in"]["x"]) for row in rows]
    assert [_naive(value) for value in found["time"]] == [row["time"] for row in rows]
    if "flag" in found:
        assert found["flag"] == [row.get("flag") for row in rows]
    for key in "abc":
        if f"deep.{key}" in found:
            assert found[f"deep.{key}"] == [_float(row.get("deep", {}).get(key)) for row in rows]


def _float(value):
    return None if value is None else float(value)


def _naive(value):
    return value if value is None or value.tzinfo is None else value.replace(tzinfo=None)


def test_keys_longer_than_all_the_rest_of_a_document_are_read_where_they_are(source_of):
    key = "k" * 300
    documents = [{"_id": i, "n": i} | ({key: i} if i % 3 == 0 else {}) for i in range(40)]
    frame = source_of(documents).load("students").collect()

    assert frame[key].tolist()[::3] == [float(i) for i in range(0, 40, 3)]
    assert frame[key].isna().sum() == 26


def test_texts_of_very_different_lengths_come_whole(source_of):
    texts = ["", "é" * 9_000, "a", "ü", "x" * 70] * 3 + [None]
    frame = source_of([{"_id": i, "text": text} for i, text in enumerate(texts)]).load("students").collect()

    assert [None if text != text or text is None else text for text in frame["text"]] == texts


@given(st.lists(st.integers(0, 400), max_size=1_200))
def test_the_places_of_documents_in_an_answer_are_found(sizes):
    documents = [{"x": "y" * size} for size in sizes]
    answer = bson.encode({"cursor": {"firstBatch": documents, "id": bson.Int64(7), "ns": "a.b"}, "ok": 1.0})
    number, place = cursor_of(answer)

    assert number == 7
    assert [bson.decode(answer[at : at + length_at(answer, at)]) for at in listed(answer, place)] == documents


@pytest.mark.parametrize(
    "answer", [{}, {"cursor": 1}, {"cursor": {"id": 0}}, {"cursor": {"firstBatch": [], "id": "x"}}]
)
def test_an_answer_without_a_cursor_is_no_answer(answer):
    with pytest.raises(NotBson):
        cursor_of(bson.encode(answer))


def test_what_is_no_list_of_documents_is_refused():
    whole = bson.encode({"a": [{"b": 1}, {"b": 2}]})
    with pytest.raises(NotBson):
        listed(bson.encode({"a": [1, {}]}), 7)
    with pytest.raises(NotBson):
        listed(whole[:14] + (500).to_bytes(4, "little") + whole[18:], 7)
    with pytest.raises(NotBson):
        listed(whole[:14] + bytes(4) + whole[18:], 7)
