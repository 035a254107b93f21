"""What all tests share: real servers, the real-life tables, bounded threads, and a workspace of their own."""

import os
from pathlib import Path

# Before numpy is imported: with its default threads a fit on two busy cores is forty times slower.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
for name in [name for name in os.environ if name.startswith("WAYMARK_")]:
    del os.environ[name]  # a developer's own settings decide no test

import hypothesis  # noqa: E402  the threads come first
import pytest  # noqa: E402
from xdist.scheduler import LoadScopeScheduling  # noqa: E402

pytest_plugins = [
    "tests.doctests",
    "tests.servers.mariadb",
    "tests.servers.mongo",
    "tests.servers.postgres",
    "tests.servers.spark_cluster",
    "tests.servers.spark",
    "tests.servers.joined",
]

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

KINDS = {
    "browser": {"app", "browser", "visit"},
    "spark": {"spark", "spark_local", "spark_cluster", "spark_stated", "in_servers"},
    "servers": {"mariadb", "mongo", "postgres"},
}
"""Kind of test -> the fixtures that make it one; the slowest kind first."""

ON_SPARK = ("tests/sources/spark/", "tests/workflow/test_same_school.py")
"""Where every test runs on Spark."""

# The same examples each time: a failure is a change of ours, not luck. `make campaign` looks further.
hypothesis.settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile(
    "search", deadline=None, max_examples=2_000, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests by the servers they use; with several workers, the slow ones come first."""
    for item in items:
        kind = _kind(item)
        if kind:
            item.add_marker(kind)
    if hasattr(config, "workerinput"):
        order = [*KINDS, ""]
        items.sort(key=lambda item: order.index(_kind(item)))


def _kind(item: pytest.Item) -> str:
    """Return which servers the test talks to, or nothing."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marks = {mark.name for mark in item.iter_markers()}
    return next((kind for kind, names in KINDS.items() if kind in marks or names & fixtures), "")


class OneWorkerForEach(LoadScopeScheduling):
    """Sends a file to one worker, all browser tests to one, and all that run on Spark to one.

    So Chromium and Spark are started once; the databases start in half a second wherever they are needed.
    (xdist's own groups are no use: its 3.8 writes them where pytest 9 does not look.)
    """

    def _split_scope(self, nodeid: str) -> str:
        file, _, test = nodeid.partition("::")
        if file.startswith("tests/browser/"):
            return "browser"
        if file.startswith(ON_SPARK) or "spark" in test:
            return "spark"
        return file if file.startswith("tests/") else "examples"


@pytest.hookimpl(tryfirst=True, optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> OneWorkerForEach:
    """Tell xdist how to deal the tests out."""
    return OneWorkerForEach(config, log)


@pytest.fixture(autouse=True, scope="session")
def _workspace(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what tests write out of the developer's own workspace."""
    os.environ["WAYMARK_WORKSPACE"] = str(tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real-life tables, read in place."""
    if not SHARED_DATA.is_dir():
        pytest.skip("The folder ../shared/data with the real-life tables does not exist on this machine.")
    return SHARED_DATA
