"""Publish on Train: a reason is needed, issues are answered, versions are promoted and rolled back."""

import json

import pytest

from core import cache
from tests.pages.screen import settled, texts
from tests.pages.test_train import submit, table_with, train_page

REASON = "Better than the rule"
ANSWER = "Few students, but the team asked for it."


@pytest.fixture
def page(screen):
    return train_page(screen, "Publish")


def press(page, label):
    (button,) = [one for one in page.button if one.label == label]
    button.click()
    return settled(page.run())


def published(page, reason=REASON, answer=ANSWER):
    page.text_area(key="publish_reason").set_value(reason)
    for one in page.text_area:
        if answer and (one.key or "").startswith("publish_override_"):
            one.set_value(answer)
    return press(page, "Publish")


def in_use(page):
    found = table_with(page, "in use")
    return list(found.loc[found["in use"] != "", "version"])


def test_request_and_card_can_be_taken_along(page):
    labels = [one.label for one in page.get("download_button")]

    assert labels[:3] == ["Request (JSON)", "Card (HTML)", "Card (Markdown)"]
    assert "python -m core train" in texts(page)


def test_without_a_reason_nothing_is_published(page):
    page = press(page, "Publish")

    assert "A model is published with a reason." in texts(page)
    assert "Published as" not in texts(page)


def test_models_are_published_promoted_compared_and_rolled_back(page):
    page = published(page)
    assert "Published as " in texts(page)
    first = table_with(page, "in use").iloc[0]
    assert first["why"] == REASON
    assert float(first["auc"]) > 0.6
    page = published(page, reason="A second look")
    versions = list(table_with(page, "in use")["version"])
    assert len(versions) >= 2

    def promote(model):
        page.selectbox(key=f"version_{len(versions)}").set_value(model)
        page.run()
        page.text_input(key="version_why").set_value("it is better")
        return press(page, "Promote this version")

    page = promote(versions[1])
    assert in_use(page) == [versions[1]]
    page = promote(versions[0])
    assert f"Version {versions[0]} is in use." in texts(page)
    page.text_input(key="version_why").set_value("")
    page = press(page, "Roll back")
    assert "The model in use is changed with a reason." in texts(page)
    page.text_input(key="version_why").set_value("too many false alarms")
    page = press(page, "Roll back")
    assert in_use(page) == [versions[1]]
    assert "too many false alarms" in texts(page)

    page.selectbox(key=f"version_other_{versions[0]}_{len(versions)}").set_value(versions[1])
    page = settled(page.run())
    shown = table_with(page, "second_interval")
    assert list(shown["first"]) == list(shown["second"])
    assert "They use the same features, request and data." in texts(page)


def test_an_issue_has_to_be_answered(screen):
    page = submit(train_page(screen), "attendance_rate < 50")
    page.session_state["train_tabs"] = "Publish"
    page = settled(page.run())
    assert "checks found an issue" in texts(page)
    page = published(page, answer="")
    assert "The model is not published" in texts(page)
    page = published(page, answer="too short")
    assert "at least 20 characters" in texts(page)
    page.text_area(key="publish_reason").set_value(REASON)
    asked = [one for one in page.text_area if (one.key or "").startswith("publish_override_M")]
    asked[0].set_value(ANSWER)
    page = press(page, "Publish")
    assert len(asked) > 1
    assert "The model is not published" in texts(page)
    assert f"'{asked[0].key[-4:]}'" not in texts(page)
    page = published(page)
    assert "Published as " in texts(page)
    (told,) = [one for one in table_with(page, "in use")["override"] if ANSWER in one]
    assert all(f"{one.key[-4:]}: {ANSWER}" in told for one in asked)


def test_without_the_gate_nothing_is_published_or_listed(ungated):
    page = train_page(ungated, "Publish")
    page = published(page)

    assert "You may not see these students" in texts(page)
    assert "Published as" not in texts(page)


def test_the_request_of_the_page_is_json():
    written = json.loads(cache.models.request_bytes(cache.actor("local"), cache.default_request()))

    assert written["source"] == {"demo": written["source"]["demo"]}
    assert written["outcome"] == 'not_retained == "yes"'
