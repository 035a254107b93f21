"""A query that cannot be is refused with a sentence; a link means the same everywhere, and names nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.caseload.roster_link import link_of, query_of
from core.caseload.roster_query import TITLES, USUAL, Between, OneOf, Query, SortBy
from core.errors import InvalidChoice


@pytest.mark.parametrize(
    ("make", "words", "hint"),
    [
        (
            lambda: Query(size=0),
            "The number of students on a page cannot be 0.",
            "It is a whole number from 1 to 500.",
        ),
        (
            lambda: Query(start=-1),
            "The first student cannot be -1.",
            "It is a whole number from 0 to 1,000,000,000.",
        ),
        (
            lambda: Query(search="a" * 101),
            "There are 101 letters to search for.",
            "At most 100 are allowed.",
        ),
        (
            lambda: Query(sort=tuple(map(SortBy, "abcd"))),
            "There are 4 columns to sort by.",
            "At most 3 are allowed.",
        ),
        (
            lambda: Query(sort=(SortBy("risk"), SortBy("risk"))),
            "The column 'risk' is sorted by twice.",
            "Name each column once.",
        ),
        (
            lambda: Query(columns=("rank", "rank")),
            "The column 'rank' is shown twice.",
            "Name each column once.",
        ),
        (lambda: OneOf("device", ()), "The filter on 'device' has 0 values.", "It takes 1 to 200."),
        (
            lambda: Between("hours", 5, 4),
            "The range of 'hours' is empty: 5 is above 4.",
            "Give the lower end first.",
        ),
        (
            lambda: Between("hours", float("nan")),
            "The range of 'hours' has an end that is no number.",
            "Give one.",
        ),
    ],
)
def test_a_query_that_cannot_be_is_refused(make, words, hint):
    with pytest.raises(InvalidChoice) as told:
        make()

    assert (str(told.value), told.value.hint) == (words, hint)


def test_an_unknown_column_to_show_is_named_with_the_nearest():
    with pytest.raises(InvalidChoice, match="'column' cannot be 'risks'") as told:
        Query(columns=("risks",))

    assert told.value.hint.startswith("Did you mean 'risk'?")


TEXTS = st.text(min_size=1, max_size=8)
NUMBERS = st.none() | st.floats(-1e9, 1e9)
COLUMNS = TEXTS.filter(lambda name: name not in ("student_id", "name"))
CONDITIONS = st.builds(
    OneOf, COLUMNS, st.lists(TEXTS, min_size=1, max_size=3, unique=True).map(tuple), st.booleans()
) | st.builds(
    lambda column, low, high, missing: (
        Between(column, *sorted((low, high)), or_missing=missing)
        if None not in (low, high)
        else Between(column, low, high, or_missing=missing)
    ),
    COLUMNS,
    NUMBERS,
    NUMBERS,
    st.booleans(),
)
QUERIES = st.builds(
    Query,
    start=st.integers(0, 10**6),
    size=st.integers(1, 500),
    sort=st.lists(st.builds(SortBy, TEXTS, st.booleans()), max_size=3, unique_by=lambda one: one.column).map(
        tuple
    ),
    where=st.lists(CONDITIONS, max_size=3, unique_by=lambda one: (type(one), one.column)).map(tuple),
    search=st.sampled_from(["", "Ana Silva", "S000012"]),
    columns=st.just(USUAL) | st.lists(st.sampled_from(list(TITLES)), unique=True, min_size=1).map(tuple),
)


@given(QUERIES)
def test_a_link_brings_the_query_back_and_a_search_only_when_it_is_saved(query):
    saved, sent = link_of(query, with_search=True), link_of(query)

    assert query_of(saved, with_search=True) == query
    assert query_of(sent).search == ""
    assert link_of(query_of(sent)) == sent
    assert not query.search or query.search.replace(" ", "+") not in sent


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("colour=red", "The link has the unknown part 'colour'."),
        ("search=Ana", "The link has the unknown part 'search'."),
        ("is.=x", "The link has the unknown part 'is.'."),
        ("in.hours=cheap", "The link has no range for 'hours'."),
        ("in.hours=1..2&in.hours=3..4", "The link has 'in.hours' 2 times."),
        ("in.hours=1e400..", "The range of 'hours' has an end that is no number."),
        ("start=two", "The link has no whole number for 'start'."),
        ("start=²", "The link has no whole number for 'start'."),
        ("size=900", "The number of students on a page cannot be 900."),
        ("sort=days", "The link cannot be sorted by 'days'."),
        ("columns=rank+eyes", "'column' cannot be 'eyes'."),
        ("start", "The link cannot be taken apart."),
        ("is.device=%FF", "The link cannot be taken apart."),
        ("is.name=Ana", "A link cannot choose students by 'name'."),
        ("is.student_id=S1", "A link cannot choose students by 'student_id'."),
        ("is.device=" + "x" * 2_000, "The link has 2,010 letters."),
    ],
)
def test_a_link_with_a_part_that_is_not_known_is_refused(text, words):
    with pytest.raises(InvalidChoice) as told:
        query_of(text)

    assert str(told.value) == words
    assert told.value.hint


def test_a_filter_by_who_somebody_is_makes_no_link():
    with pytest.raises(InvalidChoice, match="A link cannot choose students by 'student_id'"):
        link_of(Query(where=(OneOf("student_id", ("S1",)),)))


def test_a_link_that_is_too_long_is_refused():
    with pytest.raises(InvalidChoice, match="The link would have 2,010 letters"):
        link_of(Query(where=(OneOf("device", ("x" * 2_000,)),)))


def test_no_text_is_the_usual_query():
    assert query_of("") == Query()
    assert link_of(Query()) == ""
