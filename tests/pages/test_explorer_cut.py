"""The cut on the Explorer: its figures move with it, and no list changes until somebody saves it."""

import dataclasses
import datetime as dt

import numpy as np
import pytest

from core import cache
from core.caseload import policies as kept
from core.caseload.access import LOCAL, Actor, ActorRole
from core.caseload.store import open_store
from core.errors import Forbidden
from core.modeling.thresholds import prepare
from core.workflow import policies, publishing, requests
from core.workflow.deciding import ForCapacity
from pages.ui import state
from tests.pages.screen import metric, open_page, settled, texts

REQUEST = requests.demo_request(students=300, seed=101)
ANA = Actor(who="ana", roles=frozenset({ActorRole.COUNSELOR}), scope="all")
MAX = Actor(who="max", roles=frozenset({ActorRole.MENTOR}), scope="all")
OPEN = ("cut_more", "cut_preview", "cut_history", "cut_compare")


@pytest.fixture(autouse=True)
def _nothing_saved(tmp_path, monkeypatch):
    """A store of its own for each test; the school and what is worked out from it are shared."""

    def own(settings):
        return open_store(dataclasses.replace(settings, workspace=tmp_path))

    monkeypatch.setattr(policies, "open_store", own)
    cache.cuts._saved.clear()
    yield
    cache.cuts._saved.clear()


@pytest.fixture
def page(screen):
    screen.session_state["waymark_request"] = REQUEST
    return open_page(screen)


@pytest.fixture
def training():
    job = cache.training_job(LOCAL, REQUEST)
    assert job.wait(60)
    return job.result()


def number(page):
    (found,) = [one for one in page.number_input if str(one.key).startswith("cut_number_")]
    return found


def slider(page):
    (found,) = [one for one in page.slider if str(one.key).startswith("cut_capacity_of_")]
    return found


def capacity(page, n):
    number(page).set_value(n)
    return settled(page.run())


def press(page, label):
    (found,) = [one for one in page.button if one.label == label]
    found.click()
    return settled(page.run())


def save(page, why="the team has grown"):
    page.text_input(key="cut_why").set_value(why)
    return press(page, "Save this cut")


def opened(page, *keys):
    for key in keys:
        page.session_state[key] = True
    return settled(page.run())


def table(page, *columns):
    (found,) = [one.value for one in page.dataframe if set(columns) <= set(one.value.columns)]
    return found


def cuts_saved():
    return cache.cuts.history(LOCAL, REQUEST)


def test_it_starts_at_the_usual_capacity_and_moves_with_slider_and_field(page, training):
    assert metric(page, "Listed") == training.default_capacity
    assert slider(page).value == number(page).value == training.default_capacity

    capacity(page, 77)
    assert metric(page, "Listed") == slider(page).value == 77

    slider(page).set_value(50).run()
    assert metric(page, "Listed") == number(page).value == 50
    assert len(page.metric) == 6
    deltas = {one.label: one.delta for one in page.metric}
    assert all(" to " in deltas[label] for label in deltas if label != "Listed")


@pytest.mark.parametrize(
    ("kind", "values", "policy"),
    [
        ("team", {"mentors": 4, "talks": 3, "weeks": 2}, {"mentors": 4, "talks": 3, "weeks": 2}),
        ("score", {"risk": 0.4}, {"risk": 0.4}),
        ("recall", {"share": 0.6}, {"share": 0.6}),
        ("cost", {"false_alarm": 1.0, "missed": 3.0}, {"false_alarm": 1.0, "missed": 3.0}),
    ],
)
def test_every_way_to_cut_lists_what_its_policy_says(page, training, kind, values, policy):
    keys = {"risk": "explorer_cut_score"}
    page.segmented_control(key="explorer_cut_how").set_value(kind).run()
    for name, value in values.items():
        key = keys.get(name, f"cut_{name}")
        (widget,) = [one for one in [*page.slider, *page.number_input] if one.key == key]
        widget.set_value(value)
    page.run()

    wanted = cache.cuts.policy({"kind": kind, **policy})
    assert metric(page, "Listed") == training.curve.n_listed(wanted)


def test_the_parts_of_a_team_are_said(page):
    page.segmented_control(key="explorer_cut_how").set_value("team").run()

    assert "Room for **216** students, one talk each: 12 mentors x 6 talks a week x 3 weeks." in texts(page)


def test_a_capacity_of_nobody_lists_nobody(page):
    capacity(page, 0)

    assert metric(page, "Listed") == metric(page, "Expected found") == 0
    assert "Nobody is listed at this cut." in texts(page)
    assert "Nobody is listed at this cut." in texts(opened(page, *OPEN))


