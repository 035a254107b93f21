"""The connections on Data sources: said, tested, stated, changed and removed; a password is never shown."""

from dataclasses import replace

import pytest

from core import cache
from core.connections import Connection
from core.workflow.stated import stated_on_page
from pages.ui import source_chooser, state
from tests.pages import school_file
from tests.pages.screen import open_page, settled, texts


def servers_of(screen):
    """Return Data sources at the choice of servers."""
    page = open_page(screen, "data_sources")
    page.segmented_control(key="source_kind").set_value(source_chooser.SERVERS).run()
    return settled(page)


def field(page, label):
    """Return the field of this label."""
    fields = (*page.text_input, *page.number_input, *page.selectbox, *page.checkbox)
    (found,) = [one for one in fields if one.label == label]
    return found


def send(page, label="Keep this connection"):
    (button,) = [one for one in page.button if one.label == label]
    button.click().run()
    return settled(page)


def state_sqlite(page, name, file):
    """Fill in the form for a file and send it."""
    field(page, "Kind").set_value("sqlite").run()
    field(page, "Name").set_value(name)
    field(page, "File").set_value(str(file))
    return send(page)


def ask(page, name):
    page.button(key=f"test_{name}").click().run()
    return settled(page)


def said(errors):
    return [error.value.replace("\\", "") for error in errors]


def stated():
    return {one.name: one for one in stated_on_page(cache.settings().workspace)}


@pytest.fixture(autouse=True)
def _forgotten_afterwards():
    yield
    for name in stated():
        cache.remove_connection(cache.actor("local"), name)


@pytest.fixture
def school(tmp_path):
    return school_file.write(tmp_path / "school.sqlite")


def test_without_a_connection_the_page_says_so_and_what_to_do(screen):
    page = servers_of(screen)

    assert "No connection is known yet" in texts(page)
    assert "make servers" in texts(page)
    assert ".streamlit/secrets.toml" in texts(page)


def test_a_connection_that_is_stated_is_listed_in_words_and_the_form_is_empty_again(screen, school):
    page = state_sqlite(servers_of(screen), "own", school)

    assert f"**own**  \nSQLite file · {school}" in texts(page)
    assert not page.error
    assert field(page, "Name").value == ""
    assert [one.value.replace("\\", "") for one in page.toast] == ["'own' is kept. Test it now."]


def test_a_connection_that_answers_says_so_in_one_sentence(screen, school):
    with school_file.connected(school) as name:
        page = ask(servers_of(screen), name)

    assert len(page.success) == 1
    assert "3 tables" in page.success[0].value.replace("\\", "")
    assert not page.error


def test_one_that_fails_says_why_leaves_the_page_and_answers_once_the_fault_is_lifted(screen, tmp_path):
    with school_file.connected(tmp_path / "later.sqlite") as name:
        page = ask(servers_of(screen), name)
        assert len(page.error) == 1
        assert not page.success
        assert "Source: demo school" in texts(page)

        school_file.write(tmp_path / "later.sqlite")
        page = ask(page, name)
        assert len(page.success) == 1
        assert not page.error


@pytest.mark.parametrize(
    ("name", "file", "words"),
    [
        ("1 school", "a.sqlite", "A connection cannot be called '1 school'."),
        ("own", "", "The connection 'own' (sqlite) needs a value for 'file'."),
        ("", "a.sqlite", "A connection cannot be called ''."),
    ],
)
def test_wrong_settings_are_one_sentence_and_nothing_is_kept(screen, name, file, words):
    page = state_sqlite(servers_of(screen), name, file)

    assert said(page.error) == [words]
    assert "Nothing was kept." in texts(page)
    assert field(page, "File").value == file
    assert stated() == {}


@pytest.mark.parametrize("host", ["169.254.169.254", "db.example.org", "127.0.0.1/x?local_infile=1"])
def test_a_host_that_is_not_allowed_is_refused_on_the_form(screen, host):
    page = servers_of(screen)
    field(page, "Name").set_value("own")
    field(page, "Host").set_value(host)
    page = send(page)

    assert len(page.error) == 1
    assert stated() == {}


