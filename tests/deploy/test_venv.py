"""The environment is made once, and again only when what decides it has changed."""

import sys

import pytest

from deploy import venv


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A project folder with two lists of requirements, and a record of what would be done in it."""
    done = []
    for name, value in {
        "ROOT": tmp_path,
        "VENV": tmp_path / ".venv",
        "PYTHON": tmp_path / ".venv" / "python",
        "RUN": tmp_path / "requirements.txt",
        "TESTS": tmp_path / "tests.txt",
    }.items():
        monkeypatch.setattr(venv, name, value)
    venv.RUN.write_text("pandas==3.1.1\n", encoding="utf-8")
    venv.TESTS.write_text("pandas==3.1.1\npytest==9.2.0\n", encoding="utf-8")

    def make():
        done.append("made")
        venv.VENV.mkdir(exist_ok=True)
        venv.PYTHON.touch()

    monkeypatch.setattr(venv, "_make", make)
    monkeypatch.setattr(venv, "_works", venv.PYTHON.exists)
    monkeypatch.setattr(venv, "_ran", lambda *arguments: done.append(arguments[-1]) or True)
    return done


def test_a_bare_folder_gets_an_environment_and_the_requirements(place):
    venv.main([])

    assert place == ["made", venv.INSTALLER, str(venv.RUN)]


def test_a_second_time_nothing_is_done(place):
    venv.main([])
    place.clear()
    venv.main([])

    assert place == []


def test_changed_requirements_are_installed_into_the_environment_there_is(place):
    venv.main([])
    place.clear()
    venv.RUN.write_text("pandas==3.1.2\n", encoding="utf-8")
    venv.main([])

    assert place == [venv.INSTALLER, str(venv.RUN)]


def test_the_requirements_of_tests_hold_those_of_the_app(place):
    venv.main(["--tests"])
    place.clear()
    venv.main([])

    assert place == []


def test_pip_does_it_where_uv_cannot(place, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(venv, "_ran", lambda *words: asked.append(words[1]) or words[1] != "uv")
    venv.main([])

    assert asked == ["pip", "uv", "pip", "compileall"]
    assert "trying with pip" in capsys.readouterr().out


def test_a_failed_installation_is_one_sentence_and_is_tried_again_next_time(place, monkeypatch):
    monkeypatch.setattr(venv, "_ran", lambda *_: False)

    for _ in range(2):
        with pytest.raises(SystemExit, match="The requirements could not be installed"):
            venv.main([])


def test_an_old_python_is_refused_in_one_sentence(place, monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 9))

    with pytest.raises(SystemExit, match=r"Waymark needs Python 3\.11 or newer; this is "):
        venv.main([])
