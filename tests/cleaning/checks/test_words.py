"""Q023: columns that say the same of all but a few."""

import pytest

from core.schema import Role
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, text


def test_one_value_in_nearly_every_row_is_told():
    found = answer("Q023", dataset({"device": text(*["own"] * 297, "shared", "shared", "none", None)}))

    assert found.words == (
        "'device' is 'own' in 99.0 % of the 300 rows that have a value. The other 3 rows may matter to a "
        "person, but are too few for a model to learn from."
    )
    assert (found.severity, found.column, found.count, found.step) == ("tip", "device", 3, None)
    assert found.examples == ("'shared' (2)", "'none' (1)")


def test_a_single_other_row_reads_well_and_numbers_count_too():
    assert answer("Q023", dataset({"x": [0.0] * 299 + [5.0]})).words == (
        "'x' is '0.0' in 99.7 % of the 300 rows that have a value. The other 1 row may matter to a person, "
        "but is too few for a model to learn from."
    )


@pytest.mark.parametrize(
    "values",
    [
        text(*["own"] * 296, *["shared"] * 4),
        text(*["own"] * 300),
        text(*["own"] * 297, "OWN", "own ", "Own"),
        text(*[None] * 300),
        [float(number) for number in range(300)],
    ],
)
def test_what_tells_more_or_nothing_else_passes(values):
    assert ask("Q023", dataset({"x": values})) == []


def test_few_rows_and_columns_of_no_model_are_left_aside():
    found = answer("Q023", dataset({"x": [1.0] * 198 + [2.0]}))
    assert (found.severity, found.words) == (
        "not applicable",
        "With fewer than 200 rows, a few other values say nothing.",
    )
    assert ask("Q023", dataset({"x": [1.0] * 299 + [2.0]}, roles={"x": Role.OUTCOME})) == []
