"""What stands behind each chart of Explore: its table, and both of them as files."""

from functools import partial

import streamlit as st

from core import cache
from pages.ui import raw_rows, state, text

PICTURE = "The chart as {kind}: point at it and press the download button in its corner."


def table(frame, columns: dict, *, key: str, name: str, alt: str, drawn=None) -> None:
    """Fold away the table behind the chart ``key``, with buttons that save it and what was ``drawn``.

    ``columns`` are configurations by field, in the order shown; ``name`` is what the files are called after.
    """
    with st.expander("The figures", icon=":material/table:", key=f"figures_{key}"):
        open_table(frame, columns, key=key, name=name, alt=alt, drawn=drawn)


def open_table(frame, columns: dict, *, key: str, name: str, alt: str, drawn=None, most: int = 7) -> None:
    """Draw the table behind the chart ``key`` in the open, with buttons that save it and what was ``drawn``.

    Without what was drawn, the chart saves itself as SVG.
    """
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
    file, save = text.file_part(name, request.digest), partial(st.download_button, on_click="ignore")
    with st.container(horizontal=True, vertical_alignment="center"):
        save(
            "Save these figures (CSV)",
            partial(cache.figures_csv, state.actor(), request, shown),
            f"{file}.csv",
            "text/csv",
            icon=":material/download:",
            key=f"save_{key}",
        )
        if drawn is not None:
            save(
                "Save the chart (SVG)",
                partial(cache.chart_svg, state.actor(), request, drawn.spec, drawn.frame, alt=drawn.alt),
                f"{file}.svg",
                "image/svg+xml",
                icon=":material/image:",
                key=f"picture_{key}",
            )
        st.caption(PICTURE.format(kind="SVG" if drawn is None else "PNG"))


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
