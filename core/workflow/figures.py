"""The figures behind a chart as a file that a spreadsheet shows and never runs."""

from __future__ import annotations

import pandas as pd

from core.caseload.access import Action, Actor, require
from core.cleaning.export import to_csv_bytes
from core.workflow.requests import TrainingRequest


def figures_csv(actor: Actor, request: TrainingRequest, table: pd.DataFrame) -> bytes:
    """Return the figures of Explore as CSV, formulas made harmless; raises Forbidden."""
    require(actor, Action.EXPLORE, synthetic=request.table.is_demo)
    return to_csv_bytes(table)
