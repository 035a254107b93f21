"""A chart is saved as a picture: with its figures, without a fetch, and for those who may explore."""

import xml.etree.ElementTree as ET

import pandas as pd
import pytest

from core.caseload.access import LOCAL, Actor, ActorRole
from core.errors import Forbidden
from core.workflow.figures import WIDTH, chart_svg
from core.workflow.requests import demo_request

DEMO = demo_request(students=300, seed=7)
BARS = {
    "mark": "bar",
    "encoding": {
        "y": {"field": "label", "type": "nominal", "sort": None},
        "x": {"field": "n", "type": "quantitative", "title": "Students"},
    },
}
TABLE = pd.DataFrame(
    {"label": ["bus", "<b>walk</b>"], "n": [30, 12], "day": [pd.Timestamp("2026-11-21")] * 2}
)


def drawn(spec, table=TABLE):
    picture = chart_svg(LOCAL, DEMO, spec, table, alt="The students by their way.")
    return picture.decode(), ET.fromstring(picture)


def test_a_picture_has_what_the_chart_has_and_says_what_there_is_to_see():
    _, root = drawn(BARS)
    words = {"".join(one.itertext()) for one in root.iter("{http://www.w3.org/2000/svg}text")}

    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert float(root.get("width")) > WIDTH
    assert {"bus", "<b>walk</b>", "Students"} <= words
    assert root.get("aria-label") == "The students by their way."


def test_days_are_drawn_on_their_day():
    spec = {
        "mark": "tick",
        "encoding": {"x": {"field": "day", "type": "temporal", "timeUnit": "yearmonthdate"}},
    }

    assert "Nov 21" in drawn(spec)[0] or "2026" in drawn(spec)[0]


def test_nothing_is_fetched_for_a_picture():
    spec = {"layer": [{**BARS, "data": {"url": "http://127.0.0.1:9/a.json"}}]}

    with pytest.raises(ValueError, match="not allowed"):
        drawn(spec)


def test_only_who_may_explore_saves_a_picture():
    mentor = Actor(who="mia", roles=frozenset({ActorRole.MENTOR}), scope="all")
    with pytest.raises(Forbidden, match="You may not explore data"):
        chart_svg(mentor, DEMO, BARS, TABLE, alt="")
