"""Start real servers with the demo school in them, to try Waymark out: ``make servers``.

    python -m deploy.servers [--students 3000] [--seed 7] [--dirt]

MariaDB and mongod on this computer only, with passwords made at random and an account that may only
read; event files for Spark, which needs no server. Their data lie in ``workspace/servers`` and are used
again. Data sources offers them while this runs; Ctrl+C stops them.
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import fcntl
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core.connections import Connection
from core.errors import AppError
from core.settings import SECRETS_FILE, Settings
from core.sources.base import DemoSpec
from core.sources.demo.settings import GENERATOR_VERSION
from core.sources.demo.write import write_school
from core.workflow.stated import stated_on_page, write_stated
from tests.servers import mariadb, mongo, school
from tests.servers.process import NotStarted, free_port
from tests.setup.places import NotInstalled

READER = "waymark_reader"
"""The account that Waymark uses; a connection with it is one of ours."""
DRIVER = Path("/usr/share/java/mariadb-java-client.jar")
"""Debian's libmariadb-java: with it Spark reads the tables too."""
ON_DISK = "--innodb-flush-log-at-trx-commit=1"
"""What is loaded survives a kill: test servers do without."""
PATIENCE_SECONDS = 20.0


def main(arguments: list[str]) -> None:
    """Run the servers until Ctrl+C; ends with one sentence where that cannot be done."""
    spec = _asked(arguments)
    # Also Ctrl+C's own: a program that a script runs behind is born deaf to it.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        settings = Settings.read(env=os.environ, secrets_file=SECRETS_FILE)
        with _running(settings, spec) as servers:
            _wait(servers)
    except KeyboardInterrupt:
        print("\nThe servers have stopped; their data stay in the workspace.", flush=True)
    except AppError as error:
        sys.exit(f"{error}\n{error.hint}".strip())
    except (NotStarted, NotInstalled) as error:
        sys.exit(str(error))


def _asked(arguments: list[str]) -> DemoSpec:
    parser = argparse.ArgumentParser(prog="make servers", description="Servers to try Waymark out.")
    parser.add_argument("--students", type=int, default=3_000, help="students of the demo school (3000)")
    parser.add_argument("--seed", type=int, default=7, help="seed of the demo school (7)")
    parser.add_argument("--dirt", action="store_true", help="with duplicates, gaps and spelling variants")
    asked = parser.parse_args(arguments)
    return DemoSpec(students=asked.students, seed=asked.seed, dirt=asked.dirt)


