"""Fairness at a cut: what the list does to each group, with what certainty, and in a verdict.

It assesses gaps; it does not remove them, and it never says why there is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from core.modeling.fairness_counts import Counts, GroupCurve
from core.modeling.fairness_power import smallest_residual_gaps, smallest_share_gaps
from core.modeling.fairness_rates import MEASURES, SHARES, Residuals, Shares
from core.modeling.fairness_tests import holm, residual_p, share_p
from core.modeling.fairness_words import GAP, NO_GAP, TOO_FEW, Verdict, share_text, verdict_of
from core.modeling.table import Flags, Floats, Integers

CHANCE = 0.05
WORTH_SEEING = 0.2
"""Where only a gap larger than this could have been seen, a group is too small to tell."""
_ROWS = (*SHARES, "calibration")
_COLUMNS = (
    "grouping", "group", "measure", "n", "base", "value", "low", "high",
    "gap", "gap_low", "gap_high", "p", "adjusted", "smallest", "status",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Fairness:
    """What a list does to each group at one cut; groups that must not be shown are in no figure."""

    n_listed: int
    n_students: int
    table: pd.DataFrame = field(repr=False)
    """See ``frame``."""
    whole: pd.DataFrame = field(repr=False)
    """The measures of all students together: measure, value, low, high."""
    verdicts: tuple[Verdict, ...]
    """One a grouping, in the order of the groupings."""
    n_tests: int
    """The comparisons that were corrected together."""

    @property
    def measures(self) -> dict[str, tuple[str, str]]:
        """What is measured: by name a title, and what it means."""
        return dict(MEASURES)

    @property
    def is_empty(self) -> bool:
        """Whether the cut treats everybody alike, so that there is nothing to compare."""
        return self.n_listed in (0, self.n_students)

    @property
    def why_empty(self) -> str:
        """Why there is nothing to compare; empty if there is."""
        if not self.is_empty:
            return ""
        who = "Nobody" if self.n_listed == 0 else "Everybody"
        return f"{who} is listed at this cut, so no group is treated differently."

    def frame(self) -> pd.DataFrame:
        """Return one row a group and measure.

        Columns: grouping, group, measure, n (students), base (students that the share is of), value with its
        95 % interval low to high, gap to all other students with gap_low to gap_high, p, adjusted (Holm,
        over all comparisons of this cut), smallest (the smallest gap that would have been seen with 80 %
        power), status. A measure is NaN where it, or that of the others, would be of under 10 students. The
        outcome's share is not tested: it is not the list's doing.
        """
        return self.table.copy()

    def overview(self, grouping: str) -> pd.DataFrame:
        """Return one row a group: group, n, and a column a measure with value and interval as text."""
        part = self.table[self.table["grouping"] == grouping]
        texts = part.assign(text=[share_text(*ends) for ends in part[["value", "low", "high"]].to_numpy()])
        wide = texts.pivot_table(
            index=["group", "n"], columns="measure", values="text", aggfunc="first", sort=False
        )
        return wide.reindex(columns=list(MEASURES)).reset_index().rename_axis(columns=None)

    def largest(self) -> pd.DataFrame:
        """Return of each grouping and measure the row of ``frame`` with the largest gap, where there is one.

        Its interval is that of one comparison; ``adjusted`` takes account of how many were made.
        """
        known = self.table.dropna(subset="gap").assign(size=lambda table: -table["gap"].abs())
        place = {"measure": list(MEASURES).index, "grouping": list(known["grouping"].unique()).index}
        first = known.sort_values("size", kind="stable").drop_duplicates(["grouping", "measure"])
        order = {name: first[name].map(at) for name, at in place.items()}
        kept = first.assign(**order).sort_values(["grouping", "measure"]).index
        return self.table.loc[kept].reset_index(drop=True)


def assess(curve: GroupCurve, *, n_listed: int) -> Fairness:
    """Return what a list of the first ``n_listed`` students does to each group; a lookup and formulas.

    Every group is compared with all other students, also with those of groups that are not shown. Of an
    attribute with two groups the two comparisons are one. ``n_listed`` is from 0 to all students.
    """
    counts, whole = curve.counts(n_listed), curve.whole(n_listed)
    shown, residual_whole = curve.shown, curve.residuals[:, : curve.starts[1]].sum(axis=1, keepdims=True)
    rest = counts.of_rest(whole)
    sides = [
        (Shares.of(who), Residuals.of(sums, who))
        for who, sums in ((counts, curve.residuals), (rest, residual_whole - curve.residuals))
    ]
    figures = _figures(*sides[0], *sides[1], tested=shown & ~_mirrored(curve, counts))
    figures["adjusted"] = _with_mirrors(figures["adjusted"], curve, counts)
    figures["base"] = np.vstack([sides[0][0].base, counts.known])
    table = _table(curve, counts, figures, shown)
    verdicts = tuple(verdict_of(one, part) for one, part in _parts(curve, table))
    alone = (Shares.of(whole).ends(), Residuals.of(residual_whole, whole).ends())
    ends = [np.vstack([a, b])[:, 0] for a, b in zip(*alone, strict=True)]
    together = pd.DataFrame(dict(zip(("value", "low", "high"), ends, strict=True)), index=list(_ROWS))
    return Fairness(
        n_listed,
        curve.n_students,
        table,
        together.loc[list(MEASURES)].rename_axis("measure").reset_index(),
        verdicts,
        int((~np.isnan(figures["p"])).sum()),
    )


def _figures(
    shares: Shares, residuals: Residuals, rest_shares: Shares, rest: Residuals, *, tested: Flags
) -> dict[str, Floats]:
    """Return each figure of each measure (in the order of ``_ROWS``) and group; shape (6, groups)."""
    p = np.vstack([share_p(shares, rest_shares), residual_p(residuals, rest)])
    p[_ROWS.index("outcome")] = np.nan
    p[:, ~tested] = np.nan
    alpha = CHANCE / max(1, int((~np.isnan(p)).sum()))
    ends = zip(("value", "low", "high"), shares.ends(), residuals.ends(), strict=True)
    gaps = zip(("gap", "gap_low", "gap_high"), shares.gaps(rest_shares), residuals.gaps(rest), strict=True)
    smallest = (
        smallest_share_gaps(shares, rest_shares, alpha=alpha),
        smallest_residual_gaps(residuals, rest, alpha=alpha),
    )
    figures = {name: np.vstack(parts) for name, *parts in (*ends, *gaps, ("smallest", *smallest))}
    return figures | {"p": p, "adjusted": holm(p.ravel()).reshape(p.shape)}


def _mirrored(curve: GroupCurve, counts: Counts) -> Flags:
    """Return which groups are the rest of a shown one, as an attribute with two groups makes them."""
    mirrored = np.zeros(len(counts.n), dtype=np.bool_)
    mirrored[[second for _, second in _twos(curve, counts)]] = True
    return mirrored


def _with_mirrors(adjusted: Floats, curve: GroupCurve, counts: Counts) -> Floats:
    """Return the adjusted p-values with each mirrored group's taken from the group it mirrors."""
    filled = adjusted.copy()
    for first, second in _twos(curve, counts):
        filled[:, second] = adjusted[:, first]
    return filled


