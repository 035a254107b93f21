"""How a mistake in an outcome is shown: what, at which character, and a caret under it."""

from __future__ import annotations

from core.errors import OutcomeError

SHOWN = 72
"""The longest piece of the expression that is shown above the caret."""


def outcome_error(text: str, at: int, message: str, *, hint: str = "") -> OutcomeError:
    """Return the error for a mistake at offset ``at``; ``message`` comes without a full stop.

    >>> error = outcome_error("a < ", 4, "The outcome stops too early")
    >>> print(error, error.hint, sep=chr(10))
    The outcome stops too early, at character 5.
    a <
        ^
    """
    pointer = _caret(text, at)
    return OutcomeError(f"{message}, at character {at + 1}.", hint=f"{hint}\n{pointer}" if hint else pointer)


def _caret(text: str, at: int) -> str:
    """Return the piece of the expression around the mistake, and a caret in the line below."""
    start = max(0, at - SHOWN // 2) if len(text) > SHOWN else 0
    piece = "".join(c if c.isprintable() else " " for c in text[start : start + SHOWN])
    return f"{piece.rstrip()}\n{' ' * (at - start)}^"
