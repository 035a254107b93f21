"""How well the ids of the tables match, shown before anything is joined."""

import streamlit as st

from core import cache
from pages.ui import asking, raw_rows, text

CHECKED = "waymark_record_checked"
"""The plan whose match is shown; another plan is asked about anew."""
RULES = {"case": "upper and lower case", "spaces": "spaces", "zeros": "leading zeros"}
"""What an advice to ignore more names, by the part of the rule that it means."""


def draw(actor, plan):
    """Draw the match of every part; return the plan with ids compared as was advised, or None."""
    if not plan.parts:
        st.caption("There is one table only: nothing is to be matched.")
        return None
    job = None
    if st.button("Check the match", key="record_check", icon=":material/join_inner:"):
        if st.session_state.get(CHECKED) == plan:
            cache.forget(cache.match_job(actor, plan))
        st.session_state[CHECKED] = plan
    if st.session_state.get(CHECKED) == plan:
        job = cache.match_job(actor, plan)
    found = asking.answer(job) if job else None
    for index, one in enumerate(found or ()):
        changed = _one(actor, plan, index, one)
        if changed is not None:
            return changed
    return None


def _one(actor, plan, index: int, found):
    """Draw the match of one part with what its ids lack; return the plan if the advice was taken."""
    with st.container(border=True):
        st.markdown(f"**{text.md(found.table)}**: {text.percent(found.rate)} of the students matched")
        st.caption(text.md(found.sentence()))
        if found.repeated:
            st.warning(
                f"{text.count(found.repeated.n_ids, 'id')} with several rows: {text.md(found.repeated)}. "
                "Sum up many rows instead, or add a condition that leaves one row a student.",
                icon=":material/content_copy:",
            )
        better = _advice(plan.parts[index].rule, found, index)
        _unmatched(found, index)
    return cache.set_rule(actor, plan, index, better) if better else None


def _advice(rule, found, index: int):
    """Show another way to compare that would match more; return it once it is asked for."""
    if found.better is None:
        return None
    ignored = [name for name in RULES if getattr(found.better, name) and not getattr(rule, name)]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.info(text.md(found.hint), icon=":material/lightbulb:")
        words = " and ".join(RULES[name] for name in ignored)
        wanted = st.button(f"Ignore {words}", key=f"record_ignore_{index}", icon=":material/check:")
    return found.better if wanted else None


def _unmatched(found, index: int) -> None:
    """Show the ids that have no partner, folded away."""
    ids = found.unmatched()
    if ids.empty:
        return
    sides = {"part": f"'{found.table}'", "base": "the base table"}
    n_all = found.n_unmatched_base + found.n_unmatched_part
    with st.expander(text.count(n_all, "id") + " without a partner", icon=":material/link_off:"):
        if n_all > len(ids):
            st.caption("The first 200 of each side.")
        st.dataframe(
            ids.assign(missing_in=ids["missing_in"].map(sides)), key=f"record_unmatched_{index}",
            hide_index=True, width="stretch", height=raw_rows.height(len(ids)),
            column_config={
                "id": st.column_config.TextColumn("Student's id", pinned=True),
                "missing_in": st.column_config.TextColumn("Is not in"),
            },
            alt=f"Ids of {found.table} or of the base table that have no partner.",
        )  # fmt: skip