def _twos(curve: GroupCurve, counts: Counts) -> list[tuple[int, int]]:
    """Return the pairs of shown groups that are each other's rest."""
    found = []
    for start, end in zip(curve.starts[:-1], curve.starts[1:], strict=True):
        filled: Integers = start + np.flatnonzero(counts.n[start:end])
        if len(filled) == 2 and curve.shown[filled].all():
            found.append((int(filled[0]), int(filled[1])))
    return found


def _table(curve: GroupCurve, counts: Counts, figures: dict[str, Floats], shown: Flags) -> pd.DataFrame:
    """Return one row a shown group and measure, in the order of groupings, groups and ``MEASURES``."""
    groups = np.flatnonzero(shown & (counts.n > 0))
    rows = [_ROWS.index(name) for name in MEASURES]
    titles = np.repeat([one.title for one in curve.groupings], np.diff(curve.starts))
    names = np.array([name for one in curve.groupings for name in one.levels], dtype=object)
    status = np.where(figures["adjusted"] < CHANCE, GAP, NO_GAP)
    status = np.where((status == NO_GAP) & ~(figures["smallest"] <= WORTH_SEEING), TOO_FEW, status)
    status[_ROWS.index("outcome")] = ""
    columns = {
        "grouping": np.repeat(titles[groups], len(rows)),
        "group": np.repeat(names[groups], len(rows)),
        "measure": np.tile(list(MEASURES), len(groups)),
        "n": np.repeat(counts.n[groups].astype(np.int64), len(rows)),
        "status": status[rows][:, groups].T.ravel(),
    }
    columns |= {name: values[rows][:, groups].T.ravel() for name, values in figures.items()}
    return pd.DataFrame(columns, columns=list(_COLUMNS))


def _parts(curve: GroupCurve, table: pd.DataFrame) -> list[tuple[str, list[Any]]]:
    """Return the rows of each grouping."""
    found: dict[str, list[Any]] = {one.title: [] for one in curve.groupings}
    for row in table.itertuples(index=False):
        found[str(row.grouping)].append(row)
    return list(found.items())
