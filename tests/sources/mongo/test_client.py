"""Settings that a driver chokes on are told as sentences, and addresses of both kinds are reached."""

import pymongo.errors
import pytest

from core.connections import Connection
from core.errors import SourceNotConfigured, SourceUnavailable
from core.sources.base import Connections
from core.sources.mongo import client
from core.sources.mongo.client import Server
from tests.servers.hostile import silent
from tests.sources.mongo.conftest import source_at

UNREADABLE = "The file of 'ca_file' of 'surveys' cannot be read."
NO_AUTHORITY = "The file of 'ca_file' of 'surveys' is no certificate authority."


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, UNREADABLE), (b"", NO_AUTHORITY), (b"no certificate", NO_AUTHORITY), (b"\x80\xff", NO_AUTHORITY)],
)
def test_a_file_that_is_no_authority_is_told_by_every_call(tmp_path, mongo, content, message):
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    source = source_at(mongo, "school", tls=True, ca_file=str(file))

    assert source.status().message == message
    for call in (source.tables, lambda: source.load("students"), lambda: source.describe("students")):
        with pytest.raises(SourceNotConfigured) as caught:
            call()
        assert str(caught.value) == message
        assert str(file) not in caught.value.hint


def test_the_file_of_an_authority_is_not_looked_at_without_encryption(source_of, mongo, mongo_database):
    source_of([{"_id": 1}])

    assert source_at(mongo, mongo_database.name, ca_file="nowhere/ca.pem").status().reachable


def server(port, host="127.0.0.1", **settings):
    connection = Connection.of("surveys", {"kind": "mongodb", "host": host, "port": port, **settings})
    return Server(connection, Connections((connection,)))


@pytest.mark.parametrize("tls", [True, False])
@pytest.mark.parametrize("host", ["::1", "127.0.0.1"])
def test_an_address_of_either_kind_reaches_the_driver_whole(monkeypatch, host, tls):
    monkeypatch.setattr(client, "_knock", lambda *_: None)

    with server(27_117, host, tls=tls).quick() as driver:
        assert list(driver.topology_description.server_descriptions()) == [(host, 27_117)]


def test_a_quick_question_that_took_too_long_may_be_asked_again():
    with (
        silent() as listener,
        pytest.raises(SourceUnavailable) as caught,
        server(listener.port).quick(seconds=3),
    ):
        raise pymongo.errors.ExecutionTimeout("operation exceeded time limit")

    assert str(caught.value) == "'surveys' did not answer within 3 seconds."
    assert caught.value.retry
    assert "WAYMARK_READ_SECONDS" not in caught.value.hint
