"""A server that fails takes nothing away: the last good copy serves and says so, then fresh rows come."""

import contextlib
import logging
import subprocess
import sys
import time
from dataclasses import replace

import pytest

from core.caseload.access import LOCAL
from core.errors import AppError, LoginRefused, SourceUnavailable
from core.jobs import JobRunner
from core.settings import Settings
from core.sources.base import DemoSpec
from core.workflow import joining, tables
from core.workflow.joining import join_plan
from core.workflow.requests import TableRequest
from tests.faults import leaks, targets, verdicts
from tests.faults.world import NAMES, SOURCES, plan_over, states

pytestmark = pytest.mark.servers
IN_TIME = 8.0
"""Seconds from a click to the copy."""


@pytest.fixture(scope="module")
def small(world):
    """The servers with little in them, so that only faults take time."""
    world.fill(n_students=2_000)
    return world


@pytest.fixture
def settings(small, tmp_path):
    return small.settings(tmp_path / "ws")


def request_of(revision, plan=None):
    return TableRequest(plan or plan_over(), revision=str(revision))


def reading(world, settings, revision, *, was, progress=None):
    """One reading of the plan through the workflow, with its verdict."""
    return verdicts.read(
        lambda: tables.load_table(LOCAL, request_of(revision), settings=settings, progress=progress),
        world,
        was=was,
    )


def killed_mid_read(world, source):
    """Kill when the read has begun; every later call finds nobody."""

    def progress(_fraction, words):
        if f"'{NAMES[source]}'" in words or "measures" in words:
            world.server(source).process.kill()

    return progress


@contextlib.contextmanager
def harmed(world, source, harm):
    """Do harm for the length of the block; gives what is to watch the read's progress."""
    server = world.server(source)
    watch = None
    if harm == "killed":
        watch = killed_mid_read(world, source)
    elif harm == "gone":
        server.process.close()
    elif harm == "stopped":
        server.process.stop()
    else:
        world.change_login(source)
    try:
        yield watch
    finally:
        if harm == "stopped":
            server.process.cont()
        elif harm == "login changed":
            world.let_in()
        else:
            server.process.restart()


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("harm", ["killed", "stopped", "gone", "login changed"])
def test_the_copy_serves_whole_and_in_time_and_fresh_rows_come_without_a_restart(
    small, settings, source, harm
):
    was = small.state
    first = reading(small, settings, 1, was=was)
    small.move_on()
    with harmed(small, source, harm) as watch:
        down = reading(small, settings, 2, was=was, progress=watch)
    small.move_on()
    again = reading(small, settings, 3, was=was)

    assert (first.verdict, down.verdict, again.verdict) == ("fresh", "copy", "fresh"), down.words
    assert down.seconds <= IN_TIME
    assert f"'{NAMES[source]}'" in down.words
    assert "What you see was read on" in down.words


def test_the_table_whose_server_answers_is_fresh_beside_the_copy_of_the_other(small, settings):
    was = small.state
    reading(small, settings, 1, was=was)
    small.move_on()
    with harmed(small, "mongo", "gone"):
        down = reading(small, settings, 2, was=was)
    of_students, of_visits = down.dataset.provenance.parts

    assert (of_students.outage, bool(of_visits.outage)) == ("", True)
    assert states(down.dataset.collect()) == (small.state, was)


@pytest.mark.parametrize("source", SOURCES)
def test_without_a_copy_it_is_one_sentence_and_the_next_call_reads(small, settings, source):
    with harmed(small, source, "gone"):
        down = reading(small, settings, 1, was=0)
    again = reading(small, settings, 1, was=0)

    assert (down.verdict, again.verdict) == ("sentence", "fresh"), down.words
    assert isinstance(down.error, SourceUnavailable)


def test_a_job_on_other_data_ends_while_another_waits_for_a_server_that_hangs(small, settings):
    runner = JobRunner(at_once=2)
    was = small.state
    reading(small, settings, 1, was=was)
    other = TableRequest(DemoSpec(students=300, seed=small.state))
    warm_up(runner, settings)
    with harmed(small, "mongo", "stopped"):
        waiting = runner.start(tables.load_table, LOCAL, request_of(2), settings=settings, name="waits")
        time.sleep(0.5)
        quick = runner.start(tables.load_table, LOCAL, other, settings=settings, name="other")
        assert quick.wait(30)
        was_waiting = not waiting.is_finished
        assert waiting.wait(IN_TIME)
    down = verdicts.read(waiting.result, small, was=was)

    assert quick.result().provenance.n_rows >= 300
    assert was_waiting, "the other job was not meanwhile"
    assert (down.verdict, waiting.seconds < IN_TIME) == ("copy", True), down.words
    runner.stop()


