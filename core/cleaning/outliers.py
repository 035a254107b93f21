"""The step that moves far-off numbers to the nearest number that is still usual."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

import narwhals.stable.v2 as nw

from core.cleaning.learned import of_columns, rises
from core.cleaning.means import finite
from core.cleaning.quantiles import medians, quantiles
from core.cleaning.step import State, Step, listed, need_numbers, readable
from core.errors import RecipeError
from core.frames import Frame

_STANDARD = 1.4826
"""The standard deviation of a normal distribution over its median distance from the median."""


@dataclass(frozen=True)
class CapOutliers(Step):
    """Move numbers beyond what is usual among the rows the recipe was fitted on to the limit of the usual.

    What ``strength`` counts depends on ``rule``: interquartile ranges beyond the quartiles (``iqr``), robust
    standard deviations from the median (``robust_z``; Iglewicz and Hoaglin, "How to Detect and Handle
    Outliers", 1993), or percent of the rows at each end (``percentile``). A column without values, with one
    value only, or where the rule finds no spread (half of the rows are equal), gets no limits.
    """

    kind: ClassVar[str] = "cap_outliers"
    in_folds: ClassVar[bool] = True
    columns: tuple[str, ...]
    rule: Literal["iqr", "robust_z", "percentile"] = "iqr"
    strength: float = 3.0

    def __post_init__(self) -> None:
        if self.rule == "percentile" and not 0 <= self.strength < 50:
            raise RecipeError(
                f"{self.kind} cannot cut {readable(self.strength)} percent off each end.",
                hint="Give a 'strength' from 0 to less than 50 for the rule 'percentile'.",
            )
        if self.strength < 0:
            raise RecipeError(
                f"{self.kind} cannot use the strength {readable(self.strength)}.",
                hint="Give a 'strength' of 0 or more; 3 is usual.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return self.columns

    def _learn(self, frame: Frame) -> State:
        need_numbers(frame, self.columns, where=self.kind)
        ends = {"iqr": self._fences, "robust_z": self._distances, "percentile": self._percentiles}
        found = ends[self.rule](frame) if self.columns else {}
        return {name: _limits(found.get(name, ())) for name in self.columns}

    def _can_have_learned(self, state: State) -> bool:
        return of_columns(state, self.columns, lambda ends: rises(ends) and len(ends) == 2)

    def _fences(self, frame: Frame) -> dict[str, Sequence[float]]:
        result: dict[str, Sequence[float]] = {}
        for name, places in quantiles(frame, self.columns, (0.25, 0.75)).items():
            quartiles = [place.value for place in places]
            if quartiles and quartiles[0] < quartiles[1]:
                reach = self.strength * (quartiles[1] - quartiles[0])
                result[name] = (quartiles[0] - reach, quartiles[1] + reach)
        return result

    def _distances(self, frame: Frame) -> dict[str, Sequence[float]]:
        known = {name: value for name, value in medians(frame, self.columns).items() if value is not None}
        if not known:
            return {}
        away = frame.select(*((finite(name) - value).abs().alias(name) for name, value in known.items()))
        spreads = medians(away, list(known))
        reach = {name: self.strength * _STANDARD * spread for name, spread in spreads.items() if spread}
        return {name: (known[name] - far, known[name] + far) for name, far in reach.items()}

    def _percentiles(self, frame: Frame) -> dict[str, Sequence[float]]:
        share = self.strength / 100
        found = quantiles(frame, self.columns, (share, 1 - share))
        return {name: [place.value for place in places] for name, places in found.items()}

    def _replay(self, frame: Frame, state: State) -> Frame:
        need_numbers(frame, self.columns, where=self.kind)
        limits = {name: state[name] for name in self.columns if state.get(name)}
        capped = [nw.col(name).cast(nw.Float64).clip(*ends) for name, ends in limits.items()]
        return frame.with_columns(*capped) if capped else frame

    def _says(self, state: State | None) -> str:
        beyond = {
            "iqr": f"further than {readable(self.strength)} interquartile ranges from the quartiles",
            "robust_z": f"further than {readable(self.strength)} robust standard deviations from the median",
            "percentile": f"in the outer {readable(self.strength)} percent at each end",
        }
        text = f"Move numbers of {listed(self.columns)} {beyond[self.rule]} to the limit"
        if not state:
            return text
        shown = [_shown(state.get(name)) for name in self.columns[:4]]
        return f"{text} ({', '.join(shown)}{', …' if len(self.columns) > 4 else ''})"


def _limits(ends: Sequence[float]) -> list[float] | None:
    """Return the lower and the upper limit, or None: not finite, or all numbers would become the same."""
    if not ends or not ends[0] < ends[1] or math.isinf(ends[0]) or math.isinf(ends[1]):
        return None
    return [ends[0] + 0.0, ends[1] + 0.0]


def _shown(limits: Sequence[float] | None) -> str:
    return f"{readable(limits[0])} to {readable(limits[1])}" if limits else "no limits"
