"""Column names as they are used: no blanks around them, never empty, never twice; each change is said."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\u00ad]")
BREAKS = re.compile(r"[\s\x00-\x1f\x7f]+")
SHOWN = 60
MAX_NOTES = 10


def clean_names(raw: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names to use, all different, and a sentence for each that was changed, at most eleven.

    >>> clean_names(["id", " id ", ""])[0]
    ('id', 'id (2)', 'column 3')
    """
    notes: list[str] = []
    tidy = [_tidy(name, notes) for name in raw]
    taken = set(tidy)
    used: set[str] = set()
    names: list[str] = []
    for position, name in enumerate(tidy, start=1):
        new = name or _free(f"column {position}", taken)
        if not name:
            notes.append(f"Column {position} has no name; it is called '{new}'.")
        elif name in used:
            new = _free(name, taken | used, numbered=True)
            notes.append(
                f"The column name '{name[:SHOWN]}' is there more than once; one is called '{new[:SHOWN]}'."
            )
        used.add(new)
        names.append(new)
    if len(notes) > MAX_NOTES:
        notes[MAX_NOTES:] = [f"{len(notes) - MAX_NOTES:,} more column names were changed in the same ways."]
    return tuple(names), tuple(notes)


def numbered_names(n: int) -> tuple[str, ...]:
    """Return names for columns that have none.

    >>> numbered_names(2)
    ('column 1', 'column 2')
    """
    return tuple(f"column {i}" for i in range(1, n + 1))


def _tidy(name: str, notes: list[str]) -> str:
    composed = unicodedata.normalize("NFC", INVISIBLE.sub("", name))
    tidy = BREAKS.sub(_one_blank, composed).strip()
    if tidy != name and tidy:
        words = "blanks around it" if tidy == composed.strip() else "line breaks or invisible characters"
        notes.append(f"The column name '{tidy[:SHOWN]}' had {words}, which were removed.")
    return tidy


def _one_blank(found: re.Match[str]) -> str:
    """Keep plain blanks as they are; put one blank in place of line breaks and tabs."""
    return found.group() if set(found.group()) == {" "} else " "


def _free(name: str, taken: set[str], *, numbered: bool = False) -> str:
    """Return the name, or the name with the first number that makes it new."""
    candidate, n = (f"{name} (2)", 2) if numbered else (name, 1)
    while candidate in taken:
        n += 1
        candidate = f"{name} ({n})"
    return candidate
