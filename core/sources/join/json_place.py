"""Reading JSON that nobody is trusted to have written well: every complaint names its place."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Self, TypeVar

from core.errors import PlanError, choices_hint, quoted
from core.sources.base import MOST_EXACT

Choice = TypeVar("Choice", bound=StrEnum)
MOST_BYTES, MOST_DEPTH, MOST_CHARS = 1_000_000, 12, 1_000
"""Of a text: its size, and how deep it may be nested; of one text in it: its length."""
SECRETS = re.compile(r"pass|pwd|secret|token|user|login|host|port|url|uri|dsn|address")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Place:
    """A value in a JSON text, and the path to it: ``$.parts[0].table``."""

    path: str
    value: Any

    @classmethod
    def of(cls, text: str) -> Self:
        """Return the whole of a text; raises PlanError for what is no JSON, too large, deep or ambiguous."""
        if len(text) > MOST_BYTES:
            raise PlanError("The source plan is too long.", hint=f"At most {MOST_BYTES:,} characters.")
        if _depth(text) > MOST_DEPTH:
            raise PlanError("The source plan is nested too deeply.", hint=f"At most {MOST_DEPTH} levels.")
        try:
            return cls("$", json.loads(text, object_pairs_hook=_once, parse_constant=_no_number))
        except json.JSONDecodeError as error:
            raise PlanError(
                f"The source plan is not JSON: line {error.lineno}, column {error.colno}.",
                hint="Export it again from Data sources.",
            ) from None
        except ValueError:
            raise PlanError(
                "The source plan holds a number that is too long.", hint="Write long ids as text, in quotes."
            ) from None

    def error(self, problem: str, hint: str) -> PlanError:
        """Return the error that names this place."""
        return PlanError(f"In the source plan, '{self.path}' {problem}.", hint=hint)

    def fields(self, valid: Sequence[str], *, needed: Sequence[str] = ()) -> dict[str, Place]:
        """Return the values of an object by name; raises PlanError for a name unknown or missing."""
        if not isinstance(self.value, dict):
            raise self.error("must be an object", f"Its keys: {quoted(valid, limit=20)}.")
        for key in self.value:
            if key not in valid:
                raise self._unknown(key, valid)
        for key in needed:
            if key not in self.value:
                raise self.error(f"has no '{key}'", f"Needed: {quoted(needed)}.")
        return {key: Place(f"{self.path}.{key}", value) for key, value in self.value.items()}

    def items(self, most: int) -> list[Place]:
        """Return the elements of a list of at most ``most``."""
        if not isinstance(self.value, list) or len(self.value) > most:
            raise self.error("must be a list", f"At most {most:,} elements, in [ ].")
        return [Place(f"{self.path}[{i}]", value) for i, value in enumerate(self.value)]

    def text(self) -> str:
        """Return a text that can be written."""
        value = self.value
        if not isinstance(value, str) or len(value) > MOST_CHARS or not _is_writable(value):
            raise self.error("must be text", f"At most {MOST_CHARS:,} characters, in quotes.")
        return value

    def name(self) -> str:
        """Return a text that is not blank."""
        if not self.text().strip():
            raise self.error("is empty", "Name what is meant.")
        return self.text()

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.error("must be true or false", "Write true or false, without quotes.")
        return self.value

    def whole(self) -> int:
        """Return a whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.error("must be a whole number", "Write it without quotes.")
        return self.value

    def day(self) -> date:
        """Return a day."""
        if isinstance(self.value, str) and DAY.fullmatch(self.value):
            try:
                return date.fromisoformat(self.value)
            except ValueError:
                pass
        raise self.error("must be a day", "Write it like '2026-11-21'.")

    def choice(self, kind: type[Choice]) -> Choice:
        """Return one of the words of a list."""
        valid = [str(word) for word in kind]
        if self.value not in valid:
            got = self.value[:40] if isinstance(self.value, str) and _is_writable(self.value) else ""
            raise self.error("is none of the words that may stand there", choices_hint(got, valid))
        return kind(self.value)

    def scalar(self) -> str | float | bool:
        """Return a text, a number or a flag."""
        value = self.value
        if isinstance(value, str):
            return self.text()
        if isinstance(value, bool):
            return value
        is_number = isinstance(value, int) and abs(value) <= MOST_EXACT
        if not is_number and not (isinstance(value, float) and math.isfinite(value)):
            raise self.error(
                "must be text, a number, true or false", "Write numbers of more than 15 digits in quotes."
            )
        return float(value)

    def _unknown(self, key: str, valid: Sequence[str]) -> PlanError:
        """Return the error for a key that does not belong there; what it holds is never repeated."""
        shown = key[:40] if _is_writable(key) else "?"
        if SECRETS.search(key.casefold()):
            return self.error(
                f"cannot hold '{shown}'",
                "A plan names connections; addresses, accounts and passwords stay in the settings.",
            )
        return self.error(f"has an unknown key '{shown}'", choices_hint(shown, valid))


Read = Callable[[Place], Any]


def _depth(text: str) -> int:
    """Return how deep brackets are nested, those inside of texts left out.

    A text that does not end counts to the end: so the time grows with the length only.
    """
    deepest = depth = 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[{]|[\]}]', text, re.DOTALL):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found.group(), 0)
        deepest = max(deepest, depth)
    return deepest


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys are all different."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            shown = key[:40] if _is_writable(key) else "?"
            raise PlanError(
                f"The source plan has the key '{shown}' twice in one object.", hint="Keep one of the two."
            )
        found[key] = value
    return found


def _no_number(text: str) -> float:
    raise PlanError(
        f"The source plan holds '{text}', which is no number.", hint="Write a number, or leave it out."
    )


def _is_writable(text: str) -> bool:
    """Whether a text is whole: halves of characters cannot be written."""
    return not re.search("[\ud800-\udfff]", text)
