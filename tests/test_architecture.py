"""The house rules hold in the whole project, and each rule can be broken by a text that breaks it."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests import rules

ROOT = Path(__file__).resolve().parents[1]
HEAVY = {"pyspark", "sklearn", "streamlit", "scipy.stats", "statsmodels", "shap", "plotly", "altair"}
"""Libraries that nobody waits for at start: imported where they are used."""


def sources(*patterns):
    """The project's files that match, as (path, text)."""
    places = {place for pattern in patterns for place in ROOT.glob(pattern) if place.is_file()}
    kept = sorted(place for place in places if "__pycache__" not in place.parts)
    return [(place.relative_to(ROOT).as_posix(), place.read_text(encoding="utf-8")) for place in kept]


CORE = ("core/**/*.py",)
PAGES = ("pages/**/*.py",)
PRODUCT = (*CORE, *PAGES, "app.py", "deploy/**/*.py")
EVERYTHING = (
    *PRODUCT,
    "tests/**/*.py",
    "tests/**/*.txt",
    "docs/**/*.md",
    "data/**/*",
    "*.md",
    "*.toml",
    "*.txt",
    "Makefile",
    ".ci/*",
    ".streamlit/config.toml",
)


def complaints(rule, *patterns):
    return [said for path, text in sources(*patterns) for said in rule(path, text)]


def test_modules_and_pages_keep_their_budget_of_lines():
    assert complaints(rules.size_of_module, *PRODUCT) == []


@pytest.mark.parametrize("rule", [rules.size_of_functions, rules.vague_names])
def test_functions_stay_short_and_names_say_something_in_tests_too(rule):
    assert complaints(rule, *PRODUCT, "tests/**/*.py") == []


@pytest.mark.parametrize("rule", [rules.broad_excepts, rules.risky_calls, rules.undocumented])
def test_the_product_has_no_dangerous_or_nameless_code(rule):
    assert complaints(rule, *PRODUCT) == []


def test_pages_import_what_shows_and_nothing_that_computes():
    assert complaints(rules.page_imports, *PAGES) == []


def test_the_launcher_knows_the_gate_and_the_doors_only():
    assert complaints(rules.app_imports, "app.py") == []


def test_every_use_case_takes_the_actor_first():
    assert complaints(rules.actor_first, "core/workflow/*.py") == []


def test_packages_of_core_hold_a_docstring_and_nothing_else():
    assert complaints(rules.bare_packages, *CORE) == []


def test_no_path_of_one_machine_stands_in_the_project():
    assert complaints(rules.machine_paths, *EVERYTHING) == []


def test_every_test_file_says_what_it_is_about():
    assert complaints(rules.undocumented, "tests/**/*.py") == []


def test_the_median_module_and_function_stay_small(record_property):
    product = sources(*CORE, *PAGES, "app.py")
    modules = rules.median(len(text.splitlines()) for _, text in product)
    functions = rules.median(rules.code_lines(node) for _, text in product for node in rules.functions(text))
    record_property("median module", modules)
    record_property("median function", functions)
    print(f"median module {modules:.0f} lines, median function {functions:.0f} lines of code")

    assert modules <= 120
    assert functions <= 8


def modules_that_open_quickly():
    """What pages and the command line import: the doors but Streamlit's own, and the use cases."""
    doors = ["errors", "schema", "frames", "dataset", "settings", "jobs", "gate", "sources.base", "__main__"]
    workflow = [Path(path).stem for path, _ in sources("core/workflow/*.py")]
    use_cases = [f"workflow.{name}" for name in workflow if name not in {"__init__", "preload"}]
    return [f"core.{name}" for name in [*doors, *use_cases]]


def test_the_doors_open_without_heavy_libraries():
    names = ", ".join(modules_that_open_quickly())
    report = f"import sys, {names}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", report], cwd=ROOT, capture_output=True, text=True)

    assert (run.stderr, run.stdout.split()) == ("", [])


LONG_FUNCTION = "def long():\n" + "    x = 1\n" * 41
DOCUMENTED = 'def short():\n    """Said at\n\n' + "    length.\n" * 60 + '    """\n    return 1\n'

