"""Accounts, encryption and harm of the test servers are real: what a test counts on is so."""

import contextlib
import ssl

import pymongo
import pymysql
import pytest
from pymongo.errors import OperationFailure, PyMongoError

from tests.servers import mariadb, mongo, mongo_login
from tests.servers.certificates import make_certificates

DENIED = (1044, 1045, 1142)
"""What MariaDB answers to an account that may not."""


def may(server: mariadb.MariaDb, statement: str, *, database: str) -> bool:
    """Whether the account may run the statement."""
    try:
        with server.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute(statement)
    except pymysql.err.OperationalError as error:
        if error.args[0] not in DENIED:
            raise
        return False
    return True


@pytest.mark.parametrize(
    ("rights", "reads", "writes"),
    [("none", False, False), ("read", True, False), ("write", True, True)],
)
def test_an_account_of_mariadb_has_exactly_its_rights(mariadb_database, rights, reads, writes):
    server, name = mariadb_database.server, mariadb_database.name
    server.execute(f"CREATE TABLE {name}.t (id INT PRIMARY KEY)")
    account = server.account(rights, database=name)

    assert may(account, "SELECT * FROM t", database=name) is reads
    assert may(account, "INSERT INTO t VALUES (1)", database=name) is writes
    assert account.password not in repr(account)


def test_mariadb_comes_back_with_its_data_after_kill_and_after_a_stop(tmp_path):
    with mariadb.started(folder=tmp_path, password="s3cret") as server:
        server.execute(
            "CREATE DATABASE kept", "CREATE TABLE kept.t (id INT)", "INSERT INTO kept.t VALUES (7)"
        )
        server.process.stop()
        assert not server.answers()
        server.process.cont()
        assert server.answers()
        server.process.kill()
        assert not server.answers()
        server.process.restart()

    with mariadb.started(folder=tmp_path, password="s3cret") as again:
        with again.connect("kept") as connection, connection.cursor() as cursor:
            cursor.execute("SELECT id FROM t")
            assert cursor.fetchall() == ((7,),)
        with pytest.raises(pymysql.err.OperationalError, match="Access denied"):
            pymysql.connect(host=again.host, port=again.port, user="root")
        assert "s3cret" not in (tmp_path / "init.sql").read_text()


def test_mariadb_encrypts_with_a_certificate_that_only_its_own_authority_vouches_for(tmp_path):
    ours, others = tmp_path / "ours", tmp_path / "others"
    ours.mkdir()
    others.mkdir()
    strange = make_certificates(others, names=("DNS:school.example",))
    with mariadb.started(certificates=make_certificates(ours)) as server:
        server.execute("CREATE DATABASE school")
        account = server.account("read", database="school", demands_tls=True)
        with account.connect("school") as connection, connection.cursor() as cursor:
            cursor.execute("SHOW STATUS LIKE 'Ssl_cipher'")
            assert cursor.fetchone()[1]
        with pytest.raises(pymysql.err.OperationalError, match=r"(?i)certificate|access denied"):
            pymysql.connect(
                host=server.host,
                port=server.port,
                user=account.user,
                password=account.password,
                ssl=ssl.create_default_context(cafile=strange.authority),
            )
        assert server.settings("school")["ca_file"] == str(ours / "ca.pem")


def test_an_account_of_mongodb_has_exactly_its_rights_also_after_a_restart(tmp_path):
    with mongo.started(folder=tmp_path, auth=True) as server:
        with server.client() as client:
            client.school.surveys.insert_one({"_id": 1})
        accounts = {rights: server.account(rights, database="school") for rights in mongo_login.ROLES}
        server.process.kill()
        server.process.restart()

        found = {}
        for rights, account in accounts.items():
            with account.client() as client:
                found[rights] = (
                    works(lambda c=client: c.school.surveys.find_one()),
                    works(lambda c=client: c.school.surveys.insert_one({})),
                )
        assert found == {"none": (False, False), "read": (True, False), "write": (True, True)}
        with pymongo.MongoClient(server.host, server.port, serverSelectionTimeoutMS=2_000) as nobody:
            assert not works(nobody.school.surveys.find_one)


def test_mongodb_encrypts_and_hangs_when_it_is_stopped(tmp_path):
    with mongo.started(certificates=make_certificates(tmp_path)) as server:
        with server.client() as client:
            assert client.admin.command("ping")["ok"] == 1
        plain = pymongo.MongoClient(server.host, server.port, serverSelectionTimeoutMS=500)
        with contextlib.closing(plain), pytest.raises(PyMongoError):
            plain.admin.command("ping")
        server.process.stop()
        assert not server.answers()
        server.process.cont()
        assert server.answers()


def works(call) -> bool:
    """Whether the server lets the account do this."""
    try:
        call()
    except OperationFailure:
        return False
    return True
