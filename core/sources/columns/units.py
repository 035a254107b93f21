"""Units and possible ranges that the name of a column tells."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from core.schema import Kind
from core.sources.columns import vocabulary
from core.sources.columns.hints import has_any
from core.sources.columns.kinds import KindGuess
from core.sources.columns.profile import Profile

UNITS = (
    ("%", "percent, percentage, pct, prozent, porcentaje, porcentagem, pourcentage"),
    ("hours", "hours, hour, hrs, hr, stunden, horas, heures"),
    ("minutes", "minutes, minute, mins, minuten, minutos, travel min, commute min"),
    ("days", "days, tage, dias, jours"),
    ("km", "km, kilometres, kilometers, kilometer"),
    ("miles", "miles"),
    ("years", "age, ages, idade, edad, years, alter"),
    ("EUR", "eur, euro, euros"),
    ("USD", "usd, dollars"),
)
"""Units, and the words in a name that mean them."""

IN_BRACKETS = {
    "%": "%",
    "h": "hours",
    "hrs": "hours",
    "min": "minutes",
    "mins": "minutes",
    "km": "km",
    "€": "EUR",
}
DAILY = "sleep, daily, per day, day, sleeping, schlaf"
NEVER_NEGATIVE = (
    f"{vocabulary.SCORES}, absences, attendance, distance, age, number of, count, visits, logins, sessions, "
    "income"
)


@dataclass(frozen=True)
class Scale:
    """The unit of a column and the lowest and highest possible value, where they are known."""

    unit: str | None
    lowest: float | None
    highest: float | None
    note: str = ""


def scale_of(profile: Profile, guess: KindGuess) -> Scale:
    """Return the unit and the possible range of a column of numbers; nothing for other kinds."""
    if guess.kind is not Kind.NUMBER:
        return Scale(None, None, None)
    unit = guess.unit or _unit(profile)
    words = profile.words
    if unit == "%" and profile.numbers[-1] <= 100:
        return Scale(unit, 0.0, 100.0)
    if unit == "hours":
        return Scale(unit, 0.0, 24.0 if has_any(words, DAILY) else 168.0)
    if _is_hundred(profile):
        beyond = int((profile.numbers > 100).sum())
        return Scale(unit, 0.0, 100.0, f", taken as 0 to 100 although {beyond} lies above" if beyond else "")
    if unit in ("minutes", "days", "km", "miles") or has_any(words, NEVER_NEGATIVE):
        return Scale(unit, 0.0, None)
    return Scale(unit, None, None)


def _unit(profile: Profile) -> str | None:
    brackets = re.search(r"[\[(]([^\])]{1,5})[\])]\s*$", profile.name)
    if brackets and brackets.group(1).casefold().strip() in IN_BRACKETS:
        return IN_BRACKETS[brackets.group(1).casefold().strip()]
    if "%" in profile.name:
        return "%"
    found = (unit for unit, phrases in UNITS if has_any(profile.words, phrases))
    return next(found, None)


def _is_hundred(profile: Profile) -> bool:
    """Tell whether results lie between 0 and 100, save for one in two hundred at most."""
    if not has_any(profile.words, "score, scores, points, attendance"):
        return False
    numbers = profile.parsed.numbers
    inside = (numbers >= 0) & (numbers <= 100)
    high = numbers[inside].max(initial=0.0)
    return bool(high > 50 and profile.share(inside) >= 0.995 * profile.share(~np.isnan(numbers)))
