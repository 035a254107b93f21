"""Servers that the fault tests may harm, and where the campaign writes what it counted."""

import json
import os
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from tests.faults.world import World
from tests.servers import mariadb as mariadb_server
from tests.servers import mongo as mongo_server
from tests.setup import places

ROOT = Path(__file__).resolve().parents[2]
COUNTS = ROOT / "bench" / "campaign.json"
SHARE = float(os.environ.get("CAMPAIGN_SHARE", "1"))
"""Which part of its full number a campaign does: 0.1 is a tenth."""
SEED = int(os.environ.get("CAMPAIGN_SEED", "7"))
DURABLE = "--innodb-flush-log-at-trx-commit=2"
"""A SIGKILL then loses nothing that was committed."""


@pytest.fixture(scope="module")
def world():
    """A MariaDB and a mongod of this module alone, with the same tables in both."""
    with (
        mariadb_server.started(DURABLE) as mariadb,
        mongo_server.started(auth=True) as mongo,
    ):
        yield World(mariadb, mongo)


@pytest.fixture(scope="module")
def _filled(world):
    world.fill(n_students=30_000)
    return world


@pytest.fixture
def large(_filled):
    """The servers with so many rows that a load takes a while; both are in the same state."""
    _filled.move_on()
    return _filled


@pytest.fixture
def chance():
    """What decides where a campaign strikes; the same seed, the same places."""
    return random.Random(SEED)


@pytest.fixture
def number():
    """Make the number of tries out of the full one."""
    return lambda full: max(2, round(full * SHARE))


@pytest.fixture
def told(request, capsys):
    """Give a call that keeps the counts of a campaign and prints them as one line."""

    def tell(verdicts: Iterable[str], seconds: Iterable[float] = (), **more):
        verdicts, seconds = list(verdicts), list(seconds)
        counts = {
            "n": len(verdicts),
            **Counter(verdicts),
            "half": verdicts.count("half"),
            "unknown": verdicts.count("unknown"),
            **_times(seconds),
            **more,
            "seed": SEED,
            "versions": versions(),
        }
        name = request.node.name
        _keep(name, counts)
        words = ", ".join(f"{key} {value}" for key, value in counts.items() if key != "versions")
        with capsys.disabled():
            print(f"\n{name}: {words}")

    return tell


def versions():
    """What the counts were made with."""
    import pymongo
    import pymysql
    import pyspark

    return {
        "python": sys.version.split()[0],
        "pymysql": pymysql.__version__,
        "pymongo": pymongo.version,
        "pyspark": pyspark.__version__,
        "mariadb": _version(places.program("mariadbd")),
        "mongod": _version(places.mongod()),
    }


def _version(program):
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"\d+\.\d+\.\d+", said)[0]


def _times(seconds):
    if not seconds:
        return {}
    p50, p99 = np.percentile(seconds, [50, 99], method="higher")
    return {"seconds_p50": round(float(p50), 2), "seconds_p99": round(float(p99), 2)}


def _keep(name, counts):
    """Put the counts of one test in place of its earlier ones."""
    COUNTS.parent.mkdir(exist_ok=True)
    known = json.loads(COUNTS.read_text("utf-8")) if COUNTS.exists() else {}
    draft = COUNTS.with_suffix(".draft")
    draft.write_text(json.dumps(known | {name: counts}, indent=1, sort_keys=True), encoding="utf-8")
    draft.replace(COUNTS)
