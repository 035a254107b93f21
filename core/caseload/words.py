"""Texts that people write, checked before they are kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from core.errors import InvalidChoice

LONGEST_REASON = 2_000
LONGEST_TEXT = 10_000
MOST_JSON = 60_000
"""Bytes of a policy or of a saved view."""


def checked(text: str, *, what: str, most: int, is_needed: bool = True) -> str:
    """Return a text without space around it; raises InvalidChoice for one that cannot be kept.

    >>> checked("  Called home. ", what="note", most=100)
    'Called home.'
    """
    found = text.strip()
    if is_needed and not found:
        raise InvalidChoice(f"The {what} is empty.", hint="Write it in a few words.")
    if len(found) > most:
        raise InvalidChoice(f"The {what} is too long.", hint=f"At most {most:,} characters.")
    if "\x00" in found or not _is_whole(found):
        raise InvalidChoice(
            f"The {what} holds characters that cannot be kept.", hint="Type it again rather than pasting it."
        )
    return found


def reason(text: str, *, of: str) -> str:
    """Return why something is done, on one line; raises InvalidChoice where it is not said."""
    return checked(" ".join(text.split()), what=f"reason for {of}", most=LONGEST_REASON)


def plain_json(value: Mapping[str, Any], *, what: str) -> str:
    """Return plain values as the one JSON text that stands for them.

    Raises InvalidChoice for what is not finite, has keys that are no texts, or is too large.
    """
    refused = InvalidChoice(
        f"The {what} cannot be kept.",
        hint=f"Only texts, finite numbers, true, false, lists and objects; {MOST_JSON:,} bytes at most.",
    )
    try:
        text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        is_same = json.loads(text) == value
    except (TypeError, ValueError, RecursionError):
        raise refused from None
    if not is_same or "\\u0000" in text or not _is_whole(text) or len(text.encode()) > MOST_JSON:
        raise refused
    return text


def _is_whole(text: str) -> bool:
    """Tell whether a text can be written in UTF-8: halves of characters cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