def test_a_capacity_above_all_lists_all_and_says_so(page, training):
    capacity(page, 10 * training.n_students)

    assert metric(page, "Listed") == slider(page).value == training.n_students
    assert f"There are only {training.n_students} students: all of them are listed." in texts(page)
    assert metric(page, "Expected missed") == 0


def test_equal_risks_are_a_tie_that_is_said(screen, training, monkeypatch):
    flat = np.full(training.n_students, 0.25)
    curve = prepare(flat, training.features.student_ids, seed=5, label=training.validated.label)
    same = dataclasses.replace(
        training, curve=curve, validated=dataclasses.replace(training.validated, risk=flat)
    )
    job = cache.training_job(LOCAL, REQUEST)
    monkeypatch.setattr(job, "result", lambda: same)
    monkeypatch.setattr(cache, "training_job", lambda *_: job)
    screen.session_state["waymark_request"] = REQUEST
    page = capacity(open_page(screen), 40)

    said = f"{training.n_students} students share the risk at the cut; 40 of them are listed"
    assert said in texts(page)
    assert "drawn with seed 5" in texts(page)
    assert metric(page, "Listed") == 40


def test_moving_the_cut_saves_nothing_and_a_cut_needs_a_reason(page):
    capacity(page, 60)
    assert "No cut has been saved for this list." in texts(page)
    assert cuts_saved() == ()

    page = press(page, "Save this cut")
    assert "The reason for the cut is empty." in texts(page)
    assert cuts_saved() == ()


def test_the_preview_says_who_would_enter_before_anything_is_saved(page, training):
    page = save(capacity(page, 30))
    assert "Saved as version 1: 30 students on the list." in texts(page)
    page = opened(capacity(page, 48), "cut_preview")

    assert "18 enter, 0 leave: from 30 to 48 students. Nothing is saved yet." in texts(page)
    assert "18 talks more, one a student." in texts(page)
    listed = training.curve.listed(ForCapacity(48)) & ~training.curve.listed(ForCapacity(30))
    assert set(table(page, "change")["student_id"]) == set(training.features.student_ids[listed])
    assert table(page, "enter", "leave").groupby("grouping")["enter"].sum().max() == 18
    assert len(cuts_saved()) == 1


def test_a_saved_cut_is_where_the_next_viewer_starts(page, screen):
    save(capacity(page, 44))
    screen.session_state["waymark_request"] = REQUEST.with_outcome("")
    screen.run()
    for key in ("waymark_cut_of",):
        del screen.session_state[key]
    screen.session_state["waymark_request"] = REQUEST
    again = settled(screen.run())

    assert metric(again, "Listed") == number(again).value == 44
    assert "Counts now: the 44 students with the highest risk." in texts(again)


def test_undo_brings_back_the_cut_before_and_the_history_tells_all(page):
    page = save(capacity(page, 30), "a first cut")
    page = save(capacity(page, 50), "more mentors")
    page.text_input(key="cut_why").set_value("two mentors are ill")
    page = press(page, "Undo the last change")

    assert "Version 1 is back, as version 3." in texts(page)
    assert metric(page, "Listed") == number(page).value == 30
    told = table(opened(page, "cut_history"), "until")
    assert list(told["version"]) == [3, 2, 1]
    assert list(told["who"]) == ["local"] * 3
    assert list(told["n_listed"]) == [30, 50, 30]
    assert list(told["why"]) == ["undid version 2: two mentors are ill", "more mentors", "a first cut"]


def test_the_second_of_two_counselors_sees_both_cuts_and_decides(page, training):
    page = capacity(page, 60)
    cache.cuts.save(ANA, training, ForCapacity(20), reason="exams are near", expecting=0)
    page = save(page, "the team has grown")

    said = texts(page)
    assert "Somebody else changed the cut meanwhile: version 1 is by ana, and you had seen version 0." in said
    assert "What stands now: the 20 students with the highest risk." in said
    assert "exams are near" in said
    assert "Yours: the 60 students with the highest risk." in said
    assert [one.author for one in cuts_saved()] == ["ana"]

    page = press(page, "Save mine over it")
    assert [one.author for one in cuts_saved()] == ["local", "ana"]
    assert "Saved as version 2: 60 students on the list." in texts(page)
    assert "What stands now" not in texts(page)


def test_mine_is_not_saved_over_a_third_cut_that_nobody_saw(page, training):
    page = capacity(page, 60)
    cache.cuts.save(ANA, training, ForCapacity(20), reason="exams are near", expecting=0)
    page = save(page, "the team has grown")
    cache.cuts.save(ANA, training, ForCapacity(30), reason="exams are over", expecting=1)
    page = press(page, "Save mine over it")

    assert [one.author for one in cuts_saved()] == ["ana", "ana"]
    said = texts(page)
    assert "Somebody else changed the cut meanwhile: version 2 is by ana, and you had seen version 1." in said
    assert "What stands now: the 30 students with the highest risk." in said
    assert "Saved as version 3" in texts(press(page, "Save mine over it"))


