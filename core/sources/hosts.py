"""Which addresses a connection may lead to: an allow-list, and some that nobody may ever allow."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Iterable

from core.errors import HostRefused, SourceUnavailable, quoted

NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
OWN = ("localhost", "127.0.0.1", "::1")
"""This computer is always allowed."""

METADATA = frozenset(
    map(ipaddress.ip_address, ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"))
)
"""Where clouds tell their machines their passwords."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def checked_address(host: str, port: int, *, allowed: Iterable[str]) -> str:
    """Return the numeric address of an allowed host, resolved once: connect to it, not to the name.

    Raises HostRefused for a host that is not on the list, is not a plain name or address, or leads to a
    link-local, unspecified, multicast or reserved address; SourceUnavailable when the name is unknown.

    >>> checked_address("127.0.0.1", 3306, allowed=())
    '127.0.0.1'
    """
    _check_name(host)
    listed = [*OWN, *allowed]
    if host.casefold() not in {name.casefold() for name in listed}:
        raise HostRefused(
            f"The host '{host}' is not on the list of allowed hosts.",
            hint=f"An administrator may add it to WAYMARK_SOURCE_HOSTS. Allowed: {quoted(listed)}.",
        )
    addresses = _resolved(host, port)
    for address in addresses:
        _check_address(host, address)
    return str(addresses[0])


def _check_name(host: str) -> None:
    """Refuse what is more than a name or an address: options, users, paths, numbers in disguise."""
    if _is_address(host) or (NAME.fullmatch(host) and not _is_disguised(host)):
        return
    raise HostRefused(
        f"'{host[:60]}' is not a host name.", hint="Give a plain name or address, without user, port or path."
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_disguised(host: str) -> bool:
    """Whether a name is a number that resolvers read as an address: 2130706433, 0x7f.1, 017700000001."""
    return all(re.fullmatch(r"0[xX][0-9a-fA-F]*|\d+", part) for part in host.split("."))


def _resolved(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceUnavailable(
            f"The host '{host}' is unknown.",
            hint="Check its spelling, and that the network is up.",
            retry=True,
        ) from error
    addresses = [ipaddress.ip_address(str(entry[4][0]).split("%")[0]) for entry in found]
    return sorted(dict.fromkeys(addresses), key=lambda address: address.version)


def _check_address(host: str, address: Address) -> None:
    """Refuse the addresses of machine services and of nobody, whatever the list says."""
    plain = (
        address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped else address
    )
    if plain.is_loopback:
        return
    if (
        plain in METADATA
        or plain.is_link_local
        or plain.is_unspecified
        or plain.is_multicast
        or plain.is_reserved
    ):
        raise HostRefused(
            f"The host '{host}' leads to the address {plain}, where no database may be.",
            hint="Addresses of machine services are never connected to.",
        )
