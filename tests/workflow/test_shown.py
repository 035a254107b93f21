"""Parts that were shown are remembered one after the other, whoever asks and whatever was cut off."""

import multiprocessing
import stat
import sys
import time

import numpy as np
import pytest

from core.eda.filters import Filter, packed
from core.errors import InvalidChoice
from core.workflow.shown import ShownParts
from core.workflow.workspace import add_line


def at_least(points):
    return (Filter("points", "at least", (float(points),)),)


def rows_of(filters):
    return np.arange(60) >= filters[0].values[0]


def ask(shown, points, *, seconds=0.0):
    """Ask for a part of sixty students; to compare it with an earlier one takes so long."""

    def slowly(_, filters):
        time.sleep(seconds)
        return packed(rows_of(filters))

    shown.admit(rows_of(at_least(points)), at_least(points), outcome="", bits_of=slowly)


def ask_at_once(place, points, start, answers):
    """Ask in a process of its own, once the others are there."""
    start.wait(60)
    try:
        ask(ShownParts(place), points, seconds=0.2)
    except InvalidChoice:
        answers.put("refused")
    else:
        answers.put("shown")


def test_of_two_parts_a_student_apart_two_processes_show_one(tmp_path):
    place = tmp_path / "shown" / "a.jsonl"
    ask(ShownParts(place), 10)
    context = multiprocessing.get_context("spawn")
    start, answers = context.Barrier(2), context.Queue()
    asked = [context.Process(target=ask_at_once, args=(place, n, start, answers)) for n in (30, 31)]
    for one in asked:
        one.start()
    found = sorted(answers.get(timeout=120) for _ in asked)
    for one in asked:
        one.join(60)

    assert found == ["refused", "shown"]
    assert len(place.read_text().splitlines()) == 2
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_without_locks_for_files_parts_are_still_remembered(tmp_path, monkeypatch):
    monkeypatch.setattr("core.workflow.shown.find_spec", lambda _: None)
    monkeypatch.setitem(sys.modules, "fcntl", None)
    shown = ShownParts(tmp_path / "shown" / "a.jsonl")
    ask(shown, 30)

    with pytest.raises(InvalidChoice, match="differ by fewer than 10 students"):
        ask(shown, 31)


def test_a_line_that_was_cut_off_does_not_swallow_the_next_part(tmp_path):
    place = tmp_path / "shown" / "a.jsonl"
    shown = ShownParts(place)
    ask(shown, 10)
    with place.open("a") as file:
        file.write('{"outcome": "", "fil')
    ask(shown, 30)

    assert len(place.read_text().splitlines()) == 3
    with pytest.raises(InvalidChoice, match="differ by fewer than 10 students"):
        ask(shown, 31)


def test_lines_are_added_one_below_the_other(tmp_path):
    for line in ("one", "two"):
        add_line(tmp_path / "a", line)
    assert (tmp_path / "a").read_text() == "one\ntwo\n"
