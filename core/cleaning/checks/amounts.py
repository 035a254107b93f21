"""Checks of numbers: stored as text, impossible, far from the others; and yes/no stored as text."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np

from core.cleaning.finding import Finding, counted, share, verb
from core.cleaning.numbers import ParseFlags
from core.cleaning.profile import Profile, Table
from core.cleaning.ranges import SetRange
from core.cleaning.step import shown
from core.frames import collect, wrap
from core.schema import MODEL_ROLES, Kind

_PLAIN = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_DECIMAL = re.compile(r"[+-]?[0-9]+[.,][0-9]+")
_LOOKS_NUMERIC = 0.95
_TOO_MANY = 0.2
"""When more than this share is impossible, the range is wrong, not the values."""
_FEWEST = 20
_REACH = 1.5
"""Tukey's fences: this many interquartile ranges beyond the quartiles."""
_ROBUST_Z = 3.5
"""Iglewicz and Hoaglin (1993): a value this many robust standard deviations from the median is an outlier."""
_SIGMA = 1.4826
"""The standard deviation of a normal column is so many of its median absolute deviations."""
_SIGMA_OF_MEAN = 1.2533
"""And so many of its mean absolute deviations, which stand in where half of the values are the median."""


def numbers_as_text(table: Table) -> list[Finding]:
    """Q007: number columns that came as text, with the marks they use."""
    found = [_text_number_finding(p) for p in table.profiles if p.is_text and p.is_number and len(p.tidy)]
    return found + [one for p in table.profiles if (one := _lookalike_finding(p)) is not None]


def _text_number_finding(profile: Profile) -> Finding:
    parsed, name, n = profile.parsed, profile.name, int(profile.parsed["n"].sum())
    odd = parsed[~parsed["tidy"].str.fullmatch(_PLAIN.pattern)]
    odd = odd.sort_values(["number", "n"], ascending=[True, False], na_position="first", kind="stable")
    n_odd, n_lost = int(odd["n"].sum()), int(odd["n"][odd["number"].isna()].sum())
    words = f"The {counted(n, 'number')} of '{profile.column.title}' {verb(n, 'is', 'are')} stored as text."
    why = f"the numbers of '{name}' are stored as text"
    if n_odd:
        words += f" {n_odd:,} {verb(n_odd, 'is', 'are')} not written plainly; "
        words += f"{n_lost:,} cannot be read and would become missing."
        why += f", {n_odd:,} of them not plainly"
    examples = tuple(shown(text) for text in odd["tidy"].head(5))
    return Finding("Q007", "issue", words, name, n, examples, replace(profile.number_step, reason=why))


def _lookalike_finding(profile: Profile) -> Finding | None:
    """Return a tip for a text column of decimal numbers whose kind says otherwise."""
    column = profile.column
    if profile.is_number or not profile.is_text or column.role not in MODEL_ROLES:
        return None
    n = int(profile.tidy[profile.tidy.index.str.fullmatch(_DECIMAL.pattern)].sum())
    if len(profile.tidy) < _FEWEST or n < _LOOKS_NUMERIC * profile.tidy.sum():
        return None
    words = (
        f"'{column.title}' is read as {column.kind.value}, but {share(n, profile.n_known)} of its values are "
        "numbers: set its kind to number if it measures something."
    )
    examples = tuple(shown(text) for text in profile.tidy.index[:5])
    return Finding("Q007", "tip", words, profile.name, n, examples)


def flags_as_text(table: Table) -> list[Finding]:
    """Q014: yes/no columns that came as text."""
    flags = [p for p in table.profiles if p.is_text and p.column.kind is Kind.FLAG and len(p.tidy)]
    return [_flag_finding(p) for p in flags]