BROKEN = [
    (rules.size_of_module, "core/big.py", "\n" * 401),
    (rules.size_of_module, "pages/train.py", "\n" * 121),
    (rules.size_of_module, "pages/ui/shell.py", "\n" * 61),
    (rules.size_of_functions, "core/a.py", LONG_FUNCTION),
    (rules.size_of_functions, "core/a.py", "class A:\n" + textwrap.indent(LONG_FUNCTION, "    ")),
    (rules.vague_names, "core/cleaning/utils.py", ""),
    (rules.vague_names, "core/helpers/a.py", ""),
    (rules.broad_excepts, "core/a.py", "try:\n    a()\nexcept Exception:\n    pass"),
    (rules.broad_excepts, "core/a.py", "try:\n    a()\nexcept:\n    pass"),
    (rules.broad_excepts, "pages/a.py", "try:\n    a()\nexcept (ValueError, BaseException) as e:\n    pass"),
    (rules.broad_excepts, "core/a.py", "with contextlib.suppress(Exception):\n    a()"),
    (rules.risky_calls, "core/a.py", "eval(text)"),
    (rules.risky_calls, "core/a.py", "exec(text)"),
    (rules.risky_calls, "core/a.py", "pickle.load(file)"),
    (rules.risky_calls, "core/a.py", "joblib.load(path)"),
    (rules.risky_calls, "pages/a.py", "st.markdown(name, unsafe_allow_html=True)"),
    (rules.risky_calls, "pages/a.py", "st.html(name)"),
    (rules.risky_calls, "pages/a.py", "st.html(f'<b>{name}</b>')"),
    (rules.risky_calls, "pages/a.py", "components.html(name)"),
    (rules.page_imports, "pages/a.py", "import pandas as pd"),
    (rules.page_imports, "pages/a.py", "from core import workflow"),
    (rules.page_imports, "pages/a.py", "from core.workflow import training"),
    (rules.page_imports, "pages/a.py", "def f():\n    import numpy"),
    (rules.page_imports, "pages/a.py", "from streamlit.testing.v1 import AppTest"),
    (rules.page_imports, "pages/a.py", "from core.cached import x"),
    (rules.app_imports, "app.py", "from core.workflow import training"),
    (rules.app_imports, "app.py", "import pandas"),
    (rules.actor_first, "core/workflow/a.py", "def train(request, *, actor): ..."),
    (rules.actor_first, "core/workflow/a.py", "def train(actor, request): ..."),
    (rules.actor_first, "core/workflow/a.py", "def train(): ..."),
    (rules.bare_packages, "core/eda/__init__.py", '"""Explore."""\nfrom core.eda import summary'),
    (rules.undocumented, "core/a.py", "x = 1"),
    (rules.undocumented, "core/__init__.py", ""),
    (rules.machine_paths, "README.md", "see /roo" + "t/waymark"),
    (rules.machine_paths, "README.md", "see /wor" + "k/main"),
]


@pytest.mark.parametrize(("rule", "path", "text"), BROKEN)
def test_a_text_that_breaks_a_rule_is_seen(rule, path, text):
    assert len(rule(path, text)) == 1


FINE = [
    (rules.size_of_module, "core/a.py", "\n" * 400),
    (rules.size_of_module, "pages/ui/charts.py", "\n" * 400),
    (rules.size_of_functions, "core/a.py", DOCUMENTED),
    (rules.broad_excepts, "core/api.py", "try:\n    a()\nexcept Exception:\n    pass"),
    (rules.broad_excepts, "core/a.py", "try:\n    a()\nexcept ValueError:\n    pass"),
    (rules.risky_calls, "pages/a.py", "st.html('<b>ours</b>')\nliteral_eval(x)"),
    (rules.page_imports, "pages/a.py", "import math\nimport streamlit as st\nfrom pages.ui import text"),
    (rules.page_imports, "pages/a.py", "from core import cache\nfrom core.errors import AppError"),
    (rules.app_imports, "app.py", "import gc\nfrom core import cache\nfrom core.gate import Gate"),
    (rules.actor_first, "core/workflow/a.py", "def train(actor: Actor, request): ...\ndef _inner(): ..."),
    (rules.actor_first, "core/workflow/requests.py", "def demo_request(): ..."),
    (rules.bare_packages, "core/eda/__init__.py", '"""Explore."""'),
    (rules.machine_paths, "README.md", "put it in workspace/files or ../shared/data"),
]


@pytest.mark.parametrize(("rule", "path", "text"), FINE)
def test_a_text_that_keeps_a_rule_passes(rule, path, text):
    assert rule(path, text) == []
