"""Charts of the Explore page: groups with their intervals, and the spread in each group."""

import html
import json

import streamlit as st

from pages.ui.charts import BLUE, BOX, GREY, ORANGE, Drawn, axis, draw


def intervals(
    frame, *, value: str, title: str, alt: str, as_percent: bool = False, key: str | None = None
) -> Drawn:
    """A dot a group at ``value`` with a line from ``low`` to ``high``, in the order of the frame."""
    form = {"format": ".0%"} if as_percent else {"format": ".3~g"}
    base = {"y": axis("named", "", "nominal", sort=None, axis={"labelLimit": 260, "labelOverlap": False})}
    dot = {
        "x": axis(value, title, scale={"zero": as_percent}, axis={**form, "tickCount": 8}),
        "tooltip": [
            axis("group", "Group", "nominal"), axis("n", "Students", format=","), axis(value, title, **form),
            axis("low", "Interval from", **form), axis("high", "to", **form),
        ],
    }  # fmt: skip
    line = {"x": axis("low", title), "x2": {"field": "high"}}
    layers = [
        {"mark": {"type": "rule", "color": BLUE, "strokeWidth": 2.5}, "encoding": line},
        {"mark": {"type": "point", "filled": True, "size": 90, "color": BLUE, "opacity": 1}, "encoding": dot},
    ]
    named = {"calculate": "datum.group + ' (' + format(datum.n, ',') + ')'", "as": "named"}
    height = 90 + 30 * len(frame)
    return draw(
        {"transform": [named], "encoding": base, "layer": layers, "height": height}, frame, alt=alt, key=key
    )


def spread(distribution, *, title: str, alt: str, key: str | None = None) -> None:
    """A box a group from its five numbers; no student's value is sent to the browser."""
    import plotly.graph_objects as go

    boxes = distribution.boxes
    figure = go.Figure(
        go.Box(
            y=[_plain(box.group) for box in boxes],
            q1=[box.q25 for box in boxes],
            median=[box.median for box in boxes],
            q3=[box.q75 for box in boxes],
            lowerfence=[box.low_whisker for box in boxes],
            upperfence=[box.high_whisker for box in boxes],
            orientation="h",
            marker_color=BLUE,
            name="",
        )
    )
    figure.update_layout(
        height=110 + 42 * len(boxes),
        margin={"l": 0, "r": 10, "t": 10, "b": 0},
        xaxis_title=_plain(title),
        dragmode=False,
    )
    figure.update_yaxes(autorange="reversed", ticksuffix="  ")
    st.plotly_chart(figure, key=key, alt=alt, config=PICTURE)


PICTURE = {
    "displaylogo": False,
    "modeBarButtons": [["toImage"]],
    "toImageButtonOptions": {"format": "svg", "filename": "spread"},
}
"""Plotly's bar of buttons has one left: it saves the picture as SVG."""


def gap_map(frame, *, alt: str, key: str | None = None) -> Drawn:
    """Squares of ``column_a`` by ``column_b``: the number missing both in it, coloured by ``r``.

    The number of a column's own gaps stands where it meets itself; withheld squares are empty but for a dash.
    """
    order = list(dict.fromkeys(frame["column_a"]))
    own = "datum.column_a === datum.column_b"
    labels = {"labelLimit": 180, "labelOverlap": False}
    base = {
        "x": axis("column_a", "", "nominal", sort=order, axis={**labels, "labelAngle": -45}),
        "y": axis("column_b", "", "nominal", sort=order, axis=labels),
    }
    told = {"filter": f"!datum.is_withheld && !({own})"}
    colour = axis("r", "Together", scale={"scheme": "blueorange", "domain": [-1, 1]})
    tooltip = [
        axis("column_a", "Column", "nominal"), axis("column_b", "With", "nominal"),
        axis("n_both", "Lack both", format=","), axis("r", "Together", format=".2f"),
        axis("share_of_either", "Of those who lack one", format=".0%"),
    ]  # fmt: skip
    white = {"condition": {"test": "abs(datum.r) > 0.6", "value": "white"}, "value": "#0B1220"}
    number = {"type": "text", "fontSize": 11}
    layers = [
        {"transform": [told], "mark": "rect", "encoding": {"color": colour, "tooltip": tooltip}},
        {
            "transform": [told],
            "mark": number,
            "encoding": {"text": axis("n_both", "", format=",.3~s"), "color": white, "tooltip": tooltip},
        },
        {
            "transform": [{"filter": own}],
            "mark": {**number, "fontWeight": "bold", "color": BLUE},
            "encoding": {"text": axis("n_a", "", format=",.3~s")},
        },
        {
            "transform": [{"filter": "datum.is_withheld"}],
            "mark": {**number, "text": "–", "color": GREY},
            "encoding": {},
        },
    ]
    return draw({"encoding": base, "layer": layers, "height": 130 + 28 * len(order)}, frame, alt=alt, key=key)


