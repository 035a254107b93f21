"""The student record step by step: a base table, what is added to it, the match of the ids, and its use."""

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import freshness, record_match, record_part, state, text, trying, widgets

DRAFT = "waymark_record"
TAKEN = "waymark_plan_taken"
PLAN_MIB = 1
"""More than any plan needs."""


@dataclass(frozen=True)
class Draft:
    """The plan under construction, and what is being changed in it."""

    plan: Any = None
    seen: Any = None
    """The plan that was in use when this one was begun from it."""
    editing: int | None = None
    """The table that is being chosen or changed, 0 is the base; None while none is."""
    serial: int = 0
    """Another number gives fresh widgets."""


def draw(actor, request, *, place: str) -> None:
    """Draw the four steps; the record is tried at ``place`` before it is used."""
    draft = _draft(request)
    st.markdown("##### Step 1. Base table: one row a student")
    _step_base(actor, draft)
    st.markdown("##### Step 2. Tables that are added")
    _step_added(actor, draft)
    st.markdown("##### Step 3. Do the ids match?")
    if draft.plan is None:
        st.caption("Begin with a base table.")
    else:
        _step_match(actor, draft)
    st.markdown("##### Step 4. Use it")
    _step_use(actor, request, draft, place=place)


def _draft(request) -> Draft:
    """Return the draft; it begins from the plan that is in use, and again when another one comes into use."""
    draft, in_use = st.session_state.get(DRAFT, Draft()), cache.plan_of(request)
    if in_use is not None and in_use != draft.seen:
        draft = Draft(in_use, in_use, serial=draft.serial + 1)
        st.session_state[DRAFT] = draft
    return draft


def _keep(draft: Draft, **changes) -> None:
    """Keep a changed draft; what was being chosen is finished."""
    changed = {"editing": None, "serial": draft.serial + 1, **changes}
    st.session_state[DRAFT] = replace(draft, **changed)


def _step_base(actor, draft: Draft) -> None:
    """Draw the base table, or its choice."""
    if draft.plan is None or draft.editing == 0:
        _choose(actor, draft, 0)
        return
    _summary(draft, 0, cache.plan_words(actor, draft.plan)[0])


def _step_added(actor, draft: Draft) -> None:
    """Draw the tables that are added, the choice of one more, and the day up to which events count."""
    if draft.plan is None:
        st.caption("Visits, marks, surveys, fees: whatever says more about the same students.")
        return
    words = cache.plan_words(actor, draft.plan)
    for index in range(1, len(words)):
        if draft.editing == index:
            _choose(actor, draft, index)
        else:
            _summary(draft, index, words[index])
    if draft.editing == len(words):
        _choose(actor, draft, len(words))
    else:
        st.button(
            "Add a table", key="record_add", icon=":material/add:", on_click=_keep, args=(draft,),
            kwargs={"editing": len(words)},
        )  # fmt: skip
    if any(part.measures for part in draft.plan.parts):
        _as_of(actor, draft)


def _summary(draft: Draft, index: int, words) -> None:
    """Draw one table of the plan in words."""
    source = record_part.place_of(draft.plan.tables[index].source)
    with st.container(border=True), st.container(horizontal=True, wrap=False, vertical_alignment="center"):
        lines = [
            f"**{text.md(words.title)}** in {text.md(source)}",
            f"Student's id: {text.md(words.key)}",
            f"Takes: {text.md(words.takes)}",
            *([text.md(words.join)] if words.join else []),
        ]
        st.markdown("  \n".join(lines), width="stretch")
        st.button(
            "Change", key=f"record_change_{index}", icon=":material/edit:", on_click=_keep, args=(draft,),
            kwargs={"editing": index},
        )  # fmt: skip
        if index:
            st.button(
                "Take out", key=f"record_drop_{index}", icon=":material/close:", on_click=_drop,
                args=(draft, index),
            )  # fmt: skip


def _drop(draft: Draft, index: int) -> None:
    _keep(draft, plan=cache.drop_part(state.actor(), draft.plan, index - 1))


