"""Functions that the job tests run in a child process."""

import os
import time
from multiprocessing.connection import Connection
from pathlib import Path

from core.errors import ColumnNotFound


def double(number, *, progress):
    progress(0.5, "Half way")
    return number * 2


def show_then_wait(place, *, progress, on_preview):
    """Show a first value; hand over the last one when somebody has made a file."""
    on_preview("first")
    progress(0.5, "Shown")
    while not Path(place).exists():
        time.sleep(0.02)
    return "last"


def show_what_cannot_be_sent(*, progress, on_preview):
    on_preview(lambda: None)


def fail_as_expected(*, progress):
    raise ColumnNotFound.of("mth", ["math"])


def crash(*, progress):
    raise ZeroDivisionError


def die(*, progress):
    os.kill(os.getpid(), 9)


def eat_memory(*, progress):
    return len(bytearray(900 * 1024 * 1024))


def sleep(seconds, *, progress):
    progress(0.1, "Sleeping")
    time.sleep(seconds)


def pid(*, progress):
    time.sleep(0.3)
    return os.getpid()


class Unreadable:
    """A value that can be sent, but not received."""

    def __reduce__(self):
        return _refuse_to_load, ()


def _refuse_to_load():
    raise ValueError("cannot be read")


def send_unreadable(*, progress):
    return Unreadable()


def die_while_sending(*, progress):
    """Be killed when half of a large result is sent."""
    send = Connection._send

    def send_half(pipe, content):
        if len(content) < 1_000_000:
            send(pipe, content)
        else:
            send(pipe, content[: len(content) // 2])
            die(progress=progress)

    Connection._send = send_half
    return bytes(4_000_000)


def sleep_and_leave_a_word(place, *, progress):
    """Sleep; say in a file that what was open was closed."""
    progress(0.1, "Sleeping")
    try:
        time.sleep(60)
    finally:
        Path(place).write_text("closed", encoding="utf-8")
