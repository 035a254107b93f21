"""A snapshot gives back exactly what was kept, whole or not at all."""

import os
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pytest

from core import frames
from core.dataset import Dataset, Provenance
from core.schema import Column, Kind, Role, Schema
from core.workflow import snapshots


def dataset():
    rows = pd.DataFrame(
        {
            "id": ["007", "NA", "Ø"],
            "gpa": [1.5, np.nan, 2.0],
            "at": pd.to_datetime(["2026-01-05", None, "2026-02-01"]),
        }
    )
    columns = (
        Column("id", Kind.TEXT, Role.STUDENT_ID, reason="distinct"),
        Column("gpa", Kind.NUMBER, Role.FEATURE, unit="points", lowest=0.0),
        Column("at", Kind.DATE, Role.TIME),
    )
    origin = Provenance(
        "file a.csv", "a", datetime(2026, 1, 2, tzinfo=UTC), 3, "abc", notes=("read as text",)
    )
    return Dataset(frames.wrap(rows), Schema(columns), origin)


def refuse():
    raise AssertionError("built again")


def test_what_was_kept_comes_back_equal(tmp_path):
    built = snapshots.snapshot(tmp_path, "k", dataset)
    kept = snapshots.snapshot(tmp_path, "k", refuse)

    pd.testing.assert_frame_equal(kept.collect(), dataset().collect())
    assert (kept.schema, kept.provenance) == (dataset().schema, dataset().provenance)
    assert built.schema == kept.schema


def test_the_folder_is_its_owners_alone(tmp_path):
    snapshots.snapshot(tmp_path, "k", dataset)

    assert (tmp_path / "snapshots").stat().st_mode & 0o077 == 0


def test_a_failed_build_leaves_nothing(tmp_path):
    with pytest.raises(AssertionError):
        snapshots.snapshot(tmp_path, "k", refuse)

    assert not (tmp_path / "snapshots").exists() or not list((tmp_path / "snapshots").iterdir())


def test_the_oldest_snapshots_go_first(tmp_path, monkeypatch):
    monkeypatch.setattr(snapshots, "KEPT", 2)
    for number, key in enumerate("abc"):
        snapshots.snapshot(tmp_path, key, dataset)
        os.utime(tmp_path / "snapshots" / key, (number, number))
    snapshots.snapshot(tmp_path, "d", dataset)

    assert sorted(p.name for p in (tmp_path / "snapshots").iterdir()) == ["c", "d"]


@pytest.mark.parametrize("left", [[], ["rows.arrow"], ["about.json"]])
def test_no_half_written_snapshot_is_ever_read(tmp_path, left):
    folder = tmp_path / "snapshots" / "k"
    folder.mkdir(parents=True)
    for name in left:
        (folder / name).write_bytes(b"half")

    assert len(snapshots.snapshot(tmp_path, "k", dataset).collect()) == 3
    assert len(snapshots.snapshot(tmp_path, "k", refuse).collect()) == 3
    assert [place.name for place in folder.parent.iterdir()] == ["k"]


def test_a_snapshot_written_by_another_job_meanwhile_is_as_good(tmp_path):
    def build_late():
        snapshots.snapshot(tmp_path, "k", dataset)
        return dataset()

    assert len(snapshots.snapshot(tmp_path, "k", build_late).collect()) == 3
    assert [place.name for place in (tmp_path / "snapshots").iterdir()] == ["k"]


def test_a_snapshot_removed_before_it_is_read_is_built_once_more(tmp_path, monkeypatch):
    snapshots.snapshot(tmp_path, "k", dataset)
    read, reads = snapshots._read, []

    def read_late(folder):
        reads.append(folder)
        if len(reads) == 1:
            snapshots._remove(folder)
        return read(folder)

    monkeypatch.setattr(snapshots, "_read", read_late)

    assert len(snapshots.snapshot(tmp_path, "k", dataset).collect()) == 3
    assert len(reads) == 2


def test_two_jobs_may_remove_the_same_snapshot(tmp_path):
    snapshots.snapshot(tmp_path, "k", dataset)
    for _ in range(2):
        snapshots._remove(tmp_path / "snapshots" / "k")

    assert list((tmp_path / "snapshots").iterdir()) == []


def test_a_write_that_fails_leaves_nothing(tmp_path, monkeypatch):
    def full(*_about):
        raise OSError(28, "no space left")

    monkeypatch.setattr(snapshots, "about_of", full)
    with pytest.raises(OSError, match="no space left"):
        snapshots.snapshot(tmp_path, "k", dataset)

    assert list((tmp_path / "snapshots").iterdir()) == []


def test_the_draft_of_a_job_that_was_ended_goes_after_a_day(tmp_path):
    old, new = (tmp_path / "snapshots" / name for name in (".draft-old", ".draft-new"))
    for draft in (old, new):
        draft.mkdir(parents=True)
        (draft / "rows.arrow").write_bytes(b"half")
    os.utime(old, (1, 1))
    snapshots.snapshot(tmp_path, "k", dataset)

    assert sorted(place.name for place in old.parent.iterdir()) == [".draft-new", "k"]
