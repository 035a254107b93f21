"""Long work in child processes: progress, cancel, and limits on memory and time.

A script thread of the screen must never compute for long: it would hold the interpreter for every
viewer. A job runs one function in a child and hands its value back; a dead child is one sentence.
"""

from __future__ import annotations

import functools
import inspect
import itertools
import multiprocessing
import os
import signal
import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing import spawn
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn

from core.errors import AppError, JobCancelled, JobError

PRELOADED = ("core.workflow.preload",)
"""Imported once in the fork server, so that a job starts in milliseconds instead of seconds."""
POLL_SECONDS = 0.05
LEAVE_SECONDS = 3.0
"""How long a child may take to end what it has open on a server; its job is over for the user before that."""
"""How long a child that was told to end may take to end what it had begun elsewhere."""


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class JobLimits:
    """What one job may use."""

    seconds: float = 1_800.0
    memory_mib: int = 12_288


@dataclass(frozen=True)
class JobProgress:
    """How far a job is: the fraction done in [0, 1] and what it does now, in words."""

    fraction: float
    words: str


class JobRunner:
    """Runs jobs, a fixed number at a time; the others wait for their turn."""

    def __init__(self, *, at_once: int = 2, limits: JobLimits | None = None) -> None:
        self._slots = threading.BoundedSemaphore(at_once)
        self._limits = limits or JobLimits()
        self._context = _context()
        self._jobs: weakref.WeakSet[Job] = weakref.WeakSet()

    def start(self, function: Callable[..., Any], *args: Any, name: str, **options: Any) -> Job:
        """Start ``function(*args, **options, progress=report)`` in a child and return at once.

        The function must be importable by name; arguments and result must be picklable values. One that
        takes ``on_preview`` is given a way to hand over a first value: see ``Job.preview``.
        """
        job = Job(name=name)
        self._jobs.add(job)
        call = functools.partial(function, *args, **options)
        work = threading.Thread(target=self._run, args=(job, call), daemon=True)
        work.start()
        return job

    def stop(self) -> None:
        """Cancel every job that is not finished."""
        for job in tuple(self._jobs):
            job.cancel()

    def _run(self, job: Job, call: Callable[..., Any]) -> None:
        """Wait for a slot, run the child, and see it to its end."""
        while not self._slots.acquire(timeout=POLL_SECONDS):
            if job.cancel_asked:
                job.finish(error=_cancelled(job))
                return
        try:
            self._see_through(job, call)
        finally:
            job.finish(error=_died(job, None, self._limits))
            self._slots.release()

    def _see_through(self, job: Job, call: Callable[..., Any]) -> None:
        """Start the child and listen to it; what is raised here ends the job, and goes to the log."""
        ours, theirs = self._context.Pipe(duplex=False)
        with ours:
            child = self._context.Process(target=_child, args=(theirs, self._limits, call), daemon=True)
            try:
                with theirs:
                    child.start()
            except (EOFError, OSError) as error:
                job.finish(error=_not_started(job, error))
                return
            job.state = JobState.RUNNING
            _listen(job, child, ours, limits=self._limits)


class Job:
    """One piece of work in a child process; safe to ask from any thread."""

    _numbers = itertools.count(1)

    def __init__(self, *, name: str) -> None:
        self.name = name
        self.number = next(self._numbers)
        self.state = JobState.WAITING
        self.progress = JobProgress(0.0, "Waiting for its turn")
        self.preview: Any = None
        """What the function showed of its value so far; None before that and once the job is finished."""
        self.started = time.monotonic()
        self.is_forgotten = False
        """Set when the job is to be started afresh the next time somebody asks for it."""
        self._finishing = threading.Lock()
        self._finished = threading.Event()
        self._cancelled = threading.Event()
        self._value: Any = None
        self._error: AppError | None = None

    @property
    def is_finished(self) -> bool:
        """Whether the job is done, failed or cancelled."""
        return self._finished.is_set()

    @property
    def has_value(self) -> bool:
        """Whether the job is done and has a value."""
        return self.state is JobState.DONE and self.is_finished

    @property
    def seconds(self) -> float:
        """Seconds since the job was asked for."""
        return time.monotonic() - self.started

    def wait(self, seconds: float) -> bool:
        """Wait at most ``seconds``; return whether the job is finished."""
        return self._finished.wait(seconds)

    def cancel(self) -> None:
        """Ask the job to stop; it is over at once, its child within four seconds."""
        self._cancelled.set()

    def result(self) -> Any:
        """Return the value; raises the job's AppError, or JobError while it is still running."""
        if self._error is not None:
            raise self._error
        if self.state is not JobState.DONE:
            raise JobError(f"'{self.name}' is not finished yet.", hint="Wait a moment.", retry=True)
        return self._value

    def finish(self, *, value: Any = None, error: AppError | None = None) -> None:
        """Set the outcome once; later calls change nothing, from whatever thread they come."""
        with self._finishing:
            if self.is_finished:
                return
            self._value, self._error, self.preview = value, error, None
            if error is None:
                self.state = JobState.DONE
            elif isinstance(error, JobCancelled):
                self.state = JobState.CANCELLED
            else:
                self.state = JobState.FAILED
            self._finished.set()

    @property
    def cancel_asked(self) -> bool:
        """Whether somebody asked the job to stop."""
        return self._cancelled.is_set()


