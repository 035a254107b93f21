"""What a server holds: databases, collections, views, and what the account may do there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from core.connections import Connection
from core.errors import LoginRefused, TableNotFound, choices_hint, quoted
from core.sources.hosts import OWN
from core.sources.mongo.client import ADMIN

SYSTEM = frozenset({"admin", "config", "local"})
WRITES = frozenset({"insert", "update", "remove", "dropCollection", "dropDatabase", "anyAction"})


@dataclass(frozen=True)
class Collection:
    """A collection or a view."""

    name: str
    is_view: bool = False
    collation: str = ""
    """The language by whose rules a view compares text; empty where it compares bytes."""


def databases(client: Any, connection: Connection) -> tuple[str, ...]:
    """Return the databases that are no system's, the connection's own one first."""
    names = [name for name in client.list_database_names() if name not in SYSTEM]
    return tuple(sorted(names, key=lambda name: (name != connection.database, name)))


def collections(client: Any, database: str) -> dict[str, Collection]:
    """Return collections and views by name; raises LoginRefused for a database that does not exist."""
    listed = client[database].list_collections()
    found = {item["name"]: _collection(item) for item in listed if not item["name"].startswith("system.")}
    if not found:
        raise LoginRefused(
            f"There is no database '{database}', or nothing in it that may be read.",
            hint=_database_hint(client, database),
        )
    return dict(sorted(found.items()))


def require(found: Mapping[str, Collection], table: str, database: str) -> Collection:
    """Return a collection by its name; raises TableNotFound."""
    if table not in found:
        raise TableNotFound(
            f"'{database}' has no collection '{table}'.", hint=choices_hint(table, list(found))
        )
    return found[table]


def warnings(client: Any, connection: Connection, database: str) -> tuple[str, ...]:
    """Return what an administrator should mend."""
    status = client[ADMIN].command("connectionStatus", showPrivileges=True)["authInfo"]
    found = []
    if not status["authenticatedUsers"]:
        found.append("The server asks for no login: whoever reaches it may read and change everything.")
    elif _may_write(status.get("authenticatedUserPrivileges", ()), database):
        found.append(f"The account may also change '{database}': one with the role 'read' is enough.")
    if not connection.tls and not _is_own(connection.host):
        found.append("The connection is not encrypted: names and answers can be read on the way.")
    return tuple(found)


def _collection(item: Mapping[str, Any]) -> Collection:
    is_view = item.get("type") == "view"
    collation = item.get("options", {}).get("collation", {}).get("locale", "") if is_view else ""
    return Collection(item["name"], is_view, "" if collation == "simple" else collation)


def _database_hint(client: Any, database: str) -> str:
    names = [name for name in client.list_database_names() if name not in SYSTEM]
    return choices_hint(database, names) if names else f"Valid: {quoted(names)}."


def _may_write(privileges: Any, database: str) -> bool:
    return any(
        WRITES & set(item["actions"])
        for item in privileges
        if item["resource"].get("anyResource") or item["resource"].get("db") in {"", database}
    )


def _is_own(host: str) -> bool:
    if host.casefold() in OWN:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
