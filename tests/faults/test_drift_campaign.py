"""Forty changes of two tables in each kind of source: each is named, or changes no number."""

from dataclasses import replace

import numpy as np
import pytest

from core.caseload.access import LOCAL
from core.errors import AppError
from core.settings import Settings
from core.sources.join.drift import with_types
from core.workflow import connecting, planning
from core.workflow.joining import join_plan
from tests.faults import drifts, verdicts
from tests.faults.drifts import DRIFTS
from tests.faults.stores import STORES

RIGHT = {"named", "right", "followed"}
"""``followed``: other numbers where the source declares no difference; they are read as they are now."""


@pytest.fixture(params=[*STORES])
def store(request):
    """A source that holds the tables as they are at first."""
    made = STORES[request.param](request)
    made.write(drifts.tables())
    return made


@pytest.fixture
def settings(store, tmp_path):
    return Settings(workspace=tmp_path / "ws", connections=(store.connection,))


def plan_with_types(store, settings):
    """The plan as it is made: it knows the types that its columns had."""
    plan = drifts.plan_over(store.spec)
    parts = [
        with_types(part, connecting.look_at(LOCAL, store.spec, part.table, settings=settings).info)
        for part in plan.tables
    ]
    return replace(plan, base=parts[0], parts=tuple(parts[1:]))


def after(store, settings, plan, drift):
    """The verdict on a reading after a drift beside a copy of before; all is as before afterwards."""
    before = join_plan(LOCAL, plan, settings=settings).dataset.collect()
    store.write(drift.change(drifts.tables()))
    try:
        verdict, words = verdicts.read_drifted(
            lambda: join_plan(LOCAL, plan, settings=settings).dataset, before, names=drift.names
        )
        if drift.stays_number and store.connection.kind == "mongodb" and verdict == "wrong":
            now = join_plan(LOCAL, plan, settings=settings).dataset.collect()
            verdict = "followed" if is_true(now, drift.change(drifts.tables())) else "wrong"
        offered = is_offered(plan, settings, drift) if drift.renamed_to else None
    finally:
        store.write(drifts.tables())
    return verdict, f"{drift.name}: {words}", offered


def is_offered(plan, settings, drift):
    """Whether the new name of a column is found without being told."""
    try:
        found = planning.check_drifts(LOCAL, plan, settings=settings)
    except AppError:
        return False
    return drift.renamed_to in {one.likely for part in found for one in part}


def test_the_campaign_has_forty_drifts_each_of_its_own_name():
    assert len({drift.name for drift in DRIFTS}) == len(DRIFTS) == 40


@pytest.mark.campaign
def test_each_of_many_drifts_is_named_or_changes_no_number(store, settings, told, number):
    plan = plan_with_types(store, settings)
    assert is_true(join_plan(LOCAL, plan, settings=settings).dataset.collect(), drifts.tables())
    found = [after(store, settings, plan, drift) for drift in DRIFTS[:: 40 // number(40)]]
    offered = [one for *_, one in found if one is not None]
    told(
        [verdict for verdict, *_ in found],
        wrong=sum(verdict in {"wrong", "missed", "hidden"} for verdict, *_ in found),
        renames=len(offered),
        offered=sum(offered),
    )

    assert [words for verdict, words, _ in found if verdict not in RIGHT] == []
    assert all(offered)


def is_true(frame, held):
    """Compare what was read with what pandas makes of the same tables."""
    expected = drifts.truth(held)
    found = frame.set_index("student_id")[list(expected)].astype("float64")
    return np.allclose(found.to_numpy(), expected.astype("float64").to_numpy(), rtol=1e-12, equal_nan=True)


@pytest.mark.servers
@pytest.mark.parametrize("store", ["mongo"], indirect=True)
def test_a_copy_that_hides_a_drift_is_called_hidden(store, settings, monkeypatch):
    """The mutant: copies serve for a changed table, too."""
    plan = plan_with_types(store, settings)
    drift = DRIFTS[1]

    assert after(store, settings, plan, drift)[0] == "named"
    monkeypatch.setattr("core.workflow.copies.SourceUnavailable", AppError)
    assert after(store, settings, plan, drift)[0] == "hidden"


@pytest.mark.servers
@pytest.mark.parametrize("store", ["mongo"], indirect=True)
@pytest.mark.parametrize("drift", [DRIFTS[1], DRIFTS[18], DRIFTS[32]], ids=lambda drift: drift.name)
def test_a_reading_that_does_not_look_for_drift_is_found_out(store, settings, monkeypatch, drift):
    """The mutant: nobody compares the columns with those of the plan."""
    monkeypatch.setattr("core.sources.join.source.refuse_drift", lambda part, info: None)
    plan = plan_with_types(store, settings)

    assert after(store, settings, plan, drift)[0] not in RIGHT
