"""A published model as one JSON document, and what makes such a document one that may be used."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.errors import quoted
from core.registry.skops_models import TRUSTED
from core.registry.strict_json import Node, Unreadable, canonical, pretty, read_json

FORMAT = 3
"""The version of the layout."""
FAMILIES = tuple(TRUSTED)
"""The families that can be loaded: sums of columns as plain numbers, all others with a file beside."""
FILE = "model.skops"
"""The one file that a version may have beside it and is loaded; its SHA-256 stands in the content."""
KEYS = (
    "family",
    "request",
    "outcome",
    "schema",
    "recipe",
    "features",
    "left_out",
    "model",
    "calibration",
    "figures",
    "checks",
    "policy",
    "profile",
    "fairness",
    "choices",
    "trained_on",
    "versions",
    "publication",
)
"""What a model's content must hold."""
MOST_BYTES = 32 * 1024**2
ID = re.compile(r"[0-9a-f]{16}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_ENVELOPE = ("waymark_model", "sha256", "published_at", "content")


@dataclass(frozen=True)
class Bundle:
    """One published version; its content is plain values and decides its id."""

    sha256: str
    """Of the content in its canonical form; the time is not in it."""
    published_at: datetime
    """In UTC."""
    content: Mapping[str, Any] = field(repr=False)

    @property
    def id(self) -> str:
        """The 16 hexadecimal digits that name the version."""
        return self.sha256[:16]

    @property
    def file_sha256(self) -> str | None:
        """What the file beside it must hash to; None where all is in the content. Raises Unreadable."""
        node = Node(f"the model '{self.id}'", "$.content.model", self.content["model"])
        if not isinstance(node.value, dict) or "file" not in node.value:
            return None
        found = Node(node.what, f"{node.path}.file", node.value["file"]).fields(
            ("name", "sha256"), needed=("name", "sha256")
        )
        if found["name"].value != FILE or not _SHA256.fullmatch(found["sha256"].text()):
            raise node.error("names no file of a model", f"'{FILE}', with its SHA-256.")
        return found["sha256"].text()

    def check_file(self, content: bytes | None) -> None:
        """Do nothing if this is the file beside it as it was published; raises Unreadable."""
        expected = self.file_sha256
        if expected is None or (content and hashlib.sha256(content).hexdigest() == expected):
            return
        problem = "is missing" if content is None else "has another SHA-256"
        raise Unreadable(
            f"The model '{self.id}' is not what was published: its file '{FILE}' {problem}.",
            hint="Publish it again; the file was changed or damaged since.",
        )

    @property
    def node(self) -> Node:
        """The content, to be read with complaints that name their place."""
        return Node(f"the model '{self.id}'", "$.content", self.content)


def make_bundle(content: Mapping[str, Any], *, published_at: datetime) -> Bundle:
    """Return the version that plain values make; raises ValueError for NaN among them."""
    return Bundle(hashlib.sha256(canonical(content)).hexdigest(), published_at, content)


def bundle_bytes(bundle: Bundle) -> bytes:
    """Return a version as the file that ``read_bundle`` reads."""
    return pretty(
        {
            "waymark_model": FORMAT,
            "sha256": bundle.sha256,
            "published_at": bundle.published_at.isoformat(),
            "content": bundle.content,
        }
    )


def read_bundle(content: bytes, *, model: str) -> Bundle:
    """Return the version that a file holds under the id ``model``; raises Unreadable, in one sentence.

    Refused are other layouts and families, missing parts, and a content that does not make this id.
    """
    whole = read_json(content, what=f"the model '{model}'", most_bytes=MOST_BYTES)
    found = whole.fields(_first_look(whole), needed=_ENVELOPE)
    bundle = Bundle(
        hashlib.sha256(canonical(found["content"].value)).hexdigest(),
        _moment(found["published_at"]),
        found["content"].value,
    )
    if bundle.id != model or found["sha256"].value != bundle.sha256:
        raise Unreadable(
            f"The model '{model}' is not what was published: its content has another SHA-256.",
            hint="Publish it again; the file was changed or damaged since.",
        )
    _check_content(found["content"])
    return bundle


def check_id(model: str) -> str:
    """Return an id that can be one; raises Unreadable for anything else, so that no id is ever a path.

    >>> check_id("0123456789abcdef")
    '0123456789abcdef'
    """
    if not ID.fullmatch(model):
        raise Unreadable(
            f"'{model[:40]}' is no id of a model.", hint="An id is 16 digits and letters from a to f."
        )
    return model


def _first_look(whole: Node) -> tuple[str, ...]:
    """Return the keys of the layout that the file says it has; raises Unreadable for one not known."""
    version = whole.value.get("waymark_model") if isinstance(whole.value, dict) else None
    if type(version) is int and version != FORMAT:
        raise Unreadable(
            f"{whole.what.capitalize()} has the layout {version}, which is not known.",
            hint=f"This version of Waymark reads layout {FORMAT}: publish it again, or update Waymark.",
        )
    return _ENVELOPE


def _moment(node: Node) -> datetime:
    try:
        moment = datetime.fromisoformat(node.text(64))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise node.error("must be a time", "Like '2026-11-21T10:00:00+00:00'.")
    return moment


def _check_content(node: Node) -> None:
    """Do nothing if the content is that of a family that can be loaded, and nothing is missing."""
    family = node.value.get("family") if isinstance(node.value, dict) else None
    if isinstance(family, str) and family not in FAMILIES:
        raise Unreadable(
            f"{node.what.capitalize()} is of the family '{family[:40]}', which cannot be loaded.",
            hint=f"This version of Waymark loads {quoted(FAMILIES)}.",
        )
    node.fields(KEYS, needed=KEYS)["family"].text()
