"""Writes small files and loads them."""

import pytest

from core.sources.base import FileSpec
from core.sources.files.limits import FileLimits
from core.sources.files.source import FileSource


@pytest.fixture
def source_of(tmp_path):
    """A source over a file with this content; the other arguments go into its FileSpec."""

    def make(content, name="marks.csv", limits=None, **settings):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return FileSource(FileSpec(path=str(path), **settings), limits or FileLimits())

    return make


@pytest.fixture
def load(source_of):
    """The dataset in the first table of a file with this content."""

    def read(content, name="marks.csv", limits=None, columns=None, limit=None, kinds=None, **settings):
        source = source_of(content, name, limits, **settings)
        return source.load(source.tables()[0], columns=columns, limit=limit, kinds=kinds)

    return read
