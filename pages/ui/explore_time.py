"""The panel of Explore that draws a value over weeks, months, years or terms."""

import streamlit as st

from core import cache
from core.schema import Kind, Role
from pages.ui import behind, charts, explore_filter, explore_words, state, text, widgets

EVERY = ("week", "month", "year")


def draw(request, found) -> None:
    """Choose a value and a column of time; draw the mean or the rate in each period."""
    times = [name for name in found.choices if _tells_time(found.schema.column(name))]
    values = [name for name in found.values if found.schema.column(name).kind in (Kind.NUMBER, Kind.FLAG)]
    if not times or not values:
        widgets.empty(
            "There is nothing to draw over time.",
            "A column of dates or terms is needed beside a number or an outcome: see Data sources.",
        )
        return
    titles = found.titles
    columns = st.columns(3)
    key = request.digest
    value = columns[0].selectbox("Value", values, format_func=titles.__getitem__, key=f"time_value_{key}")
    time = columns[1].selectbox("Over", times, format_func=titles.__getitem__, key=f"time_over_{key}")
    is_date = found.schema.column(time).kind is Kind.DATE
    every = columns[2].selectbox("By", EVERY, 1, key=f"time_every_{key}", disabled=not is_date)
    if value == time:
        widgets.empty("A column cannot be drawn over itself.", "Choose another column of time.")
        return
    chosen = {"value": value, "time": time, "every": every}
    line = widgets.result_of(
        cache.figure_job(state.actor(), request, "timeline", explore_filter.chosen(request), chosen)
    )
    _line(line, titles[value], titles[time])


def _tells_time(column) -> bool:
    return column.kind is Kind.DATE or column.role in (Role.TERM, Role.TIME)


def _line(line, value: str, time: str) -> None:
    """Draw the line with its intervals, what to see in it, and the table behind it."""
    if line.is_empty:
        widgets.empty(line.why_empty, "Choose another column.")
        return
    words = explore_words.timeline(line, value, time)
    st.markdown(text.md(words))
    frame = line.frame()
    drawn = charts.line_with_band(
        frame,
        x="period",
        y="value",
        title=value,
        as_percent=line.measure == "rate",
        alt=words,
        key="timeline",
    )
    st.caption(
        "The dot is the period's " + ("share" if line.measure == "rate" else "mean")
        + ", the line its 95 % interval. Each period has other students: nobody need have changed."
    )  # fmt: skip
    form = "percent" if line.measure == "rate" else "%.4g"
    columns = {
        "period": behind.words("Period"),
        "n": behind.number("Students"),
        "value": behind.number(value, form),
        **behind.interval(form),
    }
    behind.table(frame, columns, key="timeline", name=f"{value} by {time}", alt=words, drawn=drawn)
