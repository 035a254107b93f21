"""A page opened by its address on a cold server comes with the frame; the gate is before everything."""

import urllib.error
import urllib.request

import pytest

from tests.browser.screen import finished
from tests.browser.server import running_app

STREAMLIT_PROBES = r"404: .*/(_stcore|host-config|health)|Failed to load resource: .*404"
"""Streamlit's front end asks for its own doors below a deep address first; nothing is missing."""


def test_a_deep_link_on_a_cold_server_shows_the_frame_and_the_page(tmp_path, visit):
    with running_app(tmp_path) as server:
        visit.allow(STREAMLIT_PROBES)
        visit.allow("request failed: ")
        page = finished(visit("/student", server=server))

        assert page.get_by_test_id("stSidebar").get_by_text("Local, not signed in").count() == 1
        assert page.get_by_role("heading", name="Student", exact=True).count() == 1
        page.context.close()


@pytest.mark.parametrize("path", ["/", "/student", "/_stcore/health"])
def test_every_answer_carries_the_security_headers(app, path):
    with urllib.request.urlopen(app.url + path, timeout=10) as answer:
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_metrics_door_is_closed(app):
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(app.url + "/_stcore/metrics", timeout=10)


def test_a_foreign_host_name_is_refused(app):
    asked = urllib.request.Request(app.url + "/", headers={"Host": "evil.example"})
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(asked, timeout=10)
