"""Columns that were dropped, renamed or retyped since a record was made: named, and mapped to others."""

import streamlit as st

from core import cache
from core.errors import SchemaChanged
from pages.ui import asking, state, text, trying, widgets


def draw(request, *, place: str) -> None:
    """Offer the remap where the record that is tried, or the one in use, no longer fits its tables."""
    actor = state.actor()
    _, tried = st.session_state.get(trying.TRIED, (None, None))
    for one in (tried, request):
        plan = None if one is None else cache.plan_of(one)
        if plan is not None and asking.failed_with(cache.preview_job(actor, one), SchemaChanged):
            _offer(actor, request, plan, place=place)
            return


def _offer(actor, request, plan, *, place: str) -> None:
    """Draw what changed in each table, and take what the viewer maps it to."""
    st.markdown("##### Columns that changed at the source")
    found = asking.answer(cache.drift_job(actor, plan))
    if found is None:
        return
    chosen, is_whole = {}, True
    for index, drifts in enumerate(found):
        if drifts:
            chosen[index] = _table(actor, plan, index, drifts)
            is_whole = is_whole and None not in chosen[index].values()
    if not chosen:
        widgets.empty("The columns are as the plan knows them again.", "Use the record once more.")
        return
    if st.button(
        "Use these columns", key="drift_use", type="primary", icon=":material/check:", disabled=not is_whole
    ):
        trying.choose(place, lambda: _remapped(actor, request, plan, chosen))
        if st.session_state.get(trying.TRIED, (None, None))[0] == place:
            st.rerun()


def _table(actor, plan, index: int, drifts) -> dict:
    """Draw the changes of one table; return the new column of each that is gone, None until chosen."""
    part = plan.tables[index]
    with st.container(border=True):
        for drift in drifts:
            st.markdown(f"{text.md(drift)} {text.md(drift.advice)}")
        gone = [drift for drift in drifts if not drift.new_type]
        names = _names(actor, part, {drift.column for drift in gone}) if gone else []
        if not names:
            return {drift.column: None for drift in gone}
        return {drift.column: _column(names, drift, key=f"drift_{index}_{drift.column}") for drift in gone}


def _names(actor, part, gone: set) -> list:
    """Return the columns that the table has now; what was seen of it before the change does not count."""
    for _ in range(2):
        job = cache.look_job(actor, part.source, part.table)
        look = asking.answer(job)
        names = [field.name for field in look.info.fields] if look else []
        if gone.isdisjoint(names):
            return names
        cache.forget(job)
    return [name for name in names if name not in gone]


def _column(names: list, drift, *, key: str):
    """Let the viewer choose the column that takes the place of one that is gone."""
    index = names.index(drift.likely) if drift.likely in names else None
    return st.selectbox(
        f"Instead of {text.md(drift.column)}", names, index, key=key, placeholder="Choose a column", width=420
    )


def _remapped(actor, request, plan, chosen: dict):
    """Return the request for the plan under today's columns; roles, recipe and outcome stay."""
    renamed = {}
    for index, names in chosen.items():
        part = plan.tables[index]
        look = cache.look_job(actor, part.source, part.table).result()
        plan = cache.remap(actor, plan, index, names, look=look)
        renamed |= {part.prefix + old: part.prefix + new for old, new in names.items()}
    return cache.with_remapped(actor, request, plan, renamed)
