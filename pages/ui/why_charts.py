"""Charts of what stands behind the risks: what columns are worth, one column's curve, the deletion test."""

from __future__ import annotations

from pages.ui import charts

DASHED = [5, 4]
PALE = {"opacity": 0.22, "color": charts.GREY}


def importance(frame, *, alt: str, key: str) -> None:
    """What ROC-AUC falls by without each column, with its interval, and the line of no fall."""
    title = "ROC-AUC falls by"
    x = {"axis": {"format": ".2f", "tickCount": 5}}
    tooltip = [
        charts.axis("label", "Column", "nominal"),
        charts.axis("drop", title, format=".4f"),
        charts.axis("low", "From", format=".4f"),
        charts.axis("high", "To", format=".4f"),
        charts.axis("spread", "Spread by chance", format=".4f"),
    ]
    layers = [
        {
            "mark": {"type": "rule", "strokeDash": DASHED, "color": charts.GREY},
            "encoding": {"x": {"datum": 0}, "y": {"value": 0}, "y2": {"value": "height"}},
        },
        {
            "mark": {"type": "rule", "color": charts.BLUE},
            "encoding": {"x": charts.axis("low", title, **x), "x2": {"field": "high"}},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1, "color": charts.BLUE},
            "encoding": {"x": charts.axis("drop", title, **x), "tooltip": tooltip},
        },
    ]
    base = {"y": charts.axis("label", "", "nominal", sort=None, axis=_labels())}
    charts.draw({"encoding": base, "layer": layers, "height": 26 * len(frame) + 60}, frame, alt=alt, key=key)


def curve(found, *, alt: str, key: str) -> None:
    """The mean risk along a number with the band of the models, single students, and where students are."""
    unit = f" ({found.unit})" if found.unit else ""
    x_title, y_title = f"{found.label}{unit}", "Mean risk"
    x = charts.axis("value", x_title, scale={"zero": False, "nice": False})
    y = charts.axis("risk", y_title, scale={"domainMin": 0}, axis={"format": "%"})
    marks = {"values": [{"value": value} for value in found.marks]}
    layers = [
        {
            "data": {"values": found.lines.to_dict("records")},
            "mark": {"type": "line", "strokeWidth": 1, **PALE},
            "encoding": {"x": x, "y": y, "detail": charts.axis("line", "", "nominal")},
        },
        {
            "mark": {"type": "area", "opacity": 0.25, "color": charts.BLUE},
            "encoding": {"x": x, "y": charts.axis("low", y_title), "y2": {"field": "high"}},
        },
        {
            "mark": {"type": "line", "color": charts.BLUE, "strokeWidth": 2.5},
            "encoding": {"x": x, "y": y},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 45, "opacity": 1},
            "encoding": {"x": x, "y": y, "color": _thin(), "tooltip": _tooltip(found.label)},
        },
        {
            "data": marks,
            "mark": {
                "type": "tick",
                "orient": "vertical",
                "thickness": 2,
                "size": 12,
                "color": charts.ORANGE,
            },
            "encoding": {"x": x, "y": {"value": "height"}},
        },
    ]
    charts.draw({"layer": layers, "height": 320}, found.curve, alt=alt, key=key)


def levels(found, *, alt: str, key: str) -> None:
    """The mean risk by value with the range of the models, and single students as ticks."""
    title = "Mean risk"
    x = charts.axis("risk", title, scale={"domainMin": 0}, axis={"format": "%", "tickCount": 5})
    base = {"y": charts.axis("said", "", "nominal", sort=found.curve["said"].tolist(), axis=_labels())}
    layers = [
        {
            "data": {"values": found.lines.to_dict("records")},
            "mark": {"type": "tick", "thickness": 1, "size": 12, **PALE},
            "encoding": {"x": x},
        },
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"x": charts.axis("low", title), "x2": {"field": "high"}, "color": _thin()},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
            "encoding": {"x": x, "color": _thin(), "tooltip": _tooltip(found.label)},
        },
    ]
    height = 34 * len(found.curve) + 60
    charts.draw({"encoding": base, "layer": layers, "height": height}, found.curve, alt=alt, key=key)


def deletion(frame, *, alt: str, key: str) -> None:
    """How far the risk falls without the first reasons, and without as many other columns."""
    kinds = list(dict.fromkeys(frame["kind"]))
    legend = {"orient": "top", "title": None, "direction": "vertical", "symbolOpacity": 1, "labelLimit": 300}
    look = {
        "color": charts.axis(
            "kind", "", "nominal", legend=legend,
            scale={"domain": kinds, "range": [charts.BLUE, charts.ORANGE, charts.GREY]},
        ),
        "shape": charts.axis("kind", "", "nominal", legend=legend, scale={"domain": kinds}),
    }  # fmt: skip
    x = charts.axis("k", "Facts replaced", "ordinal", axis={"labelAngle": 0})
    y_title = "The risk falls by (mean)"
    tooltip = [
        charts.axis("kind", "Without", "nominal"), charts.axis("k", "Facts replaced"),
        charts.axis("fall", "The risk falls by", format=".1%"), charts.axis("low", "From", format=".1%"),
        charts.axis("high", "To", format=".1%"),
    ]  # fmt: skip
    layers = [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"y": charts.axis("low", y_title), "y2": {"field": "high"}, "color": look["color"]},
        },
        {
            "mark": {"type": "line", "strokeWidth": 2},
            "encoding": {"y": _fall(y_title), "color": look["color"]},
        },
        {
            "mark": {"type": "point", "filled": True, "size": 80, "opacity": 1},
            "encoding": {"y": _fall(y_title), "tooltip": tooltip, **look},
        },
    ]
    charts.draw({"encoding": {"x": x}, "layer": layers, "height": 390}, frame, alt=alt, key=key)


def _fall(title: str) -> dict:
    return charts.axis("fall", title, axis={"format": "%", "tickCount": 6})


def _thin() -> dict:
    """Grey where few students are, blue elsewhere."""
    return {"condition": {"test": "datum.is_thin", "value": charts.GREY}, "value": charts.BLUE}


def _tooltip(label: str) -> list[dict]:
    return [
        charts.axis("said", label, "nominal"),
        charts.axis("risk", "Mean risk", format=".1%"),
        charts.axis("low", "Lowest of the models", format=".1%"),
        charts.axis("high", "Highest of the models", format=".1%"),
        charts.axis("n", "Students near it", format=","),
    ]


def _labels() -> dict:
    return {"labelLimit": 230, "labelOverlap": False, "labelFlush": False}
