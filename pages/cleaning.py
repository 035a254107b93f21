"""What is wrong in the table, the recipe that answers it, and what the recipe did."""

import streamlit as st

from core import cache
from pages.ui import findings, ledger, raw_rows, recipe_editor, recipe_use, state, text, widgets

actor, request = state.actor(), state.request()
widgets.title(
    "Cleaning", "See what is wrong in the table, decide what is done about it, and account for every row."
)

examined = widgets.result_of(cache.findings_job(actor, request))
widgets.provenance(examined.provenance)
at_a_glance = st.container()

trial = st.container()


@widgets.live
def workbench() -> None:
    """Draw what was found beside the recipe; an edit of the draft redraws these two alone."""
    found, recipe = st.columns([2, 3], gap="medium")
    with found:
        st.subheader("What was found")
        findings.draw(request, examined)
    with recipe:
        st.subheader("The recipe")
        st.caption(
            "Steps run from top to bottom. Nothing changes in your file: cleaning makes a new table, "
            "and only once you use the recipe."
        )
        recipe_editor.draw(request, examined)


workbench()
with trial:
    recipe_use.take_over()

cleaned = widgets.result_of(cache.cleaning_job(actor, request))

st.subheader("What the recipe did")
with at_a_glance:
    ledger.figures(cleaned.report)
ledger.steps(cleaned)

changed, left_out, before, after = st.tabs(
    ["Changed cells", "Who was left out", "First rows as loaded", "First rows cleaned"],
    key="cleaning_tabs", on_change="rerun",
)  # fmt: skip
if changed.open:
    with changed:
        ledger.examples(cleaned.report)
if left_out.open:
    with left_out:
        ledger.exclusions(cleaned.report)
if before.open:
    with before:
        raw_rows.draw(cleaned.before, examined.schema, key="rows_before", alt="The first rows as loaded.")
if after.open:
    with after:
        raw_rows.draw(cleaned.after, cleaned.schema, key="rows_after", alt="The first rows after cleaning.")

st.subheader("Take it with you")
ledger.downloads(cleaned, name=text.file_part(cache.source_name(request), request.cleaning.digest))
widgets.provenance(cleaned.provenance, cleaned.provenance.notes[-1])
st.page_link("../explore.py", label="Explore the cleaned table", icon=":material/query_stats:")
