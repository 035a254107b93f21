"""Points and squares of two columns."""

import numpy as np
import pandas as pd
import pytest

from core.eda.points import BINS, MOST_POINTS, SAMPLED_POINTS, pair_plot, pair_points
from core.errors import ColumnNotFound, InvalidChoice, WrongKind
from core.schema import Column, Kind, Role, Schema


def test_up_to_five_thousand_students_are_all_drawn(table):
    data = table(n_x=[*range(MOST_POINTS), None, 1.0], n_y=[*range(MOST_POINTS), 1.0, np.inf])
    found = pair_points(data.frame, columns=("n_x", "n_y"), schema=data.schema)

    assert (len(found.points), found.n, found.n_left_out) == (MOST_POINTS, MOST_POINTS, 2)
    assert (found.squares, found.note, found.is_empty) == ((), "", False)


def test_the_table_behind_points_counts_students_in_coarse_squares_and_withholds_small_ones(table):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(2, 900))
    data = table(n_x=x, n_y=x + y)
    found = pair_points(data.frame, columns=("n_x", "n_y"), schema=data.schema)
    up = x + y
    expected, *_ = np.histogram2d(x, up, bins=8, range=[[x.min(), x.max()], [up.min(), up.max()]])

    shown = found.table_frame()["n"]
    assert found.squares == ()
    assert shown.min() >= 10
    assert 900 - shown.sum() >= 10
    assert sorted(shown) == sorted(int(n) for n in expected.ravel() if n >= shown.min())[-len(shown) :]


def test_the_table_behind_points_says_how_many_students_it_leaves_out(table):
    x, y = np.random.default_rng(1).normal(size=(2, 900))
    data = table(n_x=x, n_y=x + y)
    found = pair_points(data.frame, columns=("n_x", "n_y"), schema=data.schema)

    assert found.n_not_in_table == 900 - found.table_frame()["n"].sum() > 0
    assert (found.n_withheld, found.why_table_empty) == (0, "")


def test_a_table_behind_points_without_a_square_says_why(table):
    x, y = np.random.default_rng(1).normal(size=(2, 60))
    data = table(n_x=x, n_y=y)
    found = pair_points(data.frame, columns=("n_x", "n_y"), schema=data.schema)

    assert (len(found.points), found.table, found.n_not_in_table) == (60, (), 60)
    assert found.why_table_empty == "No square is listed: groups of fewer than 10 are not shown."


@pytest.fixture
def many(table):
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 8_000))
    return table(id=[f"S{i}" for i in range(8_000)], n_x=x, n_y=x + y)


def test_more_students_are_sampled_and_all_counted_in_squares(many):
    found = pair_points(many.frame, columns=("n_x", "n_y"), schema=many.schema)
    x, y = many.frame["n_x"], many.frame["n_y"]
    expected, *_ = np.histogram2d(x, y, bins=BINS, range=[[x.min(), x.max()], [y.min(), y.max()]])

    shown = found.frame()["n"]
    assert found.table == found.squares
    assert (len(found.points), found.n) == (SAMPLED_POINTS, 8_000)
    assert shown.min() >= 10
    assert sorted(shown) == sorted(int(n) for n in expected.ravel() if n >= shown.min())[-len(shown) :]
    assert found.note == "A seeded sample of 2,000 of 8,000 students is drawn; the squares count all."
    assert found.n_withheld == int((expected > 0).sum()) - len(shown)


def test_no_point_is_drawn_in_a_square_that_is_withheld(many):
    found = pair_points(many.frame, columns=("n_x", "n_y"), schema=many.schema)
    squares = found.frame()

    for x, y in found.points.to_numpy():
        inside = (
            squares["x_low"].le(x)
            & squares["x_high"].ge(x)
            & squares["y_low"].le(y)
            & squares["y_high"].ge(y)
        )
        assert inside.any()


def test_the_sample_does_not_depend_on_the_order_of_rows_but_on_the_seed(many):
    turned = many.frame.sample(frac=1, random_state=1)
    first, again, other = (
        pair_points(frame, columns=("n_x", "n_y"), schema=many.schema, seed=seed).points
        for frame, seed in ((many.frame, 0), (turned, 0), (many.frame, 1))
    )

    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([], "No student has both values known."),
        ([None] * 20, "No student has both values known."),
        ([np.inf] * 20, "No student has both values known."),
        ([1.0], "Too few students: groups of fewer than 10 are not shown."),
        ([1.0] * 9, "Too few students: groups of fewer than 10 are not shown."),
    ],
)
def test_too_few_students_are_not_drawn(table, values, why):
    data = table(n_x=values, n_y=values)
    found = pair_points(data.frame, columns=("n_x", "n_y"), schema=data.schema)

    assert (found.is_empty, found.why_empty) == (True, why)
    assert found.frame().empty


def test_equal_values_fill_one_square(table):
    data = table(n_x=[3.0] * 6_000, n_y=[5.0] * 6_000)
    found = pair_points(data.frame, columns=("n_x", "n_y"), schema=data.schema)

    assert [square.n for square in found.squares] == [6_000]
    assert found.squares[0].x_low <= 3 < found.squares[0].x_high


def test_a_pair_plot_has_each_column_and_each_two(school):
    data = school(200)
    found = pair_plot(data.frame, columns=("n_marks", "n_hours", "d_start"), schema=data.schema)

    assert [one.column for one in found.distributions] == ["n_marks", "n_hours", "d_start"]
    assert [(p.x, p.y) for p in found.pairs] == [
        ("n_marks", "n_hours"), ("n_marks", "d_start"), ("n_hours", "d_start"),
    ]  # fmt: skip
    assert found.pairs[0].n == data.frame["n_hours"].notna().sum()


def test_columns_that_cannot_be_drawn_are_refused_in_words(school):
    data = school(50)

    def draw(*columns):
        return pair_points(data.frame, columns=columns, schema=data.schema)

    with pytest.raises(InvalidChoice, match="A scatter plot needs two different columns"):
        draw("n_marks", "n_marks")
    with pytest.raises(WrongKind, match="'name' cannot be explored"):
        draw("n_marks", "name")
    with pytest.raises(
        WrongKind, match="'c_way' has values of kind 'category', which cannot be drawn as points"
    ):
        draw("n_marks", "c_way")
    with pytest.raises(ColumnNotFound, match="There is no column 'n_mark'"):
        draw("n_mark", "n_hours")
    with pytest.raises(InvalidChoice, match="A pair plot needs 2 to 5 different columns"):
        pair_plot(data.frame, columns=("n_marks",), schema=data.schema)


@pytest.mark.parametrize("name", ["x", "y"])
def test_an_id_that_is_called_as_a_coordinate_is_not_drawn(many, name):
    renamed = many.frame.rename(columns={"id": name})
    schema = Schema((Column(name, Kind.TEXT, Role.STUDENT_ID), *many.schema.columns[1:]))
    expected = pair_points(many.frame, columns=("n_x", "n_y"), schema=many.schema).points
    found = pair_points(renamed, columns=("n_x", "n_y"), schema=schema).points

    pd.testing.assert_frame_equal(found, expected)
