"""Where the real programs lie that tests talk to: Chromium, MariaDB, mongod, Java.

Standard library only, because the installation asks it before anything is installed.
"""

import functools
import os
import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
OWN_MONGOD = CACHE / "mongod" / "mongod"
JAVA_VERSIONS = range(17, 22)
"""What Spark 4.3 runs on: 17 to 21."""
SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Where servers lie; not on the path of an ordinary user."""


class NotInstalled(Exception):
    """A program that the tests need is missing: a failure, never a skip."""


def find(*names: str) -> Path | None:
    """Return the first of these programs that is installed, or None."""
    places = os.pathsep.join([os.environ.get("PATH", ""), *SYSTEM_FOLDERS])
    found = (shutil.which(name, path=places) for name in names)
    return next((Path(place) for place in found if place), None)


def program(*names: str) -> Path:
    """Return the first of these programs that is installed; raises NotInstalled."""
    place = find(*names)
    if place is None:
        raise NotInstalled(f"'{names[0]}' is not installed; 'make test' installs it.")
    return place


def chromium() -> Path:
    """Return the browser; raises NotInstalled."""
    return program("chromium", "chromium-browser", "google-chrome-stable")


def find_mongod() -> Path | None:
    """Return the machine's own mongod, else the one out of the wheel, or None."""
    return find("mongod") or (OWN_MONGOD if OWN_MONGOD.exists() else None)


def mongod() -> Path:
    """Return the MongoDB server; raises NotInstalled."""
    place = find_mongod()
    if place is None:
        raise NotInstalled("'mongod' is not installed; 'make test' installs it.")
    return place


@functools.cache
def find_java_home() -> Path | None:
    """Return the home of a Java that Spark runs on, or None; JAVA_HOME and the path come first."""
    asked = [Path(os.environ["JAVA_HOME"]) / "bin/java"] if os.environ.get("JAVA_HOME") else []
    on_path = find("java")
    asked += [on_path] if on_path else []
    asked += sorted(Path("/usr/lib/jvm").glob("*/bin/java"))
    for java in asked:
        if java_version(java) in JAVA_VERSIONS:
            return java.resolve().parents[1]
    return None


def java_home() -> Path:
    """Return the home of a Java that Spark runs on; raises NotInstalled."""
    home = find_java_home()
    if home is None:
        raise NotInstalled("No Java 17 to 21 is installed; 'make test' installs it.")
    return home


def java_version(java: Path) -> int | None:
    """Return the main version of this Java, or None where it does not run."""
    try:
        said = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=20)
    except OSError:
        return None
    found = re.search(r'version "(\d+)', said.stderr)
    return int(found[1]) if found else None
