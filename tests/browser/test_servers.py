"""Three real servers in real Chromium: connected, joined to one student record, and its at-risk list."""

import contextlib
import json
import re
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import TimeoutError as PlaywrightTimeout
from playwright.sync_api import expect

from core.__main__ import main
from core.caseload.access import LOCAL
from core.modeling.thresholds import ForCapacity
from core.settings import Settings
from core.workflow.listing import list_csv
from core.workflow.planning import read_plan
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest
from core.workflow.segmenting import segment
from core.workflow.stated import write_stated
from core.workflow.training import train
from tests.browser.screen import finished, picture
from tests.browser.server import running_app
from tests.browser.test_walk import choose_outcome, download, go, metric
from tests.servers.spark_cluster import use_java

OUTCOME = 'not_retained == "yes"'


@pytest.fixture(scope="module")
def school_app(tmp_path_factory, in_servers):
    """The app with the three servers among its connections, as ``make servers`` states them."""
    use_java()
    folder = tmp_path_factory.mktemp("app")
    (folder / "workspace").mkdir()
    write_stated(folder / "workspace", in_servers.settings.connections)
    with running_app(folder, settings={"WAYMARK_DEMO_STUDENTS": "300"}) as server:
        yield server
        assert server.complaints() == []


def choose(page, label, value, *, among=0):
    """Choose in the selectbox of this label; a list that a rerun of the page closed is opened again."""
    box = page.get_by_role("combobox", name=re.compile(f"^{re.escape(label)}$")).nth(among)
    option = page.get_by_role("option", name=value, exact=True).first
    for _ in range(5):
        box.click()
        with contextlib.suppress(PlaywrightTimeout):
            option.wait_for(timeout=4_000)
            break
        page.keyboard.press("Escape")
    option.click()
    return finished(page)


def press(page, label):
    page.get_by_role("button", name=label, exact=True).first.click()
    return finished(page)


def open_table(page, place, table):
    choose(page, "Place", place)
    choose(page, "Table", table)
    expect(page.get_by_text("Column with the student's id").first).to_be_visible(timeout=60_000)
    return finished(page)


def record(page):
    """Build the student record by hand: a base table, surveys beside it, events summed up."""
    page.get_by_text("Databases and Spark", exact=True).click()
    finished(page)
    open_table(page, "school", "students")
    press(page, "Use as base table")
    press(page, "Add a table")
    open_table(page, "surveys", "surveys")
    press(page, "Add this table")
    press(page, "Add a table")
    open_table(page, "lms", "lms_events")
    page.get_by_text("Sum up many rows", exact=True).click()
    finished(page)
    press(page, "Add this table")
    return page


def test_three_servers_become_one_record_and_its_at_risk_list(
    visit, school_app, in_files, tmp_path, monkeypatch
):
    page = go(finished(visit(server=school_app)), "Data sources")
    page = record(page)
    picture(page, "record_builder")
    page = press(page, "Use this student record")
    page = choose_outcome(page, OUTCOME)
    picture(page, "record_in_use")
    plan = download(page, "Download the plan")
    page = go(page, "Explorer")
    expect(page.get_by_text("Download the list").first).to_be_visible(timeout=90_000)
    saved = download(page, "Download the list")

    assert metric(page, "Listed") == "40"
    assert b"password" not in plan
    assert saved == list_of_files(plan, in_files, tmp_path)
    assert replayed(plan, school_app, tmp_path, monkeypatch) == 400


def replayed(plan, school_app, folder, monkeypatch):
    """Replay the downloaded plan as README's nightly job does; return how many students are on the list."""
    monkeypatch.setenv("WAYMARK_WORKSPACE", str(school_app.workspace))
    monkeypatch.chdir(folder)
    Path("student-record.json").write_bytes(plan)
    assert main(["load", "--plan", "student-record.json", "--out", "students.parquet"]) == 0
    call = ["at-risk", "--file", "students.parquet", "--outcome", OUTCOME, "--capacity", "100"]
    assert main([*call, "--out", "list.csv"]) == 0
    return len(pd.read_csv("list.csv"))


def list_of_files(plan, in_files, folder):
    """Return the list that the same plan gives over the demo school's own files."""
    tables = {part.table: part.source for part in in_files.tables}
    content = json.loads(plan)
    for part in (content["base"], *content["parts"]):
        part["source"] = {"file": {"path": tables[part["table"]].path}}
        part.pop("types", None)
    over_files = read_plan(LOCAL, json.dumps(content).encode())
    request = TrainingRequest(CleaningRequest(TableRequest(over_files)), OUTCOME)
    settings = Settings(workspace=folder)
    training = train(LOCAL, request, settings=settings)
    return list_csv(LOCAL, training, ForCapacity(40), segments=segment(LOCAL, request, settings=settings))


def test_each_connection_says_that_it_answers(visit, school_app):
    page = go(finished(visit(server=school_app)), "Data sources")
    page.get_by_text("Databases and Spark", exact=True).click()
    finished(page)
    for name in ("school", "surveys", "lms"):
        page.locator(f".st-key-test_{name} button").click()
        finished(page)

    expect(page.get_by_test_id("stAlertContentSuccess")).to_have_count(3, timeout=60_000)
    picture(page, "connections")
