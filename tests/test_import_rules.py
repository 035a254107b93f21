"""The import rules of pyproject.toml are kept, and each of them is broken by an import that breaks it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def lint(folder):
    """Run import-linter over the project in this folder; return its status and what it said."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    return run.returncode, run.stdout + run.stderr


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the product that a test may spoil."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for package in ("core", "pages"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_the_project_keeps_its_import_rules():
    status, said = lint(ROOT)

    assert status == 0, said


@pytest.mark.parametrize(
    ("module", "line", "rule"),
    [
        ("core/errors.py", "import core.schema", "Rooms of core stand in layers"),
        ("core/eda/extra.py", "import core.features", "Rooms of core stand in layers"),
        ("core/dataset.py", "import core.cleaning", "Rooms of core stand in layers"),
        ("core/expressions/extra.py", "import core.cleaning", "Rooms of core stand in layers"),
        ("core/gate.py", "import core.cache", "Rooms of core stand in layers"),
        ("core/lounge.py", "", "Rooms of core stand in layers"),
        ("core/eda/extra.py", "import core.jobs", "Rooms of core stand in layers"),
        ("core/cache.py", "import core.caseload.access", "Only the workflow composes the capabilities"),
        ("core/jobs.py", "import core.frames", "Jobs know errors and settings"),
        ("pages/extra.py", "import core.workflow.tables", "Pages know the cached doors"),
        (
            "core/workflow/extra.py",
            "import streamlit",
            "Streamlit is imported by core.cache and the pages only",
        ),
        ("core/features/extra.py", "import pyspark.sql", "PySpark is imported by the engine seam and"),
        ("core/sources/sql/extra.py", "import grpc", "PySpark is imported by the engine seam and"),
        ("pages/extra.py", "import pymongo", "MongoDB's drivers are imported by their adapter only"),
        ("core/sources/join/extra.py", "import sqlalchemy", "SQL drivers are imported by their adapter"),
    ],
)
def test_an_import_that_breaks_a_rule_is_seen(project, module, line, rule):
    spoiled = project / module
    before = spoiled.read_text(encoding="utf-8") if spoiled.exists() else None
    spoiled.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    status, said = lint(project)
    if before is None:
        spoiled.unlink()
    else:
        spoiled.write_text(before, encoding="utf-8")

    assert status == 1
    assert [name for name in said.splitlines() if name.startswith(rule) and name.endswith("BROKEN")], said
