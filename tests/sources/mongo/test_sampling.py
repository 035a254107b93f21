"""Finding the columns may take as long as a read, takes no more memory than stated, and ends on demand."""

import contextlib
import threading
import time

import pytest

from core.errors import SourceUnavailable, TooLarge
from core.sources.mongo import sample
from core.sources.selection import Grouping
from tests.servers.proxy import SILENT, FaultProxy
from tests.sources.mongo.conftest import source_at

IMPATIENT = {"silent_seconds": 1.0}
SLEEP = 1_500
"""Milliseconds of each document of a slow view: more than a quick question may take."""


@pytest.fixture
def slow(mongo, mongo_database):
    """Make a view of one document, that takes so many milliseconds, and return its source."""

    def make(milliseconds=SLEEP, **asked):
        mongo_database["students"].insert_one({"_id": 1, "n": 7})
        body = f"function() {{ sleep({milliseconds}); return 1 }}"
        function = {"$function": {"body": body, "args": [], "lang": "js"}}
        mongo_database.create_collection(
            "slow", viewOn="students", pipeline=[{"$group": {"_id": "$n"}}, {"$set": {"took": function}}]
        )
        return source_at(mongo, mongo_database.name, **asked)

    return make


def test_a_view_slower_than_a_quick_question_is_described_loaded_and_grouped(slow):
    source = slow(limits=IMPATIENT)

    assert [field.name for field in source.describe("slow").fields] == ["_id", "took"]
    assert source.load("slow").collect()["took"].tolist() == [1]
    assert source.group("slow", Grouping("took")).frame["n_rows"].tolist() == [1]


def test_a_sample_over_the_limit_of_a_read_is_ended_on_the_server_too(slow, mongo):
    source = slow(60_000, limits={"seconds": 1.0})

    begun = time.monotonic()
    with pytest.raises(TooLarge, match="took longer than its limit of 1 seconds"):
        source.describe("slow")
    assert time.monotonic() - begun < 6
    assert soon_nothing(mongo)


def soon_nothing(mongo):
    """Whether the server soon does nothing more for a source."""
    deadline = time.monotonic() + 10
    with mongo.client() as client:
        while time.monotonic() < deadline:
            found = client.admin.aggregate([{"$currentOp": {"idleCursors": True}}])
            if not any("waymark " in str(each) for each in found):
                return True
            time.sleep(0.1)
    return False


def test_a_server_that_falls_silent_while_it_is_sampled_is_given_up(slow, mongo):
    with FaultProxy(mongo.port) as proxy:
        source = slow(8_000, port=proxy.port)
        threading.Timer(0.8, lambda: setattr(proxy, "mode", SILENT)).start()
        begun = time.monotonic()
        with pytest.raises(SourceUnavailable, match="'surveys' stopped answering"):
            source.describe("slow")
        assert time.monotonic() - begun < 0.8 + 6


def test_a_cancelled_look_at_the_columns_ends_at_once_on_both_sides(slow, mongo):
    class Cancelled(Exception):
        pass

    source = slow(60_000)
    begun = time.monotonic()

    def cancel(fraction, words):
        if time.monotonic() - begun > 0.5:
            raise Cancelled

    for call in (
        lambda: source.load("slow", progress=cancel),
        lambda: source.group("slow", Grouping("took"), progress=cancel),
    ):
        begun = time.monotonic()
        with contextlib.suppress(Cancelled):
            call()
        assert time.monotonic() - begun < 4
    assert soon_nothing(mongo)


def test_large_documents_are_sampled_up_to_so_many_bytes(source_of, monkeypatch):
    monkeypatch.setattr(sample, "MOST_BYTES", 1_000_000)
    source = source_of([{"_id": i, "text": "x" * 100_000} for i in range(50)])

    assert source.describe("students").n_sampled == 10
    assert source.load("students", columns=["_id"]).provenance.n_rows == 50


def test_one_document_is_sampled_however_large(source_of, monkeypatch):
    monkeypatch.setattr(sample, "MOST_BYTES", 1_000)

    assert source_of([{"_id": 1, "text": "x" * 100_000}]).describe("students").n_sampled == 1


def test_each_part_of_the_sample_has_its_share_of_the_bytes(source_of, monkeypatch):
    monkeypatch.setattr(sample, "MOST_BYTES", 200_000)
    documents = [{"_id": i, "text": "x" * 1_000} for i in range(2_000)]
    documents[1_000]["middle"] = documents[-1]["end"] = 1
    documents[1_200]["four_fifths"] = 1
    info = source_of(documents).describe("students")

    assert 180 < info.n_sampled < 210
    assert {"end", "four_fifths"} <= {field.name for field in info.fields}
    assert "middle" not in {field.name for field in info.fields}


def test_an_exploded_sample_stops_the_server_when_it_has_enough(
    source_of, mongo, mongo_database, monkeypatch
):
    monkeypatch.setattr(sample, "MOST_BYTES", 1_000_000)
    source_of([{"_id": 1, "text": "x" * 50_000, "tags": list(range(1_500))}])
    with FaultProxy(mongo.port) as proxy:
        source = source_at(mongo, mongo_database.name, port=proxy.port)

        assert 10 < source.describe("students", explode="tags").n_sampled < 30
        assert proxy.to_client < 60_000_000
    assert soon_nothing(mongo)
