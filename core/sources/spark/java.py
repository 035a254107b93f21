"""Which Java runs Spark, and the words that start a Spark Connect server on it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.errors import SourceUnavailable

VERSIONS = range(17, 22)
"""What Spark 4.3 runs on."""
HOMES = ("/usr/lib/jvm", "/Library/Java/JavaVirtualMachines", "/opt/java")
CONNECT = "org.apache.spark.sql.connect.service.SparkConnectServer"
QUICK = (
    "-XX:+UseSerialGC",
    "-Xshare:auto",
    "-XX:Tier3DelayOn=0",
    "-XX:Tier4InvocationThreshold=50000",
    "-XX:Tier4MinInvocationThreshold=6000",
    "-XX:Tier4CompileThreshold=150000",
    "-XX:Tier4BackEdgeThreshold=400000",
)
"""Quick to start and small, and half the work for millions of rows.

As Java comes it compiles so much so well that start and first answers take 1.6 times as long; told to
compile nothing well it needs twice as long for millions of rows. So only what runs ten times as often as
usual is compiled well.
"""
OPENED = (
    "lang",
    "lang.invoke",
    "lang.reflect",
    "io",
    "net",
    "nio",
    "util",
    "util.concurrent",
    "util.concurrent.atomic",
)
"""Packages of ``java.base`` under ``java.`` that Spark reaches into."""
OPENED_INSIDE = ("jdk.internal.ref", "sun.nio.ch", "sun.nio.cs", "sun.security.action", "sun.util.calendar")


POLITE = {
    "spark.dynamicAllocation.enabled": "true",
    "spark.dynamicAllocation.shuffleTracking.enabled": "true",
    "spark.dynamicAllocation.executorIdleTimeout": "60s",
}
"""On a cluster, cores that are not used go back to others."""


@dataclass(frozen=True)
class ServerPlan:
    """What a server is started with; nothing of it is secret."""

    master: str
    jars: tuple[str, ...] = ()
    """JDBC drivers."""
    address: str = "127.0.0.1"
    """Where the workers of a cluster reach this computer."""


@cache
def java_home() -> Path:
    """Return the home of a Java that Spark runs on; JAVA_HOME and the path come first.

    Raises SourceUnavailable with what to install.
    """
    asked = [Path(os.environ["JAVA_HOME"]) / "bin/java"] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    asked += [Path(on_path)] if on_path else []
    for home in HOMES:
        asked += sorted(Path(home).glob("*/bin/java")) + sorted(Path(home).glob("*/Contents/Home/bin/java"))
    for java in asked:
        if java.exists() and java_version(java) in VERSIONS:
            return java.resolve().parents[1]
    raise SourceUnavailable(
        f"Spark needs Java {VERSIONS[0]} to {VERSIONS[-1]}, and this computer has none.",
        hint="Install it (Debian: apt-get install openjdk-17-jre-headless) or set JAVA_HOME; "
        "or give the connection the address of a Spark Connect server (sc://host:port).",
    )


def java_version(java: Path) -> int | None:
    """Return the main version of this Java, or None where it does not run."""
    try:
        said = subprocess.run(  # noqa: S603  a program called java of this computer, without any input
            [java, "-version"], capture_output=True, text=True, check=False, timeout=20
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else None


def spark_home() -> Path:
    """Return where pyspark keeps its jars; raises SourceUnavailable without them."""
    found = importlib.util.find_spec("pyspark")
    folder = Path(found.origin).parent if found and found.origin else Path()
    if not (folder / "jars").is_dir():
        raise SourceUnavailable(
            "The Python package 'pyspark' is not installed with its jars.", hint="Install pyspark[connect]."
        )
    return folder


def server_command(plan: ServerPlan, *, scratch: Path) -> list[str]:
    """Return the command of a Connect server; the port is added by who starts it, the token never."""
    home = spark_home()
    settings = server_settings(plan, scratch=scratch)
    return [
        str(java_home() / "bin/java"),
        *QUICK,
        f"-Xmx{memory_mib()}m",
        *module_options(),
        *(f"-D{name}={value}" for name, value in settings.items()),
        "-cp",
        os.pathsep.join([*plan.jars, str(home / "jars/*")]),
        CONNECT,
    ]


def server_settings(plan: ServerPlan, *, scratch: Path) -> dict[str, str]:
    """Return the settings of a server of ours: loopback, no web pages, what is abandoned ends soon."""
    return {
        "user.timezone": "UTC",
        "java.io.tmpdir": str(scratch),
        "spark.master": plan.master,
        "spark.app.name": "waymark",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.host": plan.address,
        "spark.driver.bindAddress": plan.address,
        "spark.driver.maxResultSize": "0",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.executor.extraJavaOptions": "-Duser.timezone=UTC -XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.session.manager.defaultSessionTimeout": "10m",
        "spark.connect.execute.manager.detachedTimeout": "10s",
        "spark.connect.execute.manager.maintenanceInterval": "5s",
        **({"spark.jars": ",".join(plan.jars)} if plan.jars else {}),
        **(POLITE if plan.master.startswith("spark://") else {}),
    }


def module_options() -> list[str]:
    """Return what lets Spark reach into Java's own packages, as its launcher gives it."""
    opened = [f"java.base/java.{name}" for name in OPENED] + [f"java.base/{name}" for name in OPENED_INSIDE]
    opened.append("java.security.jgss/sun.security.krb5")
    return [
        "-XX:+IgnoreUnrecognizedVMOptions",
        *(f"--add-opens={name}=ALL-UNNAMED" for name in opened),
        "-Djdk.reflect.useDirectMethodHandle=false",
        "-Djdk.reflect.useNativeAccessorOnly=true",
        "-Dio.netty.tryReflectionSetAccessible=true",
    ]


def memory_mib() -> int:
    """Return the heap of a server: a quarter of the memory, 1 to 4 GiB."""
    try:
        whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 1024**2
    except (ValueError, OSError, AttributeError):
        whole = 8_192
    return max(1_024, min(4_096, whole // 4))
