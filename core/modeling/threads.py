"""Keeps linear algebra to one thread: with the default number a busy machine is many times slower.

Measured here with other work running: 100,000 students took 15 s with two threads and 4 s with one.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold OpenMP and BLAS to one thread while the block runs.

    scikit-learn is loaded first: only a library that is there already can be held.
    """
    importlib.import_module("sklearn.linear_model")
    importlib.import_module("sklearn.cluster")
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    with threadpool_limits(limits=1):
        yield
