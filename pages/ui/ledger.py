"""What a recipe did: the figures that add up, every step, everybody who was left out, and the files."""

import streamlit as st

from pages.ui import raw_rows, text, widgets

JSON, CSV, PARQUET = "application/json", "text/csv", "application/vnd.apache.parquet"


def figures(report) -> None:
    """Draw the counts before and after, and the line that shows that nobody is lost."""
    dropped = len(report.exclusions)
    with st.container(horizontal=True):
        for label, number in (
            ("Rows as loaded", report.n_in),
            ("Rows after cleaning", report.n_out),
            ("Left out, by name", dropped),
            ("Cells changed", report.n_changed),
        ):
            st.metric(label, f"{number:,}", border=True, height="stretch")
    st.markdown(
        f"**{report.n_in:,} rows in = {report.n_out:,} rows out "
        f"+ {text.count(dropped, 'named exclusion')}.** "
        "Nobody is lost silently."
    )


def steps(cleaned) -> None:
    """Draw what each step did to rows and cells, with what it learned."""
    n_steps = len(cleaned.report.steps)
    if cleaned.report.is_empty:
        widgets.empty(cleaned.report.why_empty, "The table is used as it was loaded.")
        return
    config = st.column_config
    number = {"format": "localized", "width": 88}
    st.dataframe(
        cleaned.steps,
        key="steps_done",
        hide_index=True,
        width="stretch",
        height=raw_rows.height(n_steps, most=15),
        column_order=["step", "what", "n_out", "n_dropped", "n_changed", "n_emptied", "n_filled"],
        column_config={
            "step": config.NumberColumn("Step", width=50),
            "what": config.TextColumn("What it does, and what it learned", width=450),
            "n_out": config.NumberColumn("Rows after", **number),
            "n_dropped": config.NumberColumn("Rows left out", **number),
            "n_changed": config.NumberColumn("Cells changed", **number),
            "n_emptied": config.NumberColumn("Emptied", help="Had a value that could not be kept.", **number),
            "n_filled": config.NumberColumn("Filled", help="Had no value before.", **number),
        },
        alt=f"What each of the {n_steps} steps did to rows and cells.",
    )


def examples(report) -> None:
    """Draw some changed cells of every step, before and after."""
    changed = report.examples_frame()
    if changed.empty:
        widgets.empty("No cell was changed.")
        return
    config = st.column_config
    st.dataframe(
        changed,
        key="changed_cells",
        hide_index=True,
        width="stretch",
        height=raw_rows.height(len(changed)),
        column_config={
            "step": config.NumberColumn("Step", width=60),
            "student_id": config.TextColumn("Student", width=120),
            "column": config.TextColumn("Column", width=180),
            "before": config.TextColumn("Before", help="Nothing means no value."),
            "after": config.TextColumn("After", help="Nothing means no value."),
        },
        alt="Examples of changed cells, before and after each step.",
    )


def exclusions(report) -> None:
    """Draw everybody who was left out, with the reason."""
    left_out = report.exclusions_frame()
    if left_out.empty:
        widgets.empty("Nobody was left out.", "Every row that was loaded is in the cleaned table.")
        return
    config = st.column_config
    st.dataframe(
        left_out,
        key="left_out",
        hide_index=True,
        width="stretch",
        height=raw_rows.height(len(left_out)),
        column_order=["student_id", "row", "step", "reason"],
        column_config={
            "student_id": config.TextColumn("Student", width=140),
            "row": config.NumberColumn("Row as loaded", format="localized", width=110),
            "step": config.NumberColumn("Step", width=60),
            "reason": config.TextColumn("Why", width=520),
        },
        alt=f"The {len(left_out)} rows that were left out, with the reason.",
    )


def downloads(cleaned, *, name: str) -> None:
    """Offer the cleaned table, the ledger and the recipe; files are read when they are asked for."""
    files = (
        ("Cleaned table (CSV)", cleaned.csv.read_bytes, f"cleaned-{name}.csv", CSV, ":material/download:"),
        (
            "Ledger of the steps (CSV)",
            cleaned.ledger.read_bytes,
            f"ledger-{name}.csv",
            CSV,
            ":material/list_alt:",
        ),
        (
            "Who was left out (CSV)",
            cleaned.left_out.read_bytes,
            f"left-out-{name}.csv",
            CSV,
            ":material/person_off:",
        ),
        (
            "Cleaned table (Parquet)",
            cleaned.parquet.read_bytes,
            f"cleaned-{name}.parquet",
            PARQUET,
            ":material/download:",
        ),
        ("Recipe (JSON)", cleaned.recipe.to_json, f"recipe-{name}.json", JSON, ":material/receipt_long:"),
    )
    with st.container(horizontal=True):
        for label, data, file_name, kind, icon in files:
            st.download_button(
                label, data, file_name, kind, icon=icon, on_click="ignore", key=f"save_{file_name}"
            )
    st.caption(
        "In CSV, text that a spreadsheet could run as a formula gets an apostrophe in front. Numbers stay "
        "numbers. Parquet is for programs: there every text is as it was."
    )
