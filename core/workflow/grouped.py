"""Whose students stay together in the folds, such as those of one household."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import ColumnNotFound


def groups_of(frame: pd.DataFrame, column: str) -> NDArray[np.object_] | None:
    """Return a text a row, empty for nobody's; None where no column is named. Raises ColumnNotFound."""
    if not column:
        return None
    if column not in frame:
        raise ColumnNotFound.of(column, [str(name) for name in frame], where="the table")
    values = frame[column]
    return np.where(values.isna(), "", values.astype(str)).astype(object)
