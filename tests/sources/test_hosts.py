"""A connection leads where it is allowed to, and never where nobody may allow it."""

import socket

import pytest

from core.errors import HostRefused, SourceUnavailable
from core.sources.hosts import checked_address


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "LOCALHOST"])
def test_this_computer_is_always_allowed(host):
    assert checked_address(host, 3306, allowed=()) in {"127.0.0.1", "::1"}


def test_a_listed_host_is_resolved_to_a_number(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", _answers("10.1.2.3"))

    assert checked_address("db.school.example", 3306, allowed=("DB.school.example",)) == "10.1.2.3"


def test_a_host_that_is_not_listed_is_refused_before_it_is_resolved(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", _never)

    with pytest.raises(
        HostRefused, match=r"^The host 'evil\.example' is not on the list of allowed hosts\.$"
    ):
        checked_address("evil.example", 3306, allowed=("db",))


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1/x?local_infile=1&init_command=SET x",
        "root@127.0.0.1",
        "127.0.0.1:3306",
        "file:///etc/passwd",
        "/var/run/mysqld.sock",
        "..",
        "db host",
        "db\nhost",
        "",
        "2130706433",
        "0x7f.0.0.1",
        "017700000001",
        "127.1",
        "[::1]",
        "db,other",
        "x" * 300,
    ],
)
def test_what_is_more_than_a_name_is_refused_even_when_listed(monkeypatch, host):
    monkeypatch.setattr(socket, "getaddrinfo", _never)

    with pytest.raises(HostRefused):
        checked_address(host, 3306, allowed=(host,))


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "0.0.0.0",
        "224.0.0.1",
        "fe80::1",
        "::",
        "ff02::1",
        "240.0.0.1",
        "::ffff:169.254.169.254",
    ],
)
def test_the_addresses_of_machine_services_are_refused_whatever_the_list_says(monkeypatch, address):
    monkeypatch.setattr(socket, "getaddrinfo", _answers(address))

    with pytest.raises(HostRefused, match="where no database may be"):
        checked_address("metadata.example", 80, allowed=("metadata.example",))
    with pytest.raises(HostRefused):
        checked_address(address, 80, allowed=(address,))


def test_one_bad_address_among_several_is_enough(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", _answers("10.0.0.1", "169.254.169.254"))

    with pytest.raises(HostRefused):
        checked_address("db.example", 80, allowed=("db.example",))


def test_an_unknown_name_may_be_known_later():
    with pytest.raises(SourceUnavailable, match=r"The host 'no-such-host\.invalid' is unknown\.") as refused:
        checked_address("no-such-host.invalid", 3306, allowed=("no-such-host.invalid",))

    assert refused.value.retry


def _answers(*addresses):
    found = [
        (socket.AF_INET6 if ":" in a else socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 1))
        for a in addresses
    ]
    return lambda *args, **options: found


def _never(*args, **options):
    raise AssertionError("nothing may be resolved")
