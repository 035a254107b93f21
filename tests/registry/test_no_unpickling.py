"""No code path of the product can unpickle: the modules that could are not even imported.

Files of estimators are read by skops in one module, which makes nothing but the types of a fixed list; an
audit hook sees that no pickle is opened on that road either.
"""

import ast
import subprocess
import sys
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
READS_ESTIMATORS = "core/registry/skops_models.py"
"""The one module that may import skops."""
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
    found = [
        said
        for place in places
        for said in unpickling(place.relative_to(ROOT).as_posix(), place.read_text("utf-8"))
    ]
    assert {said.rsplit(" ", 1)[-1] for said in found if said.startswith(READS_ESTIMATORS)} <= {
        "skops",
        "skops.io._protocol",
    }
    assert [said for said in found if not said.startswith(READS_ESTIMATORS)] == []


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


WATCHED = """
import sys
opened = []
watched = ("pickle.", "marshal.loads")
sys.addaudithook(lambda event, _: opened.append(event) if event.startswith(watched) else None)
import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from core.registry.skops_models import read_estimator, write_estimator
rng = np.random.default_rng(0)
x, y = rng.normal(size=(80, 3)), rng.integers(0, 2, 80).astype(float)
models = {
    "random_forest": RandomForestClassifier(3, random_state=0),
    "gradient_boosting": HistGradientBoostingClassifier(max_iter=3),
}
files = {name: write_estimator(name, model.fit(x, y)) for name, model in models.items()}
for name, content in files.items():
    read_estimator(name, content, width=3, what="the model")
del opened[:]
for name, content in files.items():
    read_estimator(name, content, width=3, what="the model").predict_proba(x)
print(opened)
import pickle
pickle.loads(pickle.dumps(np.float64))
print(sorted(set(opened)))
"""


def test_reading_an_estimator_opens_no_pickle_and_the_hook_would_have_seen_one():
    run = subprocess.run([sys.executable, "-c", WATCHED], cwd=ROOT, capture_output=True, text=True)

    assert run.stdout.splitlines() == ["[]", "['pickle.find_class']"], run.stderr
