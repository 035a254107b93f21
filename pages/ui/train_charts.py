"""Charts of the Train page: gain, decision, thresholds and learning; each draws a result's small frame."""

from pages.ui import charts

HEIGHT, WITH_LEGEND = 280, 330
DASHED = [5, 4]


def gain(frame, *, alt: str, key: str) -> None:
    """The share found by the share listed, with its band, and what chance would find."""
    unit, x_title, y_title = (
        {"domain": [0, 1]},
        "Listed among all students",
        "Found among those with the outcome",
    )
    x = charts.axis("frac_listed", x_title, scale=unit, axis={"format": "%"})
    tooltip = [
        charts.axis("frac_listed", "Listed", format=".0%"), charts.axis("recall", "Found", format=".0%"),
        charts.axis("low", "From", format=".0%"), charts.axis("high", "To", format=".0%"),
        charts.axis("lift", "Lift", format=".2f"), charts.axis("lift_low", "Lift from", format=".2f"),
        charts.axis("lift_high", "Lift to", format=".2f"),
    ]  # fmt: skip
    y = charts.axis("recall", y_title, scale=unit, axis={"format": "%"})
    corner = {"values": [{"a": 0, "b": 0}, {"a": 1, "b": 1}]}
    layers = [
        {
            "data": corner,
            "mark": {"type": "line", "strokeDash": DASHED, "color": charts.GREY},
            "encoding": {"x": charts.axis("a", x_title), "y": charts.axis("b", y_title)},
        },
        _band(x, charts.axis("low", y_title, scale=unit)),
        {"mark": _line(point=True), "encoding": {"x": x, "y": y, "tooltip": tooltip}},
    ]
    charts.draw({"layer": layers, "height": HEIGHT}, frame, alt=alt, key=key)


def decision(frame, *, alt: str, key: str) -> None:
    """The net benefit of the list with its band, of supporting everybody, and of supporting nobody."""
    x = charts.axis("threshold", "Support from this risk on", axis={"format": "%"})
    scale = {"domainMin": -0.05}
    title = "Net benefit a student"
    domain = {
        "domain": ["the list", "everybody", "nobody"],
        "range": [charts.BLUE, charts.ORANGE, charts.GREY],
    }
    fields = {"net_benefit": "the list", "everyone": "everybody", "nobody": "nobody"}
    layers = [_band(x, charts.axis("low", title, scale=scale))]
    for field, name in fields.items():
        colour = {"datum": name, "type": "nominal", "scale": domain, "legend": _legend("Supporting")}
        mark = _line(clip=True) if field == "net_benefit" else _line(clip=True, strokeDash=DASHED)
        encoding = {"x": x, "y": charts.axis(field, title, scale=scale), "color": colour}
        layers.append({"mark": mark, "encoding": {**encoding, "tooltip": _decision_tooltip()}})
    charts.draw({"layer": layers, "height": WITH_LEGEND}, frame, alt=alt, key=key)


def _decision_tooltip() -> list[dict]:
    return [
        charts.axis("threshold", "From a risk of", format=".0%"),
        charts.axis("net_benefit", "The list", format=".3f"),
        charts.axis("low", "From", format=".3f"),
        charts.axis("high", "To", format=".3f"),
        charts.axis("everyone", "Everybody", format=".3f"),
    ]


def thresholds(frame, *, alt: str, key: str) -> None:
    """Precision, recall and false alarms by the cut, each with its band; told apart by dashes too."""
    names = ["precision", "recall", "false alarms"]
    colours = {"domain": names, "range": [charts.BLUE, charts.ORANGE, charts.GREY]}
    dashes = {"domain": names, "range": [[1, 0], [8, 3], [2, 3]]}
    unit, legend = {"domain": [0, 1]}, _legend("Share")
    x = charts.axis("threshold", "Risk from which a student is listed", scale=unit, axis={"format": "%"})
    base = {
        "x": x,
        "color": charts.axis("measure", "Share", "nominal", scale=colours, legend=legend),
    }
    line = {
        "y": charts.axis("value", "Share of students", scale=unit, axis={"format": "%"}),
        "strokeDash": charts.axis("measure", "Share", "nominal", scale=dashes, legend=legend),
        "tooltip": [
            charts.axis("measure", "Share", "nominal"), charts.axis("threshold", "Cut", format=".0%"),
            charts.axis("value", "Value", format=".0%"), charts.axis("low", "From", format=".0%"),
            charts.axis("high", "To", format=".0%"),
        ],
    }  # fmt: skip
    layers = [
        {
            "mark": {"type": "area", "opacity": 0.15},
            "encoding": {"y": charts.axis("low", "Share of students", scale=unit), "y2": {"field": "high"}},
        },
        {"mark": {"type": "line", "strokeWidth": 2.5}, "encoding": line},
    ]
    charts.draw({"encoding": base, "layer": layers, "height": WITH_LEGEND}, frame, alt=alt, key=key)


def learning(frame, *, alt: str, key: str) -> None:
    """ROC-AUC by the number of training students, with its band, beside that on the training students."""
    scale, title = {"zero": False}, "ROC-AUC"
    x = charts.axis("n_students", "Training students", axis={"format": ",.0f", "tickCount": 5})
    kinds = {"domain": ["other students", "training students"], "range": [charts.BLUE, charts.ORANGE]}
    tooltip = [
        charts.axis("n_students", "Training students", format=",.0f"),
        charts.axis("roc_auc", "Other students", format=".3f"), charts.axis("low", "From", format=".3f"),
        charts.axis("high", "To", format=".3f"), charts.axis("train_auc", "Training students", format=".3f"),
    ]  # fmt: skip
    layers = [_band(x, charts.axis("low", title, scale=scale))]
    for field, name in (("roc_auc", "other students"), ("train_auc", "training students")):
        colour = {"datum": name, "type": "nominal", "scale": kinds, "legend": _legend("Measured on")}
        mark = _line(point=True) if field == "roc_auc" else _line(strokeDash=DASHED)
        encoding = {"x": x, "y": charts.axis(field, title, scale=scale), "color": colour, "tooltip": tooltip}
        layers.append({"mark": mark, "encoding": encoding})
    charts.draw({"layer": layers, "height": WITH_LEGEND}, frame, alt=alt, key=key)


def _line(**more) -> dict:
    return {"type": "line", "color": charts.BLUE, "strokeWidth": 2.5, **more}


def _band(x: dict, low: dict) -> dict:
    """Return the layer of an interval from ``low`` to ``high``."""
    mark = {"type": "area", "opacity": 0.2, "color": charts.BLUE, "clip": True}
    return {"mark": mark, "encoding": {"x": x, "y": low, "y2": {"field": "high"}}}


def _legend(title: str) -> dict:
    return {"orient": "top", "title": title, "symbolType": "stroke", "symbolOpacity": 1}
