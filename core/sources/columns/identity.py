"""Which column is the student id: one value in (nearly) every row, and a name that says so."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema import Kind
from core.sources.columns import vocabulary
from core.sources.columns.duties import NEARLY_ALL, UNNAMED, is_id_name
from core.sources.columns.hints import has_any
from core.sources.columns.numbers import matches
from core.sources.columns.profile import Profile

CODE_LIKE = r"[^\s@]*[0-9][^\s@]*"


def find_id(profiles: Sequence[Profile]) -> tuple[str, str] | None:
    """Return the name of the student id column and the reason, or None.

    Up to one value in ten may repeat or be missing, as in a table with repeated rows; this is said.
    """
    candidates = [profile for profile in profiles if _may_be_id(profile)]
    if not candidates:
        return None
    best = max(candidates, key=_rank)
    return best.name, _reason(best)


def _may_be_id(profile: Profile) -> bool:
    named = is_id_name(profile.words) and not UNNAMED.fullmatch(profile.name.strip())
    if not named or profile.typed in (Kind.DATE, Kind.FLAG) or not profile.n_values:
        return False
    if profile.words in (("student",), ("matricula",)) and not _looks_like_codes(profile):
        return False
    return profile.n_distinct >= NEARLY_ALL * profile.n_rows


def _looks_like_codes(profile: Profile) -> bool:
    return profile.share(matches(profile.texts, CODE_LIKE)) >= NEARLY_ALL


def _rank(profile: Profile) -> tuple[bool, bool, bool]:
    """Higher is better: all different, then a name that says student, then a name that is just the id."""
    student = has_any(profile.words, vocabulary.STUDENT_WORDS)
    return profile.is_distinct, student or "student" in profile.name.casefold(), profile.words == ("id",)


def _reason(profile: Profile) -> str:
    if profile.is_distinct:
        return "an id by its name, and all values are different"
    repeated = profile.n_values - profile.n_distinct
    parts = [f"{repeated:,} rows repeat an id"] if repeated else []
    parts += [f"{profile.n_missing:,} rows have none"] if profile.n_missing else []
    return f"an id by its name, although {' and '.join(parts)} of {profile.n_rows:,}"
