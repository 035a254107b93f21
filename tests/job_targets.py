"""Functions that the job tests run in a child process."""

import os
import time

from core.errors import ColumnNotFound


def double(number, *, progress):
    progress(0.5, "Half way")
    return number * 2


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
