"""The step that makes one row of two that are the same student."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import narwhals.stable.v2 as nw
import pandas as pd

from core.cleaning.step import ROW, State, Step, listed, shown
from core.errors import RecipeError, StepFailed, WrongKind
from core.frames import Frame, collect, column_names, wrap

Pairs = Sequence[tuple[str, str]]

_KEY = "__key__"
_SPARE = "__spare__{}"
_N = "__n__"


@dataclass(frozen=True)
class MergeStudents(Step):
    """Drop the second row of each pair of ids and fill the gaps of the first from it.

    Ids are compared as they are. A pair of which an id is not in the table is left alone. A student may be
    kept against several others: the pair that stands first fills first. On Spark the named ids are counted
    by one job when the step is applied.
    """

    kind: ClassVar[str] = "merge_students"
    drops_rows: ClassVar[bool] = True
    drops_repeats: ClassVar[bool] = True
    joins_ids: ClassVar[bool] = True
    changes_all: ClassVar[bool] = True
    """Which columns have gaps to fill, only the table tells."""
    by: str
    """The column of the ids, held as text."""
    pairs: tuple[tuple[str, str], ...]
    """Pairs of (id kept, id dropped)."""

    def __post_init__(self) -> None:
        kept = {one for one, _ in self.pairs}
        dropped = Counter(other for _, other in self.pairs)
        times = Counter(self.pairs)
        for pair in self.pairs:
            if pair[0] == pair[1]:
                raise RecipeError(
                    f"merge_students merges '{pair[0]}' with itself.", hint="Leave the pair out."
                )
            if times[pair] > 1:
                raise RecipeError(
                    f"merge_students lists the pair '{pair[0]}' and '{pair[1]}' twice.", hint="Keep it once."
                )
        for name in dropped:
            if name in kept:
                raise RecipeError(
                    f"merge_students both keeps and drops '{name}'.",
                    hint="Merge all rows of one student with the same kept id.",
                )
            if dropped[name] > 1:
                raise RecipeError(
                    f"merge_students drops '{name}' twice.", hint="Choose one student to merge it with."
                )

    @property
    def needs(self) -> tuple[str, ...]:
        return (self.by,)

    @property
    def changes(self) -> tuple[str, ...]:
        return ()

    def _learn(self, frame: Frame) -> State:
        self._need_text(frame)
        return {}

    def _replay(self, frame: Frame, state: State) -> Frame:
        self._need_text(frame)
        pairs = self._found(frame)
        if not pairs:
            return frame
        rest = frame.filter(~self._is_one_of([other for _, other in pairs]))
        for round_ in _rounds(pairs):
            rest = self._filled(rest, frame, round_)
        return rest

    def _need_text(self, frame: Frame) -> None:
        if frame.collect_schema()[self.by] != nw.String:
            raise WrongKind(
                f"The column '{self.by}' does not hold text, which {self.kind} needs.",
                hint="Put cast_columns (to text) before it in the recipe.",
            )

    def _found(self, frame: Frame) -> list[tuple[str, str]]:
        """Return the pairs of which both ids are in the table; raises StepFailed for one on several rows."""
        if not self.pairs:
            return []
        named = sorted({name for pair in self.pairs for name in pair})
        rows = frame.filter(self._is_one_of(named)).group_by(self.by).agg(nw.len().alias(_N))
        counted = collect(rows)
        counts = dict(zip(counted[self.by], counted[_N], strict=True))
        pairs = [pair for pair in self.pairs if counts.keys() >= set(pair)]
        for name in sorted({name for pair in pairs for name in pair}):
            if counts[name] > 1:
                raise StepFailed(
                    f"{self.kind} cannot merge '{name}': the id stands on {counts[name]:,} rows.",
                    hint="Put keep_one_per_student before it in the recipe.",
                )
        return pairs

    def _is_one_of(self, names: list[str]) -> nw.Expr:
        return ~nw.col(self.by).is_null() & nw.col(self.by).is_in(names)

    def _filled(self, rest: Frame, frame: Frame, pairs: Pairs) -> Frame:
        """Return ``rest`` with the gaps of each kept row filled from the row that is dropped for it."""
        others = [name for name in column_names(frame) if name not in (self.by, ROW)]
        if not others:
            return rest
        spare = {name: _SPARE.format(at) for at, name in enumerate(others)}
        given = frame.filter(self._is_one_of([other for _, other in pairs])).select(
            self._key(frame, pairs).alias(_KEY), *(nw.col(name).alias(new) for name, new in spare.items())
        )
        filled = [nw.coalesce(nw.col(name), nw.col(new)).alias(name) for name, new in spare.items()]
        return _joined(rest, given, on=self.by).with_columns(*filled).drop(*spare.values())

    def _key(self, frame: Frame, pairs: Pairs) -> nw.Expr:
        """Return the kept id for each dropped one."""
        name = nw.col(self.by)
        if isinstance(frame, nw.LazyFrame):  # replace_strict is not there for Spark Connect
            return nw.coalesce(*(nw.when(name == other).then(nw.lit(one)) for one, other in pairs))
        return name.replace_strict([other for _, other in pairs], [one for one, _ in pairs])

    def _says(self, state: State | None) -> str:
        if not self.pairs:
            return f"Merge no students of '{self.by}'"
        one, other = self.pairs[0]
        more = f" and {len(self.pairs) - 1:,} more" if len(self.pairs) > 1 else ""
        return f"Merge {shown(other)} into {shown(one)}{more} by '{self.by}'"

    def why_dropped(self) -> str:
        """Name the kept student: of all pairs where there are several."""
        kept = list(dict.fromkeys(one for one, _ in self.pairs))
        return f"the same student as {_one_of(kept)}, which was kept"

    def whys_dropped(self, rows: pd.DataFrame) -> list[str]:
        """Name the student that was kept for each row."""
        kept = {other: one for one, other in self.pairs}
        return [f"the same student as {shown(kept[other])}, which was kept" for other in rows[self.by]]


def _one_of(names: list[str]) -> str:
    return listed(names) if len(names) == 1 else f"one of {listed(names)}"


def _rounds(pairs: Pairs) -> list[list[tuple[str, str]]]:
    """Return the pairs in rounds in which every kept id stands once, in their order."""
    rounds: list[list[tuple[str, str]]] = []
    for pair in pairs:
        place = next((r for r in rounds if all(pair[0] != one for one, _ in r)), None)
        if place is None:
            rounds.append([pair])
        else:
            place.append(pair)
    return rounds


def _joined(rest: Frame, given: Frame, *, on: str) -> Frame:
    """Return all rows of ``rest``, as labelled there, with the columns of ``given`` where its key fits."""
    joined = rest.join(given, how="left", left_on=on, right_on=_KEY)  # type: ignore[arg-type]
    if isinstance(rest, nw.LazyFrame):
        return joined
    return wrap(joined.to_native().set_axis(rest.to_native().index))
