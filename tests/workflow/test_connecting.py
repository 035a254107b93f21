"""Connections on the page: kept for their owner, changed by administrators, passwords never shown."""

import json
import sqlite3
from dataclasses import replace

import pytest

from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.connections import Connection
from core.errors import (
    BadFile,
    ColumnNotFound,
    Forbidden,
    HostRefused,
    InvalidChoice,
    SourceError,
    SourceNotConfigured,
    TableNotFound,
)
from core.settings import Settings
from core.sources.base import ConnectionSpec
from core.workflow import connecting
from core.workflow.stated import FILE, connections_of

ANALYST = Actor("Ana", frozenset({ActorRole.ANALYST}), scope="all")
SCHOOL = {"kind": "mysql", "host": "127.0.0.1", "port": 3306, "user": "reader", "password": "s3cret"}


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path / "ws")


@pytest.fixture
def school_file(tmp_path):
    """A SQLite file with a table of three students."""
    place = tmp_path / "school.db"
    with sqlite3.connect(place) as connection:
        connection.execute("CREATE TABLE students (student_id TEXT PRIMARY KEY, score REAL)")
        connection.executemany(
            "INSERT INTO students VALUES (?, ?)", [("007", 1.5), ("008", None), ("009", 3)]
        )
    connection.close()
    return place


def kept_password(settings):
    return connections_of(settings).profiles[0].password.reveal()


def test_a_connection_is_kept_and_shown_without_its_password(settings):
    view = connecting.save_connection(LOCAL, "school", settings=settings, **SCHOOL)
    shown = connecting.list_connections(LOCAL, settings=settings)

    assert shown == (view,)
    assert (view.name, view.address, view.user, view.is_own) == ("school", "127.0.0.1:3306", "reader", True)
    assert "s3cret" not in repr(shown)
    assert kept_password(settings) == "s3cret"


def test_only_its_owner_can_read_the_file(settings):
    connecting.save_connection(LOCAL, "school", settings=settings, **SCHOOL)

    assert (settings.workspace / FILE).stat().st_mode & 0o077 == 0


def test_an_empty_password_keeps_the_earlier_one_towards_the_same_server(settings):
    connecting.save_connection(LOCAL, "school", settings=settings, **SCHOOL)
    connecting.save_connection(
        LOCAL, "school", settings=settings, **{**SCHOOL, "password": "", "database": "x"}
    )

    assert kept_password(settings) == "s3cret"


@pytest.mark.parametrize("change", [{"host": "localhost"}, {"port": 3307}, {"user": "root"}, {"tls": True}])
def test_a_kept_password_never_goes_to_another_server_or_account(settings, change):
    connecting.save_connection(LOCAL, "school", settings=settings, **SCHOOL)
    connecting.save_connection(LOCAL, "school", settings=settings, **{**SCHOOL, "password": "", **change})

    assert kept_password(settings) == ""


def test_a_host_that_is_not_allowed_is_refused_when_it_is_stated(settings):
    with pytest.raises(HostRefused, match=r"'db\.example' is not on the list"):
        connecting.save_connection(LOCAL, "school", settings=settings, **{**SCHOOL, "host": "db.example"})

    assert connecting.list_connections(LOCAL, settings=settings) == ()


def test_a_connection_of_the_settings_wins_and_cannot_be_changed_on_the_page(settings):
    connecting.save_connection(LOCAL, "school", settings=settings, **SCHOOL)
    stated = replace(settings, connections=(Connection.of("school", SCHOOL | {"port": 1}),))

    assert [view.address for view in connecting.list_connections(LOCAL, settings=stated)] == ["127.0.0.1:1"]
    with pytest.raises(InvalidChoice, match="is stated in the settings"):
        connecting.save_connection(LOCAL, "school", settings=stated, **SCHOOL)


def test_hosts_of_the_settings_are_allowed_and_those_of_the_page_are_not(settings):
    own = (Connection.of("school", SCHOOL | {"host": "db.school"}),)
    paged = (Connection.of("other", SCHOOL | {"host": "db.other"}, origin="page"),)
    hosts = connections_of(replace(settings, connections=own + paged, source_hosts=("listed",))).hosts

    assert hosts == ("listed", "db.school")


def test_a_connection_is_removed_and_then_unknown(settings):
    connecting.save_connection(LOCAL, "school", settings=settings, **SCHOOL)
    connecting.remove_connection(LOCAL, "school", settings=settings)

    assert connecting.list_connections(LOCAL, settings=settings) == ()
    with pytest.raises(SourceNotConfigured, match="There is no connection 'school'"):
        connecting.remove_connection(LOCAL, "school", settings=settings)


