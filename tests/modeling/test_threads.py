"""Linear algebra is held to one thread, also that of libraries which nobody had loaded yet."""

import subprocess
import sys

import pytest

from core.modeling.threads import two_at_a_time

ASK = """
from core.modeling.threads import one_thread
with one_thread():
    import threadpoolctl
    found = threadpoolctl.threadpool_info()
    print(sorted({pool["user_api"] for pool in found}), max(pool["num_threads"] for pool in found))
"""


def test_a_fresh_process_fits_with_one_thread():
    env = {"PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True, env=env)

    assert done.stdout.split("]")[0].count("openmp") == 1
    assert done.stdout.strip().endswith(" 1")


def test_pieces_come_back_in_their_order_and_an_error_comes_through():
    assert two_at_a_time(lambda piece: piece * 2, range(50)) == list(range(0, 100, 2))
    assert two_at_a_time(str, []) == []
    with pytest.raises(ZeroDivisionError):
        two_at_a_time(lambda piece: 1 // piece, [2, 1, 0])
