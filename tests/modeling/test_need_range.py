"""Values outside what the model was fitted on are counted, said, and never make a student's need low."""

import numpy as np
import pytest

from core.modeling.need_range import training_range, why_not_enough
from core.modeling.policies import ForCapacity
from core.modeling.table import known_share
from core.modeling.thresholds import Need, prepare
from tests.modeling.made_students import table

NAN = np.nan
LABEL = np.array([1, 0, 1, 0, NAN, NAN, NAN, NAN])


def features():
    return table(
        {
            "age": [15, 17, 19, 25, 26, 26.5, 13.5, None],
            "work": [None, None, None, None, 3, None, None, None],
        },
        {"device": ["phone", "none", None, "phone", "phone", "tablet", None, "none"]},
        units={"age": "years"},
    )


def test_a_number_is_outside_beyond_a_tenth_of_the_range_and_a_category_if_nobody_had_it():
    found = training_range(features(), label=LABEL)

    assert found.outside(features()).tolist() == [0, 0, 0, 0, 1, 2, 1, 0]


def test_what_is_outside_is_said():
    one = features()
    found = training_range(one, label=LABEL)

    assert found.words(one, 0) == ()
    assert found.words(one, 4) == ("Work: 3, and of nobody whom the model was fitted on it was recorded.",)
    assert found.words(one, 5) == (
        "Age: 26.5 years, far above the 15 years to 25 years that the model was fitted on.",
        "Device: tablet, which nobody had whom the model was fitted on.",
    )
    assert found.words(one, 6) == (
        "Age: 13.5 years, far below the 15 years to 25 years that the model was fitted on.",
    )


def test_why_not_enough_is_known_names_gaps_and_values():
    one = features()
    found = training_range(one, label=LABEL)
    known = known_share(one)

    assert why_not_enough(found, one, 0, known_share=known) == ()
    assert why_not_enough(found, one, 7, known_share=known)[0] == "Only 1 of 3 values are recorded."
    assert why_not_enough(found, one, 7, known_share=np.zeros(8))[0] == "No value is recorded."


@pytest.mark.parametrize("capacity", [0, 1, 4, 8, 20])
def test_a_student_outside_is_never_low(capacity):
    one = features()
    outside = training_range(one, label=LABEL).outside(one)
    curve = prepare([0.9, 0.5, 0.4, 0.3, 0.2, 0.05, 0.04, 0.03], one.student_ids, seed=1)
    bands = curve.need(ForCapacity(capacity), known_share=known_share(one), outside=outside)
    expected = np.where(curve.listed(ForCapacity(capacity)), Need.HIGH, Need.UNKNOWN)

    assert bands[outside > 0].tolist() == expected[outside > 0].tolist()
    rows = [5, 0]
    assert curve.need(ForCapacity(capacity), outside=outside, rows=rows).tolist() == [
        "high" if capacity > 5 else "not enough known",
        "high" if capacity else "watch",
    ]


def test_a_constant_in_training_makes_any_other_value_outside():
    one = table({"fees": [1, 1, 1, 0]}, flags=["fees"])

    assert training_range(one, label=np.array([1, 0, 1, NAN])).outside(one).tolist() == [0, 0, 0, 1]


def test_of_nobody_there_is_nobody_outside():
    one = features().take(np.empty(0, dtype=int))

    assert training_range(one, label=np.empty(0)).outside(one).tolist() == []
