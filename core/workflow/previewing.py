"""What saving a moved cut would do: who enters, who leaves, by group, and what it costs. Nothing is saved."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, Allowed, may_see, require
from core.modeling.fairness_counts import Grouping
from core.modeling.fairness_rates import FEWEST
from core.modeling.list_changes import ListChanges, ListComparison, compare_lists, list_changes
from core.modeling.need_hysteresis import SteadyList, steady
from core.modeling.policies import ForTeam, ThresholdPolicy
from core.workflow.deciding import OtherVersion, PreparedCut
from core.workflow.training import Training

__all__ = ["ListSide", "Preview", "SideBySide", "compare_sides", "preview_list"]
MOST_NAMED = 200
"""Of those who enter, and of those who leave, at most so many are named."""
ENTERS, LEAVES = "enters", "leaves"
FIRST, SECOND = "first list only", "second list only"
COLUMNS = ("change", "rank", "student_id", "name", "risk", "why")
Flags = NDArray[np.bool_]
Before = ThresholdPolicy | Collection[str] | None
"""What counts now: a policy, the ids that were on the list when it was saved, or nothing."""
Told = Sequence[tuple[str, NDArray[np.integer[Any]]]]
"""Kinds of change, each with the rows of its students in the order of the list."""


@dataclass(frozen=True, eq=False)
class Preview:
    """A moved cut beside what counts now."""

    changes: ListChanges
    named: pd.DataFrame = field(repr=False)
    """See ``frame``."""
    not_named: str
    """How many of those who change have no name here, and why; empty where all have."""
    n_gone: int
    """Students of the saved list who are no longer in the data; they are not counted as leaving."""
    cost: str
    """What it costs, in words: talks, and weeks of the team where one is known."""
    ties: str
    """How ties at the moved cut are settled; empty where there are none."""
    steady: SteadyList | None = field(repr=False)
    """What the margin kept; None without one."""
    groupings: tuple[Grouping, ...] = field(repr=False)
    segmented: Grouping | None = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether nobody enters or leaves."""
        return self.changes.is_empty

    @property
    def why_empty(self) -> str:
        """Why there is nothing to show; empty if there is."""
        return self.changes.why_empty

    @property
    def words(self) -> str:
        """How many enter and leave, and who is gone, in one or two sentences."""
        if not self.n_gone:
            return self.changes.words
        verb = "is" if self.n_gone == 1 else "are"
        return f"{self.changes.words} {_students(self.n_gone)} of the saved list {verb} no longer here."

    def frame(self) -> pd.DataFrame:
        """Return one row a student who may be named: change, rank, student_id, name, risk (percent), why."""
        return self.named

    def by_group(self) -> pd.DataFrame:
        """Return one row a group that may be shown: grouping, group, n, enter, leave.

        NaN where too few students enter (or leave) to tell of their groups.
        """
        return _by_group(self.changes, self.groupings, self.segmented)


@dataclass(frozen=True)
class ListSide:
    """One of two lists: a training and the policy that cuts it."""

    training: Training = field(repr=False)
    policy: ThresholdPolicy


