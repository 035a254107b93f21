"""A real local Spark for each test worker, and frames that are held by pandas, then by Spark."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from core import frames
from tests.setup import places

CONFIGURATION = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "1g",
    # A short-lived session: quick to compile, no second thread to collect garbage.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.session.timeZone": "UTC",
    # As in the product: it would make a job of each stage.
    "spark.sql.adaptive.enabled": "false",
    # It walks up the stack for each column that is named, to say in an error where that was.
    "spark.python.sql.dataFrameDebugging.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "ERROR",
}


@contextlib.contextmanager
def started() -> Iterator[Any]:
    """Run a local session for the length of the block."""
    from pyspark.sql import SparkSession

    os.environ |= {
        "JAVA_HOME": str(places.java_home()),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "PYSPARK_PYTHON": sys.executable,
    }
    with tempfile.TemporaryDirectory(prefix="waymark-spark-") as folder:
        builder = SparkSession.builder.master("local[1]").appName("waymark-tests")
        for name, value in CONFIGURATION.items():
            builder = builder.config(name, value)
        builder = builder.config("spark.local.dir", folder).config("spark.sql.warehouse.dir", folder)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A running Spark session, shared by the tests of this worker."""
    with started() as session:
        yield session


@pytest.fixture(params=["pandas", pytest.param("spark", marks=pytest.mark.spark)])
def frame_of(request: pytest.FixtureRequest) -> Callable[[Any], frames.Frame]:
    """Make a frame out of a dict of columns or a pandas frame: the test runs on pandas, then on Spark."""
    if request.param == "pandas":
        return lambda columns: frames.wrap(pd.DataFrame(columns))
    session = request.getfixturevalue("spark")
    return lambda columns: frames.on_spark(pd.DataFrame(columns), session)
