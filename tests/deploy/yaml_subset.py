"""Read the plain YAML that ``compose.yaml`` is written in; whatever goes beyond it is an error, not a guess.

Block mappings, block lists of scalars, one-line lists in JSON's form, ``{}``; no anchors, no folded text.
"""

import json
import re
from typing import Any

KEY = re.compile(r"([A-Za-z_][\w.-]*):(?: (.+))?")
UNSAFE = re.compile(
    r"^[&*!|>%@`]|: | #|^(?:yes|no|on|off|true|false|null|~)$|^[+-]?(?:\d[\d_]*\.?\d*|\.\d+)$", re.IGNORECASE
)
"""What YAML would read as something other than these very words."""


def parse(text: str) -> dict[str, Any]:
    """Return the file's mapping; raises ValueError with the line that is not plain."""
    lines = [
        (len(line) - len(line.lstrip()), line.strip())
        for line in text.splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    found, rest = _block(lines, 0)
    if rest or not isinstance(found, dict):
        raise ValueError(f"not plain: {rest[:1]}")
    return found


Lines = list[tuple[int, str]]


def _block(lines: Lines, depth: int) -> tuple[Any, Lines]:
    """Return the mapping or the list that begins here, and the lines after it."""
    if lines[0][1].startswith("- "):
        items = []
        while lines and lines[0][0] == depth and lines[0][1].startswith("- "):
            items.append(_scalar(lines[0][1][2:]))
            lines = lines[1:]
        return items, lines
    found: dict[str, Any] = {}
    while lines and lines[0][0] == depth:
        key = KEY.fullmatch(lines[0][1])
        if key is None or key[1] in found:
            raise ValueError(f"not plain, or twice: {lines[0][1]!r}")
        lines = lines[1:]
        if key[2] is not None:
            found[key[1]] = _scalar(key[2])
        elif lines and lines[0][0] > depth:
            found[key[1]], lines = _block(lines, lines[0][0])
        else:
            raise ValueError(f"no value: {key[1]!r}")
    if lines and lines[0][0] > depth:
        raise ValueError(f"indented by surprise: {lines[0][1]!r}")
    return found, lines


def _scalar(text: str) -> Any:
    if text[0] in '"[{':
        return json.loads(text)
    if text == "true":
        return True
    if re.fullmatch(r"[1-9]\d*", text):
        return int(text)
    if UNSAFE.search(text):
        raise ValueError(f"write it in quotes: {text!r}")
    return text
