"""The check for what a spreadsheet does to a table: dates made of ranges, ids cut short, failed formulas."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

import pandas as pd

from core.cleaning.checks.naming import said
from core.cleaning.finding import Finding, counted, verb
from core.cleaning.profile import Profile, Table
from core.cleaning.step import Step, shown
from core.cleaning.text import PLACEHOLDERS, MapValues, PlaceholdersToMissing
from core.schema import Kind, Role

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED = "|".join(_MONTHS)
_DATED = re.compile(rf"(?:(\d{{1,2}})[- ]({_NAMED})|({_NAMED})[- ](\d{{1,2}}))", re.IGNORECASE)
_RANGE = re.compile(r"(\d+)(\s*[-–]\s*)(\d+)")
_FRACTION = re.compile(r"\d{1,2}/\d{1,2}")
_BEYOND = re.compile(r"(?:[<>≤≥]=?\s*|over |under |above |below )?(\d+)\s*\+?", re.IGNORECASE)
_SHORTENED = re.compile(r"-?\d(?:[.,]\d+)?E\+\d{2,3}")
_FAILED = re.compile(r"#(?:REF!|VALUE!|DIV/0!|NAME\?|N/A|NUM!|NULL!|SPILL!|CALC!|FIELD!|GETTING_DATA|#+)")
_DIGITS = re.compile(r"\d+")
_MOST_DISTINCT = 1_000
_MOST_OF_ONE_LENGTH = 0.5
_KEYS = ("id", "code", "zip", "postcode", "plz", "postal", "key", "number", "no", "nr")


def spreadsheet_damage(table: Table) -> list[Finding]:
    """Q021: cells that a spreadsheet has rewritten; a repair only where the original is certain."""
    texts = [p for p in table.profiles if p.is_text and p.column.role is not Role.NAME]
    if not texts:
        return [Finding("Q021", "not applicable", "The table has no column of text.")]
    checks = (_dated_ranges, _shortened, _without_zeros, _failed_formulas)
    return [one for p in texts for check in checks if (one := check(p)) is not None]


def _dated_ranges(profile: Profile) -> Finding | None:
    """Dates among ranges or fractions, of which they were made."""
    if len(profile.tidy) > _MOST_DISTINCT:
        return None
    counts = {str(text): int(n) for text, n in profile.tidy.items()}
    dated = [text for text in counts if _DATED.fullmatch(text)]
    others = [text for text in counts if text not in dated and not _FAILED.fullmatch(text)]
    among_ranges = any(_RANGE.fullmatch(text) for text in others) or _are_limits(others)
    if not dated or not (among_ranges or any(_FRACTION.fullmatch(text) for text in others)):
        return None
    n, name = sum(counts[text] for text in dated), profile.name
    meant = originals(dated, counts) if among_ranges else {}
    words = (
        f"{counted(n, 'cell')} of '{profile.column.title}' {verb(n, 'reads', 'read')} as a date among "
        f"{'ranges' if among_ranges else 'fractions'}: a spreadsheet has probably rewritten "
        f"{verb(n, 'it', 'them')}."
    )
    if len(meant) < len(dated):
        unknown = [text for text in dated if text not in meant]
        words += f" What {shown(unknown[0])} was is not certain; look it up."
    step = MapValues(name, tuple(sorted(meant.items())), reason=_why(n, name, "reads", "as a date"))
    examples = tuple(
        f"{shown(text)} → {shown(meant[text])}" if text in meant else shown(text) for text in dated
    )
    return Finding("Q021", "issue", words, name, n, examples[:5], step if meant else None)


def _are_limits(texts: Iterable[str]) -> bool:
    """Tell whether all texts are limits such as ``< 5`` and ``> 10``, at least one with its sign."""
    some = list(texts)
    return (
        bool(some)
        and all(_BEYOND.fullmatch(text) for text in some)
        and not all(_DIGITS.fullmatch(text) for text in some)
    )


def originals(dated: Iterable[str], counts: Mapping[str, int]) -> dict[str, str]:
    """Return what each date was: the range of its two numbers, where the other values show that it was one.

    That is when the range stands among them, or when it fits exactly between two of them.

    >>> originals(["10-May"], {"< 5": 30, "10-May": 12, "> 10": 9})
    {'10-May': '5 - 10'}
    >>> originals(["5-May", "7-Mar"], {"0-4": 30, "5-9": 12, "5-May": 1, "7-Mar": 2})
    {}
    """
    ranges = {text: found for text in counts if (found := _RANGE.fullmatch(text))}
    spans = {(int(found[1]), int(found[3])): text for text, found in ranges.items()}
    joints = Counter({found[2]: 0 for found in ranges.values()})
    joints.update({found[2]: counts[text] for text, found in ranges.items()})
    spaced = any(" " in text for text in counts)
    joint = max(sorted(joints), key=lambda one: joints[one]) if joints else " - " if spaced else "-"
    limits = [int(found[1]) for text in counts if text not in ranges and (found := _BEYOND.fullmatch(text))]
    ends = {high for _, high in spans} | set(limits)
    starts = {low for low, _ in spans} | set(limits)
    meant = {}
    for text in dated:
        low, high = sorted(_numbers_of(text))
        fits = bool({low, low - 1} & ends) and bool({high, high + 1} & starts)
        if low < high and ((low, high) in spans or (fits and not _overlaps(low, high, spans))):
            meant[text] = spans.get((low, high), f"{low}{joint}{high}")
    return meant


def _numbers_of(text: str) -> tuple[int, int]:
    """Return the number of the month, and the other number, of ``10-May`` or ``May-10``."""
    day, month, other_month, other = _DATED.fullmatch(text).groups()  # type: ignore[union-attr]
    return _MONTHS.index((month or other_month).lower()) + 1, int(day or other)


def _overlaps(low: int, high: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(low < end and start < high for start, end in spans)


def _shortened(profile: Profile) -> Finding | None:
    """Long ids that were shown, and then saved, as 1.23E+15."""
    if profile.is_number:
        return None
    n, examples = _matching(profile.tidy, _SHORTENED)
    if not n:
        return None
    words = (
        f"{counted(n, 'cell')} of '{profile.column.title}' {verb(n, 'is', 'are')} written like "
        f"{examples[0]}: a spreadsheet has cut {verb(n, 'a long number', 'long numbers')} short, and the "
        "digits are lost. Take the column from the original again."
    )
    return Finding("Q021", "issue", words, profile.name, n, examples)


def _failed_formulas(profile: Profile) -> Finding | None:
    """Cells that hold a spreadsheet's error instead of a value."""
    n, examples = _matching(profile.texts, _FAILED)
    if not n:
        return None
    words = (
        f"{counted(n, 'cell')} of '{profile.column.title}' {verb(n, 'holds', 'hold')} a spreadsheet's error "
        "instead of a value: the formula lost what it was made of."
    )
    errors = [str(text) for text in profile.texts.index if _FAILED.fullmatch(str(text))]
    unknown = tuple(sorted(text for text in errors if text.lower() not in PLACEHOLDERS))
    why = _why(n, profile.name, "holds", "a spreadsheet's error")
    reads_itself = profile.is_number or profile.column.kind is Kind.FLAG
    step = (
        PlaceholdersToMissing((profile.name,), unknown, reason=why) if unknown and not reads_itself else None
    )
    return Finding("Q021", "issue", words, profile.name, n, examples, step)


