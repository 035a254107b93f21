"""Where a student record came from: each table, when it was read, what was asked, what was noticed."""

import streamlit as st

from pages.ui import freshness, raw_rows, text


def draw(request, provenance, left_out=()) -> None:
    """Show the tables of a record with their origin, who is not in it, and offer to read them again."""
    parts = provenance.parts or (provenance,)
    config = st.column_config
    st.dataframe(
        [
            {
                "table": part.table,
                "source": part.source,
                "rows": part.n_rows,
                "read": f"{part.loaded_at:%Y-%m-%d %H:%M}",
                "content": part.content_hash,
                "state": "an older copy" if part.outage else "as read",
            }
            for part in parts
        ],
        key="record_origin", hide_index=True, width="stretch", height=raw_rows.height(len(parts)),
        column_order=["table", "source", "rows", "read", "state", "content"],
        column_config={
            "table": config.TextColumn("Table", pinned=True, width=160),
            "source": config.TextColumn("Source", width=160),
            "rows": config.NumberColumn("Rows", format="localized", width=90),
            "read": config.TextColumn("Read (UTC)", width=140),
            "content": config.TextColumn("Content", width=150, help="The same rows give the same content."),
            "state": config.TextColumn("State", width=110),
        },
        alt=f"The {len(parts)} tables of the student record: source, rows, when they were read.",
    )  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        freshness.again(request, key="origin_again")
        st.caption("Reads every table from its server once more; roles, recipe and outcome stay.")
    n_rows = provenance.n_rows
    n_base, n_out = n_rows + len(left_out), len(left_out)
    st.caption(f"{n_base:,} in the base table = {n_rows:,} in the record + {n_out:,} left out by name.")
    _named(left_out)
    with st.expander("What was asked of the servers, and what was noticed", icon=":material/manage_search:"):
        for part in parts:
            _asked(part)


def _named(left_out) -> None:
    """Name the students who are not in the record, folded away."""
    if not left_out:
        return
    students = text.count(len(left_out), "student")
    with st.expander(f"{students} left out, each named", icon=":material/person_off:"):
        st.caption("Students of the base table whom a table does not know, as its join was chosen.")
        st.dataframe(
            {"id": [one for one, _ in left_out], "table": [table for _, table in left_out]},
            key="record_left_out", hide_index=True, width="stretch", height=raw_rows.height(len(left_out)),
            column_config={
                "id": st.column_config.TextColumn("Student's id", pinned=True),
                "table": st.column_config.TextColumn("Is not in"),
            },
            alt="Students of the base table who are not in the record.",
        )  # fmt: skip


def _asked(part) -> None:
    """Show one table's query and notes."""
    st.markdown(f"**{text.md(part.table)}** from {text.md(part.source)}")
    if part.query:
        st.code(part.query, language=None, wrap_lines=True)
    if part.notes:
        st.markdown("\n".join(f"- {text.md(note)}" for note in part.notes))
    elif not part.query:
        st.caption("Nothing to say.")
