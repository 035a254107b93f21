"""What some checks of a model look at beside its features: protected attributes, and the model in use."""

from __future__ import annotations

import numpy as np

from core.caseload.access import Action, Actor, require
from core.features.table import FeatureTable
from core.modeling.case import NOTHING_IN_USE, InUse
from core.modeling.order import seeded_order
from core.modeling.other_checks import MOST_STUDENTS
from core.modeling.proxies import Protected
from core.registry import active
from core.registry.strict_json import Node, Unreadable
from core.schema import Role
from core.settings import Settings
from core.workflow.fair_groups import NOT_RECORDED, Attributes
from core.workflow.model_json import FOLDER, profile_from_node
from core.workflow.students import Students


def protected_groups(
    actor: Actor, cleaned: Students, features: FeatureTable, *, seed: int
) -> tuple[Protected, ...]:
    """Return the groups by each protected column of a cleaned table, for the students that are looked at."""
    require(actor, Action.TRAIN, synthetic=cleaned.table.provenance.synthetic)
    rows = seeded_order(features.student_ids, seed=seed, purpose="checks")[:MOST_STUDENTS]
    columns = list(cleaned.table.schema.names(Role.PROTECTED))
    some = cleaned.table.collect()[columns].iloc[rows].reset_index(drop=True)
    everybody = np.ones(len(rows), dtype=np.bool_)
    found = Attributes.of(some, cleaned.table.schema, known=everybody, with_pairs=False)
    groups = []
    for one in found.singles:
        codes = np.full(features.n_students, -1, dtype=np.int64)
        missing = one.levels.index(NOT_RECORDED) if NOT_RECORDED in one.levels else -1
        codes[rows] = np.where(one.codes == missing, -1, one.codes)
        groups.append(Protected(one.title, one.levels, codes))
    return tuple(groups)


def model_in_use(actor: Actor, settings: Settings, *, synthetic: bool) -> InUse:
    """Return how the features of the model in use were spread, as counts, or why that is not known."""
    require(actor, Action.TRAIN, synthetic=synthetic)
    folder = settings.workspace / FOLDER
    try:
        if active.state(folder).model is None:
            return NOTHING_IN_USE
        bundle = active.active_bundle(folder)
        node = Node(bundle.node.what, "$.content.profile", bundle.content["profile"])
        return InUse(profile_from_node(node))
    except Unreadable as error:
        return InUse(None, f"The model in use cannot be read: {error}")
