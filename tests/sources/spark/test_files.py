"""Folders of CSV, JSON lines and Parquet become tables, on one computer, on a cluster, and by Connect."""

import datetime as dt
import decimal
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.connections import ReadLimits
from core.errors import BadFile, ColumnNotFound, InvalidChoice, TableNotFound, TooLarge, WrongKind
from core.schema import Kind

WIDE = {
    "id": pa.array(["007", None, "009"]),
    "small": pa.array([1, None, 3], pa.int64()),
    "big": pa.array([2**53 + 1, 2**60 + 7, None], pa.int64()),
    "price": pa.array([decimal.Decimal("1.10"), None, decimal.Decimal("2.20")], pa.decimal128(10, 2)),
    "long_price": pa.array([decimal.Decimal("12345678901234567890.12"), None, None], pa.decimal128(22, 2)),
    "gpa": pa.array([1.5, float("nan"), float("inf")]),
    "works": pa.array([True, False, None]),
    "raw": pa.array(["Zoë".encode(), b"\xff\xfe", None], pa.binary()),
    "born": pa.array([dt.date(2008, 5, 1), None, dt.date(1600, 1, 1)]),
    "seen": pa.array([dt.datetime(2026, 1, 2, 3, 4, 5, 678901), None, None], pa.timestamp("us")),
    "sent": pa.array(
        [dt.datetime(2026, 1, 2, 23, 0, tzinfo=dt.UTC), None, None], pa.timestamp("us", tz="Asia/Tokyo")
    ),
    "home": pa.array([{"city": "Ulm", "zip": "01"}, None, {"city": None, "zip": "2"}]),
    "tags": pa.array([["a", "b"], [], None], pa.list_(pa.string())),
    "extra": pa.array([[("k", 1)], None, []], pa.map_(pa.string(), pa.int64())),
}


@pytest.fixture(scope="module", params=["spark_local", "spark_cluster", "spark_stated"])
def spark_place(request):
    """The same on Spark in this computer, on a cluster, and on a Connect server of somebody else."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def folder(spark_place, request):
    """A folder of the connection that this test has to itself: its name is the table's."""
    made = spark_place.folder / request.node.name.split("[")[0]
    made.mkdir()
    return made


def load(spark_place, folder, **options):
    return spark_place.source().load(folder.name, **options)


def rows(spark_place, folder, **options):
    return load(spark_place, folder, **options).collect()


def test_spark_csv_cells_stay_what_they_were(spark_place, folder):
    text = 'id,name,note\n007,Zoë 李,"a, ""b"""\n23456789012345678901234,NA,"two\nlines"\n009,,\n'
    (folder / "a.csv").write_text(text, encoding="utf-8")

    found = rows(spark_place, folder)

    assert found["id"].tolist() == ["007", "23456789012345678901234", "009"]
    assert found["name"].tolist()[:2] == ["Zoë 李", "NA"]
    assert found["note"].tolist()[:2] == ['a, "b"', "two\nlines"]
    assert found.iloc[2, 1:].isna().all()


def test_spark_csv_files_come_in_the_order_of_their_names_whatever_their_size(spark_place, folder):
    (folder / "b.csv").write_text("id,x\nb1,1\n")
    (folder / "a.csv").write_text("id,x\n" + "".join(f"a{i:05d},{i}\n" for i in range(3_000)))
    (folder / "c d+é%.csv").write_text("id,x\nc1,1\nc2,2\n")
    wanted = [*(f"a{i:05d}" for i in range(3_000)), "b1", "c1", "c2"]

    whole, again = load(spark_place, folder), load(spark_place, folder)

    assert whole.collect()["id"].tolist() == wanted
    assert whole.provenance.content_hash == again.provenance.content_hash
    assert rows(spark_place, folder, limit=3_001)["id"].tolist() == wanted[:3_001]
    assert rows(spark_place, folder, limit=5)["id"].tolist() == wanted[:5]


def test_spark_csv_files_with_another_order_of_columns_are_matched_by_name_and_told(spark_place, folder):
    (folder / "a.csv").write_text("id,x\n1,10\n")
    (folder / "b.csv").write_text("x;id;z\n20;2;ä\n", encoding="utf-8")

    found = load(spark_place, folder)

    assert found.collect()["x"].tolist() == [10.0, 20.0]
    assert found.collect()["z"].tolist()[1] == "ä"
    assert any("1 of 2 files" in note for note in found.provenance.notes)
    assert rows(spark_place, folder, limit=2).shape == (2, 3)


def test_spark_ragged_csv_rows_are_kept_and_counted(spark_place, folder):
    (folder / "a.csv").write_text("id,x,y\n1,1,1\n2,2\n3,3,3,3\n4,4,4\n")

    found = load(spark_place, folder, columns=["id", "x"])

    assert len(found.collect()) == 4
    assert [note for note in found.provenance.notes if "2 records with too few or too many cells" in note]


