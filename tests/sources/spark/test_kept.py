"""A session is kept for the next call: not after failures, not for two at once, and files may change."""

from dataclasses import replace

import pytest

from core.connections import ReadLimits
from core.errors import BadFile, ColumnNotFound, TooLarge
from core.sources.spark import kept
from core.sources.spark.connecting import connected
from core.sources.spark.kept import KEPT
from core.sources.spark.session import IN_ORDER


@pytest.fixture(params=["spark_local", "spark_stated"])
def place(request):
    """A connection with a table of two files; no session is kept for it yet."""
    KEPT.close()
    made = request.getfixturevalue(request.param)
    folder = made.folder / "kept"
    folder.mkdir(exist_ok=True)
    (folder / "a.csv").write_text("id\n1\n")
    (folder / "b.csv").write_text("id\n2\n")
    yield made
    KEPT.close()


def ids(place, **options):
    return place.source().load("kept", **options).collect()["id"].astype(float).tolist()


def identity(place):
    """Return which session a call gets."""
    with connected(place.connection, place.connections) as session:
        return session.spark.client._session_id


def test_spark_keeps_a_session_and_sees_what_changed_in_files(place):
    first = identity(place)
    assert ids(place) == ids(place, limit=2) == [1.0, 2.0]
    (place.folder / "kept" / "b.csv").write_text("id\n7\n8\n")
    (place.folder / "kept" / "c.csv").write_text("id\n9\n")

    assert ids(place) == [1.0, 7.0, 8.0, 9.0]
    (place.folder / "kept" / "c.csv").unlink()
    assert ids(place) == [1.0, 7.0, 8.0]
    assert identity(place) == first


def test_spark_takes_the_options_of_one_call_back(place):
    with connected(place.connection, place.connections) as session:
        before = [session.spark.conf.get(name) for name in IN_ORDER]
        with session.configured(IN_ORDER):
            assert [session.spark.conf.get(name) for name in IN_ORDER] == list(IN_ORDER.values())
        assert [session.spark.conf.get(name) for name in IN_ORDER] == before


def test_spark_gives_two_calls_at_once_two_sessions(place):
    with connected(place.connection, place.connections) as one:
        assert identity(place) != one.spark.client._session_id


def test_spark_keeps_no_session_whose_work_did_not_end(place):
    first = identity(place)
    with pytest.raises(ColumnNotFound):
        ids(place, columns=["nothing"])
    assert identity(place) == first, "nothing was asked of Spark"

    hurried = replace(place, limits=ReadLimits(rows=1))
    broken = identity(hurried)
    with pytest.raises(TooLarge):
        ids(hurried)
    assert identity(hurried) != broken


def test_spark_sessions_that_the_server_ended_are_replaced(place):
    first = identity(place)
    with connected(place.connection, place.connections) as session:
        session.spark.client.release_session()

    assert ids(place) == [1.0, 2.0]
    assert identity(place) != first


def test_spark_sessions_are_kept_for_a_while_only(place, monkeypatch):
    first = identity(place)
    monkeypatch.setattr(kept, "KEPT_SECONDS", 0.0)

    assert identity(place) != first


def test_parquet_that_was_cut_is_named(place):
    (place.folder / "kept.parquet").write_bytes(b"PAR1")

    with pytest.raises(BadFile, match=r"'kept\.parquet'"):
        place.source().describe("kept.parquet")
    (place.folder / "kept.parquet").unlink()
