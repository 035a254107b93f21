"""What every source promises, held by each of them: the demo school, text, a workbook, Parquet."""

import io

import openpyxl
import pandas as pd
import pytest

from core.errors import ColumnNotFound, InvalidChoice, TableNotFound
from core.schema import Kind, Role
from core.sources.base import DemoSpec, FileSpec
from core.sources.files.limits import FileLimits
from core.sources.open import open_source

N = 60
STUDENTS = pd.DataFrame(
    {
        "student_id": [f"{i:04d}" for i in range(N)],
        "name": ["NA", "Ann Lee", "Zoë"] * (N // 3),
        "math score": [str(40 + i) for i in range(N)],
        "lunch": ["standard", "free/reduced"] * (N // 2),
        "works": ["yes", "no"] * (N // 2),
        "born": ["2008-05-01", "2009-11-30"] * (N // 2),
    }
)
FORMS = {Kind.NUMBER: "float64", Kind.FLAG: "float64", Kind.CATEGORY: "str", Kind.TEXT: "str"}


def _text(path):
    path.write_bytes(STUDENTS.to_csv(index=False, sep=";").encode("utf-8"))


def _workbook(path):
    book = openpyxl.Workbook()
    book.active.title = "students"
    for row in [list(STUDENTS.columns), *STUDENTS.itertuples(index=False, name=None)]:
        book.active.append(list(row))
    file = io.BytesIO()
    book.save(file)
    path.write_bytes(file.getvalue())


def _parquet(path):
    STUDENTS.to_parquet(path, index=False)


WRITERS = {"text": (_text, "csv"), "workbook": (_workbook, "xlsx"), "parquet": (_parquet, "parquet")}


@pytest.fixture(params=["demo", *WRITERS])
def spec(request, tmp_path):
    """What names the source."""
    if request.param == "demo":
        return DemoSpec(students=N, dirt=False)
    write, ending = WRITERS[request.param]
    path = tmp_path / f"students.{ending}"
    write(path)
    return FileSpec(path=str(path))


@pytest.fixture
def source(spec):
    return open_source(spec, limits=FileLimits())


def test_its_status_says_in_a_sentence_that_it_can_be_read(source):
    status = source.status()

    assert status.reachable
    assert status.message.endswith(".")
    assert status.n_tables == len(source.tables())


def test_its_first_table_is_the_students(source):
    assert source.tables()[0] == "students"


def test_a_table_is_loaded_by_its_name_with_one_row_a_student(source):
    dataset = source.load("students")
    frame = dataset.collect()

    assert len(frame) == N
    assert tuple(frame.columns) == dataset.schema.names()


def test_ids_are_text_and_all_different(source):
    dataset = source.load("students")
    ids = dataset.collect()[dataset.schema.student_id]

    assert str(ids.dtype) == "str"
    assert ids.is_unique
    assert ids.notna().all()


def test_every_column_has_the_form_of_its_kind(source):
    dataset = source.load("students")
    forms = dataset.collect().dtypes.astype("str")

    for column in dataset.schema:
        if column.kind is Kind.DATE:
            assert forms[column.name].startswith("datetime64")
            assert "," not in forms[column.name]
        else:
            assert forms[column.name] == FORMS[column.kind], column.name


def test_every_column_has_a_title_and_a_reason(source):
    for column in source.load("students").schema:
        assert column.title
        assert column.reason


def test_columns_come_in_the_order_they_are_asked_for(source):
    names = source.load("students").schema.names()
    asked = [names[3], names[0]]
    dataset = source.load("students", columns=asked)

    assert list(dataset.collect().columns) == asked
    assert list(dataset.schema.names()) == asked
    assert len(dataset.collect()) == N


def test_a_limit_gives_the_first_rows_under_the_same_schema(source):
    whole = source.load("students")
    first = source.load("students", limit=5)

    assert len(first.collect()) == 5
    assert first.provenance.n_rows == 5
    assert first.collect().equals(whole.collect().head(5))
    assert first.schema == whole.schema


def test_a_limit_above_the_rows_gives_them_all(source):
    assert len(source.load("students", limit=N + 1).collect()) == N


def test_a_limit_below_zero_is_refused(source):
    with pytest.raises(InvalidChoice, match=r"^'limit' cannot be '-1'\.$"):
        source.load("students", limit=-1)


def test_an_unknown_table_is_refused_with_the_nearest(source):
    with pytest.raises(TableNotFound) as refused:
        source.load("studnets")

    assert "'studnets'" in str(refused.value)
    assert "'students'" in refused.value.hint


def test_an_unknown_column_is_refused_with_the_nearest(source):
    name = source.load("students").schema.names()[0]

    with pytest.raises(ColumnNotFound) as refused:
        source.load("students", columns=[name, f"{name}x"])

    assert f"'{name}x'" in str(refused.value)
    assert f"'{name}'" in refused.value.hint


def test_the_provenance_says_where_the_rows_came_from(source):
    found = source.load("students").provenance

    assert found.source
    assert found.table == "students"
    assert found.n_rows == N
    assert len(found.content_hash) == 16
    assert found.loaded_at.utcoffset().total_seconds() == 0


def test_the_same_load_twice_gives_the_same_rows_and_hash(spec):
    one, two = (open_source(spec, limits=FileLimits()).load("students") for _ in range(2))

    assert one.provenance.content_hash == two.provenance.content_hash
    assert one.schema == two.schema
    assert one.collect().equals(two.collect())


def test_progress_rises_to_the_end(source):
    told = []
    source.load("students", progress=lambda fraction, words: told.append((fraction, words)))
    fractions = [fraction for fraction, _ in told]

    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert all(words for _, words in told)


def test_protected_attributes_are_recognised(source):
    assert source.load("students").schema.names(Role.PROTECTED)


@pytest.mark.parametrize("spec", [DemoSpec(students=-1), FileSpec(path="no/such/file.csv")])
def test_the_status_of_what_cannot_be_read_never_raises(spec):
    status = open_source(spec, limits=FileLimits()).status()

    assert not status.reachable
    assert status.message
    assert status.n_tables == 0
