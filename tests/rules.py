"""The house rules that no linter knows: each takes a source text and returns what is wrong with it.

``tests/test_architecture.py`` runs them over the project and shows for each that it can complain.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

MODULE_LINES, FUNCTION_LINES, PAGE_LINES, SHELL_LINES = 400, 40, 120, 60
SHELL = "pages/ui/shell.py"

BOUNDARIES = {SHELL, "core/api.py", "core/__main__.py"}
"""The only places that catch whatever comes."""

PAGE_LIBRARIES = {"streamlit", "plotly", "altair"}
PAGE_CORE = {"core.cache", "core.errors", "core.schema"}
APP_IMPORTS = {"streamlit", "starlette", "core.cache", "core.errors", "core.gate", "core.api", "pages.ui"}

VALUE_MODULES = {
    "actors",
    "card_files",
    "copies",
    "design_json",
    "grouped",
    "limits",
    "model_card",
    "model_choices",
    "model_json",
    "model_values",
    "own_places",
    "parquet",
    "preload",
    "request_json",
    "requests",
    "snapshots",
    "stated",
    "suggestions",
    "workspace",
}
"""Modules of the workflow that hold values and plumbing, not use cases: they act on nobody's behalf."""

RISKY_CALLS = {
    "eval": "runs text as code",
    "exec": "runs text as code",
    "pickle.load": "runs what a file says",
    "pickle.loads": "runs what a file says",
    "joblib.load": "runs what a file says",
    "pandas.read_pickle": "runs what a file says",
    "pd.read_pickle": "runs what a file says",
    "yaml.load": "runs what a file says",
    "components.html": "shows a text from outside as markup",
    "st.components.v1.html": "shows a text from outside as markup",
}
RISKY_OPTIONS = ("unsafe_allow_html", "unsafe_allow_javascript")

MACHINE_PATH = re.compile(r"/(?:wor[k]|far[m]|roo[t])/|/tmp/bash[_]jobs")


def size_of_module(path: str, text: str) -> list[str]:
    """Complain about a module, page or frame of the screen over its budget of lines."""
    lines = len(text.splitlines())
    limit = line_limit(path)
    return [f"{path}: {lines} lines, the limit is {limit}"] if lines > limit else []


def line_limit(path: str) -> int:
    """Return how many lines a file may have."""
    if path == SHELL:
        return SHELL_LINES
    is_page = path.startswith("pages/") and not path.startswith("pages/ui/")
    return PAGE_LINES if is_page else MODULE_LINES


def size_of_functions(path: str, text: str) -> list[str]:
    """Complain about functions with more than 40 lines of code; a docstring is free."""
    return [
        f"{path}:{node.lineno} {node.name}: {code_lines(node)} lines, the limit is {FUNCTION_LINES}"
        for node in functions(text)
        if code_lines(node) > FUNCTION_LINES
    ]


def functions(text: str) -> Iterator[FunctionNode]:
    """Give every function and method of a module."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, FunctionNode):
            yield node


def code_lines(node: FunctionNode) -> int:
    """Return the lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def broad_excepts(path: str, text: str) -> list[str]:
    """Complain where everything is caught outside the three boundaries."""
    if path in BOUNDARIES:
        return []
    found = [node.lineno for node in ast.walk(ast.parse(text)) if _catches_all(node)]
    return [f"{path}:{line} catches everything: name the exception" for line in found]