def warm_up(runner, settings):
    """Let the fork server start: that is not what is timed."""
    job = runner.start(
        tables.load_table, LOCAL, TableRequest(DemoSpec(students=50)), settings=settings, name="warm"
    )
    assert job.wait(60)


def test_the_password_is_in_no_error_file_or_provenance(small, settings, caplog):
    caplog.set_level(logging.DEBUG)
    fresh = reading(small, settings, 1, was=small.state)
    shown = [
        fresh.dataset.provenance,
        joining.load_report(LOCAL, join_plan(LOCAL, plan_over(), settings=settings)),
    ]
    errors = []
    for source in SOURCES:
        for harm in ("login changed", "gone"):
            with harmed(small, source, harm):
                down = reading(small, settings, f"{source} {harm}", was=small.state)
                errors.append(first_error(settings))
            shown += [down.words, down.dataset.provenance]

    assert {type(error) for error in errors} == {LoginRefused, SourceUnavailable}
    assert [leaks.in_error(error, small.password) for error in errors] == [[]] * 4
    assert leaks.in_texts(shown, small.password) == []
    assert leaks.in_folder(settings.workspace, small.password) == []
    assert small.password not in caplog.text
    assert list(settings.workspace.rglob("*.parquet")), "there was something to look through"


def first_error(settings):
    """The error of a reading that has no copy to fall back on."""
    elsewhere = settings.workspace.with_name("nothing kept")
    with pytest.raises(AppError) as failed:
        join_plan(LOCAL, plan_over(), settings=replace(settings, workspace=elsewhere))
    return failed.value


def test_no_password_is_in_the_log_of_jobs_that_tell_everything(small, settings, tmp_path):
    wrong = small.settings(tmp_path / "other", password="canary-wrong")
    given = [Settings.load(env=targets.environment_of(one)) for one in (settings, wrong)]
    said = log_of_jobs((request_of(1), settings, "planted"), (request_of(1), wrong, "nothing"))

    assert given == [settings, wrong], "the program knows the passwords"
    assert "reading planted" in said, "what is in the log is found"
    assert "Provenance(" in said
    assert "LoginRefused(" in said
    assert "canary" not in said


def log_of_jobs(*wanted):
    """All that a program writes that runs these as jobs, its children included."""
    script = "import sys; from tests.faults import targets; targets.run(sys.stdin.read())"
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=targets.as_json(wanted),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout + done.stderr


def test_a_password_that_is_planted_is_found(small, settings, tmp_path):
    """The control of the tests above: each way of looking finds what is there."""
    word = small.password
    first = reading(small, settings, 1, was=small.state)
    leaky = SourceUnavailable("'school' did not answer.", hint=f"as reader:{word}")
    hidden = SourceUnavailable("'school' did not answer.")
    hidden.__cause__ = ValueError(f"mysql://reader:{word}@127.0.0.1")
    frame = first.dataset.collect().assign(note=[word] * small.n_students)
    frame.to_parquet(tmp_path / "packed.parquet", compression="zstd")

    assert leaks.in_folder(tmp_path, word) == ["packed.parquet"]
    assert leaks.in_error(leaky, word)
    assert leaks.in_error(hidden, word) == ["ValueError", "traceback"]
    assert leaks.in_texts([{"query": word}], word) == [0]


def test_a_reading_that_takes_a_part_for_the_whole_is_called_half(small, settings, monkeypatch):
    """The mutant: half of a table is taken as whole, fresh and as a copy."""
    whole = joining.read_part

    def half(*args, **options):
        table = whole(*args, **options)
        return replace(table, dataset=replace(table.dataset, frame=table.dataset.frame.head(1_000)))

    monkeypatch.setattr(joining, "read_part", half)
    fresh = reading(small, settings, 1, was=small.state)
    with harmed(small, "mariadb", "gone"):
        kept = reading(small, settings, 2, was=small.state)

    assert (fresh.verdict, kept.verdict) == ("half", "half")


def test_a_copy_that_does_not_say_so_is_called_half(small, settings, monkeypatch):
    """The mutant: the copy serves as if it were fresh."""
    was = small.state
    reading(small, settings, 1, was=was)
    small.move_on()
    monkeypatch.setattr("core.workflow.copies._as_outage", lambda kept, *_: kept)
    with harmed(small, "mongo", "gone"):
        silent = reading(small, settings, 2, was=was)

    assert silent.verdict == "half"
