"""The pages on steps and checks say what there is, and nothing else."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from core.cleaning.finding import TITLES
from core.cleaning.recipe import Recipe
from core.cleaning.registry import STEPS

DOCS = Path(__file__).resolve().parents[2] / "docs"


def sections(page):
    """Return the text under each heading of the second level."""
    parts = re.split(r"^## (.+)$", (DOCS / page).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


def test_every_check_has_its_section_under_its_title():
    assert list(sections("checks/data.md")) == [f"{code} {title}" for code, title in TITLES.items()]


def test_every_step_has_its_section():
    assert list(sections("steps.md")) == list(STEPS)


@pytest.mark.parametrize("kind", STEPS)
def test_a_step_is_described_with_its_settings_and_whether_it_learns(kind):
    text = " ".join(sections("steps.md")[kind].split())
    listed = re.search(r"Settings: (.+?\.)(?= [A-Z*])", text)[1]
    named = set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", listed)))

    assert named == {field.name for field in fields(STEPS[kind])} - {"reason", "is_on"}
    assert text.startswith("*Learns.*") == STEPS[kind].in_folds


def test_the_example_on_the_page_is_a_recipe():
    page = (DOCS / "steps.md").read_text(encoding="utf-8")

    assert len(Recipe.from_json(re.search(r"`(\{.+?\})`", page)[1]).steps) == 1
