"""A part of the students: whose figures are shown, whose are not, and that no two parts tell one apart."""

import io

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as searching
from hypothesis import strategies as st

from core.caseload.access import LOCAL, Actor, ActorRole
from core.cleaning.recipe import Recipe
from core.errors import ColumnNotFound, InvalidChoice
from core.settings import Settings
from core.workflow import charting, exploring, files
from core.workflow.charting import BarrierRule, Filter
from core.workflow.explored import explored
from core.workflow.requests import demo_request

DEMO = demo_request(students=600, seed=7)
OTHER = Actor(who="somebody else", roles=frozenset({ActorRole.COUNSELOR}), scope="all")


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path)


@pytest.fixture
def school(settings):
    """A file of 60 students with points 0 to 59."""
    frame = pd.DataFrame({"student_id": [f"{i:04d}" for i in range(60)], "points": np.arange(60.0)})
    content = io.BytesIO(frame.to_csv(index=False).encode())
    return DEMO.with_source(files.keep_file(LOCAL, content, name="school.csv", settings=settings))


def at_least(points):
    return (Filter("points", "at least", (float(points),)),)


def n_of(settings, school, filters, *, actor=LOCAL):
    return len(explored(actor, school, filters=filters, settings=settings).frame)


def test_a_part_is_the_students_who_meet_every_condition(settings, school):
    both = (*at_least(10), Filter("points", "below", (40.0,)))

    assert n_of(settings, school, ()) == 60
    assert n_of(settings, school, both) == 30
    assert explored(LOCAL, school, filters=both, settings=settings).n_of == 60


@pytest.mark.parametrize("points", [1, 5, 51, 59])
def test_a_part_of_few_or_all_but_few_is_not_shown_and_no_number_is_said(settings, school, points):
    with pytest.raises(InvalidChoice) as failed:
        n_of(settings, school, at_least(points))

    assert str(failed.value) == ("Not shown: fewer than 10 students are in this choice, or outside of it.")
    assert failed.value.hint == "Choose another condition, or leave one out."


def test_a_part_that_differs_by_a_few_from_one_that_was_shown_is_not_shown(settings, school):
    assert n_of(settings, school, at_least(30)) == 30
    with pytest.raises(InvalidChoice, match="differ by fewer than 10 students"):
        n_of(settings, school, at_least(31))

    assert n_of(settings, school, at_least(40)) == 20
    assert n_of(settings, school, at_least(30)) == 30, "what was shown before stays"


def test_what_was_refused_is_not_remembered_and_each_person_has_a_memory_of_their_own(settings, school):
    n_of(settings, school, at_least(30))
    for points in (31, 32):
        with pytest.raises(InvalidChoice):
            n_of(settings, school, at_least(points))

    (place,) = (settings.workspace / "shown").iterdir()
    assert len(place.read_text().splitlines()) == 1
    assert place.stat().st_mode & 0o777 == 0o600
    assert "0031" not in place.read_text()
    assert n_of(settings, school, at_least(31), actor=OTHER) == 29


def test_another_outcome_or_recipe_does_not_empty_the_memory(settings, school):
    first, second = school.with_outcome("points < 20"), school.with_outcome("points < 21")
    n_of(settings, first, (Filter("points < 20", "is", ("yes",)),))

    with pytest.raises(InvalidChoice, match="differ by fewer than 10 students"):
        n_of(settings, second, (Filter("points < 21", "is", ("yes",)),))
    with pytest.raises(InvalidChoice, match="differ by fewer than 10 students"):
        n_of(settings, school.with_recipe(Recipe(())), (Filter("points", "below", (21.0,)),))
    assert n_of(settings, school, at_least(30)) == 30


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        ('student_id == "0007"', "'student_id' can identify a student."),
        ("points < 3", "it happened to fewer than 10 students, or to all but so few."),
        ("points < 55", "it happened to fewer than 10 students, or to all but so few."),
    ],
)
def test_an_outcome_that_tells_on_somebody_is_left_out(settings, school, outcome, why):
    table = explored(LOCAL, school.with_outcome(outcome), settings=settings)

    assert table.notes == (f"The outcome is left out: {why}",)
    assert table.decided_by == ()
    assert outcome not in table.frame