def test_spark_json_lines_that_are_none_are_left_out_and_counted(spark_place, folder):
    good = [{"id": f"{i:03d}", "n": i} for i in range(50)]
    lines = [json.dumps(one) for one in good]
    lines[3:3] = ["{bad", '{"id": "no'] * 20
    (folder / "a.jsonl").write_text("\n".join(lines))

    found = load(spark_place, folder)
    first = load(spark_place, folder, limit=10)

    assert found.collect()["id"].tolist() == [one["id"] for one in good]
    assert any("40 records that are no JSON and were left out" in note for note in found.provenance.notes)
    assert first.collect()["id"].tolist() == [one["id"] for one in good[:10]]


def test_spark_json_of_many_lines_is_one_document(spark_place, folder):
    (folder / "a.json").write_text(json.dumps([{"id": "s1", "x": 1}, {"id": "s2", "x": 2}], indent=2))

    assert rows(spark_place, folder)["id"].tolist() == ["s1", "s2"]


def test_spark_nested_json_is_flattened_lists_counted_or_exploded(spark_place, folder):
    documents = [
        {
            "id": "s1",
            "home": {"city": "Ulm", "at": {"zip": "07"}},
            "tags": [{"t": "a"}, {"t": "b"}],
            "a.b": 1,
        },
        {"id": "s2", "home": None, "tags": [], "a": {"b": 2}},
        {"id": "s3"},
    ]
    (folder / "a.ndjson").write_text("\n".join(map(json.dumps, documents)))

    whole = rows(spark_place, folder)
    info = spark_place.source().describe(folder.name)
    parts = rows(spark_place, folder, explode="tags", columns=["id", "tags.t"])

    assert whole["tags.count"].tolist()[:2] == [2.0, 0.0]
    assert whole["home.at.zip"].tolist()[0] == "07"
    assert {"a.b", "a.b (2)"} <= set(whole.columns)
    assert [field.name for field in info.fields if field.is_list] == ["tags.count"]
    assert parts["id"].tolist() == ["s1", "s1", "s2", "s3"]
    assert parts["tags.t"].tolist()[:2] == ["a", "b"]
    with pytest.raises(WrongKind, match="'id'"):
        rows(spark_place, folder, explode="id")
    with pytest.raises(ColumnNotFound, match="'nothing'"):
        rows(spark_place, folder, explode="nothing")


def test_spark_parquet_types_land_as_documented(spark_place, folder):
    pq.write_table(pa.table(WIDE), folder / "a.parquet")

    found = load(spark_place, folder)
    cells = found.collect()
    notes = " ".join(found.provenance.notes)

    assert cells["id"].tolist()[0] == "007"
    assert cells["small"].tolist()[::2] == [1.0, 3.0]
    assert cells["big"].tolist()[:2] == [str(2**53 + 1), str(2**60 + 7)]
    assert cells["price"].tolist()[::2] == [1.10, 2.20]
    assert cells["long_price"].tolist()[0] == "12345678901234567890.12"
    assert cells["gpa"].isna().tolist() == [False, True, True]
    assert cells["works"].tolist()[:2] == [1.0, 0.0]
    assert cells["raw"].tolist()[:2] == ["Zoë", "\ufffd\ufffd"]
    assert [str(day.date()) for day in cells["born"].iloc[[0, 2]]] == ["2008-05-01", "1600-01-01"]
    assert str(cells["seen"].iloc[0]) == "2026-01-02 03:04:05.678901"
    assert str(cells["sent"].iloc[0]) == "2026-01-02 23:00:00"
    assert cells["home.city"].tolist()[0] == "Ulm"
    assert cells["tags.count"].tolist()[:2] == [2.0, 0.0]
    assert json.loads(cells["extra"].tolist()[0]) == {"k": 1}
    assert "'gpa': 2 values" in notes
    assert "'raw': 1 value" in notes


def test_spark_parquet_tells_its_types_and_rows_without_reading_them(spark_place, folder):
    pq.write_table(pa.table(WIDE), folder / "a.parquet")

    info = spark_place.source().describe(folder.name)
    fields = {field.name: field for field in info.fields}

    assert (info.n_rows, info.is_estimate, info.what) == (3, False, "folder")
    assert fields["price"].type == "decimal(10,2)"
    assert fields["price"].is_number
    assert fields["seen"].is_time
    assert not fields["home.city"].is_number


def test_spark_columns_that_only_some_parquet_files_have_are_there(spark_place, folder):
    pq.write_table(pa.table({"id": ["1"], "x": [1]}), folder / "a.parquet")
    pq.write_table(pa.table({"id": ["2"], "y": [2.5]}), folder / "b.parquet")

    assert rows(spark_place, folder, columns=["y", "id", "y"]).columns.tolist() == ["y", "id"]
    assert rows(spark_place, folder, limit=2)["y"].tolist()[1] == 2.5


