"""``data/README.md`` says what the code does: every table, column, switch, kind of dirt and truth file."""

import dataclasses
import re
from pathlib import Path

import pytest

from core.sources.base import DemoSpec
from core.sources.demo.dictionary import schema_of, tables
from core.sources.demo.settings import SETTINGS_FILE, demo_settings
from core.sources.demo.truth_files import TRUTH_FILES

README = (SETTINGS_FILE.parent / "README.md").read_text(encoding="utf-8")


def rows_under(heading):
    """Return the cells of the table under a heading, without the table's own head."""
    section = re.split(r"^#+ ", README.split(f"{heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def span_of(column):
    return "" if column.lowest is None else f"{column.lowest:,.0f} to {column.highest:,.0f}"


@pytest.mark.parametrize("table", tables())
def test_every_column_is_described_as_it_is(table):
    schema = schema_of(table, spec=DemoSpec(leaks=True))
    described = rows_under(f"### {table}")
    assert [row[:5] for row in described] == [
        [f"`{column.name}`", str(column.kind), str(column.role), column.unit or "", span_of(column)]
        for column in schema
    ]
    assert all(row[5] for row in described)


def test_every_switch_is_described():
    assert [row[0] for row in rows_under("## Switches (`DemoSpec`)")] == [
        f"`{field.name}`" for field in dataclasses.fields(DemoSpec)
    ]


def test_every_kind_of_dirt_is_described_with_its_columns():
    found = {row[0].strip("`"): re.findall(r"`(\w+)`", row[2]) for row in rows_under("## Dirt")}
    assert found == {rule.kind: list(rule.columns) for rule in demo_settings().dirt}


def test_every_truth_file_is_described():
    described = [
        row[0].strip("`")
        for row in rows_under("## The truth (`truth/` beside the files, `DemoSource.truth()` in memory)")
    ]
    assert described == list(TRUTH_FILES)


def test_every_word_of_a_category_is_described():
    words = {
        *demo_settings().protected.gender,
        *demo_settings().programmes,
        *demo_settings().schools,
        *demo_settings().guardian_education,
        *demo_settings().segment_names,
        *demo_settings().calendar.courses,
    }
    assert [word for word in words if f"`{word}`" not in README] == []


def test_it_says_that_it_is_synthetic_and_no_evidence():
    assert "**Everything here is synthetic.**" in README
    assert "nothing in it is evidence about real students" in README
    assert "never evidence" in Path(SETTINGS_FILE).read_text(encoding="utf-8")


def test_the_stated_numbers_are_the_settings():
    settings = demo_settings()
    assert f"by {-settings.mentoring.log_odds}" in README
    drift = settings.drift
    assert f"`work_hours` +{drift['work_hours']:.0f}, `prior_average` {drift['prior_average']:.0f}" in README
    assert f"worse for {settings.drift['internet']:.0%}".replace("%", " %") in README
    assert f"terms of {settings.calendar.weeks_per_term} weeks" in README
    assert f"spring of {settings.calendar.last_year}" in README
