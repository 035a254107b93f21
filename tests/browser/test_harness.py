"""The harness itself sees what goes wrong: on the page, in the console, and in the log of the server."""

import shutil

import pytest

from tests.browser.screen import settled
from tests.browser.server import running_app
from tests.setup.places import ROOT

SMALL_APP = """
import streamlit as st

st.title("A small page")
if st.button("Count"):
    st.session_state.n = st.session_state.get("n", 0) + 1
st.write(f"Counted {st.session_state.get('n', 0)}")
if st.query_params.get("fail"):
    raise ZeroDivisionError("planted")
"""


@pytest.fixture(scope="module")
def small_app(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    script = folder / "small.py"
    script.write_text(SMALL_APP, encoding="utf-8")
    shutil.copytree(ROOT / ".streamlit", folder / ".streamlit", ignore=shutil.ignore_patterns("secrets.toml"))
    with running_app(folder, script=script) as server:
        yield server


def test_a_page_without_faults_passes_and_a_click_is_waited_for(visit, small_app):
    page = visit(server=small_app)
    page.get_by_role("button", name="Count").click()
    settled(page)

    assert page.get_by_text("Counted 1").is_visible()
    assert visit.unexpected() == []


def test_a_console_error_is_a_fault(visit, small_app):
    page = visit(server=small_app)
    page.evaluate("console.error('planted')")

    assert visit.unexpected() == ["console: planted"]
    visit.allow("planted")


def test_an_error_of_the_page_is_a_fault(visit, small_app):
    page = visit(server=small_app)
    page.evaluate("setTimeout(() => { throw new Error('planted') })")
    page.wait_for_timeout(50)

    assert visit.unexpected() == ["page error: planted"]
    visit.allow("planted")


def test_an_exception_on_the_page_is_a_fault_and_stands_in_the_log(visit, small_app):
    visit("/?fail=1", server=small_app)
    visit.look_for_exceptions()

    assert [fault.split(":")[0] for fault in visit.unexpected()] == ["exception on http"]
    assert any("Traceback" in line for line in small_app.complaints())
    visit.allow("exception on")
