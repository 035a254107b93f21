"""What the store promises on every engine: all or nothing, one after another, and nobody's words lost."""

import json
import multiprocessing
import os
import pickle
import queue
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
import time
from multiprocessing.reduction import ForkingPickler
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.caseload import audit, engines, migrations, policies, tables
from core.caseload import store as stores
from core.caseload.deeds import Deed
from core.caseload.policies import PolicyKind, PolicyPlace
from core.connections import Secret
from core.errors import AppError, Conflict, InvalidChoice, StoreError
from core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PLACE = PolicyPlace("list-1", PolicyKind.CUT)


def capacity(n):
    return {"kind": "for_capacity", "n": n}


def save(store, deed, n=10, *, expecting=0):
    return policies.save(store, PLACE, capacity(n), expecting=expecting, deed=deed)


def raw(store, *statements):
    """Run statements past the store, as somebody with the database's password could."""
    with store._engine.connect() as connection, connection.begin():
        return [connection.exec_driver_sql(each) for each in statements]


def without_guards(store):
    """Take the triggers away, as the owner of the database can."""
    names = {
        "sqlite": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
        "mysql": ["DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete"],
        "postgresql": ["DROP TRIGGER audit_no_change ON audit"],
    }
    raw(store, *names[store._engine.dialect.name])


def verified(store, **options):
    with store.reading() as connection:
        return audit.verify(connection, **options)


def test_what_was_kept_is_there_after_a_restart(store, settings, deed):
    save(store, deed())
    stores._opened.cache_clear()
    again = stores.open_store(settings)

    assert again is not store
    assert policies.current(again, PLACE, now=deed().at).policy == capacity(10)
    again.close()


def test_the_same_settings_open_the_same_store(store, settings):
    assert stores.open_store(settings) is store


def test_a_block_that_fails_leaves_nothing(store, deed):
    def fail():
        with store.writing() as writing:
            writing.connection.execute(
                tables.list_states.insert().values(digest="d", n_students=0, student_ids=b"", risks=b"")
            )
            writing.audit.add(deed(), "tried")
            raise AppError("No.")

    with pytest.raises(AppError, match=r"No\."):
        fail()
    with store.reading() as connection:
        assert connection.execute(sa.select(tables.list_states)).all() == []
    assert verified(store) == audit.Verified(0)


def test_a_change_without_a_line_in_the_audit_is_not_kept(store):
    with store.writing() as writing:
        writing.connection.execute(
            tables.list_states.insert().values(digest="d", n_students=0, student_ids=b"", risks=b"")
        )

    with store.reading() as connection:
        assert connection.execute(sa.select(tables.list_states)).all() == []


def test_the_revision_rises_with_every_change_and_with_nothing_else(store, deed):
    before = store.revision()
    save(store, deed())
    policies.history(store, PLACE)

    assert (before, store.revision()) == (0, 1)


def test_every_change_has_its_line_with_who_when_what_and_why(store, deed):
    save(store, deed("ana", "More talks."))
    with store.reading() as connection:
        (line,) = audit.lines(connection)

    assert (line.number, line.who, line.at, line.what, line.why) == (
        1, "ana", deed().at, "saved a policy", "More talks.",
    )  # fmt: skip
    assert line.detail["policy"] == capacity(10)
    assert verified(store).words == "The audit is whole: 1 lines."


def test_the_engine_refuses_to_change_or_remove_a_line(store, deed):
    save(store, deed())

    for statement in ("UPDATE audit SET who = 'ben'", "DELETE FROM audit", "UPDATE audit SET number = 9"):
        with pytest.raises(sa.exc.DBAPIError, match=r"The audit is added to only\."):
            raw(store, statement)
    assert verified(store).is_whole


TAMPERINGS = [
    ("UPDATE audit SET who = 'ben' WHERE number = 3", "Line 3 of the audit was changed."),
    ("UPDATE audit SET why = 'none' WHERE number = 1", "Line 1 of the audit was changed."),
    ("DELETE FROM audit WHERE number = 2", "Line 2 of the audit is missing."),
    ("DELETE FROM audit WHERE number = 1", "Line 1 of the audit is missing."),
    ("DELETE FROM audit WHERE number > 3", "The end of the audit is missing: it stops after line 3."),
    ("DELETE FROM audit", "The end of the audit is missing: it stops after line 0."),
]


