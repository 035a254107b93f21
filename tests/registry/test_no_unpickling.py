"""No code path of the product can unpickle: the modules that could are not even imported."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOADERS = {
    "pickle",
    "_pickle",
    "cPickle",
    "cloudpickle",
    "dill",
    "joblib",
    "shelve",
    "marshal",
    "skops",
    "jsonpickle",
}
"""Modules whose loading runs what a file says; pickletools only lists it."""
CALLS = {"read_pickle", "Unpickler", "loads_pickle"}


def unpickling(path, text):
    """Return each place of a module that could unpickle something."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            names = [node.value] if node.value in LOADERS else []
        else:
            names = []
        found += [f"{path}:{node.lineno} {name}" for name in names if name.split(".")[0] in LOADERS]
        if isinstance(node, ast.Attribute) and node.attr in CALLS:
            found.append(f"{path}:{node.lineno} {node.attr}")
        if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
            found.append(f"{path}:{node.value.lineno} allow_pickle")
    return found


def product():
    places = [
        *ROOT.glob("core/**/*.py"),
        *ROOT.glob("pages/**/*.py"),
        *ROOT.glob("deploy/**/*.py"),
        ROOT / "app.py",
    ]
    return [place for place in places if "__pycache__" not in place.parts]


def test_nothing_in_the_product_can_unpickle():
    places = product()

    assert len(places) > 200
    assert [said for place in places for said in unpickling(place.name, place.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "import pickle",
        "from pickle import loads as read",
        "def f():\n    import joblib",
        "from joblib.numpy_pickle import load",
        "import skops.io",
        "__import__('pickle')",
        "importlib.import_module('cloudpickle')",
        "pd.read_pickle(place)",
        "np.load(place, allow_pickle=True)",
    ],
)
def test_a_text_that_could_unpickle_is_seen(text):
    assert unpickling("a.py", text)


def test_reading_about_pickles_is_no_unpickling():
    assert unpickling("a.py", "import pickletools\nimport json\nreason = 'a Python pickle'") == []
