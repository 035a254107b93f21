"""What the values of a column are: numbers, categories, text, dates or yes/no, each with a reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.schema import Kind
from core.sources.base import MOST_EXACT
from core.sources.columns import vocabulary
from core.sources.columns.dates import find_format
from core.sources.columns.hints import has_any
from core.sources.columns.numbers import as_code, contains_digit
from core.sources.columns.profile import Profile

FLAG_PAIRS = (
    ("no", "yes"),
    ("n", "y"),
    ("false", "true"),
    ("f", "t"),
    ("nein", "ja"),
    ("no", "si"),
    ("no", "sí"),
    ("não", "sim"),
    ("nao", "sim"),
    ("non", "oui"),
    ("нет", "да"),
)
"""Words for no and yes that make a flag when a column holds these two and nothing else."""

DATE_WORDS = "date, day, datum, fecha, data, time, timestamp, dob, birthday, geburtstag, since, until"
ENOUGH = 0.95
"""The share of the values that have to be numbers or dates."""
SHORTEST_DATE = len("1/2/2026")
FEW = 50
"""Up to so many different texts are categories in any table."""
LONG_TEXT = 60


@dataclass(frozen=True)
class KindGuess:
    """A kind, why it was taken, and the unit that the values carry."""

    kind: Kind
    reason: str
    unit: str | None = None


def guess_kind(profile: Profile) -> KindGuess:
    """Return what the values are; never raises."""
    if not profile.n_values:
        return KindGuess(Kind.CATEGORY, "there are no values")
    return _flag(profile) or _date(profile) or _number(profile) or _text(profile)


def flag_words(profile: Profile) -> tuple[str, str] | None:
    """Return the words for no and yes, in small letters, if the column holds just these two."""
    found = set(profile.texts.str.strip().str.casefold())
    return next((pair for pair in FLAG_PAIRS if found == set(pair)), None)


def _flag(profile: Profile) -> KindGuess | None:
    if profile.typed is Kind.FLAG:
        return KindGuess(Kind.FLAG, "the values are true and false")
    parsed = profile.parsed
    binary = not parsed.is_neither.any() and list(profile.numbers) == [0.0, 1.0]
    if binary and not as_code(profile.texts, parsed):
        return KindGuess(Kind.FLAG, "the values are 0 and 1")
    pair = flag_words(profile) if profile.n_distinct <= 8 else None
    return KindGuess(Kind.FLAG, f"the values are '{pair[1]}' and '{pair[0]}'") if pair else None


def _date(profile: Profile) -> KindGuess | None:
    if profile.typed is Kind.DATE:
        return KindGuess(Kind.DATE, "the values are dates")
    if profile.typed is not None:
        return None
    long_enough = (profile.texts.str.len() >= SHORTEST_DATE).to_numpy(dtype=bool)
    if profile.share(long_enough) < ENOUGH or profile.share(contains_digit(profile.texts)) < ENOUGH:
        return None
    named = has_any(profile.words, DATE_WORDS)
    found = find_format(profile.texts, profile.counts, digits=named)
    if found is None or found.share < ENOUGH:
        return None
    if not found.is_clear:
        words = " or ".join(f.words for f in found.formats)
        kind = Kind.CATEGORY if _are_few(profile) else Kind.TEXT
        return KindGuess(kind, f"the values may be dates, but {words} cannot be told apart")
    return KindGuess(Kind.DATE, f"the values are dates written {found.formats[0].words}")


def _number(profile: Profile) -> KindGuess | None:
    parsed = profile.parsed
    words, numbers = profile.share(parsed.is_word), profile.share(parsed.is_number)
    typed = profile.typed is Kind.NUMBER
    if not numbers or (not typed and (words > 0.5 or numbers < ENOUGH * (1 - words))):
        return None
    code = "" if typed else as_code(profile.texts, parsed)
    if code and ("digits" in code or not has_any(profile.words, vocabulary.SCORES)):
        return KindGuess(Kind.CATEGORY if _are_few(profile) else Kind.TEXT, f"the values are codes: {code}")
    reason = _coded(profile)
    if reason:
        return KindGuess(Kind.CATEGORY, reason)
    low, high = profile.numbers[0], profile.numbers[-1]
    unit = f" {parsed.unit}" if parsed.unit else ""
    span = f"numbers from {low:,.10g} to {high:,.10g}{unit}"
    if parsed.is_word.any():
        span += f", where '{profile.example(parsed.is_word)}' counts as missing"
    return KindGuess(Kind.NUMBER, span, parsed.unit)


def _coded(profile: Profile) -> str:
    """Return why whole numbers stand for something else, or the empty string."""
    numbers = profile.numbers
    if (numbers != np.floor(numbers)).any() or (numbers < 0).any() or profile.parsed.unit:
        return ""
    if has_any(profile.words, vocabulary.AMOUNTS):
        return ""
    if has_any(profile.words, vocabulary.CODES):
        return f"whole numbers that are codes by the name, {len(numbers):,} different ones"
    if _has_gaps(profile):
        return f"{len(numbers):,} different whole numbers with wide gaps between them look like codes"
    return ""


def _has_gaps(profile: Profile) -> bool:
    """Tell whether few whole numbers lie far apart at no common step, as codes do and amounts do not."""
    numbers = profile.numbers
    if profile.n_values < 100 or not 3 <= len(numbers) <= FEW or numbers[-1] > MOST_EXACT:
        return False
    step = np.gcd.reduce(numbers.astype(np.int64))
    return bool(step < 5 and numbers[-1] - numbers[0] > 20 * (len(numbers) - 1))


def _are_few(profile: Profile) -> bool:
    """Tell whether the different values are few enough to be categories; not where nearly all differ."""
    if profile.n_values >= 20 and profile.share_distinct > 0.9:
        return False
    return profile.n_distinct <= FEW or profile.share_distinct <= 0.05


def _text(profile: Profile) -> KindGuess:
    lengths = profile.texts.str.len().to_numpy()
    n = profile.n_distinct
    numbers = profile.share(profile.parsed.is_number)
    if lengths.max() <= LONG_TEXT and _are_few(profile):
        reason = f"{n:,} categories" if n > 1 else "one category in all rows"
        if numbers >= 0.5:
            odd = profile.example(profile.parsed.is_neither)
            reason += f", {numbers:.0%} of them numbers, but not '{odd}'"
        return KindGuess(Kind.CATEGORY, reason)
    return KindGuess(Kind.TEXT, f"free text, {n:,} different values")
