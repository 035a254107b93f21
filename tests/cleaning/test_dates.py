"""Reading days and times out of text: what each format reads, and that nothing else is a date."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.dates import FORMATS, ParseDates
from core.cleaning.ledger import replay
from core.cleaning.registry import step_from_dict, step_to_dict
from core.errors import RecipeError, WrongKind
from core.schema import Kind
from tests.cleaning.tables import after, dataset, text

ALL = ("ymd", "dmy", "mdy", "dmy_words", "compact")


def read(written, *formats):
    """Return the one cell as ``2026-11-21 12:30:00``, None where it is missing."""
    (value,) = after(ParseDates(("a",), formats), a=text(written))["a"]
    return value if value is None else str(value)


@pytest.mark.parametrize(
    ("form", "written", "day"),
    [
        ("ymd", "2026-11-21", "2026-11-21"),
        ("ymd", "2026/1/5", "2026-01-05"),
        ("ymd", "2026.11.5", "2026-11-05"),
        ("ymd", "2026-11/21", None),
        ("ymd", "26-11-21", None),
        ("ymd", "02026-11-21", None),
        ("ymd", "0999-01-01", None),
        ("ymd", "21.11.2026", None),
        ("dmy", "21.11.2026", "2026-11-21"),
        ("dmy", "1/2/2026", "2026-02-01"),
        ("dmy", "01-02-2026", "2026-02-01"),
        ("dmy", "11/21/2026", None),
        ("mdy", "11/21/2026", "2026-11-21"),
        ("mdy", "1-2-2026", "2026-01-02"),
        ("mdy", "11.21.2026", None),
        ("mdy", "21/11/2026", None),
        ("dmy_words", "21 Nov 2026", "2026-11-21"),
        ("dmy_words", "1-SEP-2026", "2026-09-01"),
        ("dmy_words", "1 Sept. 2026", "2026-09-01"),
        ("dmy_words", "05 may 2026", "2026-05-05"),
        ("dmy_words", "21 December 2026", "2026-12-21"),
        ("dmy_words", "21 Decem 2026", None),
        ("dmy_words", "21-Nov 2026", None),
        ("dmy_words", "21 11 2026", None),
        ("dmy_words", "21 Okt 2026", None),
        ("compact", "20261121", "2026-11-21"),
        ("compact", "20261301", None),
        ("compact", "2026112", None),
        ("compact", "20261121.0", None),
    ],
)
def test_a_day_is_read_as_its_format_says_and_no_other_way(form, written, day):
    assert read(written, form) == (day and f"{day} 00:00:00")


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("2026-11-21T12:30", "12:30:00"),
        ("2026-11-21 12:30:05", "12:30:05"),
        ("2026-11-21t9:05", "09:05:00"),
        ("21 Nov 2026 0:00", "00:00:00"),
        ("20261121 23:59:59", "23:59:59"),
        ("\ufeff 2026-11-21 \u0085", "00:00:00"),
        ("2026-11-21 24:00", None),
        ("2026-11-21 12:60", None),
        ("2026-11-21 12:5", None),
        ("2026-11-21 12", None),
        ("2026-11-21  12:30", None),
        ("2026-11-21T12:30:05.5", None),
        ("2026-11-21T12:30Z", None),
        ("2026-11-21T12:30+01:00", None),
        ("12:30", None),
    ],
)
def test_a_time_may_follow_the_day(written, time):
    assert read(written, *ALL) == (time and f"2026-11-21 {time}")


@pytest.mark.parametrize("written", ["", "   ", "soon", "0", "٢٠٢٦-١١-٢١", "2026-11-21 x", None])
def test_what_is_no_date_is_missing(written):
    assert read(written, *ALL) is None


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024])
def test_only_days_of_the_calendar_are_read(year):
    possible = [(month, day) for month in range(14) for day in range(33)]
    written = [f"{year}-{month}-{day:02}" for month, day in possible]
    expected = [_real(year, month, day) for month, day in possible]

    assert after(ParseDates(("a",)), a=text(*written))["a"] == expected
    assert sum(day is not None for day in expected) == (366 if year in (2000, 2024) else 365)


def _real(year, month, day):
    try:
        return pd.Timestamp(year, month, day)
    except ValueError:
        return None


def test_the_first_format_that_reads_a_cell_wins():
    values = text("1/2/2026", "13/2/2026", "1/13/2026", "2026-05-01", "30/2/2026")

    day_first = after(ParseDates(("a",), ("dmy", "mdy", "ymd")), a=values)["a"]
    month_first = after(ParseDates(("a",), ("mdy", "dmy")), a=values)["a"]

    assert [f"{day:%m-%d}" if day else None for day in day_first] == [
        "02-01",
        "02-13",
        "01-13",
        "05-01",
        None,
    ]
    assert [f"{day:%m-%d}" if day else None for day in month_first] == ["01-02", "02-13", "01-13", None, None]


PATTERNS = {
    "ymd": "%Y-%m-%d",
    "dmy": "%d.%m.%Y",
    "mdy": "%m/%d/%Y",
    "dmy_words": "%d %B %Y",
    "compact": "%Y%m%d",
}


@given(
    st.lists(
        st.datetimes(dt.datetime(1000, 1, 1)).map(lambda time: time.replace(microsecond=0)), max_size=20
    ),
    st.sampled_from(sorted(PATTERNS)),
    st.sampled_from(["T%H:%M:%S", " %H:%M:%S", ""]),
)
@settings(max_examples=25)
def test_every_day_and_time_that_is_written_is_read_back(times, form, clock):
    written = text(*[time.strftime(PATTERNS[form] + clock) for time in times])
    expected = times if clock else [dt.datetime.combine(time, dt.time()) for time in times]

    assert after(ParseDates(("a",), (form,)), a=written)["a"] == expected
    assert after(ParseDates(("a",), ALL), a=written)["a"] == expected or form in ("dmy", "mdy")


@given(st.lists(st.text(alphabet="0123456789-/. T:novNOV\n\u0085é", max_size=20), max_size=30))
@settings(max_examples=25)
def test_whatever_the_text_the_answer_is_a_time_or_missing(written):
    frame = frames.wrap(pd.DataFrame({"a": text(*written)}))
    done = frames.collect(ParseDates(("a",), ALL).apply(frame, {}))

    assert str(done["a"].dtype) == "datetime64[us]"
    assert len(done) == len(written)


@pytest.mark.parametrize("values", [[], [None], [None, None], ["x"], ["2026-11-21"]])
def test_no_rows_and_columns_without_a_date_are_dates_too(values):
    frame = frames.wrap(pd.DataFrame({"a": text(*values), "b": text(*values)}))
    done = frames.collect(ParseDates(("a",)).apply(frame, {}))

    assert [str(kind) for kind in done.dtypes] == ["datetime64[us]", "str"]


def test_dates_are_left_alone_and_numbers_are_refused():
    days = pd.Series(pd.to_datetime(["2026-11-21", None]), dtype="datetime64[us]")

    assert after(ParseDates(("a",)), a=days)["a"] == [pd.Timestamp("2026-11-21"), None]
    with pytest.raises(
        WrongKind, match=r"^The column 'a' holds numbers, which parse_dates does not read.$"
    ) as failure:
        after(ParseDates(("a",)), a=[20261121.0])
    assert failure.value.hint == (
        "Put cast_columns (to text) before it in the recipe; 20261121 is the format 'compact'."
    )


def test_the_ledger_counts_what_could_not_be_read():
    table = pd.DataFrame({"a": text("2026-11-21", "2026-02-30", "soon", None)})
    _, _, report = replay(frames.wrap(table), [ParseDates(("a",))], student_id=None)

    assert report.steps[0].n_emptied == 2


def test_the_schema_says_date_afterwards():
    schema = ParseDates(("a",)).schema_after(dataset({"a": ["1"], "b": ["1"]}).schema)

    assert [column.kind for column in schema] == [Kind.DATE, Kind.CATEGORY]


def test_the_step_survives_json():
    step = ParseDates(("a",), ("dmy", "ymd"))

    assert step_from_dict(step_to_dict(step), place="Step 1") == step


@pytest.mark.parametrize(
    ("formats", "message"),
    [
        ((), "parse_dates needs at least one format."),
        (("ydm",), "parse_dates does not know the format 'ydm'."),
        (("ymd", "dmy", "ymd"), "parse_dates lists the format 'ymd' twice."),
    ],
)
def test_formats_that_make_no_sense_are_refused(formats, message):
    with pytest.raises(RecipeError) as failure:
        ParseDates(("a",), formats)
    assert str(failure.value) == message


def test_an_unknown_format_is_told_with_the_known_ones():
    with pytest.raises(RecipeError) as failure:
        ParseDates(("a",), ("%Y",))
    assert failure.value.hint.endswith("Valid: 'ymd', 'dmy', 'mdy', 'dmy_words', 'compact'.")


def test_the_step_says_which_reading_comes_first():
    assert ParseDates(("a",)).describe() == "Read 'a' as dates written year-month-day."
    assert ParseDates(("a", "b"), ("dmy", "mdy"), reason="they are text").describe() == (
        "Read 'a' and 'b' as dates written day.month.year, or else month/day/year, because they are text."
    )
    assert set(FORMATS) == set(ALL)
