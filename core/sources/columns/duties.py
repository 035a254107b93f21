"""What a column is for: its role, guessed from its name and its values, with the reason."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from core.schema import Kind, Role
from core.sources.columns import vocabulary
from core.sources.columns.hints import first_hint, has_any
from core.sources.columns.kinds import FEW, KindGuess
from core.sources.columns.numbers import matches
from core.sources.columns.profile import Profile
from core.sources.columns.sensitive_words import BARRIERS, PROTECTED

UNNAMED = re.compile(
    r"(?:unnamed(?:: ?\d+)?|column \d+|index|row|#|level_0|rownames?|row number|s ?no|serial)", re.IGNORECASE
)
EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
SEASONS = "fa|sp|su|wi|ws|ss|fall|spring|summer|winter|autumn|t[1-4]|s[1-3]|q[1-4]|h[12]"
TERM_VALUE = rf"(?i)(?:19|20)[0-9]{{2}}(?:[ /_-]?(?:(?:19|20)?[0-9]{{2}}|{SEASONS}))?"
NEARLY_ALL = 0.9
ENOUGH_TO_COUNT = 20
"""In fewer rows, 1, 2, 3 may be anything."""


@dataclass(frozen=True)
class Seen:
    """What is known of a column when its role is guessed."""

    profile: Profile
    guess: KindGuess


@dataclass(frozen=True)
class RoleGuess:
    """A role and why it was taken."""

    role: Role
    reason: str


def guess_role(profile: Profile, guess: KindGuess) -> RoleGuess:
    """Return what a column that is not the id is for; never raises."""
    if not profile.n_values:
        return RoleGuess(Role.IGNORED, "nothing to use")
    seen = Seen(profile, guess)
    for rule in (_counter, _person, _repeated_id, _protected, _term, _outcome, _contact, _date):
        found = rule(seen)
        if found:
            return found
    return _free_text(seen) or _barrier(profile) or _feature(profile)


def _counter(seen: Seen) -> RoleGuess | None:
    """A column that only counts the rows."""
    profile = seen.profile
    unnamed = bool(UNNAMED.fullmatch(profile.name.strip()))
    if not unnamed and (not profile.is_distinct or profile.n_rows < ENOUGH_TO_COUNT):
        return None
    if not profile.parsed.is_number.all() or profile.n_missing or profile.n_rows < 2:
        return None
    values = profile.spread(profile.parsed.numbers)
    steps = np.diff(values)
    if profile.is_distinct and values[0] in (0.0, 1.0) and (steps == 1).all():
        return RoleGuess(Role.IGNORED, "it only counts the rows")
    if unnamed and (steps > 0).mean() >= NEARLY_ALL:
        times = profile.n_rows / profile.n_distinct
        repeats = (
            f", and starts again: each number comes {times:.0f} times, so it is no id" if times > 1.5 else ""
        )
        return RoleGuess(Role.IGNORED, f"it counts the rows{repeats}")
    return None


def _repeated_id(seen: Seen) -> RoleGuess | None:
    profile = seen.profile
    if not is_id_name(profile.words):
        return None
    if profile.is_distinct:
        return RoleGuess(Role.IGNORED, "it is another id, beside the one that is used")
    times = profile.n_values / profile.n_distinct
    if seen.guess.kind in (Kind.FLAG, Kind.DATE):
        return None
    return RoleGuess(
        Role.IGNORED, f"an id by its name, but each value comes {times:.1f} times, so it is no id of rows"
    )


def is_id_name(words: tuple[str, ...]) -> bool:
    """Tell whether a name says that the column identifies students.

    >>> is_id_name(("student", "no")), is_id_name(("course", "id")), is_id_name(("number", "of", "visits"))
    (True, False, False)
    """
    if has_any(words, vocabulary.OTHER_THINGS) and not has_any(words, vocabulary.STUDENT_WORDS):
        return False
    if vocabulary.ID_NAMES.fits(words):
        return True
    is_key = [has_any((word,), vocabulary.ID_WORDS) for word in words]
    fillers = {"the", "unique", "anonymised", "anonymized", "hashed", "external", "internal", "school"}
    known = [
        key or word in fillers or has_any((word,), vocabulary.STUDENT_WORDS)
        for word, key in zip(words, is_key, strict=True)
    ]
    return bool(words) and any(is_key) and all(known)


def _person(seen: Seen) -> RoleGuess | None:
    profile = seen.profile
    hint = first_hint(profile.words, vocabulary.NAMES)
    if hint and hint.what == "an address" and profile.n_distinct <= FEW:
        return None
    if hint and seen.guess.kind in (Kind.TEXT, Kind.CATEGORY):
        return RoleGuess(Role.NAME, f"{hint.what} by the column's name, which identifies a person")
    if seen.guess.kind is Kind.TEXT and profile.share(matches(profile.texts, EMAIL)) >= NEARLY_ALL:
        return RoleGuess(Role.NAME, "the values are e-mail addresses, which identify a person")
    if hint and hint.what == "a telephone number":
        return RoleGuess(Role.NAME, f"{hint.what} by the column's name, which identifies a person")
    return None


def _protected(seen: Seen) -> RoleGuess | None:
    profile = seen.profile
    hint = first_hint(profile.words, PROTECTED)
    if hint is None:
        return None
    return RoleGuess(Role.PROTECTED, f"{hint.what}, a protected attribute that stays out of the model")


def _term(seen: Seen) -> RoleGuess | None:
    profile = seen.profile
    if seen.guess.kind is Kind.FLAG:
        return None
    if first_hint(profile.words, vocabulary.TERMS):
        return RoleGuess(Role.TERM, "the name says which term a row is about")
    if vocabulary.YEARS.fits(profile.words) and matches(profile.texts, TERM_VALUE).all():
        return RoleGuess(Role.TERM, "the values are calendar years")
    return None


def _outcome(seen: Seen) -> RoleGuess | None:
    profile = seen.profile
    hint = first_hint(profile.words, vocabulary.OUTCOMES)
    scored = has_any(profile.words, vocabulary.SCORES)
    if hint is None or scored or seen.guess.kind in (Kind.TEXT, Kind.DATE) or profile.n_distinct > 20:
        return None
    return RoleGuess(Role.OUTCOME, "may be the outcome by its name; choose the outcome yourself")


def _contact(seen: Seen) -> RoleGuess | None:
    profile = seen.profile
    hint = first_hint(profile.words, vocabulary.CONTACTS)
    return (
        RoleGuess(Role.CONTACT, f"{hint.what}, which follows from the need and is no feature")
        if hint
        else None
    )


def _date(seen: Seen) -> RoleGuess | None:
    return RoleGuess(Role.TIME, "it says when something happened") if seen.guess.kind is Kind.DATE else None


def _free_text(seen: Seen) -> RoleGuess | None:
    profile = seen.profile
    if seen.guess.kind is not Kind.TEXT:
        return None
    if profile.is_distinct:
        return RoleGuess(Role.IGNORED, "every value is different; if it is the student id, say so")
    return RoleGuess(Role.IGNORED, "text is not used by the model")


def _barrier(profile: Profile) -> RoleGuess | None:
    hint = first_hint(profile.words, BARRIERS)
    scored = has_any(profile.words, vocabulary.SCORES)
    if hint is None or (scored and hint.what != "attendance") or has_any(profile.words, "id, code, name"):
        return None
    return RoleGuess(Role.BARRIER, f"{hint.what}, which can be worked on")


def _feature(profile: Profile) -> RoleGuess:
    if profile.n_distinct == 1 and not profile.n_missing:
        return RoleGuess(Role.FEATURE, "a feature, but all rows have the same value")
    if has_any(profile.words, vocabulary.PARENTS):
        return RoleGuess(Role.FEATURE, "a feature about the student's family")
    return RoleGuess(Role.FEATURE, "a feature, as nothing says otherwise")
