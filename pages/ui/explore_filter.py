"""Which students Explore is about: conditions that can be added and taken out again."""

from datetime import date, timedelta

import streamlit as st

from core import cache
from core.schema import Kind
from pages.ui import explore_words, text

MOST = 4
"""Conditions at once."""
ON_LINE = ("at least", "at most", "between")
ON_LEVELS = ("is", "is not")
ON_GAPS = ("is missing", "is known")
FIRST_DAY = date(1970, 1, 1)


def chosen(request) -> tuple:
    """Return the conditions in use for this table."""
    return st.session_state.get(_place(request), ())


def draw(request, found) -> None:
    """Draw the conditions in use, each with a way out and its bounds, and the form for another one.

    ``found`` is about all students: what can be chosen does not hang on what was chosen.
    """
    in_use, ways = chosen(request), found.ways_to_choose
    for number, one in enumerate(in_use):
        words = in_words(one, found.titles, found.schema.column(one.column).kind)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                f"Only: {text.md(words)}", key=f"filter_out_{number}", icon=":material/close:",
                help="Take this condition out", on_click=_keep,
                args=(request, in_use[:number] + in_use[number + 1 :]),
            )  # fmt: skip
            way = ways.get(one.column)
            if way is not None and way.kind is Kind.NUMBER and one.test in ON_LINE:
                _bounds(request, number, one, way, words)
    if len(in_use) < MOST:
        with st.expander("Only some students", icon=":material/filter_alt:"):
            _form(request, found.titles, ways)


def _bounds(request, number: int, one, way, words: str) -> None:
    """Draw the bounds of a condition in use; moving one shows the students of the moved one."""
    ends = ("From", "To") if one.test == "between" else (one.test.capitalize(),)
    keys = [_key(request, f"bound_{number}_{end}") for end in ends]
    for end, key, value in zip(ends, keys, one.values, strict=True):
        st.session_state[key] = value
        st.number_input(
            f"{words}: {end}", key=key, step=way.step, format="%.10g", width=150,
            label_visibility="collapsed", on_change=_move, args=(request, number, keys),
        )  # fmt: skip


def _move(request, number: int, keys) -> None:
    """Put other bounds into a condition in use."""
    in_use = chosen(request)
    old = in_use[number]
    moved = cache.Filter(old.column, old.test, tuple(float(st.session_state[key]) for key in keys))
    _keep(request, (*in_use[:number], moved, *in_use[number + 1 :]))


def in_words(one, titles: dict, kind) -> str:
    """Return a condition in words.

    >>> from types import SimpleNamespace
    >>> one = SimpleNamespace(column="age", test="between", values=(16.0, 18.25))
    >>> in_words(one, {"age": "Age"}, Kind.NUMBER)
    'Age between 16 and 18.25'
    """
    say = explore_words.day if kind is Kind.DATE else _number if kind is Kind.NUMBER else str
    joined = (" and " if one.test == "between" else " or ").join(map(say, one.values))
    return f"{titles[one.column]} {one.test} {joined}".strip()


def _number(value: float) -> str:
    return f"{value:,.15g}"


def _form(request, titles: dict, ways: dict) -> None:
    """Draw the column, the test and the values of another condition."""
    columns = st.columns(3, vertical_alignment="bottom")
    column = columns[0].selectbox(
        "Only where", list(ways), key=_key(request, "column"), format_func=titles.__getitem__
    )
    if column is None:
        return
    way = ways[column]
    tests = (ON_LINE if way.is_on_a_line else ON_LEVELS) + ON_GAPS
    test = columns[1].selectbox("Test", tests, key=_key(request, f"test_{column}"))
    with columns[2]:
        values = _values(request, way, column, test)
    ready = test in ON_GAPS or bool(values)
    more = (cache.Filter(column, test, values),) if ready else ()
    st.button(
        "Show only these students", icon=":material/check:", disabled=not ready,
        on_click=_keep, args=(request, (*chosen(request), *more)),
    )  # fmt: skip


def _values(request, way, column: str, test: str) -> tuple:
    """Draw the fields for the values of a test, and return them."""
    key = _key(request, f"values_{column}_{test}")
    if test in ON_GAPS:
        return ()
    if not way.is_on_a_line:
        return tuple(st.multiselect("Values", way.levels, key=key))
    low, middle, high = way.quarters
    if way.kind is Kind.DATE:
        return _days((low, middle, high), test, key)
    line = {"step": way.step, "format": "%.10g"}
    first = float(middle if test != "between" else low)
    values = (st.number_input("Value", value=first, key=key, **line),)
    if test == "between":
        values += (st.number_input("and", value=float(high), key=f"{key}_to", **line),)
    return values


def _days(quarters: tuple, test: str, key: str) -> tuple:
    """Draw one or two days, and return them as days since 1970."""
    _, middle, end = (FIRST_DAY + timedelta(days=number) for number in quarters)
    days = (st.date_input("Day", middle, key=key),)
    if test == "between":
        days += (st.date_input("and", end, key=f"{key}_to"),)
    return tuple(float((day - FIRST_DAY).days) for day in days)


def _keep(request, filters: tuple) -> None:
    st.session_state[_place(request)] = filters


def _place(request) -> str:
    return f"explore_filters_{request.digest}"


def _key(request, name: str) -> str:
    return f"filter_{name}_{request.digest}"
