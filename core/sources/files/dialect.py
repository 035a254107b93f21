"""How delimited text is laid out: its delimiter, titles, column names and decimal mark."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TypeVar

from core.errors import InvalidChoice
from core.sources.base import FileSpec
from core.sources.files.records import Choice, guess_decimal, guess_header, title_rows
from core.sources.files.text import DELIMITERS, SAMPLE_BYTES, Text, quotes_pair_up, sample_records

DECIMALS = (".", ",")
T = TypeVar("T")


@dataclass(frozen=True)
class Layout:
    """Where the parts of a table are: what is needed to read its rows as values of its columns."""

    decimal: str
    header: bool
    n_titles: int
    """Records above the table that only hold a title."""
    names: tuple[str, ...]
    """The cells of the first record of the table: the column names where ``header``."""
    reasons: tuple[str, ...]
    doubts: tuple[str, ...]


def layout_of(records: list[list[str]], spec: FileSpec) -> Layout:
    """Return how a table is laid out, from its first records and what the user set; raises InvalidChoice."""
    n_titles = title_rows(records)
    table = records[n_titles:]
    header = _set_or(spec.header, guess_header(table), "Whether there are column names was set by the user.")
    body = table[1:] if header.value else table
    decimal = _set_or(
        _valid_decimal(spec.decimal), guess_decimal(body), "The decimal mark was set by the user."
    )
    reasons = [header.reason, decimal.reason]
    if n_titles:
        reasons.append(
            f"The table starts after {'a title' if n_titles == 1 else f'{n_titles} lines of title'}."
        )
    doubts = (doubt for doubt in (header.doubt, decimal.doubt) if doubt)
    return Layout(decimal.value, header.value, n_titles, tuple(table[0]), tuple(reasons), tuple(doubts))


def _set_or(value: T | None, guess: Choice[T], reason: str) -> Choice[T]:
    return guess if value is None else Choice(value, reason)


def _valid_decimal(value: str | None) -> str | None:
    if value is not None and value not in DECIMALS:
        raise InvalidChoice.of("decimal", value, DECIMALS)
    return value


def valid_delimiter(value: str) -> str:
    """Return the delimiter for its sign or its name; raises InvalidChoice.

    >>> valid_delimiter("semicolon"), valid_delimiter("|")
    (';', '|')
    """
    by_name = {name: sign for sign, name in DELIMITERS.items()}
    if value in DELIMITERS:
        return value
    if value.casefold() in by_name:
        return by_name[value.casefold()]
    raise InvalidChoice.of("delimiter", value, tuple(by_name))


def choose_delimiter(text: Text, wanted: str | None) -> Choice[str]:
    """Return the delimiter that gives every line as many values as the first; raises InvalidChoice."""
    if wanted is not None:
        return Choice(valid_delimiter(wanted), "The delimiter was set by the user.")
    if text.separator:
        return Choice(text.separator, f"The first line says the delimiter is a {DELIMITERS[text.separator]}.")
    found = [Split.of(text, sign) for sign in DELIMITERS]
    splitting = sorted((s for s in found if s.agreement >= 0.5), key=lambda s: s.rank, reverse=True)
    if splitting:
        return _best(splitting, text)
    ragged = [s for s in found if s.usual > 1 and s.usual_share >= 0.6]
    if ragged:
        best = max(ragged, key=lambda s: (s.usual_share, s.usual))
        return Choice(best.sign, f"Most lines have {best.usual} values between {best.plural}.")
    unused = [sign for sign in DELIMITERS if sign.encode() not in text.data[:SAMPLE_BYTES]]
    return Choice(unused[0] if unused else "|", "No delimiter splits the lines evenly: there is one column.")


@dataclass(frozen=True)
class Split:
    """What a delimiter makes of the first records."""

    sign: str
    width: int
    """Values in the first record of the table."""
    agreement: float
    """Share of the records as wide as the first; 0 where it is not split or quotes do not pair up."""
    usual: int
    usual_share: float
    decimals: bool
    """Some cells hold a comma, and all that do are numbers."""

    @classmethod
    def of(cls, text: Text, sign: str) -> Split:
        """Return what one delimiter makes of the text."""
        records = sample_records(text, sign)
        widths = [len(record) for record in records[title_rows(records) :]]
        usual, n = Counter(widths).most_common(1)[0]
        is_split = widths[0] > 1 and quotes_pair_up(text, sign)
        agreement = widths.count(widths[0]) / len(widths) if is_split else 0.0
        return cls(sign, widths[0], agreement, usual, n / len(widths), _holds_decimal_commas(records))

    @property
    def plural(self) -> str:
        """The name of the delimiter, for more than one."""
        return DELIMITERS[self.sign] + "s"

    @property
    def rank(self) -> tuple[float, bool, int]:
        """Higher is better: even lines, then decimal commas left whole, then more columns."""
        return self.agreement, self.decimals and self.sign != ",", self.width


def _holds_decimal_commas(records: list[list[str]]) -> bool:
    cells = [cell.strip() for record in records for cell in record if "," in cell]
    return bool(cells) and all(re.fullmatch(r"[+-]?\d+,\d+", cell) for cell in cells)


def _best(splits: list[Split], text: Text) -> Choice[str]:
    best, *others = splits
    lines = "Every line has" if best.agreement == 1 else "Most lines have"
    rivals = [s.plural for s in others if s.agreement == best.agreement]
    doubt = f"The lines could also be split at {' or '.join(rivals)}; is this right?" if rivals else ""
    if re.search(re.escape(best.sign.encode()) + rb'[ ]+"', text.data[:SAMPLE_BYTES]):
        doubt = "Some values start with a blank and a quotation mark, which stay part of the value."
    return Choice(best.sign, f"{lines} {best.width} values between {best.plural}.", doubt)
