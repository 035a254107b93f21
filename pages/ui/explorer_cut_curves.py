"""The curves of the list, with the cut on them."""

from __future__ import annotations

import streamlit as st

from pages.ui import charts, text

SHARES, BENEFITS = ("Precision", "Recall"), ("Net benefit", "Listing everybody")
GUTTER = 44
"""Streamlit makes each part as wide as its place, so the labels at the left stand within it, in pixels."""
INSIDE = {"offset": -GUTTER, "domain": False, "ticks": False}
NUMBER = charts.axis(
    "n_listed", "Students listed", axis={"format": ",d"},
    scale={"range": [GUTTER, {"expr": "width - 16"}], "nice": False},
)  # fmt: skip
COLOURS, DASHES = [charts.BLUE, charts.ORANGE], [[1, 0], [6, 3]]
WORTH = "Net benefit: students found less false alarms, a false alarm weighed as the risk at the cut says."
ALT = (
    "Precision and recall with 95 % intervals, and net benefit, by the number of students listed; "
    "an upright line marks the cut."
)


def _line(field: str, name: str, names: tuple[str, str], form: str, scale: dict) -> dict:
    key = {"scale": {"domain": list(names), "range": COLOURS}, "title": None}
    return {
        "mark": {"type": "line", "strokeWidth": 2.5, "clip": True, "strokeDash": DASHES[names.index(name)]},
        "encoding": {
            "x": NUMBER,
            "y": charts.axis(field, "", scale=scale, axis={"format": form, **INSIDE}),
            "color": {"datum": name, **key, "legend": {"orient": "top"}},
            "tooltip": [charts.axis("n_listed", "Students listed", format=",d"),
                        charts.axis(field, name, format=".3f")],
        },
    }  # fmt: skip


def _band(name: str, colour: str) -> dict:
    ends = {"y": charts.axis(f"{name}_low", ""), "y2": {"field": f"{name}_high"}}
    return {"mark": {"type": "area", "color": colour, "opacity": 0.18}, "encoding": {"x": NUMBER, **ends}}


def _marks(fields: dict[str, str]) -> list[dict]:
    """The cut: an upright line, and a point on each curve; the only layers that a move changes."""
    data = {"data": {"name": "marker"}}
    rule = {"mark": {"type": "rule", "color": charts.GREY, "strokeWidth": 2}, "encoding": {"x": NUMBER}}
    points = [
        {
            **data,
            "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1, "color": colour,
                     "clip": True},
            "encoding": {"x": NUMBER, "y": charts.axis(field, "")},
        }
        for field, colour in fields.items()
    ]  # fmt: skip
    return [{**data, **rule}, *points]


UNIT, FROM = {"domain": [0, 1]}, {"domainMin": -0.05}
SPEC = {
    "data": {"name": "curves"},
    "config": charts.CONFIG,
    "vconcat": [
        {
            "height": 200,
            "layer": [
                _band("precision", COLOURS[0]), _band("recall", COLOURS[1]),
                _line("precision", "Precision", SHARES, ".0%", UNIT),
                _line("recall", "Recall", SHARES, ".0%", UNIT),
                *_marks({"precision": COLOURS[0], "recall": COLOURS[1]}),
            ],
        },
        {
            "height": 120,
            "layer": [
                _line("net_benefit", "Net benefit", BENEFITS, ".2f", FROM),
                _line("everyone", "Listing everybody", BENEFITS, ".2f", FROM),
                *_marks({"net_benefit": COLOURS[0]}),
            ],
        },
    ],
    "resolve": {"scale": {"color": "independent"}},
}  # fmt: skip
"""The same at every cut: the browser keeps the chart and moves the mark."""


def draw(found, marker) -> None:
    """One chart whose curves stay; a move sends the marker alone."""
    if found.is_empty:
        st.caption(text.md(found.why_empty))
        return
    data = {"curves": found.frame(), "marker": [marker] if marker else []}
    st.vega_lite_chart(None, {**SPEC, "datasets": data}, width="stretch", alt=ALT, key="cut_curves")
    st.caption(f"{text.md(found.words)} {WORTH}")
