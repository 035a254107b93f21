"""Suggested outcomes can be read, name what is to be avoided, and are never about protected columns."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.features.outcome import parse_outcome
from core.schema import Column, Kind, Role, Schema
from core.workflow.suggestions import suggest_outcomes


def suggested(values, *, kind=Kind.CATEGORY, role=Role.OUTCOME, name="result"):
    frame = pd.DataFrame({name: pd.Series(values)})
    return suggest_outcomes(frame, Schema((Column(name, kind, role),)))


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["pass"] * 9 + ["fail"], 'result == "fail"'),
        (["Graduate", "Dropout", "Graduate"], 'result == "Dropout"'),
        (["no", "no", "yes"], 'result == "yes"'),
        (["A"] * 60 + ["B"] * 30 + ["C"] * 10, 'result == "C"'),
        (['say "no"', "fine", "fine"], "result == 'say \"no\"'"),
    ],
)
def test_the_value_to_avoid_is_named(values, expected):
    assert suggested(values) == (expected,)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("left", "left == yes"), ("passed", "passed == no"), ("not retained", "not retained == yes")],
)
def test_a_yes_or_no_column_is_avoided_on_its_bad_side(name, expected):
    assert suggested([1.0, 0.0, 1.0], kind=Kind.FLAG, name=name) == (expected,)


def test_scores_are_suggested_together_then_alone():
    scores = {"math score": [40.0, 60, 80, 90], "reading score": [50.0, 55, 70, 95]}
    schema = Schema(tuple(Column(name, Kind.NUMBER, Role.FEATURE) for name in scores))

    assert suggest_outcomes(pd.DataFrame(scores), schema) == (
        "mean(math score, reading score) < 55",
        "math score < 55",
    )


def test_a_protected_score_is_never_suggested():
    assert suggested([1.0, 2.0], kind=Kind.NUMBER, role=Role.PROTECTED, name="disability score") == ()


def test_a_table_without_anything_like_an_outcome_has_no_suggestion():
    assert suggested(["x", "y"], role=Role.FEATURE) == ()


def test_a_column_of_gaps_is_not_suggested():
    assert suggested([np.nan, np.nan], kind=Kind.NUMBER) == ()


@given(
    name=st.text(min_size=1, max_size=20),
    values=st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6),
)
def test_whatever_a_column_is_called_a_suggestion_can_be_read(name, values):
    for text in suggested(pd.Series(values, dtype="str"), name=name):
        assert parse_outcome(text, [name]).columns == (name,)
