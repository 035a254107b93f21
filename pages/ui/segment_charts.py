"""How segments are drawn: a colour and a letter each, quality by K, profiles, and the map."""

from __future__ import annotations

import streamlit as st

from pages.ui import charts

PALETTE = (
    "#3C78C3", "#F0690F", "#875A5A", "#871EFF", "#8787A5", "#A54B1E",
    "#C38769", "#B45AFF", "#E100C3", "#A58787", "#D2783C", "#4B6978",
)  # fmt: skip
"""By colour index. Each stands out by 3:1 from both backgrounds, and the first six from each other for every
kind of colour vision; twelve such colours do not exist, so the letter always stands beside the colour."""
COLOUR = charts.axis(
    "colour", "", "ordinal", legend=None, scale={"domain": list(range(len(PALETTE))), "range": list(PALETTE)}
)
MEASURES = {
    "silhouette": ("Separation", "Silhouette: from -1 to 1, higher is clearer."),
    "inertia": ("Spread", "Inertia a student: look for the bend, it always falls."),
    "calinski_harabasz": ("Calinski-Harabasz", "Spread between over spread within: higher is clearer."),
    "davies_bouldin": ("Davies-Bouldin", "How alike the nearest segments are: lower is clearer."),
    "gap": ("Gap", "Gap to evenly spread students, with its error: higher is clearer."),
}
"""By column of the quality: its name, and how it is read."""
ROWS, CHOSEN, MARKS = "rows", "chosen", "marks"
"""Datasets by name: one that changes alone is sent alone. One beside unnamed data would take its place."""
MAP_HEIGHT = 430


def colour(index: int) -> str:
    """Return the colour of an index; beyond the palette it starts again."""
    return PALETTE[index % len(PALETTE)]


def quality(frame, *, k: int, measure: str, key: str) -> None:
    """Draw one measure over K; the chosen K is a small dataset of its own, so that the rest stays."""
    title, reading = MEASURES[measure]
    x = charts.axis("k", "Number of segments (K)", "ordinal", axis={"labelAngle": 0})
    y = charts.axis(measure, title, scale={"zero": False})
    tooltip = [charts.axis("k", "K"), charts.axis(measure, title, format=".4~g")]
    layers = [
        {
            "data": {"name": ROWS},
            "mark": {"type": "line", "color": charts.BLUE},
            "encoding": {"x": x, "y": y},
        },
        {
            "data": {"name": ROWS},
            "mark": {"type": "point", "filled": True, "color": charts.BLUE, "size": 45},
            "encoding": {"x": x, "y": y, "tooltip": tooltip},
        },
        {
            "data": {"name": CHOSEN},
            "mark": {"type": "rule", "color": charts.ORANGE, "strokeWidth": 3, "strokeDash": [6, 3]},
            "encoding": {"x": x},
        },
    ]
    if measure == "gap":
        error = [
            {"calculate": f"datum.gap {sign} datum.gap_error", "as": name}
            for sign, name in (("-", "a"), ("+", "b"))
        ]
        layers.insert(
            0,
            {
                "data": {"name": ROWS},
                "transform": error,
                "mark": {"type": "rule", "color": charts.GREY, "strokeWidth": 2},
                "encoding": {"x": x, "y": charts.axis("a", title), "y2": {"field": "b"}},
            },
        )
    data = {ROWS: frame, CHOSEN: [{"k": int(k)}]}
    spec = {"config": charts.CONFIG, "layer": layers, "height": 210, "datasets": data}
    alt = f"{title} for each K; the line marks the chosen one. {reading}"
    st.vega_lite_chart(spec=spec, width="stretch", alt=alt, key=key)


def profile(frame, *, name: str, key: str) -> None:
    """Draw what sets one segment apart: its words above a bar of standard deviations from all students."""
    # Once its data is exchanged, a chart no longer has the rows in the order they came in: the place says it.
    ranked = frame.assign(place=range(len(frame)))
    rows = {"y": charts.axis("words", "", "nominal", sort={"field": "place", "op": "min"}, axis=None)}
    bar = {
        "mark": {"type": "bar", "height": 12, "yOffset": 9, "cornerRadius": 2},
        "encoding": {
            "x": charts.axis("strength", "Standard deviations from all students"),
            "color": COLOUR,
            "tooltip": [
                charts.axis("words", "What", "nominal"),
                charts.axis("difference", "Apart", "nominal"),
                charts.axis("strength", "Standard deviations", format="+.2f"),
            ],
        },
    }
    # Ink that both themes give; a fixed one would vanish on one of the backgrounds.
    said = {
        "mark": {"type": "text", "align": "left", "yOffset": -6, "fontSize": 12, "color": ink()},
        "encoding": {"x": {"value": 2}, "text": charts.axis("words", "", "nominal")},
    }
    zero = {
        "mark": {"type": "tick", "size": 18, "thickness": 2, "yOffset": 9, "color": charts.GREY},
        "encoding": {"x": {"datum": 0}},
    }
    spec = {"encoding": rows, "layer": [bar, zero, said], "height": 50 + 40 * len(frame)}
    charts.draw(spec, ranked, alt=f"What sets segment {name} apart from all students.", key=key)