@contextlib.contextmanager
def _running(settings: Settings, spec: DemoSpec) -> Iterator[list[Any]]:
    """Run both servers with the school loaded and stated; yields their processes."""
    folder = settings.workspace.absolute() / "servers"
    with contextlib.ExitStack() as stack:
        stack.enter_context(_alone(folder))
        _end_left_over(folder)
        kept = _kept(folder)
        sql = stack.enter_context(
            mariadb.started(
                ON_DISK, folder=_made(folder / "mariadb"), port=kept["sql_port"], password=kept["root"]
            )
        )
        documents = stack.enter_context(
            mongo.started(
                folder=_made(folder / "mongodb"), port=kept["mongo_port"], password=kept["root"], auth=True
            )
        )
        _load_once(folder, spec, sql, documents)
        sql = sql.account("read", database="school", user=READER, password=kept["reader"])
        documents = documents.account("read", database="surveys", user=READER, password=kept["reader"])
        tables = {
            "school": sql.settings("school"),
            "surveys": documents.settings("surveys"),
            "lms": _spark(folder),
        }
        _state(settings, folder, tables)
        _tell(settings, spec, tables)
        yield [sql.process, documents.process]


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder for this process; raises AppError where another one runs its servers."""
    _made(folder)
    with (folder / "lock").open("w", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AppError(
                f"The servers of '{folder}' are running already.",
                hint="Stop them with Ctrl+C where they run.",
            ) from error
        yield


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _end_left_over(folder: Path) -> None:
    """End servers over our own data that outlived the process which had started them."""
    for note in (folder / "mariadb" / "pid", folder / "mongodb" / "db" / "mongod.lock"):
        text = note.read_text(encoding="utf-8").strip() if note.exists() else ""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text.isdecimal() and str(folder) in _command_line(int(text)):
            late = time.monotonic() > deadline
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(text), signal.SIGKILL if late else signal.SIGTERM)
            time.sleep(0.2)


def _command_line(pid: int) -> str:
    """Return how a program was started; nothing if it has ended."""
    asked = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
    return subprocess.run(asked, capture_output=True, text=True, check=False).stdout


def _kept(folder: Path) -> dict[str, Any]:
    """Return passwords and ports, the same ones as last time where the ports are free."""
    place = folder / "private.json"
    kept = json.loads(place.read_text(encoding="utf-8")) if place.exists() else {}
    for name in ("root", "reader"):
        kept.setdefault(name, secrets.token_urlsafe(24))
    for name in ("sql_port", "mongo_port"):
        if not _is_free(kept.get(name, 0)):
            kept[name] = free_port()
    draft = folder / "private.draft"
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(kept), encoding="utf-8")
    draft.replace(place)
    return kept


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return port > 0


def _load_once(folder: Path, spec: DemoSpec, sql: mariadb.MariaDb, documents: mongo.Mongo) -> None:
    """Load the school unless this very one is loaded already; the mark is set when all of it is there."""
    mark = folder / "loaded.json"
    wanted = json.dumps(dataclasses.asdict(spec) | {"generator": GENERATOR_VERSION})
    if mark.exists() and mark.read_text(encoding="utf-8") == wanted:
        return
    mark.unlink(missing_ok=True)
    print(f"Loading the demo school of {spec.students:,} students (once) ...", flush=True)
    draft = folder / "draft"
    shutil.rmtree(draft, ignore_errors=True)
    write_school(spec, draft)
    school.load_tables(draft, server=sql, database="school", spec=spec)
    school.load_documents(draft, server=documents, database="surveys")
    school.place_events(draft, into=folder / "lms")
    shutil.rmtree(draft)
    mark.write_text(wanted, encoding="utf-8")


def _spark(folder: Path) -> dict[str, Any]:
    tables = {"tables_of": "school", "driver_file": str(DRIVER)} if DRIVER.exists() else {}
    return {"kind": "spark", "master": "local[2]", "folder": str(folder / "lms"), **tables}


def _state(settings: Settings, folder: Path, tables: Mapping[str, Mapping[str, Any]]) -> None:
    """Write our connections beside those that are stated already; raises AppError for a taken name."""
    others = [one for one in stated_on_page(settings.workspace) if not _is_ours(one, folder)]
    for one in others:
        if one.name in tables:
            raise AppError(
                f"There is another connection '{one.name}' in '{settings.workspace / 'connections.json'}'.",
                hint="Remove it on Data sources or give it another name, then try again.",
            )
    ours = (Connection.of(name, keys, origin="page") for name, keys in tables.items())
    write_stated(settings.workspace, (*others, *ours))


def _is_ours(connection: Connection, folder: Path) -> bool:
    """Whether an earlier start made it."""
    return connection.user == READER or Path(connection.folder).is_relative_to(folder)


def _tell(settings: Settings, spec: DemoSpec, tables: Mapping[str, Mapping[str, Any]]) -> None:
    own = {connection.name for connection in settings.connections} & set(tables)
    print(
        f"The demo school of {spec.students:,} students is served until Ctrl+C.\n"
        f"In another terminal: make run. Data sources offers {', '.join(tables)} (they are in "
        f"{settings.workspace / 'connections.json'}).\n"
        "To use them from elsewhere on this computer, the same for .streamlit/secrets.toml:\n\n"
        + "\n".join(_toml(name, keys) for name, keys in tables.items()),
        flush=True,
    )
    if own:
        print(f"Your settings state {', '.join(sorted(own))} already: those count, not these.", flush=True)


def _toml(name: str, keys: Mapping[str, Any]) -> str:
    # JSON writes text, whole numbers and true as TOML does.
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
    return "\n".join([f"[connections.{name}]", *lines, ""])


def _wait(servers: list[Any]) -> None:
    """Return never; raises AppError when a server has ended by itself."""
    while all(server.is_running for server in servers):
        time.sleep(0.5)
    raise AppError("A server has ended by itself.", hint="Its log is in the workspace under 'servers'.")


if __name__ == "__main__":
    main(sys.argv[1:])
