"""How a column is spread before and after a step: outlines are before, filled bars after."""

import streamlit as st

from pages.ui import charts

BEFORE = {
    "transform": [{"filter": "datum.when === 'Before' && datum.n > 0"}],
    "mark": {"type": "bar", "fillOpacity": 0, "stroke": charts.ORANGE, "strokeWidth": 2},
}
AFTER = {
    "transform": [{"filter": "datum.when === 'After' && datum.n > 0"}],
    "mark": {"type": "bar", "color": charts.BLUE, "opacity": 0.75},
}


def before_after(shown, *, alt: str, key: str) -> None:
    """Draw the bars after a step, and the outlines of the bars before it over them."""
    encoding, height = _on_a_line(shown) if shown.is_histogram else _categories(shown)
    spec = {"encoding": encoding, "layer": [AFTER, BEFORE], "height": height}
    charts.draw(spec, shown.bars, alt=alt, key=key)
    st.caption("Filled: after the step. Outline: before it.")


def _on_a_line(shown) -> tuple[dict, int]:
    """Return how numbers are drawn, and how high."""
    ends = [charts.axis("low", "From", format=".4~g"), charts.axis("high", "To", format=".4~g")]
    encoding = {
        "x": charts.axis("low", shown.title, bin={"binned": True}),
        "x2": {"field": "high"},
        "y": charts.axis("n", "Rows", stack=None),
        "tooltip": [charts.axis("when", "When", "nominal"), *ends, charts.axis("n", "Rows", format=",")],
    }
    return encoding, 200


def _categories(shown) -> tuple[dict, int]:
    """Return how categories are drawn, and how high."""
    encoding = {
        "y": charts.axis("label", "", "nominal", sort=None, axis={"labelLimit": 200, "labelOverlap": False}),
        "x": charts.axis("n", "Rows", stack=None),
        "tooltip": [
            charts.axis("when", "When", "nominal"),
            charts.axis("label", "Value", "nominal"),
            charts.axis("n", "Rows", format=","),
        ],
    }
    return encoding, 60 + 24 * (len(shown.bars) // 2)
