"""``make servers``: real servers hold the demo school, Waymark may read it, and Ctrl+C ends everything."""

import csv
import json
import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
from pathlib import Path
from typing import Self

import pymongo
import pymysql
import pytest
from pymongo.errors import OperationFailure

from core.connections import Connection
from core.sources.base import DemoSpec
from core.sources.demo.write import WrittenSchool, write_school
from deploy import servers
from tests.servers.process import free_port, tied_to_us
from tests.setup.places import ROOT

pytestmark = pytest.mark.servers
STUDENTS = 300
PATIENCE_SECONDS = 120.0


class Try:
    """One run of the command, with all that it says in a file; as a block, it has ended afterwards."""

    def __init__(self, workspace: Path) -> None:
        self.said = workspace.parent / "said.txt"
        with self.said.open("w") as sink:
            self.process = subprocess.Popen(
                tied_to_us([sys.executable, "-m", "deploy.servers", "--students", str(STUDENTS), "--dirt"]),
                stdout=sink,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
                env=os.environ | {"WAYMARK_WORKSPACE": str(workspace)},
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.end(signal.SIGINT)

    def wait_until_it_serves(self) -> str:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while "make run" not in self.said.read_text():
            assert self.process.poll() is None, self.said.read_text()
            assert time.monotonic() < deadline, self.said.read_text()
            time.sleep(0.05)
        return self.said.read_text()

    def end(self, number: int) -> str:
        """Send a signal; return what was said until the end."""
        os.kill(self.process.pid, number)
        self.process.wait(60)
        return self.said.read_text()


def programs_over(workspace: Path) -> list[str]:
    """Return the command lines of running programs that name this workspace."""
    said = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in said.splitlines() if str(workspace) in line]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("try") / "workspace"


@pytest.fixture(scope="module")
def served(workspace):
    """The command while it runs, and what it printed."""
    with Try(workspace) as run:
        yield run.wait_until_it_serves()


@pytest.fixture(scope="module")
def printed(served) -> dict[str, dict]:
    return tomllib.loads(served[served.index("[connections.") :])["connections"]


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> WrittenSchool:
    """The same school as files."""
    return write_school(DemoSpec(students=STUDENTS), tmp_path_factory.mktemp("files") / "school")


def sql(keys: dict) -> pymysql.Connection:
    login = {name: keys[name] for name in ("host", "port", "user", "password", "database")}
    return pymysql.connect(**login, connect_timeout=3, read_timeout=10)


def documents(keys: dict) -> pymongo.MongoClient:
    login = {"username": keys["user"], "password": keys["password"]}
    return pymongo.MongoClient(keys["host"], keys["port"], **login, serverSelectionTimeoutMS=3_000)


def test_what_is_printed_is_what_the_data_sources_page_will_read(workspace, printed):
    kept = json.loads((workspace / "connections.json").read_text())["connections"]

    assert set(printed) == {"school", "surveys", "lms"}
    for name, keys in printed.items():
        assert Connection.of(name, keys) == Connection.of(name, kept[name])
        assert (
            Connection.of(name, keys).password.reveal() == Connection.of(name, kept[name]).password.reveal()
        )
    assert (workspace / "connections.json").stat().st_mode & 0o777 == 0o600
    assert (workspace / "servers").stat().st_mode & 0o777 == 0o700


def test_each_sql_table_holds_the_rows_and_the_values_of_its_file(printed, written):
    with sql(printed["school"]) as connection, connection.cursor() as cursor:
        for table in ("students", "enrolments", "terms", "grades", "attendance", "mentors"):
            with (written.folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
                names, *rows = csv.reader(file)
            cursor.execute(f"SELECT {', '.join(f'`{name}`' for name in names)} FROM `{table}`")
            got = [["" if value is None else plain(value) for value in row] for row in cursor.fetchall()]
            assert sorted(got) == sorted([[plain(value) for value in row] for row in rows]), table


def plain(value: object) -> str:
    """Return a value as text that is the same for 0, Decimal('0.00'), '0' and '-0'."""
    try:
        return repr(float(str(value)) + 0.0)
    except ValueError:
        return str(value)


def test_sql_tables_have_keys_and_types_of_their_own(printed):
    with sql(printed["school"]) as connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type, column_key FROM information_schema.columns "
            "WHERE table_schema = 'school'"
        )
        found = {(table, column): (kind, key) for table, column, kind, key in cursor.fetchall()}

    assert found["students", "student_id"] == ("varchar", "MUL"), "with duplicates it tells nobody apart"
    assert found["students", "birth_date"][0] == "date"
    assert found["enrolments", "student_id"] == ("varchar", "PRI")
    assert found["enrolments", "fees_owed"][0] == "decimal"
    assert found["attendance", "week"] == ("int", "PRI")
    assert found["mentors", "mentor"][1] == "PRI"


