"""A file of the workspace appears whole or not at all, and old ones go."""

import io
import os
import stat
from pathlib import Path

import pytest

from core.caseload.access import LOCAL
from core.settings import Settings
from core.sources.base import FileSpec
from core.workflow import files, tables
from core.workflow.requests import TableRequest
from core.workflow.workspace import put, put_named


def test_a_file_is_there_with_its_content_and_its_folder_is_the_owners(tmp_path):
    place = put(tmp_path / "exports" / "a.csv", b"1", kept=3)

    assert place.read_bytes() == b"1"
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700


def test_a_write_that_fails_leaves_nothing(tmp_path):
    def broken(sink):
        sink.write(b"half")
        raise OSError(28, "no space left")

    with pytest.raises(OSError, match="no space left"):
        put_named(tmp_path, broken, kept=3)

    assert list(tmp_path.iterdir()) == []


def test_the_oldest_files_go_first(tmp_path):
    for age, name in enumerate(["new", "middle", "old"]):
        (tmp_path / name).write_bytes(b"")
        os.utime(tmp_path / name, (1_000 - age, 1_000 - age))
    put(tmp_path / "newest", b"", kept=2)

    assert sorted(place.name for place in tmp_path.iterdir()) == ["new", "newest"]


def test_the_draft_of_a_job_that_was_ended_goes_after_a_day(tmp_path):
    for name in (".draft-old", ".draft-new"):
        (tmp_path / name).write_bytes(b"half")
    os.utime(tmp_path / ".draft-old", (1, 1))
    put(tmp_path / "a", b"", kept=2)

    assert sorted(place.name for place in tmp_path.iterdir()) == [".draft-new", "a"]


def test_an_uploaded_file_in_use_outlives_those_uploaded_after_it(tmp_path):
    settings = Settings(workspace=tmp_path)

    def upload(number):
        content = io.BytesIO(b"student_id,mark\n007,%d\n008,5\n" % number)
        return files.keep_file(LOCAL, content, name="a.csv", settings=settings)

    specs = [upload(number) for number in range(files.KEPT_FILES)]
    for age, spec in enumerate(specs):
        os.utime(spec.path, (1_000 + age, 1_000 + age))
    tables.load_table(LOCAL, TableRequest(specs[0]), settings=settings)
    upload(files.KEPT_FILES)

    assert Path(specs[0].path).exists()
    assert not Path(specs[1].path).exists()


def test_a_file_outside_the_workspace_keeps_its_time(tmp_path):
    place = tmp_path / "own.csv"
    place.write_bytes(b"student_id,mark\n007,4\n008,5\n")
    os.utime(place, (1_000, 1_000))
    request = TableRequest(FileSpec(path=str(place)))
    tables.load_table(LOCAL, request, settings=Settings(workspace=tmp_path / "workspace"))

    assert place.stat().st_mtime == 1_000
