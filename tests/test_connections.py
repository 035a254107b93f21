"""Connections are stated once, checked when they are stated, and their passwords never print."""

import pickle

import pytest

from core.connections import Connection, ConnectionKind, ReadLimits, Secret, require_named
from core.errors import AppError, InvalidChoice, SourceNotConfigured
from core.settings import Settings

SCHOOL = {
    "kind": "mysql",
    "host": "db",
    "port": "3307",
    "user": "reader",
    "password": "s3cret",
    "tls": "true",
}


def test_a_connection_of_the_secrets_file_and_one_of_the_environment_are_the_same():
    env = {f"WAYMARK_CONNECTIONS__SCHOOL__{key.upper()}": value for key, value in SCHOOL.items()}
    of_env = Settings.load(env=env).connections
    of_file = Settings.load(env={}, connections={"school": SCHOOL}).connections

    assert of_env == of_file
    assert of_env[0].password.reveal() == "s3cret"
    assert (of_env[0].port, of_env[0].tls, of_env[0].kind) == (3307, True, ConnectionKind.MYSQL)


def test_the_environment_overrides_single_keys_of_the_file():
    env = {"WAYMARK_CONNECTIONS__SCHOOL__PASSWORD": "other"}
    found = Settings.load(env=env, connections={"school": SCHOOL}).connections[0]

    assert (found.password.reveal(), found.host) == ("other", "db")


def test_a_name_of_two_words_is_written_with_underscores_in_the_environment():
    env = {"WAYMARK_CONNECTIONS__SCHOOL_DB__KIND": "sqlite", "WAYMARK_CONNECTIONS__SCHOOL_DB__FILE": "a.db"}

    assert Settings.load(env=env).connections[0].name == "school-db"


@pytest.mark.parametrize(
    "shown", [repr, str, "{}".format, lambda c: repr(c.password), lambda c: f"{c.password!r} {c.password}"]
)
def test_a_password_never_prints(shown):
    connection = Connection.of("school", SCHOOL)

    assert "s3cret" not in shown(connection)
    assert "s3cret" not in repr(Settings(connections=(connection,)))


def test_a_password_crosses_a_process_border():
    assert pickle.loads(pickle.dumps(Connection.of("school", SCHOOL))).password.reveal() == "s3cret"


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("school", {"kind": "oracle"}, "The connection 'school' cannot be of kind 'oracle'."),
        ("school", SCHOOL | {"hots": "x"}, "The connection 'school' has no setting 'hots'."),
        ("school", SCHOOL | {"port": "70000"}, "The connection 'school' cannot use the port '70000'."),
        ("school", SCHOOL | {"tls": "perhaps"}, "'tls' of the connection 'school' cannot be 'perhaps'."),
        ("../x", SCHOOL, "A connection cannot be called '../x'."),
        ("school", {"kind": "mysql"}, "The connection 'school' (mysql) needs a value for 'host'."),
        ("lms", {"kind": "spark"}, "The connection 'lms' (spark) needs a value for 'folder'."),
        ("old", {"kind": "sqlite"}, "The connection 'old' (sqlite) needs a value for 'file'."),
    ],
)
def test_a_wrong_setting_is_one_sentence(name, given, sentence):
    with pytest.raises(AppError) as refused:
        Connection.of(name, given)

    assert str(refused.value) == sentence
    assert refused.value.hint
    assert "s3cret" not in f"{refused.value}{refused.value.hint}"


def test_a_misspelt_key_gets_the_nearest_one():
    with pytest.raises(InvalidChoice) as refused:
        Connection.of("school", SCHOOL | {"hots": "x"})

    assert refused.value.hint.startswith("Did you mean 'host'?")


def test_an_unknown_name_is_refused_with_the_names_there_are():
    with pytest.raises(SourceNotConfigured, match="There is no connection 'shcool'") as refused:
        require_named((Connection.of("school", SCHOOL),), "shcool")

    assert "'school'" in refused.value.hint


@pytest.mark.parametrize(
    ("word", "kind"), [("MariaDB", "mysql"), ("postgres", "postgresql"), ("mongo", "mongodb")]
)
def test_the_usual_names_of_servers_are_understood(word, kind):
    assert Connection.of("a", {"kind": word, "host": "h"}).kind == kind


def test_the_address_names_neither_user_nor_password():
    assert Connection.of("school", SCHOOL).address == "db:3307"
    assert Connection.of("docs", {"kind": "mongodb", "host": "m"}).address == "m:27017"
    assert Connection.of("docs", {"kind": "mongodb", "host": "::1"}).address == "[::1]:27017"


def test_a_connection_that_is_no_table_is_refused():
    with pytest.raises(AppError, match=r"'connections\.school' in \.streamlit/secrets\.toml is no table"):
        Settings.load(env={}, connections={"school": "mysql://x"})


def test_a_secrets_file_that_is_no_toml_is_refused_without_showing_it(tmp_path):
    place = tmp_path / "secrets.toml"
    place.write_text('password = "s3cret', encoding="utf-8")

    with pytest.raises(AppError, match="cannot be read as TOML") as refused:
        Settings.read(env={}, secrets_file=place)

    assert "s3cret" not in f"{refused.value}{refused.value.hint}"


def test_without_a_secrets_file_the_environment_decides(tmp_path):
    assert Settings.read(env={"WAYMARK_MAX_ROWS": "7"}, secrets_file=tmp_path / "none.toml").max_rows == 7


def test_hosts_are_listed_with_commas():
    assert Settings.load(env={"WAYMARK_SOURCE_HOSTS": "db, mongo.school ,"}).source_hosts == (
        "db",
        "mongo.school",
    )


def test_an_empty_secret_is_no_secret():
    assert not Secret("")
    assert str(Secret("")) == ""


def test_the_limits_of_a_read_are_one_sentence():
    assert ReadLimits(rows=10, bytes=1024**3, seconds=60).describe() == (
        "At most 10 rows, 1.0 GiB and 60 seconds for one read."
    )
