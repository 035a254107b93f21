"""Settings that a driver chokes on are told as sentences, and addresses of both kinds are reached."""

import contextlib
import socket

import pymongo.errors
import pytest

from core.connections import Connection
from core.errors import SourceNotConfigured, SourceUnavailable
from core.sources.base import Connections
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


@contextlib.contextmanager
def on_ipv6():
    """A listener on ``::1`` that never speaks; skips where this computer has no such address."""
    try:
        listener = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("no IPv6 here")
    with listener:
        yield listener


@pytest.mark.parametrize("tls", [True, False])
def test_an_ipv6_address_is_an_address_like_any_other(mongo, tls):
    with on_ipv6() as listener:
        port = listener.getsockname()[1]
        settings = {"host": "::1", "port": port, "tls": tls}
        source = source_at(
            mongo, "school", limits={"connect_seconds": 0.5, "silent_seconds": 0.5}, **settings
        )

        assert not source.status().reachable
        listener.settimeout(5)
        for _ in ("whether somebody listens", "the driver"):
            listener.accept()[0].close()


def server(port):
    connection = Connection.of("surveys", {"kind": "mongodb", "host": "127.0.0.1", "port": port})
    return Server(connection, Connections((connection,)))


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