def gap_bands(frame, *, alt: str, key: str | None = None) -> Drawn:
    """A row a band (``first`` to ``last``), a column a ``column``, darker where more are ``lacking``."""
    order = list(dict.fromkeys(frame["column"]))
    n_bands = frame["first"].nunique()
    share = {"domain": [0, 1], "scheme": "blues"}
    downwards = {"reverse": True, "nice": False, "zero": False}
    labels = {"labelAngle": -45, "labelLimit": 160, "labelOverlap": False}
    encoding = {
        "x": axis("column", "", "nominal", sort=order, axis=labels),
        "y": axis("first", "Students, by what they lack", scale=downwards),
        "y2": {"field": "end"},
        "color": axis(
            "lacking", "Lack it", scale=share, legend={"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]}
        ),
        "tooltip": [
            axis("column", "Column", "nominal"), axis("first", "Students from", format=","),
            axis("last", "to", format=","), axis("lacking", "Lack it, to a quarter", format=".0%"),
        ],
    }  # fmt: skip
    end = {"calculate": "datum.last + 1", "as": "end"}
    spec = {"transform": [end], "mark": "rect", "encoding": encoding, "height": 170 + max(120, 6 * n_bands)}
    return draw(spec, frame, alt=alt, key=key)


def curves(frame, *, title: str, alt: str, key: str | None = None) -> Drawn:
    """An area a group, one below the other on the same scale: a violin's half, readable without colour."""
    several = frame["group"].nunique() > 1
    encoding = {
        "x": axis("x", title, scale={"zero": False}),
        "y": axis("y", "", axis=None),
        "tooltip": [axis("group", "Group", "nominal"), axis("x", title, format=".4~g")],
    }
    if several:
        header = {"labelAngle": 0, "labelAlign": "left", "title": None, "labelLimit": 220}
        encoding["row"] = axis("group", "", "nominal", sort=None, header=header, spacing=4)
    mark = {"type": "area", "color": BLUE, "opacity": 0.6, "line": True}
    height = 60 if several else 140
    return draw({"mark": mark, "encoding": encoding, "height": height}, frame, alt=alt, key=key)


def violins(frame, *, title: str, alt: str, key: str | None = None) -> Drawn:
    """A violin a group from its curve (``x``, ``y``), with its quarters and median, one below the other."""
    names = list(dict.fromkeys(frame["group"]))
    place = -frame["group"].map({name: number for number, name in enumerate(names)})
    half = 0.45 * frame["y"] / frame["y"].max()
    frame = frame.assign(place=place, above=place + half, below=place - half)
    labels = {"values": [-number for number in range(len(names))], "grid": False, "labelLimit": 220}
    labels["labelExpr"] = f"{json.dumps(names)}[-datum.value]"
    y = {"scale": {"domain": [0.5 - len(names), 0.5], "nice": False}, "axis": labels}
    group, x = axis("group", "Group", "nominal"), axis("x", title, scale={"zero": False})
    five = [axis(field, BOX[field], format=".4~g") for field in ("q25", "median", "q75")]
    one_each = {"filter": "datum.is_first"}
    frame = frame.assign(is_first=~frame["group"].duplicated())
    layers = [
        {
            "mark": {"type": "area", "color": BLUE, "opacity": 0.45},
            "encoding": {
                "x": x, "y": axis("above", "", **y), "y2": {"field": "below"}, "detail": group,
                "tooltip": [group, axis("x", title, format=".4~g")],
            },
        },
        {
            "transform": [one_each],
            "mark": {"type": "rule", "color": ORANGE, "strokeWidth": 4},
            "encoding": {
                "x": axis("q25", title), "x2": {"field": "q75"}, "y": axis("place", "", **y),
                "tooltip": [group, *five],
            },
        },
        {
            "transform": [one_each],
            "mark": {"type": "tick", "color": ORANGE, "size": 26, "thickness": 4, "orient": "vertical"},
            "encoding": {
                "x": axis("median", title), "y": axis("place", "", **y), "tooltip": [group, *five],
            },
        },
    ]  # fmt: skip
    return draw({"layer": layers, "height": 90 + 64 * len(names)}, frame, alt=alt, key=key)


def _plain(words: str) -> str:
    """Return words that Plotly shows as they are: it reads tags in text, and does not know ``&quot;``.

    >>> _plain('<b>A "x" & y</b>')
    '&lt;b&gt;A "x" &amp; y&lt;/b&gt;'
    """
    return html.escape(words, quote=False)
