"""Which version is in use: one small file, changed at one stroke, with who changed it, when and why."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from core.errors import AppError
from core.registry import store
from core.registry.bundle import Bundle, check_id
from core.registry.strict_json import Node, Unreadable, pretty, read_json

FILE = "active.json"
MOST_BYTES = 8 * 1024**2
MOST_EVENTS = 20_000
LONGEST_REASON = 2_000
_WHAT = "the list of active models"
_EVENT = ("at", "who", "why", "act", "model")


class Act(StrEnum):
    """What was done."""

    PROMOTED = "promoted"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True)
class Event:
    """One change of the version in use."""

    at: datetime
    """In UTC."""
    who: str
    why: str
    act: Act
    model: str
    """The id of the version that was in use from then on."""


@dataclass(frozen=True)
class Active:
    """The version in use and how it came to be; made by ``state``."""

    history: tuple[Event, ...] = ()
    """The oldest first."""

    @property
    def stack(self) -> tuple[str, ...]:
        """The versions that can be gone back to, the one in use last."""
        found: list[str] = []
        for event in self.history:
            if event.act is Act.PROMOTED:
                found.append(event.model)
            else:
                found = found[:-1]
        return tuple(found)

    @property
    def model(self) -> str | None:
        """The id of the version in use; None where there is none."""
        return self.stack[-1] if self.stack else None

    @property
    def before(self) -> str | None:
        """The version that a roll back leads to; None where there is none."""
        return self.stack[-2] if len(self.stack) > 1 else None


def state(folder: Path) -> Active:
    """Return which version is in use; raises Unreadable for a file that is not as it was written."""
    try:
        with (folder / FILE).open("rb") as source:
            content = source.read(MOST_BYTES + 1)
    except FileNotFoundError:
        return Active()
    except OSError as error:
        raise AppError(f"{_WHAT.capitalize()} cannot be read.", hint="Check its permissions.") from error
    whole = read_json(content, what=_WHAT, most_bytes=MOST_BYTES)
    found = whole.fields(("waymark_active", "history"), needed=("waymark_active", "history"))
    found["waymark_active"].whole(1, 1)
    return Active(tuple(_event(node) for node in found["history"].items(MOST_EVENTS)))


def active_bundle(folder: Path) -> Bundle:
    """Return the version in use; raises Unreadable where there is none, or where it is not as published."""
    return store.load(folder, active_id(folder))


def active_id(folder: Path) -> str:
    """Return the id of the version in use; raises Unreadable where there is none."""
    model = state(folder).model
    if model is None:
        raise Unreadable(
            "No model is in use yet.", hint="Publish one on Train and promote it, or name one by its id."
        )
    return model


def promote(folder: Path, model: str, *, who: str, why: str, at: datetime) -> Active:
    """Let a version be the one in use; raises Unreadable for one that cannot be used: nothing changes."""
    store.load(folder, model)
    with _held(folder):
        now = state(folder)
        if now.model == model:
            raise AppError(f"The model '{model}' is in use already.", hint="Choose another one to promote.")
        return _turned(folder, now, Event(at, who, why, Act.PROMOTED, model))


def roll_back(folder: Path, *, who: str, why: str, at: datetime) -> Active:
    """Let the version that was in use before be in use again; raises AppError where there is none.

    Raises Unreadable where that one cannot be used: the present one then serves on.
    """
    with _held(folder):
        now = state(folder)
        if now.before is None:
            raise AppError(
                "There is no earlier model to go back to.",
                hint="At least two models must have been promoted.",
            )
        store.load(folder, now.before)
        return _turned(folder, now, Event(at, who, why, Act.ROLLED_BACK, now.before))


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """Let nobody else change the version in use meanwhile; raises AppError where it cannot be changed."""
    with ExitStack() as stack:
        try:
            stack.enter_context(store.held(folder))
        except OSError as error:
            raise AppError(
                f"The active model could not be changed: {error.strerror or error}.",
                hint="This program must be allowed to write into the workspace.",
            ) from error
        yield


def _turned(folder: Path, now: Active, event: Event) -> Active:
    """Write the next state whole and put it in place at one stroke."""
    after = Active((*now.history, event))
    if len(after.history) > MOST_EVENTS:
        raise AppError("The history of active models is full.", hint=f"Move '{FILE}' away and start anew.")
    draft = folder / f"{store.DRAFT}{secrets.token_hex(8)}"
    try:
        store.write_durably(
            draft, pretty({"waymark_active": 1, "history": [_written(e) for e in after.history]})
        )
        draft.replace(folder / FILE)
        store.make_durable(folder)
    except OSError as error:
        raise AppError(
            f"The active model could not be changed: {error.strerror}.", hint="Is the disk full?"
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return after


def _written(event: Event) -> dict[str, Any]:
    return {
        "at": event.at.isoformat(),
        "who": event.who,
        "why": event.why,
        "act": str(event.act),
        "model": event.model,
    }


def _event(node: Node) -> Event:
    found = node.fields(_EVENT, needed=_EVENT)
    try:
        at = datetime.fromisoformat(found["at"].text(64))
    except ValueError:
        raise found["at"].error("must be a time", "Like '2026-11-21T10:00:00+00:00'.") from None
    return Event(
        at=at,
        who=found["who"].text(),
        why=found["why"].text(),
        act=found["act"].choice(Act),
        model=check_id(found["model"].text()),
    )
