"""Plugin: of the modules that are not tests, collect only those with an example in them.

Collecting a module imports it; without this, looking for examples would import scikit-learn and
Streamlit, and would run ``pages/ui/shell.py``.
"""

from pathlib import Path


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out a module without an example; say nothing about folders and tests."""
    if collection_path.suffix != ".py" or collection_path.name.startswith("test_"):
        return None
    return None if ">>> " in collection_path.read_text(encoding="utf-8") else True
