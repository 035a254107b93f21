"""Column names as words: taken apart, matched word by word, and put together as a label."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
SHORT = {
    "wkly": "weekly",
    "nr": "number of",
    "num": "number of",
    "no": "number",
    "educ": "education",
    "edu": "education",
    "prep": "preparation",
    "avg": "average",
    "pct": "percent",
    "perc": "percent",
    "yr": "year",
    "yrs": "years",
    "hrs": "hours",
    "hr": "hour",
    "mins": "minutes",
    "lang": "language",
    "attn": "attendance",
    "dept": "department",
    "dob": "date of birth",
    "enrol": "enrolment",
    "prev": "previous",
    "curr": "current",
    "qual": "qualification",
    "stud": "student",
}
"""Short forms that stand in names of columns, and what they mean in a label."""

CAPITALS = frozenset(
    {"id", "gpa", "sat", "act", "gdp", "lms", "url", "ses", "gre", "iq", "dob", "cgpa", "iep", "ell"}
)
LONGEST_LABEL = 80


@lru_cache(maxsize=4096)
def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name in small letters, without accents.

    >>> words_of("WklyStudyHours"), words_of("Mother's job_title"), words_of("GÊNERO")
    (('wkly', 'study', 'hours'), ('mother', 'job', 'title'), ('genero',))
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    plain = re.sub(r"(?<=\w)['’`]s\b", "", plain).replace("ß", "ss")
    return tuple(part.casefold() for part in PARTS.findall(plain))


def label_of(name: str) -> str:
    """Return a name in plain words, to show.

    >>> label_of("WklyStudyHours"), label_of("parental level of education"), label_of("Parental_Involvement")
    ('Weekly study hours', 'Parental level of education', 'Parental involvement')
    >>> label_of("race/ethnicity"), label_of("student_id"), label_of("GDP")
    ('Race/ethnicity', 'Student ID', 'GDP')
    """
    spaced = name if " " in name.strip() else _spaced(name)
    words = spaced.split()
    label = " ".join(words)
    label = label[:1].upper() + label[1:]
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1].rstrip() + "…"


def _spaced(name: str) -> str:
    """Return a name without blanks as words: split at underscores and capitals, short forms written out."""
    text = re.sub(r"[_.]+", " ", name).strip()
    text = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-Z])(?=[A-Z][a-z]{2})", " ", text)
    return " ".join(_shown(part) for part in text.split())


def _shown(part: str) -> str:
    small = part.lower()
    if small in CAPITALS:
        return small.upper()
    if part.isupper() and (len(part) <= 4 or any(c.isdigit() for c in part)):
        return part
    return SHORT.get(small, small if part[:1].isupper() else part)
