"""Checks of text: spellings of one category, rare categories, untidy spaces, single values."""

from __future__ import annotations

import pandas as pd

from core.cleaning.checks.spelling import variants
from core.cleaning.finding import Finding, counted, share, verb
from core.cleaning.profile import Profile, Table
from core.cleaning.step import shown
from core.cleaning.text import MapValues, StripText
from core.schema import MODEL_ROLES, Kind, Role

_MOST_SPELLINGS = 5_000
"""A column with more different texts than this is no category."""
_FEWEST_ROWS = 200
_SMALL = 10
"""A category of fewer students teaches a model nothing and may show who somebody is."""
_MOST_CATEGORIES = 50
_NEARLY_ALL = 0.99


def category_variants(table: Table) -> list[Finding]:
    """Q006: one category written in several ways, with the spelling to use for each."""
    return [one for p in table.profiles if _is_category(p) if (one := _variant_finding(p)) is not None]


def _is_category(profile: Profile) -> bool:
    named = profile.column.role in (Role.STUDENT_ID, Role.NAME)
    return profile.is_text and profile.column.kind is Kind.CATEGORY and not named


def spellings(profile: Profile) -> dict[str, str]:
    """Return how each unusual tidied text of a category column should be written."""
    if len(profile.tidy) > _MOST_SPELLINGS:
        return {}
    return variants({str(text): int(n) for text, n in profile.tidy.items()})


def _variant_finding(profile: Profile) -> Finding | None:
    meant = spellings(profile)
    if not meant:
        return None
    counts, name = profile.tidy, profile.name
    n, n_meant = int(counts[list(meant)].sum()), len(set(meant.values()))
    unusual = sorted(meant, key=lambda text: (-int(counts[text]), text))
    examples = tuple(f"{shown(text)} → {shown(meant[text])} ({int(counts[text]):,})" for text in unusual[:5])
    words = (
        f"{counted(n, 'cell')} of '{profile.column.title}' {verb(n, 'is', 'are')} written in "
        f"{counted(len(meant), 'unusual way')} for {counted(n_meant, 'category', 'categories')}."
    )
    why = f"{counted(n, 'cell')} of '{name}' {verb(n, 'is', 'are')} written in another way than usual"
    step = MapValues(name, tuple(sorted(meant.items())), reason=why)
    return Finding("Q006", "issue", words, name, n, examples, step)


def rare_categories(table: Table) -> list[Finding]:
    """Q010: categories with so few students that they teach nothing and may identify somebody."""
    if table.n_rows < _FEWEST_ROWS:
        words = f"With fewer than {_FEWEST_ROWS} rows, a small category says nothing."
        return [Finding("Q010", "not applicable", words)]
    return [one for p in table.profiles if _is_category(p) if (one := _rare_finding(p)) is not None]


def _rare_finding(profile: Profile) -> Finding | None:
    meant = spellings(profile)
    counts = profile.tidy.groupby(lambda text: meant.get(text, text)).sum()
    rare = counts[counts < _SMALL].sort_values(kind="stable")
    if rare.empty or len(counts) > _MOST_CATEGORIES:
        return None
    words = (
        f"{counted(len(rare), 'category', 'categories')} of '{profile.column.title}' "
        f"{verb(len(rare), 'has', 'have')} fewer than {_SMALL} students: too few to learn from, "
        "and few enough to recognise somebody."
    )
    examples = tuple(f"{shown(str(text))} ({int(n):,})" for text, n in rare.head(5).items())
    return Finding("Q010", "tip", words, profile.name, len(rare), examples)


def untidy_spaces(table: Table) -> list[Finding]:
    """Q015: text with spaces around it or several in a row, and text of spaces only."""
    return [one for p in table.profiles if p.is_text and (one := _space_finding(p)) is not None]


def _space_finding(profile: Profile) -> Finding | None:
    name, values = profile.name, profile.values
    untidy = ((values != profile.tidied) & values.notna()).to_numpy()
    n = int(untidy.sum())
    if not n:
        return None
    words = (
        f"{counted(n, 'cell')} of '{profile.column.title}' {verb(n, 'has', 'have')} "
        "spaces around the text, several in a row, or nothing else."
    )
    examples = tuple(shown(text) for text in dict.fromkeys(values[untidy].head(200)))[:5]
    why = f"{counted(n, 'cell')} of '{name}' {verb(n, 'has', 'have')} untidy spaces"
    return Finding("Q015", "issue", words, name, n, examples, StripText((name,), reason=why))


def single_values(table: Table) -> list[Finding]:
    """Q009: columns that say the same of everybody."""
    if table.n_rows < 2:
        return [Finding("Q009", "not applicable", "The table has a single row.")]
    return [_single_finding(p, value) for p in table.profiles if (value := _only_value(p)) is not None]


def _only_value(profile: Profile) -> str | None:
    """Return the only value of a column as text, or None when it has several or none."""
    known = profile.values.dropna()
    if known.empty or known.iloc[:1000].nunique() > _MOST_CATEGORIES:
        return None
    if profile.is_text:
        return str(profile.tidy.index[0]) if len(profile.tidy) == 1 else None
    return str(known.iloc[0]) if (known == known.iloc[0]).all() else None


def _single_finding(profile: Profile, value: str) -> Finding:
    gaps = f", or no value ({counted(profile.n_missing, 'row')})" if profile.n_missing else ""
    words = (
        f"'{profile.column.title}' is {shown(value)} in every row{gaps}: it tells no student from another."
    )
    return Finding("Q009", "tip", words, profile.name, profile.n_known, (shown(value),))


def nearly_constant(table: Table) -> list[Finding]:
    """Q023: columns of a model that say the same of all but a few."""
    if table.n_rows < _FEWEST_ROWS:
        words = f"With fewer than {_FEWEST_ROWS} rows, a few other values say nothing."
        return [Finding("Q023", "not applicable", words)]
    used = [p for p in table.of_roles(*MODEL_ROLES) if not p.is_blank]
    return [one for p in used if (one := _constant_finding(p)) is not None]


def _constant_finding(profile: Profile) -> Finding | None:
    counts = _answers(profile)
    total, n = int(counts.sum()), int(counts.max()) if len(counts) else 0
    if total < _FEWEST_ROWS or n < _NEARLY_ALL * total or len(counts) < 2:
        return None
    value = min(str(value) for value, times in counts.items() if times == n)
    words = (
        f"'{profile.column.title}' is {shown(value)} in {share(n, total)} of the {total:,} rows that have a "
        f"value. The other {counted(total - n, 'row')} may matter to a person, but "
        f"{verb(total - n, 'is', 'are')} too few for a model to learn from."
    )
    others = counts[counts < n].head(5)
    examples = tuple(f"{shown(str(other))} ({int(times):,})" for other, times in others.items())
    return Finding("Q023", "tip", words, profile.name, total - n, examples)


def _answers(profile: Profile) -> pd.Series:
    """Return how often each value occurs, spelt as usual; nothing when the first rows are all different."""
    if profile.is_text:
        meant = spellings(profile) if _is_category(profile) else {}
        return profile.tidy.groupby(lambda text: meant.get(text, text)).sum().sort_values(ascending=False)
    if profile.values.head(1000).nunique() > _MOST_CATEGORIES:
        return pd.Series(dtype="int64")
    return profile.values.value_counts()