def _context() -> Any:
    """Return the way to start children: a warm fork server, or a fresh interpreter where there is none."""
    spawn.get_preparation_data = _without_main
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(PRELOADED))
    return context


_preparation = spawn.get_preparation_data


def _without_main(name: str) -> dict[str, object]:
    """Return what a child needs, without the main module: inside a Streamlit run that is the whole screen."""
    return {key: value for key, value in _preparation(name).items() if not key.startswith("init_main")}


def _listen(job: Job, child: BaseProcess, pipe: Connection, *, limits: JobLimits) -> None:
    """Take messages from the child until it is finished, cancelled, late or dead."""
    deadline = time.monotonic() + limits.seconds
    try:
        while not job.is_finished:
            if job.cancel_asked:
                job.finish(error=_cancelled(job))
            elif time.monotonic() > deadline:
                job.finish(error=_late(job, limits))
            elif pipe.poll(POLL_SECONDS):
                _take(job, pipe.recv())
    except (EOFError, OSError):  # it died between two messages, or within one
        child.join(5)
        job.finish(error=_died(job, child.exitcode, limits))
    finally:
        _end(child)


def _take(job: Job, message: tuple[str, Any]) -> None:
    """Apply one message of the child to the job."""
    kind, content = message
    if kind == "progress":
        job.progress = JobProgress(*content)
    elif kind == "preview":
        job.preview = content
    elif kind == "value":
        job.progress = JobProgress(1.0, "Done")
        job.finish(value=content)
    else:
        job.finish(error=content)


def _end(child: BaseProcess) -> None:
    """Make sure that the child is gone."""
    child.join(0.5)
    if child.is_alive():
        child.terminate()
        child.join(LEAVE_SECONDS)
    if child.is_alive():
        child.kill()
        child.join(5)


def _child(pipe: Connection, limits: JobLimits, call: Callable[..., Any]) -> None:
    """Run in the child: bound the memory, call the function, send what came of it."""
    signal.signal(signal.SIGTERM, _leave)
    _bound_memory(limits.memory_mib)

    def report(fraction: float, words: str) -> None:
        pipe.send(("progress", (fraction, words)))

    ways: dict[str, Any] = {"progress": report}
    if "on_preview" in inspect.signature(call).parameters:
        ways["on_preview"] = lambda value: pipe.send(("preview", value))
    try:
        pipe.send(("value", call(**ways)))
    except AppError as error:
        pipe.send(("error", error))
    except MemoryError:
        pipe.send(("error", _too_big(limits)))


def _leave(number: int, _frame: object) -> NoReturn:
    """End by an exception, so that what is open on a server is ended there too."""
    raise SystemExit(128 + number)


def _bound_memory(mib: int) -> None:
    """Let allocations beyond ``mib`` fail; does nothing where the system has no such limit."""
    if os.name == "posix":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        wanted = mib * 1024 * 1024
        if hard == resource.RLIM_INFINITY or wanted < hard:
            resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))


def _cancelled(job: Job) -> JobCancelled:
    return JobCancelled(f"'{job.name}' was cancelled.", hint="Start it again when you want it.", retry=True)


def _not_started(job: Job, error: EOFError | OSError) -> JobError:
    why = getattr(error, "strerror", None) or str(error) or "the fork server does not answer"
    return JobError(f"'{job.name}' could not start: {why}.", hint="Try again.", retry=True)


def _late(job: Job, limits: JobLimits) -> JobError:
    return JobError(
        f"'{job.name}' took longer than its limit of {limits.seconds:,.0f} seconds and was stopped.",
        hint="Use fewer students or columns, or raise WAYMARK_JOB_SECONDS.",
        retry=True,
    )


def _too_big(limits: JobLimits) -> JobError:
    return JobError(
        f"The work needs more memory than its limit of {limits.memory_mib:,} MiB.",
        hint="Use fewer students or columns, or raise WAYMARK_JOB_MEMORY_MIB.",
        retry=True,
    )


def _died(job: Job, exitcode: int | None, limits: JobLimits) -> JobError:
    if exitcode is not None and exitcode < 0:
        return JobError(
            f"'{job.name}' was ended by the system (signal {-exitcode}); nothing was changed.",
            hint=f"The computer may be short of memory (the limit is {limits.memory_mib:,} MiB). Try again.",
            retry=True,
        )
    return JobError(
        f"'{job.name}' stopped on an unexpected error; nothing was changed.",
        hint=f"The log of the program tells more (job {job.number}).",
        retry=True,
    )
