"""JSON that may come from anywhere, read into plain values: finite, whole, unambiguous, within limits."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from core.errors import AppError, choices_hint, quoted

Choice = TypeVar("Choice", bound=StrEnum)
MOST_DEPTH = 40
"""How deep lists and objects may be nested."""
EXACT = 2**53
"""Up to here a whole number is the same everywhere."""


class Unreadable(AppError):
    """A file that should hold a request or a model cannot be read as one."""


@dataclass(frozen=True)
class Node:
    """A value in a JSON file, the path to it, and what the file is called in a sentence."""

    what: str
    """Such as ``the training request``."""
    path: str
    value: Any

    def error(self, problem: str, hint: str) -> Unreadable:
        """Return the error that names this place."""
        return Unreadable(f"In {self.what}, '{self.path}' {problem}.", hint=hint)

    def fields(self, valid: Sequence[str], *, needed: Sequence[str] = ()) -> dict[str, Node]:
        """Return the values of an object by name; raises Unreadable for a name unknown or missing."""
        if not isinstance(self.value, dict):
            raise self.error("must be an object", f"Its keys: {quoted(valid, limit=20)}.")
        for key in self.value:
            if key not in valid:
                raise self.error(f"has an unknown key '{key[:40]}'", choices_hint(key[:40], valid))
        for key in needed:
            if key not in self.value:
                raise self.error(f"has no '{key}'", f"Needed: {quoted(needed, limit=30)}.")
        return {key: self._at(f".{key}", value) for key, value in self.value.items()}

    def entries(self, most: int) -> dict[str, Node]:
        """Return the values of an object whose keys may be anything."""
        if not isinstance(self.value, dict) or len(self.value) > most:
            raise self.error("must be an object", f"At most {most:,} keys, in {{ }}.")
        return {key: self._at(f".{key[:60]}", value) for key, value in self.value.items()}

    def items(self, most: int) -> list[Node]:
        """Return the elements of a list of at most ``most``."""
        if not isinstance(self.value, list) or len(self.value) > most:
            raise self.error("must be a list", f"At most {most:,} elements, in [ ].")
        return [self._at(f"[{place}]", value) for place, value in enumerate(self.value)]

    def text(self, most: int = 10_000) -> str:
        """Return a text."""
        if not isinstance(self.value, str) or len(self.value) > most:
            raise self.error("must be text", f"At most {most:,} characters, in quotes.")
        return self.value

    def flag(self) -> bool:
        """Return true or false."""
        if not isinstance(self.value, bool):
            raise self.error("must be true or false", "Write true or false, without quotes.")
        return self.value

    def whole(self, lowest: int = -EXACT, highest: int = EXACT) -> int:
        """Return a whole number in a range."""
        is_whole = isinstance(self.value, int) and not isinstance(self.value, bool)
        if not is_whole or not lowest <= self.value <= highest:
            raise self.error("must be a whole number", f"From {lowest:,} to {highest:,}, without quotes.")
        return int(self.value)

    def number(self) -> float:
        """Return a finite number."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not is_number or not _is_finite(self.value):
            raise self.error("must be a number", "A finite one, without quotes.")
        return float(self.value)

    def choice(self, kind: type[Choice]) -> Choice:
        """Return one of the words of a list."""
        valid = [str(word) for word in kind]
        if not isinstance(self.value, str) or self.value not in valid:
            got = self.value[:40] if isinstance(self.value, str) else ""
            raise self.error("is none of the words that may stand there", choices_hint(got, valid))
        return kind(self.value)

    def _at(self, step: str, value: Any) -> Node:
        return Node(self.what, f"{self.path}{step}", value)


def read_json(content: bytes, *, what: str, most_bytes: int) -> Node:
    """Return the whole of a JSON file; raises Unreadable, in one sentence, for what is none.

    Refused are NaN, Infinity and numbers too large to hold, a key that stands twice, halves of
    characters, and what is too long or nested too deeply.

    >>> read_json(b'{"seed": 3}', what="the request", most_bytes=100).fields(["seed"])["seed"].whole()
    3
    """
    called = what[:1].upper() + what[1:]
    if len(content) > most_bytes:
        raise Unreadable(f"{called} is too large.", hint=f"At most {most_bytes:,} bytes.")
    try:
        value = json.loads(
            content.decode("utf-8-sig"),
            object_pairs_hook=_once,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
        _check(value)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise Unreadable(f"{called} is not JSON: {where}.", hint="Export it again.") from None
    except RecursionError:
        raise Unreadable(f"{called} is nested too deeply.", hint=f"At most {MOST_DEPTH} levels.") from None
    except UnicodeError:
        raise Unreadable(f"{called} is no text in UTF-8.", hint="Export it again.") from None
    except _Refused as error:
        raise Unreadable(f"{called} holds {error}.", hint="Export it again.") from None
    except ValueError:
        raise Unreadable(f"{called} holds a number that is too long.", hint="Export it again.") from None
    return Node(what, "$", value)


def canonical(value: Any) -> bytes:
    """Return plain values as the one JSON text that stands for them, to be hashed; raises ValueError for NaN.

    >>> canonical({"b": 1.5, "a": None})
    b'{"a":null,"b":1.5}'
    """
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return text.encode()


def pretty(value: Mapping[str, Any]) -> bytes:
    """Return plain values as JSON to read and to keep; raises ValueError for NaN."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


class _Refused(ValueError):
    """What the file holds and may not hold."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object whose keys are all different."""
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"the key {twice[:40]!a} twice in one object")
    return found


def _refuse_constant(text: str) -> None:
    raise _Refused(f"'{text}', which is no number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Refused(f"'{text[:40]}', which is too large for a number")
    return value


def _is_finite(value: float) -> bool:
    """Whether a number can be held as float64; a whole one may be too long for that."""
    try:
        return math.isfinite(value)
    except OverflowError:
        return False


def _check(value: Any) -> None:
    """Do nothing for an allowed depth and texts that can be written; raises RecursionError, UnicodeError."""
    level = [value]
    for _ in range(MOST_DEPTH + 1):
        if not level:
            return
        inner: list[Any] = []
        for one in level:
            if isinstance(one, dict):
                inner += [*one, *one.values()]
            elif isinstance(one, list):
                inner += one
            elif isinstance(one, str):
                one.encode()
        level = inner
    raise RecursionError
