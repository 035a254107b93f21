"""Starting the app says in one sentence why it cannot be done on a port."""

import socket

import pytest

from deploy import start


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind((start.HOST, 0))
        server.listen()
        yield server


def test_a_free_port_is_no_reason_to_refuse(listener):
    port = listener.getsockname()[1]
    listener.close()

    assert start.refusal(str(port)) is None


def test_a_taken_port_is_named_with_another_one_to_try(listener):
    port = listener.getsockname()[1]

    assert start.refusal(str(port)) == (
        f"Port {port} is taken, perhaps by Waymark itself (http://127.0.0.1:{port}): "
        f"stop that program, or take another port: make run PORT={port + 1}."
    )


@pytest.mark.parametrize("port", ["web", "0", "65536", "-1", "", "8 0"])
def test_what_is_not_a_port_is_refused_by_name(port):
    assert start.refusal(port) == f"A port is a number from 1 to 65535, not '{port}'."


def test_a_refusal_ends_the_start_before_anything_is_loaded(listener):
    with pytest.raises(SystemExit, match="is taken"):
        start.main([str(listener.getsockname()[1])])
