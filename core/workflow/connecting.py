"""Connections: which there are, whether they answer, and what can be seen through them before a load."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from core.caseload.access import Action, Actor, Allowed, may, require
from core.connections import Connection, ConnectionKind, Secret, require_named
from core.errors import AppError, InvalidChoice
from core.schema import Schema
from core.settings import Settings
from core.sources.base import ConnectionSpec, PartSpec, Progress, Source, SourceStatus, TableInfo
from core.sources.hosts import checked_address
from core.sources.open import open_source
from core.workflow.own_places import refuse_own_places, refuse_program
from core.workflow.stated import connections_of, stated_on_page, write_stated

MORE = ("ca_file", "login_database", "folder", "tables_of", "driver_file")
LOOK_ROWS = 50
"""How many rows are shown of a table before it is loaded; nothing more is read."""


@dataclass(frozen=True)
class ConnectionView:
    """What a page may know of a connection: never its password."""

    name: str
    kind: str
    address: str
    user: str
    database: str
    is_encrypted: bool
    is_own: bool
    """Stated on the page, so it can be changed there."""
    more: Mapping[str, str] = field(default_factory=dict)
    """What else was stated: ``ca_file``, ``login_database``, ``folder``, ``tables_of``, ``driver_file``."""


@dataclass(frozen=True, eq=False)
class TableLook:
    """What is seen of a table before it is loaded."""

    info: TableInfo
    rows: pd.DataFrame
    """The first rows, typed as a load would type them."""
    schema: Schema
    notes: tuple[str, ...]
    limits: str
    """What a load may take, in one sentence."""


def list_connections(actor: Actor, *, settings: Settings) -> tuple[ConnectionView, ...]:
    """Return the connections by name; nothing is connected to."""
    require(actor, Action.LOAD, synthetic=False)
    found = connections_of(settings).profiles
    return tuple(sorted((_view(connection) for connection in found), key=lambda view: view.name))


def read_limits(actor: Actor, *, settings: Settings) -> str:
    """Return what one read from a server may take, in one sentence, before it starts."""
    require(actor, Action.LOAD, synthetic=False)
    return connections_of(settings).limits.describe()


def may_change_connections(actor: Actor) -> bool:
    """Return whether the actor may state connections on the page."""
    return isinstance(may(actor, Action.CONNECT), Allowed) and actor.scope == "all"


def save_connection(actor: Actor, name: str, *, settings: Settings, **given: Any) -> ConnectionView:
    """Keep a connection that was stated on the page, in place of an earlier one of that name.

    An empty password keeps the earlier one, but only towards the same server and account. Raises
    InvalidChoice, SourceNotConfigured, HostRefused, BadFile, Forbidden.
    """
    require(actor, Action.CONNECT, synthetic=False)
    if any(connection.name == name for connection in settings.connections):
        raise InvalidChoice(
            f"The connection '{name}' is stated in the settings and cannot be changed here.",
            hint="Change it in the environment or in .streamlit/secrets.toml, or choose another name.",
        )
    made = Connection.of(name, {key: value for key, value in given.items() if value}, origin="page")
    for place in (made.file, made.folder, made.ca_file):
        if place:
            refuse_own_places(place, settings=settings)
    if made.driver_file:
        refuse_program(made.driver_file)
    if made.host:
        checked_address(made.host, made.port or 1, allowed=connections_of(settings).hosts)
    others = stated_on_page(settings.workspace)
    made = _with_kept_password(made, others)
    write_stated(settings.workspace, (*(one for one in others if one.name != name), made))
    return _view(made)


def remove_connection(actor: Actor, name: str, *, settings: Settings) -> None:
    """Forget a connection that was stated on the page; raises SourceNotConfigured, Forbidden."""
    require(actor, Action.CONNECT, synthetic=False)
    others = stated_on_page(settings.workspace)
    require_named(others, name)
    write_stated(settings.workspace, tuple(one for one in others if one.name != name))


def check_connection(
    actor: Actor, name: str, *, settings: Settings, progress: Progress | None = None
) -> SourceStatus:
    """Return whether a connection answers, with the reason in one sentence if not; never raises for that."""
    require(actor, Action.LOAD, synthetic=False)
    _tell(progress, f"Asking '{name}'")
    try:
        return _opened(ConnectionSpec(name), settings).status()
    except AppError as error:
        return SourceStatus(reachable=False, message=str(error), n_tables=0, hint=error.hint or "")


def databases_of(
    actor: Actor, name: str, *, settings: Settings, progress: Progress | None = None
) -> tuple[str, ...]:
    """Return the databases of a connection, its own first; raises SourceUnavailable, LoginRefused."""
    require(actor, Action.LOAD, synthetic=False)
    _tell(progress, f"Asking '{name}'")
    own = require_named(connections_of(settings).profiles, name).database
    found = _opened(ConnectionSpec(name), settings).databases()
    return tuple(sorted(found, key=lambda database: (database != own, found.index(database))))


def tables_of(
    actor: Actor, source: PartSpec, *, settings: Settings, progress: Progress | None = None
) -> tuple[str, ...]:
    """Return the tables of a source; raises SourceUnavailable, LoginRefused."""
    require(actor, Action.LOAD, synthetic=False)
    _tell(progress, "Listing the tables")
    return _opened(source, settings).tables()


def look_at(
    actor: Actor,
    source: PartSpec,
    table: str,
    *,
    settings: Settings,
    explode: str = "",
    progress: Progress | None = None,
) -> TableLook:
    """Return columns, types, the row count and the first rows of a table; nothing more is read."""
    require(actor, Action.LOAD, synthetic=False)
    opened = _opened(source, settings)
    _tell(progress, f"Looking at '{table}'")
    info = opened.describe(table, explode=explode)
    first = opened.load(table, limit=LOOK_ROWS, explode=explode)
    return TableLook(
        info=info,
        rows=first.collect(),
        schema=first.schema,
        notes=first.provenance.notes,
        limits=connections_of(settings).limits.describe(),
    )


def _tell(progress: Progress | None, words: str) -> None:
    if progress is not None:
        progress(0.0, words)


def _opened(source: PartSpec, settings: Settings) -> Source:
    return open_source(source, connections=connections_of(settings))


def _with_kept_password(made: Connection, others: tuple[Connection, ...]) -> Connection:
    """Return the connection with the earlier password, if it goes to the same server and account."""
    if made.password:
        return made
    for earlier in others:
        same = replace(earlier, password=Secret(), database=made.database, origin=made.origin)
        if same == replace(made, password=Secret()):
            return replace(made, password=earlier.password)
    return made


def _view(connection: Connection) -> ConnectionView:
    local = connection.kind is ConnectionKind.SQLITE or connection.address.startswith("local[")
    return ConnectionView(
        name=connection.name,
        kind=str(connection.kind),
        address=connection.address,
        user=connection.user,
        database=connection.database,
        is_encrypted=connection.tls or local,
        is_own=connection.origin == "page",
        more={name: getattr(connection, name) for name in MORE if getattr(connection, name)},
    )
