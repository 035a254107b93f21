"""Real-life tables: what is an answer stays an answer."""

import pandas as pd
import pytest

from core.cleaning.findings import find, propose
from tests.cleaning.tables import dataset


def table(path, *, separator=","):
    return pd.read_csv(path, sep=separator, keep_default_na=False, na_values=[""], encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("file", "separator", "kinds"),
    [
        ("StudentsPerformance.csv", ",", set()),
        ("uci_697_dropout.csv", ";", set()),
        ("StudentPerformanceFactors.csv", ",", {"fill_with_mode"}),
        ("Expanded_data_with_more_features.csv", ",", {"fill_with_mode", "fill_with_median"}),
    ],
)
def test_only_gaps_are_proposed_for_repair_and_nobody_is_dropped(shared_data, file, separator, kinds):
    given = dataset(table(shared_data / file, separator=separator))
    recipe = propose(given, find(given))

    assert {step.kind for step in recipe.steps} == kinds
    assert recipe.fit(given).report(given).exclusions == ()


def test_a_course_of_none_is_an_answer_and_groups_a_to_e_are_five(shared_data):
    given = dataset(table(shared_data / "StudentsPerformance.csv"))
    found = find(given)

    assert [one.severity for one in found.by_code("Q002")] == ["passed"]
    assert [one.severity for one in found.by_code("Q006")] == ["passed"]
    assert found.by_code("Q003")[0].step is None
