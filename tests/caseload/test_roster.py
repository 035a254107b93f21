"""The list is paged, sorted, filtered and searched as pandas does it; no student is lost or repeated."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.caseload.roster import Scope
from core.caseload.roster_making import make_roster
from core.caseload.roster_page import page_of
from core.caseload.roster_query import Between, OneOf, Query, SortBy
from core.caseload.roster_search import folded, words_of
from core.caseload.roster_values import level_column, number_column, told_column
from core.errors import ColumnNotFound, InvalidChoice, WrongKind

NAMES = ("Ana Silva", "ana silva", "Zoë Ånd", "O'Brien Søren", "Đặng", None)
LEVELS = ("none", "own", "shared")
SHOWN = ("rank", "student_id", "name", "risk")


def roster_of(frame):
    """The list of students with few different values, so that many are tied."""
    # Equal risks stand in the order of the rows here; a real list draws it.
    risk = frame["risk"].to_numpy(dtype=float)
    order = np.argsort(-risk, kind="stable")
    return make_roster(
        student_ids=frame["student_id"].to_numpy(dtype=object),
        order=order,
        risk=risk,
        names=frame["name"].to_numpy(dtype=object),
        columns=[
            number_column("hours", "Paid work", frame["hours"].to_numpy(dtype=float)),
            level_column("device", "Device", frame["device"].to_numpy(), LEVELS),
            told_column("reasons", "Why", lambda rows: [f"reason {row}" for row in rows]),
        ],
    )


@st.composite
def schools(draw, most=24):
    n = draw(st.integers(0, most))
    columns = {
        "risk": st.sampled_from([0.0, 0.25, 0.29, 0.5, 1.0]),
        "hours": st.sampled_from([0.0, -0.0, 5.5, 20.0, np.nan]),
        "device": st.integers(-1, 2),
        "name": st.sampled_from(NAMES),
    }
    frame = pd.DataFrame({key: draw(st.lists(one, min_size=n, max_size=n)) for key, one in columns.items()})
    frame["name"] = frame["name"].astype(object).where(frame["name"].notna(), None)
    numbers = draw(st.permutations(range(n)))
    return frame.assign(student_id=[f"S{number:03d}" for number in numbers])


SORTS = st.lists(
    st.builds(
        SortBy,
        st.sampled_from(["rank", "risk", "hours", "device", "name", "student_id"]),
        falling=st.booleans(),
    ),
    max_size=3,
    unique_by=lambda one: one.column,
).map(tuple)
ENDS = st.none() | st.sampled_from([-1.0, 0.0, 5.5, 6.0, 20.0, 30.0])
WHERE = st.lists(
    st.builds(
        lambda low, high, missing: Between("hours", *sorted_ends(low, high), or_missing=missing),
        ENDS,
        ENDS,
        st.booleans(),
    )
    | st.builds(
        lambda values, missing: OneOf("device", tuple(values), or_missing=missing or not values),
        st.lists(st.sampled_from(LEVELS), unique=True),
        st.booleans(),
    ),
    max_size=2,
).map(tuple)
SEARCHES = st.sampled_from(
    ["", "", " ", "s0", "S001", "1", "an", "ANA si", "soren", "obrien", "dang", "zoe a", "?"]
)


def sorted_ends(low, high):
    return (high, low) if low is not None and high is not None and low > high else (low, high)


def by_hand(frame, query):
    """The ids that pandas finds, in its order."""
    found = frame.assign(rank=frame["risk"].rank(ascending=False, method="first"), row=range(len(frame)))
    kept = np.array([is_kept(row, query) for row in found.to_dict("records")], dtype=bool)
    found = found[kept]
    found = found.sort_values("rank", kind="stable")
    for one in reversed(query.sort):
        found = found.sort_values(
            one.column,
            ascending=not one.falling,
            kind="stable",
            na_position="last",
            key=lambda column: column.map(sort_key, na_action="ignore"),
        )
    return found["student_id"].tolist()


def sort_key(value):
    return folded(value) if isinstance(value, str) else (np.nan if value == -1 else value)


def is_kept(row, query):
    return all(is_met(row[one.column], one) for one in query.where) and is_found(row, query.search.strip())


def is_met(value, one):
    if pd.isna(value) or value == -1:
        return one.or_missing
    if isinstance(one, OneOf):
        return LEVELS[value] in one.values
    return (one.low is None or value >= one.low) and (one.high is None or value <= one.high)


def is_found(row, text):
    if not text or folded(text) in folded(row["student_id"]):
        return True
    words = [] if row["name"] is None else words_of(row["name"])
    return bool(words_of(text)) and all(
        any(word.startswith(asked) for word in words) for asked in words_of(text)
    )


def all_pages(roster, query, scope=None):
    """The ids of all pages of a size, one after another."""
    n_found = page_of(roster, query, scope).n_found
    pages = [page_of(roster, replace(query, start=start), scope) for start in range(0, n_found, query.size)]
    return [one for page in pages for one in page.student_ids]


@settings(max_examples=60)
@given(schools(), SORTS, WHERE, SEARCHES, st.integers(1, 13))
def test_pages_one_after_another_are_the_list_that_pandas_makes(frame, sort, where, search, size):
    query = Query(0, size, sort, where, search, SHOWN)

    expected, roster = by_hand(frame, query), roster_of(frame)

    assert all_pages(roster, query) == expected
    assert page_of(roster, query).n_found == len(expected)


@settings(max_examples=60)
@given(schools(), SORTS, WHERE, SEARCHES, st.data())
def test_a_scope_shows_and_counts_as_if_there_were_no_other_students(frame, sort, where, search, data):
    roster = roster_of(frame)
    own = (
        data.draw(st.lists(st.sampled_from(frame["student_id"].tolist()), unique=True)) if len(frame) else []
    )
    query = Query(0, 3, sort, where, search, SHOWN)
    page = page_of(roster, query, Scope(roster.rows_of([*own, "nobody"])))

    expected = [one for one in by_hand(frame, query) if one in own]

    assert all_pages(roster, query, Scope(roster.rows_of(own))) == expected
    assert (page.n_found, page.n_students) == (len(expected), len(own))


SCHOOL = pd.DataFrame(
    {
        "student_id": ["A1", "A2", "B3"],
        "name": ["Ana Silva", None, "Zoë Ånd"],
        "risk": [0.2, 0.9, 0.2],
        "hours": [5.0, np.nan, 0.0],
        "device": [1, 0, -1],
    }
)


def test_a_page_holds_the_columns_that_were_asked_for_and_says_which_are_not_known():
    page = page_of(roster_of(SCHOOL), Query(size=2, columns=("risk", "reasons", "mentor", "rank")))

    assert page.frame().to_dict("list") == {
        "risk": [90, 20],
        "reasons": ["reason 1", "reason 0"],
        "rank": [1, 2],
    }
    assert page.student_ids == ("A2", "A1")
    assert page.titles == {"risk": "Risk", "reasons": "Why", "rank": "Rank"}
    assert page.not_known == ("mentor",)
    assert page.words == "students 1 to 2 of 3"


def test_a_page_after_the_end_is_the_last_one():
    page = page_of(roster_of(SCHOOL), Query(start=50, size=2))

    assert (page.start, page.student_ids) == (2, ("B3",))


def test_an_empty_page_says_why():
    roster = roster_of(SCHOOL)
    nobody = Scope(roster.rows_of([]))

    assert (
        page_of(roster, Query(search="x")).why_empty == "No student matches: widen the filters or the search."
    )
    assert page_of(roster, Query(), nobody).why_empty == "There are no students."
    assert page_of(roster, Query(), nobody).words == "no students"
    assert page_of(roster, Query()).why_empty == ""
    assert page_of(roster, Query(search="ana")).words == "students 1 to 1 of 1 found, 3 in all"


@pytest.mark.parametrize("ids", [["A1", "A2", "B3"], ["A1", "A2", "B" * 41]])
def test_a_search_of_which_no_letter_is_left_finds_nobody(ids):
    roster = roster_of(SCHOOL.assign(student_id=ids))

    for alone in ("\u0301", "\u0301\u0308"):
        assert page_of(roster, Query(search=alone)).n_found == 0
        assert page_of(roster.without("name"), Query(search=alone)).n_found == 0
    assert page_of(roster, Query(search="a\u0301")).n_found == page_of(roster, Query(search="a")).n_found


def test_a_column_that_is_replaced_leaves_nothing_of_the_old_one_behind():
    roster = roster_of(SCHOOL)
    query = Query(where=(Between("hours", low=1),))
    before = page_of(roster, query).student_ids
    changed = roster.with_columns(number_column("hours", "Paid work", np.array([0.0, 2.0, 3.0])))

    assert (before, page_of(changed, query).student_ids) == (("A1",), ("A2", "B3"))
    assert page_of(roster, query).student_ids == ("A1",)


def test_without_names_nobody_is_found_or_sorted_by_name():
    hidden = roster_of(SCHOOL).without("name")

    assert page_of(roster_of(SCHOOL), Query(search="zoe")).n_found == 1
    assert page_of(hidden, Query(search="zoe")).n_found == 0
    assert "name" not in page_of(hidden, Query()).rows
    with pytest.raises(ColumnNotFound, match="There is no column 'name'"):
        page_of(hidden, Query(sort=(SortBy("name"),)))


def test_what_is_kept_of_names_is_not_shown_to_those_who_may_not_see_them():
    roster = roster_of(SCHOOL)
    query = Query(search="zoe", where=(Between("rank", 1),))
    page_of(roster, query)

    assert page_of(roster.without("name"), query).n_found == 0


@pytest.mark.parametrize(
    ("query", "kind", "words", "hint"),
    [
        (
            Query(sort=(SortBy("hour"),)),
            ColumnNotFound,
            "There is no column 'hour' (needed by the list).",
            "Did you mean 'hours'? Valid: 'rank', 'student_id', 'risk', 'name', 'hours', 'device'.",
        ),
        (
            Query(sort=(SortBy("reasons"),)),
            WrongKind,
            "The list cannot be sorted or filtered by 'reasons'.",
            "It is worked out for a page only.",
        ),
        (
            Query(where=(OneOf("name", ("Ana Silva",)),)),
            WrongKind,
            "The list cannot be filtered by 'name'.",
            "Search for it instead.",
        ),
        (
            Query(where=(OneOf("hours", ("5",)),)),
            WrongKind,
            "The column 'hours' has numbers.",
            "Choose a range of them.",
        ),
        (
            Query(where=(Between("device", 1),)),
            WrongKind,
            "The column 'device' has no numbers, so it has no range.",
            "Choose some of its values.",
        ),
        (
            Query(where=(OneOf("device", ("tablet",)),)),
            InvalidChoice,
            "There is no 'tablet' in the column 'device'.",
            "It may have left the data since: choose again.",
        ),
    ],
)
def test_what_the_list_does_not_have_is_said_in_one_sentence(query, kind, words, hint):
    with pytest.raises(kind) as told:
        page_of(roster_of(SCHOOL), query)

    assert (str(told.value), told.value.hint) == (words, hint)


def test_keys_too_wide_for_one_number_are_sorted_all_the_same(monkeypatch):
    frame = SCHOOL.assign(risk=0.5)
    query = Query(sort=(SortBy("device", falling=True), SortBy("hours")), columns=SHOWN)
    monkeypatch.setattr("core.caseload.roster_order._BITS", 1)

    assert list(page_of(roster_of(frame), query).student_ids) == by_hand(frame, query)


def test_the_memory_that_is_held_is_told():
    roster = roster_of(SCHOOL)
    before = roster.nbytes
    page_of(roster, Query(sort=(SortBy("hours"),)))

    assert 0 < before < roster.nbytes