def _flag_finding(profile: Profile) -> Finding:
    name, n = profile.name, int(profile.tidy.sum())
    step = ParseFlags((name,), reason=f"the answers of '{name}' are stored as text")
    distinct = profile.tidy.index.to_frame(index=False, name=name).astype("str")
    read = collect(step.apply(wrap(distinct), {}))[name]
    lost = profile.tidy[read.isna().to_numpy()]
    n_lost = int(lost.sum())
    words = f"The {counted(n, 'answer')} of '{profile.column.title}' {verb(n, 'is', 'are')} stored as text."
    if n_lost:
        words += f" {n_lost:,} {verb(n_lost, 'is', 'are')} neither yes nor no and would become missing."
    answers = lost if n_lost else profile.tidy
    return Finding("Q014", "issue", words, name, n, tuple(shown(text) for text in answers.index[:5]), step)


def impossible_values(table: Table) -> list[Finding]:
    """Q008: numbers outside the range that the column can have, and infinite ones."""
    bounded = [p for p in table.profiles if p.is_number]
    if not bounded:
        return [Finding("Q008", "not applicable", "The table has no number column.")]
    return [_range_finding(p) for p in bounded if p.is_impossible.any()]


def _range_finding(profile: Profile) -> Finding:
    name, wrong = profile.name, profile.uncoded[profile.is_impossible]
    n, unit = len(wrong), f" {profile.column.unit}" if profile.column.unit else ""
    words = (
        f"{counted(n, 'value')} of '{profile.column.title}' {verb(n, 'is', 'are')} impossible: "
        f"it must be {_span_in_words(*profile.span)}{unit}."
    )
    examples = tuple(f"{value:g}" for value in np.unique(wrong)[:5])
    if n > _TOO_MANY * len(profile.numbers):
        words += " So many are outside that the range is probably wrong; check it before anything is changed."
        return Finding("Q008", "issue", words, name, n, examples)
    why = f"{counted(n, 'value')} of '{name}' {verb(n, 'is', 'are')} impossible"
    return Finding("Q008", "issue", words, name, n, examples, SetRange(name, *profile.span, reason=why))


def _span_in_words(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"between {low:g} and {high:g}"
    if low is not None:
        return f"at least {low:g}"
    return "finite" if high is None else f"at most {high:g}"


def outliers(table: Table) -> list[Finding]:
    """Q011: possible but unusual numbers, by Tukey's fences and by the robust z-score."""
    long_enough = [p for p in table.profiles if p.is_number and len(p.sound) >= _FEWEST]
    if not long_enough:
        words = f"No number column has {_FEWEST} values or more."
        return [Finding("Q011", "not applicable", words)]
    return [one for p in long_enough if (one := _outlier_finding(p)) is not None]


def _outlier_finding(profile: Profile) -> Finding | None:
    low, high = _fences(profile.sound)
    if low == high:
        return None
    far = np.sort(profile.sound[(profile.sound < low) | (profile.sound > high)])
    n = len(far)
    if not n:
        return None
    sides = [f"below {low:.4g}"] * bool(far[0] < low) + [f"above {high:.4g}"] * bool(far[-1] > high)
    words = (
        f"{counted(n, 'value')} of '{profile.column.title}' ({share(n, len(profile.sound))}) "
        f"{verb(n, 'lies', 'lie')} far from the others, {' or '.join(sides)}, both by the quartiles and "
        "by the robust z-score. They may well be real: look before changing them."
    )
    examples = tuple(f"{value:g}" for value in dict.fromkeys([*far[-3:][::-1], *far[:2]]))
    return Finding("Q011", "tip", words, profile.name, n, examples)


def _fences(numbers: np.ndarray) -> tuple[float, float]:
    """Return the limits beyond which both rules call a number an outlier; equal where there are none."""
    first, middle, third = (float(q) for q in np.quantile(numbers, [0.25, 0.5, 0.75]))
    if first == third:
        return middle, middle
    away = np.abs(numbers - middle)
    sigma = _SIGMA * float(np.median(away)) or _SIGMA_OF_MEAN * float(away.mean())
    reach, spread = _REACH * (third - first), _ROBUST_Z * sigma
    return min(first - reach, middle - spread), max(third + reach, middle + spread)