def test_a_line_of_the_memory_that_was_cut_off_is_passed_over(settings, school):
    n_of(settings, school, at_least(30))
    (place,) = (settings.workspace / "shown").iterdir()
    with place.open("a") as file:
        file.write('{"outcome": "", "fil')

    with pytest.raises(InvalidChoice, match="differ by fewer"):
        n_of(settings, school, at_least(31))


def test_a_condition_on_a_column_that_is_not_there_is_one_sentence(settings, school):
    with pytest.raises(ColumnNotFound, match="'marks'"):
        n_of(settings, school, (Filter("marks", "at least", (1.0,)),))


@given(asked=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59)), max_size=8))
@searching(max_examples=25)
def test_no_two_parts_that_were_shown_tell_fewer_than_ten_students_apart(tmp_path_factory, asked):
    settings = Settings(workspace=tmp_path_factory.mktemp("ws"))
    frame = pd.DataFrame({"student_id": [f"{i:04d}" for i in range(60)], "points": np.arange(60.0)})
    content = io.BytesIO(frame.to_csv(index=False).encode())
    school = DEMO.with_source(files.keep_file(LOCAL, content, name="school.csv", settings=settings))
    shown = [set(range(60)), set()]
    for low, high in asked:
        filters = (Filter("points", "between", (float(low), float(high))),)
        try:
            part = explored(LOCAL, school, filters=filters, settings=settings).frame
        except InvalidChoice:
            continue
        shown.append({int(value) for value in part["points"]})

    apart = [len(one ^ two) for one in shown for two in shown]
    assert all(n == 0 or n >= 10 for n in apart)


def test_every_figure_is_of_the_part_alone(settings):
    filters = (Filter("work_hours", "above", (8.0,)),)
    part = explored(LOCAL, DEMO, filters=filters, settings=settings).frame
    found = exploring.explore(LOCAL, DEMO, filters=filters, settings=settings)

    whole = explored(LOCAL, DEMO, settings=settings).frame
    assert (found.n, found.n_of) == (len(part), len(whole))
    assert len(part) == int((whole["work_hours"] > 8).sum())
    assert found.distributions["work_hours"].boxes[0].min == part["work_hours"].min() > 8
    compared = exploring.compare(
        LOCAL, DEMO, value="attendance_rate", group="gender", filters=filters, settings=settings
    )
    assert compared.result.n <= len(part)


def test_hardships_are_counted_with_the_outcome_beside_them(settings):
    school = demo_request(students=2000, seed=7)
    rules = (BarrierRule("work_hours", above=10.0), BarrierRule("travel_minutes", above=40.0))
    found = charting.count_hardships(LOCAL, school, rules=rules, settings=settings)
    frame = explored(LOCAL, school, settings=settings).frame
    whole, frame = frame, frame.dropna(subset=["work_hours", "travel_minutes"])
    assert len(whole) - len(frame) >= 10
    number = (frame["work_hours"] > 10).astype(int) + (frame["travel_minutes"] > 40).astype(int)

    assert {one.barriers: one.n for one in found.counts.counts} == {
        str(k): int(n) for k, n in number.value_counts().items()
    }
    assert found.has_outcome
    assert found.n_left_out == len(whole) - len(frame)
    assert [{one.left, one.right} for one in found.pairs.pairs] == [{"work_hours", "travel_minutes"}]
    rates = frame.groupby(number)[school.outcome].mean()
    assert [one.rate for one in found.counts.counts] == pytest.approx(rates.tolist())


def test_without_an_outcome_no_rate_stands_beside_the_counts(settings, school):
    found = charting.count_hardships(
        LOCAL, school, rules=(BarrierRule("points", above=20.0),), settings=settings
    )
    assert not found.has_outcome
    assert found.counts.frame()["rate"].isna().all()


def test_points_lines_and_curves_come_from_the_same_table(settings):
    asked = {"settings": settings}
    plot = charting.draw_points(LOCAL, DEMO, columns=("work_hours", "attendance_rate", "age"), **asked)
    line = charting.draw_timeline(LOCAL, DEMO, value=DEMO.outcome, time="cohort", every="year", **asked)
    curve = charting.draw_curve(LOCAL, DEMO, column="attendance_rate", group="gender", **asked)

    assert [(pair.x, pair.y) for pair in plot.pairs] == [
        ("work_hours", "attendance_rate"), ("work_hours", "age"), ("attendance_rate", "age"),
    ]  # fmt: skip
    assert line.measure == "rate"
    assert sum(one.n for one in line.periods) == line.n
    assert len(curve.curves) >= 2
