"""What the models would say of a student if things that can be worked on were otherwise.

It is the models' arithmetic on what went together in past students. It promises nothing: whether a change
would help is for a person to judge, and for the measured effect of mentoring to show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import InvalidChoice
from core.modeling.explain import Explainer
from core.modeling.logistic import as_risk
from core.modeling.table import FeatureColumn, Features, Floats
from core.modeling.unseen import log_odds_unseen
from core.schema import Kind, Role

USUAL = (0.05, 0.95)
"""A number is moved within these quantiles of all students: further out the models have seen few."""
FEWEST_OF_LEVEL = 10
"""A value of a category that fewer students have is not proposed."""
GRID = 21
MOST_TOGETHER = 3
LEAST_GAIN = 0.005
"""A change that lowers the risk by less is not worth a sentence."""


@dataclass(frozen=True)
class Lever:
    """A fact about a student that can be worked on, and the values it may be given."""

    column: str
    label: str
    kind: Kind
    unit: str | None
    value: float
    """The student's own; a code for a category; NaN or -1 where it is not recorded."""
    said: str
    """The same in words."""
    choices: tuple[float, ...]
    """Values to move to, rising; for a number from the 5th to the 95th percentile of all students."""
    texts: tuple[str, ...]
    """The choices in words."""


@dataclass(frozen=True)
class Imagined:
    """A student with some facts changed."""

    before: float
    after: float
    """Risks in [0, 1], by the models that did not see the student."""
    changes: tuple[tuple[str, str, str], ...]
    """What was changed: label, value now, value imagined."""

    @property
    def words(self) -> str:
        """The change in short sentences."""
        if not self.changes:
            return "Nothing is changed."
        parts = [f"{_inside(label)} were {after}, not {now}" for label, now, after in self.changes]
        after, before = _percent(self.after), _percent(self.before)
        if after == before:
            after, before = f"{100 * self.after:.1f} %", f"{100 * self.before:.1f} %"
        if len(parts) == 1:
            return f"If {parts[0]}, the risk would be {after}, not {before}."
        said = [f"Say {part}." for part in parts[:-1]]
        return f"{' '.join(said)} And say {parts[-1]}. Then the risk would be {after}, not {before}."


def _inside(label: str) -> str:
    """Return a label as it stands inside a sentence; abbreviations keep their capitals."""
    first = label.split(" ", maxsplit=1)[0]
    return label if any(c.isupper() for c in first[1:]) else f"{label[:1].lower()}{label[1:]}"


def _percent(risk: float) -> str:
    return f"{round(100 * risk)} %"


def levers(explainer: Explainer, row: int) -> tuple[Lever, ...]:
    """Return the student's facts that can be worked on and are recorded, in the order of the columns.

    Barriers only: nobody changes where they come from or what happened. Columns whose contributions run
    against the outcome (see ``Explainer``) are no levers either.
    """
    return tuple(_lever(explainer, place, row) for place in _places(explainer, row))


def imagine(explainer: Explainer, row: int, changes: Mapping[str, float]) -> Imagined:
    """Return the student's risk with these values; raises InvalidChoice for what cannot be changed so."""
    known = {lever.column: lever for lever in levers(explainer, row)}
    said = []
    for column, value in changes.items():
        lever = known.get(column)
        if lever is None:
            raise InvalidChoice(
                f"'{column}' cannot be imagined otherwise.",
                hint=f"What can be worked on and is recorded: {', '.join(map(repr, known)) or 'nothing'}.",
            )
        _must_fit(lever, value)
        if value != lever.value:
            shown = _column(explainer.features, column).value_text(float(value))
            said.append((lever.label, lever.said, shown))
    before, after = _risks(explainer, row, [{}, dict(changes)])
    return Imagined(before, after, tuple(said))


def smallest_changes(explainer: Explainer, row: int, *, target: float) -> tuple[Imagined, ...]:
    """Return the least changes that bring the risk to ``target`` or below, the least first, at most 3.

    One fact each where one is enough; else one combination of up to three. Every one lowers the risk. Empty
    where nothing within what is usual does, or the risk is there already. Least is measured in spreads of
    the column between all students; a category counts as one.
    """
    own = levers(explainer, row)
    [now] = _risks(explainer, row, [{}])
    if now <= target or not own:
        return ()
    single = [found for lever in own if (found := _least(explainer, row, lever, {}, target))]
    if single:
        chosen = sorted(single, key=lambda one: (one[0], one[1]))[:MOST_TOGETHER]
        return tuple(imagine(explainer, row, {column: value}) for _, column, value in chosen)
    together = _combined(explainer, row, own, target)
    return (imagine(explainer, row, together),) if together else ()


def _combined(explainer: Explainer, row: int, own: Sequence[Lever], target: float) -> dict[str, float]:
    """Return up to three facts, the strongest first, that reach the target together; else none.

    Each is first taken at its best, and must gain by itself; then each, the last first, is moved back as far
    as the target allows.
    """
    changes: dict[str, float] = {}
    [now] = _risks(explainer, row, [{}])
    for _ in range(min(MOST_TOGETHER, len(own))):
        left = [lever for lever in own if lever.column not in changes]
        tries = [(lever.column, value) for lever in left for value in lever.choices]
        risks = _risks(explainer, row, [changes | {column: value} for column, value in tries])
        if not tries or min(risks) > now - LEAST_GAIN:
            break
        best = int(np.argmin(risks))
        now = risks[best]
        changes[tries[best][0]] = tries[best][1]
        if now <= target:
            return _moved_back(explainer, row, own, changes, target)
    return {}


