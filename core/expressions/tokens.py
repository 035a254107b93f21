"""Splits an expression into tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from core.errors import ExpressionError
from core.expressions.names import FUNCTIONS, JOINERS, NO, YES, Names
from core.expressions.writing import Writing

LONGEST = 10_000
"""Longer expressions are refused."""
QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’"}
COLUMN_QUOTES = {"`": "`", "[": "]"}
INSTEAD = {
    "=": "Compare with ==.",
    "&": "Write 'and'.",
    "|": "Write 'or'.",
    "!": "Write 'not', or != to compare.",
    "≤": "Write <=.",
    "≥": "Write >=.",
    "≠": "Write !=.",
}

_NUMBER = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_SYMBOL = re.compile(r"<=|>=|==|!=|[-+*/<>(){},]")
_WORD = re.compile(r"[^\W\d]\w*")
_WORDS = re.compile(r"[^\W\d]\w*(?:[ \t]+\w+)*")


class TokenKind(StrEnum):
    """What a token is."""

    NUMBER = "number"
    TEXT = "text"
    COLUMN = "column"
    FUNCTION = "function"
    YES_NO = "yes or no"
    SYMBOL = "symbol"
    """A comparison, an operator, a bracket, a comma, or one of ``JOINERS``."""
    END = "end"


@dataclass(frozen=True)
class Token:
    """A piece of the expression, what it says, and the offsets of its first and after its last character."""

    kind: TokenKind
    text: str
    at: int
    end: int


def tokenize(writing: Writing, names: Names) -> tuple[Token, ...]:
    """Return the tokens, an END last; raises ExpressionError."""
    if len(writing.text) > LONGEST:
        raise writing.subject.error(
            f"The {writing.subject.name} has {len(writing.text):,} characters.",
            hint=f"At most {LONGEST:,} are read.",
        )
    return tuple(_Scanner(writing, names).tokens())


class _Scanner:
    """Walks through the text; after each token it knows whether a value or an operator follows."""

    def __init__(self, writing: Writing, names: Names) -> None:
        self.writing, self.names = writing, names
        self.text, self.at = writing.text, 0
        self.last = Token(TokenKind.END, "", 0, 0)
        self.wants_value = True

    def tokens(self) -> Iterator[Token]:
        """Give one token after another until the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at].isspace():
                self.at += 1
            if self.at == len(self.text):
                yield Token(TokenKind.END, "", self.at, self.at)
                return
            token = self._value() if self.wants_value else self._operator()
            self.wants_value = self._value_follows(token)
            self.at, self.last = token.end, token
            yield token

    def _value_follows(self, token: Token) -> bool:
        """Return whether a value may follow the token; after a value, 'not' waits for its 'in'."""
        if token.kind is TokenKind.SYMBOL and token.text == "not":
            return self.wants_value
        return token.kind in (TokenKind.SYMBOL, TokenKind.FUNCTION) and token.text not in (")", "}")

    def _value(self) -> Token:
        """Read a number, a text, a column, a function, or a bracket that opens."""
        text, at = self.text, self.at
        name, number, word = self.names.bare(text, at), _NUMBER.match(text, at), _WORD.match(text, at)
        plain = max(m.end() if m else at for m in (number, word))
        if name and name[1] > plain:
            return self._token(TokenKind.COLUMN, *name)
        if number:
            return self._token(TokenKind.NUMBER, number[0], number.end())
        if word:
            return self._word(word, name)
        if text[at] in QUOTES or text[at] in COLUMN_QUOTES:
            return self._quoted()
        return self._operator()

    def _word(self, word: re.Match[str], name: tuple[str, int] | None) -> Token:
        """Read one bare word: a function, 'not', a column, or yes or no, in this order."""
        said = word[0].casefold()
        if said in FUNCTIONS and self.text[word.end() :].lstrip().startswith("("):
            return self._token(TokenKind.FUNCTION, said, word.end())
        if said == "not":
            return self._token(TokenKind.SYMBOL, said, word.end())
        if name:
            return self._token(TokenKind.COLUMN, *name)
        if said in YES or said in NO:
            return self._token(TokenKind.YES_NO, word[0], word.end())
        if self.names.lacks(word[0]):
            raise self._unknown_name(self.at)
        return self._operator()

    def _operator(self) -> Token:
        """Read a comparison, an operator, a bracket, a comma, or a joining word."""
        symbol = _SYMBOL.match(self.text, self.at)
        if symbol:
            return self._token(TokenKind.SYMBOL, symbol[0], symbol.end())
        word = _WORD.match(self.text, self.at)
        if word and word[0].casefold() in JOINERS:
            return self._token(TokenKind.SYMBOL, word[0].casefold(), word.end())
        sign = word[0] if word else self.text[self.at]
        if word and self.last.kind is TokenKind.COLUMN and self.names.lacks(sign):
            raise self._unknown_name(self.last.at)
        raise self.writing.wrong(self.at, f"'{sign}' cannot be read here", hint=self._instead(sign))

    def _instead(self, sign: str) -> str:
        """Say what to write where a sign cannot be read."""
        between = "Put a comparison (< <= > >= == !=), 'in', 'and' or 'or' between two values."
        return INSTEAD.get(sign, f"{between} {self.names.hint}".strip())

    def _quoted(self) -> Token:
        """Read a quoted text or column; a doubled closing quote stands for one."""
        opens = self.text[self.at]
        closes = (QUOTES | COLUMN_QUOTES)[opens]
        quote = re.escape(closes)
        match = re.compile(f"((?:[^{quote}]|{quote}{quote})*){quote}").match(self.text, self.at + 1)
        if match is None:
            raise self.writing.wrong(self.at, f"The quote {opens} is not closed")
        said = match[1].replace(closes * 2, closes)
        if opens in QUOTES:
            return self._token(TokenKind.TEXT, said, match.end())
        if self.names.lacks(said):
            raise self.names.refusal(self.writing, self.at, said)
        return self._token(TokenKind.COLUMN, said, match.end())

    def _unknown_name(self, start: int) -> ExpressionError:
        """Return the error for bare words, up to those at the place, that are no column."""
        match = _WORDS.match(self.text, self.at)
        words = match[0].split() if match else []
        stop = next((i for i, w in enumerate(words) if i and w.casefold() in JOINERS), len(words))
        said = self.text[start : self.at] + " ".join(words[:stop])
        return self.names.refusal(self.writing, start, said)

    def _token(self, kind: TokenKind, said: str, end: int) -> Token:
        """Return a token that starts here."""
        return Token(kind, said, self.at, end)