def _catches_all(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return node.type is None or _names_everything(node.type)
    is_suppress = isinstance(node, ast.Call) and _dotted(node.func).split(".")[-1] == "suppress"
    return is_suppress and any(_names_everything(kind) for kind in node.args)


def _names_everything(node: ast.expr) -> bool:
    kinds = node.elts if isinstance(node, ast.Tuple) else [node]
    return any(_dotted(kind) in {"Exception", "BaseException"} for kind in kinds)


def risky_calls(path: str, text: str) -> list[str]:
    """Complain about code run from text or files, and about markup from outside."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func)
        if name in RISKY_CALLS:
            found.append(f"{path}:{node.lineno} {name} {RISKY_CALLS[name]}")
        if name in {"st.html", "streamlit.html"} and not all(_is_literal(part) for part in node.args):
            found.append(f"{path}:{node.lineno} {name} shows a text that is not written here as markup")
        found += [
            f"{path}:{node.lineno} {option.arg} lets a text be markup"
            for option in node.keywords
            if option.arg in RISKY_OPTIONS
        ]
    return found


def _is_literal(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _dotted(node: ast.expr) -> str:
    """Return ``a.b.c`` of a name or attribute, and an empty text for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""


def page_imports(path: str, text: str) -> list[str]:
    """Complain when a page imports anything that computes: pages pick, ask core.cache, and show."""
    return _imports_outside(path, text, PAGE_LIBRARIES | PAGE_CORE | {"pages.ui"})


def app_imports(path: str, text: str) -> list[str]:
    """Complain when the launcher knows more than the gate and the doors."""
    return _imports_outside(path, text, APP_IMPORTS)


def _imports_outside(path: str, text: str, allowed: set[str]) -> list[str]:
    return [f"{path}:{line} imports {name}" for line, name in imports(text) if not _is_among(name, allowed)]


def _is_among(name: str, allowed: set[str]) -> bool:
    """Whether a module belongs to Python itself or to one of the allowed ones; testing tools never do."""
    if name.startswith("streamlit.testing"):
        return False
    known = any(name == module or name.startswith(f"{module}.") for module in allowed)
    return known or name.split(".", maxsplit=1)[0] in sys.stdlib_module_names


def imports(text: str) -> Iterator[tuple[int, str]]:
    """Give the line and the full name of everything that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def actor_first(path: str, text: str) -> list[str]:
    """Complain about a use case that does not take ``actor: Actor`` as its first argument."""
    if Path(path).stem in VALUE_MODULES:
        return []
    return [
        f"{path}:{node.lineno} {node.name} must take 'actor: Actor' first"
        for node in ast.parse(text).body
        if isinstance(node, FunctionNode) and not node.name.startswith("_") and not _takes_actor(node)
    ]


def _takes_actor(node: FunctionNode) -> bool:
    arguments = [*node.args.posonlyargs, *node.args.args]
    if not arguments or arguments[0].arg != "actor" or arguments[0].annotation is None:
        return False
    return ast.unparse(arguments[0].annotation).strip("'\"") == "Actor"


def undocumented(path: str, text: str) -> list[str]:
    """Complain about a module that does not say in its first sentence what it knows."""
    if not text.strip():
        return [f"{path}: is empty; a package holds a docstring"]
    return [] if ast.get_docstring(ast.parse(text)) else [f"{path}: the module has no docstring"]


def bare_packages(path: str, text: str) -> list[str]:
    """Complain about an ``__init__.py`` of core that holds more than its docstring."""
    if not path.endswith("__init__.py") or len(ast.parse(text).body) <= 1:
        return []
    return [f"{path}: holds more than a docstring; import the modules"]


def machine_paths(path: str, text: str) -> list[str]:
    """Complain about paths that exist on one machine only."""
    return [
        f"{path}:{number} names a path of one machine: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if MACHINE_PATH.search(line)
    ]


VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "service_impl"}


def vague_names(path: str, _text: str) -> list[str]:
    """Complain about a module that is named after nothing."""
    parts = Path(path).with_suffix("").parts
    return [f"{path}: '{part}' says nothing about what it holds" for part in parts if part in VAGUE_NAMES]


def median(numbers: Iterable[int]) -> float:
    """Return the middle one of the numbers, 0 without any."""
    ordered = sorted(numbers)
    middle = len(ordered) // 2
    if not ordered:
        return 0
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2
