"""The step that fills gaps with what is usual in the row's own group."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import narwhals.stable.v2 as nw
import pandas as pd

from core import frames
from core.cleaning.fill import Fill, need_values, plain, value_text
from core.cleaning.learned import is_number, is_value, of_columns
from core.cleaning.means import grids, means
from core.cleaning.missing import NO_DATES, answers, mode
from core.cleaning.quantiles import Quantile, medians
from core.cleaning.step import State, listed, need_numbers, shortest, shown
from core.errors import RecipeError, StepFailed
from core.frames import Frame

_ENOUGH = 5
"""Known values that a group needs: what fewer of them say is about these students, not about their group."""
_MOST_GROUPS = 1_000

_NOTHING: State = {"overall": None, "groups": {}}
_BY, _VALUE, _N, _MOST, _TOTAL = "__by__", "__value__", "__n__", "__most__", "__total__"
_ABOUT, _HIGH, _LOW = "__about__", "__high__", "__low__"


@dataclass(frozen=True)
class FillByGroup(Fill):
    """Fill gaps with the median, mean or most frequent value of the rows with the same value in ``by``.

    Rows whose group is missing, new, or known by fewer than five values get the value of all rows.
    """

    kind: ClassVar[str] = "fill_by_group"
    in_folds: ClassVar[bool] = True
    by: str
    statistic: Literal["median", "mean", "mode"] = "median"

    def __post_init__(self) -> None:
        if self.by in self.columns:
            raise RecipeError(
                f"{self.kind} cannot fill '{self.by}' by itself.",
                hint="Take it out of 'columns', or group by another column.",
            )

    @property
    def needs(self) -> tuple[str, ...]:
        return (*self.columns, self.by)

    def _learn(self, frame: Frame) -> State:
        self._need_kinds(frame)
        overall, groups = self._overall(frame), self._by_group(frame)
        return {name: {"overall": overall[name], "groups": groups[name]} for name in self.columns}

    def _need_kinds(self, frame: Frame) -> None:
        if self.statistic != "mode":
            need_numbers(frame, self.columns, where=self.kind)
        need_values(frame, self.columns, where=self.kind, hint=NO_DATES)
        need_values(frame, [self.by], where=self.kind, hint="Group by a column of text or numbers.")

    def _overall(self, frame: Frame) -> dict[str, Any]:
        """Return one value a column for all rows."""
        if self.statistic == "mode":
            return {name: mode(frame, name) for name in self.columns}
        return (medians if self.statistic == "median" else means)(frame, self.columns)

    def _by_group(self, frame: Frame) -> dict[str, dict[str, Any]]:
        """Return for each column the value of each group with enough known values."""
        learn = {"median": _medians, "mean": _means, "mode": _modes}[self.statistic]
        result = {}
        for name in self.columns:
            rows = answers(frame, name, self.by).rename({name: _VALUE, self.by: _BY})
            known = rows.filter(~nw.col(_VALUE).is_null(), ~nw.col(_BY).is_null())
            found = learn(known)
            if len(found) > _MOST_GROUPS:
                raise StepFailed(
                    f"The column '{self.by}' makes more than {_MOST_GROUPS:,} groups.",
                    hint=f"Give {self.kind} a column with fewer different values in 'by'.",
                )
            keys = [_key(group) for group in found[_BY]]
            pairs = zip(keys, map(plain, found[_VALUE]), strict=True)
            result[name] = dict(sorted(pairs))
        return result

    def _can_have_learned(self, state: State) -> bool:
        usual = is_value if self.statistic == "mode" else is_number

        def fits(one: object) -> bool:
            if not isinstance(one, dict) or one.keys() != {"overall", "groups"}:
                return False
            overall, groups = one["overall"], one["groups"]
            return isinstance(groups, dict) and all(
                value is None or usual(value) for value in (overall, *groups.values())
            )

        return of_columns(state, self.columns, fits)

    def _replay(self, frame: Frame, state: State) -> Frame:
        self._need_kinds(frame)
        known = {
            name: state[name] for name in self.columns if state.get(name, _NOTHING)["overall"] is not None
        }
        for name, learned in known.items():
            for value in {learned["overall"], *learned["groups"].values()} - {None}:
                self._need_fitting(frame, name, value)
        if frame.collect_schema()[self.by].is_numeric():
            self._need_number_groups(known)
        if isinstance(frame, nw.DataFrame):
            return self._with(frame, self._looked_up(frame.to_native(), known))
        return self._with(frame, [self._chosen(frame, name, learned) for name, learned in known.items()])

    def _need_number_groups(self, known: Mapping[str, State]) -> None:
        """Do nothing if every group is a number, as the column is; raises RecipeError."""
        try:
            for learned in known.values():
                list(map(float, learned["groups"]))
        except ValueError as error:
            raise self._not_learned() from error

    def _looked_up(self, table: pd.DataFrame, known: Mapping[str, State]) -> list[nw.Series[Any]]:
        """Return the filled columns; each different group is looked up once."""
        codes, groups = pd.factorize(_same_type(table[self.by]))
        filled = []
        for name, learned in known.items():
            cells = _same_type(table[name])
            usual = [learned["groups"].get(_key(group), learned["overall"]) for group in groups]
            # A row without a group has the code -1, which takes the last value.
            values = pd.Series([*usual, learned["overall"]], dtype=cells.dtype).array
            cells = cells.where(cells.notna(), values.take(codes))
            filled.append(nw.from_native(cells, series_only=True))
        return filled

    def _chosen(self, frame: Frame, name: str, learned: State) -> nw.Expr:
        """Return the filled column; one condition for each different value."""
        by, same = self._open(frame, self.by), defaultdict[Any, list[Any]](list)
        is_number = frame.collect_schema()[self.by].is_numeric()
        for group, value in learned["groups"].items():
            same[value].append(float(group) if is_number else group)
        usual = [nw.when(by.is_in(groups)).then(nw.lit(value)) for value, groups in same.items()]
        return nw.coalesce(self._open(frame, name), *usual).fill_null(learned["overall"])

    def _says(self, state: State | None) -> str:
        what = "most frequent value" if self.statistic == "mode" else self.statistic
        text = f"Fill the gaps of {listed(self.columns)} with the {what} of the rows with the same "
        text += shown(self.by)
        if not state:
            return text
        learned = [state.get(name) or _NOTHING for name in self.columns[:4]]
        parts = [f"{_counted(len(one['groups']))}, else {value_text(one['overall'])}" for one in learned]
        return f"{text} ({'; '.join(parts)}{'; …' if len(self.columns) > 4 else ''})"


def _medians(known: Frame) -> pd.DataFrame:
    """Return the median of each group: half-way between the two values around what the engine says it is."""
    value = nw.col(_VALUE)
    about = known.with_columns(value.median().over(_BY).alias(_ABOUT))
    sides = about.select(
        nw.col(_BY),
        nw.when(value <= nw.col(_ABOUT)).then(value).alias(_LOW),
        nw.when(value >= nw.col(_ABOUT)).then(value).alias(_HIGH),
    )
    groups = sides.group_by(_BY).agg(nw.col(_LOW).max(), nw.col(_HIGH).min(), nw.len().alias(_N))
    found = _with_enough(groups)
    pairs = zip(found[_LOW], found[_HIGH], strict=True)
    return found.assign(**{_VALUE: [Quantile(low, high, 0.5).value for low, high in pairs]})


def _means(known: Frame) -> pd.DataFrame:
    grid = grids(known, [_VALUE])[_VALUE]
    parts = known.select(_BY, grid.high(_VALUE).alias(_HIGH), grid.low(_VALUE).alias(_LOW))
    sums = _with_enough(parts.group_by(_BY).agg(nw.col(_HIGH, _LOW).sum(), nw.len().alias(_N)))
    sizes = zip(sums[_HIGH], sums[_LOW], sums[_N], strict=True)
    sums[_VALUE] = [grid.mean(*size) for size in sizes]
    return sums


def _modes(known: Frame) -> pd.DataFrame:
    """Return the most frequent value of each group, the smallest among equals."""
    counts = known.group_by(_BY, _VALUE).agg(nw.len().alias(_N))
    ranked = counts.with_columns(
        nw.col(_N).max().over(_BY).alias(_MOST), nw.col(_N).sum().over(_BY).alias(_TOTAL)
    )
    top = ranked.filter(nw.col(_N) == nw.col(_MOST))
    return _with_enough(top.group_by(_BY).agg(nw.col(_VALUE).min(), nw.col(_TOTAL).max().alias(_N)))


def _with_enough(groups: Frame) -> pd.DataFrame:
    """Return the groups with enough known values, one more than is allowed if there are too many."""
    return frames.collect(groups.filter(nw.col(_N) >= _ENOUGH).head(_MOST_GROUPS + 1))


def _key(group: Any) -> str:
    return group if isinstance(group, str) else shortest(float(group))


def _same_type(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return the column as plain numbers, or text as it is."""
    return column.astype("float64") if pd.api.types.is_numeric_dtype(column) else column


def _counted(groups: int) -> str:
    return f"{groups:,} group{'' if groups == 1 else 's'}"
