"""The fast road of Explore: the same figures, the same refusals and the same memory as the slow one."""

import io
import json
import shutil
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as searching
from hypothesis import strategies as st

from core import cache
from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.cleaning.recipe import Recipe
from core.eda.coded import summarise_part
from core.eda.summary import summarise
from core.errors import Forbidden, InvalidChoice
from core.settings import Settings
from core.workflow import exploring, files, preparing
from core.workflow.charting import Filter
from core.workflow.explored import explored
from core.workflow.requests import demo_request
from core.workflow.snapshots import snapshot
from core.workflow.students import students

DEMO = demo_request(students=600, seed=7)
OTHER = Actor(who="somebody else", roles=frozenset({ActorRole.COUNSELOR}), scope="all")
WORKERS = (Filter("work_hours", "above", (8.0,)), Filter("gender", "is", ("female",)))


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path)


def sixty(settings):
    """A file of 60 students with points 0 to 59."""
    frame = pd.DataFrame({"student_id": [f"{i:04d}" for i in range(60)], "points": np.arange(60.0)})
    content = io.BytesIO(frame.to_csv(index=False).encode())
    return DEMO.with_source(files.keep_file(LOCAL, content, name="school.csv", settings=settings))


@pytest.fixture
def school(settings):
    return sixty(settings)


def at_least(points):
    return (Filter("points", "at least", (float(points),)),)


def look(settings, request, filters=(), *, actor=LOCAL):
    preparing.prepare(LOCAL, request, settings=settings)
    return exploring.look_over(actor, request, filters=filters, settings=settings)


def slowly(settings, request, filters, *, actor=LOCAL):
    return explored(actor, request, filters=filters, settings=settings)


def test_the_prepared_table_says_what_the_cleaned_table_says(settings):
    for filters in ((), WORKERS):
        found = look(settings, DEMO, filters)
        table = slowly(settings, DEMO, filters)
        expected = exploring.explore(LOCAL, DEMO, figures=("summary",), filters=filters, settings=settings)

        assert found.summary == expected.summary == summarise(table.frame, schema=table.schema)
        assert (found.n, found.n_of) == (len(table.frame), table.n_of)
        for fact in ("schema", "outcome", "decided_by", "notes", "provenance"):
            assert getattr(found, fact) == getattr(expected, fact)


def test_the_file_of_the_prepared_table_holds_no_name_and_no_id(settings):
    place = preparing.prepare(LOCAL, DEMO, settings=settings)
    frame = slowly(settings, DEMO, ()).frame

    content = place.read_bytes()
    assert frame["name"].iloc[0].encode() not in content
    assert frame["student_id"].iloc[0].encode() not in content
    assert b"female" in content, "a category is there to be counted"
    assert place.stat().st_mode & 0o077 == 0


def test_a_table_is_prepared_once(settings, monkeypatch):
    first = preparing.prepare(LOCAL, DEMO, settings=settings)
    monkeypatch.setattr(preparing, "explored", None)

    assert preparing.prepare(LOCAL, DEMO, settings=settings) == first
    with pytest.raises(TypeError):
        preparing.prepare(LOCAL, DEMO.with_outcome(""), settings=settings)


def test_an_open_table_outlives_its_file_and_a_job_whose_file_is_gone_is_not_used_again(settings, school):
    place = preparing.prepare(LOCAL, school, settings=settings)
    job = type("Done", (), {"is_forgotten": False, "has_value": True, "result": lambda _: place})()
    held = preparing.open_prepared(LOCAL, school, settings=settings)
    assert preparing.Prepared.is_there(job)
    place.unlink()

    assert summarise_part(held.table).n_rows == 60
    assert not preparing.Prepared.is_there(job)
    with pytest.raises(FileNotFoundError):
        exploring.look_over(LOCAL, school, settings=settings)


def read_anew(settings, request, n):
    """The source is read once more, and has ``n`` students now: as after the snapshots were evicted."""
    (place,) = (settings.workspace / "snapshots").glob("clean-*")
    kept = students(LOCAL, request.cleaning, settings=settings).table
    fewer = replace(kept, frame=kept.frame.head(n))
    provenance = replace(kept.provenance, content_hash="another", n_rows=n)
    shutil.rmtree(place)
    return snapshot(settings.workspace, place.name, lambda: replace(fewer, provenance=provenance))


