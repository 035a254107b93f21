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
    """Draw the conditions in use, each with a way out, and the form for another one."""
    in_use = chosen(request)
    for number, one in enumerate(in_use):
        words = in_words(one, found.titles, found.schema.column(one.column).kind)
        st.button(
            f"Only: {text.md(words)}", key=f"filter_out_{number}", icon=":material/close:",
            help="Take this condition out", on_click=_keep,
            args=(request, in_use[:number] + in_use[number + 1 :]),
        )  # fmt: skip
    if len(in_use) < MOST:
        with st.expander("Only some students", icon=":material/filter_alt:"):
            _form(request, found)


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


def _form(request, found) -> None:
    """Draw the column, the test and the values of another condition."""
    columns = st.columns(3, vertical_alignment="bottom")
    column = columns[0].selectbox(
        "Only where", found.choices, key=_key(request, "column"), format_func=found.titles.__getitem__
    )
    if column is None:
        return
    shown = found.distributions[column]
    tests = (ON_LINE if shown.is_histogram else ON_LEVELS) + ON_GAPS
    test = columns[1].selectbox("Test", tests, key=_key(request, f"test_{column}"))
    with columns[2]:
        values = _values(request, shown, column, test)
    ready = test in ON_GAPS or bool(values)
    if st.button("Show only these students", icon=":material/check:", disabled=not ready):
        _keep(request, (*chosen(request), cache.Filter(column, test, values)))
        st.rerun()


def _values(request, shown, column: str, test: str) -> tuple:
    """Draw the fields for the values of a test, and return them."""
    key = _key(request, f"values_{column}_{test}")
    if test in ON_GAPS:
        return ()
    if not shown.is_histogram:
        return tuple(st.multiselect("Values", [bar.label for bar in shown.bars], key=key))
    box = shown.boxes[0]
    if shown.kind is Kind.DATE:
        return _days(box, test, key)
    first = float(box.median if test != "between" else box.q25)
    values = (st.number_input("Value", value=first, key=key),)
    if test == "between":
        values += (st.number_input("and", value=float(box.q75), key=f"{key}_to"),)
    return values


def _days(box, test: str, key: str) -> tuple:
    """Draw one or two days, and return them as days since 1970."""
    middle, end = (FIRST_DAY + timedelta(days=number) for number in (box.median, box.q75))
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