@pytest.mark.parametrize(("statement", "says"), TAMPERINGS, ids=[says for _, says in TAMPERINGS])
def test_a_line_that_was_changed_or_removed_all_the_same_shows(file_store, deed, statement, says):
    for n in range(5):
        save(file_store, deed(hours=n), n, expecting=n)
    without_guards(file_store)
    raw(file_store, statement)

    assert verified(file_store).words == says
    assert not verified(file_store).is_whole


def test_an_end_that_was_taken_away_with_its_head_shows_by_a_head_kept_elsewhere(store, deed):
    for n in range(4):
        save(store, deed(hours=n), n, expecting=n)
    with store.reading() as connection:
        known = audit.head_of(connection)
        third = connection.execute(sa.select(tables.audit).where(tables.audit.c.number == 3)).one()
    without_guards(store)
    raw(store, "DELETE FROM audit WHERE number = 4")
    raw(store, f"UPDATE audit_head SET number = 3, digest = '{third.digest}'")

    assert verified(store).is_whole
    assert verified(store, known=known).words == "The end of the audit is missing: it stops after line 3."


def test_a_line_written_anew_with_its_digest_shows_at_the_next_one(store, deed):
    for n in range(3):
        save(store, deed(hours=n), n, expecting=n)
    without_guards(store)
    with store.reading() as connection:
        row = dict(
            connection.execute(sa.select(tables.audit).where(tables.audit.c.number == 2)).mappings().one()
        )
    forged = {**row, "who": "ben", "at": tables.written(row["at"])}
    digest = audit._digest({name: value for name, value in forged.items() if name != "digest"})
    raw(store, f"UPDATE audit SET who = 'ben', digest = '{digest}' WHERE number = 2")

    assert verified(store).words == "Line 2 of the audit was changed, or line 3 put in its place."


def counselor(store, name, results):
    """Save ten times, each with the version that was seen just before, as one of several counselors does."""
    for _ in range(10):
        seen = policies.current(store, PLACE, now=stores.now_in_utc()).number
        try:
            made = save(store, Deed(name, stores.now_in_utc(), "Mine."), 5, expecting=seen)
            results.put(("kept", made.number, name))
        except Conflict as conflict:
            results.put(("conflict", conflict.now.number, name))


def counselor_of_a_program(settings, name, results):
    """Do so in a program of one's own, on a store that nobody has made yet."""
    store = stores.open_store(settings)
    counselor(store, name, results)
    store.close()


def check_nobody_lost_anything(store, found):
    kept = {number: name for what, number, name in found if what == "kept"}
    history = policies.history(store, PLACE)

    assert [version.number for version in history] == list(range(1, len(kept) + 1))
    assert {version.number: version.author for version in history} == kept
    assert verified(store) == audit.Verified(len(kept))


def test_of_counselors_in_two_programs_that_make_the_store_nobody_overwrites_another(tmp_path):
    settings = Settings(workspace=tmp_path)
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    people = [
        context.Process(target=counselor_of_a_program, args=(settings, name, results))
        for name in ("ana", "ben")
    ]
    for person in people:
        person.start()
    found = [results.get(timeout=60) for _ in range(20)]
    for person in people:
        person.join(30)

    assert [person.exitcode for person in people] == [0, 0]
    check_nobody_lost_anything(stores.open_store(settings), found)
    stores.open_store(settings).close()


def test_of_counselors_at_once_nobody_overwrites_another(store):
    results = queue.SimpleQueue()
    people = [
        threading.Thread(target=counselor, args=(store, name, results)) for name in ("ana", "ben", "eva")
    ]
    for person in people:
        person.start()
    for person in people:
        person.join(60)

    check_nobody_lost_anything(store, [results.get(timeout=1) for _ in range(30)])


