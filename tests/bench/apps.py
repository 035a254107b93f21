"""The apps that are measured: Waymark, the empty Streamlit app, and the naive ones."""

import contextlib
import functools
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.bench import child
from tests.browser.server import RunningApp, running_app
from tests.setup.places import ROOT

HERE = Path(__file__).parent
PLAIN = {"STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false", "STREAMLIT_SERVER_FILE_WATCHER_TYPE": "none"}
"""What ``.streamlit/config.toml`` sets for ours and would cost the others time."""
WRITE_SECONDS = 300


@contextlib.contextmanager
def waymark(n_students: int) -> Iterator[RunningApp]:
    """Run Waymark on a demo school of this size, with a fresh workspace."""
    with _folder() as folder:
        settings = {"WAYMARK_DEMO_STUDENTS": str(n_students)}
        with running_app(folder, settings=settings) as app:
            yield app


@contextlib.contextmanager
def floor() -> Iterator[RunningApp]:
    """Run the empty app: a slider and one metric in a fragment, the garbage collector frozen."""
    with (
        _folder() as folder,
        running_app(folder, script=HERE / "floor_app" / "app.py", settings=PLAIN) as app,
    ):
        yield app


@contextlib.contextmanager
def naive(script: str, students: Path, *, n_init: int = 10) -> Iterator[RunningApp]:
    """Run a naive app on a file of students."""
    given = {"BENCH_STUDENTS": str(students), "BENCH_N_INIT": str(n_init), "PYTHONPATH": str(ROOT)}
    place = HERE / "naive_app" / f"{script}.py"
    with _folder() as folder, running_app(folder, script=place, settings=PLAIN | given) as app:
        yield app


@functools.cache
def students_file(folder: Path, n_students: int) -> Path:
    """Return the demo school's students as a file in ``folder``, written at the first call."""
    place = folder / f"students-{n_students}.csv"
    command = [sys.executable, "-m", "tests.bench.school", str(n_students), place]
    child.run(command, limit_seconds=WRITE_SECONDS)
    return place


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="waymark-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)
