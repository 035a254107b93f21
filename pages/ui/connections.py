"""The servers that this installation knows: what each is, where it leads, and whether it answers."""

import streamlit as st

from core import cache
from core.errors import AppError
from pages.ui import asking, connection_form, text, widgets

TESTED = "waymark_tested"
"""The names whose answers are shown."""
KINDS = connection_form.KINDS
NO_SERVER = {"sqlite"}
"""Kinds that lead to a file of this computer: nothing travels."""


def draw(actor) -> None:
    """Draw every connection with its test, and for those who may, the form that changes them."""
    found = cache.connections(actor)
    for view in found:
        _connection(actor, view)
    if not found:
        widgets.empty(
            "No connection is known yet, so no server can be read.",
            "State one below, or run 'make servers' for a try-out: it starts three servers with the demo "
            "school in them and prints the settings.",
        )
    st.caption(
        "Connections are stated in .streamlit/secrets.toml, in the environment "
        r"(WAYMARK\_CONNECTIONS\_\_…), or by an administrator on this page. Passwords are never shown."
    )
    if cache.may_change_connections(actor):
        connection_form.draw(actor, found)


def in_words(view) -> str:
    """Return kind, address and encryption of a connection in one line of markdown."""
    parts = [KINDS.get(view.kind, view.kind), view.address]
    parts += [f"database {view.database}"] if view.database else []
    parts += [f"user {view.user}"] if view.user else []
    if view.kind not in NO_SERVER and not view.address.startswith("local"):
        parts.append("encrypted" if view.is_encrypted else "not encrypted")
    return " · ".join(text.md(part) for part in parts)


def _connection(actor, view) -> None:
    """Draw one connection, its buttons, and what it answered."""
    with st.container(border=True, key=f"connection_{view.name}"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center"):
            st.markdown(f"**{text.md(view.name)}**  \n{in_words(view)}", width="stretch")
            st.button(
                "Test", key=f"test_{view.name}", icon=":material/network_check:",
                on_click=_test, args=(actor, view.name),
            )  # fmt: skip
            if view.is_own and cache.may_change_connections(actor):
                _remove(actor, view.name)
        if view.name in _tested():
            _answer(actor, view.name)


def forget_answers() -> None:
    """Show no answer any more: the servers were read again, and one may have failed meanwhile."""
    st.session_state.pop(TESTED, None)


def _tested() -> frozenset:
    return st.session_state.get(TESTED, frozenset())


def _test(actor, name: str) -> None:
    """Ask the server anew, whatever it answered before."""
    if name in _tested():
        cache.forget(cache.connection_job(actor, name))
    st.session_state[TESTED] = _tested() | {name}


def _answer(actor, name: str) -> None:
    """Show what a server answered, in one sentence, with what should be mended."""
    status = asking.answer(cache.connection_job(actor, name))
    if status is None:
        return
    if status.reachable:
        st.success(text.md(status.message), icon=":material/check_circle:")
    else:
        widgets.failure(AppError(status.message, hint=status.hint))
    for warning in status.warnings:
        st.warning(text.md(warning), icon=":material/warning:")


def _remove(actor, name: str) -> None:
    """Offer to forget a connection that was stated on the page, after a second click."""
    with st.popover("Remove", icon=":material/delete:", key=f"remove_menu_{name}"):
        st.markdown(
            f"Forget **{text.md(name)}** and its password? Student records that use it cannot be read "
            "again until it is stated again."
        )
        if st.button("Remove it", key=f"remove_{name}", type="primary", icon=":material/delete:"):
            cache.remove_connection(actor, name)
            st.session_state[TESTED] = _tested() - {name}
            st.rerun()
