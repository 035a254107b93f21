"""The step that adds a column calculated from others of the same row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import narwhals.stable.v2 as nw

from core.cleaning.expressions import expression_of, on
from core.cleaning.step import State, Step, listed, need_own_name
from core.errors import RecipeError, StepFailed
from core.frames import Frame, column_names
from core.schema import Column, Kind, Role, Schema


@dataclass(frozen=True)
class DeriveColumn(Step):
    """Add a column of numbers, or of yes (1) and no (0) from a condition; missing where a part of it is."""

    kind: ClassVar[str] = "derive_column"
    column: str
    """The name of the new column."""
    expression: str
    """Such as ``mean(math score, reading score)`` or ``absences > 10``."""

    def __post_init__(self) -> None:
        expression_of(self.expression)
        need_own_name(self.column)
        if not self.column.strip():
            raise RecipeError(
                "derive_column needs a name for the new column.",
                hint="Set 'column' to a name that the table does not have yet.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return expression_of(self.expression).columns

    @property
    def changes(self) -> tuple[str, ...]:
        return ()

    def schema_after(self, schema: Schema) -> Schema:
        kind = Kind.FLAG if expression_of(self.expression).is_condition else Kind.NUMBER
        role = _role(column.role for column in schema if column.name in self.needs)
        reason = f"derived from {listed(self.needs)}"
        return Schema((*schema, Column(self.column, kind, role, reason=reason)))

    def _learn(self, frame: Frame) -> State:
        self._derived(frame)
        return {}

    def _replay(self, frame: Frame, state: State) -> Frame:
        return frame.with_columns(self._derived(frame))

    def _derived(self, frame: Frame) -> nw.Expr:
        """Return the new column; raises StepFailed where there is one of its name."""
        if self.column in column_names(frame):
            raise StepFailed(
                f"The table already has a column '{self.column}', which derive_column wants to add.",
                hint="Give the new column another name.",
            )
        return on(frame, expression_of(self.expression)).alias(self.column)

    def _says(self, state: State | None) -> str:
        expression = expression_of(self.expression)
        whether = "whether " if expression.is_condition else ""
        return f"Add the column '{self.column}': {whether}{expression.describe()}"


def _role(roles: Iterable[Role]) -> Role:
    """Return the role of what is made from columns with these: never one that lets more be done with it."""
    held = set(roles)
    if Role.PROTECTED in held:
        return Role.PROTECTED
    if Role.OUTCOME in held:
        return Role.OUTCOME
    private = {Role.STUDENT_ID, Role.NAME, Role.CONTACT, Role.IGNORED}
    return Role.IGNORED if held & private else Role.FEATURE