def test_collections_hold_the_documents_of_the_files(printed, written):
    with documents(printed["surveys"]) as client:
        database = client["surveys"]
        assert sorted(database.list_collection_names()) == ["mentor_notes", "surveys"]
        for name in ("surveys", "mentor_notes"):
            lines = (written.folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
            got = [stated(each) for each in database[name].find({}, {"_id": 0})]
            assert got == [json.loads(line) for line in lines]


def stated(document: dict) -> dict:
    """Return a document with its days as the file writes them."""
    days = ("answered_on", "spoken_on")
    return {name: f"{value:%Y-%m-%d}" if name in days else value for name, value in document.items()}


def test_the_spark_folder_holds_the_events_of_the_files_and_nothing_else(printed, written):
    folder = Path(printed["lms"]["folder"])
    parts = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())

    assert [str(part) for part in parts] == ["lms_events/part-00000.parquet"]
    assert (folder / parts[0]).read_bytes() == (written.folder / parts[0]).read_bytes()
    assert printed["lms"]["tables_of"] == "school"
    assert Path(printed["lms"]["driver_file"]).exists()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO mentors VALUES ('M999', 'x', 'x', 1)",
        "UPDATE mentors SET places = 0",
        "DELETE FROM mentors",
        "CREATE TABLE mine (id INT)",
        "DROP TABLE mentors",
    ],
)
def test_the_account_of_mariadb_cannot_write(printed, statement):
    with (
        sql(printed["school"]) as connection,
        connection.cursor() as cursor,
        pytest.raises(pymysql.err.OperationalError, match="denied"),
    ):
        cursor.execute(statement)


def test_the_account_of_mongodb_cannot_write(printed):
    with documents(printed["surveys"]) as client, pytest.raises(OperationFailure, match="not authorized"):
        client["surveys"]["surveys"].insert_one({})


def test_nobody_gets_in_without_a_password(printed):
    for user in ("root", printed["school"]["user"]):
        with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
            sql(printed["school"] | {"user": user, "password": ""})
    port = printed["surveys"]["port"]
    with (
        pymongo.MongoClient("127.0.0.1", port, serverSelectionTimeoutMS=3_000) as nobody,
        pytest.raises(OperationFailure, match="requires authentication"),
    ):
        nobody["surveys"]["surveys"].find_one()


def test_a_second_start_over_the_same_data_is_refused(served, workspace):
    second = subprocess.run(
        [sys.executable, "-m", "deploy.servers"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=os.environ | {"WAYMARK_WORKSPACE": str(workspace)},
        timeout=60,
    )

    assert second.returncode == 1
    assert second.stderr.startswith(
        f"The servers of '{workspace / 'servers'}' are running already.\nStop them"
    )


def test_killed_it_starts_again_over_its_data_and_ctrl_c_ends_all(tmp_path):
    workspace = tmp_path / "workspace"
    with Try(workspace) as first:
        assert "Loading the demo school of 300 students" in first.wait_until_it_serves()
        first.end(signal.SIGKILL)
    content = json.loads((workspace / "connections.json").read_text())
    content["connections"]["other"] = {"kind": "mysql", "host": "db.school.example", "user": "ana"}
    content["connections"]["school"]["port"] = free_port()
    (workspace / "connections.json").write_text(json.dumps(content))

    with Try(workspace) as second:
        assert "Loading" not in second.wait_until_it_serves()
        assert len(programs_over(workspace)) == 2
        stated = json.loads((workspace / "connections.json").read_text())["connections"]
        with sql(stated["school"]) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(DISTINCT student_id) FROM students")
            assert cursor.fetchone()[0] >= STUDENTS
        assert "The servers have stopped" in second.end(signal.SIGINT)
        assert second.process.returncode == 0
    assert stated["other"] == {"kind": "mysql", "host": "db.school.example", "user": "ana"}
    assert programs_over(workspace) == []


def test_only_a_program_over_our_own_data_is_ended_as_left_over(tmp_path):
    pause = [sys.executable, "-c", "import time; time.sleep(60)"]
    with subprocess.Popen([*pause, str(tmp_path)]) as ours, subprocess.Popen(pause) as other:
        for program, note in ((ours, "mariadb/pid"), (other, "mongodb/db/mongod.lock")):
            (tmp_path / note).parent.mkdir(parents=True)
            (tmp_path / note).write_text(f"{program.pid}\n")
        threading.Thread(target=ours.wait).start()  # takes leave of it, as the system does of an orphan
        servers._end_left_over(tmp_path)

        assert (ours.poll(), other.poll()) == (-signal.SIGTERM, None)
        other.kill()


def test_a_connection_of_somebody_else_under_our_name_is_left_alone(tmp_path):
    from core.workflow.stated import stated_on_page, write_stated

    theirs = Connection.of("school", {"kind": "mysql", "host": "db.school.example", "user": "ana"})
    write_stated(tmp_path, (theirs,))
    settings = servers.Settings(workspace=tmp_path)

    with pytest.raises(servers.AppError, match="There is another connection 'school'"):
        servers._state(settings, tmp_path / "servers", {"school": {"kind": "sqlite", "file": "x"}})
    assert stated_on_page(tmp_path) == (theirs,)
