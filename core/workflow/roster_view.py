"""The list as one person sees it at one cut: pages, filters, who joined and left, and files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from core.caseload.access import Action, Actor, Allowed, may, sees_own_only
from core.errors import InvalidChoice, SchemaError
from core.modeling.need_range import TrainingRange, why_not_enough
from core.modeling.rank_intervals import RankSpread
from core.modeling.thresholds import Need, ThresholdPolicy
from core.workflow import rosters
from core.workflow.roster_columns import Steady
from core.workflow.rosters import (
    ColumnChoice,
    Export,
    Moves,
    OneOf,
    PreparedRoster,
    Query,
    RosterPage,
    SortBy,
)

OWN_COLUMNS = ("student_id", "name", "need", "reasons", "strengths", "days", "trend", "next_step")
"""What a mentor is shown: nothing in it says how the student stands among others."""
OWN_FILTERS = ("need", "status")
OWN_SORTS = ("rank", "name", "days")
NOBODY = "No student is assigned to you yet: a counselor does that on this page."


@dataclass(frozen=True, eq=False)
class Found:
    """A page, the query that it answers, and what of the query was left out."""

    page: RosterPage
    query: Query
    left_out: str
    """In one sentence; empty where all of the query is known."""
    why_empty: str
    """Why there is nobody; empty if there is."""


@dataclass(frozen=True, eq=False)
class RosterView:
    """The list for one person at one cut; made by ``RosterDoors.view``."""

    actor: Actor
    prepared: PreparedRoster = field(repr=False)
    policy: ThresholdPolicy
    usual: TrainingRange = field(repr=False)
    spread: RankSpread = field(repr=False)
    log: Callable[[Export], None] = field(repr=False)
    steady: Steady | None = field(default=None, repr=False)
    assigned: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def own_only(self) -> bool:
        """Whether this is a mentor's list: the students assigned to them, and nothing to choose."""
        return sees_own_only(self.actor)

    @property
    def about_places(self) -> str:
        """What "could be" means beside a rank, in words."""
        return self.spread.about

    def may(self, action: str) -> bool:
        """Return whether the person may ``assign``, ``note``, ``export`` or ``see_student``."""
        return isinstance(may(self.actor, Action[action.upper()]), Allowed)

    def find(self, query: Query) -> Found:
        """Return a page of the list; what the list does not know of the query is left out, and said."""
        asked = _simple(query) if self.own_only else query
        try:
            page, left_out = self._page(asked), ""
        except (SchemaError, InvalidChoice):
            asked, left_out = self._fitted(asked)
            page = self._page(asked)
        why = NOBODY if self.own_only and not page.n_students else page.why_empty
        return Found(replace(page, rows=self._with_why(page)), asked, left_out, why)

    def moves(self) -> Moves | None:
        """Return who joined and left since the list was saved, counted; None where none was saved."""
        return rosters.roster_moves(
            self.actor, self.prepared, self.policy, assigned=self.assigned, steady=self.steady
        )

    def choices(self) -> dict[str, str]:
        """Return the columns to filter by, with their titles."""
        return rosters.roster_choices(
            self.actor, self.prepared, self.policy, assigned=self.assigned, steady=self.steady
        )

    def choice(self, column: str) -> ColumnChoice:
        """Return the values or the range of a column; raises ColumnNotFound, WrongKind."""
        return rosters.roster_choice(
            self.actor, self.prepared, self.policy, column, assigned=self.assigned, steady=self.steady
        )

    def sorts(self) -> dict[str, str]:
        """Return the columns to sort by, with their titles, the rank first."""
        if self.own_only:
            return {key: rosters.TITLES[key] for key in OWN_SORTS}
        known = {key: rosters.TITLES[key] for key in ("rank", "student_id", "name") if self._has(key)}
        return known | self.choices()

    def columns(self) -> dict[str, str]:
        """Return the columns to show, with their titles."""
        return {key: title for key, title in rosters.TITLES.items() if self._has(key)}

    def why_no_file(self, found: Found) -> str:
        """Return why the students of a query cannot be written to a file; empty if they can."""
        return rosters.why_no_file(self.actor, self.prepared, found.query, found.page.n_found)

    def export(self, query: Query) -> bytes:
        """Return the students of a query as CSV, written down in the audit before; raises Forbidden."""
        return rosters.export_roster(
            self.actor,
            self.prepared,
            _simple(query) if self.own_only else query,
            self.policy,
            log=self.log,
            assigned=self.assigned,
            steady=self.steady,
        )

    def mentors_of(self, student_ids: Sequence[str]) -> dict[str, str]:
        """Return the mentor of each of these of the actor's students; empty text for none."""
        found = rosters.mentors_of(self.actor, self.prepared, student_ids, assigned=self.assigned)
        return {one: found.get(one, "") for one in student_ids}

    def _page(self, query: Query) -> RosterPage:
        return rosters.roster_page(
            self.actor, self.prepared, query, self.policy, assigned=self.assigned, steady=self.steady
        )

    def _has(self, key: str) -> bool:
        """Tell whether the list has a column; what a cut makes is always there."""
        made = {"need", "listed"} | ({"status", "change"} if self.prepared.since else set())
        hidden = not self.may("see_student") and key in rosters.PERSONAL
        return not hidden and (key in made or key in self.prepared.roster.columns)

    def _fitted(self, query: Query) -> tuple[Query, str]:
        """Return a query without what the list does not know, and what that is."""
        said: list[str] = []

        def is_known(one: Query) -> bool:
            try:
                self._page(one)
            except (SchemaError, InvalidChoice) as error:
                said.append(str(error))
                return False
            return True

        sort = tuple(one for one in query.sort if is_known(Query(sort=(one,), size=1)))
        where = tuple(one for one in query.where if is_known(Query(where=(one,), size=1)))
        return replace(query, sort=sort, where=where), f"Left out of this view: {' '.join(said)}"

    def _with_why(self, page: RosterPage) -> pd.DataFrame:
        """Return the rows of a page; where not enough is known of a student, the reasons begin with why."""
        rows = page.frame()
        if not {"need", "reasons"} <= set(rows):
            return rows
        reasons = rows["reasons"].tolist()
        for place in (rows["need"] == Need.UNKNOWN.value).to_numpy().nonzero()[0].tolist():
            why = " ".join(self._why_unknown(page.student_ids[place]))
            reasons[place] = f"{why} {reasons[place]}".strip()
        return rows.assign(reasons=pd.Series(reasons, dtype="str"))

    def _why_unknown(self, student_id: str) -> tuple[str, ...]:
        training = self.prepared.training
        (row,) = self.prepared.roster.rows_of([student_id])
        return why_not_enough(self.usual, training.features, int(row), known_share=training.known_share)


def _simple(query: Query) -> Query:
    """Return what of a query a mentor may ask: nothing that is answered by the whole school."""
    where = tuple(one for one in query.where if isinstance(one, OneOf) and one.column in OWN_FILTERS)
    sort: tuple[SortBy, ...] = tuple(one for one in query.sort if one.column in OWN_SORTS)
    return replace(query, columns=OWN_COLUMNS, where=where, sort=sort)
