"""What a list comes to is counted as it is drawn up, ties and all."""

import numpy as np
import pytest

from core.modeling.at_cut import at_cut
from core.modeling.intervals import wilson
from core.modeling.thresholds import AtScore, ForCapacity, prepare

NAN = np.nan


def curve(risk, label):
    return prepare(risk, np.array([f"s{k}" for k in range(len(risk))], dtype=object), seed=1, label=label)


def shares(found):
    return dict(zip(found.frame()["title"].str.split(":").str[0], found.frame()["value"], strict=True))


def test_the_counts_are_those_of_the_list():
    found = at_cut(curve([0.9, 0.8, 0.7, 0.2, 0.1, 0.6], [1, 0, 1, 1, 0, NAN]), ForCapacity(3))

    assert found.counts().to_numpy().tolist() == [[2, 1], [1, 1]]
    assert shares(found) == {"Precision": 2 / 3, "Recall": 2 / 3, "False alarms": 1 / 2, "Accuracy": 3 / 5}


def test_a_risk_and_a_capacity_that_list_the_same_students_say_the_same():
    students = curve([0.9, 0.8, 0.7, 0.2], [1, 0, 1, 0])

    assert at_cut(students, AtScore(0.7)).frame().equals(at_cut(students, ForCapacity(3)).frame())


def test_of_tied_students_only_those_listed_count():
    found = at_cut(curve([0.5] * 10, [1, 0] * 5), ForCapacity(4))

    assert found.counts().to_numpy().sum() == 10
    assert found.counts().loc["on the list"].sum() == 4


def test_the_intervals_are_wilsons():
    row = at_cut(curve([0.9, 0.8, 0.7, 0.2], [1, 0, 1, 0]), ForCapacity(3)).frame().iloc[0]

    assert (row["hits"], row["n"]) == (2, 3)
    assert (row["low"], row["high"]) == wilson(2, 3)


def test_an_empty_list_has_no_precision_and_nothing_known_is_said():
    found = at_cut(curve([0.9, 0.2], [1, 0]), ForCapacity(0))
    unknown = at_cut(curve([0.9, 0.2], [NAN, NAN]), ForCapacity(1))

    assert np.isnan(shares(found)["Precision"])
    assert shares(found)["Recall"] == 0
    assert not found.is_empty
    assert unknown.why_empty == "No student's outcome is known."


@pytest.mark.parametrize("capacity", [0, 1, 7, 30])
def test_every_known_student_is_in_one_cell(capacity):
    rng = np.random.default_rng(capacity)
    label = rng.choice([0.0, 1.0, NAN], 30)
    found = at_cut(curve(rng.random(30).round(1), label), ForCapacity(capacity))

    assert found.counts().to_numpy().sum() == (~np.isnan(label)).sum()
