"""The list, and the work with its students, as the doors hand them to a page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from core.caseload.access import Action, Actor, ActorRole, Allowed, may, require, sees_own_only
from core.caseload.deeds import Deed
from core.caseload.roster_query import USUAL
from core.caseload.roster_typed import open_link
from core.caseload.store import now_in_utc, open_store, token
from core.modeling.thresholds import ThresholdPolicy
from core.settings import Settings
from core.workflow import assigning, rosters, views
from core.workflow import contacts as noting
from core.workflow.contacts import ContactKind, NewContact
from core.workflow.listing import CSV_COLUMNS, list_csv
from core.workflow.requests import TrainingRequest
from core.workflow.roster_columns import Steady
from core.workflow.roster_ready import ReadyRosters
from core.workflow.roster_view import RosterView
from core.workflow.rosters import Export, Query, RosterPage, SegmentLabels
from core.workflow.seeing import assigned_to, require_some
from core.workflow.segmenting import Segments
from core.workflow.training import Training
from core.workflow.views import SavedView


class RosterDoors:
    """What is answered at once; lists are shared by all who look at one training."""

    query, sort_by, one_of, between = rosters.Query, rosters.SortBy, rosters.OneOf, rosters.Between
    titles, usual = rosters.TITLES, USUAL
    open_link = staticmethod(open_link)
    link_of = staticmethod(rosters.link_of)
    new_id = staticmethod(token)
    kinds = tuple(str(kind) for kind in ContactKind)

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._ready = ReadyRosters()

    @staticmethod
    def mark_of(page: RosterPage) -> str:
        """Return what tells the students of a page and their order apart from another one's."""
        return hashlib.sha256("\n".join(page.student_ids).encode()).hexdigest()[:12]

    def own_only(self, actor: Actor) -> bool:
        """Return whether somebody sees the students assigned to them, and no others."""
        return sees_own_only(actor)

    def assigned(self, actor: Actor, training: Training) -> frozenset[str]:
        """Return a mentor's students; nobody for those who may see all."""
        return assigned_to(actor, synthetic=_synthetic(training), settings=self._settings())

    def trainer(self, actor: Actor, request: TrainingRequest) -> Actor:
        """Return on whose behalf the training behind an actor's list runs: the actor's, or the school's own.

        Who may not train gets what an analyst would, one for all of them; what of it each may see is asked
        by the use case that shows it. Raises Forbidden for those who see neither the list nor a student.
        """
        require_some(actor, synthetic=request.table.is_demo)
        if isinstance(may(actor, Action.TRAIN), Allowed):
            return actor
        return replace(actor, who="the list", roles=frozenset({ActorRole.ANALYST}), note="")

    def view(
        self,
        actor: Actor,
        training: Training,
        policy: ThresholdPolicy,
        *,
        steady: Steady | None = None,
        segments: Segments | None = None,
        k: int | None = None,
    ) -> RosterView:
        """Return the list as the actor sees it now; the first time 2 s of work for 1,000,000 students.

        Raises Forbidden for those who see neither the list nor a student, StoreError.
        """
        ready = self._ready.get(actor, training, open_store(self._settings()))
        prepared = ready.prepared
        sees_segments = isinstance(may(actor, Action.SEGMENT), Allowed)
        if segments is not None and not segments.is_empty and sees_segments:
            labels = SegmentLabels.of(segments, k or segments.recommended_k)
            prepared = rosters.with_segments(actor, prepared, labels)
        return RosterView(
            actor=actor,
            prepared=prepared,
            policy=policy,
            usual=ready.usual,
            spread=ready.spread,
            log=lambda export: self._log(actor, export),
            steady=steady,
            assigned=self.assigned(actor, training),
        )

    def versions_of(self, actor: Actor, training: Training, student_ids: Sequence[str]) -> dict[str, int]:
        """Return the versions of the assignments that somebody sees now, to be expected at a change."""
        found = assigning.mentors(actor, synthetic=_synthetic(training), settings=self._settings())
        return dict(zip(student_ids, found.version_of(student_ids).tolist(), strict=True))

    def assign(
        self,
        actor: Actor,
        training: Training,
        student_ids: Sequence[str],
        mentor: str,
        *,
        reason: str,
        expecting: Mapping[str, int],
    ) -> int:
        """Give students to a mentor, or to nobody, and return how many changed; raises as the use case."""
        return len(
            assigning.assign_students(
                actor,
                student_ids,
                mentor,
                reason=reason,
                expecting=expecting,
                synthetic=_synthetic(training),
                settings=self._settings(),
            )
        )

    def write(
        self, actor: Actor, training: Training, student_id: str, *, kind: str, text: str, on: date, once: str
    ) -> None:
        """Write a talk, message or note; raises as the use case."""
        entry = NewContact(ContactKind(kind), text, on)
        noting.add_contact(actor, student_id, entry, once=once, **self._where(training))

    def plan(
        self, actor: Actor, training: Training, student_id: str, *, text: str, due_on: date, once: str
    ) -> None:
        """Write down what is to be done next; raises as the use case."""
        noting.plan_step(actor, student_id, text, due_on=due_on, once=once, **self._where(training))

    def saved_views(self, actor: Actor, training: Training) -> tuple[SavedView, ...]:
        """Return the actor's saved views, then those that others share."""
        return views.list_views(actor, **self._where(training))

    def open_view(self, actor: Actor, training: Training, view: str) -> tuple[SavedView, Query]:
        """Return a saved view and its query; raises InvalidChoice where there is none for the actor."""
        return views.open_view(actor, view, **self._where(training))

    def save_view(
        self, actor: Actor, training: Training, name: str, query: Query, *, is_shared: bool
    ) -> SavedView:
        """Keep a query as a new view; raises InvalidChoice for a name in use."""
        return views.save_view(actor, name, query, is_shared=is_shared, **self._where(training))

    def change_view(self, actor: Actor, training: Training, view: SavedView, query: Query) -> SavedView:
        """Keep a query in the place of one's own view's; raises Conflict where it was changed meanwhile."""
        return views.change_view(actor, view.id, expecting=view.version, query=query, **self._where(training))

    def remove_view(self, actor: Actor, training: Training, view: SavedView) -> None:
        """Remove a view of one's own; raises as ``change_view``."""
        views.remove_view(actor, view.id, expecting=view.version, **self._where(training))

    def _where(self, training: Training) -> dict[str, Any]:
        return {"synthetic": _synthetic(training), "settings": self._settings()}

    def may_export(self, actor: Actor) -> bool:
        """Return whether the actor may take students home in a file."""
        return isinstance(may(actor, Action.EXPORT), Allowed)

    def whole_list(
        self, actor: Actor, training: Training, policy: ThresholdPolicy, segments: Segments
    ) -> bytes:
        """Return every student as the command line writes them; it is written down who took it."""
        require(actor, Action.EXPORT, synthetic=training.provenance.synthetic)
        content = list_csv(actor, training, policy, segments=segments)
        export = Export(
            who=actor.who,
            n_students=training.n_students,
            columns=CSV_COLUMNS,
            policy=policy.describe(),
            request=training.request.digest,
            view="",
            was_searched=False,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        self._log(actor, export)
        return content

    def _log(self, actor: Actor, export: Export) -> None:
        """Write an export down in the audit; raises StoreError, and then nothing is handed out."""
        detail = {name: value for name, value in asdict(export).items() if name != "who"}
        with open_store(self._settings()).writing() as writing:
            writing.audit.add(Deed(actor.who, now_in_utc()), "exported the list", **detail)


def _synthetic(training: Training) -> bool:
    return training.provenance.synthetic
