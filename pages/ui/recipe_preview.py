"""What one step of the draft would do: who is left out and why, which cells change, and how values spread."""

from dataclasses import replace

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import asking, raw_rows, recipe_charts, state, text, widgets


def draw(request, draft, index: int) -> None:
    """Try the step on the rows that the steps before it leave, and show what it does."""
    job = cache.step_job(state.actor(), request, draft.recipe, index)
    if asking.is_running(job):
        return
    try:
        look = job.result()
    except AppError as error:
        widgets.failure(error)
        if error.retry:
            st.button("Try again", key=f"try_{job.number}", on_click=cache.forget, args=(job,))
        return
    _in_words(look, draft.recipe.steps[index])
    _left_out(look, key=f"preview_out_{index}")
    _changed(look, key=f"preview_cells_{index}")
    _spread(look, key=f"preview_spread_{index}")


def _in_words(look, step) -> None:
    """Say what the step learns, and what it does, in numbers."""
    told = look.report
    said = [] if look.what == replace(step, reason="").describe() else [text.md(look.what)]
    if look.is_empty:
        said.append("**It would change nothing in this table.**")
    if told.n_dropped:
        said.append(f"**{told.n_dropped:,} of {told.n_in:,} rows are left out.**")
    if told.n_dropped and not told.n_out:
        said.append("**Nobody would be left.**")
    if told.n_changed:
        parts = [("filled", told.n_filled), ("emptied", told.n_emptied)]
        more = ", ".join(f"{number:,} {what}" for what, number in parts if number)
        said.append(f"**{text.count(told.n_changed, 'cell')} changed**{f' ({more})' if more else ''}.")
    for words, names in (("New", told.columns_added), ("Taken out", told.columns_dropped)):
        if names:
            shown = text.md(", ".join(names[:8])) + (f" and {len(names) - 8:,} more" if names[8:] else "")
            said.append(f"{words}: {shown}.")
    if look.part:
        said.append(look.part)
    st.markdown(" ".join(said))


def _left_out(look, *, key: str) -> None:
    """Name the first rows that are left out, with the reason."""
    if look.dropped.empty:
        return
    config = st.column_config
    st.dataframe(
        look.dropped, key=key, hide_index=True, width="stretch",
        height=raw_rows.height(len(look.dropped), most=5),
        column_config={
            "student_id": config.TextColumn("Left out", width=110),
            "row": config.NumberColumn("Row", format="localized", width=70),
            "reason": config.TextColumn("Why", width=300),
        },
        alt=f"The first {len(look.dropped)} rows that the step leaves out, with the reason.",
    )  # fmt: skip
    more = look.report.n_dropped - len(look.dropped)
    if more > 0:
        st.caption(f"And {more:,} more. All of them are named once the recipe is used.")


def _changed(look, *, key: str) -> None:
    """Show some of the changed cells, before and after."""
    if look.changed.empty:
        return
    config = st.column_config
    st.dataframe(
        look.changed, key=key, hide_index=True, width="stretch", height=raw_rows.height(len(look.changed)),
        column_config={
            "student_id": config.TextColumn("Student", width=100),
            "column": config.TextColumn("Column", width=130),
            "before": config.TextColumn("Before", help="Nothing means no value."),
            "after": config.TextColumn("After", help="Nothing means no value."),
        },
        alt="Examples of cells that the step changes, before and after.",
    )  # fmt: skip


def _spread(look, *, key: str) -> None:
    """Draw the values of one changed column before and after."""
    if not look.spreads:
        return
    shown = look.spreads[0]
    if len(look.spreads) > 1:
        at = st.selectbox(
            "Values of", range(len(look.spreads)), key=key, format_func=lambda one: look.spreads[one].title
        )
        shown = look.spreads[at]
    alt = f"How the values of {shown.title} are spread before and after the step."
    recipe_charts.before_after(shown, alt=alt, key=f"{key}_chart")
    what = "show no plain number" if shown.was_text else "have no value"
    st.caption(f"Rows that {what}: {shown.n_missing_before:,} before, {shown.n_missing_after:,} after.")
