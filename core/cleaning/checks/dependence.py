"""The check for gaps that are not left by chance: being missing that goes with another column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from core.cleaning.checks.giveaway import answers_by_row
from core.cleaning.finding import Finding
from core.cleaning.profile import Profile, Table
from core.cleaning.step import listed, shown
from core.schema import MODEL_ROLES, Kind, Role

_FEWEST = 20
_ALPHA = 0.01
_MATTERS = 0.05
"""A difference of the shares of gaps under five points changes little, however certain it is."""
_TIMES = 1.5
"""And so does one that is not half as large again as the smaller share."""
_MOST_LEVELS = 50
_MOST_GAPPY = 30
_MOST_PARTNERS = 60
_EXPECTED = 5.0
"""Where fewer gaps are expected in a category, the chi-square test is not to be trusted."""
_SO = "A fill from all students would be wrong for these: fill by group, or keep that it was missing."
_SO_OUTCOME = "A model learns from students with a known outcome only, so it knows less of these."
_PARTNERS = (*MODEL_ROLES, Role.PROTECTED, Role.OUTCOME, Role.TERM)


@dataclass(frozen=True)
class _Test:
    """One column's gaps against another column."""

    gappy: int
    other: Profile
    p: float
    high: float
    """The share of gaps where the column says what ``where`` says."""
    low: float
    """The share elsewhere."""
    where: str

    @property
    def matters(self) -> bool:
        return self.high - self.low >= _MATTERS and self.high >= _TIMES * self.low


def dependent_gaps(table: Table) -> list[Finding]:
    """Q025: columns that are missing more often for some students than for others."""
    part = table.sample
    matter = part.of_roles(*MODEL_ROLES, Role.OUTCOME)
    gappy = [p for p in matter if _FEWEST <= p.is_gap.sum() <= part.n_rows - _FEWEST][:_MOST_GAPPY]
    if not gappy:
        words = f"No column of a model, and no outcome, has {_FEWEST} gaps and {_FEWEST} values or more."
        return [Finding("Q025", "not applicable", words)]
    gaps = np.stack([p.is_gap for p in gappy], axis=1)
    partners = [p for p in part.of_roles(*_PARTNERS) if not p.is_blank][:_MOST_PARTNERS]
    tests = [test for other in partners for test in _tests(other, gaps) if gappy[test.gappy] is not other]
    certain = _certain(tests)
    of = [[test for test in certain if test.gappy == at] for at in range(len(gappy))]
    sampled = f"In a sample of {part.n_rows:,} rows, " if part is not table else ""
    return [_dependence(p, found, sampled) for p, found in zip(gappy, of, strict=True) if found]


def _certain(tests: Sequence[_Test]) -> list[_Test]:
    """Return the tests that stand after Benjamini and Hochberg's correction over all, and that matter."""
    from scipy.stats import false_discovery_control

    if not tests:
        return []
    adjusted = false_discovery_control([test.p for test in tests])
    return [test for test, q in zip(tests, adjusted, strict=True) if q <= _ALPHA and test.matters]


def _dependence(profile: Profile, tests: Sequence[_Test], sampled: str) -> Finding:
    first, *others = sorted(tests, key=lambda test: (test.low - test.high, test.other.name))
    words = (
        f"{sampled}'{profile.column.title}' is missing more often where '{first.other.column.title}' is "
        f"{first.where} ({100 * first.high:.0f} % against {100 * first.low:.0f} %)"
    )
    if others:
        words += f"; its gaps also go with {listed([test.other.column.title for test in others])}"
    words += f". {_SO_OUTCOME if profile.column.role is Role.OUTCOME else _SO}"
    return Finding("Q025", "tip", words, profile.name, int(profile.is_gap.sum()))


def _tests(other: Profile, gaps: np.ndarray) -> Iterator[_Test]:
    """Yield a test of every gappy column against one other column."""
    if other.is_number and other.column.kind is Kind.NUMBER:
        yield from _against_numbers(other, gaps)
    elif other.column.kind in (Kind.CATEGORY, Kind.FLAG):
        yield from _against_levels(other, gaps)


def _against_numbers(other: Profile, gaps: np.ndarray) -> Iterator[_Test]:
    """Mann and Whitney's test: whether the other column's numbers are larger, or smaller, at the gaps."""
    from scipy.stats import norm, rankdata

    numbers = other.numbers_by_row
    known = ~np.isnan(numbers)
    values, missing = numbers[known], gaps[known]
    n, n_gaps = len(values), missing.sum(axis=0)
    if n < 2 * _FEWEST or np.ptp(values) == 0:
        return
    ranks, middle = rankdata(values), float(np.median(values))
    ties = np.unique(values, return_counts=True)[1].astype(np.float64)
    spread = n + 1 - (ties**3 - ties).sum() / (n * (n - 1))
    above = values > middle
    if not above.any():
        above = values >= middle
    for at in np.flatnonzero((n_gaps >= _FEWEST) & (n - n_gaps >= _FEWEST)):
        own, m = missing[:, at], int(n_gaps[at])
        distance = abs(ranks[own].sum() - m * (n + 1) / 2) - 0.5
        p = 2 * float(norm.sf(distance / np.sqrt(m * (n - m) * spread / 12)))
        shares = float(own[above].mean()), float(own[~above].mean())
        sign = "above" if shares[0] >= shares[1] else "at most"
        yield _Test(int(at), other, min(p, 1.0), max(shares), min(shares), f"{sign} {middle:g}")


def _against_levels(other: Profile, gaps: np.ndarray) -> Iterator[_Test]:
    """The chi-square test of gaps and categories; what is told is the category with most gaps."""
    from scipy.stats import chi2

    codes, levels = pd.factorize(answers_by_row(other), sort=True)
    in_level = np.bincount(codes[codes >= 0], minlength=len(levels))
    large = in_level >= _FEWEST
    if not 2 <= large.sum() <= _MOST_LEVELS:
        return
    for at in range(gaps.shape[1]):
        own = np.bincount(codes[gaps[:, at] & (codes >= 0)], minlength=len(levels))
        expected = own[large].sum() * in_level / in_level[large].sum()
        enough = large & (np.minimum(expected, in_level - expected) >= _EXPECTED)
        n_gaps, n_all = own[enough], in_level[enough]
        if enough.sum() < 2 or not 0 < n_gaps.sum() < n_all.sum():
            continue
        share = n_gaps.sum() / n_all.sum()
        distance = ((n_gaps - n_all * share) ** 2 / (n_all * share * (1 - share))).sum()
        p = float(chi2.sf(distance, len(n_all) - 1))
        rest = (n_gaps.sum() - n_gaps) / (n_all.sum() - n_all)
        shares = n_gaps / n_all
        top = int(np.argmax(shares - rest))
        text = levels[enough][top]
        yield _Test(at, other, p, float(shares[top]), float(rest[top]), shown(str(text)))
