"""Q016: dates stored as text, and which cells decide how they are read."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.cleaning.dates import ParseDates
from core.cleaning.findings import find, propose
from core.schema import Kind, Role
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, lists, text


def dates(*values, kind=Kind.CATEGORY):
    return dataset({"day": text(*values)}, kinds={"day": kind})


def test_days_written_one_way_are_read_so():
    found = answer("Q016", dates("2026-01-31", "2026-02-01", "2026-02-01", None))

    assert (found.severity, found.column, found.count) == ("issue", "day", 3)
    assert found.words == "The 3 dates of 'day' are stored as text, written year-month-day."
    assert found.examples == ("'2026-02-01'",)
    assert found.step == ParseDates(("day",), ("ymd",))
    assert found.step.reason == "the dates of 'day' are stored as text"


def test_a_cell_that_fits_one_order_only_decides_for_the_others():
    found = answer("Q016", dates("31/01/2026", "05/04/2026", "06/04/2026", "17/04/2026"))

    assert found.words == (
        "The 4 dates of 'day' are stored as text, written day.month.year. 2 cells can only be read with the "
        "day first and none the other way, so the 2 cells that fit both are read so too."
    )
    assert found.step == ParseDates(("day",), ("dmy",))


def test_a_month_in_front_is_found_too():
    found = answer("Q016", dates("01/31/2026", "05/04/2026"))

    assert found.words.endswith(
        "written month/day/year. 1 cell can only be read with the month first and none the other way, "
        "so the 1 cell that fits both is read so too."
    )
    assert found.step == ParseDates(("day",), ("mdy",))


def test_where_both_orders_fit_every_cell_a_person_decides():
    found = answer("Q016", dates("05/04/2026", "06/04/2026"))

    assert found.words == (
        "The 2 dates of 'day' are stored as text. 2 cells fit both day.month.year and month/day/year, "
        "and none decides between the two: a person has to say which is meant."
    )
    assert found.step is None


def test_cells_that_decide_for_either_order_decide_nothing():
    found = answer("Q016", dates("31/01/2026", "01/31/2026", "05/04/2026"))

    assert found.words == (
        "The 3 dates of 'day' are stored as text. 1 cell can only be read with the day first and 1 only with "
        "the month first, so nothing says how the 1 cell that fits both is meant: a person has to decide."
    )
    assert found.step is None


def test_several_formats_that_do_not_compete_are_all_read():
    given = dates("2026-01-31", "31.01.2026", "5 Oct 2026")
    found = answer("Q016", given)

    assert found.words == (
        "The 3 dates of 'day' are stored as text, written year-month-day or day.month.year or "
        "day, month name, year."
    )
    assert found.step == ParseDates(("day",), ("ymd", "dmy", "dmy_words"))
    assert None not in lists(found.step.apply(given.frame, {}))["day"]


def test_what_no_format_reads_is_counted():
    found = answer("Q016", dates(*["2026-01-31"] * 30, "2026-02-30", "soon"))

    assert found.words.endswith(
        "written year-month-day. 2 cannot be read as a date and would become missing."
    )
    assert found.examples == ("'2026-02-30'", "'2026-01-31'")


@pytest.mark.parametrize(
    "values",
    [("own", "shared"), ("2026-01-31", "own", "shared"), ("5 - 10", "10-May"), ("20260131",), ("1-2-3",)],
)
def test_other_text_is_left_alone(values):
    assert ask("Q016", dates(*values)) == []


def test_eight_digits_are_a_day_only_where_the_column_is_one():
    assert answer("Q016", dates("20260131", kind=Kind.DATE)).step == ParseDates(("day",), ("compact",))


def test_ids_and_names_are_no_dates():
    given = dataset({"student_id": text("2026-01-31"), "x": [1.0]})

    assert answer("Q016", given).words == "No column of text could hold dates."
    named = dataset({"x": text("2026-01-31")}, roles={"x": Role.NAME})
    assert answer("Q016", named).severity == "not applicable"


def test_the_proposed_recipe_reads_the_dates_of_all_columns_in_one_step():
    given = dataset({"a": text("2026-01-31", "2026-02-01"), "b": text("2026-03-01", " 2026-03-02")})
    recipe = propose(given, find(given))

    assert [step.kind for step in recipe.steps] == ["strip_text", "parse_dates"]
    assert recipe.steps[1] == ParseDates(("a", "b"), ("ymd",))
    assert recipe.fit(given).apply(given).schema.of_kind(Kind.DATE) == ("a", "b")


@settings(max_examples=25)
@given(
    st.lists(st.dates(min_value=date(1900, 1, 1)), min_size=1, max_size=20),
    st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]),
)
def test_a_proposed_order_is_always_the_one_in_which_the_days_were_written(days, written):
    table = dates(*[day.strftime(written) for day in days])
    found = answer("Q016", table)

    decides = any(day.day > 12 for day in days)
    assert (found.step is not None) == decides
    if decides:
        assert [one.date() for one in lists(found.step.apply(table.frame, {}))["day"]] == days
