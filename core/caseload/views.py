"""Saved views of the list: filters, sort and columns under a name, private or shared.

The id of a view is drawn at random: a link to it says nothing, and opens only for those who may see it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.caseload import words
from core.caseload.deeds import Deed
from core.caseload.store import Store, Writing, token
from core.caseload.tables import saved_views as table
from core.errors import Conflict, InvalidChoice

_COLUMNS = [column for column in table.c if column.name != "school"]
LONGEST_NAME = 100
MOST_OWN = 200


@dataclass(frozen=True)
class SavedView:
    """A view as it was saved last."""

    id: str
    name: str
    owner: str
    is_shared: bool
    content: Mapping[str, Any]
    saved_at: datetime
    version: int


def save(
    store: Store,
    school: str,
    name: str,
    content: Mapping[str, Any],
    *,
    deed: Deed,
    is_shared: bool = False,
) -> SavedView:
    """Keep a new view and return it; raises InvalidChoice for a name that the owner uses already."""
    called = words.checked(name, what="name of the view", most=LONGEST_NAME)
    text = words.plain_json(content, what="view")
    made = SavedView(token(), called, deed.who, is_shared, json.loads(text), deed.at, 1)
    with store.writing() as writing:
        _check_name(writing.connection, school, deed.who, called)
        writing.connection.execute(table.insert(), {**vars(made), "content": text, "school": school})
        _note(writing, school, made, deed, "saved a view")
    return made


def change(
    store: Store,
    school: str,
    view: str,
    *,
    expecting: int,
    deed: Deed,
    name: str | None = None,
    content: Mapping[str, Any] | None = None,
    is_shared: bool | None = None,
) -> SavedView:
    """Change a view of one's own; what is None stays.

    Raises InvalidChoice, and Conflict with the SavedView that is there as ``now``.
    """
    with store.writing() as writing:
        kept = _own(writing.connection, school, view, deed.who, expecting)
        called = (
            kept.name if name is None else words.checked(name, what="name of the view", most=LONGEST_NAME)
        )
        if called != kept.name:
            _check_name(writing.connection, school, deed.who, called)
        text = words.plain_json(kept.content if content is None else content, what="view")
        made = replace(
            kept,
            name=called,
            content=json.loads(text),
            is_shared=kept.is_shared if is_shared is None else is_shared,
            saved_at=deed.at,
            version=kept.version + 1,
        )
        fields = {**vars(made), "content": text}
        writing.connection.execute(table.update().where(table.c.id == view).values(fields))
        _note(writing, school, made, deed, "changed a view")
    return made


def remove(store: Store, school: str, view: str, *, expecting: int, deed: Deed) -> None:
    """Remove a view of one's own; raises as ``change``."""
    with store.writing() as writing:
        kept = _own(writing.connection, school, view, deed.who, expecting)
        writing.connection.execute(table.delete().where(table.c.id == view))
        _note(writing, school, kept, deed, "removed a view")


def open_view(store: Store, school: str, view: str, *, who: str) -> SavedView:
    """Return a view of one's own or a shared one; raises InvalidChoice, the same where there is none."""
    with store.reading() as connection:
        found = _found(connection, school, view)
    if found is None or not (found.is_shared or found.owner == who):
        raise _nothing()
    return found


def views_of(store: Store, school: str, who: str) -> tuple[SavedView, ...]:
    """Return one's own views and the shared ones, by their names."""
    asked = sa.select(*_COLUMNS).where(
        table.c.school == school, sa.or_(table.c.owner == who, table.c.is_shared.is_(True))
    )
    with store.reading() as connection:
        found = [_view(dict(row)) for row in connection.execute(asked).mappings()]
    return tuple(sorted(found, key=lambda one: (one.owner != who, one.name, one.owner)))


def _own(connection: sa.Connection, school: str, view: str, owner: str, expecting: int) -> SavedView:
    found = _found(connection, school, view)
    if found is None or (found.owner != owner and not found.is_shared):
        raise _nothing()
    if found.owner != owner:
        raise InvalidChoice(
            f"The view '{found.name}' belongs to {found.owner}.", hint="Save one of your own from it."
        )
    if found.version != expecting:
        raise Conflict(
            f"The view '{found.name}' was changed meanwhile, in another window.",
            now=found,
            hint="Look at both and decide; nothing was written.",
        )
    return found


def _found(connection: sa.Connection, school: str, view: str) -> SavedView | None:
    asked = sa.select(*_COLUMNS).where(table.c.school == school, table.c.id == view)
    row = connection.execute(asked).mappings().first()
    return None if row is None else _view(dict(row))


def _view(row: Mapping[str, Any]) -> SavedView:
    return SavedView(**{**row, "content": json.loads(row["content"]), "is_shared": bool(row["is_shared"])})


def _nothing() -> InvalidChoice:
    return InvalidChoice(
        "There is no such saved view that you may open.", hint="Choose one of the list, or ask who shared it."
    )


def _check_name(connection: sa.Connection, school: str, owner: str, name: str) -> None:
    asked = sa.select(table.c.name).where(table.c.school == school, table.c.owner == owner)
    names = list(connection.scalars(asked))
    if name in names:
        raise InvalidChoice(f"You have a view '{name}' already.", hint="Choose another name, or change it.")
    if len(names) >= MOST_OWN:
        raise InvalidChoice(
            f"You have {len(names):,} views already.", hint=f"At most {MOST_OWN:,}: remove one first."
        )


def _note(writing: Writing, school: str, view: SavedView, deed: Deed, what: str) -> None:
    writing.audit.add(deed, what, view=view.id, school=school, is_shared=view.is_shared)
