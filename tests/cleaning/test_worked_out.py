"""What goes back to the columns that decide the outcome is found through every step and new name."""

from dataclasses import replace

import pytest

from core.cleaning.columns import DropColumns, RenameColumn
from core.cleaning.derive import DeriveColumn
from core.cleaning.recipe import Recipe
from core.cleaning.worked_out import worked_out_with

HALF = DeriveColumn("half", "final / 2")
FAIL = DeriveColumn("fail", "m1 + m2 < 100")


@pytest.mark.parametrize(
    ("steps", "outcome", "among", "found"),
    [
        ([HALF], ["final"], ["half", "age"], ["half"]),
        ([HALF, RenameColumn("final", "result")], ["result"], ["half", "age"], ["half"]),
        ([RenameColumn("final", "mark"), DeriveColumn("half", "mark / 2")], ["mark"], ["half"], ["half"]),
        ([HALF, RenameColumn("half", "share")], ["final"], ["share", "age"], ["share"]),
        ([HALF, DeriveColumn("more", "half + age")], ["final"], ["more", "age"], ["more"]),
        ([FAIL], ["fail"], ["m1", "m2", "m3"], ["m1", "m2"]),
        ([FAIL, RenameColumn("m1", "first")], ["fail"], ["first", "m2", "m3"], ["first", "m2"]),
        ([FAIL, RenameColumn("fail", "bad")], ["bad"], ["m1", "m2", "m3"], ["m1", "m2"]),
        ([FAIL, DeriveColumn("gap", "m1 - m3")], ["fail"], ["gap", "m2", "m3"], ["gap", "m2"]),
        (
            [DeriveColumn("total", "m1 + m2"), DeriveColumn("fail", "total < 100")],
            ["fail"],
            ["m1", "m2", "total"],
            ["m1", "m2", "total"],
        ),
        ([HALF, DropColumns(("final",)), RenameColumn("age", "final")], ["final"], ["half"], []),
        ([DropColumns(("half",)), DeriveColumn("half", "final / 2")], ["final"], ["half"], ["half"]),
        ([replace(HALF, is_on=False)], ["final"], ["half"], []),
        ([HALF, replace(RenameColumn("final", "result"), is_on=False)], ["final"], ["half"], ["half"]),
    ],
)  # fmt: skip
def test_what_shares_the_columns_of_the_outcome_is_named(steps, outcome, among, found):
    assert worked_out_with(Recipe(tuple(steps)), outcome, among=among) == found


def test_without_a_recipe_nothing_is_worked_out():
    assert worked_out_with(None, ["final"], among=["half"]) == []
