"""Looking for a password everywhere that somebody may look: errors, provenance, files, logs."""

import traceback
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def in_folder(folder: Path, password: str) -> list[str]:
    """Return the files under a folder that hold the password, packed ones unpacked."""
    files = [place for place in folder.rglob("*") if place.is_file()]
    return [place.name for place in files if password.encode() in _content(place)]


def in_error(error: BaseException, password: str) -> list[str]:
    """Return where an error holds the password: its texts, its hint, those of its causes, the traceback."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        error = error.__cause__ or error.__context__
    texts = {
        f"{type(one).__name__}": f"{one} {one!r} {getattr(one, 'hint', '')} {getattr(one, '__notes__', '')}"
        for one in seen
    }
    texts["traceback"] = "".join(traceback.format_exception(seen[0]))
    return [name for name, text in texts.items() if password in text]


def in_texts(texts: Iterable[object], password: str) -> list[int]:
    """Return which of the things show the password in their text or repr."""
    return [place for place, text in enumerate(texts) if password in f"{text} {text!r}"]


def _content(place: Path) -> bytes:
    content = place.read_bytes()
    if place.suffix != ".parquet":
        return content
    table = pq.read_table(pa.BufferReader(content))
    return content + str(table.schema.metadata).encode() + repr(table.to_pydict()).encode()
