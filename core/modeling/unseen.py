"""What the models say of changed students; each is scored by the models that did not see the student."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.modeling.scorer import Scorer
from core.modeling.table import Features, Floats, Integers
from core.modeling.train import CrossValidated


def log_odds_unseen(
    validated: CrossValidated, rows: Integers, numbers: Floats, codes: NDArray[np.int32]
) -> Floats:
    """Return the log-odds of each line of ``numbers`` and ``codes``, which is student ``rows[i]`` changed.

    It is the mean over the models that did not see the student; of a student whose outcome is not known,
    over all of them. Unchanged lines give ``validated.log_odds``.
    """
    total = np.zeros(len(rows))
    folds = validated.fold_of[:, rows]
    for place, model in enumerate(validated.models):
        repeat, fold = divmod(place, validated.folds)
        own, nobody = folds[repeat] == fold, folds[repeat] == -1
        for mask, models in ((own, validated.repeats), (nobody, len(validated.models))):
            some = np.flatnonzero(mask)
            if len(some):
                total[some] += model.log_odds(numbers[some], codes[some]) / models
    return total


def is_sum(validated: CrossValidated) -> bool:
    """Tell whether a score is a sum of lookups; else it costs a thousand times as much."""
    return all(model.n_weights is not None for model in validated.models)


def first_models(validated: CrossValidated) -> tuple[Scorer, ...]:
    """Return the models that stand for all: every one of a family that is a sum, else the first repeat's."""
    return validated.models if is_sum(validated) else validated.models[: validated.folds]


def with_value(students: Features, place: int, values: Floats) -> tuple[Floats, NDArray[np.int32]]:
    """Return the numbers and codes of all students with each value in one column: value by value.

    Line ``v * n_students + i`` is student i with the value v.
    """
    n_numbers, n_students = students.numbers.shape[1], students.n_students
    numbers = np.tile(students.numbers, (len(values), 1))
    codes = np.tile(students.codes, (len(values), 1))
    put = np.repeat(values, n_students)
    if place < n_numbers:
        numbers[:, place] = put
    else:
        codes[:, place - n_numbers] = put.astype(np.int32)
    return numbers, codes
