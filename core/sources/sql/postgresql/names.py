"""How a table of a schema is called: ``events`` in ``public``, ``library.loans`` in any other."""

from __future__ import annotations

import re

PUBLIC = "public"
PART = re.compile(r'"(?:[^"]|"")*"|[^".][^.]*', re.DOTALL)


def label(schema: str, table: str) -> str:
    """Return one name for a table of a schema; no two tables have the same.

    >>> label("public", "events"), label("library", "loans"), label("a.b", "c")
    ('events', 'library.loans', '"a.b".c')
    """
    own = _part(table)
    return own if schema == PUBLIC else f"{_part(schema)}.{own}"


def parts(name: str) -> tuple[str, str]:
    """Return schema and table of such a name; a name that is none stands for a table of ``public``.

    >>> parts('"a.b".c'), parts("events")
    (('a.b', 'c'), ('public', 'events'))
    """
    first = PART.match(name)
    if first is None:
        return PUBLIC, name
    if first.end() == len(name):
        return PUBLIC, _plain(name)
    rest = name[first.end() + 1 :]
    if name[first.end()] != "." or not PART.fullmatch(rest):
        return PUBLIC, name
    return _plain(first[0]), _plain(rest)


def _part(name: str) -> str:
    """Return a name, in quotes where it could be taken for two or for a quoted one."""
    return '"' + name.replace('"', '""') + '"' if "." in name or name.startswith('"') else name


def _plain(part: str) -> str:
    return part[1:-1].replace('""', '"') if part.startswith('"') else part
