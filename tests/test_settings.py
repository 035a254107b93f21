"""Settings come from the environment first, and a wrong one is named."""

from dataclasses import fields
from pathlib import Path

import pytest

from core.errors import AppError, InvalidChoice
from core.settings import Settings


def test_without_anything_set_the_demo_has_3000_students():
    assert Settings.load(env={}).demo_students == 3000


def test_the_environment_wins_over_the_secrets_file():
    settings = Settings.load(env={"WAYMARK_DEMO_SEED": "3"}, secrets={"demo_seed": 5, "max_rows": 10})

    assert (settings.demo_seed, settings.max_rows) == (3, 10)


def test_other_variables_are_left_alone():
    assert Settings.load(env={"HOME": "/home/ana"}) == Settings()


def test_an_unknown_setting_is_refused_with_the_nearest_name():
    with pytest.raises(InvalidChoice, match="WAYMARK_DEMO_STUDENT'") as caught:
        Settings.load(env={"WAYMARK_DEMO_STUDENT": "3"})

    assert caught.value.hint.startswith("Did you mean 'WAYMARK_DEMO_STUDENTS'?")


@pytest.mark.parametrize("value", ["0", "-1", "many", "1.5", ""])
def test_a_number_that_is_none_is_refused(value):
    with pytest.raises(AppError, match="'WAYMARK_MAX_ROWS' must be a whole number above zero"):
        Settings.load(env={"WAYMARK_MAX_ROWS": value})


def test_the_workspace_is_a_path():
    assert Settings.load(env={"WAYMARK_WORKSPACE": "/var/lib/waymark"}).workspace == Path("/var/lib/waymark")


def test_every_setting_says_what_it_is():
    assert all(item.metadata["says"] for item in fields(Settings))
