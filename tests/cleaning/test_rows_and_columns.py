"""Rows that cannot be used, and columns left out."""

from core.cleaning.columns import DropColumns
from core.cleaning.rows import DropRows
from tests.cleaning.tables import after, dataset, text


def test_rows_without_a_value_in_a_named_column_are_dropped_and_no_others():
    rows = {"id": text("a", None, "c"), "x": [1.0, 2.0, None], "other": [None, 1.0, 1.0]}

    assert after(DropRows(("id",)), **rows)["id"] == ["a", "c"]
    assert after(DropRows(("id", "x")), **rows)["id"] == ["a"]
    assert DropRows(("id", "x")).why_dropped() == "no value in 'id' and 'x'"


def test_left_out_columns_leave_the_schema_too():
    step = DropColumns(("b",))

    assert after(step, a=[1.0], b=[2.0]) == {"a": [1.0]}
    assert step.schema_after(dataset({"a": [1.0], "b": [2.0]}).schema).names() == ("a",)
