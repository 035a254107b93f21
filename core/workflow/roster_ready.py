"""Lists that are ready: prepared once a training for all who look at it, and as fresh as the store."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from datetime import date

from core.caseload import assignments, contacts, next_steps, policies
from core.caseload.access import Actor
from core.caseload.policies import PolicyKind
from core.caseload.roster_changes import since
from core.caseload.schools import school_of
from core.caseload.store import Store, now_in_utc
from core.modeling.need_range import TrainingRange, training_range
from core.modeling.rank_intervals import RankSpread, rank_spread
from core.workflow import rosters
from core.workflow.policies import ListKey
from core.workflow.rosters import Marks, PreparedRoster
from core.workflow.seeing import require_some
from core.workflow.training import Training

MOST_LISTS = 2
"""Lists that are kept, the ones used last; at 1,000,000 students each takes some 100 MiB."""


@dataclass(frozen=True, eq=False)
class ReadyRoster:
    """A list made ready, as of a state of the store and a day."""

    prepared: PreparedRoster = field(repr=False)
    usual: TrainingRange = field(repr=False)
    spread: RankSpread = field(repr=False)
    stamp: tuple[int, date]
    version: int
    """Of the cut that the list is set beside; 0 for none."""


class ReadyRosters:
    """The lists that were used last; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], ReadyRoster] = OrderedDict()

    def get(self, actor: Actor, training: Training, store: Store) -> ReadyRoster:
        """Return a list as the store is now; who asks meanwhile waits. Raises Forbidden, StoreError."""
        require_some(actor, synthetic=training.provenance.synthetic)
        key = (training.request.digest, training.provenance.content_hash)
        stamp = (store.revision(), now_in_utc().date())
        with self._lock:
            ready = self._kept.get(key) or _made(actor, training)
            if ready.stamp != stamp:
                ready = _refreshed(actor, ready, store, stamp)
            self._kept[key] = ready
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_LISTS:
                self._kept.popitem(last=False)
        return ready


def _made(actor: Actor, training: Training) -> ReadyRoster:
    usual = training_range(training.features, label=training.validated.label)
    spread = rank_spread(training.validated, training.features, training.curve)
    prepared = rosters.prepare_roster(
        actor, training, intervals=spread, outside=usual.outside(training.features)
    )
    return ReadyRoster(prepared, usual, spread, (-1, date.min), 0)


def _refreshed(actor: Actor, ready: ReadyRoster, store: Store, stamp: tuple[int, date]) -> ReadyRoster:
    """Return a list with what people wrote since, and beside the cut that was saved last."""
    training = ready.prepared.training
    school = school_of(synthetic=training.provenance.synthetic)
    marks = Marks(
        on=stamp[1],
        mentors=assignments.mentors(store, school),
        contacts=contacts.last_contacts(store, school),
        steps=next_steps.due_steps(store, school),
    )
    place = ListKey.of(training.request).place(PolicyKind.CUT)
    version = len(policies.history(store, place))
    found = rosters.with_marks(actor, ready.prepared, marks)
    if version != ready.version:
        saved = policies.state_of(store, place, version)
        beside = None if saved is None else since(found.roster, saved, risk=training.validated.risk)
        found = replace(found, since=beside)
    return replace(ready, prepared=found, stamp=stamp, version=version)