def _moved_back(
    explainer: Explainer, row: int, own: Sequence[Lever], changes: Mapping[str, float], target: float
) -> dict[str, float]:
    """Return the changes, each as near to the student's own value as the target allows."""
    found = dict(changes)
    levers_by_name = {lever.column: lever for lever in own}
    for column in reversed(list(changes)):
        others = {name: value for name, value in found.items() if name != column}
        if nearer := _least(explainer, row, levers_by_name[column], others, target):
            found[column] = nearer[2]
    return found


def _least(
    explainer: Explainer, row: int, lever: Lever, others: Mapping[str, float], target: float
) -> tuple[float, str, float] | None:
    """Return size, column and value of the least move of one fact that reaches the target."""
    risks = np.array(_risks(explainer, row, [{**others, lever.column: v} for v in lever.choices]))
    [now] = _risks(explainer, row, [dict(others)])
    reached = [k for k, risk in enumerate(risks) if risk <= target and risk <= now - LEAST_GAIN]
    if not reached:
        return None
    sizes = _sizes(explainer, lever)
    best = min(reached, key=lambda k: (sizes[k], lever.choices[k]))
    return float(sizes[best]), lever.column, lever.choices[best]


def _sizes(explainer: Explainer, lever: Lever) -> Floats:
    """Return how far each choice is from the student's own value, in spreads of the column."""
    if lever.kind is Kind.NUMBER:
        values = _values(explainer.features, lever.column)
        spread = float(np.nanstd(values)) or 1.0
        return np.abs(np.array(lever.choices) - lever.value) / spread
    return np.array([float(choice != lever.value) for choice in lever.choices])


def _risks(explainer: Explainer, row: int, several: Sequence[Mapping[str, float]]) -> list[float]:
    """Return the student's risk under each set of changes, by the models that did not see the student."""
    features = explainer.features
    if not several:
        return []
    numbers = np.repeat(features.numbers[row : row + 1], len(several), axis=0)
    codes = np.repeat(features.codes[row : row + 1], len(several), axis=0)
    places = {column.name: place for place, column in enumerate(features.columns)}
    for k, changes in enumerate(several):
        for name, value in changes.items():
            place = places[name]
            if place < numbers.shape[1]:
                numbers[k, place] = value
            else:
                codes[k, place - numbers.shape[1]] = int(value)
    total = log_odds_unseen(explainer.validated, np.full(len(several), row), numbers, codes)
    return [float(risk) for risk in as_risk(total)]


def _places(explainer: Explainer, row: int) -> list[int]:
    values = [*explainer.features.numbers[row], *explainer.features.codes[row].astype(float)]
    n_numbers = explainer.features.numbers.shape[1]
    return [
        place
        for place, column in enumerate(explainer.features.columns)
        if column.role is Role.BARRIER
        and explainer.agrees[place]
        and (values[place] >= 0 if place >= n_numbers else not np.isnan(values[place]))
    ]


def _lever(explainer: Explainer, place: int, row: int) -> Lever:
    features = explainer.features
    column = features.columns[place]
    values = _values(features, column.name)
    choices = _choices(column, values)
    value = float(values[row])
    texts = tuple(column.value_text(choice) for choice in choices)
    return Lever(
        column.name, column.label, column.kind, column.unit, value, column.value_text(value), choices, texts
    )


def _choices(column: FeatureColumn, values: Floats) -> tuple[float, ...]:
    """Return the values that a column may be given."""
    if column.kind is Kind.FLAG:
        return (0.0, 1.0)
    if column.kind is Kind.CATEGORY:
        counts = np.bincount(values[values >= 0].astype(np.int64), minlength=len(column.levels))
        return tuple(float(code) for code in np.flatnonzero(counts >= FEWEST_OF_LEVEL))
    known = values[~np.isnan(values)]
    low, high = np.quantile(known, USUAL)
    grid = np.unique(column.shown(np.linspace(low, high, GRID)))
    return tuple(float(value) for value in grid)


def _must_fit(lever: Lever, value: float) -> None:
    """Raise InvalidChoice where a value is outside of what a lever may be given."""
    if value == lever.value:
        return
    fits = (
        lever.choices[0] <= value <= lever.choices[-1]
        if lever.kind is Kind.NUMBER and lever.choices
        else value in lever.choices
    )
    if not fits:
        usual = f"{lever.texts[0]} to {lever.texts[-1]}" if lever.texts else "nothing"
        raise InvalidChoice(
            f"'{lever.label}' cannot be imagined as {value:g}: too few students are so.",
            hint=f"Usual values: {usual}.",
        )


def _column(features: Features, name: str) -> FeatureColumn:
    return next(column for column in features.columns if column.name == name)


def _values(features: Features, name: str) -> Floats:
    """Return a column's numbers, or its codes as numbers."""
    place = [column.name for column in features.columns].index(name)
    n_numbers = features.numbers.shape[1]
    if place < n_numbers:
        return features.numbers[:, place]
    codes: NDArray[np.float64] = features.codes[:, place - n_numbers].astype(np.float64)
    return codes
