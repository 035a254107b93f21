"""From JSON to a step, and what is said when the JSON is nonsense."""

import json

import pytest

from core.cleaning.bins import BinNumbers
from core.cleaning.missing import FillWithConstant
from core.cleaning.ranges import SetRange
from core.cleaning.recipe import Recipe
from core.cleaning.registry import step_from_dict, step_to_dict
from core.cleaning.text import MapValues, StripText
from core.errors import RecipeError, UnknownStep


def read(raw):
    return step_from_dict(raw, place="Step 3")


def test_the_reason_is_kept_but_makes_no_other_step():
    step = StripText(("a",), reason="3 cells are untidy")

    assert step_to_dict(step) == {"kind": "strip_text", "reason": "3 cells are untidy", "columns": ["a"]}
    assert read(step_to_dict(step)).reason == "3 cells are untidy"
    assert step == StripText(("a",))
    assert hash(step) == hash(StripText(("a",)))


def test_a_step_says_that_it_is_switched_off_and_nothing_while_it_is_on():
    off = StripText(("a",), is_on=False)

    assert step_to_dict(off) == {"kind": "strip_text", "columns": ["a"], "is_on": False}
    assert read(step_to_dict(off)) == off
    assert off != StripText(("a",))
    assert read({"kind": "strip_text", "columns": [], "is_on": True}) == StripText(())


def test_numbers_pairs_choices_and_nothing_are_read_as_declared():
    assert read({"kind": "set_range", "column": "a", "lowest": 0, "highest": None}) == SetRange("a", 0.0)
    assert read({"kind": "map_values", "column": "a", "mapping": [["x", "y"]]}) == MapValues(
        "a", (("x", "y"),)
    )
    assert read({"kind": "fill_with_constant", "columns": [], "value": 5}) == FillWithConstant((), value=5.0)
    assert read({"kind": "fill_with_constant", "columns": [], "value": "5"}) == FillWithConstant(
        (), value="5"
    )


def test_lists_of_numbers_and_whole_numbers_are_read_as_declared():
    edges = {"kind": "bin_numbers", "column": "a", "edges": [50, 60.5], "quantiles": 0}

    assert read(edges) == BinNumbers("a", (50.0, 60.5))
    assert step_to_dict(read(edges)) == edges
    assert read({"kind": "bin_numbers", "column": "a", "quantiles": 4}) == BinNumbers("a", quantiles=4)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (7, "Step 3 has no 'kind'."),
        ({"columns": []}, "Step 3 has no 'kind'."),
        ({"kind": 7}, "Step 3 has no 'kind'."),
        ({"kind": "strip_text"}, "Step 3 (strip_text) lacks the setting 'columns'."),
        (
            {"kind": "strip_text", "columns": [], "colums": []},
            "Step 3 (strip_text) has an unknown setting 'colums'.",
        ),
        (
            {"kind": "strip_text", "columns": "name"},
            "The setting 'columns' of Step 3 (strip_text) must be a list of texts.",
        ),
        (
            {"kind": "strip_text", "columns": [1]},
            "The setting 'columns' of Step 3 (strip_text) must be a list of texts.",
        ),
        (
            {"kind": "map_values", "column": "a", "mapping": [["x"]]},
            "The setting 'mapping' of Step 3 (map_values) must be a list of pairs of texts.",
        ),
        (
            {"kind": "set_range", "column": "a", "lowest": True},
            "The setting 'lowest' of Step 3 (set_range) must be a number or null.",
        ),
        (
            {"kind": "set_range", "column": "a", "lowest": 10**400},
            "The setting 'lowest' of Step 3 (set_range) must be a number or null.",
        ),
        (
            {"kind": "set_range", "column": "a", "outside": "warn"},
            "The setting 'outside' of Step 3 (set_range) must be one of 'missing', 'clip', 'flag'.",
        ),
        (
            {"kind": "bin_numbers", "column": "a", "edges": [1, "2"]},
            "The setting 'edges' of Step 3 (bin_numbers) must be a list of numbers.",
        ),
        (
            {"kind": "bin_numbers", "column": "a", "quantiles": 4.5},
            "The setting 'quantiles' of Step 3 (bin_numbers) must be a whole number.",
        ),
        (
            {"kind": "bin_numbers", "column": "a", "quantiles": 2.5},
            "The setting 'quantiles' of Step 3 (bin_numbers) must be a whole number.",
        ),
        (
            {"kind": "bin_numbers", "column": "a", "quantiles": 10**30},
            "The setting 'quantiles' of Step 3 (bin_numbers) must be a whole number.",
        ),
        (
            {"kind": "strip_text", "columns": [], "is_on": "no"},
            "The setting 'is_on' of Step 3 (strip_text) must be true or false.",
        ),
        (
            {"kind": "strip_text", "columns": [], "a\nb" * 40: 1},
            f"Step 3 (strip_text) has an unknown setting '{('a b' * 40)[:60]}…'.",
        ),
        (
            {"kind": "fill_with_mode", "columns": [], "was_missing": 1},
            "The setting 'was_missing' of Step 3 (fill_with_mode) must be true or false.",
        ),
    ],
)
def test_nonsense_is_refused_in_one_sentence(raw, message):
    with pytest.raises(RecipeError) as failure:
        read(raw)
    assert str(failure.value) == message


def test_an_unknown_kind_is_told_with_the_known_ones():
    with pytest.raises(UnknownStep, match=r"^Step 3 is of an unknown kind 'strip_txt'.$") as failure:
        read({"kind": "strip_txt"})
    assert failure.value.hint.startswith("Did you mean 'strip_text'? Valid: 'strip_text', ")


@pytest.mark.parametrize(
    "step",
    [
        SetRange("a", 0, 100),
        SetRange("a", None, 5),
        BinNumbers("a", (50, 60)),
        FillWithConstant(("a",), value=5),
        FillWithConstant(("a",), value="5"),
        BinNumbers("a", quantiles=4),
    ],
)
def test_a_step_made_with_whole_numbers_is_written_as_it_is_read(step):
    written = step_to_dict(step)

    assert json.dumps(step_to_dict(read(written))) == json.dumps(written)
    assert Recipe((read(written),)).digest() == Recipe((step,)).digest()
