"""What axe-core, the accessibility engine, finds on the pages that people spend their days on."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.screen import finished

STREAMLIT_PROBES = r"404: .*/(_stcore|host-config|health)|Failed to load resource: .*404"
SERIOUS = {"serious", "critical"}
STREAMLITS_OWN = {
    "list",  # its navigation groups pages by a <div> inside the <ul>
    "listitem",  # and so its items stand in no list
}
"""What an empty Streamlit app with two sections in its navigation breaks too: nothing of ours decides it."""


PRIMARY_BY_NIGHT = "#2a74c8"
"""Streamlit writes a chosen value in the primary colour, which has to carry white text on buttons too: on a
dark ground no colour can do both. What is chosen is also framed."""
BRUSH = "box_brush"
"""The frame that Vega pulls open on a map has no words; the map has, and its students stand below it."""


def is_ours(rule, node):
    """Return whether a finding is about something that this project decides."""
    colours = [one.get("data") or {} for one in node["any"]]
    is_primary = any(isinstance(one, dict) and one.get("fgColor") == PRIMARY_BY_NIGHT for one in colours)
    return rule not in STREAMLITS_OWN and not is_primary and BRUSH not in str(node["target"])


def serious(page):
    """Return what is serious: the rule, what it says, and where."""
    found = Axe().run(page).response["violations"]
    return [
        (one["id"], one["help"], node["target"])
        for one in found
        if one["impact"] in SERIOUS
        for node in one["nodes"]
        if is_ours(one["id"], node)
    ]


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("path", ["/", "/?segment=A&k=4", "/student", "/train"])
def test_nothing_serious_is_found(visit, path, colours):
    visit.allow(STREAMLIT_PROBES)
    page = finished(visit(path, color_scheme=colours))

    assert serious(page) == []
