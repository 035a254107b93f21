"""Saved views of the list: kept under a name, opened by an id that says nothing, for those who may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from core.caseload import views
from core.caseload.access import Action, Actor, Allowed, may, sees_own_only
from core.caseload.deeds import Deed
from core.caseload.roster_query import Between, Condition, OneOf, Query, SortBy
from core.caseload.schools import school_of
from core.caseload.store import now_in_utc, open_store
from core.caseload.views import SavedView
from core.registry.strict_json import Node
from core.settings import Settings
from core.workflow.seeing import require_some

__all__ = ["SavedView"]
MOST = 500
"""Entries of a list in a view; the query itself allows fewer."""
_WHAT = "the saved view"
_QUERY = ("size", "sort", "where", "search", "columns")
_ONE_OF = ("column", "values", "or_missing")
_BETWEEN = ("column", "low", "high", "or_missing")


def save_view(
    actor: Actor, name: str, query: Query, *, synthetic: bool, settings: Settings, is_shared: bool = False
) -> SavedView:
    """Keep the filters, sort and columns of a query as a new view, and return it.

    A shared one may be opened by everybody who may see the list. Raises InvalidChoice, Forbidden, StoreError.
    """
    require_some(actor, synthetic=synthetic)
    deed, store = Deed(actor.who, now_in_utc()), open_store(settings)
    return views.save(
        store, school_of(synthetic=synthetic), name, _written(query), deed=deed, is_shared=is_shared
    )


def change_view(
    actor: Actor,
    view: str,
    *,
    expecting: int,
    synthetic: bool,
    settings: Settings,
    query: Query | None = None,
    **more: Any,
) -> SavedView:
    """Change a view of one's own and return it; ``more`` may hold ``name`` and ``is_shared``.

    ``expecting`` is the version that was seen. Raises InvalidChoice, Forbidden, StoreError, and Conflict with
    the SavedView that is there as ``now``.
    """
    require_some(actor, synthetic=synthetic)
    deed, content = Deed(actor.who, now_in_utc()), None if query is None else _written(query)
    store, extra = open_store(settings), _extra(**more)
    return views.change(
        store, school_of(synthetic=synthetic), view, expecting=expecting, deed=deed, content=content, **extra
    )


def remove_view(actor: Actor, view: str, *, expecting: int, synthetic: bool, settings: Settings) -> None:
    """Remove a view of one's own; raises as ``change_view``."""
    require_some(actor, synthetic=synthetic)
    deed = Deed(actor.who, now_in_utc())
    views.remove(open_store(settings), school_of(synthetic=synthetic), view, expecting=expecting, deed=deed)


def open_view(actor: Actor, view: str, *, synthetic: bool, settings: Settings) -> tuple[SavedView, Query]:
    """Return a view, and the query that it asks; a private one of somebody else is answered as none at all.

    What somebody else searched for may be a name: only who may see all students gets it. Raises
    InvalidChoice, Forbidden, StoreError, and Unreadable for one that this version does not know.
    """
    require_some(actor, synthetic=synthetic)
    kept = views.open_view(open_store(settings), school_of(synthetic=synthetic), view, who=actor.who)
    found = _as_seen(actor, kept)
    return found, _query(found.content)


def list_views(actor: Actor, *, synthetic: bool, settings: Settings) -> tuple[SavedView, ...]:
    """Return one's own views, then those that others share, by their names; searches as in ``open_view``."""
    require_some(actor, synthetic=synthetic)
    found = views.views_of(open_store(settings), school_of(synthetic=synthetic), actor.who)
    return tuple(_as_seen(actor, one) for one in found)


def _as_seen(actor: Actor, view: SavedView) -> SavedView:
    """Return a view without what somebody else searched for, unless the actor may see all students."""
    sees_all = isinstance(may(actor, Action.SEE_STUDENT), Allowed) and not sees_own_only(actor)
    if view.owner == actor.who or sees_all or not view.content.get("search"):
        return view
    return replace(view, content={**view.content, "search": ""})


def _extra(*, name: str | None = None, is_shared: bool | None = None) -> dict[str, Any]:
    return {"name": name, "is_shared": is_shared}


def _written(query: Query) -> dict[str, Any]:
    """Return a query as plain values, without which page of it is shown."""
    return {
        "size": query.size,
        "sort": [{"column": one.column, "falling": one.falling} for one in query.sort],
        "where": [_condition_written(one) for one in query.where],
        "search": query.search,
        "columns": list(query.columns),
    }


def _condition_written(one: Condition) -> dict[str, Any]:
    if isinstance(one, OneOf):
        said = {"column": one.column, "values": list(one.values), "or_missing": one.or_missing}
        return {"one_of": said}
    return {"between": {name: getattr(one, name) for name in _BETWEEN}}


def _query(content: Mapping[str, Any]) -> Query:
    """Return the query that a view holds; raises Unreadable, InvalidChoice."""
    found = Node(_WHAT, "$", dict(content)).fields(_QUERY, needed=_QUERY)
    return Query(
        size=found["size"].whole(),
        sort=tuple(_sort(node) for node in found["sort"].items(MOST)),
        where=tuple(_condition(node) for node in found["where"].items(MOST)),
        search=found["search"].text(),
        columns=tuple(node.text() for node in found["columns"].items(MOST)),
    )


def _sort(node: Node) -> SortBy:
    names = ("column", "falling")
    found = node.fields(names, needed=names)
    return SortBy(found["column"].text(), found["falling"].flag())


def _condition(node: Node) -> Condition:
    kinds = node.fields(("one_of", "between"))
    if len(kinds) != 1:
        raise node.error("is not one filter", "It holds 'one_of' or 'between'.")
    if "one_of" in kinds:
        found = kinds["one_of"].fields(_ONE_OF, needed=_ONE_OF)
        values = tuple(one.text() for one in found["values"].items(MOST))
        return OneOf(found["column"].text(), values, found["or_missing"].flag())
    found = kinds["between"].fields(_BETWEEN, needed=_BETWEEN)
    low, high = (None if found[end].value is None else found[end].number() for end in ("low", "high"))
    return Between(found["column"].text(), low, high, found["or_missing"].flag())
