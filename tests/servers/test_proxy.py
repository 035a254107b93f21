"""The fault proxy does to a connection what its mode says, and nothing when it says nothing."""

import gc
import socket
import threading
import time
import warnings

import pytest

from tests.servers.proxy import PASS, REFUSE, RESET, SILENT, FaultProxy, Mode

SENT = bytes(range(256)) * 4_000
"""A megabyte that the server below sends to who asks for it."""


def answer(connection: socket.socket) -> None:
    """Send so many bytes as each line asks for, until the client is done."""
    with connection, connection.makefile("rb") as lines:
        try:
            for line in lines:
                connection.sendall(SENT[: int(line)])
        except OSError:
            return


@pytest.fixture
def target():
    """A server that sends the number of bytes that it is asked for."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=answer, args=(connection,), daemon=True).start()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.fixture
def proxy(target):
    with FaultProxy(target) as proxy:
        yield proxy


@pytest.fixture
def client(proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
        yield client


def fetch(client: socket.socket, size: int) -> bytes:
    """Ask for ``size`` bytes; return what came of them before the connection ended."""
    client.sendall(f"{size}\n".encode())
    return read(client, size)


def fetch_anew(proxy: FaultProxy, size: int) -> bytes:
    """Fetch over a connection of its own."""
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
        return fetch(client, size)


def read(client: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size and (more := client.recv(65_536)):
        got += more
    return got


def test_bytes_pass_unharmed_and_are_counted(proxy, client):
    assert fetch(client, 1_000_000) == SENT[:1_000_000]
    assert (proxy.connections, proxy.to_client, proxy.to_server) == (1, 1_000_000, len(b"1000000\n"))


def test_an_orderly_end_is_passed_on(proxy, client):
    client.sendall(b"3\n")
    client.shutdown(socket.SHUT_WR)

    assert read(client, 4) == SENT[:3]


def test_refusing_resets_what_is_open_and_leaves_nobody_listening(proxy, client):
    fetch(client, 10)
    proxy.mode = REFUSE

    with pytest.raises(ConnectionResetError):
        client.recv(1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), timeout=5)


@pytest.mark.parametrize("mode", [REFUSE, RESET, SILENT, Mode(cut_after=0)])
def test_the_same_port_works_again_once_the_fault_is_lifted(proxy, mode):
    proxy.mode = mode
    proxy.mode = PASS

    assert fetch_anew(proxy, 100) == SENT[:100]


def test_resetting_accepts_and_breaks_off(proxy):
    proxy.mode = RESET

    with pytest.raises((ConnectionResetError, BrokenPipeError)):
        fetch_anew(proxy, 10)
    assert proxy.connections == 1


def test_silence_holds_old_and_new_connections_and_lets_them_go_on(proxy, client):
    fetch(client, 10)
    proxy.mode = SILENT
    client.settimeout(0.3)
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=0.3) as new:
        for each in (client, new):
            each.sendall(b"5\n")
            with pytest.raises(TimeoutError):
                each.recv(1)
        proxy.mode = PASS
        for each in (client, new):
            each.settimeout(5)
            assert read(each, 5) == SENT[:5]


def test_a_delay_comes_before_each_piece(proxy, client):
    proxy.mode = Mode(delay=0.2)
    began = time.monotonic()

    assert fetch(client, 10) == SENT[:10]
    assert time.monotonic() - began >= 0.2


def test_a_dripping_server_gives_so_many_bytes_a_second(proxy, client):
    proxy.mode = Mode(rate=1_000)
    began = time.monotonic()

    assert fetch(client, 500) == SENT[:500]
    assert 0.4 < time.monotonic() - began < 3


@pytest.mark.parametrize("after", [0, 1, 1_000, 65_536, 70_000, 500_000])
def test_a_connection_is_cut_after_exactly_so_many_bytes_of_the_server(proxy, client, after):
    fetch(client, 10)
    proxy.mode = Mode(cut_after=after)

    assert fetch(client, 1_000_000) == SENT[:after]
    assert fetch_anew(proxy, 1_000_000) == SENT[:after]


def test_a_cut_may_be_a_reset(proxy, client):
    proxy.mode = Mode(cut_after=100, cut_with_reset=True)

    with pytest.raises(ConnectionResetError):
        fetch(client, 1_000)


def test_damage_is_the_same_bytes_each_time(proxy, client):
    proxy.mode = Mode(corrupt_every=1_000)
    got = fetch(client, 100_000)

    assert [place for place in range(100_000) if got[place] != SENT[place]] == list(range(0, 100_000, 1_000))


def test_a_server_that_is_down_resets_its_clients():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        with (
            FaultProxy(nobody.getsockname()[1]) as proxy,
            pytest.raises(ConnectionResetError),  # already while it connects, where the proxy is quicker
            socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client,
        ):
            client.recv(1)


def test_closing_ends_its_thread_and_every_connection(target):
    before = set(threading.enumerate())
    with FaultProxy(target) as proxy:
        clients = [socket.create_connection(("127.0.0.1", proxy.port), timeout=5) for _ in range(20)]
        for client in clients:
            fetch(client, 10)
        assert (proxy.open, proxy.connections) == (20, 20)
        proxy.mode = SILENT

    for client in clients:
        with pytest.raises(ConnectionResetError):
            client.recv(1)
        client.close()
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(threading.enumerate()) - before == set()


def reconnect(port: int, until: threading.Event) -> None:
    """Connect again and again, as a driver does that lost its server."""
    while not until.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=0.2) as client:
                client.sendall(b"10\n")
        except OSError:
            time.sleep(0.001)


@pytest.mark.parametrize("mode", [PASS, SILENT, Mode(delay=0.05)], ids=["pass", "silent", "delay"])
def test_closing_while_clients_connect_again_leaves_nothing_open(target, mode):
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        for _ in range(5):
            is_over = threading.Event()
            with FaultProxy(target) as proxy:
                clients = [threading.Thread(target=reconnect, args=(proxy.port, is_over)) for _ in range(3)]
                proxy.mode = mode
                for client in clients:
                    client.start()
                time.sleep(0.02)
            is_over.set()
            for client in clients:
                client.join(5)
        gc.collect()

    assert [str(each.message) for each in seen] == []
    assert proxy.open == 0
