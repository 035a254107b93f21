"""One table of a student record: where it is, which rows and columns are taken, how its ids are compared."""

import streamlit as st

from core import cache
from core.errors import AppError
from core.schema import Kind
from pages.ui import asking, record_look, record_rows, state, text, widgets

TAKE, SUM_UP = "Take columns", "Sum up many rows"
SHAPES = {
    TAKE: "The table has one row a student: its columns are put beside those of the base table.",
    SUM_UP: "The table has many rows a student, such as visits or marks: they become one value each.",
}


def draw(plan, index: int, *, key: str):
    """Draw the choice of one table (0 is the base); return it as a part of the plan once it is asked for.

    A table that is in the plan already stays the table; the other choices can be changed.
    """
    actor = state.actor()
    before = plan.tables[index] if plan is not None and index < len(plan.tables) else None
    if before is None:
        source, table = _table(actor, key=key)
    else:
        source, table = before.source, before.table
    if not table:
        return None
    key = f"{key}_{place_of(source)}_{table}"
    look = _look(actor, source, table, key=key)
    if look is None:
        return None
    exploded, look = _exploded(actor, source, look, before, key=key)
    if look is None:
        return None
    chosen = _base(look, before, key=key) if index == 0 else _added(look, plan, before, key=key)
    label = "Use these choices" if before else "Use as base table" if index == 0 else "Add this table"
    if st.button(label, key=f"{key}_use", type="primary", icon=":material/check:"):
        return _made(actor, look, source, {**chosen, "explode": exploded})
    return None


def place_of(source) -> str:
    """Return the place of a table in words: a connection with its database, a file, or the demo school."""
    connection = getattr(source, "connection", "")
    if connection:
        return f"{connection} / {source.database}" if source.database else connection
    return getattr(source, "name", "") or getattr(source, "path", "") or cache.DEMO_PLACE


def _made(actor, look, source, chosen: dict):
    """Return the part, or say why it cannot be made."""
    try:
        return cache.make_part(actor, look, source, **chosen)
    except AppError as error:
        widgets.failure(error)
        return None


def _table(actor, *, key: str):
    """Let the viewer choose place, database and table; return source and table, both None until then."""
    request, columns = state.request(), iter(st.columns(3))
    place = next(columns).selectbox(
        "Place", cache.part_places(actor, request), None, key=f"{key}_place", placeholder="Choose a place",
        persist_state="session",
    )  # fmt: skip
    if place is None:
        return None, None
    database = _database(actor, place, columns, key=f"{key}_database_{place}")
    if database is None:
        return None, None
    source = cache.part_source(actor, request, place, database)
    tables = asking.answer(cache.tables_job(actor, source))
    if not tables:
        if tables is not None:
            widgets.empty("There is no table here that the account may read.", "Choose another place.")
        return None, None
    table = next(columns).selectbox(
        "Table", tables, None, key=f"{key}_table_{place}_{database}", placeholder="Choose a table",
        persist_state="session",
    )  # fmt: skip
    return source, table


def _database(actor, place: str, columns, *, key: str) -> str | None:
    """Let the viewer choose among several databases; empty where there is none, None until known."""
    if place in {cache.DEMO_PLACE, cache.OPEN_FILE_PLACE}:
        return ""
    found = asking.answer(cache.databases_job(actor, place))
    if found is None or len(found) < 2:
        return found if found is None else "".join(found)
    return next(columns).selectbox("Database", found, key=key, persist_state="session")


def _look(actor, source, table: str, *, key: str):
    """Show the table, and offer to look at it again."""
    job = cache.look_job(actor, source, table)
    look = asking.answer(job)
    if look is None:
        return None
    record_look.draw(look, key=key)
    st.button(
        "Look again", key=f"{key}_again", icon=":material/refresh:", type="tertiary",
        on_click=cache.forget, args=(job,),
    )  # fmt: skip
    return look


def _exploded(actor, source, look, before, *, key: str):
    """Let the viewer turn a list into rows; return the field, and the table as it looks then."""
    lists = [field.name for field in look.info.fields if field.is_list]
    if not lists:
        return "", look
    options = ["", *lists]
    earlier = before.explode if before and before.explode in options else ""
    chosen = st.selectbox(
        "Lists in the rows", options, options.index(earlier), key=f"{key}_explode", persist_state="session",
        format_func=lambda name: f"one row for each element of {name}" if name else "count their elements",
    )  # fmt: skip
    if not chosen:
        return "", look
    return chosen, asking.answer(cache.look_job(actor, source, look.info.name, chosen))


def _base(look, before, *, key: str) -> dict:
    """Let the viewer say how the base table is used."""
    names = look.schema.names()
    chosen = {
        "key": _id(look, before, "", key=key),
        "rule": before.rule if before else cache.KeyRule(),
    }
    chosen["columns"] = _columns(names, chosen["key"], before, key=key)
    chosen["conditions"] = _conditions(names, before, key=key)
    return chosen


