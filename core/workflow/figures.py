"""What stands behind a chart as files: figures that a spreadsheet shows and never runs, and a picture."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.cleaning.export import to_csv_bytes
from core.workflow.requests import TrainingRequest

VEGA_LITE = "6.4"
"""The language that the charts are written in, as the screen reads it."""
WIDTH = 760
"""How wide the picture of a chart is that fills its place on the screen, in pixels without its titles."""


def figures_csv(actor: Actor, request: TrainingRequest, table: pd.DataFrame) -> bytes:
    """Return the figures of Explore as CSV, formulas made harmless; raises Forbidden."""
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    return to_csv_bytes(table)


def chart_svg(
    actor: Actor, request: TrainingRequest, spec: Mapping[str, Any], table: pd.DataFrame, *, alt: str
) -> bytes:
    """Return a chart of Explore over its table as SVG, on white; nothing is fetched for it.

    ``alt`` is what a screen reader says. Raises Forbidden.
    """
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    # Loaded when it is needed: few ever save a picture, and it brings an engine of its own.
    import vl_convert

    rows = json.loads(table.to_json(orient="records", date_format="iso"))
    whole = {"width": WIDTH, **spec, "data": {"values": rows}}
    drawn = vl_convert.vegalite_to_svg(whole, vl_version=VEGA_LITE, allowed_base_urls=[])
    said = f'<svg role="img" aria-label="{html.escape(alt)}" '
    return drawn.replace("<svg ", said, 1).encode("utf-8")
