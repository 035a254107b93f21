"""The hostile servers do harm to a client that lets them, so that a client unharmed by them is proven."""

import socket
import threading

import pymysql
import pytest

from tests.servers import hostile


def ask(server: hostile.Hostile, **options: object) -> None:
    """Log in with the driver and ask one question."""
    with (
        pymysql.connect(
            host=server.host, port=server.port, user="ana", password="s3cret", **options
        ) as client,
        client.cursor() as cursor,
    ):
        cursor.execute("SELECT 1")


def test_a_client_that_allows_it_loses_its_file(tmp_path):
    (tmp_path / "secret.txt").write_text("the school's key")
    with hostile.file_thief(str(tmp_path / "secret.txt")) as thief:
        ask(thief, local_infile=True)

    assert bytes(thief.stolen) == b"the school's key"
    assert (thief.requests, thief.statements[-1]) == (1, "SELECT 1")


def test_a_client_that_forbids_it_keeps_its_file(tmp_path):
    (tmp_path / "secret.txt").write_text("the school's key")
    with (
        hostile.file_thief(str(tmp_path / "secret.txt")) as thief,
        pytest.raises(RuntimeError, match="LOAD_LOCAL"),
    ):
        ask(thief, local_infile=False)

    assert (thief.logins, thief.requests, bytes(thief.stolen)) == (1, 1, b"")


def test_a_client_may_be_asked_for_its_password_in_the_clear():
    with hostile.file_thief(asks_for_password=True) as thief, pytest.raises(RuntimeError):
        ask(thief)

    assert thief.clear_passwords == [b"s3cret\x00"]


def test_the_silent_listener_accepts_and_says_no_more_than_its_greeting():
    before = threading.active_count()
    with (
        hostile.silent(b"\x0a10") as listener,
        socket.create_connection((listener.host, listener.port), timeout=0.3) as client,
    ):
        client.sendall(b"hello")
        assert client.recv(100) == b"\x0a10"
        with pytest.raises(TimeoutError):
            client.recv(1)
        assert listener.connections == 1

    assert threading.active_count() == before
