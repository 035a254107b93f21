"""What each column is for: kind and role, with the reason of every guess, corrected by the viewer."""

import streamlit as st

from core.errors import InvalidChoice
from core.schema import MODEL_ROLES, Kind, Role
from pages.ui import raw_rows, text, trying

PLACE = "roles"
ROLES = {
    Role.FEATURE: "Feature",
    Role.BARRIER: "Barrier (can be worked on)",
    Role.PROTECTED: "Protected (kept out of the model)",
    Role.OUTCOME: "Outcome (kept out of the model)",
    Role.STUDENT_ID: "Student id",
    Role.NAME: "Name of the student",
    Role.TERM: "Term",
    Role.TIME: "Date or time",
    Role.CONTACT: "Contact with a mentor",
    Role.IGNORED: "Not used",
}
KINDS = {
    Kind.NUMBER: "Number",
    Kind.CATEGORY: "Category",
    Kind.FLAG: "Yes or no",
    Kind.DATE: "Date",
    Kind.TEXT: "Text",
}
SHOWN_ROWS = 14


def draw(request, preview) -> None:
    """Draw the editor and, in words, what the roles mean for the model."""
    edited = _editor(request, preview)
    changes = _changes(preview.schema, edited)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Use these roles", type="primary", disabled=not changes, icon=":material/check:"):
            trying.choose(PLACE, lambda: _with(request, preview.schema, changes))
        if (request.table.roles or request.table.kinds) and st.button(
            "Back to the guesses", icon=":material/undo:"
        ):
            trying.choose(PLACE, lambda: _guessed(request))
        if changes:
            st.caption(text.count(len(changes), "column") + " changed here, not in use yet")
    trying.take_over(PLACE)
    _meaning(preview.schema)


def _editor(request, preview):
    """Return the table of columns as the viewer left it."""
    config = st.column_config
    n_columns = len(preview.schema.columns)
    return st.data_editor(
        preview.columns,
        key=f"roles_{request.table.digest}",
        num_rows="fixed",
        hide_index=True,
        width="stretch",
        height=raw_rows.height(n_columns, most=SHOWN_ROWS),
        disabled=["column", "label", "reason", "examples", "missing"],
        column_order=["column", "role", "kind", "reason", "examples", "missing", "label"],
        column_config={
            "column": config.TextColumn("Column", pinned=True, width=180),
            "role": config.SelectboxColumn(
                "Used as",
                options=[str(r) for r in ROLES],
                format_func=lambda r: ROLES[Role(r)],
                required=True,
                width=220,
            ),
            "kind": config.SelectboxColumn(
                "Holds",
                options=[str(k) for k in KINDS],
                format_func=lambda k: KINDS[Kind(k)],
                required=True,
                width=110,
            ),
            "examples": config.TextColumn("For example", width=200),
            "missing": config.NumberColumn(
                "Gaps", format="localized", width=70, help="Rows without a value."
            ),
            "reason": config.TextColumn("Why", width=420),
            "label": config.TextColumn("Called", width=180),
        },
        alt=f"The {n_columns} columns of the table, with what each holds and is used as.",
    )


def _changes(schema, edited) -> dict:
    """Return what the viewer chose for the columns that were changed, by name: (kind, role).

    Only the two choices are taken from the browser, by position; the names are the schema's own.
    Raises InvalidChoice for a value that is not offered.
    """
    given = zip(schema, edited["kind"], edited["role"], strict=True)
    chosen = {c.name: (_valid(Kind, "kind", kind), _valid(Role, "role", role)) for c, kind, role in given}
    return {c.name: chosen[c.name] for c in schema if chosen[c.name] != (c.kind, c.role)}


def _valid(kind, name: str, value):
    """Return the value as a member of its list; raises InvalidChoice."""
    if value not in list(kind):
        raise InvalidChoice.of(name, value, [str(member) for member in kind])
    return kind(value)


def _with(request, schema, changes: dict):
    """Return the request with what differs from the schema: only another kind has the file read again."""
    found = {column.name: (column.kind, column.role) for column in schema}
    kinds = {name: kind for name, (kind, _) in changes.items() if kind != found[name][0]}
    roles = {name: role for name, (_, role) in changes.items() if role != found[name][1]}
    return request.with_roles(roles).with_kinds(kinds)


def _guessed(request):
    """Return the request with the guessed roles and kinds; the outcome stays."""
    table = request.table
    return request.with_source(table.source, table=table.table, revision=table.revision).with_outcome(
        request.outcome
    )


def _meaning(schema) -> None:
    """Say which columns the model may use, which it may not, and how students are named."""
    used = schema.names(*MODEL_ROLES)
    barriers, protected = _list(schema, Role.BARRIER), _list(schema, Role.PROTECTED)
    key = schema.student_id
    by_row = (
        "**No column holds a student id**: students are named by row number. Set one above if there is one."
    )
    lines = (
        f"**The model may use** {len(used)} columns (not those of the outcome), barriers first: {barriers}.",
        f"**Kept out of the model** as protected, only used to check for gaps between groups: {protected}.",
        f"**Students are named** by {text.md(key)}." if key else by_row,
    )
    st.markdown("\n".join(f"- {line}" for line in lines))


def _list(schema, role: Role) -> str:
    """Return the labels of the columns in a role, or that there is none."""
    titles = [text.md(column.title) for column in schema if column.role is role]
    more = f" and {len(titles) - 8} more" if len(titles) > 8 else ""
    return ", ".join(titles[:8]) + more if titles else "none"
