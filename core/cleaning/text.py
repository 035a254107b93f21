"""Steps on text: spaces, words that mean "missing", and the spellings of a category."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import ClassVar

import narwhals.stable.v2 as nw

from core.cleaning.distinct import rewrite
from core.cleaning.letters import Case, letter_rules
from core.cleaning.step import State, Step, listed, shown, texts
from core.errors import RecipeError
from core.frames import Frame

SPACES = (
    " \t\n\r\v\f\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""Everything that looks like a space; listed, because engines differ on what a space is."""

PLACEHOLDERS = (
    *("", "?", "??", "???", ".", "..", "...", "-", "--", "---", "n/a", "n.a.", "n.a", "na", "<na>", "nan"),
    *("null", "nil", "#n/a", "#na", "#value!", "#ref!", "#null!", "#div/0!", "missing", "unknown"),
    *("not known", "not available", "not recorded", "no data", "(blank)", "tbd", "k.a.", "s/o"),
)
"""Words that stand for a missing value; not ``none``, which is an answer ("preparation course: none")."""


@dataclass(frozen=True)
class StripText(Step):
    """Trim text and make every run of spaces inside it one space; nothing but spaces is missing."""

    kind: ClassVar[str] = "strip_text"
    columns: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def _replay(self, frame: Frame, state: State) -> Frame:
        return rewrite(frame, self.columns, _stripped, _unless_empty)

    def _says(self, state: State | None) -> str:
        return f"Tidy the spaces in {listed(self.columns)}"


def _stripped(text: nw.Expr) -> nw.Expr:
    return text.str.strip_chars(SPACES).str.replace_all(f"[{SPACES}]+", " ")


def _unless_empty(text: nw.Expr) -> nw.Expr:
    return nw.when(text != "").then(text)


@dataclass(frozen=True)
class NormaliseText(Step):
    """Write text in small letters, in capitals, or with a capital where a word begins; drop accents.

    A word begins at the start and after a space, hyphen, slash, opening bracket, dot, comma or the like, not
    after an apostrophe; a capital there is for Latin, Greek and Cyrillic letters. As a capital ``ß`` is
    ``SS``; a text with another letter that has no single capital (``ﬁ``, ``ŉ``) is not brought to capitals.
    """

    kind: ClassVar[str] = "normalise_text"
    columns: tuple[str, ...]
    case: Case = "lower"
    accents: bool = False
    """True drops them: é is e and ø is o, and the combining marks U+0300 to U+036F go, in any script."""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def _replay(self, frame: Frame, state: State) -> Frame:
        rules = letter_rules(frame, self.columns, case=self.case, accents=self.accents)
        return rewrite(frame, self.columns, *rules)

    def _says(self, state: State | None) -> str:
        how = {
            "keep": [],
            "lower": ["in small letters"],
            "upper": ["in capitals"],
            "title": ["with a capital at the start of each word"],
        }[self.case]
        how += ["without accents"] if self.accents else []
        return f"Write {listed(self.columns)} {', '.join(how) or 'as before'}"


@dataclass(frozen=True)
class PlaceholdersToMissing(Step):
    """Make missing what only stands for a missing value: ``?``, ``n/a``, or 999 among numbers.

    Text is compared without outer spaces and capitals; number columns with the tokens that are numbers.
    """

    kind: ClassVar[str] = "placeholders_to_missing"
    columns: tuple[str, ...]
    tokens: tuple[str, ...] = PLACEHOLDERS

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def _replay(self, frame: Frame, state: State) -> Frame:
        held = frame.collect_schema()
        words = [token.strip(SPACES).lower() for token in self.tokens]
        numbers = [number for token in self.tokens if (number := _as_number(token)) is not None]
        frame = rewrite(frame, self.columns, lambda text: _unless_in(text, words))
        coded = [c for c in self.columns if held[c].is_numeric()]
        if not (numbers and coded):
            return frame
        return frame.with_columns(*(nw.when(~nw.col(c).is_in(numbers)).then(nw.col(c)) for c in coded))

    def _says(self, state: State | None) -> str:
        tokens = "words for a missing value" if self.tokens == PLACEHOLDERS else listed(self.tokens)
        return f"Make {tokens} missing in {listed(self.columns)}"


def _unless_in(text: nw.Expr, words: list[str]) -> nw.Expr:
    return nw.when(~text.str.strip_chars(SPACES).str.to_lowercase().is_in(words)).then(text)


def _as_number(token: str) -> float | None:
    try:
        number = float(token)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class MapValues(Step):
    """Write the spellings of a category in one way; values that are not listed stay."""

    kind: ClassVar[str] = "map_values"
    column: str
    mapping: tuple[tuple[str, str], ...]
    """Pairs of (as found, as it should be)."""

    def __post_init__(self) -> None:
        for before, times in Counter(before for before, _ in self.mapping).items():
            if times > 1:
                raise RecipeError(
                    f"map_values lists the value '{before}' of '{self.column}' twice.",
                    hint="Keep one line for each value.",
                )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.column,)

    def _replay(self, frame: Frame, state: State) -> Frame:
        if not self.mapping:
            return frame
        by_engine = self._chosen if isinstance(frame, nw.LazyFrame) else self._looked_up
        return rewrite(frame, texts(frame, [self.column]), by_engine)

    def _looked_up(self, text: nw.Expr) -> nw.Expr:
        return text.replace_strict(dict(self.mapping), default=text)

    def _chosen(self, text: nw.Expr) -> nw.Expr:
        """Return the same for Spark, which has no replace_strict over Connect: one condition a target."""
        found = defaultdict[str, list[str]](list)
        for before, after in self.mapping:
            found[after].append(before)
        targets = [nw.when(text.is_in(befores)).then(nw.lit(after)) for after, befores in found.items()]
        return nw.coalesce(*targets, text)

    def _says(self, state: State | None) -> str:
        pairs = [f"{shown(before)} as {shown(after)}" for before, after in self.mapping[:3]]
        more = f" and {len(self.mapping) - 3:,} more" if len(self.mapping) > 3 else ""
        return f"Write {', '.join(pairs) or 'nothing'}{more} in '{self.column}'"