def test_a_table_that_was_read_anew_is_prepared_anew(settings, school):
    place = preparing.prepare(LOCAL, school, settings=settings)
    job = type("Done", (), {"is_forgotten": False, "has_value": True, "result": lambda _: place})()
    assert look(settings, school, at_least(20)).n == 40
    read_anew(settings, school, 50)

    assert not preparing.Prepared.is_there(job)
    with pytest.raises(FileNotFoundError):
        exploring.look_over(LOCAL, school, settings=settings)
    assert look(settings, school, at_least(20)).n == 30 == len(slowly(settings, school, at_least(20)).frame)
    assert preparing.Prepared.is_there(job)


def test_a_summary_of_an_earlier_reading_is_not_shown_again(settings, school, monkeypatch):
    monkeypatch.setattr(cache, "settings", lambda: settings)
    preparing.prepare(LOCAL, school, settings=settings)
    before = cache.summed_up(LOCAL, school)
    assert cache.summed_up(LOCAL, school) is before
    read_anew(settings, school, 50)
    preparing.prepare(LOCAL, school, settings=settings)

    assert (before.n, cache.summed_up(LOCAL, school).n) == (60, 50)


def test_a_reading_is_known_once_the_table_is_prepared(settings, school):
    assert exploring.reading(LOCAL, school, settings=settings) == ""
    preparing.prepare(LOCAL, school, settings=settings)
    first = exploring.reading(LOCAL, school, settings=settings)
    read_anew(settings, school, 50)
    preparing.prepare(LOCAL, school, settings=settings)

    assert first != exploring.reading(LOCAL, school, settings=settings) != ""


def test_a_prepared_table_is_used_while_no_cleaned_one_is_kept(settings, school, monkeypatch):
    place = preparing.prepare(LOCAL, school, settings=settings)
    shutil.rmtree(settings.workspace / "snapshots")
    monkeypatch.setattr(preparing, "explored", None)

    assert preparing.prepare(LOCAL, school, settings=settings) == place
    assert exploring.look_over(LOCAL, school, settings=settings).n == 60


def test_an_earlier_part_by_the_outcome_of_a_table_read_anew_is_not_compared(settings, school):
    filters = (Filter("points < 20", "is", ("yes",)),)
    look(settings, school)
    prepared = preparing.open_prepared(LOCAL, school, settings=settings)
    bits = preparing.bits_of(LOCAL, school, prepared, "points < 20", filters, settings=settings)
    assert np.unpackbits(bits, count=60).sum() == 20

    prepared.bits.clear()
    read_anew(settings, school, 50)
    assert preparing.bits_of(LOCAL, school, prepared, "points < 20", filters, settings=settings) is None


def test_a_table_that_was_not_prepared_cannot_be_looked_over(settings, school):
    with pytest.raises(FileNotFoundError):
        exploring.look_over(LOCAL, school, settings=settings)


def test_who_may_not_explore_is_refused_before_anything_is_opened(settings, school):
    dean = Actor(who="dee", roles=frozenset({ActorRole.DEAN}), scope="all")
    for actor in (dean, UNGATED):
        with pytest.raises(Forbidden):
            exploring.look_over(actor, school, settings=settings)
        with pytest.raises(Forbidden):
            preparing.prepare(actor, school, settings=settings)
    assert not (settings.workspace / "prepared").exists()

    preparing.prepare(LOCAL, school, settings=settings)
    for actor in (dean, UNGATED):
        for filters in ((), at_least(30)):
            with pytest.raises(Forbidden):
                exploring.look_over(actor, school, filters=filters, settings=settings)


@pytest.mark.parametrize("points", [1, 5, 51, 59])
def test_a_part_of_few_or_all_but_few_is_not_shown_and_no_number_is_said(settings, school, points):
    with pytest.raises(InvalidChoice) as failed:
        look(settings, school, at_least(points))

    assert str(failed.value) == "Not shown: fewer than 10 students are in this choice, or outside of it."
    assert failed.value.hint == "Choose another condition, or leave one out."
    assert not (settings.workspace / "shown").exists(), "what was refused is not remembered"


@pytest.mark.parametrize("first", [look, slowly])
@pytest.mark.parametrize("second", [look, slowly])
def test_both_roads_remember_for_each_other(settings, school, first, second):
    first(settings, school, at_least(30))
    with pytest.raises(InvalidChoice, match="differ by fewer than 10 students"):
        second(settings, school, at_least(31))
    second(settings, school, at_least(30))
    second(settings, school, at_least(31), actor=OTHER)

    lines = [place.read_text().splitlines() for place in sorted((settings.workspace / "shown").iterdir())]
    assert sorted(map(len, lines)) == [1, 1], "what was shown before is not written twice"
    assert [one["column"] for one in json.loads(lines[0][0])["filters"]] == ["points"]


