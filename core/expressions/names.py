"""Where a column name may stand without quotes: any name of a table that is known, or bare words."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence

from core.errors import ExpressionError, choices_hint
from core.expressions.writing import Writing

FUNCTIONS = ("mean", "sum", "min", "max")
JOINERS = ("and", "or", "not", "in")
YES, NO = ("yes", "true"), ("no", "false")

_FIRST_WORD = re.compile(r"[^\W\d]\w*")
_NEXT_WORD = re.compile(r"\s+(\w+)")


class Names(ABC):
    """Tells column names from everything else."""

    columns: tuple[str, ...] = ()
    """The columns of the table; none where they are not known."""
    hint: str = ""
    """What helps where a sign cannot be read."""

    @abstractmethod
    def bare(self, text: str, at: int) -> tuple[str, int] | None:
        """Return the column that is named without quotes here and where its name ends, or None."""

    @abstractmethod
    def has(self, name: str) -> bool:
        """Return whether the table is known to have the column."""

    @abstractmethod
    def lacks(self, name: str) -> bool:
        """Return whether the table is known not to have the column."""

    def refusal(self, writing: Writing, at: int, name: str) -> ExpressionError:
        """Return the error for a name that is no column, with the nearest one."""
        hint = f'{choices_hint(name, self.columns)} A text value stands in quotes: "{name}".'
        return writing.wrong(at, f"There is no column '{name}'", hint=hint)


class KnownNames(Names):
    """The columns of a table: each may stand bare, the longest match wins."""

    def __init__(self, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        self._held = frozenset(columns)
        self._names = {" ".join(name.split()): name for name in reversed(columns) if name.strip()}
        self._pattern = _pattern_of_any(tuple(self._names))

    def bare(self, text: str, at: int) -> tuple[str, int] | None:
        """Return the column that is named here, whatever white space is in it, or None."""
        match = self._pattern.match(text, at)
        return (self._names[" ".join(match[0].split())], match.end()) if match else None

    def has(self, name: str) -> bool:
        """Return whether the table has the column."""
        return name in self._held

    def lacks(self, name: str) -> bool:
        """Return whether the table does not have the column."""
        return name not in self._held


class AnyNames(Names):
    """The names of a table that is not known: bare words up to a sign or a joining word are a column.

    >>> AnyNames().bare("math score < 50", 0)
    ('math score', 10)
    """

    hint = "A column name that is more than words stands in brackets: [race/ethnicity]."

    def bare(self, text: str, at: int) -> tuple[str, int] | None:
        """Return the words here that can be a column, or None where they mean something else."""
        first = _FIRST_WORD.match(text, at)
        if first is None or first[0].casefold() in JOINERS:
            return None
        words, end = [first[0]], first.end()
        while (after := _NEXT_WORD.match(text, end)) and after[1].casefold() not in JOINERS:
            words.append(after[1])
            end = after.end()
        if len(words) == 1 and words[0].casefold() in (*YES, *NO):
            return None
        return " ".join(words), end

    def has(self, name: str) -> bool:
        """Return False: no column is known."""
        return False

    def lacks(self, name: str) -> bool:
        """Return False: any name may be a column."""
        return False


def names_of(columns: Sequence[str] | None) -> Names:
    """Return the names of these columns; of a table that is not known where None."""
    return AnyNames() if columns is None else KnownNames(columns)


def _pattern_of_any(names: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for any of the names, longest first, that does not stop inside a word."""
    if not names:
        return re.compile(r"(?!)")
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(_pattern, longest_first)))


def _pattern(name: str) -> str:
    """Return the pattern of one name; any white space in it matches any other."""
    pattern = r"\s+".join(map(re.escape, name.split()))
    return pattern + r"(?!\w)" if re.match(r"\w", name[-1]) else pattern
