"""Small lists that a viewer makes row by row: the conditions on a table, and the sums of its rows."""

import streamlit as st

from core import cache

MOST = {"conditions": 5, "measures": 8}
VALUELESS = {"missing", "present"}
"""Tests that need no value."""
OF_ROWS = {"count", "days since"}
"""Measures that need no column."""
OF_NUMBERS = {"sum", "mean", "trend"}


def conditions(names, before, *, key: str) -> list[tuple[str, str, str]]:
    """Let the viewer say which rows count; return column, test and value of each condition."""
    rows = _rows(key, len(before))
    st.caption("Only rows that meet every condition are read." if rows else "Every row is read.")
    made = [
        _condition(names, _at(before, row), key=f"{key}_{row}", rows=f"{key}_rows", row=row) for row in rows
    ]
    _more("Add a condition", rows, MOST["conditions"], key=key)
    return [one for one in made if one[0]]


def measures(names, numbers, before, *, key: str) -> list[tuple[str, str, str]]:
    """Let the viewer say which values are made of a student's rows: measure, column and name each."""
    rows = _rows(key, max(len(before), 1))
    made = [
        _measure(names, numbers, _at(before, row), key=f"{key}_{row}", rows=f"{key}_rows", row=row)
        for row in rows
    ]
    _more("Add a value", rows, MOST["measures"], key=key)
    return made


def _condition(names, before, *, key: str, rows: str, row: int) -> tuple[str, str, str]:
    """Draw one condition."""
    tests = list(cache.TESTS)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column = st.selectbox(
            "Column", names, _place(names, before and before.column), key=f"{key}_column",
            placeholder="Choose a column", persist_state="session",
        )  # fmt: skip
        test = st.selectbox(
            "Test", tests, _place(tests, before and before.test) or 0, key=f"{key}_test",
            format_func=cache.TESTS.__getitem__, persist_state="session",
        )  # fmt: skip
        value = st.text_input(
            "Value", _value(before), key=f"{key}_value", disabled=test in VALUELESS, persist_state="session",
            placeholder="a, b, c" if test == "one of" else "",
        )  # fmt: skip
        st.button("Remove", key=f"{key}_remove", icon=":material/close:", on_click=_remove, args=(rows, row))
    return column or "", test, "" if test in VALUELESS else value


def _measure(names, numbers, before, *, key: str, rows: str, row: int) -> tuple[str, str, str]:
    """Draw one value that is made of a student's rows."""
    hows = list(cache.MEASURES)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        how = st.selectbox(
            "Value", hows, _place(hows, before and before.how) or 0, key=f"{key}_how",
            format_func=cache.MEASURES.__getitem__, persist_state="session",
        )  # fmt: skip
        options = _columns(how, names, numbers)
        column = st.selectbox(
            "Of the column", options, _place(options, before and before.of), key=f"{key}_of_{how}",
            format_func=lambda name: name or "the rows", placeholder="Choose a column",
            disabled=options == [""], persist_state="session",
        )  # fmt: skip
        name = st.text_input(
            "Called", before.name if before else "", key=f"{key}_name", persist_state="session",
            placeholder="named for you when empty",
        )  # fmt: skip
        st.button("Remove", key=f"{key}_remove", icon=":material/close:", on_click=_remove, args=(rows, row))
    return how, column or "", name


def _columns(how: str, names, numbers) -> list[str]:
    """Return what a measure can be of; an empty name is the rows themselves."""
    if how == "days since":
        return [""]
    if how in OF_ROWS:
        return ["", *names]
    return list(numbers if how in OF_NUMBERS else names)


def _place(options, wanted) -> int | None:
    """Return where an earlier choice stands; the first option where the rows themselves can be meant."""
    if wanted in options:
        return list(options).index(wanted)
    return 0 if "" in options else None


def _value(before) -> str:
    """Return the value of an earlier condition as it is typed."""
    if before is None:
        return ""
    values = before.values or ((before.value,) if before.value is not None else ())
    return ", ".join(f"{value:g}" if isinstance(value, float) else str(value) for value in values)


def _at(before, row: int):
    return before[row] if row < len(before) else None


def _rows(key: str, n_before: int) -> tuple[int, ...]:
    """Return the numbers of the rows that there are; a removed one's number is used by no other."""
    return st.session_state.setdefault(f"{key}_rows", tuple(range(n_before)))


def _remove(rows: str, row: int) -> None:
    st.session_state[rows] = tuple(one for one in st.session_state[rows] if one != row)


def _add(rows: str, last: str) -> None:
    number = st.session_state.get(last, max(st.session_state[rows], default=-1)) + 1
    st.session_state[last] = number
    st.session_state[rows] = (*st.session_state[rows], number)


def _more(label: str, rows: tuple[int, ...], most: int, *, key: str) -> None:
    """Offer one row more, up to the most there may be."""
    st.button(
        label, key=f"{key}_add", icon=":material/add:", on_click=_add, args=(f"{key}_rows", f"{key}_last"),
        disabled=len(rows) >= most, help=f"Up to {most}.",
    )  # fmt: skip
