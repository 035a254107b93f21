"""Rows as they are in a table, for those who prepare data; nothing here is shown to mentors."""

import streamlit as st

from core.schema import Kind

HEIGHT = 260


def draw(rows, schema, *, key: str, alt: str) -> None:
    """Show rows under their column names; days without a time of day."""
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        width="stretch",
        height=HEIGHT,
        column_config={
            name: st.column_config.DateColumn(format="YYYY-MM-DD") for name in schema.of_kind(Kind.DATE)
        },
        alt=alt,
    )