def test_what_the_form_asks_for_depends_on_the_kind(screen):
    page = servers_of(screen)
    asked = {}
    for kind in ("mysql", "mongodb", "spark", "sqlite"):
        field(page, "Kind").set_value(kind).run()
        asked[kind] = {one.label for one in page.text_input} - {"The outcome to avoid"}

    assert "Password" in asked["mysql"]
    assert asked["mongodb"] - asked["mysql"] == {"Database of the account"}
    assert asked["spark"] == {"Name", "Where Spark runs", "Folder of its data", "JDBC driver", "Password"}
    assert asked["sqlite"] == {"Name", "File"}


def state_mysql(page, password="hunter2-secret", host="127.0.0.1"):
    field(page, "Name").set_value("own")
    field(page, "Host").set_value(host)
    field(page, "Port").set_value(3399)
    field(page, "User").set_value("reader")
    field(page, "Password").set_value(password)
    return send(page)


def test_a_password_is_kept_and_never_shown_again(screen):
    page = state_mysql(servers_of(screen))

    assert stated()["own"].password.reveal() == "hunter2-secret"
    assert "MySQL or MariaDB · 127.0.0.1:3399 · user reader · not encrypted" in texts(page)
    assert "hunter2" not in texts(page) + str(page.session_state._state.filtered_state)
    assert all("hunter2" not in str(one.value) for one in page.text_input)


def test_an_empty_password_keeps_the_earlier_one_when_another_database_is_chosen(screen):
    page = state_mysql(servers_of(screen))
    field(page, "Connection").set_value("own").run()
    assert (field(page, "Host").value, field(page, "Port").value) == ("127.0.0.1", 3399)
    assert (field(page, "Password").value, field(page, "Password").placeholder) == (
        "",
        "leave empty to keep it",
    )

    field(page, "Database").set_value("marks")
    send(page)
    assert (stated()["own"].database, stated()["own"].password.reveal()) == ("marks", "hunter2-secret")


def test_an_address_with_colons_is_shown_in_brackets_and_changed_without_them(screen):
    page = state_mysql(servers_of(screen), host="::1")
    assert "MySQL or MariaDB · [::1]:3399" in texts(page)

    field(page, "Connection").set_value("own").run()
    assert (field(page, "Host").value, field(page, "Port").value) == ("::1", 3399)


def test_another_host_does_not_get_the_earlier_password(screen):
    page = state_mysql(servers_of(screen))
    field(page, "Connection").set_value("own").run()
    field(page, "Port").set_value(3400)
    send(page)

    assert not stated()["own"].password


def test_an_own_connection_is_removed_after_a_second_click(screen, school):
    page = state_sqlite(servers_of(screen), "own", school)
    page.button(key="remove_own").click().run()
    page = settled(page)

    assert stated() == {}
    assert "No connection is known yet" in texts(page)


def test_one_of_the_settings_is_listed_and_cannot_be_changed_here(screen, school, monkeypatch):
    given = Connection.of("fixed", {"kind": "sqlite", "file": str(school)})
    chosen = replace(cache.settings(), connections=(given,))
    monkeypatch.setattr(cache, "settings", lambda: chosen)
    page = servers_of(screen)

    assert "**fixed**" in texts(page)
    assert [one.key for one in page.button if str(one.key).startswith("remove_")] == []
    page = state_sqlite(page, "fixed", school)
    assert said(page.error) == [
        "The connection 'fixed' is stated in the settings and cannot be changed here."
    ]


def test_who_may_not_change_connections_sees_and_tests_them_without_a_form(screen, school, monkeypatch):
    monkeypatch.setattr(cache, "may_change_connections", lambda _: False)
    with school_file.connected(school) as name:
        page = ask(servers_of(screen), name)

    assert len(page.success) == 1
    assert "Keep this connection" not in [one.label for one in page.button]
    assert [one.key for one in page.button if str(one.key).startswith("remove_")] == []


def test_without_the_front_door_no_connection_is_shown_and_the_demo_stays(ungated, school):
    with school_file.connected(school) as name:
        page = servers_of(ungated)

    assert len(page.error) == 1
    assert name not in texts(page)
    assert "Source: demo school" in texts(page)
    assert page.session_state[state.REQUEST].table.is_demo


def test_an_address_is_never_markup(screen, tmp_path):
    page = state_sqlite(servers_of(screen), "own", tmp_path / "![a](b) *x*.sqlite")

    assert any(r"\!\[a\]\(b\) \*x\*\.sqlite" in one.value for one in page.markdown)
    page = ask(page, "own")
    assert all("![a](b)" not in one.value for one in (*page.markdown, *page.caption, *page.error))
