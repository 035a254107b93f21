"""Jobs run in children, report, stop when told to, and never take the app with them."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import ColumnNotFound, JobCancelled, JobError
from core.jobs import Job, JobLimits, JobRunner, JobState
from tests import job_targets


@pytest.fixture(scope="module")
def runner():
    return JobRunner(at_once=2, limits=JobLimits(seconds=60, memory_mib=512))


def finished(job, seconds=40.0):
    assert job.wait(seconds), f"{job.name} is still {job.state}"
    return job


def test_a_job_hands_back_the_value_of_its_function(runner):
    job = finished(runner.start(job_targets.double, 21, name="Doubling"))

    assert job.result() == 42
    assert (job.state, job.progress.fraction) == (JobState.DONE, 1.0)


def test_a_preview_is_there_before_the_value_and_gone_with_it(runner, tmp_path):
    place = tmp_path / "seen"
    job = runner.start(job_targets.show_then_wait, str(place), name="Showing")
    before = job.preview
    while job.progress.words != "Shown":
        assert not job.wait(0.02)
    shown, has_value = job.preview, job.has_value
    place.touch()

    assert (before, shown, has_value) == (None, "first", False)
    assert (finished(job).result(), job.preview) == ("last", None)


def test_a_job_that_is_cancelled_keeps_no_preview(runner, tmp_path):
    job = runner.start(job_targets.show_then_wait, str(tmp_path / "never"), name="Showing")
    while job.preview is None:
        assert not job.wait(0.02)
    job.cancel()

    assert (finished(job, 5).state, job.preview) == (JobState.CANCELLED, None)


def test_a_job_of_a_function_without_previews_has_none(runner):
    job = runner.start(job_targets.double, 4, name="Doubling")

    assert job.preview is None
    assert (finished(job).result(), job.preview) == (8, None)


def test_a_job_runs_in_another_process(runner):
    assert finished(runner.start(job_targets.pid, name="Pid")).result() != os.getpid()


def test_an_expected_failure_crosses_the_border_with_its_hint(runner):
    job = finished(runner.start(job_targets.fail_as_expected, name="Failing"))

    with pytest.raises(ColumnNotFound, match="There is no column 'mth'") as caught:
        job.result()
    assert caught.value.hint == "Did you mean 'math'? Valid: 'math'."


def test_a_crash_is_one_sentence_and_not_a_traceback(runner):
    job = finished(runner.start(job_targets.crash, name="Crashing"))

    with pytest.raises(JobError, match="'Crashing' stopped on an unexpected error; nothing was changed"):
        job.result()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    "function",
    [lambda *, progress: progress, job_targets.send_unreadable, job_targets.show_what_cannot_be_sent],
)
def test_what_cannot_cross_the_border_fails_the_job_and_the_next_job_works(function):
    runner = JobRunner(at_once=1, limits=JobLimits(seconds=60, memory_mib=512))
    job = finished(runner.start(function, name="Crossing"))

    assert job.state is JobState.FAILED
    with pytest.raises(JobError, match="'Crossing' stopped on an unexpected error") as caught:
        job.result()
    assert caught.value.retry
    assert finished(runner.start(job_targets.double, 1, name="Next")).result() == 2


def test_a_child_killed_while_it_sends_is_one_sentence(runner):
    job = finished(runner.start(job_targets.die_while_sending, name="Sending"))

    with pytest.raises(JobError, match=r"'Sending' was ended by the system \(signal 9\)"):
        job.result()


@pytest.mark.parametrize(
    ("error", "why"),
    [(OSError(24, "Too many open files"), "Too many open files"), (OSError("no pipe"), "no pipe")],
)
def test_a_child_that_cannot_be_started_says_why(monkeypatch, error, why):
    runner = JobRunner(at_once=1)

    def refuse(_process):
        raise error

    monkeypatch.setattr(runner._context.Process, "start", refuse)
    job = finished(runner.start(job_targets.double, 1, name="Starting"))

    with pytest.raises(JobError, match=f"'Starting' could not start: {why}") as caught:
        job.result()
    assert caught.value.retry


def test_an_outcome_is_set_once_from_whatever_thread():
    job = Job(name="Racing")
    with ThreadPoolExecutor(8) as threads:
        for number in range(200):
            threads.submit(job.finish, value=number)
        job.wait(5)
        first = job.result()

    job.finish(error=JobError("too late"))
    assert (job.result(), job.state) == (first, JobState.DONE)


@pytest.mark.parametrize("function", [job_targets.crash, job_targets.die, job_targets.eat_memory])
def test_a_failure_of_the_machine_may_be_tried_again(runner, function):
    with pytest.raises(JobError) as caught:
        finished(runner.start(function, name="Failing")).result()

    assert caught.value.retry


def test_a_killed_child_is_one_sentence_and_the_next_job_works(runner):
    job = finished(runner.start(job_targets.die, name="Dying"))

    with pytest.raises(JobError, match=r"'Dying' was ended by the system \(signal 9\)"):
        job.result()
    assert finished(runner.start(job_targets.double, 1, name="Next")).result() == 2


def test_memory_over_the_limit_is_one_sentence(runner):
    job = finished(runner.start(job_targets.eat_memory, name="Eating"))

    with pytest.raises(JobError, match="needs more memory than its limit of 512 MiB"):
        job.result()


def test_cancel_ends_the_child_within_two_seconds(runner):
    job = runner.start(job_targets.sleep, 60, name="Sleeping")
    while job.state is JobState.WAITING or not job.progress.fraction:
        time.sleep(0.02)
    asked = time.monotonic()
    job.cancel()
    finished(job, 5)

    assert time.monotonic() - asked < 2
    assert job.state is JobState.CANCELLED
    with pytest.raises(JobCancelled, match="'Sleeping' was cancelled"):
        job.result()


def test_a_job_over_its_time_limit_is_stopped():
    runner = JobRunner(at_once=1, limits=JobLimits(seconds=0.5, memory_mib=512))
    job = finished(runner.start(job_targets.sleep, 60, name="Sleeping"), 20)

    with pytest.raises(JobError, match=r"took longer than its limit of \d seconds") as caught:
        job.result()
    assert caught.value.retry


def test_a_cancelled_child_closes_what_it_had_open_elsewhere(runner, tmp_path):
    place = tmp_path / "word"
    job = runner.start(job_targets.sleep_and_leave_a_word, str(place), name="Sleeping")
    while job.progress.words != "Sleeping":
        time.sleep(0.02)
    job.cancel()
    deadline = time.monotonic() + 2
    while not place.exists() and time.monotonic() < deadline:
        time.sleep(0.02)

    assert place.read_text(encoding="utf-8") == "closed"


def test_a_waiting_job_can_be_cancelled_before_it_starts():
    runner = JobRunner(at_once=1, limits=JobLimits(seconds=60, memory_mib=512))
    first = runner.start(job_targets.sleep, 60, name="First")
    while first.state is JobState.WAITING:
        time.sleep(0.02)
    second = runner.start(job_targets.sleep, 60, name="Second")
    second.cancel()

    assert finished(second, 5).state is JobState.CANCELLED
    first.cancel()


def test_the_result_of_an_unfinished_job_is_refused(runner):
    job = runner.start(job_targets.sleep, 60, name="Sleeping")

    with pytest.raises(JobError, match="'Sleeping' is not finished yet"):
        job.result()
    job.cancel()
