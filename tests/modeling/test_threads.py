"""Linear algebra is held to one thread, also that of libraries which nobody had loaded yet."""

import subprocess
import sys

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
