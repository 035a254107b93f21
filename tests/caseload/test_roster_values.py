"""Columns as places of their values, what is kept of them, searches, trends, and what can be chosen."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.caseload.roster import Scope
from core.caseload.roster_choices import choice_of, choosable
from core.caseload.roster_kept import Kept
from core.caseload.roster_making import make_roster
from core.caseload.roster_names import coded_texts, prepare_names
from core.caseload.roster_search import LONGEST_ID, IdSearch, folded, words_of
from core.caseload.roster_trend import wide_trend
from core.caseload.roster_values import coded_numbers, level_column, number_column
from core.errors import WrongKind

NUMBERS = st.one_of(
    st.sampled_from([0.0, -0.0, 0.1, 0.3, 71.9, 5e-324, 1e300, -2.5, 1e15, 1.7e308, np.inf, -np.inf]),
    st.floats(allow_nan=True),
    st.integers(-50, 50).map(float),
    st.integers(-500, 500).map(lambda whole: whole / 100),
)


@given(
    st.lists(NUMBERS, max_size=30) | st.lists(st.integers(-500, 500).map(lambda one: one / 10), max_size=30)
)
def test_places_stand_for_the_numbers_themselves_in_their_order(values):
    coded = coded_numbers(values)

    back = np.append(coded.values, np.nan)[coded.places]

    np.testing.assert_array_equal(back, np.array(values, dtype=float))
    assert (np.diff(coded.values) > 0).all()


@given(st.lists(st.none() | st.text(max_size=3), max_size=20))
def test_places_of_texts_have_the_order_of_their_letters(values):
    coded = coded_texts(pa.array(values, pa.large_string()))
    different = sorted({value for value in values if value is not None}, key=str.encode)

    assert [([*different, None])[place] for place in coded.places] == values
    assert coded.missing == len(different)


IDS = st.text(st.sampled_from("aA1é-İß"), min_size=1, max_size=6)


@settings(max_examples=60)
@given(st.lists(IDS, min_size=1, max_size=8), IDS, st.sampled_from([0, LONGEST_ID]))
def test_an_id_is_found_by_any_part_of_it(ids, text, longer):
    ids = [one + "z" * longer for one in ids]
    search = IdSearch.of(np.array(ids, dtype=object))

    assert search.holding(folded(text)).tolist() == [folded(text) in folded(one) for one in ids]
    assert (search.letters is None) == (longer > 0)


PARTS = st.lists(
    st.sampled_from(["Ana", "ANNA", "O'Brien", "Smith-Jones", "ánh", "'", "李", "-"]), max_size=4
)


@settings(max_examples=60)
@given(st.lists(st.none() | PARTS.map(" ".join), max_size=8), PARTS.map(" ".join))
def test_a_name_is_found_by_how_its_words_begin(names, text):
    search, coded = prepare_names(np.array([*names, "Ana"], dtype=object))
    asked = words_of(text)

    found = search.beginning(asked).tolist()[:-1]

    assert found == [bool(asked) and begins(name, asked) for name in names]
    assert coded.missing == len({plain(name) for name in [*names, "Ana"] if name is not None})


def begins(name, asked):
    words = words_of(name or "") + words_of((name or "").replace("'", " "))
    return all(any(word.startswith(one) for word in words) for one in asked)


def plain(name):
    return " ".join(folded(name).split())


def test_a_word_that_an_apostrophe_parts_is_found_either_way():
    search, _ = prepare_names(np.array(["Zoë O'Brien", "Łukasz Weiß"], dtype=object))

    found = {
        text: search.beginning(words_of(text)).tolist()
        for text in ["obr", "O’Brien", "brien", "lukasz weiss"]
    }

    assert found == {
        "obr": [True, False],
        "O’Brien": [True, False],
        "brien": [True, False],
        "lukasz weiss": [False, True],
    }


@dataclass(frozen=True)
class Piece:
    nbytes: int


def test_the_least_used_is_dropped_first_and_made_again():
    kept, made = Kept(10), []

    def make(name):
        return kept.get(name, lambda: made.append(name) or Piece(4))

    for name in ["a", "b", "a", "c", "a", "b"]:
        make(name)

    assert made == ["a", "b", "c", "b"]
    assert kept.nbytes == 8


def test_what_is_larger_than_all_room_is_handed_out_and_not_kept():
    kept = Kept(10)

    assert kept.get("a", lambda: Piece(11)) == Piece(11)
    assert kept.nbytes == 0


def test_a_trend_is_read_from_columns_of_one_thing_at_several_times():
    names = [
        "logins_week_10",
        "age",
        "logins_week_2",
        "logins_week_1",
        "question_1",
        "question_2",
        "question_3",
    ]
    values = np.arange(14.0).reshape(2, 7)
    values[1, 2] = np.nan

    trend = wide_trend(names, values)

    assert (trend.title, trend.names) == (
        "Logins by week",
        ("logins_week_1", "logins_week_2", "logins_week_10"),
    )
    assert trend.of(np.array([1, 0])) == [[10.0, None, 7.0], [3.0, 2.0, 0.0]]


@pytest.mark.parametrize(
    "names",
    [["week_1", "week_2"], ["question_1", "question_2", "question_3"], ["week_1", "week_01", "week_2"], []],
)
def test_few_times_or_no_times_make_no_trend(names):
    assert wide_trend(names, np.zeros((1, len(names)))) is None


def roster():
    return make_roster(
        student_ids=np.array(["a", "b", "c"], dtype=object),
        order=np.array([2, 0, 1]),
        risk=np.array([0.4, 0.3, 0.6]),
        columns=[
            number_column("hours", "Paid work", np.array([5.0, np.nan, 7.5])),
            level_column("device", "Device", np.array([0, -1, 0]), ("none", "own")),
        ],
    )


def test_a_column_can_be_chosen_by_what_somebody_has():
    device, hours = choice_of(roster(), "device"), choice_of(roster(), "hours")

    assert (device.values, device.n_missing, device.is_range) == ((("none", 2),), 1, False)
    assert (hours.low, hours.high, hours.n_missing, hours.is_range) == (5.0, 7.5, 1, True)
    assert choosable(roster()) == {"rank": "Rank", "risk": "Risk", "hours": "Paid work", "device": "Device"}
    with pytest.raises(WrongKind, match="The list cannot be filtered by 'student_id'"):
        choice_of(roster(), "student_id")


def test_the_choices_of_a_scope_are_those_of_its_students():
    scope = Scope(roster().rows_of(["b"]))

    assert choice_of(roster(), "device", scope).values == ()
    assert choice_of(roster(), "hours", scope).low is None
    assert choice_of(roster(), "rank", scope).high == 3.0