@pytest.mark.parametrize("first", [look, slowly])
def test_another_outcome_or_recipe_does_not_empty_the_memory(settings, school, first):
    before, after = school.with_outcome("points < 20"), school.with_outcome("points < 21")
    first(settings, before, (Filter("points < 20", "is", ("yes",)),))

    with pytest.raises(InvalidChoice, match="differ by fewer than 10 students"):
        look(settings, after, (Filter("points < 21", "is", ("yes",)),))
    with pytest.raises(InvalidChoice, match="differ by fewer than 10 students"):
        look(settings, school.with_recipe(Recipe(())), (Filter("points", "below", (21.0,)),))
    assert look(settings, school, at_least(30)).n == 30


def test_parts_beyond_those_whose_bits_are_held_are_still_compared(settings, school, monkeypatch):
    monkeypatch.setattr(preparing, "MOST_BITS", 1)
    for points in (10, 20, 30, 50):
        look(settings, school, at_least(points))
    for points in (11, 21, 29, 49):
        with pytest.raises(InvalidChoice, match="differ by fewer"):
            look(settings, school, at_least(points))
    assert len(preparing.open_prepared(LOCAL, school, settings=settings).bits) == 1


def test_an_earlier_part_that_fits_no_more_is_passed_over(settings, school):
    look(settings, school, at_least(30))
    (place,) = (settings.workspace / "shown").iterdir()
    line = json.loads(place.read_text())
    line["filters"][0]["column"] = "gone"
    place.write_text(json.dumps(line) + "\n" + '{"outcome": "", "fil')

    assert look(settings, school, at_least(31)).n == 29


@given(asked=st.lists(st.tuples(st.integers(0, 59), st.integers(0, 59), st.booleans()), max_size=8))
@searching(max_examples=25)
def test_the_two_roads_decide_alike_and_no_two_parts_tell_fewer_than_ten_apart(tmp_path_factory, asked):
    fast, slow = (Settings(workspace=tmp_path_factory.mktemp(name)) for name in ("fast", "slow"))
    schools = {one.workspace: sixty(one) for one in (fast, slow)}
    shown = [set(range(60)), set()]
    for low, high, is_known in asked:
        filters = (Filter("points", "between", (float(low), float(high))),)
        filters += (Filter("points", "is known"),) * is_known
        counts = []
        for settings, road in ((fast, look), (slow, slowly)):
            try:
                found = road(settings, schools[settings.workspace], filters)
            except InvalidChoice as error:
                counts.append(str(error))
            else:
                counts.append(found.n if road is look else len(found.frame))
        assert counts[0] == counts[1]
        if isinstance(counts[0], int):
            shown.append(set(range(low, high + 1)))

    apart = [len(one ^ two) for one in shown for two in shown]
    assert all(n == 0 or n >= 10 for n in apart)


def test_a_table_with_nothing_but_gaps_can_be_prepared(settings):
    content = io.BytesIO(b"student_id,note\n" + b"".join(b"%03d,\n" % i for i in range(20)))
    request = DEMO.with_source(files.keep_file(LOCAL, content, name="gaps.csv", settings=settings))
    table = slowly(settings, request, ())

    assert look(settings, request).summary == summarise(table.frame, schema=table.schema)


def test_a_table_without_students_can_be_written_and_opened(settings, tmp_path):
    table = slowly(settings, DEMO, ())
    place = tmp_path / "empty.arrow"
    with place.open("wb") as sink:
        preparing._write(sink, replace(table, frame=table.frame.iloc[:0]), place.name, of="nothing")
    found = summarise_part(preparing._open(place).table)

    assert (found.is_empty, found.why_empty) == (True, "There are no students to summarise.")


def test_another_size_of_workspace_keeps_the_tables_that_were_used_last(settings, school, monkeypatch):
    monkeypatch.setattr(preparing, "KEPT", 2)
    places = [
        preparing.prepare(LOCAL, replace(school, outcome=text), settings=settings)
        for text in ("", "points < 20", "points < 30")
    ]
    assert [place.exists() for place in places] == [False, True, True]
