"""What is selected for a column, and how it comes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

Expression = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Wire:
    """One expression that is selected for a column, and the Arrow type that it comes in."""

    expression: Expression
    type: Any
