"""A table before it is loaded: its columns with types, how many rows it has, its first rows."""

import streamlit as st

from pages.ui import raw_rows, text


def draw(look, *, key: str) -> None:
    """Show what is known of a table; nothing beyond it has been read."""
    st.markdown(
        f"{text.md(look.info.what).capitalize()} **{text.md(look.info.name)}**: "
        f"{text.count(len(look.info.fields), 'column')}, {rows_in_words(look.info)}."
    )
    columns, first = st.tabs(["Columns", "First rows"])
    with columns:
        _columns(look, key=key)
    with first:
        raw_rows.draw(
            look.rows, look.schema, key=f"{key}_rows",
            alt=f"The first {len(look.rows)} rows of the table.",
        )  # fmt: skip
    for note in look.notes:
        st.caption(text.md(note))
    st.caption(text.md(look.limits))


def rows_in_words(info) -> str:
    """Return how many rows a table has, and how sure that is."""
    if info.n_rows is None:
        return "how many rows is not known before it is read"
    if info.is_estimate:
        return f"about {text.count(info.n_rows, 'row')}, the server's estimate"
    return text.count(info.n_rows, "row")


def mixed_in_words(field) -> str:
    """Return the types that were found in a field with their counts, where there are several."""
    return ", ".join(f"{n:,} {kind}" for kind, n in field.mixed)


def _columns(look, *, key: str) -> None:
    """Show the columns as the source declares them, beside what each is read as."""
    config = st.column_config
    kinds = {column.name: str(column.kind) for column in look.schema}
    is_mixed = any(field.mixed for field in look.info.fields)
    shown = [
        {
            "column": field.name,
            "type": f"{field.type} (list)" if field.is_list else field.type,
            "read as": kinds.get(field.name, ""),
            "mixed": mixed_in_words(field),
        }
        for field in look.info.fields
    ]
    st.dataframe(
        shown, key=f"{key}_columns", hide_index=True, width="stretch", height=raw_rows.height(len(shown)),
        column_order=["column", "type", "read as", *(["mixed"] if is_mixed else [])],
        column_config={
            "column": config.TextColumn("Column", pinned=True, width=220),
            "type": config.TextColumn("Type there", width=160),
            "read as": config.TextColumn("Read as", width=110),
            "mixed": config.TextColumn("Several types", width=320, help="How many values have each."),
        },
        alt=f"The {len(shown)} columns of the table with their types.",
    )  # fmt: skip
    if look.info.n_sampled is not None:
        st.caption(
            f"Fields as found in {text.count(look.info.n_sampled, 'document')}; they are not declared."
        )
