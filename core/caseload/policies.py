"""Versions of a list's cut and of its number of segments: saved, undone, expired, never overwritten."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.caseload import words
from core.caseload.deeds import Deed
from core.caseload.listed import ListState, pack_state, unpack, unpack_state
from core.caseload.store import Store, Writing
from core.caseload.tables import LONGEST_ID, list_states
from core.caseload.tables import policies as table
from core.errors import AppError, Conflict, InvalidChoice

_BRIEF = [column for column in table.c if column.name not in {"listed", "scope", "kind"}]


class PolicyKind(StrEnum):
    """What is decided."""

    CUT = "cut"
    """Who is on the at-risk list."""
    SEGMENTS = "segments"
    """Into how many segments the students are put."""


@dataclass(frozen=True)
class PolicyPlace:
    """What a policy is for: a list, and what is decided about it."""

    scope: str
    """What decides the list: a digest of its table, outcome and model, as text."""
    kind: PolicyKind

    def __post_init__(self) -> None:
        words.checked(self.scope, what="scope of the list", most=LONGEST_ID)


@dataclass(frozen=True)
class PolicyVersion:
    """One saved version; an undo is a version too."""

    number: int
    """From 1."""
    policy: Mapping[str, Any]
    author: str
    reason: str
    saved_at: datetime
    expires_on: date | None
    """The last day, in UTC, on which it is current."""
    undoes: int | None
    """The version that this one undid."""
    restores: int | None
    """The version that this one brought back."""
    n_listed: int | None
    """How many were on the list when it was saved; None where that was not told."""
    state: str | None = field(repr=False)
    """Names the students and risks it was saved with."""
    undone_by: int | None = None
    """The version that undid this one."""

    def has_expired(self, now: datetime) -> bool:
        """Whether its last day is over."""
        return self.expires_on is not None and now.astimezone(UTC).date() > self.expires_on

    def describe(self) -> str:
        """Return who did what when and why, in one sentence."""
        did = f"undid version {self.undoes} and restored version {self.restores}" if self.undoes else "saved"
        until = f", until {self.expires_on}" if self.expires_on else ""
        when = f"{self.saved_at:%Y-%m-%d %H:%M} UTC"
        return f"Version {self.number}: {self.author} {did} on {when}{until}: {self.reason}"


@dataclass(frozen=True)
class Current:
    """The policy that counts now, or why there is none."""

    version: PolicyVersion | None
    """The last one, also when it has expired."""
    why_empty: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether no policy counts now."""
        return bool(self.why_empty)

    @property
    def policy(self) -> Mapping[str, Any] | None:
        """The policy that counts now; None where there is none."""
        return None if self.is_empty or self.version is None else self.version.policy

    @property
    def number(self) -> int:
        """The number to give as ``expecting`` for the next change; 0 where nothing was saved yet."""
        return self.version.number if self.version else 0


def history(store: Store, place: PolicyPlace) -> tuple[PolicyVersion, ...]:
    """Return every version, the oldest first."""
    with store.reading() as connection:
        return _history(connection, place)


def current(store: Store, place: PolicyPlace, *, now: datetime) -> Current:
    """Return the policy that counts now; one that has expired no longer does."""
    found = history(store, place)
    what = "number of segments" if place.kind is PolicyKind.SEGMENTS else "cut"
    if not found:
        return Current(None, f"No {what} has been saved for this list.")
    last = found[-1]
    if last.has_expired(now):
        return Current(
            last,
            f"The {what} that {last.author} saved as version {last.number} expired on {last.expires_on}: "
            "it no longer counts.",
        )
    return Current(last)


def save(
    store: Store,
    place: PolicyPlace,
    policy: Mapping[str, Any],
    *,
    expecting: int,
    deed: Deed,
    expires_on: date | None = None,
    state: ListState | None = None,
) -> PolicyVersion:
    """Keep a further version and return it; ``expecting`` is the number of the last one that was seen.

    Raises InvalidChoice for a missing reason or a day that is over; Conflict, with the last PolicyVersion
    as ``now``, where somebody saved another one meanwhile: nothing is written then.
    """
    signed = replace(deed, why=words.reason(deed.why, of=f"the {place.kind}"))
    content = words.plain_json(policy, what="policy")
    _check_day(expires_on, deed)
    packed = pack_state(state) if state is not None else None
    with store.writing() as writing:
        found = _expected(writing, place, expecting)
        row = _row(place, len(found) + 1, content, signed, expires_on=expires_on)
        if state is not None and packed is not None:
            _keep_state(writing, packed.digest, len(state.student_ids), packed.student_ids, packed.risks)
            row |= {"n_listed": state.n_listed, "listed": packed.listed, "state": packed.digest}
        _write(writing, place, row, signed, what="saved a policy")
    return _version(row)


