"""Which tables lie under the folder of a connection; nothing outside it is ever named to Spark."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.errors import SourceError, TableNotFound, choices_hint

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".csv.gz": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".json.gz": "json",
    ".jsonl.gz": "json",
    ".parquet": "parquet",
}
HIDDEN = ("_", ".")
"""Spark's own marks and unfinished files begin so, and it reads none of them."""
MOST_DEEP = 6
MOST_FILES = 20_000
GLOB = frozenset("*?[]{}\\")
"""Spark reads these as patterns: a name that holds one is not a name to it."""


@dataclass(frozen=True)
class FileTable:
    """One table: files of one format."""

    name: str
    """The path under the connection's folder."""
    format: str
    """``csv``, ``json`` or ``parquet``."""
    files: tuple[Path, ...]
    """In the order of their names."""
    folder: Path
    is_folder: bool

    @property
    def is_partitioned(self) -> bool:
        """Whether folders named ``column=value`` hold one more column."""
        return any("=" in part for file in self.files for part in file.relative_to(self.folder).parts[:-1])


def file_tables(folder: str) -> tuple[FileTable, ...]:
    """Return the tables under a folder, by name; raises SourceError where it cannot be read."""
    root = root_of(folder)
    return tuple(sorted(_tables_in(root, root, 0), key=lambda table: table.name))


def require_table(name: str, tables: tuple[FileTable, ...], *, connection: str) -> FileTable:
    """Return the table of this very name; raises TableNotFound: paths, patterns and links are no names."""
    for table in tables:
        if table.name == name:
            return table
    names = [table.name for table in tables]
    raise TableNotFound(f"'{connection}' has no table '{name}'.", hint=choices_hint(name, names))


def root_of(folder: str) -> Path:
    """Return the folder, absolute and without links; raises SourceError where there is none."""
    root = Path(folder).expanduser()
    try:
        found = root.resolve(strict=True)
        if found.is_dir() and os.access(found, os.R_OK | os.X_OK):
            return found
    except OSError:
        pass
    raise SourceError(
        f"The folder '{root.name}' of the Spark connection does not exist or cannot be read.",
        hint="Check 'folder' of the connection.",
        retry=True,
    )


def _tables_in(folder: Path, root: Path, depth: int) -> Iterator[FileTable]:
    """Give the tables of a folder: the folder itself, or its files and those of its own folders."""
    files, folders = _content(folder, root)
    named = {path for path in folders if "=" in path.name}
    formats = {format_of(file) for file in files}
    if folder != root and (len(formats) == 1 or (named and not files)):
        found = (*files, *(file for path in sorted(named) for file in _files_below(path, root, depth)))
        kinds = {format_of(file) for file in found}
        if len(kinds) == 1:
            yield _table(folder, root, found, kinds.pop(), is_folder=True)
            files, folders = [], [path for path in folders if path not in named]
    for file in files:
        yield _table(file, root, (file,), format_of(file), is_folder=False)
    if depth < MOST_DEEP:
        for path in folders:
            yield from _tables_in(path, root, depth + 1)


def _files_below(folder: Path, root: Path, depth: int) -> Iterator[Path]:
    """Give the files of a folder ``column=value`` and of those in it."""
    files, folders = _content(folder, root)
    yield from files
    if depth < MOST_DEEP:
        for path in folders:
            if "=" in path.name:
                yield from _files_below(path, root, depth + 1)


def _content(folder: Path, root: Path) -> tuple[list[Path], list[Path]]:
    """Return data files and folders in a folder, by name, without what leads out of the root."""
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return [], []
    kept = [path for path in entries if _is_ours(path, root)]
    files = [path for path in kept if path.is_file() and format_of(path)]
    return files, [path for path in kept if path.is_dir() and not path.is_symlink()]


def _is_ours(path: Path, root: Path) -> bool:
    """Whether a path is shown: not hidden, no pattern, and its end lies under the root."""
    if path.name.startswith(HIDDEN) or GLOB & set(str(path.relative_to(root))):
        return False
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except OSError:
        return False


def format_of(path: Path) -> str:
    """Return the format that a name's ending means, empty for none of ours."""
    name = path.name.casefold()
    endings = (ending for ending in FORMATS if name.endswith(ending))
    return FORMATS.get(max(endings, key=len, default=""), "")


def _table(path: Path, root: Path, files: tuple[Path, ...], kind: str, *, is_folder: bool) -> FileTable:
    if len(files) > MOST_FILES:
        raise SourceError(
            f"The folder '{path.name}' holds {len(files):,} files, more than {MOST_FILES:,}.",
            hint="Let Spark write them anew into fewer files.",
        )
    name = path.relative_to(root).as_posix()
    return FileTable(name, kind, files, path if is_folder else path.parent, is_folder)