def test_of_two_who_save_at_once_the_second_sees_both_and_decides(store, deed):
    save(store, deed(), 10)
    barrier, outcomes = threading.Barrier(2), {}

    def person(name, n):
        barrier.wait(10)
        try:
            outcomes[name] = save(store, deed(name, hours=1), n, expecting=1)
        except Conflict as conflict:
            outcomes[name] = conflict

    threads = [threading.Thread(target=person, args=each) for each in (("ana", 20), ("ben", 30))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    second, first = sorted(outcomes, key=lambda name: not isinstance(outcomes[name], Conflict))
    conflict = outcomes[second]

    assert str(conflict) == (
        f"Somebody else changed the cut meanwhile: version 2 is by {first}, and you had seen version 1."
    )
    assert conflict.hint == "Look at both and decide; nothing was written."
    assert conflict.now == outcomes[first]
    decided = save(store, deed(second, hours=2), 25, expecting=conflict.now.number)
    assert [version.author for version in policies.history(store, PLACE)] == ["ana", first, second]
    assert decided.number == 3


def first_form(settings):
    """Open the store as the first version of Waymark would have left it, with a policy in it."""
    folder = settings.workspace / engines.FOLDER
    key = audit.read_key(folder)
    place = None if settings.database_url else folder / engines.FILE
    engine = engines.file_engine(place) if place else engines.server_engine(settings.database_url)
    old = stores.Store(engine, key=key, place=place)
    assert old.prepare(migrations.MIGRATIONS[:1]) == (1,)
    return old


def test_a_store_of_the_first_form_is_brought_to_the_newest_and_loses_nothing(settings, deed):
    old = first_form(settings)
    save(old, deed())
    assert not sa.inspect(old._engine).has_table("saved_views")
    old.close()
    stores._opened.cache_clear()
    new = stores.open_store(settings)

    assert sa.inspect(new._engine).has_table("saved_views")
    assert policies.current(new, PLACE, now=deed().at).policy == capacity(10)
    assert verified(new) == audit.Verified(1)
    assert new.prepare() == ()
    new.close()


def test_a_step_that_fails_is_taken_again_and_the_store_stays_as_it_was(settings, deed):
    old = first_form(settings)
    save(old, deed())

    def fail(connection):
        migrations.MIGRATIONS[1].apply(connection)
        raise AppError("The power went.")

    broken = (migrations.MIGRATIONS[0], migrations.Migration(2, "half a step", fail))
    with pytest.raises(AppError, match="The power went"):
        old.prepare(broken)
    with old.reading() as connection:
        assert migrations.form_of(connection) == 1
    assert old.prepare() == (2,)
    assert policies.current(old, PLACE, now=deed().at).policy == capacity(10)
    old.close()


def test_a_newer_form_is_refused_and_left_alone(store, settings, deed):
    save(store, deed())
    with store._connected() as connection, connection.begin():
        connection.execute(tables.schema_version.insert().values(number=3, applied_at=deed().at))

    with pytest.raises(StoreError) as caught:
        store.prepare()
    assert str(caught.value) == (
        "The store of cases has the form 3, and this version of Waymark knows 2 at most."
    )
    assert caught.value.hint == "Start the newer version of Waymark; nothing was changed."


def test_the_steps_are_numbered_without_a_gap():
    assert [step.number for step in migrations.MIGRATIONS] == list(range(1, len(migrations.MIGRATIONS) + 1))


def test_ids_that_differ_in_case_or_in_a_trailing_space_are_different_students(store, deed):
    for scope in ("s1", "S1", "s1 x", "ś1"):
        policies.save(store, PolicyPlace(scope, PolicyKind.CUT), {"of": scope}, expecting=0, deed=deed())

    assert policies.current(store, PolicyPlace("S1", PolicyKind.CUT), now=deed().at).policy == {"of": "S1"}


def test_words_in_every_script_come_back_as_they_went(store, deed):
    text = "Zażółć – 学生 👩‍🎓 'quoted' \"twice\" \\ % :x ; --"
    save(store, deed("żaneta", text))

    assert policies.history(store, PLACE)[0].reason == text
    assert policies.history(store, PLACE)[0].author == "żaneta"
    assert verified(store).is_whole


@pytest.mark.parametrize(
    ("deed_of", "says"),
    [
        (("ana", "  "), "The reason for the cut is empty."),
        (("ana", "x" * 2_001), "The reason for the cut is too long."),
        (("ana", "a\x00b"), "The reason for the cut holds characters that cannot be kept."),
        (("ana", "a\ud800b"), "The reason for the cut holds characters that cannot be kept."),
        (("", "why"), "The name of who does it is empty."),
    ],
)
def test_what_cannot_be_signed_is_refused(file_store, deed, deed_of, says):
    with pytest.raises(InvalidChoice) as caught:
        save(file_store, deed(*deed_of))
    assert str(caught.value) == says
    assert file_store.revision() == 0


def test_a_file_and_its_folder_are_for_their_owner_only(file_store, tmp_path, deed):
    save(file_store, deed())
    folder = tmp_path / "cases"
    modes = {place.name: stat.S_IMODE(place.stat().st_mode) for place in folder.iterdir()}

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(modes) >= {"cases.sqlite", "cases.sqlite-wal", "pseudonyms.key", "cases.lock"}
    assert set(modes.values()) == {0o600}


def test_a_file_that_others_could_read_no_longer_can(file_store, tmp_path, deed):
    save(file_store, deed())
    file_store.close()
    place = tmp_path / "cases" / "cases.sqlite"
    place.chmod(0o644)
    stores._opened.cache_clear()
    stores.open_store(Settings(workspace=tmp_path)).close()

    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_the_file_waits_for_the_disk_and_keeps_its_references(file_store):
    with file_store.reading() as connection:
        told = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in engines.PRAGMAS}

    assert told == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "wal_autocheckpoint": 0,
        "busy_timeout": 5000,
    }