def test_spark_folders_named_column_is_value_are_one_table_with_that_column_as_text(spark_place, folder):
    for year in ("autumn", "007"):
        (folder / f"year={year}").mkdir()
        pq.write_table(pa.table({"id": [f"s{year}"]}), folder / f"year={year}" / "part.parquet")

    found = rows(spark_place, folder)

    assert found["year"].tolist() == ["007", "autumn"]
    assert found["id"].tolist() == ["s007", "sautumn"]
    assert rows(spark_place, folder, limit=2)["year"].tolist() == ["007", "autumn"]


def test_spark_names_with_dots_quotes_and_scripts_are_columns(spark_place, folder):
    names = ["a.b", "back`tick", 'quo"te', "semi;colon", "$dollar", "ключ", "ID", "id", "sp ace", "_metadata"]
    pq.write_table(pa.table({name: [f"v{i}"] for i, name in enumerate(names)}), folder / "a.parquet")

    found = rows(spark_place, folder)

    assert found.columns.tolist() == names
    assert found.iloc[0].tolist() == [f"v{i}" for i in range(len(names))]
    assert rows(spark_place, folder, columns=["id", "a.b"]).iloc[0].tolist() == ["v7", "v0"]


def test_spark_a_table_without_rows_keeps_its_columns(spark_place, folder):
    (folder / "a.csv").write_text("id,x\n")

    assert rows(spark_place, folder).columns.tolist() == ["id", "x"]
    assert rows(spark_place, folder, limit=0).columns.tolist() == ["id", "x"]


def test_spark_damaged_files_are_named(spark_place, folder):
    (folder / "a.parquet").write_bytes(b"PAR1 this is no Parquet file at all PAR1")

    with pytest.raises(BadFile, match=r"'a\.parquet' of 'lms' is damaged"):
        rows(spark_place, folder)


def test_spark_text_that_is_not_utf8_is_refused_or_counted(spark_place, folder):
    (folder / "a.csv").write_bytes("id,name\n1,Zoë\n".encode("latin-1"))
    found = load(spark_place, folder)

    assert found.collect()["name"].tolist() == ["Zo\ufffd"]
    assert any("not valid UTF-8" in note for note in found.provenance.notes)

    (folder / "a.csv").write_bytes("id,name\n1,Zoë\n".encode("utf-16"))
    with pytest.raises(BadFile, match=r"'a\.csv' is not UTF-8"):
        load(spark_place, folder)


def test_spark_too_many_rows_are_refused_before_or_while_they_are_read(spark_place, folder):
    pq.write_table(pa.table({"id": [str(i) for i in range(100)]}), folder / "a.parquet")
    (spark_place.folder / "lines").mkdir(exist_ok=True)
    (spark_place.folder / "lines" / "a.csv").write_text("id\n" + "1\n" * 100)
    small = replace(spark_place, limits=ReadLimits(rows=50)).source()

    with pytest.raises(TooLarge, match=r"has 100 rows, more than the limit of 50\.$"):
        small.load(folder.name)
    with pytest.raises(TooLarge, match=r"has more rows than the limit of 50\.$"):
        small.load("lines")
    with pytest.raises(TooLarge, match="MiB"):
        replace(spark_place, limits=ReadLimits(bytes=100)).source().load(folder.name)
    assert small.load(folder.name, limit=50).provenance.n_rows == 50


def test_spark_progress_rises_and_the_provenance_tells_what_was_asked(spark_place, folder):
    (folder / "a.csv").write_text("id,score\n1,2\n2,3\n")
    told = []

    found = load(spark_place, folder, progress=lambda fraction, words: told.append((fraction, words)))
    fractions = [fraction for fraction, _ in told]

    assert fractions == sorted(fractions)
    assert (fractions[0], told[-1]) == (0.0, (1.0, f"2 rows read from '{folder.name}'"))
    assert found.provenance.source == "Spark 'lms'"
    assert found.provenance.query == f"select `id`, `score` from CSV `{folder.name}`"
    assert found.schema.column("score").kind is Kind.NUMBER


def test_spark_unknown_tables_columns_and_limits_are_refused(spark_place, folder):
    (folder / "a.csv").write_text("id,score\n1,2\n")

    with pytest.raises(TableNotFound, match="'nothing'"):
        spark_place.source().load("nothing")
    with pytest.raises(ColumnNotFound, match="'scor'") as refused:
        load(spark_place, folder, columns=["scor"])
    assert "'score'" in refused.value.hint
    with pytest.raises(InvalidChoice, match=r"^'limit' cannot be '-1'\.$"):
        load(spark_place, folder, limit=-1)
