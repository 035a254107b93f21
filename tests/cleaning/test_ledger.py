"""The ledger: it adds up, names everybody, and says what changed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from core import frames
from core.cleaning.bins import BinNumbers
from core.cleaning.columns import DropColumns
from core.cleaning.conditions import DropRowsWhere
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.group_fill import FillByGroup
from core.cleaning.ledger import numbered
from core.cleaning.merging import MergeStudents
from core.cleaning.missing import FillWithMedian, FillWithMode
from core.cleaning.numbers import ParseNumbers
from core.cleaning.outliers import CapOutliers
from core.cleaning.ranges import SetRange
from core.cleaning.rare import CombineRare
from core.cleaning.recipe import Recipe
from core.cleaning.report import Exclusion
from core.cleaning.rows import DropRows
from core.cleaning.text import StripText
from core.errors import AppError, ColumnNotFound, RecipeError
from core.schema import Kind
from tests.cleaning.tables import dataset, text


def ledger(recipe, given):
    return recipe.fit(given).report(given)


def test_everybody_who_is_left_out_is_named_with_the_step_and_the_reason():
    given = dataset(
        {"student_id": text("b ", "a", "a", None, "a", "c"), "x": [1.0, 2.0, 2.0, 3.0, None, 4.0]}
    )
    steps = (StripText(("student_id",)), DropRows(("student_id",)), DropDuplicates(("student_id",)))
    report = ledger(Recipe((*steps, KeepOnePerStudent(("student_id",)))), given)

    assert (report.n_in, report.n_out) == (6, 3)
    assert report.exclusions == (
        Exclusion("row 4", 4, 2, "drop_rows", "no value in 'student_id'"),
        Exclusion("a", 3, 3, "drop_duplicates", "the same in every column as another row, which was kept"),
        Exclusion(
            "a",
            5,
            4,
            "keep_one_per_student",
            "another row of the same 'student_id' was kept: the one with the fewest gaps",
        ),
    )
    assert [(step.n_in, step.n_out, step.n_dropped) for step in report.steps] == [
        (6, 6, 0),
        (6, 5, 1),
        (5, 4, 1),
        (4, 3, 1),
    ]


def test_a_student_is_named_as_loaded_and_by_row_without_an_id_column():
    given = dataset({"code": text(" x", None), "y": [1.0, 1.0]})
    report = ledger(Recipe((StripText(("code",)), DropRows(("code",)))), given)

    assert [one.student_id for one in report.exclusions] == ["row 2"]
    assert report.steps[0].examples[0].student_id == "row 1"


def test_changed_emptied_and_filled_cells_are_counted_with_examples():
    given = dataset(
        {"student_id": text("a", "b", "c", "d"), "fees": text("12", "3,5", "x", None)},
        kinds={"fees": Kind.NUMBER},
    )
    steps = (ParseNumbers(("fees",)), SetRange("fees", 0, 10), FillWithMedian(("fees",)))
    report = ledger(Recipe(steps), given)

    counts = [(step.n_changed, step.n_emptied, step.n_filled) for step in report.steps]
    assert counts == [(2, 1, 0), (1, 1, 0), (3, 0, 3)]
    shown = report.examples_frame()
    assert shown.values.tolist() == [
        [1, "b", "fees", "3,5", "3.5"],
        [1, "c", "fees", "x", ""],
        [2, "a", "fees", "12", ""],
        [3, "a", "fees", "", "3.5"],
    ]
    assert report.n_changed == 6
    assert report.steps[2].what == "Fill the gaps of 'fees' with its median (3.5)."


def test_at_most_five_different_changes_are_shown():
    given = dataset(
        {"student_id": text(*"abcdefghij"), "x": text(*[" p"] * 3, *[f" q{n}" for n in range(7)])}
    )
    (step,) = ledger(Recipe((StripText(("x",)),)), given).steps

    assert step.n_changed == 10
    assert [one.before for one in step.examples] == [" p", " q0", " q1", " q2", " q3"]


def test_a_text_read_as_the_number_it_shows_is_no_change():
    given = dataset({"x": text("1", "2.50", "3e2", None)})

    assert ledger(Recipe((ParseNumbers(("x",)),)), given).n_changed == 0


def test_added_and_dropped_columns_and_their_gaps_are_told():
    given = dataset({"a": [1.0, None], "b": text(None, None)})
    report = ledger(Recipe((DropColumns(("b",)), FillWithMedian(("a",), was_missing=True))), given)

    assert report.steps[0].columns_dropped == ("b",)
    assert report.steps[1].columns_added == ("a_was_missing",)
    assert report.columns_frame().replace({np.nan: None}).values.tolist() == [
        ["a", 1, 0],
        ["b", 2, None],
        ["a_was_missing", None, 0],
    ]


def test_a_step_that_is_switched_off_is_listed_with_what_it_would_do_and_zeros():
    given = dataset({"student_id": text("a", None), "x": [1.0, None]})
    steps = (DropRows(("student_id",), is_on=False, reason="1 row has no id"), FillWithMedian(("x",)))
    report = ledger(Recipe(steps), given)
    first = report.steps[0]

    assert first.what == "Switched off: Drop rows without a value in 'student_id', because 1 row has no id."
    assert (first.n_in, first.n_out, first.n_changed, first.n_emptied, first.n_filled) == (2, 2, 0, 0, 0)
    assert (first.is_on, first.columns_added, first.examples) == (False, (), ())
    assert (report.steps[1].step, report.steps[1].n_filled) == (2, 1)
    assert report.exclusions == ()


def test_a_recipe_of_which_all_steps_are_off_says_why_there_is_nothing():
    given = dataset({"student_id": text("a"), "x": [1.0]})
    report = ledger(Recipe((DropColumns(("x",), is_on=False),)), given)

    assert report.is_empty
    assert report.why_empty == "All steps of the recipe are switched off."


def test_a_step_that_may_change_every_column_is_looked_at_in_all_of_them():
    given = dataset({"student_id": text("a", "b"), "x": [None, 1.0], "y": text(None, "q")})
    report = ledger(Recipe((MergeStudents("student_id", (("a", "b"),)),)), given)

    assert (report.steps[0].n_changed, report.steps[0].n_filled) == (2, 2)
    assert [one.student_id for one in report.exclusions] == ["b"]


@pytest.mark.spark
def test_spark_keeps_the_same_ledger_and_the_order_of_the_rows(spark):
    given = dataset(
        {
            "student_id": text("b", "a ", "b", "b", None, "a"),
            "device": text("own", " Own", "own", "own", "x", None),
            "fees": text("1,5", "?", "1,5", "2", "-0", "7"),
        }
    )
    steps = (
        StripText(("student_id", "device")),
        ParseNumbers(("fees",)),
        DropRows(("student_id",)),
        DropDuplicates(("student_id",)),
        FillWithMode(("device",), is_on=False),
        KeepOnePerStudent(("student_id",)),
        FillWithMedian(("fees",), was_missing=True),
    )
    with frames.kept(frames.on_spark(numbered(given.collect()), spark)) as held:
        there = given.with_frame(held, note="on Spark")
        fitted, cleaned, report = Recipe(steps).fit_clean(there)
        again, ledger_again = fitted.clean(there)
    expected, wanted = Recipe(steps).fit(given).clean(given)

    assert_frame_equal(cleaned.collect(), expected.collect())
    assert_frame_equal(again.collect(), expected.collect())
    assert report == ledger_again == wanted
    assert fitted.states == Recipe(steps).fit(given).states


@pytest.mark.spark
def test_spark_keeps_the_ledger_of_a_row_in_the_middle_that_is_merged(spark):
    given = dataset(
        {
            "student_id": text("a", "b", "c", "d"),
            "x": [None, 1.0, 2.0, None],
            "town": text("q", None, None, "r"),
        }
    )
    recipe = Recipe((MergeStudents("student_id", (("a", "b"), ("d", "c"))), DropRows(("town",))))
    with frames.kept(frames.on_spark(numbered(given.collect()), spark)) as held:
        there = given.with_frame(held, note="on Spark")
        cleaned, report = recipe.fit(there).clean(there)
    expected, wanted = recipe.fit(given).clean(given)

    assert_frame_equal(cleaned.collect(), expected.collect())
    assert report == wanted
    assert [(one.student_id, one.reason) for one in report.exclusions] == [
        ("b", "the same student as 'a', which was kept"),
        ("c", "the same student as 'd', which was kept"),
    ]
    assert report.steps[0].n_filled == 2


def test_a_table_with_a_column_of_the_hidden_name_is_refused_in_one_sentence():
    given = dataset({"student_id": text("a"), "__row__": [7.0]})
    recipe = Recipe((StripText(("student_id",)),))
    fitted = recipe.fit(dataset({"student_id": text("a")}))

    for run in (recipe.fit, recipe.fit_clean, fitted.apply, fitted.clean):
        with pytest.raises(
            RecipeError, match=r"^The column '__row__' has a name that Waymark uses itself.$"
        ) as failure:
            run(given)
        assert failure.value.hint == "Give it another name."


def test_examples_show_numbers_so_that_different_ones_look_different():
    given = dataset({"x": [1234567.5]})
    (step,) = ledger(Recipe((SetRange("x", highest=1234567.25, outside="clip"),)), given).steps

    assert [(one.before, one.after) for one in step.examples] == [("1234567.5", "1234567.25")]


def test_a_column_that_is_not_there_is_refused_without_a_word_of_the_row_numbers():
    given = dataset({"student_id": text("a"), "x": [1.0]})

    with pytest.raises(ColumnNotFound) as failure:
        Recipe((FillWithMedian(("hours",)),)).fit_clean(given)
    assert failure.value.hint == "Valid: 'student_id', 'x'."
    assert failure.value.__notes__ == ["In step 1 of the recipe (fill_with_median)."]


def test_a_report_that_found_nothing_says_so():
    given = dataset({"student_id": text("a"), "x": [1.0]})

    assert ledger(Recipe(), given).why_empty == "The recipe has no steps."
    untouched = ledger(Recipe((StripText(("student_id",)),)), given)
    assert untouched.is_empty
    assert untouched.why_empty == "The recipe found nothing to change."
    assert not ledger(Recipe((DropColumns(("x",)),)), given).is_empty
    assert list(untouched.exclusions_frame()) == ["student_id", "row", "step", "kind", "reason"]
    assert list(Recipe().fit(given).report(given).frame()) == [
        *("step", "kind", "what", "n_in", "n_out", "n_dropped", "n_changed", "n_emptied", "n_filled"),
    ]


def test_a_step_that_leaves_fewer_than_half_is_told_and_repeated_rows_do_not_count():
    given = dataset({"student_id": text(*"aaaaaabcd"), "x": [None, 1.0, 1, 1, 1, 1, 1, 1, None]})
    once = ledger(Recipe((KeepOnePerStudent(("student_id",)),)), given)
    half = ledger(
        Recipe((KeepOnePerStudent(("student_id",)), DropRowsWhere('student_id == "b" or student_id == "c"'))),
        given,
    )
    most = ledger(Recipe((KeepOnePerStudent(("student_id",)), DropRowsWhere("x == 1"))), given)

    assert (once.n_out, once.n_lost, once.loses_most, once.halved_by) == (4, 0, False, None)
    assert (half.n_out, half.n_lost, half.loses_most, half.halved_by) == (2, 2, False, None)
    assert (most.n_out, most.n_lost, most.loses_most, most.halved_by) == (1, 3, True, most.steps[1])


def test_a_row_is_a_repeat_only_where_its_own_student_is_still_there():
    given = dataset({"student_id": text("a", "b", "b", "c", None, "c"), "term": text(*"111111")})
    step = KeepOnePerStudent(("term",))
    report = ledger(Recipe((step,)), given)
    without_ids = ledger(Recipe((DropColumns(("student_id",)), DropDuplicates(("term",)))), given)

    assert (report.n_out, report.n_lost, report.loses_most, report.halved_by) == (1, 3, True, report.steps[0])
    assert {one.reason for one in report.exclusions} == {
        "another row of the same 'term' was kept: the one with the fewest gaps"
    }
    assert (without_ids.n_out, without_ids.n_lost) == (1, 3)


def test_an_id_tidied_before_tells_whose_a_repeated_row_is():
    given = dataset({"student_id": text("a", "a ", "b"), "x": [1.0, 2.0, 3.0]})
    report = ledger(Recipe((StripText(("student_id",)), KeepOnePerStudent(("student_id",)))), given)

    assert (report.n_out, report.n_lost) == (2, 0)


@pytest.mark.parametrize(
    ("step", "n_out", "n_lost"),
    [
        (KeepOnePerStudent(("name",)), 2, 2),
        (KeepOnePerStudent(("name", "x")), 3, 0),
        (DropDuplicates(("name",)), 3, 0),
    ],
)
def test_without_ids_only_rows_equal_in_every_column_are_repeats(step, n_out, n_lost):
    given = dataset({"name": text("Ann", "Ann", "Ann", "Bo"), "x": [1.0, 1.0, 2.0, 3.0]})
    report = ledger(Recipe((step,)), given)

    assert (report.n_out, report.n_lost) == (n_out, n_lost)


def test_joined_students_are_not_lost():
    given = dataset({"student_id": text("a", "b", "c"), "x": [1.0, 2.0, 3.0]})
    report = ledger(Recipe((MergeStudents("student_id", (("a", "b"), ("a", "c"))),)), given)

    assert (report.n_out, report.n_lost) == (1, 0)


def test_steps_that_leave_fewer_than_half_only_together_are_told():
    given = dataset({"student_id": text(*"abcde"), "x": [1.0, 2, 3, 4, 5]})
    report = ledger(Recipe((DropRowsWhere("x < 3"), DropRowsWhere("x < 4"))), given)

    assert (report.n_out, report.n_lost, report.loses_most, report.halved_by) == (2, 3, True, None)


cells = st.lists(
    st.tuples(
        st.sampled_from(["a", "b ", "b", " ", None]),
        st.sampled_from(["1", "2,5", "x", "999", " ", None]),
        st.sampled_from(["own", "Own", " own", None]),
    ),
    max_size=15,
)
step_lists = st.lists(
    st.sampled_from(
        [
            StripText(("student_id", "device")),
            DropRows(("student_id",)),
            DropRows(("device",)),
            DropDuplicates(("student_id",)),
            DropDuplicates(("student_id", "device")),
            KeepOnePerStudent(("student_id",)),
            KeepOnePerStudent(("student_id",), "last", "device"),
            ParseNumbers(("fees",)),
            FillWithMode(("device",)),
            FillWithMode(("device",), is_on=False),
            FillWithMedian(("number", "other"), was_missing=True),
            FillByGroup(("number",), "device", "mean"),
            CapOutliers(("number",), strength=0.5),
            CombineRare(("device",), at_least=3),
            BinNumbers("other", quantiles=2),
        ]
    ),
    max_size=6,
)


def students_of(rows):
    """Return made-up students of these cells, with two columns of numbers more that differ by row."""
    columns = list(zip(*rows, strict=True)) or [[], [], []]
    named = dict(zip(("student_id", "fees", "device"), columns, strict=True))
    numbers = np.array([len(str(row[0])) * n**2 % 7 for n, row in enumerate(rows)], dtype=np.float64)
    return dataset(
        {
            **{name: text(*values) for name, values in named.items()},
            "number": np.where(numbers % 3 == 1, np.nan, numbers),
            "other": np.where(numbers % 4 == 1, np.nan, -numbers / 3),
        }
    )


@given(cells, step_lists)
@settings(max_examples=40)
def test_fit_and_clean_in_one_go_are_fit_then_clean_and_apply(rows, steps):
    given, recipe = students_of(rows), Recipe(tuple(steps))
    before = given.collect().copy()

    def run(work):
        try:
            return work()
        except AppError as error:
            return str(error), error.hint, error.__notes__

    def in_turn():
        fitted = recipe.fit(given)
        return fitted, *fitted.clean(given)

    made, expected = run(lambda: recipe.fit_clean(given)), run(in_turn)
    assert_frame_equal(given.collect(), before)
    if isinstance(expected[0], str):
        assert made == expected
        return
    (fitted, cleaned, report), (plain, table, ledger) = made, expected
    assert (fitted, report) == (plain, ledger)
    assert (cleaned.schema, cleaned.provenance) == (table.schema, table.provenance)
    assert_frame_equal(cleaned.collect(), table.collect())
    assert_frame_equal(cleaned.collect(), fitted.apply(given).collect())


def test_in_one_go_each_step_is_done_once(monkeypatch):
    done = []
    plain = FillWithMedian.apply
    monkeypatch.setattr(FillWithMedian, "apply", lambda *given: (done.append(given), plain(*given))[1])
    given = dataset({"student_id": text("a", "b"), "x": [None, 1.0], "y": [2.0, None]})
    fitted, cleaned, _ = Recipe((FillWithMedian(("x",)), FillWithMedian(("y",)))).fit_clean(given)

    assert len(done) == 2
    assert fitted.states == ({"x": 1.0}, {"y": 2.0})
    assert cleaned.collect()["x"].tolist() == [1.0, 1.0]


@given(cells, step_lists)
@settings(max_examples=60)
def test_rows_in_are_rows_out_and_named_exclusions_for_any_table_and_recipe(rows, steps):
    given = students_of(rows)
    before = given.collect().copy()
    try:
        fitted = Recipe(tuple(steps)).fit(given)
    except AppError:
        reject()
    cleaned, report = fitted.clean(given)

    assert report.n_in == len(rows) == report.n_out + len(report.exclusions)
    assert report.n_out == len(cleaned.collect())
    assert len({one.row for one in report.exclusions}) == len(report.exclusions)
    for number, step in enumerate(report.steps, start=1):
        assert step.n_dropped == sum(one.step == number for one in report.exclusions)
    for one in report.exclusions:
        name = rows[one.row - 1][0]
        assert one.student_id == (f"row {one.row}" if name is None else name)
    assert_frame_equal(cleaned.collect(), fitted.apply(given).collect())
    assert_frame_equal(given.collect(), before)
    pd.testing.assert_index_equal(cleaned.collect().index, pd.RangeIndex(report.n_out))