def test_the_saved_cut_holds_where_no_list_was_opened(training, monkeypatch):
    cache.cuts.save(ANA, training, ForCapacity(20), reason="exams are near", expecting=0)
    monkeypatch.setattr(state, "actor", lambda: ANA)

    assert state.policy(training) == ForCapacity(20)


def test_the_second_may_keep_what_stands(page, training):
    page = capacity(page, 60)
    cache.cuts.save(ANA, training, ForCapacity(20), reason="exams are near", expecting=0)
    page = press(save(page), "Keep what stands now")

    assert [one.author for one in cuts_saved()] == ["ana"]
    assert metric(page, "Listed") == 20
    assert "What stands now" not in texts(page)
    assert "Saved as version 2" in texts(save(capacity(page, 25)))


def test_what_somebody_saved_meanwhile_is_said_at_the_next_move(page, training):
    page = capacity(page, 60)
    cache.cuts.save(ANA, training, ForCapacity(20), reason="exams are near", expecting=0)
    page = capacity(page, 61)

    assert "Somebody else changed the cut while you were here." in texts(page)
    assert metric(page, "Listed") == 61


def test_an_expired_cut_no_longer_counts_and_says_so(page, training, monkeypatch):
    page.date_input(key="cut_until").set_value(dt.datetime.now(dt.UTC).date())
    page = save(capacity(page, 44))
    monkeypatch.setattr(kept.PolicyVersion, "has_expired", lambda _one, _now: True)
    del page.session_state["waymark_cut_of"]
    page = settled(page.run())

    assert "The cut that local saved as version 1 expired on" in texts(page)
    assert "it no longer counts" in texts(page)
    assert metric(page, "Listed") == training.default_capacity
    assert "Preview** beside version 1, which has expired:" in texts(page)


def test_a_day_that_is_over_is_refused(page):
    page.date_input(key="cut_until").set_value(dt.date(2020, 1, 1))
    page = save(page)

    assert "A policy cannot expire on 2020-01-01: that day is over." in texts(page)
    assert cuts_saved() == ()


def test_a_margin_keeps_students_and_is_explained(page, training):
    page = save(capacity(page, 40))
    page.slider(key="cut_margin").set_value(5.0)
    page = capacity(page, 40)

    assert "The margin of 5 points of risk keeps nobody" in texts(page)
    assert "Nobody enters and nobody leaves." in texts(page)


def test_curves_and_groups_are_drawn_when_they_are_opened(page, training):
    assert not page.get("arrow_vega_lite_chart")
    page = opened(page, "cut_more")

    shown = table(page, "grouping", "listed", "text")
    assert len(shown)
    assert shown.groupby("grouping")["listed"].sum().max() <= training.default_capacity
    assert "'too few': under 10 students to count." in texts(page)
    assert "Expected figures are what the risks add up to" in texts(page)


def test_two_cuts_are_compared_side_by_side(page):
    page = save(capacity(page, 30))
    page = opened(capacity(page, 36), "cut_compare")

    assert "Students on both lists: 30; on the first only: 0; on the second only: 6." in texts(page)
    assert list(table(page, "change")["change"]) == ["second list only"] * 6


def test_without_a_second_cut_the_comparison_says_why(page):
    page = opened(page, "cut_compare")

    assert "No cut is saved yet, so there is nothing beside the one above." in texts(page)


def test_without_a_published_model_the_comparison_says_why(page, monkeypatch):
    monkeypatch.setattr(cache.cuts, "models", lambda _actor: {})
    page = opened(page, "cut_compare")
    page.segmented_control(key="compare_what").set_value("Two models")

    assert "No model is published yet" in texts(settled(page.run()))


def test_a_published_model_is_compared_with_the_one_of_the_page(page, training):
    override = {check.code: "Few students: a test of the comparison." for check in training.checks}
    publishing.publish(
        LOCAL, training, reason="For a comparison.", override=override, settings=cache.settings()
    )
    (model,) = cache.cuts.models(ANA)
    assert cache.cuts.model_request(ANA, model).digest == REQUEST.digest
    with pytest.raises(Forbidden, match=r"^You may not see the at-risk list: "):
        cache.cuts.models(MAX)
    page = opened(page, "cut_compare")
    page.segmented_control(key="compare_what").set_value("Two models")
    page = settled(page.run())

    n = training.default_capacity
    assert f"Students on both lists: {n}; on the first only: 0; on the second only: 0." in texts(page)
    assert "Both lists hold the same students." in texts(page)