def test_the_journal_is_emptied_before_it_grows_long(file_store, tmp_path, deed, monkeypatch):
    monkeypatch.setattr(engines, "WAL_BYTES", 100_000)
    for n in range(20):
        save(file_store, deed(hours=n), n, expecting=n)

    assert (tmp_path / "cases" / "cases.sqlite-wal").stat().st_size <= 200_000
    assert (tmp_path / "cases" / "cases.sqlite").stat().st_size > 50_000
    assert len(policies.history(file_store, PLACE)) == 20


def test_a_writer_who_does_not_come_to_an_end_keeps_others_waiting_not_for_ever(
    file_store, tmp_path, deed, monkeypatch
):
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.2)
    with engines.turn(tmp_path / "cases" / engines.FILE), pytest.raises(StoreError) as caught:
        save(file_store, deed())

    assert (str(caught.value), caught.value.retry) == ("The store of cases is busy.", True)
    assert caught.value.hint == "Try again; nothing was written."


def test_a_damaged_file_is_told_in_a_sentence(tmp_path):
    folder = tmp_path / "cases"
    folder.mkdir()
    (folder / "cases.sqlite").write_bytes(b"This is no database at all. " * 200)

    with pytest.raises(StoreError) as caught:
        stores.open_store(Settings(workspace=tmp_path))
    assert str(caught.value) == "The store of cases is damaged."


def test_a_full_disk_is_told_and_what_was_kept_stays(file_store, deed):
    save(file_store, deed())
    with file_store._connected() as connection, connection.begin():
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    sa.event.listen(
        file_store._engine, "begin", lambda c: c.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    )
    huge = {"text": [f"{n:09}" for n in range(4_000)]}

    with pytest.raises(StoreError) as caught:
        policies.save(file_store, PLACE, huge, expecting=1, deed=deed(hours=1))
    assert str(caught.value) == "The disk of the store of cases is full: nothing was written."
    assert policies.current(file_store, PLACE, now=deed().at).policy == capacity(10)
    assert verified(file_store) == audit.Verified(1)


def test_a_key_of_another_length_is_refused(tmp_path):
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / audit.KEY_FILE).write_bytes(b"short")

    with pytest.raises(StoreError, match=r"'pseudonyms\.key' in the workspace does not hold a key\."):
        stores.open_store(Settings(workspace=tmp_path))


