"""Whether an account may do more than read: what ``SHOW GRANTS`` says, understood."""

from __future__ import annotations

import re
from collections.abc import Iterable

GRANT = re.compile(
    r"GRANT (?P<rights>.+?) ON (?P<kind>TABLE |FUNCTION |PROCEDURE )?(?P<on>\*|`(?:[^`]|``)*`)\."
    r"(?P<what>\*|`(?:[^`]|``)*`) TO ",
    re.IGNORECASE | re.DOTALL,
)
HARMLESS = frozenset(
    {
        "USAGE",
        "SELECT",
        "SHOW VIEW",
        "SHOW DATABASES",
        "PROCESS",
        "REPLICATION CLIENT",
        "BINLOG MONITOR",
        "SLAVE MONITOR",
        "SHOW CREATE ROUTINE",
    }
)
"""Rights that change nothing; every other one is told."""
COLUMNS = re.compile(r"\([^)]*\)")


def rights_beyond_reading(grants: Iterable[str], database: str) -> tuple[str, ...]:
    """Return the rights of an account that are more than reading, in this database or in all.

    >>> rights_beyond_reading(["GRANT SELECT, INSERT ON `sch%`.* TO `ann`@`%`"], "school")
    ('INSERT',)
    """
    found: dict[str, None] = {}
    for text in grants:
        match = GRANT.match(text)
        if match and _covers(match["on"], database):
            rights = [right.strip().upper() for right in COLUMNS.sub("", match["rights"]).split(",")]
            found |= dict.fromkeys(right for right in rights if right not in HARMLESS)
    return tuple(found)


def _covers(on: str, database: str) -> bool:
    """Tell whether a grant's pattern means the database; without a database every grant counts."""
    if on == "*" or not database:
        return True
    pattern = on[1:-1].replace("``", "`")
    parts = re.findall(r"\\.|%|_|.", pattern, re.DOTALL)
    wild = {"%": ".*", "_": "."}
    return bool(re.fullmatch("".join(wild.get(part) or re.escape(part[-1]) for part in parts), database))
