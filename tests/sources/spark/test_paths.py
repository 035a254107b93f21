"""Tables are what lies under the one folder of a connection, by its very name; nothing else can be named."""

import pytest

from core.errors import SourceError, TableNotFound
from core.sources.spark.paths import file_tables, require_table


@pytest.fixture
def root(tmp_path):
    """A folder of tables beside one that is nobody's business."""
    made = tmp_path / "data"
    made.mkdir()
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "grades.csv").write_text("id\n1\n")
    return made


def names(root):
    return [table.name for table in file_tables(str(root))]


def put(root, *paths):
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("id\n1\n")


def test_files_and_folders_of_one_format_are_tables(root):
    put(
        root,
        "a.csv",
        "events/p1.parquet",
        "events/p2.parquet",
        "lms/2025/x.jsonl",
        "lms/2026/y.csv.gz",
        "notes.txt",
    )

    assert names(root) == ["a.csv", "events", "lms/2025", "lms/2026"]


def test_folders_named_column_is_value_belong_to_the_folder_above(root):
    put(
        root,
        "events/year=2025/month=1/a.parquet",
        "events/year=2026/b.parquet",
        "mixed/a.csv",
        "mixed/b.parquet",
    )
    tables = {table.name: table for table in file_tables(str(root))}

    assert sorted(tables) == ["events", "mixed/a.csv", "mixed/b.parquet"]
    assert tables["events"].is_partitioned
    assert len(tables["events"].files) == 2


def test_hidden_and_unfinished_files_are_no_tables(root):
    put(root, "e/_temporary/a.parquet", "e/.x.csv", "_SUCCESS.csv", "e/a.csv", ".git/b.csv")

    assert names(root) == ["e"]


def test_links_that_lead_out_are_no_tables(root):
    put(root, "events/a.csv")
    (root / "out").symlink_to(root.parent / "secret")
    (root / "out.csv").symlink_to(root.parent / "secret" / "grades.csv")
    (root / "events" / "b.csv").symlink_to(root.parent / "secret" / "grades.csv")
    (root / "loop").symlink_to(root)
    (root / "broken.csv").symlink_to(root / "nowhere.csv")

    tables = file_tables(str(root))

    assert [table.name for table in tables] == ["events"]
    assert [file.name for file in tables[0].files] == ["a.csv"]


@pytest.mark.parametrize(
    "name",
    [
        "../secret",
        "../secret/grades.csv",
        "events/../../secret",
        "/etc/passwd",
        "file:///etc/passwd",
        "*",
        "event?",
        "ev*",
        "{events,../secret}",
        "events/",
        "./events",
        "",
        "events\x00",
        "s3a://bucket/x",
        "jdbc:mysql://h/d",
    ],
)
def test_a_name_that_is_not_listed_reads_nothing(root, name):
    put(root, "events/a.csv")

    with pytest.raises(TableNotFound):
        require_table(name, file_tables(str(root)), connection="lms")


def test_names_that_spark_reads_as_patterns_are_no_tables(root):
    put(root, "a[1].csv", "b{x}.csv", "c*.csv", "d?/x.csv", "good.csv")

    assert names(root) == ["good.csv"]


@pytest.mark.parametrize("folder", ["nowhere", "data/a.csv"])
def test_a_folder_that_is_none_is_told(root, folder):
    put(root, "a.csv")

    with pytest.raises(SourceError, match="does not exist or cannot be read"):
        file_tables(str(root.parent / folder))
