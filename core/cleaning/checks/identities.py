"""The check for what names a student among the features: ids, addresses, telephone numbers, names."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from core.cleaning.checks.naming import said
from core.cleaning.columns import DropColumns
from core.cleaning.finding import Finding
from core.cleaning.profile import Profile, Table
from core.cleaning.step import shown
from core.schema import MODEL_ROLES, Kind

_FEWEST = 20
"""Among fewer rows, different values say nothing."""
_NEARLY_ALL = 0.95
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+[0-9][0-9 ()/.-]{6,18}|\(?0[0-9]{1,4}[)/ -][0-9 ()/.-]{4,14}")
_NUMERIC = re.compile(r"[+-]?[0-9]*[.,]?[0-9]+")
_NAMES = (
    *("name", "full name", "first name", "last name", "surname", "forename", "given name", "family name"),
    *(
        "student name",
        "vorname",
        "nachname",
        "nombre",
        "apellido",
        "apellidos",
        "nome",
        "sobrenome",
        "prenom",
    ),
)
_OTHER_NAMES = (
    *("school", "course", "programme", "program", "college", "university", "department", "subject", "class"),
    *(
        "campus",
        "district",
        "city",
        "town",
        "country",
        "region",
        "bank",
        "company",
        "employer",
        "file",
        "test",
    ),
)
"""Things whose names are no names of students."""
_IDS = (
    *("id", "ids", "identifier", "uuid", "guid", "matric", "matriculation", "registration no", "ssn"),
    *(
        "student no",
        "student number",
        "student code",
        "roll no",
        "roll number",
        "admission number",
        "passport",
    ),
    *("matrikelnummer", "matricula", "dni", "cpf", "kennung"),
)
_SPREAD = 1.2
"""Whole numbers that fill their range so densely, each once, count rows."""


def identities(table: Table) -> list[Finding]:
    """Q018: columns in a model's role that say who somebody is instead of how they fare."""
    used = table.of_roles(*MODEL_ROLES)
    if not used:
        return [Finding("Q018", "not applicable", "No column may be used by a model.")]
    return [_identity_finding(p, what) for p in used if (what := _what(p)) is not None]


def _identity_finding(profile: Profile, what: str) -> Finding:
    name = profile.name
    words = (
        f"'{profile.column.title}' {what}. A model would learn to know the students by it: leave it out, "
        "or give it the role that it has (student id, name, or ignored)."
    )
    step = DropColumns((name,), reason=f"'{name}' {what}")
    examples = tuple(shown(str(value)) for value in profile.values.dropna().head(200).unique()[:3])
    return Finding("Q018", "issue", words, name, profile.n_known, examples, step, person_decides=True)


def _what(profile: Profile) -> str | None:
    """Say in what way the column tells who somebody is; None when it does not."""
    if profile.is_blank:
        return None
    if profile.is_text and not profile.is_number and profile.column.kind is not Kind.FLAG:
        return _what_of_text(profile)
    return _what_of_numbers(profile)


def _what_of_text(profile: Profile) -> str | None:
    counts = profile.tidy
    if not len(counts):
        return None
    some = counts.head(1_000)
    for pattern, what in ((_EMAIL, "holds e-mail addresses"), (_PHONE, "holds telephone numbers")):
        if some[some.index.str.fullmatch(pattern.pattern)].sum() >= _NEARLY_ALL * some.sum():
            return what
    if said(profile.column, _NAMES, unless=_OTHER_NAMES) and len(counts) > 1:
        return "holds names, by its title"
    return _distinct(len(counts), int(counts.sum())) if not _is_measured(some) else None


def _is_measured(counts: pd.Series) -> bool:
    """Tell whether the texts are decimal numbers, which are measured and seldom come twice."""
    decimal = counts.index.str.fullmatch(r"[+-]?[0-9]*[.,][0-9]+")
    return bool(counts[decimal].sum() > 0.5 * counts.sum())


def _what_of_numbers(profile: Profile) -> str | None:
    """Say so of whole numbers that come once each and are called ids, or count the rows."""
    if profile.column.kind is Kind.DATE or not profile.is_number:
        return None
    numbers = profile.numbers
    if len(numbers) < _FEWEST or not (np.isfinite(numbers).all() and (numbers == np.round(numbers)).all()):
        return None
    n_distinct = len(np.unique(numbers))
    counts_rows = np.ptp(numbers) + 1 <= _SPREAD * n_distinct
    if not (counts_rows or said(profile.column, _IDS)):
        return None
    return _distinct(n_distinct, len(numbers))


def _distinct(n_distinct: int, n: int) -> str | None:
    if n < _FEWEST or n_distinct < _NEARLY_ALL * n:
        return None
    return f"has another value in nearly every row ({n_distinct:,} in {n:,})"
