"""What every fill of gaps shares: the columns, what it says, and a column that remembers the gap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import narwhals.stable.v2 as nw

from core.cleaning.step import State, Step, listed, readable
from core.errors import StepFailed, WrongKind
from core.frames import Frame, column_names
from core.schema import Column, Kind, Role, Schema


@dataclass(frozen=True)
class Fill(Step):
    """A step that fills the gaps of columns and may add a column for each that says where they were."""

    columns: tuple[str, ...]
    was_missing: bool = field(default=False, kw_only=True)
    """Add a column ``<name>_was_missing`` (1.0 where there was a gap) for each filled column."""

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    @property
    def changes(self) -> tuple[str, ...]:
        return self.columns

    def schema_after(self, schema: Schema) -> Schema:
        if not self.was_missing:
            return schema
        named = [schema.column(name) for name in self.columns]
        return Schema((*schema, *(_gap_column(column) for column in named)))

    def _filled(self, frame: Frame, values: State) -> Frame:
        """Return the frame with each column's gaps filled by one value; a value of None leaves them."""
        known = [name for name in self.columns if values.get(name) is not None]
        for name in known:
            self._need_fitting(frame, name, values[name])
        return self._with(frame, [self._open(frame, name).fill_null(values[name]) for name in known])

    def _need_fitting(self, frame: Frame, name: str, value: float | str) -> None:
        """Do nothing if the column can take the value; raises WrongKind."""
        is_number = frame.collect_schema()[name].is_numeric()
        if is_number == isinstance(value, str):
            holds = "numbers" if is_number else "no numbers"
            raise WrongKind(
                f"The gaps of '{name}' cannot be filled with '{value}': it holds {holds}.",
                hint="Give a number for number columns and a text for text columns.",
            )

    def _open(self, frame: Frame, name: str) -> nw.Expr:
        """Return the column as it can take a value: whole numbers may get a value between them."""
        is_number = frame.collect_schema()[name].is_numeric()
        return nw.col(name).cast(nw.Float64) if is_number else nw.col(name)

    def _with(self, frame: Frame, filled: Sequence[nw.Expr | nw.Series[Any]]) -> Frame:
        """Return the frame with these columns, and with the columns that remember the gaps."""
        gaps = []
        for name in self.columns if self.was_missing else ():
            if _gap_name(name) in column_names(frame):
                raise StepFailed(
                    f"The table already has a column '{_gap_name(name)}', which {self.kind} wants to add.",
                    hint="Switch 'was_missing' off for this step, or leave that column out before it.",
                )
            gaps.append(nw.col(name).is_null().cast(nw.Float64).alias(_gap_name(name)))
        return frame.with_columns(*filled, *gaps) if filled or gaps else frame


def _gap_name(column: str) -> str:
    return f"{column}_was_missing"


def _gap_column(column: Column) -> Column:
    role = column.role if column.role is not Role.BARRIER else Role.FEATURE
    return Column(
        _gap_name(column.name),
        Kind.FLAG,
        role,
        label=f"{column.title} was missing",
        reason=f"added when the gaps of '{column.name}' were filled",
    )


def need_values(frame: Frame, columns: Sequence[str], *, where: str, hint: str) -> None:
    """Do nothing if all ``columns`` hold text or numbers; raises WrongKind naming the first that does not."""
    held = frame.collect_schema()
    for name in columns:
        if not (held[name].is_numeric() or held[name] == nw.String):
            raise WrongKind(
                f"The column '{name}' holds neither text nor numbers, which {where} needs.", hint=hint
            )


def plain(value: Any) -> Any:
    """Return a value fit for JSON: not a number as None, and one zero instead of two."""
    if value is None or isinstance(value, str):
        return value
    number = float(value)
    return number + 0.0 if math.isfinite(number) else None


def fill_text(columns: tuple[str, ...], state: State | None, *, one: str, many: str) -> str:
    """Say which gaps are filled with what; ``state`` holds one value a column."""
    text = f"Fill the gaps of {listed(columns)} with {one if len(columns) == 1 else many}"
    if not state:
        return text
    values = [value_text(state.get(name)) for name in columns[:4]]
    return f"{text} ({', '.join(values)}{', …' if len(columns) > 4 else ''})"


def value_text(value: Any) -> str:
    """Say a learned value.

    >>> value_text(2.5), value_text("own"), value_text(None)
    ('2.5', 'own', 'nothing known')
    """
    return "nothing known" if value is None else value if isinstance(value, str) else readable(value)
