"""Charts: each takes a result's small frame and draws it as a Vega-Lite spec; nothing is computed here.

Specs are plain dicts: the altair builder costs 10 to 43 ms a call, a dict under one.
"""

from dataclasses import dataclass
from typing import Any

import streamlit as st

BLUE, ORANGE, GREY = "#3B7DBF", "#DE7800", "#8A94A6"
"""Each stands out by 3:1 or more on the light background and on the dark one."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """What was drawn: enough to draw it again as a file."""

    spec: dict
    frame: Any
    alt: str


SMALL = 220
"""The height of a chart that stands beside others, in pixels."""


def draw(spec: dict, frame, *, alt: str, key: str | None = None) -> Drawn:
    """Show a spec over a frame, and return both; ``alt`` says in a sentence what there is to see."""
    whole = {"config": CONFIG, **spec}
    st.vega_lite_chart(frame, whole, width="stretch", alt=alt, key=key)
    return Drawn(whole, frame, alt)


CONFIG = {
    "axis": {"grid": True, "gridOpacity": 0.35, "labelFontSize": 12, "titleFontSize": 12},
    "view": {"stroke": None},
}


def axis(field: str, title: str, kind: str = "quantitative", **more) -> dict:
    """Return one encoding: a field, its title, and its kind."""
    return {"field": field, "type": kind, "title": title or None, **more}


def histogram(frame, *, title: str, alt: str, key: str | None = None, height: int = 240) -> Drawn:
    """Bars from ``low`` to ``high`` (numbers or days) with their ``height``, of ``n`` students each."""
    kind = "temporal" if frame["low"].dtype.kind == "M" else "quantitative"
    ends = {} if kind == "temporal" else {"format": ".4~g"}
    encoding = {
        "x": axis("low", title, kind, bin={"binned": True})
        if kind == "quantitative"
        else axis("low", title, kind),
        "x2": {"field": "high"},
        "y": axis("height", "Students"),
        "tooltip": [
            axis("low", "From", kind, **ends),
            axis("high", "To", kind, **ends),
            axis("n", "Students"),
        ],
    }
    # In a small chart the gaps between many bars would take all of them.
    mark = {"type": "bar", "color": BLUE, "binSpacing": 1 if height > SMALL else 0}
    return draw({"mark": mark, "encoding": encoding, "height": height}, frame, alt=alt, key=key)


def histogram_with_box(frame, box, *, title: str, alt: str, key: str | None = None) -> Drawn:
    """A histogram of numbers with its box above it, on the same line; five numbers of the box are drawn."""
    top, height, room = float(frame["height"].max()), 290, 50
    over = f"datum.value > {top!r}"
    hidden = {"condition": {"test": over, "value": 0}}
    ticks = {
        "labelExpr": f"{over} ? '' : datum.label", "gridOpacity": {**hidden, "value": 0.35},
        "tickOpacity": {**hidden, "value": 1}, "tickCount": 6,
    }  # fmt: skip
    ends = [axis("low", "From", format=".4~g"), axis("high", "To", format=".4~g"), axis("n", "Students")]
    encoding = {
        "x": axis("low", title, bin={"binned": True}),
        "x2": {"field": "high"},
        "y": axis(
            "height", "Students", axis=ticks,
            scale={"domain": [0, top * height / (height - room)], "nice": False},
        ),
        "tooltip": ends,
    }  # fmt: skip
    bars_ = {"mark": {"type": "bar", "color": BLUE}, "encoding": encoding}
    return draw(
        {"layer": [bars_, *_box(box, title, y=room / 2 - 4)], "height": height}, frame, alt=alt, key=key
    )


BOX = {
    "low_whisker": "Whisker from", "q25": "Lower quarter", "median": "Median", "q75": "Upper quarter",
    "high_whisker": "Whisker to",
}  # fmt: skip
"""The five numbers of a box, as they are called."""


def _box(box, title: str, *, y: float) -> list[dict]:
    """Return the layers of one box at a height of the chart, in pixels."""
    values = {"values": [{field: getattr(box, field) for field in BOX}]}
    tooltip = [axis(field, name, format=".4~g") for field, name in BOX.items()]

    def layer(mark: dict, low: str, high: str | None = None) -> dict:
        x = {"x": axis(low, title), **({"x2": {"field": high}} if high else {})}
        encoding = {**x, "y": {"value": y}, "tooltip": tooltip}
        return {"data": values, "mark": {"color": ORANGE, **mark}, "encoding": encoding}

    whisker, cap = {"type": "rule", "strokeWidth": 2}, {"type": "tick", "size": 12, "thickness": 2}
    return [
        layer(whisker, "low_whisker", "q25"),
        layer(whisker, "q75", "high_whisker"),
        layer(cap, "low_whisker"),
        layer(cap, "high_whisker"),
        layer(
            {"type": "bar", "size": 22, "fillOpacity": 0.25, "stroke": ORANGE, "strokeWidth": 2}, "q25", "q75"
        ),
        layer({"type": "tick", "size": 22, "thickness": 4}, "median"),
    ]


def bars(
    frame, *, category: str, value: str, title: str, alt: str, key: str | None = None, row: int = 24
) -> Drawn:
    """Horizontal bars in the order of the frame, each in a ``row`` of so many pixels."""
    encoding = {
        "y": axis(category, "", "nominal", sort=None, axis={"labelLimit": 260, "labelOverlap": False}),
        "x": axis(value, title),
        "tooltip": [axis(category, "Group", "nominal"), axis(value, title, format=".4~g")],
    }
    height = 90 + row * len(frame)
    return draw(
        {"mark": {"type": "bar", "color": BLUE}, "encoding": encoding, "height": height},
        frame,
        alt=alt,
        key=key,
    )


def heatmap(frame, *, alt: str, key: str | None = None) -> Drawn:
    """Squares of ``column_a`` by ``column_b``, coloured by ``value`` from -1 to 1, with the number in it."""
    order = list(dict.fromkeys(frame["column_a"]))
    base = {
        "x": axis(
            "column_a",
            "",
            "nominal",
            sort=order,
            axis={"labelAngle": -45, "labelLimit": 160, "labelOverlap": False},
        ),
        "y": axis("column_b", "", "nominal", sort=order, axis={"labelLimit": 180, "labelOverlap": False}),
    }
    colour = axis("value", "Strength", scale={"scheme": "blueorange", "domain": [-1, 1]})
    ink = {"condition": {"test": "abs(datum.value) > 0.6", "value": "white"}, "value": "#0B1220"}
    tooltip = [
        axis("column_a", "Column", "nominal"),
        axis("column_b", "With", "nominal"),
        axis("value", "Strength", format=".2f"),
        axis("method", "Method", "nominal"),
    ]
    layers = [
        {"mark": "rect", "encoding": {"color": colour, "tooltip": tooltip}},
        {
            "mark": {"type": "text", "fontSize": 10},
            "encoding": {"text": axis("value", "", format=".1f"), "color": ink},
        },
    ]
    return draw({"encoding": base, "layer": layers, "height": 130 + 24 * len(order)}, frame, alt=alt, key=key)


def curve(
    frame,
    *,
    x: str,
    y: str,
    x_title: str,
    y_title: str,
    alt: str,
    diagonal: bool = False,
    key: str | None = None,
) -> None:
    """A line through the points of the frame over the unit square."""
    unit = {"domain": [0, 1]}
    encoding = {
        "x": axis(x, x_title, scale=unit),
        "y": axis(y, y_title, scale=unit),
        "tooltip": [axis(x, x_title, format=".2f"), axis(y, y_title, format=".2f")],
    }
    layers = [
        {
            "mark": {"type": "line", "color": BLUE, "strokeWidth": 2.5, "point": {"size": 14}},
            "encoding": encoding,
        }
    ]
    if diagonal:
        corner = {"values": [{"a": 0, "b": 0}, {"a": 1, "b": 1}]}
        lines = {"x": axis("a", x_title), "y": axis("b", y_title)}
        layers.append(
            {"data": corner, "mark": {"type": "line", "strokeDash": [4, 4], "color": GREY}, "encoding": lines}
        )
    draw({"layer": layers, "height": 280}, frame, alt=alt, key=key)


def line_with_band(
    frame, *, x: str, y: str, title: str, alt: str, as_percent: bool = False, key: str | None = None
) -> Drawn:
    """A line over periods in the order of the frame, each with its interval from ``low`` to ``high``."""
    form = {"format": ".0%" if as_percent else ".4~g"}
    base = {"x": axis(x, "", "ordinal", sort=None, axis={"labelAngle": -40, "labelOverlap": True})}
    value = axis(y, title, scale={"zero": as_percent}, axis=form)
    tooltip = [
        axis(x, "Period", "nominal"), axis("n", "Students", format=","), axis(y, title, **form),
        axis("low", "Interval from", **form), axis("high", "to", **form),
    ]  # fmt: skip
    layers = [
        {
            "mark": {"type": "rule", "color": BLUE, "opacity": 0.5},
            "encoding": {"y": axis("low", title), "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "line", "color": BLUE, "point": {"filled": True, "size": 50}},
            "encoding": {"y": value, "tooltip": tooltip},
        },
    ]
    return draw({"encoding": base, "layer": layers, "height": 300}, frame, alt=alt, key=key)


def forest(frame, *, alt: str, key: str | None = None) -> None:
    """Odds ratios with their intervals on a log scale, and the line of no difference."""
    scale = {"type": "log"}
    named = [{"calculate": "datum.label + ': ' + datum.comparison", "as": "what"}]
    base = {"y": axis("what", "", "nominal", sort=None, axis={"labelLimit": 420, "labelOverlap": False})}
    dots = {
        "x": axis("odds_ratio", "Odds ratio (log scale)", scale=scale),
        "tooltip": [
            axis("what", "Compared", "nominal"),
            axis("odds_ratio", "Odds ratio", format=".2f"),
            axis("low", "From", format=".2f"),
            axis("high", "To", format=".2f"),
        ],
    }
    layers = [
        {
            "mark": {"type": "rule", "color": BLUE},
            "encoding": {"x": axis("low", "", scale=scale), "x2": {"field": "high"}},
        },
        {"mark": {"type": "point", "filled": True, "size": 60, "color": BLUE}, "encoding": dots},
        {
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": GREY},
            "encoding": {"x": {"datum": 1}, "y": {"value": 0}, "y2": {"value": "height"}},
        },
    ]
    draw(
        {"transform": named, "encoding": base, "layer": layers, "height": 24 * len(frame) + 60},
        frame,
        alt=alt,
        key=key,
    )


def calibration(frame, *, alt: str, key: str | None = None) -> None:
    """Observed share against mean risk, with intervals, and the line where both agree."""
    unit = {"domain": [0, 1]}
    x = axis("mean_risk", "Mean risk in the bin", scale=unit)
    dots = {
        "x": x,
        "y": axis("frac_observed", "Observed share", scale=unit),
        "tooltip": [
            axis("mean_risk", "Mean risk", format=".0%"),
            axis("frac_observed", "Observed", format=".0%"),
            axis("low", "From", format=".0%"),
            axis("high", "To", format=".0%"),
            axis("n", "Students"),
        ],
    }
    bars_ = {"x": x, "y": axis("low", "Observed share", scale=unit), "y2": {"field": "high"}}
    corner = {"values": [{"a": 0, "b": 0}, {"a": 1, "b": 1}]}
    lines = {"x": axis("a", "Mean risk in the bin"), "y": axis("b", "Observed share")}
    layers = [
        {"data": corner, "mark": {"type": "line", "strokeDash": [4, 4], "color": GREY}, "encoding": lines},
        {"mark": {"type": "rule", "color": BLUE}, "encoding": bars_},
        {"mark": {"type": "point", "filled": True, "size": 70, "color": BLUE}, "encoding": dots},
    ]
    draw({"layer": layers, "height": 280}, frame, alt=alt, key=key)


def contributions(frame, *, alt: str, key: str | None = None) -> None:
    """Bars to the right for what raises the risk, to the left for what lowers it; words beside colour."""
    raises = {"test": "datum.contribution > 0", "value": ORANGE}
    encoding = {
        "y": axis("label", "", "nominal", sort=None, axis={"labelLimit": 240, "labelOverlap": False}),
        "x": axis("contribution", "Lowers the risk (left) or raises it (right), in log-odds"),
        "color": {"condition": raises, "value": BLUE},
        "tooltip": [
            axis("label", "What", "nominal"),
            axis("value", "Value", "nominal"),
            axis("typical", "Typical", "nominal"),
            axis("contribution", "Log-odds", format="+.2f"),
        ],
    }
    draw({"mark": "bar", "encoding": encoding, "height": 24 * len(frame) + 60}, frame, alt=alt, key=key)
