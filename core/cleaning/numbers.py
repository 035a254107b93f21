"""Steps that read numbers and yes/no answers out of text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import ClassVar

import narwhals.stable.v2 as nw

from core.cleaning.distinct import rewrite
from core.cleaning.step import State, Step, listed
from core.cleaning.text import SPACES
from core.errors import RecipeError
from core.frames import Frame
from core.schema import Kind, Schema

CURRENCIES = ("$", "€", "£", "¥", "₹", "USD", "EUR", "GBP", "CHF", "INR", "Kč", "zł", "kr", "Rs")
YES = ("yes", "y", "true", "t", "1", "1.0", "ja", "oui", "sí", "si", "sim", "tak", "x")
_PERCENT = f"(?:[{SPACES}]*%)?"
NO = ("no", "n", "false", "f", "0", "0.0", "nein", "non", "não", "nie")


@dataclass(frozen=True)
class ParseNumbers(Step):
    """Read text as numbers; what cannot be read becomes missing and is counted in the ledger.

    Columns that hold numbers already are left alone. ``units`` are dropped at either end; ``85 %`` is 85,
    or 0.85 with ``percent_as_fraction``. Infinite and not-a-number are unreadable.
    """

    kind: ClassVar[str] = "parse_numbers"
    columns: tuple[str, ...]
    decimal: str = ".,"
    """Each character is read as a decimal mark."""
    thousands: str = ""
    """Each character may stand between groups of three digits; spaces and apostrophes always may."""
    units: tuple[str, ...] = CURRENCIES
    percent_as_fraction: bool = False

    def __post_init__(self) -> None:
        if not self.decimal:
            raise RecipeError("parse_numbers needs a decimal mark.", hint="Set 'decimal' to '.' or ','.")
        both = [mark for mark in self.decimal if mark in self.thousands]
        if both:
            raise RecipeError(
                f"parse_numbers cannot read '{both[0]}' as decimal mark and as thousands mark.",
                hint="Keep it in one of the two settings.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def schema_after(self, schema: Schema) -> Schema:
        return with_kind(schema, self.columns, Kind.NUMBER)

    def _replay(self, frame: Frame, state: State) -> Frame:
        return rewrite(frame, self.columns, self._without_units, self._without_grouping, self._number)

    def _without_units(self, text: nw.Expr) -> nw.Expr:
        """Return the text without spaces and units at its ends, a percent sign kept at the back."""
        names, gap = "|".join(re.escape(unit) for unit in self.units) or "%", f"[{SPACES}]*"
        tidy = text.str.strip_chars(SPACES).str.replace_all("[−–‒]", "-")
        front = tidy.str.replace_all(f"^(?:{names}){gap}", "").str.replace_all(
            f"^-{gap}(?:{names}){gap}", "-"
        )
        return front.str.replace_all(f"{gap}(?:{names})$", "")

    def _without_grouping(self, text: nw.Expr) -> nw.Expr:
        """Return ``1 234,5`` as ``1234,5``; only where all groups have three digits."""
        marks, between = _one_of(self.decimal), _one_of(self.thousands + "'’" + SPACES)
        grouped = f"^[+-]?[0-9]{{1,3}}(?:{between}[0-9]{{3}})+(?:{marks}[0-9]*)?{_PERCENT}$"
        return nw.when(text.str.contains(grouped)).then(text.str.replace_all(between, "")).otherwise(text)

    def _number(self, text: nw.Expr) -> nw.Expr:
        """Return the number in each text as Float64, missing where there is none."""
        marks = _one_of(self.decimal)
        plain = f"^[+-]?(?:[0-9]+(?:{marks}[0-9]*)?|{marks}[0-9]+)(?:[eE][+-]?[0-9]{{1,3}})?{_PERCENT}$"
        pointed = text.str.replace_all(marks, ".").str.replace_all(f"^[+]|{_PERCENT}$", "")
        number = nw.when(text.str.contains(plain)).then(pointed).cast(nw.Float64)
        finite = nw.when(number.is_finite()).then(number)
        if not self.percent_as_fraction:
            return finite
        return nw.when(text.str.contains("%")).then(finite / 100).otherwise(finite)

    def _says(self, state: State | None) -> str:
        return f"Read {listed(self.columns)} as numbers"


def _one_of(characters: str) -> str:
    return "[" + "".join(re.escape(character) for character in characters) + "]"


@dataclass(frozen=True)
class ParseFlags(Step):
    """Read yes/no text as 1.0 and 0.0; any other answer becomes missing and is counted in the ledger."""

    kind: ClassVar[str] = "parse_flags"
    columns: tuple[str, ...]
    yes: tuple[str, ...] = YES
    no: tuple[str, ...] = NO

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def schema_after(self, schema: Schema) -> Schema:
        return with_kind(schema, self.columns, Kind.FLAG)

    def _replay(self, frame: Frame, state: State) -> Frame:
        return rewrite(frame, self.columns, self._flag)

    def _flag(self, text: nw.Expr) -> nw.Expr:
        """Return 1.0, 0.0 or missing for each text."""
        folded = text.str.strip_chars(SPACES).str.to_lowercase()
        return (
            nw.when(folded.is_in([word.lower() for word in self.yes]))
            .then(nw.lit(1.0))
            .otherwise(nw.when(folded.is_in([word.lower() for word in self.no])).then(nw.lit(0.0)))
        )

    def _says(self, state: State | None) -> str:
        return f"Read {listed(self.columns)} as yes or no"


def with_kind(schema: Schema, names: tuple[str, ...], kind: Kind) -> Schema:
    """Return the schema with the named columns of this kind."""
    return Schema(tuple(replace(c, kind=kind) if c.name in names else c for c in schema))
