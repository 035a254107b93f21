"""A file of the workspace appears whole or not at all, and old ones go."""

import os
import stat

import pytest

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
