"""What can be known of the containers without an engine: keys, pins, names and files. The loader loads."""

import os
import re
import subprocess
import sys
from dataclasses import replace

import pymysql
import pytest

from core.connections import Connection, ConnectionKind
from core.errors import InvalidChoice
from core.settings import Settings
from deploy import start
from tests.deploy import yaml_subset
from tests.servers import mariadb, mongo
from tests.setup.places import ROOT

COMPOSE = yaml_subset.parse((ROOT / "deploy/compose.yaml").read_text(encoding="utf-8"))
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
STAGES = dict(re.findall(r"^FROM \S+ AS (\w+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL))
KEYS = {
    "image", "build", "command", "network_mode", "init", "restart", "cap_drop", "security_opt", "depends_on",
    "environment", "ports", "volumes", "healthcheck",
}  # fmt: skip
"""Those of the Compose specification that we use; a misspelt one is not among them."""
PIN = re.compile(r"[a-z/-]+:\d+\.\d+\.\d+(-[a-z-]+)?(@sha256:[0-9a-f]{64})?")


def environment(service: str) -> dict[str, str]:
    """Return what a service sees where deploy/.env states both passwords."""
    stated = SERVICES[service]["environment"]
    return {name: re.sub(r"\$\{\w+:\?[^}]*\}", "s3cret", value) for name, value in stated.items()}


@pytest.fixture(scope="module")
def connections() -> dict[str, Connection]:
    given = environment("app")
    assert all(name.startswith("WAYMARK_") for name in given)
    return {connection.name: connection for connection in Settings.load(env=given).connections}


def test_every_key_is_one_of_compose():
    assert set(COMPOSE) == {"name", "services", "volumes"}
    for service in SERVICES.values():
        assert set(service) <= KEYS
        assert set(service.get("build", {})) <= {"context", "dockerfile", "target"}
        assert set(service.get("healthcheck", {})) <= {"test", "interval", "timeout", "retries"}
        assert service["restart"] in {"no", "unless-stopped"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_image_is_pinned_or_built_here(name):
    service = SERVICES[name]

    assert PIN.fullmatch(service["image"])
    if "build" in service:
        folder = ROOT / "deploy" / service["build"]["context"]
        assert (folder / service["build"]["dockerfile"]).samefile(ROOT / "deploy/Dockerfile")
        assert service["build"]["target"] in STAGES


def test_the_base_image_is_pinned_and_new_enough():
    base = re.findall(r"^FROM (\S+:\S+) AS", DOCKERFILE, re.MULTILINE)

    assert len(base) == 1
    assert PIN.fullmatch(base[0])
    assert re.match(r"python:3\.(\d+)", base[0])[1] == "11", (
        "the Python that requirements.txt was resolved for"
    )


def test_a_service_waits_for_services_that_can_get_ready():
    for service in SERVICES.values():
        for other, how in service.get("depends_on", {}).items():
            built = SERVICES[other].get("build")
            if how == {"condition": "service_healthy"}:
                assert "healthcheck" in SERVICES[other] or "HEALTHCHECK --" in STAGES[built["target"]]
            else:
                assert how == {"condition": "service_completed_successfully"}
                assert SERVICES[other]["restart"] == "no"


def test_every_volume_is_declared_and_its_folder_belongs_to_the_user_of_the_image():
    used = [mount.split(":") for service in SERVICES.values() for mount in service.get("volumes", ())]

    assert {mount[0] for mount in used} == set(COMPOSE["volumes"])
    for _, folder, *_ in (mount for mount in used if mount[0] in {"workspace", "lms"}):
        assert f"--mode 7{'55' if folder == '/lms' else '00'} {folder}" in STAGES["app"]


def test_every_environment_name_is_one_that_settings_read(connections):
    assert set(connections) == {"school", "surveys", "lms"}
    kinds = {name: connection.kind for name, connection in connections.items()}
    assert kinds == {
        "school": ConnectionKind.MYSQL,
        "surveys": ConnectionKind.MONGODB,
        "lms": ConnectionKind.SPARK,
    }
    assert connections["lms"].tables_of == "school"
    assert f":{connections['lms'].folder}:ro" in "".join(SERVICES["app"]["volumes"])
    assert "lms:/lms:ro" in SERVICES["spark"]["volumes"], "both see the files under one path"


def test_a_misspelt_name_is_refused_by_the_settings():
    with pytest.raises(InvalidChoice, match="has no setting 'passwort'"):
        Settings.load(env=environment("app") | {"WAYMARK_CONNECTIONS__SCHOOL__PASSWORT": "x"})


def test_nothing_is_reachable_from_another_computer(connections):
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]

    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in published)
    assert f"127.0.0.1:{connections['school'].port}:3306" in SERVICES["mysql"]["ports"]
    assert f"127.0.0.1:{connections['surveys'].port}:27017" in SERVICES["mongo"]["ports"]
    assert SERVICES["app"]["network_mode"] == SERVICES["spark"]["network_mode"] == "host"
    assert start.HOST == "127.0.0.1"
    address, port = connections["lms"].master.removeprefix("sc://").split(":")
    assert f"spark.connect.grpc.binding.address={address}" in STAGES["spark"]
    assert f"spark.connect.grpc.binding.port={port}" in STAGES["spark"]


def test_no_password_is_written_down():
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert re.fullmatch(r"\$\{(ROOT|READER)_PASSWORD:\?state it in deploy/\.env\}", value)


def test_the_image_is_made_of_files_that_exist_and_that_are_let_through():
    ignore = (ROOT / "deploy/Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    let_through = [line[1:] for line in ignore if line.startswith("!")]
    copied = re.findall(r"^COPY (\S+) \S+$", DOCKERFILE, re.MULTILINE)

    assert "*" in ignore
    assert copied
    for place in copied:
        assert (ROOT / place).exists(), place
        assert place in let_through, place


@pytest.mark.parametrize("stage", STAGES)
def test_no_stage_ends_as_root(stage):
    users = re.findall(r"^USER (\w+)$", STAGES["app"] + STAGES[stage], re.MULTILINE)

    assert users[-1] == "waymark"


def test_what_the_loader_asks_of_its_environment_is_what_its_service_states():
    asked = re.findall(r'os\.environ\["(\w+)"\]', (ROOT / "deploy/load.py").read_text(encoding="utf-8"))

    assert set(asked) == set(environment("load"))


def test_the_loader_needs_nothing_that_the_image_does_not_have():
    code = (
        "import sys; sys.modules['pytest'] = None; sys.modules['_pytest'] = None\n"
        "import deploy.load, deploy.start\n"
        "print(sorted(name for name in sys.modules if name.startswith('tests.') and name.count('.') > 1))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)

    assert done.returncode == 0, done.stderr
    assert all(f"'tests.{room}." in done.stdout for room in ("servers", "setup"))


@pytest.mark.servers
def test_the_loader_fills_both_servers_once_and_makes_an_account_that_may_only_read(tmp_path):
    with (
        mariadb.started(password="s3cret") as sql,
        mongo.started(auth=True, password="s3cret") as documents,
    ):
        given = {
            "MYSQL": f"127.0.0.1:{sql.port}",
            "MONGO": f"127.0.0.1:{documents.port}",
            "ROOT_PASSWORD": "s3cret",
            "READER_PASSWORD": "reader's @/: own",
            "STUDENTS": "100",
            "EVENTS": str(tmp_path / "lms"),
        }
        load(given)
        sql.execute("DELETE FROM school.mentors")
        load(given)
        reader = replace(sql, user="waymark_reader", password="reader's @/: own")
        with reader.connect("school") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT (SELECT COUNT(*) FROM students), (SELECT COUNT(*) FROM mentors)")
            n_students, n_mentors = cursor.fetchone()
            with pytest.raises(pymysql.err.OperationalError, match="denied"):
                cursor.execute("DELETE FROM students")
        with replace(documents, user="waymark_reader", password="reader's @/: own").client() as client:
            assert client.surveys.surveys.count_documents({}) == 100

    assert n_students >= 100
    assert n_mentors == 0, "the second run loaded nothing"
    assert list((tmp_path / "lms").glob("lms_events/*.parquet"))


def load(given: dict[str, str]) -> None:
    """Run the loader as its service does."""
    command = [sys.executable, "-m", "deploy.load"]
    subprocess.run(command, cwd=ROOT, env=os.environ | given, check=True, timeout=120)
