"""The form in which an administrator states a connection; what it asks for depends on the kind."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import asking, widgets

SERIAL = "waymark_connection_form"
"""How often the form was sent with success: another number is an empty form, its password gone."""
NEW = ""
KINDS = {
    "mysql": "MySQL or MariaDB",
    "postgresql": "PostgreSQL",
    "mongodb": "MongoDB",
    "spark": "Spark",
    "sqlite": "SQLite file",
}
PORTS = {"mysql": 3306, "postgresql": 5432, "mongodb": 27017}
SERVER = ("host", "port", "user", "password", "database")
FIELDS = {
    "mysql": (*SERVER, "ca_file", "tls"),
    "postgresql": (*SERVER, "ca_file", "tls"),
    "mongodb": (*SERVER, "login_database", "ca_file", "tls"),
    "spark": ("master", "folder", "tables_of", "driver_file", "password", "tls"),
    "sqlite": ("file",),
}
LABELS = {
    "host": ("Host", "db.school.example", "The server's name or address; it must be an allowed host."),
    "user": ("User", "waymark_reader", "An account that may only read is enough, and best."),
    "database": ("Database", "school", "The database that is opened first."),
    "login_database": ("Database of the account", "admin", "Where the account is kept; admin when empty."),
    "ca_file": ("File of the certificate authority", "", "The system's own authorities when empty."),
    "master": ("Where Spark runs", "local[2]", "local[2], spark://host:7077, or sc://host:15002."),
    "folder": ("Folder of its data", "", "Nothing outside this folder is read."),
    "driver_file": ("JDBC driver", "", "The driver's jar, where Spark reads the tables of a database."),
    "file": ("File", "~/school.sqlite", "An SQLite database on the computer that runs Waymark."),
}  # fmt: skip


def draw(actor, found) -> None:
    """Draw the form for a new connection, or for one that was stated on this page before."""
    serial = st.session_state.setdefault(SERIAL, 0)
    own = {view.name: view for view in found if view.is_own}
    with st.expander("Add or change a connection", icon=":material/add_link:", key="connection_form_open"):
        left, right = st.columns(2)
        name = NEW
        if own:
            name = left.selectbox(
                "Connection", [NEW, *own], key=f"connection_which_{serial}_{len(own)}",
                format_func=lambda chosen: chosen or "A new connection",
            )  # fmt: skip
        before = own.get(name)
        kind = _kind(right if own else left, before, key=f"connection_kind_{serial}_{name}")
        _form(actor, found, before, kind=kind, key=f"connection_{serial}_{name}_{kind}")


def _kind(place, before, *, key: str) -> str:
    """Let the viewer choose the kind."""
    kinds = list(KINDS)
    index = kinds.index(before.kind) if before else 0
    return place.selectbox("Kind", kinds, index, format_func=KINDS.__getitem__, key=key)


def _form(actor, found, before, *, kind: str, key: str) -> None:
    """Draw the fields of one kind; keep the connection when it is asked for."""
    known = _known(before, kind)
    with st.form(key, border=False):
        columns = st.columns(2)
        name = before.name if before else columns[0].text_input(
            "Name", key=f"{key}_name", placeholder="school", help="Letters, digits and hyphens."
        )  # fmt: skip
        first = 0 if before else 1
        given = {
            field: _field(columns[at % 2], field, known, kind=kind, found=found, key=f"{key}_{field}")
            for at, field in enumerate(FIELDS[kind], start=first)
        }
        wanted = st.form_submit_button("Keep this connection", type="primary", icon=":material/save:")
    if wanted:
        _save(actor, name, kind, given)


def _known(before, kind: str) -> dict:
    """Return what may be shown of the connection that is changed; never its password."""
    if before is None or before.kind != kind:
        return {}
    if kind in PORTS:
        host, _, port = before.address.rpartition(":")
        return {
            "host": host.strip("[]"), "port": int(port), "user": before.user, "database": before.database,
            "tls": before.is_encrypted, **before.more,
        }  # fmt: skip
    return {"file": before.address, "master": before.address, **before.more}


def _field(place, field: str, known: dict, *, kind: str, found, key: str):
    """Draw one field and return what it holds."""
    if field == "password":
        return place.text_input(
            "Password", key=key, type="password", autocomplete="new-password",
            placeholder="leave empty to keep it" if known else "",
            help="Kept in the workspace, readable by its owner only; never shown again.",
        )  # fmt: skip
    if field == "port":
        usual = PORTS[kind]
        return place.number_input(
            "Port", 1, 65_535, known.get("port"), 1, key=key, placeholder=f"{usual} when empty"
        )
    if field == "tls":
        return place.checkbox("Encrypt and check the certificate", known.get("tls", False), key=key)
    if field == "tables_of":
        names = ["", *(view.name for view in found if view.kind in {"mysql", "postgresql"})]
        return place.selectbox(
            "Tables of", names, _place(names, known.get("tables_of")), key=key,
            format_func=lambda name: name or "no database",
            help="A connection whose tables Spark may read too.",
        )  # fmt: skip
    label, placeholder, words = LABELS[field]
    return place.text_input(label, known.get(field, ""), key=key, placeholder=placeholder, help=words)


def _place(names: list, name) -> int:
    """Return where a name stands; the first place for one that is not there."""
    return names.index(name) if name in names else 0


def _save(actor, name: str, kind: str, given: dict) -> None:
    """Keep the connection, or say why not."""
    try:
        view = cache.save_connection(actor, name.strip(), kind=kind, **given)
    except AppError as error:
        widgets.failure(error)
        st.caption("Nothing was kept.")
        return
    st.session_state[SERIAL] += 1
    asking.announce(f"'{view.name}' is kept. Test it now.")
    st.rerun()
