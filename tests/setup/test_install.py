"""What the tests need is installed, or its absence is one sentence: never a skip."""

import pytest

from tests.setup import install, places

MISSING = install.Need("MariaDB", lambda: None, ("mariadb-server-core",))


def test_everything_that_the_tests_need_is_there():
    assert [need.what for need in install.NEEDS if not need.is_there()] == []
    assert places.mongod().exists()


def test_without_rights_the_packages_are_named(monkeypatch):
    monkeypatch.setattr(install.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(install, "sudo", lambda: None)

    with pytest.raises(SystemExit) as stopped:
        install.install_packages([MISSING, install.Need("Chromium", lambda: None, ("chromium",))])
    assert stopped.value.code == (
        "The tests need MariaDB, Chromium. Install as an administrator: apt-get install "
        "mariadb-server-core chromium (this user is not root and has no sudo)."
    )


def test_without_apt_the_programs_are_named(monkeypatch):
    monkeypatch.setattr(places, "find", lambda *_: None)

    with pytest.raises(SystemExit, match="this machine has no apt-get"):
        install.install_packages([MISSING])


def test_what_is_still_missing_after_the_installation_is_an_error(monkeypatch):
    monkeypatch.setattr(install.os, "geteuid", lambda: 0)
    monkeypatch.setattr(install, "apt", lambda *_: None)

    with pytest.raises(SystemExit, match="Still missing after apt-get: MariaDB"):
        install.install_packages([MISSING])


def test_a_package_goes_by_the_name_that_this_machine_knows():
    need = install.Need("libc", lambda: None, ("no-such-package-of-waymark", "libc6"))

    assert install.known_name(need) == "libc6"


def test_a_missing_program_is_an_error_that_says_what_to_do():
    with pytest.raises(places.NotInstalled, match="'no-such-program' is not installed; 'make test'"):
        places.program("no-such-program")


def test_a_program_that_is_no_java_has_no_java_version():
    assert places.java_version(places.ROOT / "no" / "java") is None
    assert places.java_version(places.java_home() / "bin" / "java") in places.JAVA_VERSIONS