def undo(store: Store, place: PolicyPlace, *, expecting: int, deed: Deed) -> PolicyVersion:
    """Bring back exactly the version before the last, as a further version, and return it.

    Raises InvalidChoice for a missing reason, AppError where there is none before, Conflict as ``save``.
    """
    signed = replace(deed, why=words.reason(deed.why, of="undoing it"))
    with store.writing() as writing:
        found = _expected(writing, place, expecting)
        steps = _stack(found)
        if len(steps) < 2:
            raise AppError(
                "There is no earlier version to go back to.",
                hint="At least two versions must have been saved.",
            )
        last, before = steps[-1], steps[-2]
        stored = _stored(writing.connection, place, before)
        row = {
            **_row(place, len(found) + 1, stored["policy"], signed),
            **{name: stored[name] for name in ("expires_on", "n_listed", "listed", "state")},
            "undoes": last,
            "restores": before,
        }
        _write(writing, place, row, signed, what="undid a policy")
    return _version(row)


def listed_ids(store: Store, place: PolicyPlace, number: int) -> tuple[str, ...]:
    """Return who was on the list when a version was saved, in the order of the ids; raises InvalidChoice."""
    with store.reading() as connection:
        content = _stored(connection, place, number)["listed"]
    return unpack(content) if content is not None else ()


def state_of(store: Store, place: PolicyPlace, number: int) -> ListState | None:
    """Return who was in the data and on the list when a version was saved; None where that was not kept."""
    with store.reading() as connection:
        stored = _stored(connection, place, number)
        if stored["state"] is None:
            return None
        asked = sa.select(list_states).where(list_states.c.digest == stored["state"])
        found = connection.execute(asked).one()
    return unpack_state(found.student_ids, found.risks, stored["listed"])


def _history(connection: sa.Connection, place: PolicyPlace) -> tuple[PolicyVersion, ...]:
    asked = sa.select(*_BRIEF).where(*_here(place)).order_by(table.c.number)
    found = [_version(dict(row)) for row in connection.execute(asked).mappings()]
    undone = {one.undoes: one.number for one in found if one.undoes}
    return tuple(replace(one, undone_by=undone.get(one.number)) for one in found)


def _version(row: Mapping[str, Any]) -> PolicyVersion:
    fields = {name: row[name] for name in row if name not in {"scope", "kind", "listed"}}
    return PolicyVersion(**{**fields, "policy": json.loads(row["policy"])})


def _stack(found: tuple[PolicyVersion, ...]) -> list[int]:
    """Return the versions that can be gone back to, the one whose content counts now last."""
    steps: list[int] = []
    for version in found:
        if version.undoes is None:
            steps.append(version.number)
        else:
            steps.pop()
    return steps


def _expected(writing: Writing, place: PolicyPlace, expecting: int) -> tuple[PolicyVersion, ...]:
    """Return the versions, if the last one is the one that was seen; raises Conflict."""
    found = _history(writing.connection, place)
    if expecting == len(found):
        return found
    if not found:
        raise InvalidChoice(
            f"There is no version {expecting} of this policy.", hint="Nothing has been saved yet: expect 0."
        )
    last = found[-1]
    raise Conflict(
        f"Somebody else changed the {place.kind} meanwhile: version {last.number} is by {last.author}, "
        f"and you had seen version {expecting}.",
        now=last,
        hint="Look at both and decide; nothing was written.",
    )


def _check_day(expires_on: date | None, deed: Deed) -> None:
    if expires_on is not None and expires_on < deed.day:
        raise InvalidChoice(
            f"A policy cannot expire on {expires_on}: that day is over.",
            hint="Choose today or later, or no day.",
        )


def _row(
    place: PolicyPlace,
    number: int,
    content: str,
    deed: Deed,
    *,
    expires_on: date | None = None,
) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(column.name for column in table.c)
    return row | {
        "scope": place.scope,
        "kind": str(place.kind),
        "number": number,
        "policy": content,
        "author": deed.who,
        "reason": deed.why,
        "saved_at": deed.at,
        "expires_on": expires_on,
    }


def _write(writing: Writing, place: PolicyPlace, row: dict[str, Any], deed: Deed, *, what: str) -> None:
    writing.connection.execute(table.insert(), row)
    writing.audit.add(
        deed,
        what,
        scope=place.scope,
        kind=str(place.kind),
        version=row["number"],
        policy=json.loads(row["policy"]),
        undoes=row["undoes"],
        restores=row["restores"],
        expires_on=str(row["expires_on"] or ""),
    )


def _keep_state(writing: Writing, digest: str, n_students: int, ids: bytes, risks: bytes) -> None:
    """Keep the students and their risks, unless an earlier version was saved with the same."""
    known = sa.select(list_states.c.digest).where(list_states.c.digest == digest)
    if writing.connection.execute(known).first() is None:
        row = {"digest": digest, "n_students": n_students, "student_ids": ids, "risks": risks}
        writing.connection.execute(list_states.insert(), row)


def _stored(connection: sa.Connection, place: PolicyPlace, number: int) -> Mapping[str, Any]:
    asked = sa.select(table).where(*_here(place), table.c.number == number)
    found = connection.execute(asked).mappings().first()
    if found is None:
        raise InvalidChoice(
            f"There is no version {number} of this policy.", hint="Choose one of its history."
        )
    return dict(found)


def _here(place: PolicyPlace) -> tuple[sa.ColumnElement[bool], ...]:
    return table.c.scope == place.scope, table.c.kind == str(place.kind)
