"""The documents keep their promises: links lead somewhere, commands exist, settings are described."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from core.connections import Connection, ConnectionKind
from core.settings import PREFIX, Settings
from core.sources.selection import How, Test

ROOT = Path(__file__).resolve().parents[1]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|TBD|lorem|coming soon)\b|\b[A-Z]+_TABLE\b", re.IGNORECASE)


def documents():
    """The project's documents, by their path."""
    places = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("data/**/*.md")]
    return {place.relative_to(ROOT).as_posix(): place.read_text(encoding="utf-8") for place in sorted(places)}


def broken_links(path, text):
    """Return the links of a document to files of this project that are not there."""
    targets = [target.partition("#")[0] for target in LINK.findall(FENCE.sub("", text))]
    inside = [
        target for target in targets if target and "://" not in target and not target.startswith("mailto:")
    ]
    return [f"{path} -> {target}" for target in inside if not ((ROOT / path).parent / target).exists()]


def public_targets(makefile):
    """Return the make targets that `make help` lists."""
    return re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE)


def unknown_targets(text, targets):
    """Return the make targets that a document tells people to type and that do not exist."""
    typed = re.findall(r"(?:^|`)(?:bash -c )?make ([a-z][a-z-]*)", text, flags=re.MULTILINE)
    return sorted(set(typed) - set(targets))


def unnumbered(names):
    """Return what is wrong with the numbers of the decisions: they run from 0001 without a gap."""
    found = [name[:4] for name in sorted(names)]
    return [] if found == [f"{number:04}" for number in range(1, len(found) + 1)] else found


MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
DOCUMENTS = documents()


@pytest.mark.parametrize("path", DOCUMENTS)
def test_every_link_of_a_document_leads_somewhere(path):
    assert broken_links(path, DOCUMENTS[path]) == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_finished(path):
    assert [found[0] for found in UNFINISHED.finditer(DOCUMENTS[path])] == []


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_names_make_targets_that_exist(path):
    assert unknown_targets(DOCUMENTS[path], public_targets(MAKEFILE)) == []


@pytest.mark.parametrize("target", ["run", "test", "check", "bench"])
def test_the_readme_tells_what_to_type(target):
    assert f"make {target}" in DOCUMENTS["README.md"]


@pytest.mark.parametrize("setting", [field.name for field in fields(Settings)])
def test_every_setting_is_described_with_its_name_in_the_environment(setting):
    name = f"{PREFIX}{setting.upper()}"

    assert any(f"`{name}`" in text for text in DOCUMENTS.values())


@pytest.mark.parametrize("page", sorted((ROOT / "pages").glob("[a-z]*.py")), ids=lambda place: place.stem)
def test_the_readme_names_every_page(page):
    title = page.stem.replace("_", " ").capitalize()

    assert title in DOCUMENTS["README.md"]


def test_the_way_through_the_servers_names_what_the_page_shows():
    _, _, section = DOCUMENTS["README.md"].partition("## Your own servers")
    section, _, _ = section.partition("\n## ")
    named = re.findall(r"(?<!\*)\*{1,2}([A-Z][^*]+?)\*{1,2}(?!\*)", section)
    shown = "".join(place.read_text(encoding="utf-8") for place in (ROOT / "pages").rglob("*.py"))

    assert len(named) > 8
    assert [words for words in named if words.rstrip("?") not in shown] == []


@pytest.mark.parametrize("word", [*ConnectionKind, *How, *Test], ids=str)
def test_every_kind_of_server_test_and_measure_is_described(word):
    described = DOCUMENTS["docs/sources.md"] + DOCUMENTS["README.md"]

    assert word.value in described.casefold()


@pytest.mark.parametrize("key", ["kind", "host", "user", "password", "database", "tls", "master", "folder"])
def test_the_example_of_a_connection_uses_keys_that_exist(key):
    assert key in {item.name for item in fields(Connection)}
    assert f"{key} =" in DOCUMENTS["README.md"]


def test_decisions_are_numbered_without_a_gap_and_dated():
    decisions = {path: text for path, text in DOCUMENTS.items() if path.startswith("docs/decisions/")}

    assert unnumbered(Path(path).name for path in decisions) == []
    assert [
        path
        for path, text in decisions.items()
        if not re.search(r"^\*\*Decided\*\* \d{4}-", text, re.MULTILINE)
    ] == []


def test_the_changelog_has_an_entry_for_this_version():
    version = re.search(
        r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert f"## {version[1]}" in DOCUMENTS["CHANGELOG.md"]


def test_the_two_lists_of_requirements_agree_and_are_exact():
    pins = [
        dict(line.partition(" ;")[0].strip().split("==") for line in text.splitlines() if line[0] != "#")
        for text in (
            (ROOT / "requirements.txt").read_text(encoding="utf-8"),
            (ROOT / "tests/requirements.txt").read_text(encoding="utf-8"),
        )
    ]

    assert pins[0].items() <= pins[1].items()


def test_each_check_of_the_documents_can_fail():
    assert broken_links("README.md", "see [the plan](docs/no-such.md#part)") == [
        "README.md -> docs/no-such.md"
    ]
    assert broken_links("README.md", "see [us](LICENSE), [them](https://example.org), [here](#top)") == []
    assert UNFINISHED.search("This part is coming soon.")
    assert unknown_targets("```\nmake runn\n```\nand `make test`", ["run", "test"]) == ["runn"]
    assert unnumbered(["0001-a.md", "0003-b.md"]) == ["0001", "0003"]
