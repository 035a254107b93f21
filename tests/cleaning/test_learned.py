"""What a file may say that a step learned."""

import json

import pytest

from core import frames
from core.cleaning.bins import BinNumbers
from core.cleaning.group_fill import FillByGroup
from core.cleaning.missing import FillWithMean, FillWithMedian, FillWithMode
from core.cleaning.model_fill import FillWithModel
from core.cleaning.neighbour_fill import FillWithNeighbours
from core.cleaning.outliers import CapOutliers
from core.cleaning.rare import CombineRare
from core.cleaning.recipe import FittedRecipe, Recipe
from core.cleaning.text import StripText
from core.errors import RecipeError, WrongKind
from tests.cleaning.tables import dataset, text

GIVEN = dataset(
    {"n": [1.0, 2.0, None, 9.0, 4.0] * 5, "m": [2.0, 3.5, 4.0, None, 1.0] * 5, "t": text(*"aabbc" * 5)}
)
SCALE = {"mean": 1.0, "scale": 2.0}
MODEL = {**SCALE, "lowest": 0.0, "highest": 2.0, "start": 0.0, "turn": 0, "rounds": [[1.0]]}

STEPS = [
    StripText(("t",)),
    FillWithMedian(("n",)),
    FillWithMedian(("n",), is_on=False),
    FillWithMean(("n", "m")),
    FillWithMode(("t",)),
    FillByGroup(("n",), "t"),
    FillByGroup(("t",), "n", "mode"),
    CapOutliers(("n",)),
    BinNumbers("n", (2.0,)),
    BinNumbers("n", quantiles=3),
    CombineRare(("t",), 6),
    FillWithNeighbours(("n", "m")),
    FillWithModel(("n", "m")),
]


def with_state(step, state):
    written = json.loads(Recipe((step,)).fit(GIVEN).to_json())
    return json.dumps({**written, "states": [state]})


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.kind)
def test_what_was_learned_is_read_again_and_what_was_not_is_refused(step):
    fitted = Recipe((step,)).fit(GIVEN)
    state = fitted.states[0]

    assert FittedRecipe.from_json(fitted.to_json()) == fitted
    for other in ({**state, "another": 1.0}, {"n": True}, {"t": {}}):
        with pytest.raises(RecipeError):
            FittedRecipe.from_json(with_state(step, other))


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (FillWithMedian(("n",)), {"n": "abc"}),
        (FillWithMedian(("n",)), {}),
        (FillWithMedian(("n",), is_on=False), {"n": 1.0}),
        (FillWithMean(("n",)), {"n": False}),
        (FillWithMode(("t",)), {"t": ["a"]}),
        (FillByGroup(("n",), "t"), {"n": 1.0}),
        (FillByGroup(("n",), "t"), {"n": {"overall": "x", "groups": {}}}),
        (FillByGroup(("n",), "t"), {"n": {"overall": 1.0, "groups": {"a": "x"}}}),
        (CapOutliers(("n",)), {"n": [2.0, 1.0]}),
        (CapOutliers(("n",)), {"n": [1.0]}),
        (BinNumbers("n", quantiles=3), {"n": [2.0, 2.0]}),
        (BinNumbers("n", quantiles=3), {"n": None}),
        (BinNumbers("n", (2.0,)), {"n": [2.0]}),
        (CombineRare(("t",), 6), {"t": [1]}),
        (CombineRare(("t",), 6), {"t": "abc"}),
        (FillWithNeighbours(("n",)), {"n": {**SCALE, "donors": ["x"]}}),
        (FillWithNeighbours(("n",)), {"n": {**SCALE, "scale": 0.0, "donors": [1.0]}}),
        (
            FillWithNeighbours(("n", "m")),
            {"n": {**SCALE, "donors": [1.0]}, "m": {**SCALE, "donors": [1.0, 2.0]}},
        ),
        (FillWithModel(("n",)), {"n": {**MODEL, "turn": "x"}}),
        (FillWithModel(("n",)), {"n": {**MODEL, "rounds": [["x"]]}}),
        (FillWithModel(("n", "m")), {"n": {**MODEL, "rounds": [[1.0, 2.0]]}, "m": MODEL}),
        (FillWithModel(("n",)), {"n": SCALE}),
    ],
)
def test_learned_values_that_do_not_fit_the_step_are_refused_in_one_sentence(step, state):
    with pytest.raises(RecipeError) as failure:
        FittedRecipe.from_json(with_state(step, state))

    assert str(failure.value) == f"The learned values do not fit the step {step.kind}."
    assert failure.value.hint == "Fit the recipe again, or use the file as it was saved."
    assert failure.value.__notes__ == [f"In step 1 of the recipe ({step.kind})."]


def test_a_number_that_json_cannot_hold_is_refused():
    written = with_state(FillWithMedian(("n",)), {"n": 77.5}).replace("77.5", "1e999")

    with pytest.raises(RecipeError, match=r"^The learned values do not fit the step fill_with_median."):
        FittedRecipe.from_json(written)


@pytest.mark.parametrize(
    ("step", "state"),
    [
        (FillWithMode(("n",)), {"n": "abc"}),
        (FillByGroup(("n",), "t", "mode"), {"n": {"overall": 1.0, "groups": {"a": "abc"}}}),
    ],
)
def test_a_learned_text_does_not_get_into_numbers(step, state):
    fitted = FittedRecipe.from_json(with_state(step, state))

    with pytest.raises(WrongKind) as failure:
        fitted.apply(GIVEN)
    assert str(failure.value) == "The gaps of 'n' cannot be filled with 'abc': it holds numbers."


def test_a_group_that_is_no_number_does_not_get_beside_numbers():
    state = {"n": {"overall": 1.0, "groups": {"abc": 2.0}}}
    fitted = FittedRecipe.from_json(with_state(FillByGroup(("n",), "m"), state))

    with pytest.raises(RecipeError) as failure:
        fitted.apply(GIVEN)
    assert str(failure.value) == "The learned values do not fit the step fill_by_group."
    assert failure.value.hint == "Fit the recipe again, or use the file as it was saved."


@pytest.mark.spark
def test_spark_refuses_such_a_group_in_the_same_words(spark):
    state = {"n": {"overall": 1.0, "groups": {"abc": 2.0}}}
    fitted = FittedRecipe.from_json(with_state(FillByGroup(("n",), "m"), state))
    there = GIVEN.with_frame(frames.on_spark(GIVEN.collect(), spark), note="on Spark")

    with pytest.raises(RecipeError, match=r"^The learned values do not fit the step fill_by_group\.\n"):
        fitted.apply(there)