def ink() -> str:
    """Return the colour of text on the viewer's background."""
    return "#E8EEF4" if st.context.theme.type == "dark" else "#0B1220"


def flat_map(view, *, alt: str, key: str):
    """Draw the map on two axes; return what is selected by pulling a box open, ``{}`` for nothing."""
    across, up = view.axes[:2]
    ends = {"scale": {"zero": False, "nice": False}, "axis": {"labels": False, "ticks": False, "grid": False}}
    drawn = _dots(across, up, ends) if view.shows_points else _squares(across, up, ends)
    letters = {
        "data": {"name": MARKS},
        "mark": {"type": "text", "fontSize": 18, "fontWeight": "bold", "color": ink()},
        "encoding": {
            "x": charts.axis("x", across, **ends),
            "y": charts.axis("y", up, **ends),
            "text": charts.axis("key", "", "nominal"),
        },
    }
    drawn["data"] = {"name": ROWS}
    drawn["params"] = [{"name": "box", "select": {"type": "interval", "encodings": ["x", "y"]}}]
    spec = {
        "config": charts.CONFIG,
        "layer": [drawn, letters],
        "height": MAP_HEIGHT,
        "datasets": {ROWS: view.rows, MARKS: view.marks},
    }
    event = st.vega_lite_chart(
        spec=spec, width="stretch", alt=alt, key=key, on_select="rerun", selection_mode="box"
    )
    return event.selection.get("box", {})


def _dots(across: str, up: str, ends: dict) -> dict:
    encoding = {"x": charts.axis("x", across, **ends), "y": charts.axis("y", up, **ends), "color": COLOUR}
    tooltip = [charts.axis("key", "Segment", "nominal")]
    mark = {"type": "circle", "size": 22, "opacity": 0.55}
    return {"mark": mark, "encoding": encoding | {"tooltip": tooltip}}


def _squares(across: str, up: str, ends: dict) -> dict:
    shade = charts.axis("n", "", legend=None, scale={"type": "log", "range": [0.2, 1]})
    tooltip = [charts.axis("key", "Most are in segment", "nominal"), charts.axis("n", "Students", format=",")]
    encoding = {
        "x": charts.axis("x1", across, **ends),
        "x2": {"field": "x2"},
        "y": charts.axis("y1", up, **ends),
        "y2": {"field": "y2"},
        "color": COLOUR,
        "opacity": shade,
        "tooltip": tooltip,
    }
    return {"mark": {"type": "rect"}, "encoding": encoding}


def deep_map(view, *, alt: str, key: str) -> None:
    """Draw the map on three axes, to be turned by hand; nothing can be selected on it."""
    traces = [
        {
            "type": "scatter3d",
            "mode": "markers",
            "name": f"Segment {letter}",
            **{axis: part[axis].tolist() for axis in "xyz"},
            "marker": {"size": 2 if view.shows_points else 4, "color": colour(int(part["colour"].iloc[0]))},
            "opacity": 0.7,
            "hoverinfo": "name",
        }
        for letter, part in view.rows.groupby("key")
    ]
    traces.append(
        {
            "type": "scatter3d",
            "mode": "text",
            **{name: view.marks[name].tolist() for name in "xyz"},
            "text": view.marks["key"].tolist(),
            "textfont": {"size": 18, "color": ink()},
            "showlegend": False,
            "hoverinfo": "skip",
        }
    )
    # The whole words would be cut off beside a turned axis; they stand under the map.
    scene = {
        f"{axis}axis": {"title": {"text": words.partition(" (")[0]}, "showticklabels": False}
        for axis, words in zip("xyz", view.axes, strict=True)
    }
    margin = dict.fromkeys("lrtb", 0)
    layout = {"scene": scene, "height": MAP_HEIGHT + 60, "margin": margin, "legend": {"orientation": "h"}}
    st.plotly_chart({"data": traces, "layout": layout}, width="stretch", alt=alt, key=key)
