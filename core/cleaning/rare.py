"""The step that puts rare categories together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

import narwhals.stable.v2 as nw

from core import frames
from core.cleaning.distinct import rewrite
from core.cleaning.learned import of_columns
from core.cleaning.step import State, Step, listed, shown
from core.errors import RecipeError, WrongKind
from core.frames import Frame


@dataclass(frozen=True)
class CombineRare(Step):
    """Write all categories with few rows among those the recipe was fitted on as one; missing stays missing.

    A category that appears in new rows only is rare too.
    """

    kind: ClassVar[str] = "combine_rare"
    in_folds: ClassVar[bool] = True
    columns: tuple[str, ...]
    at_least: int = 10
    """The number of rows that a category needs to be kept."""
    into: str = "other"

    def __post_init__(self) -> None:
        if self.at_least < 1:
            raise RecipeError(
                f"{self.kind} cannot keep categories with at least {self.at_least} rows.",
                hint="Give 'at_least' as 1 or more; with 1, only categories of new rows are rare.",
            )
        if not self.into:
            raise RecipeError(
                f"{self.kind} needs a name for the rare categories.",
                hint="Set 'into', for example to 'other'.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def _learn(self, frame: Frame) -> State:
        self._need_text(frame)
        return {name: self._kept(frame, name) for name in self.columns}

    def _kept(self, frame: Frame, name: str) -> list[str]:
        """Return the categories with enough rows, in the order of the alphabet; a Spark job."""
        known = frame.select(name).filter(~nw.col(name).is_null())
        counts = known.group_by(name).agg(__n__=nw.len())
        kept = frames.collect(counts.filter(nw.col("__n__") >= self.at_least).select(name))
        return sorted(kept[name])

    def _can_have_learned(self, state: State) -> bool:
        return of_columns(
            state, self.columns, lambda kept: isinstance(kept, list) and {type(one) for one in kept} <= {str}
        )

    def _replay(self, frame: Frame, state: State) -> Frame:
        self._need_text(frame)
        for name in self.columns:
            frame = rewrite(frame, [name], partial(self._combined, kept=state.get(name, [])))
        return frame

    def _combined(self, text: nw.Expr, *, kept: Sequence[str]) -> nw.Expr:
        usual = nw.when(text.is_in(kept) | text.is_null())
        return usual.then(text).otherwise(nw.lit(self.into))

    def _need_text(self, frame: Frame) -> None:
        held = frame.collect_schema()
        for name in self.columns:
            if held[name] != nw.String:
                raise WrongKind(
                    f"The column '{name}' does not hold text, which {self.kind} needs.",
                    hint="Put numbers into bins first (bin_numbers), or leave the column out.",
                )

    def _says(self, state: State | None) -> str:
        text = f"Write categories of {listed(self.columns)} with fewer than {self.at_least:,} rows as "
        text += shown(self.into)
        if not state:
            return text
        counts = [f"{len(state.get(name, [])):,} kept" for name in self.columns[:4]]
        return f"{text} ({', '.join(counts)}{', …' if len(self.columns) > 4 else ''})"