def _added(look, plan, before, *, key: str) -> dict:
    """Let the viewer say how a further table is used."""
    names = look.schema.names()
    chosen = {"key": _id(look, before, plan.base.key, key=key), **_alike(before, key=key)}
    shape = st.segmented_control(
        "How it is used", list(SHAPES), default=_shape(look, before, chosen["key"]), required=True,
        key=f"{key}_shape", persist_state="session",
    )  # fmt: skip
    st.caption(SHAPES[shape])
    if shape == TAKE:
        chosen["columns"] = _columns(names, chosen["key"], before, key=key)
    else:
        chosen |= _sums(look, names, before, key=key)
    chosen["conditions"] = _conditions(names, before, key=key)
    return chosen | _joined(before, key=key)


def _shape(look, before, student_id: str) -> str:
    """Return how a table is probably meant: ids that repeat in the first rows have many rows a student."""
    if before is not None:
        return SUM_UP if before.measures else TAKE
    return SUM_UP if student_id in look.rows and look.rows[student_id].duplicated().any() else TAKE


def _id(look, before, wanted: str, *, key: str) -> str:
    """Let the viewer choose the column that names the student."""
    names = look.schema.names()
    guesses = (before.key if before else "", look.schema.student_id, wanted)
    guess = next((name for name in guesses if name in names), None)
    chosen = st.selectbox(
        "Column with the student's id", names, None if guess is None else names.index(guess), key=f"{key}_id",
        placeholder="Choose a column", persist_state="session",
    )  # fmt: skip
    return chosen or ""


def _columns(names, student_id: str, before, *, key: str) -> tuple[str, ...]:
    """Let the viewer choose columns; none chosen means all, and an id is always among the chosen ones."""
    others = [name for name in names if name != student_id]
    chosen = st.multiselect(
        "Columns to take", others, [name for name in (before.columns if before else ()) if name in others],
        key=f"{key}_columns_taken_{student_id}", placeholder=f"All {len(names)} columns",
        persist_state="session",
    )  # fmt: skip
    return tuple(chosen)


def _conditions(names, before, *, key: str) -> list:
    """Let the viewer say which rows are read."""
    with st.expander(
        "Conditions on the rows", icon=":material/filter_alt:", expanded=bool(before and before.rows)
    ):
        return record_rows.conditions(names, before.rows if before else (), key=f"{key}_condition")


def _alike(before, *, key: str) -> dict:
    """Let the viewer say how ids are made alike before they are compared."""
    rule = before.rule if before else cache.KeyRule()
    st.caption("How the ids of the two tables are made alike before they are compared")
    with st.container(horizontal=True):
        case = st.checkbox(
            "Upper and lower case are alike", rule.case, key=f"{key}_case",
            persist_state="session", help="A17 is a17.",
        )  # fmt: skip
        spaces = st.checkbox(
            "Spaces are ignored", rule.spaces, key=f"{key}_spaces",
            persist_state="session", help="'A 17 ' is A17.",
        )  # fmt: skip
        zeros = st.checkbox(
            "Leading zeros are ignored", rule.zeros, key=f"{key}_zeros",
            persist_state="session", help="007 is 7.",
        )  # fmt: skip
    return {"rule": cache.KeyRule(case=case, spaces=spaces, zeros=zeros)}


def _sums(look, names, before, *, key: str) -> dict:
    """Let the viewer say what is made of the many rows of a student."""
    dated = {field.name for field in look.info.fields if field.is_time} | set(look.schema.of_kind(Kind.DATE))
    times = ["", *(name for name in names if name in dated)]
    earlier = before.time if before and before.time in times else times[min(1, len(times) - 1)]
    time = st.selectbox(
        "When a row happened", times, times.index(earlier), key=f"{key}_time", persist_state="session",
        format_func=lambda name: name or "no column says it",
        help="Needed for the last value, the trend, the days since, and an as-of date.",
    )  # fmt: skip
    counted = {field.name for field in look.info.fields if field.is_number}
    numbers = [
        name for name in names if name in counted or name in look.schema.of_kind(Kind.NUMBER, Kind.FLAG)
    ]
    measured = before.measures if before else ()
    return {"time": time, "measures": record_rows.measures(names, numbers, measured, key=f"{key}_measure")}


def _joined(before, *, key: str) -> dict:
    """Let the viewer say what becomes of students whom the table does not know."""
    joins = list(cache.JOINS)
    join = st.radio(
        "Students whom this table does not know", joins, joins.index(before.join) if before else 0,
        format_func=lambda value: text.md(cache.JOINS[value]), key=f"{key}_join", persist_state="session",
    )  # fmt: skip
    prefix = st.text_input(
        "Put before the names of its columns", before.prefix if before else "", key=f"{key}_prefix",
        placeholder="nothing", persist_state="session", width=320,
        help="Such as lms_, where two tables have columns of the same name.",
    )  # fmt: skip
    return {"join": join, "prefix": prefix.strip()}
