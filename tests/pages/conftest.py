"""A screen for each test, as the person at this computer sees it, over a workspace of the tests."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.screen import PATIENCE_SECONDS, SHELL


@pytest.fixture(scope="session", autouse=True)
def _workspace(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WAYMARK_WORKSPACE", str(tmp_path_factory.mktemp("workspace")))
        yield


@pytest.fixture
def screen():
    """The screen as the gate hands it over: the local actor."""
    test = AppTest.from_file(str(SHELL), default_timeout=PATIENCE_SECONDS)
    test.user = {"actor": "local"}
    return test


@pytest.fixture
def ungated():
    """The screen when somebody reached it without the gate."""
    test = AppTest.from_file(str(SHELL), default_timeout=PATIENCE_SECONDS)
    test.user = {}
    return test
