"""Rows as they are in a table, for those who prepare data; nothing here is shown to mentors."""

import streamlit as st

from core.schema import Kind

ROWS = 7


def height(n_rows: int, *, most: int = ROWS) -> int:
    """Return the height of a table with so many rows, in pixels; more rows are scrolled to.

    >>> height(1), height(1_000)
    (73, 283)
    """
    return 35 * (min(n_rows, most) + 1) + 3


def draw(rows, schema, *, key: str, alt: str) -> None:
    """Show rows under their column names; days without a time of day."""
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        width="stretch",
        height=height(len(rows)),
        column_config={
            name: st.column_config.DateColumn(format="YYYY-MM-DD") for name in schema.of_kind(Kind.DATE)
        },
        alt=alt,
    )
