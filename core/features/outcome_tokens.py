"""Splits an outcome expression into tokens; knows where a column name may stand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.errors import OutcomeError, choices_hint
from core.features.outcome_errors import outcome_error

LONGEST = 10_000
"""Longer expressions are refused."""
FUNCTIONS = ("mean", "sum", "min", "max")
JOINERS = ("and", "or", "not", "in")
YES, NO = ("yes", "true"), ("no", "false")
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
    """A piece of the expression, what it says, and its offset."""

    kind: TokenKind
    text: str
    at: int


def tokenize(text: str, columns: Sequence[str]) -> tuple[Token, ...]:
    """Return the tokens, an END last; bare column names match longest first; raises OutcomeError."""
    if len(text) > LONGEST:
        raise OutcomeError(
            f"The outcome has {len(text):,} characters.", hint=f"At most {LONGEST:,} are read."
        )
    return tuple(_Reader(text, columns).tokens())


class _Reader:
    """Walks through the text; after each token it knows whether a value or an operator follows."""

    def __init__(self, text: str, columns: Sequence[str]) -> None:
        self.text, self.columns, self.at = text, columns, 0
        self.last = Token(TokenKind.END, "", 0)
        self.wants_value = True
        self.names = {" ".join(name.split()): name for name in reversed(columns) if name.strip()}
        self.column = _columns_pattern(tuple(self.names))

    def tokens(self) -> Iterator[Token]:
        """Give one token after another until the end."""
        while True:
            while self.at < len(self.text) and self.text[self.at].isspace():
                self.at += 1
            if self.at == len(self.text):
                yield Token(TokenKind.END, "", self.at)
                return
            token, end = self._value() if self.wants_value else self._operator()
            self.wants_value = self._value_follows(token)
            self.at, self.last = end, token
            yield token

    def _value_follows(self, token: Token) -> bool:
        """Return whether a value may follow the token; after a value, 'not' waits for its 'in'."""
        if token.kind is TokenKind.SYMBOL and token.text == "not":
            return self.wants_value
        return token.kind in (TokenKind.SYMBOL, TokenKind.FUNCTION) and token.text not in (")", "}")

    def _value(self) -> tuple[Token, int]:
        """Read a number, a text, a column, a function, or a bracket that opens."""
        text, at = self.text, self.at
        name, number, word = self.column.match(text, at), _NUMBER.match(text, at), _WORD.match(text, at)
        plain = max(m.end() if m else at for m in (number, word))
        if name and name.end() > plain:
            return self._named(name)
        if number:
            return self._token(TokenKind.NUMBER, number[0], number.end())
        if word:
            return self._word(word, name)
        if text[at] in QUOTES or text[at] in COLUMN_QUOTES:
            return self._quoted()
        return self._operator()

    def _word(self, word: re.Match[str], name: re.Match[str] | None) -> tuple[Token, int]:
        """Read one bare word: a function, 'not', a column, or yes or no, in this order."""
        said = word[0].casefold()
        if said in FUNCTIONS and self.text[word.end() :].lstrip().startswith("("):
            return self._token(TokenKind.FUNCTION, said, word.end())
        if said == "not":
            return self._token(TokenKind.SYMBOL, said, word.end())
        if name:
            return self._named(name)
        if said in YES or said in NO:
            return self._token(TokenKind.YES_NO, word[0], word.end())
        raise self._unknown_name(self.at)

    def _named(self, name: re.Match[str]) -> tuple[Token, int]:
        """Return the token of a bare column name."""
        return self._token(TokenKind.COLUMN, self.names[" ".join(name[0].split())], name.end())

    def _operator(self) -> tuple[Token, int]:
        """Read a comparison, an operator, a bracket, a comma, or a joining word."""
        symbol = _SYMBOL.match(self.text, self.at)
        if symbol:
            return self._token(TokenKind.SYMBOL, symbol[0], symbol.end())
        word = _WORD.match(self.text, self.at)
        if word and word[0].casefold() in JOINERS:
            return self._token(TokenKind.SYMBOL, word[0].casefold(), word.end())
        if word and self.last.kind is TokenKind.COLUMN:
            raise self._unknown_name(self.last.at)
        sign = word[0] if word else self.text[self.at]
        hint = INSTEAD.get(
            sign, "Put a comparison (< <= > >= == !=), 'in', 'and' or 'or' between two values."
        )
        raise outcome_error(self.text, self.at, f"'{sign}' cannot be read here", hint=hint)

    def _quoted(self) -> tuple[Token, int]:
        """Read a quoted text or column; a doubled closing quote stands for one."""
        opens = self.text[self.at]
        closes = (QUOTES | COLUMN_QUOTES)[opens]
        quote = re.escape(closes)
        match = re.compile(f"((?:[^{quote}]|{quote}{quote})*){quote}").match(self.text, self.at + 1)
        if match is None:
            raise outcome_error(self.text, self.at, f"The quote {opens} is not closed")
        said = match[1].replace(closes * 2, closes)
        if opens in QUOTES:
            return self._token(TokenKind.TEXT, said, match.end())
        if said not in self.columns:
            raise no_column(self.text, self.at, said, self.columns)
        return self._token(TokenKind.COLUMN, said, match.end())

    def _unknown_name(self, start: int) -> OutcomeError:
        """Return the error for bare words, up to those at the place, that are no column."""
        match = _WORDS.match(self.text, self.at)
        words = match[0].split() if match else []
        stop = next((i for i, w in enumerate(words) if i and w.casefold() in JOINERS), len(words))
        said = self.text[start : self.at] + " ".join(words[:stop])
        return no_column(self.text, start, said, self.columns)

    def _token(self, kind: TokenKind, said: str, end: int) -> tuple[Token, int]:
        """Return a token that starts here, and where it ends."""
        return Token(kind, said, self.at), end


def no_column(text: str, at: int, name: str, columns: Sequence[str]) -> OutcomeError:
    """Return the error for a name that is no column, with the nearest one."""
    hint = f'{choices_hint(name, columns)} A text value stands in quotes: "{name}".'
    return outcome_error(text, at, f"There is no column '{name}'", hint=hint)


def _columns_pattern(names: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for any of the names, longest first, that does not stop inside a word."""
    if not names:
        return re.compile(r"(?!)")
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return re.compile("|".join(map(_name_pattern, longest_first)))


def _name_pattern(name: str) -> str:
    """Return the pattern of one name; any white space in it matches any other."""
    pattern = r"\s+".join(map(re.escape, name.split()))
    return pattern + r"(?!\w)" if re.match(r"\w", name[-1]) else pattern