def _choose(actor, draft: Draft, index: int) -> None:
    """Draw the choice of one table and put it into the plan."""
    with st.container(border=True, key=f"record_editor_{draft.serial}"):
        part = record_part.draw(draft.plan, index, key=f"record_{draft.serial}")
        if draft.plan is not None:
            st.button(
                "Leave it as it was" if index < len(draft.plan.tables) else "Add no table", type="tertiary",
                key=f"record_leave_{draft.serial}", icon=":material/undo:", on_click=_keep, args=(draft,),
            )  # fmt: skip
        if part is None:
            return
        try:
            plan = _with_table(actor, draft.plan, index, part)
        except AppError as error:
            widgets.failure(error)
            return
    _keep(draft, plan=plan)
    st.rerun()


def _with_table(actor, plan, index: int, part):
    """Return the plan with this table in its place; an index behind the last one adds it."""
    tables = list(plan.tables) if plan is not None else []
    tables[index : index + 1] = [part]
    made = cache.new_plan(actor, tables[0], name=plan.name if plan is not None else "")
    for one in tables[1:]:
        made = cache.add_part(actor, made, one)
    return cache.set_as_of(actor, made, plan.as_of if plan is not None else None)


def _as_of(actor, draft: Draft) -> None:
    """Let the viewer say up to which day events count."""
    day = st.date_input(
        "As of", draft.plan.as_of, min_value="1990-01-01", key=f"record_as_of_{draft.serial}", width=240,
        format="YYYY-MM-DD",
        help="Events after this day, and events without a time, are left out and counted.",
    )  # fmt: skip
    if day == draft.plan.as_of:
        st.caption("The last day whose events count. Without a day, all of them do.")
        return
    _keep(draft, plan=cache.set_as_of(actor, draft.plan, day), editing=draft.editing, serial=draft.serial)
    st.rerun()


def _step_match(actor, draft: Draft) -> None:
    """Draw the match of the ids; an advice that is taken changes the plan."""
    changed = record_match.draw(actor, draft.plan)
    if changed is not None:
        st.session_state[record_match.CHECKED] = changed
        _keep(draft, plan=changed)
        st.rerun()


def _step_use(actor, request, draft: Draft, *, place: str) -> None:
    """Offer to work on the record, to keep its plan, and to open another one."""
    if draft.plan is not None:
        tables = text.count(len(draft.plan.tables), "table")
        st.caption(f"{tables} will be read. {cache.read_limits(actor)}")
        with st.container(horizontal=True, vertical_alignment="center"):
            if draft.plan == cache.plan_of(request):
                freshness.again(request, key="record_again")
            elif st.button(
                "Use this student record", type="primary", icon=":material/check:", key="record_use"
            ):
                trying.choose(place, lambda: cache.with_plan(actor, request, draft.plan))
            st.download_button(
                "Download the plan", cache.plan_bytes(actor, draft.plan), "student-record.json",
                "application/json", key="record_download", icon=":material/download:", on_click="ignore",
            )  # fmt: skip
            st.button(
                "Begin anew", key="record_anew", type="tertiary", icon=":material/restart_alt:",
                on_click=_keep, args=(draft,), kwargs={"plan": None},
            )  # fmt: skip
        if draft.plan == cache.plan_of(request):
            st.caption("This is the record that you work on.")
    _open(actor, draft)


def _open(actor, draft: Draft) -> None:
    """Let the viewer open a plan that was kept."""
    with st.expander("Open a plan that you downloaded", icon=":material/folder_open:"):
        upload = st.file_uploader(
            "Plan of a student record (JSON)", key="record_open", max_upload_size=PLAN_MIB
        )
        if upload is None or upload.file_id == st.session_state.get(TAKEN):
            return
        try:
            plan = cache.read_plan(actor, upload.getvalue())
        except AppError as error:
            widgets.failure(error)
            st.caption("The record above is as it was.")
            return
    st.session_state[TAKEN] = upload.file_id
    _keep(draft, plan=plan)
    st.rerun()