def _matching(counts: pd.Series, pattern: re.Pattern[str]) -> tuple[int, tuple[str, ...]]:
    """Return how many cells match, and up to five of them."""
    found = counts[counts.index.str.fullmatch(pattern.pattern)] if len(counts) else counts
    return int(found.sum()), tuple(shown(str(text)) for text in found.index[:5])


def _without_zeros(profile: Profile) -> Finding | None:
    """Codes of one length of which some lost their zeros in front."""
    counts = profile.tidy
    is_key = profile.column.role is Role.STUDENT_ID or said(profile.column, _KEYS)
    if profile.is_number or profile.column.kind is Kind.FLAG or not len(counts) or not is_key:
        return None
    if not counts.index.str.fullmatch(_DIGITS.pattern).all():
        return None
    lengths = pd.Series(counts.index.str.len(), index=counts.index)
    zeros = pd.Series(counts.index.str.startswith("0"), index=counts.index)
    length = int(lengths.max())
    short = counts[lengths < length]
    if not len(short) or not zeros[lengths == length].any() or zeros[lengths < length].any():
        return None
    if int(counts[lengths == length].sum()) < _MOST_OF_ONE_LENGTH * int(counts.sum()):
        return None
    return _zero_finding(profile, short, length)


def _zero_finding(profile: Profile, short: pd.Series, length: int) -> Finding:
    n, name = int(short.sum()), profile.name
    words = (
        f"{counted(n, 'cell')} of '{profile.column.title}' {verb(n, 'has', 'have')} fewer than {length} "
        "digits while others begin with 0: a spreadsheet has probably taken the zeros in front away."
    )
    pairs = tuple(sorted((str(text), str(text).zfill(length)) for text in short.index))
    examples = tuple(f"{shown(one)} → {shown(other)}" for one, other in pairs[:5])
    step: Step | None = MapValues(name, pairs, reason=_why(n, name, "lacks", "zeros in front"))
    is_id = profile.column.role is Role.STUDENT_ID
    if is_id:
        words += " With them, an id may become that of another row: compare the two before you write it so."
    step = step if len(pairs) <= _MOST_DISTINCT else None
    return Finding("Q021", "issue", words, name, n, examples, step, person_decides=is_id)


def _why(n: int, name: str, one: str, rest: str) -> str:
    many = {"reads": "read", "holds": "hold", "lacks": "lack"}[one]
    return f"{counted(n, 'cell')} of '{name}' {verb(n, one, many)} {rest}"
