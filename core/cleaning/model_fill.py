"""The step that fills gaps with what a regression on the other columns of the row expects."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from core.cleaning.learned import are_numbers, is_scale, of_columns
from core.cleaning.row_fill import FillFromColumns, drawn, spread, standardised
from core.cleaning.step import State, listed
from core.errors import RecipeError
from core.frames import Frame

_MOST_LEARNED_FROM = 50_000
_MOST_ROUNDS = 100


@dataclass(frozen=True)
class FillWithModel(FillFromColumns):
    """Fill gaps in number columns with what a regression on the other named columns expects.

    Chained equations (van Buuren and Groothuis-Oudshoorn, "mice", 2011; IterativeImputer of scikit-learn):
    gaps start as the mean, then column after column is predicted from all others by a Bayesian ridge
    regression, in at most so many ``rounds``. Values stay between the lowest and the highest that were
    learned. Learns from at most 50,000 rows, drawn by a fixed seed.
    """

    kind: ClassVar[str] = "fill_with_model"
    rounds: int = 10

    def __post_init__(self) -> None:
        if not 1 <= self.rounds <= _MOST_ROUNDS:
            raise RecipeError(
                f"{self.kind} cannot run {self.rounds:,} rounds.",
                hint=f"Give 'rounds' as a number from 1 to {_MOST_ROUNDS}; 10 is usual.",
            )

    def _learn(self, frame: Frame) -> State:
        values = self._numbers(frame, self.columns)
        learned: State = {}
        for name, column in zip(self.columns, values.T, strict=True):
            learned[name] = spread(column)
            if learned[name] is not None:
                ends = {"lowest": float(np.nanmin(column)) + 0.0, "highest": float(np.nanmax(column)) + 0.0}
                learned[name] |= ends | {"start": 0.0, "turn": None, "rounds": []}
        at_hand = [at for at, name in enumerate(self.columns) if learned[name] is not None]
        states = [learned[self.columns[at]] for at in at_hand]
        rows = standardised(drawn(values[:, at_hand], at_most=_MOST_LEARNED_FROM), states)
        _learn_rounds(rows, states, rounds=self.rounds)
        return learned

    def _can_have_learned(self, state: State) -> bool:
        if not of_columns(state, self.columns, _is_learned):
            return False
        used = [one for one in state.values() if one is not None and one["turn"] is not None]
        n_rounds = {len(one["rounds"]) for one in used}
        n_parts = {len(equation) for one in used for equation in one["rounds"]}
        return len(n_rounds) <= 1 and n_parts <= {len(used)}

    def _guessed(self, rows: np.ndarray, learned: Sequence[State]) -> np.ndarray:
        gaps = np.isnan(rows)
        filled = np.where(gaps, [one["start"] for one in learned], standardised(rows, learned))
        equations = [at for at, one in enumerate(learned) if one["turn"] is not None]
        for number in range(len(learned[equations[0]]["rounds"]) if equations else 0):
            for at in sorted(equations, key=lambda at: int(learned[at]["turn"])):
                intercept, *slopes = learned[at]["rounds"][number]
                others = [other for other in equations if other != at]
                expected = (filled[:, others] * slopes).sum(axis=1) + intercept
                filled[:, at] = np.where(gaps[:, at], expected.clip(*_bounds(learned[at])), filled[:, at])
        lowest, highest, means, scales = (
            [one[part] for one in learned] for part in ("lowest", "highest", "mean", "scale")
        )
        return np.where(gaps, (filled * scales + means).clip(lowest, highest), rows)

    def _says(self, state: State | None) -> str:
        text = (
            f"Fill the gaps of {listed(self.columns)} with what a regression on the others of these columns"
        )
        text += " expects, which works on the rows in memory"
        if not state:
            return text
        n = max((len(one["rounds"]) for one in state.values() if one), default=0)
        return f"{text} ({n} round{'' if n == 1 else 's'})"


def _is_learned(one: object) -> bool:
    parts = {"mean", "scale", "lowest", "highest", "start", "turn", "rounds"}
    if not is_scale(one) or one.keys() != parts or not isinstance(one["rounds"], list):
        return False
    numbers = [one[part] for part in ("lowest", "highest", "start")]
    has_turn = one["turn"] is None or type(one["turn"]) is int
    return has_turn and are_numbers(numbers) and all(map(are_numbers, one["rounds"]))


def _learn_rounds(rows: np.ndarray, states: Sequence[State], *, rounds: int) -> None:
    """Write into ``states`` where gaps start and the equations of each round; equal numbers have none."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401  makes the next import possible
    from sklearn.impute import IterativeImputer

    varied = [at for at, column in enumerate(rows.T) if len(np.unique(column[~np.isnan(column)])) > 1]
    if len(varied) < 2:
        return
    lowest, highest = zip(*(_bounds(states[at]) for at in varied), strict=True)
    imputer = IterativeImputer(max_iter=rounds, min_value=lowest, max_value=highest, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # as many rounds as were asked for are enough
        imputer.fit(rows[:, varied])
    for at, start in zip(varied, imputer.initial_imputer_.statistics_, strict=True):
        states[at]["start"] = float(start) + 0.0
    for turn, (place, _, model) in enumerate(imputer.imputation_sequence_):
        state = states[varied[place]]
        state["turn"] = turn if state["turn"] is None else state["turn"]
        state["rounds"].append([float(part) + 0.0 for part in (model.intercept_, *model.coef_)])


def _bounds(state: State) -> tuple[float, float]:
    """Return the lowest and the highest value in standard deviations from the mean."""
    lowest, highest = ((state[end] - state["mean"]) / state["scale"] for end in ("lowest", "highest"))
    return lowest, highest
