"""A link to the list as somebody may have typed it: what is known of it counts, and the rest is named."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from core.caseload.roster_link import LONGEST_LINK, query_of
from core.caseload.roster_query import Query
from core.errors import InvalidChoice, quoted


def open_link(text: str) -> tuple[Query, str]:
    """Return the query that a link means, and in one sentence what of the link is not known; empty if all is.

    >>> query, words = open_link("size=50&colour=red")
    >>> query.size, words
    (50, "The link asks for what the list does not know ('colour'): it is shown without that.")
    """
    if len(text) > LONGEST_LINK:
        return Query(), "The link is too long to be read: the whole list is shown."
    try:
        return query_of(text), ""
    except InvalidChoice:
        return _known_parts(text)


def _known_parts(text: str) -> tuple[Query, str]:
    fields: dict[str, list[tuple[str, str]]] = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        fields.setdefault(name, []).append((name, value))
    kept: list[tuple[str, str]] = []
    dropped = []
    for name, parts in fields.items():
        try:
            query_of(urlencode([*kept, *parts]))
        except InvalidChoice:
            dropped.append(name)
        else:
            kept += parts
    if not dropped:
        return query_of(urlencode(kept)), "The link cannot be read as a whole: some of it may be missing."
    unknown = quoted(dropped, limit=3)
    words = f"The link asks for what the list does not know ({unknown}): it is shown without that."
    return query_of(urlencode(kept)), words