@pytest.mark.parametrize("actor", [ANALYST, UNGATED], ids=["analyst", "ungated"])
def test_only_an_administrator_changes_connections(settings, actor):
    assert not connecting.may_change_connections(actor)
    with pytest.raises(Forbidden):
        connecting.save_connection(actor, "school", settings=settings, **SCHOOL)
    with pytest.raises(Forbidden):
        connecting.remove_connection(actor, "school", settings=settings)


def test_without_the_front_door_no_connection_is_seen(settings):
    for ask in (
        lambda: connecting.list_connections(UNGATED, settings=settings),
        lambda: connecting.check_connection(UNGATED, "school", settings=settings),
        lambda: connecting.databases_of(UNGATED, "school", settings=settings),
        lambda: connecting.tables_of(UNGATED, ConnectionSpec("school"), settings=settings),
        lambda: connecting.look_at(UNGATED, ConnectionSpec("school"), "t", settings=settings),
    ):
        with pytest.raises(Forbidden):
            ask()


def test_a_damaged_file_of_connections_is_one_sentence(settings):
    settings.workspace.mkdir()
    (settings.workspace / FILE).write_text('{"connections": {"a": {"password": "s3cret"', encoding="utf-8")

    with pytest.raises(SourceError, match="cannot be read") as refused:
        connecting.list_connections(LOCAL, settings=settings)
    assert "s3cret" not in f"{refused.value}{refused.value.hint}"


def test_what_another_program_stated_is_seen_without_a_restart(settings):
    assert connecting.list_connections(LOCAL, settings=settings) == ()
    settings.workspace.mkdir(exist_ok=True)
    (settings.workspace / FILE).write_text(json.dumps({"connections": {"school": SCHOOL}}), encoding="utf-8")

    assert [view.name for view in connecting.list_connections(LOCAL, settings=settings)] == ["school"]


def test_a_table_is_looked_at_without_loading_it(settings, school_file):
    connecting.save_connection(LOCAL, "old", settings=settings, kind="sqlite", file=str(school_file))
    source = ConnectionSpec("old")
    look = connecting.look_at(LOCAL, source, "students", settings=settings)

    assert connecting.check_connection(LOCAL, "old", settings=settings).reachable
    assert connecting.tables_of(LOCAL, source, settings=settings) == ("students",)
    assert look.rows["student_id"].tolist() == ["007", "008", "009"]
    assert [field.name for field in look.info.fields] == ["student_id", "score"]
    assert look.info.n_rows == 3
    assert look.limits.startswith("At most 5,000,000 rows")


def test_a_look_at_what_is_not_there_names_it(settings, school_file):
    connecting.save_connection(LOCAL, "old", settings=settings, kind="sqlite", file=str(school_file))

    with pytest.raises(TableNotFound, match="'studens'"):
        connecting.look_at(LOCAL, ConnectionSpec("old"), "studens", settings=settings)
    with pytest.raises(ColumnNotFound, match="'tags'"):
        connecting.look_at(LOCAL, ConnectionSpec("old"), "students", settings=settings, explode="tags")


def test_a_connection_that_does_not_answer_says_why_and_never_raises(settings, tmp_path):
    connecting.save_connection(LOCAL, "old", settings=settings, kind="sqlite", file=str(tmp_path / "none.db"))
    status = connecting.check_connection(LOCAL, "old", settings=settings)
    unknown = connecting.check_connection(LOCAL, "nobody", settings=settings)

    assert not status.reachable
    assert status.message.endswith(".")
    assert (unknown.reachable, unknown.message) == (False, "There is no connection 'nobody'.")


@pytest.mark.parametrize("place", ["ws", "ws/copies", ".", "/etc", "/proc/self", ".streamlit/secrets.toml"])
def test_no_connection_of_the_page_leads_to_waymarks_own_files(settings, tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    for kind, key in (("sqlite", "file"), ("spark", "folder")):
        with pytest.raises(BadFile, match="keeps its own files"):
            connecting.save_connection(LOCAL, "own", settings=settings, kind=kind, **{key: place})


def test_a_driver_of_the_page_is_a_program_of_this_computer(settings, tmp_path):
    data = str(tmp_path / "data")
    jar = "/usr/share/java/mariadb-java-client.jar"
    view = connecting.save_connection(
        LOCAL, "lms", settings=settings, kind="spark", folder=data, driver_file=jar
    )

    assert view.more["driver_file"] == jar
    with pytest.raises(BadFile, match="is not among the computer's own programs"):
        connecting.save_connection(
            LOCAL, "lms", settings=settings, kind="spark", folder=data, driver_file=str(tmp_path / "x.jar")
        )


def test_what_make_servers_wrote_into_the_workspace_may_be_stated(settings):
    folder = settings.workspace / "servers" / "lms"

    assert connecting.save_connection(
        LOCAL, "lms", settings=settings, kind="spark", folder=str(folder)
    ).is_own
