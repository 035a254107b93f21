"""While a server is down the last good copy serves, says so, and is never a half or a changed one."""

from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import pyarrow.parquet as pq
import pytest

from core import frames
from core.dataset import Dataset, Provenance
from core.errors import LoginRefused, SchemaChanged, SourceUnavailable, TableNotFound
from core.schema import Column, Kind, Role, Schema
from core.sources.join.part_table import PartTable
from core.workflow.copies import KEPT, fresh_or_kept

LOADED = datetime(2026, 11, 21, 9, 14, tzinfo=UTC)
SCHEMA = Schema((Column("id", Kind.TEXT, Role.STUDENT_ID), Column("score", Kind.NUMBER, Role.FEATURE)))
DOWN = SourceUnavailable("'school' refused the connection.", retry=True)


def table(*scores):
    frame = pd.DataFrame({"id": [f"00{i}" for i in range(len(scores))], "score": list(map(float, scores))})
    part = Provenance("MySQL 'school'", "marks", LOADED, len(frame), "abc", notes=("One.",), query="SELECT")
    origin = replace(part, parts=(part,))
    return PartTable(Dataset(frames.wrap(frame), SCHEMA, origin), n_after=4, n_undated=2, n_without_key=1)


def failing(error):
    def read():
        raise error

    return read


def test_what_was_read_is_returned_as_it_is(tmp_path):
    given = table(1, 2)

    assert fresh_or_kept(tmp_path, "marks", lambda: given) is given


@pytest.mark.parametrize("error", [DOWN, LoginRefused("The password was changed.")])
def test_while_the_server_is_down_the_copy_serves_and_says_so(tmp_path, error):
    given = table(1, float("nan"))
    fresh_or_kept(tmp_path, "marks", lambda: given)
    kept = fresh_or_kept(tmp_path, "marks", failing(error))

    outage = kept.dataset.provenance.outage

    pd.testing.assert_frame_equal(kept.dataset.collect(), given.dataset.collect())
    assert kept.dataset.schema == given.dataset.schema
    assert replace(kept.dataset.provenance, outage="") == given.dataset.provenance
    assert (kept.n_after, kept.n_undated, kept.n_without_key) == (4, 2, 1)
    assert outage.startswith(f"{error} It could not be read since ")
    assert outage.endswith("What you see was read on 21 Nov 2026 at 09:14 UTC.")


def test_the_outage_begins_with_the_first_failure_and_ends_with_the_next_success(tmp_path):
    fresh_or_kept(tmp_path, "marks", lambda: table(1))
    first = fresh_or_kept(tmp_path, "marks", failing(DOWN)).dataset.provenance.outage
    again = fresh_or_kept(tmp_path, "marks", failing(DOWN)).dataset.provenance.outage
    marks = list((tmp_path / "copies").glob(".down-*"))
    back = fresh_or_kept(tmp_path, "marks", lambda: table(5))

    assert first == again
    assert len(marks) == 1
    assert back.dataset.provenance.outage == ""
    assert back.dataset.collect()["score"].tolist() == [5.0]
    assert not list((tmp_path / "copies").glob(".down-*"))


def test_without_a_copy_the_failure_is_the_answer(tmp_path):
    with pytest.raises(SourceUnavailable, match="refused"):
        fresh_or_kept(tmp_path, "marks", failing(DOWN))


@pytest.mark.parametrize(
    "error", [SchemaChanged("'score' was dropped."), TableNotFound("There is no 'marks'.")]
)
def test_a_table_that_changed_is_never_papered_over_with_a_copy(tmp_path, error):
    fresh_or_kept(tmp_path, "marks", lambda: table(1))

    with pytest.raises(type(error)):
        fresh_or_kept(tmp_path, "marks", failing(error))


def test_a_copy_with_one_bit_changed_is_not_served(tmp_path):
    fresh_or_kept(tmp_path, "marks", lambda: table(1, 2, 3))
    (place,) = (tmp_path / "copies").glob("*.parquet")
    content = bytearray(place.read_bytes())
    content[len(content) // 2] ^= 1
    place.write_bytes(bytes(content))

    with pytest.raises(SourceUnavailable):
        fresh_or_kept(tmp_path, "marks", failing(DOWN))


def test_a_copy_is_plain_parquet_and_only_its_owner_reads_it(tmp_path):
    fresh_or_kept(tmp_path, "marks", lambda: table(1, 2))
    (place,) = (tmp_path / "copies").glob("*.parquet")

    assert pq.read_table(place).to_pydict() == {"id": ["000", "001"], "score": [1.0, 2.0]}
    assert place.stat().st_mode & 0o077 == 0


def test_another_question_has_another_copy(tmp_path):
    fresh_or_kept(tmp_path, ("marks", "2026-01-01"), lambda: table(1))

    with pytest.raises(SourceUnavailable):
        fresh_or_kept(tmp_path, ("marks", "2026-01-02"), failing(DOWN))


def test_a_new_copy_takes_the_place_of_the_old_one(tmp_path):
    for score in (1, 2, 3):
        fresh_or_kept(tmp_path, "marks", lambda score=score: table(score))

    assert len(list((tmp_path / "copies").glob("*.parquet"))) == 1
    assert fresh_or_kept(tmp_path, "marks", failing(DOWN)).dataset.collect()["score"].tolist() == [3.0]


def test_old_copies_go(tmp_path):
    for number in range(KEPT + 2):
        fresh_or_kept(tmp_path, number, lambda: table(1))

    assert len(list((tmp_path / "copies").glob("*.parquet"))) == KEPT