WRITER = """
import sys
from pathlib import Path
from core.caseload import policies, store as stores
from core.caseload.deeds import Deed
from core.settings import Settings
opened = stores.open_store(Settings(workspace=Path(sys.argv[1])))
place = policies.PolicyPlace("list-1", policies.PolicyKind.CUT)
n = policies.current(opened, place, now=stores.now_in_utc()).number
while True:
    made = policies.save(opened, place, {"n": n}, expecting=n, deed=Deed("ana", stores.now_in_utc(), "Why."))
    n = made.number
    print(n, flush=True)
"""


def test_a_program_that_is_killed_while_it_writes_loses_nothing_that_it_said_was_kept(tmp_path):
    kept = 0
    for kill in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert writer.stdout is not None
        kept = int(writer.stdout.readline())
        time.sleep(0.04 * kill)
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().split(b"\n")
        writer.wait(15)
        writer.stdout.close()
        kept = int(rest[-2]) if len(rest) > 1 else kept
        stores._opened.cache_clear()
        store = stores.open_store(Settings(workspace=tmp_path))
        history = policies.history(store, PLACE)

        # What was said to be kept is there; the one that was on its way is there whole, or not at all.
        assert len(history) in {kept, kept + 1}
        assert [version.policy["n"] for version in history] == list(range(len(history)))
        assert verified(store) == audit.Verified(len(history))
        with sqlite3.connect(tmp_path / "cases" / "cases.sqlite") as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
        store.close()


@pytest.mark.parametrize(
    "url",
    [
        "hunter2",
        "oracle://ana:hunter2@db/cases",
        "sqlite:////tmp/hunter2",
        "mysql://ana:hunter2@db",
        "mysql://ana:hunter2@/cases",
        "mysql://ana:hunter2@db/cases?local_infile=1",
        "mysql://ana:hunter2@db:port/cases",
        "postgresql://ana:hunter2@db/cases?options=-c%20x",
    ],
)
def test_a_wrong_address_is_refused_and_never_shown(tmp_path, url):
    with pytest.raises(StoreError) as caught:
        stores.open_store(Settings(workspace=tmp_path, database_url=Secret(url)))
    assert str(caught.value) == "The setting 'WAYMARK_DATABASE_URL' is not the address of a database."
    assert "hunter2" not in repr(caught.value) + str(caught.value.hint)


@pytest.mark.parametrize("kind", ["mysql", "postgresql"])
def test_a_server_that_is_not_there_is_told_in_a_sentence_without_its_password(tmp_path, kind):
    settings = Settings(workspace=tmp_path, database_url=Secret(f"{kind}://ana:hunter2@127.0.0.1:9/cases"))

    with pytest.raises(StoreError) as caught:
        stores.open_store(settings)
    assert str(caught.value) == "The database of the store of cases does not answer."
    assert caught.value.retry
    assert "hunter2" not in json.dumps([str(caught.value), caught.value.hint, repr(settings)])


@pytest.mark.servers
@pytest.mark.parametrize(
    ("database", "scheme"), [("mariadb_database", "mariadb"), ("postgres_database", "postgresql")]
)
def test_a_wrong_password_is_told_without_it(request, tmp_path, database, scheme):
    server = request.getfixturevalue(database).server
    url = f"{scheme}://nobody:hunter2@127.0.0.1:{server.port}/cases"

    with pytest.raises(StoreError) as caught:
        stores.open_store(Settings(workspace=tmp_path, database_url=Secret(url)))
    assert str(caught.value) == "The database of the store of cases refused the login."
    assert caught.value.hint == "Check user, password and database in WAYMARK_DATABASE_URL."


def test_a_conflict_crosses_a_process_border_with_what_is_there_now(file_store, deed):
    kept = save(file_store, deed())
    with pytest.raises(Conflict) as caught:
        save(file_store, deed("ben"))
    came = pickle.loads(ForkingPickler.dumps(caught.value))

    assert (str(came), came.hint, came.now) == (str(caught.value), caught.value.hint, kept)


def test_the_address_of_the_database_is_a_setting_that_never_prints():
    url = "mysql://ana:hunter2@db/cases"
    settings = Settings.load(env={"WAYMARK_DATABASE_URL": f" {url} "})

    assert settings.database_url.reveal() == url
    assert "hunter2" not in f"{settings} {settings!r} {settings.database_url}"
    assert not Settings().database_url
