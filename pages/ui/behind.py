"""What stands behind each chart of Explore: its table, and both of them as files."""

from functools import partial

import streamlit as st

from core import cache
from pages.ui import raw_rows, state, text

PICTURE = "The chart itself ({kind}): point at it and press the download button in its corner."


def table(frame, columns: dict, *, key: str, name: str, alt: str, kind: str = "PNG") -> None:
    """Fold away the table behind the chart ``key``, with a button that saves it.

    ``columns`` are configurations by field, in the order shown; ``name`` is what the file is called after.
    """
    with st.expander("The figures", icon=":material/table:", key=f"figures_{key}"):
        open_table(frame, columns, key=key, name=name, alt=alt, kind=kind)


def open_table(
    frame, columns: dict, *, key: str, name: str, alt: str, kind: str = "PNG", most: int = 7
) -> None:
    """Draw the table behind the chart ``key`` in the open, with a button that saves it."""
    st.dataframe(
        frame,
        key=f"table_{key}",
        hide_index=True,
        placeholder="",
        width="stretch",
        height=raw_rows.height(len(frame), most=most),
        column_order=list(columns),
        column_config=columns,
        alt=alt,
    )
    request = state.request()
    shown = frame[list(columns)].rename(columns={field: one["label"] for field, one in columns.items()})
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Save these figures (CSV)",
            partial(cache.figures_csv, state.actor(), request, shown),
            f"{text.file_part(name, request.digest)}.csv",
            "text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"save_{key}",
        )
        st.caption(PICTURE.format(kind=kind))


def number(title: str, form: str = "localized", **more) -> dict:
    """Return how a column of numbers is shown."""
    return st.column_config.NumberColumn(title, format=form, **more)


def words(title: str, **more) -> dict:
    """Return how a column of text is shown."""
    return st.column_config.TextColumn(title, **more)


def day(title: str) -> dict:
    """Return how a column of days is shown."""
    return st.column_config.DateColumn(title, format="YYYY-MM-DD")


def interval(form: str = "%.4g") -> dict:
    """Return how the ends of a 95 % interval are shown."""
    return {"low": number("95 % from", form), "high": number("to", form)}
