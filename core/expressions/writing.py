"""An expression as it was written, and how a mistake in it is shown: what, where, a caret under it."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import ExpressionError

SHOWN = 72
"""The longest piece of the expression that is shown above the caret."""


@dataclass(frozen=True)
class Subject:
    """What an expression is called in a sentence, and the class of its errors."""

    name: str
    error: type[ExpressionError] = ExpressionError

    @property
    def with_article(self) -> str:
        """The name as a sentence begins with it.

        >>> Subject("condition").with_article, Subject("outcome").with_article
        ('A condition', 'An outcome')
        """
        return f"{'An' if self.name[0] in 'aeiou' else 'A'} {self.name}"


CONDITION = Subject("condition")
EXPRESSION = Subject("expression")


@dataclass(frozen=True)
class Writing:
    """A text, and what it is meant to be."""

    text: str
    subject: Subject

    def wrong(self, at: int, message: str, *, hint: str = "") -> ExpressionError:
        """Return the error for a mistake at offset ``at``; ``message`` comes without a full stop.

        >>> error = Writing("a < ", CONDITION).wrong(4, "The condition stops too early")
        >>> print(error, error.hint, sep=chr(10))
        The condition stops too early, at character 5.
        a <
            ^
        """
        pointer = _caret(self.text, at)
        return self.subject.error(
            f"{message}, at character {at + 1}.", hint=f"{hint}\n{pointer}" if hint else pointer
        )


def _caret(text: str, at: int) -> str:
    """Return the piece of the expression around the mistake, and a caret in the line below."""
    start = max(0, at - SHOWN // 2) if len(text) > SHOWN else 0
    piece = "".join(c if c.isprintable() else " " for c in text[start : start + SHOWN])
    return f"{piece.rstrip()}\n{' ' * (at - start)}^"
