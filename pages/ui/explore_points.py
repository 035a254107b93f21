"""The panel of Explore that draws two to five columns against each other."""

from functools import partial

import streamlit as st

from core import cache
from core.schema import Kind
from pages.ui import behind, charts, explore_filter, explore_words, state, text, widgets

MOST = 5
EDGES = ("x_low", "x_high", "y_low", "y_high")


def draw(request, found) -> None:
    """Choose columns; draw each two of them as points, or as squares where there are many students."""
    kinds = {column.name: column.kind for column in found.schema}
    able = [name for name in found.choices if found.distributions[name].is_histogram]
    if len(able) < 2:
        widgets.empty("Two columns of numbers or dates are needed.", "Change their kind on Data sources.")
        return
    columns = st.multiselect(
        "Columns", able, able[:2], max_selections=MOST, key=f"points_{request.cleaning.digest}",
        format_func=found.titles.__getitem__, help="Two to five columns of numbers or dates.",
    )  # fmt: skip
    if len(columns) < 2:
        widgets.empty("Choose at least two columns.")
        return
    chosen = {"columns": tuple(columns)}
    plot = widgets.result_of(
        cache.figure_job(state.actor(), request, "points", explore_filter.chosen(request), chosen)
    )
    _grid(plot, found.titles, kinds)


def _grid(plot, titles: dict, kinds: dict) -> None:
    """Draw each column on the diagonal, and beneath it the others against it."""
    width = len(plot.columns)
    height = 300 if width == 2 else 220
    pairs = {(pair.x, pair.y): (number, pair) for number, pair in enumerate(plot.pairs)}
    for row, up in enumerate(plot.columns):
        places = st.columns(width)
        for place, across in zip(places[:row], plot.columns, strict=False):
            number, pair = pairs[across, up]
            with place:
                _pair(pair, titles, kinds, height=height, key=f"points_{number}")
        with places[row]:
            _alone(plot.distributions[row], titles[up], height=height, key=f"diagonal_{row}")


def _alone(shown, title: str, *, height: int, key: str) -> None:
    """Draw how one column is spread."""
    if shown.is_empty:
        widgets.empty(f"{title}: {shown.why_empty}")
        return
    words, frame = f"How {title} is spread.", shown.frame()
    drawn = charts.histogram(frame, title=title, alt=words, key=key, height=height)
    st.caption(text.md(words))
    end = behind.day if shown.kind is Kind.DATE else partial(behind.number, form="%.6g")
    columns = {"low": end("From"), "high": end("To"), "n": behind.number("Students")}
    behind.table(frame, columns, key=key, name=title, alt=words, drawn=drawn)


def _pair(pair, titles: dict, kinds: dict, *, height: int, key: str) -> None:
    """Draw two columns against each other, and say what was left out."""
    across, up = titles[pair.x], titles[pair.y]
    if pair.is_empty:
        widgets.empty(f"{across} and {up}: {pair.why_empty}")
        return
    words = f"{up} against {across}, {explore_words.known(pair.n, beside=pair.n_left_out)}."
    dates = tuple(name for name in "xy" if kinds[getattr(pair, name)] is Kind.DATE)
    charts_of = {"titles": (across, up), "dates": dates, "alt": words, "key": key, "height": height}
    draw_them, frame = (squares, pair.frame()) if pair.squares else (points, pair.points)
    drawn = draw_them(frame, **charts_of)
    st.caption(" ".join(text.md(said) for said in (words, *_left_out(pair))))
    _table(pair, (across, up), dates, drawn, key=key)


def _table(pair, titles, dates, drawn, *, key: str) -> None:
    """The table behind points or squares: how many students lie where, never a student's values."""
    if not pair.table:
        st.caption(text.md(f"The figures: {pair.why_table_empty}"))
        return
    columns = {}
    for name, title in zip("xy", titles, strict=True):
        end = behind.day if name in dates else partial(behind.number, form="%.4g")
        columns |= {f"{name}_low": end(f"{title} from"), f"{name}_high": end(f"{title} to")}
    frame = _days(pair.table_frame(), tuple(edge for edge in EDGES if edge[0] in dates))
    alt = f"The students by {titles[0]} and {titles[1]}, in squares of at least 10."
    columns["n"] = behind.number("Students")
    behind.table(frame, columns, key=key, name=" ".join(titles), alt=alt, drawn=drawn)


def _left_out(pair) -> list[str]:
    """Return sentences on whom the chart does not show."""
    said = []
    if pair.squares:
        said.append("Each square counts the students in it; the darker, the more.")
    if pair.n_left_out:
        said.append(f"{explore_words.few_or(pair.n_left_out, 'student')} without both values left out.")
    if pair.n_withheld:
        said.append(f"{text.count(pair.n_withheld, 'square')} with few students not shown.")
    elif pair.table and pair.n_not_in_table:
        students = text.count(pair.n_not_in_table, "student")
        said.append(f"The table of figures leaves out {students} in squares with few students.")
    return said


def points(frame, *, titles, dates, alt: str, key: str, height: int) -> charts.Drawn:
    """A dot a student, half see-through."""
    encoding = {
        name: charts.axis(name, title, **_scale(name in dates))
        for name, title in zip("xy", titles, strict=True)
    }
    mark = {"type": "point", "filled": True, "size": 22, "opacity": 0.45, "color": charts.BLUE}
    spec = {"mark": mark, "encoding": encoding, "height": height}
    return charts.draw(spec, _days(frame, dates), alt=alt, key=key)


def squares(frame, *, titles, dates, alt: str, key: str, height: int) -> charts.Drawn:
    """A square for each cell of a grid, darker where more students are."""
    encoding = {"color": charts.axis("n", "Students", scale={"type": "log", "scheme": "blues"})}
    for name, title in zip("xy", titles, strict=True):
        encoding[name] = charts.axis(f"{name}_low", title, **_scale(name in dates))
        encoding[f"{name}2"] = {"field": f"{name}_high"}
    encoding["tooltip"] = [charts.axis("n", "Students", format=",")]
    table = _days(frame, tuple(edge for edge in EDGES if edge[0] in dates))
    return charts.draw({"mark": "rect", "encoding": encoding, "height": height}, table, alt=alt, key=key)


def _scale(is_date: bool) -> dict:  # noqa: FBT001  one of two kinds of axes
    return {"kind": "temporal"} if is_date else {"scale": {"zero": False}}


def _days(frame, names):
    """Return the frame with these columns of days since 1970 as days that a browser reads."""
    return frame.assign(**{name: [explore_words.day(value) for value in frame[name]] for name in names})