@dataclass(frozen=True, eq=False)
class SideBySide:
    """Two policies, or two versions of the model, on the same students."""

    comparison: ListComparison
    named: pd.DataFrame = field(repr=False)
    not_named: str
    groupings: tuple[Grouping, ...] = field(repr=False)
    segmented: Grouping | None = field(repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether the two lists hold the same students."""
        return self.comparison.changes.is_empty

    @property
    def why_empty(self) -> str:
        """Why there is nobody to show; empty if there is."""
        return "Both lists hold the same students." if self.is_empty else ""

    @property
    def words(self) -> str:
        """How far the lists differ, in one or two sentences."""
        return self.comparison.words

    def frame(self) -> pd.DataFrame:
        """Return one row a student on one list only who may be named, with the columns of ``Preview.frame``.

        ``rank`` and ``risk`` are those of the second list.
        """
        return self.named

    def by_group(self) -> pd.DataFrame:
        """Return one row a group that may be shown: grouping, group, n, only_first, only_second."""
        table = _by_group(self.comparison.changes, self.groupings, self.segmented)
        return table.rename(columns={"leave": "only_first", "enter": "only_second"})


def preview_list(
    actor: Actor,
    training: Training,
    before: Before,
    after: ThresholdPolicy,
    *,
    prepared: PreparedCut | None = None,
    margin: float = 0.0,
) -> Preview:
    """Return what a moved cut would change; by group with ``prepared`` figures.

    With a ``margin`` (a difference of risks) whoever was on the list stays until somebody else is ahead by
    more. Raises OtherVersion where ``prepared`` is of another training, InvalidChoice for the margin.
    """
    require(actor, Action.LIST, synthetic=training.provenance.synthetic)
    _must_be_of(prepared, training)
    was, n_gone = _listed_before(training, before)
    kept = steady(training.curve, before=was, margin=margin).listed(after) if margin else None
    now = training.curve.listed(after) if kept is None else kept.listed
    changes = list_changes(was, now, rank=training.curve.rank)
    told = ((ENTERS, changes.entering), (LEAVES, changes.leaving))
    named = _named(actor, training, told, kept)
    return Preview(
        changes,
        named,
        _not_named(told, named),
        n_gone,
        _cost(changes, [after, before]),
        training.curve.cut(after).note,
        kept,
        prepared.groupings if prepared else (),
        prepared.segmented if prepared else None,
    )


def compare_sides(
    actor: Actor, first: ListSide, second: ListSide, *, prepared: PreparedCut | None = None
) -> SideBySide:
    """Return two lists side by side: who differs, by group, and how far the orders agree.

    ``prepared`` is of the second's training. Raises OtherVersion where the two are not of the same data.
    """
    for side in (first, second):
        require(actor, Action.LIST, synthetic=side.training.provenance.synthetic)
    _must_be_of(prepared, second.training)
    place = _places(first.training, second.training)
    was = first.training.curve.listed(first.policy)[place]
    now = second.training.curve.listed(second.policy)
    risks = (first.training.validated.risk[place], second.training.validated.risk)
    found = compare_lists(was, now, rank=second.training.curve.rank, risks=risks)
    told = ((SECOND, found.changes.entering), (FIRST, found.changes.leaving))
    named = _named(actor, second.training, told, None)
    return SideBySide(
        found,
        named,
        _not_named(told, named),
        prepared.groupings if prepared else (),
        prepared.segmented if prepared else None,
    )


def _listed_before(training: Training, before: Before) -> tuple[Flags, int]:
    """Return who is on the list that counts now, and how many of the saved one are gone."""
    if before is None:
        return np.zeros(training.n_students, dtype=np.bool_), 0
    if not isinstance(before, Collection):
        return training.curve.listed(before), 0
    saved = set(before)
    was = np.asarray(pd.Index(training.features.student_ids).isin(list(saved)), dtype=np.bool_)
    return was, len(saved) - int(was.sum())


def _places(first: Training, second: Training) -> NDArray[np.intp]:
    """Return where each student of the second stands in the first; raises OtherVersion."""
    mine, theirs = second.features.student_ids, first.features.student_ids
    if first.provenance.content_hash != second.provenance.content_hash:
        raise OtherVersion(
            "The two lists are of different versions of the data.", hint="Train both on the same version."
        )
    place = pd.Index(theirs).get_indexer(pd.Index(mine))
    if len(mine) != len(theirs) or (place < 0).any():
        raise OtherVersion(
            "The two lists are not of the same students: their recipes leave out different rows.",
            hint="Compare two trainings with the same recipe.",
        )
    return np.asarray(place)


def _named(
    actor: Actor,
    training: Training,
    told: Told,
    kept: SteadyList | None,
) -> pd.DataFrame:
    """Return those whom the actor may see, at most ``MOST_NAMED`` of each kind of change."""
    rows: list[tuple[Any, ...]] = []
    for change, places in told:
        for row in places[:MOST_NAMED]:
            student_id = str(training.features.student_ids[row])
            decision = may_see(actor, student_id, synthetic=training.provenance.synthetic)
            if isinstance(decision, Allowed):
                name = "" if training.names is None else str(training.names[row])
                risk = round(100 * float(training.validated.risk[row]))
                why = kept.why(int(row)) if kept else ""
                rows.append((change, int(training.curve.rank[row]), student_id, name, risk, why))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _not_named(told: Told, named: pd.DataFrame) -> str:
    """Say how many of those who change have no name, and why."""
    n_more = sum(max(0, len(places) - MOST_NAMED) for _, places in told)
    n_unseen = sum(len(places) for _, places in told) - n_more - len(named)
    unseen = f"{_students(n_unseen)} you may not see." if n_unseen else ""
    more = f"{_students(n_more)} more {'is' if n_more == 1 else 'are'} not named here." if n_more else ""
    return " ".join(filter(None, [unseen, more]))


def _by_group(
    changes: ListChanges, groupings: tuple[Grouping, ...], segmented: Grouping | None
) -> pd.DataFrame:
    """Return the changes by protected attribute, and by segment, which is no secret."""
    parts = [changes.by_group(groupings, fewest=FEWEST)] if groupings else []
    parts += [changes.by_group([segmented], fewest=0)] if segmented else []
    return pd.concat(parts, ignore_index=True) if parts else changes.by_group(())


def _cost(changes: ListChanges, policies: Sequence[Before]) -> str:
    """Say how many talks more or fewer it takes, and how long that takes the team of either policy."""
    more = changes.n_after - changes.n_before
    if not more:
        return "As many talks as before."
    words = f"{_talks(abs(more))} {'more' if more > 0 else 'fewer'}"
    team = next((one for one in policies if isinstance(one, ForTeam)), None)
    if team is None or not team.mentors * team.talks:
        return f"{words}, one a student."
    weeks = [n / (team.mentors * team.talks) for n in (changes.n_before, changes.n_after)]
    mentors = "1 mentor" if team.mentors == 1 else f"{team.mentors:,} mentors"
    return (
        f"{words}, one a student: {weeks[1]:.1f} weeks instead of {weeks[0]:.1f} for {mentors} with "
        f"{_talks(team.talks)} a week."
    )


def _must_be_of(prepared: PreparedCut | None, training: Training) -> None:
    """Do nothing for what was prepared for this training; raises OtherVersion."""
    if prepared is not None and prepared.digest != training.request.digest:
        raise OtherVersion(
            "The figures were prepared for another version of the model.", hint="Open the list again."
        )


def _talks(n: int) -> str:
    return "1 talk" if n == 1 else f"{n:,} talks"


def _students(n: int) -> str:
    return "1 student" if n == 1 else f"{n:,} students"
