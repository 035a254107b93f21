"""Files described, their rows chosen and their sums worked out, as of any other source."""

import openpyxl
import pandas as pd
import pytest

from core.errors import ColumnNotFound, TableNotFound, WrongKind
from core.sources.base import FileSpec
from core.sources.files.source import GUESS_ROWS, FileSource
from core.sources.selection import Condition, Grouping, Test

N = 40
ROWS = pd.DataFrame(
    {
        "student_id": [f"{i % 10:03d}" for i in range(N)],
        "points": [float(i) for i in range(N)],
        "word": ["a", "A", "b", "b"] * (N // 4),
        "day": [f"2026-03-{1 + i % 20:02d}" for i in range(N)],
    }
)


def _text(path, rows):
    rows.to_csv(path, index=False)


def _workbook(path, rows):
    book = openpyxl.Workbook()
    book.active.title = "marks"
    for row in [list(rows.columns), *rows.itertuples(index=False, name=None)]:
        book.active.append(list(row))
    book.save(path)


def _parquet(path, rows):
    rows.assign(day=pd.to_datetime(rows["day"])).to_parquet(path, index=False)


WRITERS = {"csv": _text, "xlsx": _workbook, "parquet": _parquet}


def source_of(tmp_path, ending, rows=ROWS):
    path = tmp_path / f"marks.{ending}"
    WRITERS[ending](path, rows)
    return FileSource(FileSpec(str(path)))


@pytest.fixture(params=WRITERS)
def source(request, tmp_path):
    """The same rows in each kind of file."""
    return source_of(tmp_path, request.param)


def test_a_file_has_no_databases_to_choose_from(source):
    assert source.databases() == ()


def test_a_table_is_described_by_the_kinds_that_a_load_gives(source):
    info = source.describe("marks")
    schema = source.load("marks").schema

    assert [(field.name, field.type) for field in info.fields] == [(c.name, c.kind.value) for c in schema]
    assert [field.is_number for field in info.fields] == [False, True, False, False]
    assert [field.is_time for field in info.fields] == [False, False, False, True]
    assert (info.n_rows, info.is_estimate) == (N, False)
    assert info.what == ("sheet" if source.name.endswith("xlsx") else "file")


@pytest.mark.parametrize(("ending", "n_rows"), [("csv", None), ("parquet", GUESS_ROWS + N)])
def test_rows_are_counted_where_the_file_says_how_many(tmp_path, ending, n_rows):
    many = pd.concat([ROWS] * (GUESS_ROWS // N + 1), ignore_index=True)

    assert source_of(tmp_path, ending, many).describe("marks").n_rows == n_rows


def test_an_unknown_table_is_not_described(source):
    with pytest.raises(TableNotFound, match="has no table 'mark'"):
        source.describe("mark")


def test_rows_are_those_that_meet_the_conditions_in_the_order_of_the_file(source):
    rows = [Condition("points", Test.ABOVE, 9), Condition("day", Test.AT_MOST, "2026-03-15")]
    dataset = source.load("marks", rows=rows, columns=["word", "points"])
    expected = ROWS[(ROWS["points"] > 9) & (ROWS["day"] <= "2026-03-15")]

    assert dataset.collect()["points"].tolist() == expected["points"].tolist()
    assert list(dataset.collect().columns) == ["word", "points"]
    assert dataset.provenance.n_rows == len(expected)
    assert f"{len(expected)} of {N} rows meet the conditions on 'points', 'day'." in dataset.provenance.notes


def test_a_limit_counts_the_rows_that_meet_the_conditions(source):
    found = source.load("marks", rows=[Condition("word", Test.IS, "b")], limit=3).collect()

    assert found["points"].tolist() == [2.0, 3.0, 6.0]


def test_other_conditions_give_another_hash_and_the_same_ones_the_same(source):
    some = [[], [Condition("word", Test.IS, "b")], [Condition("word", Test.IS, "a")]]
    hashes = [source.load("marks", rows=rows).provenance.content_hash for rows in some]

    assert len(set(hashes)) == 3
    assert source.load("marks", rows=some[1]).provenance.content_hash == hashes[1]


def test_sums_are_those_of_a_plain_groupby(source):
    told = []
    groups = source.group(
        "marks",
        Grouping("student_id", time="day", sums=("points",), lasts=("word",)),
        rows=[Condition("points", Test.AT_LEAST, 5)],
        progress=lambda done, words: told.append(done),
    )
    kept = ROWS[ROWS["points"] >= 5]
    expected = kept.groupby("student_id", sort=False)["points"].sum()
    last = kept.sort_values(["day", "word"]).groupby("student_id")["word"].last()

    assert dict(zip(groups.frame["key"], groups.frame["sum_0"], strict=True)) == expected.to_dict()
    assert dict(zip(groups.frame["key"], groups.frame["last_0"], strict=True)) == last.to_dict()
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_file_without_lists_explodes_none(source):
    with pytest.raises(WrongKind, match="The column 'word' of table 'marks' holds no lists"):
        source.load("marks", explode="word")
    with pytest.raises(ColumnNotFound, match=r"There is no column 'wrd' \(needed by table 'marks'\)"):
        source.load("marks", rows=[Condition("wrd", Test.PRESENT)])
