"""432 files of every kind that schools export: read right, or the doubt is told; never silently wrong."""

import importlib.util
from pathlib import Path

import pytest

from core.sources.base import FileSpec
from core.sources.files.content import read_content
from core.sources.files.delimited import read_delimited
from core.sources.files.detect import open_text
from core.sources.files.limits import FileLimits

HERE = Path(__file__).parent


def _hostile():
    found = importlib.util.spec_from_file_location("hostile", HERE / "hostile.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _read(path):
    limits = FileLimits()
    spec = FileSpec(path=str(path))
    opened = open_text(read_content(spec, limits), spec)
    table = read_delimited(
        opened.text,
        opened.layout,
        delimiter=opened.format.delimiter,
        limits=limits,
        limit=None,
        progress=lambda fraction, words: None,
    )
    return opened.format, table.frame


def _rows(frame):
    plain = frame.astype(object).where(frame.notna(), None)
    return list(plain.itertuples(index=False, name=None))


@pytest.mark.parametrize("seed", [1, 2])
def test_every_mixture_of_encoding_delimiter_decimal_line_end_and_header_is_read_or_asked(tmp_path, seed):
    path = tmp_path / "export.csv"
    right, wrong_but_asked, silently_wrong = 0, [], []
    for made in _hostile().make_all(seed):
        path.write_bytes(made.data)
        found, frame = _read(path)
        same_names = not made.header or tuple(frame.columns) == made.names
        same_choices = (found.decimal, found.header) == (made.decimal, made.header)
        if same_names and same_choices and _rows(frame) == made.truth:
            right += 1
        else:
            (wrong_but_asked if found.doubts else silently_wrong).append(made.words)

    assert silently_wrong == []
    assert right >= 0.99 * 432, wrong_but_asked
