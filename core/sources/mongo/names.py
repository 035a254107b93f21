"""How the keys of a document are shown as the name of one column, so that each name means one path."""

from __future__ import annotations

import json

from core.sources.mongo.shape import Path

COUNT = ".count"
"""Behind the name of an array: how many elements it has."""


def shown(path: Path) -> str:
    r"""Return the name of a path; keys that could be mistaken stand quoted in brackets.

    >>> shown((b"address", b"city")), shown((b"a.b", b"$c"))
    ('address.city', '["a.b"].["$c"]')
    """
    return ".".join(_key(key) for key in path)


def quoted_key(key: bytes) -> str:
    """Return a key in brackets."""
    return f"[{json.dumps(_text(key), ensure_ascii=False)}]"


def is_plain(key: bytes) -> bool:
    """Whether the server's short way of naming a field (``$address``) can name this key."""
    text = _text(key)
    return bool(text) and not text.startswith("$") and "." not in text and "\ufffd" not in text


def _key(key: bytes) -> str:
    return _text(key) if is_plain(key) and not key.startswith(b'["') else quoted_key(key)


def _text(key: bytes) -> str:
    return key.decode("utf-8", "replace")


def text_of(key: bytes) -> str:
    """Return a key as the server takes it."""
    return _text(key)
