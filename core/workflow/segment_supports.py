"""Where a segment leads: which barriers its students share, and what the school's list offers for them.

A table does not tell which end of a column is the hard one, so the school says it: each line of its list
states a barrier as a condition, such as ``work_hours > 15``, and a support for whom it holds.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.caseload.access import Action, Actor, require
from core.eda.withholding import withheld
from core.errors import AppError, BadFile, ModelError, TooLarge, choices_hint, quoted
from core.features.dictionary import in_sentence, plain_label
from core.features.outcome import Outcome, parse_outcome
from core.schema import MODEL_ROLES, Schema
from core.settings import Settings
from core.sources.base import Progress, silent
from core.workflow.cohort import cohort_of
from core.workflow.requests import TrainingRequest
from core.workflow.segmenting import Segments

COLUMNS = ("barrier", "support", "who", "contact")
FILE = "supports.csv"
DEMO_FILE = Path(__file__).parents[2] / "data" / FILE
MOST_BYTES, MOST_LINES, MOST_BARRIERS, MOST_LETTERS = 256 * 1024, 500, 60, 300
MORE_OFTEN = 1.25
"""A barrier is shared by a segment if so many times as many have it there as of all students,"""
AT_LEAST = 0.25
"""and this fraction of the segment at least."""

Shares = NDArray[np.float64]


@dataclass(frozen=True)
class Support:
    """One line of the school's list."""

    barrier: str
    """The condition, as it was written."""
    support: str
    who: str
    contact: str
    line: int


@dataclass(frozen=True, eq=False)
class SupportsBySegment:
    """The barriers of each segment at every K, and the supports for them."""

    offered: tuple[Support, ...]
    barriers: tuple[tuple[str, str], ...]
    """Each barrier that fits this table: the condition, and the same in words."""
    notes: tuple[str, ...]
    """Lines that do not fit this table, and why; and what is made up."""
    why_empty: str = ""
    _shares: dict[int, Shares] = field(default_factory=dict, repr=False)
    """By K: of shape (k, barriers); NaN where withheld."""
    _everyone: Shares = field(default_factory=lambda: np.empty(0), repr=False)
    _keys: dict[int, tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def is_empty(self) -> bool:
        """Whether no barrier of the list fits this table."""
        return not self.barriers

    def frame(self, k: int, key: str) -> pd.DataFrame:
        """Return one row a barrier of the segment, the most shared first.

        Columns: barrier, words, share, everyone (both in [0, 1], of students of whom it is known; NaN where
        withheld for fewer than 10 students), times, is_shared. Empty for a key that is not at that K.
        """
        names = ["barrier", "words", "share", "everyone", "times", "is_shared"]
        if key not in self._keys.get(k, ()):
            return pd.DataFrame(columns=names)
        share = self._shares[k][self._keys[k].index(key)]
        with np.errstate(invalid="ignore", divide="ignore"):
            times = np.where(self._everyone > 0, share / self._everyone, np.nan)
        shared = (times >= MORE_OFTEN) & (share >= AT_LEAST)
        columns = {"share": share, "everyone": self._everyone, "times": times, "is_shared": shared}
        frame = pd.DataFrame(self.barriers, columns=names[:2]).assign(**columns)
        return frame.sort_values(
            ["is_shared", "times", "barrier"], ascending=[False, False, True], ignore_index=True
        )

    def supports(self, k: int, key: str) -> pd.DataFrame:
        """Return the supports for the shared barriers: words, share, support, who, contact."""
        found = self.frame(k, key)
        shared = found[found["is_shared"].astype(bool)]
        rows = [
            (barrier.words, barrier.share, one.support, one.who, one.contact)
            for barrier in shared.itertuples()
            for one in self.offered
            if one.barrier == barrier.barrier
        ]
        return pd.DataFrame(rows, columns=["words", "share", "support", "who", "contact"])


def supports_by_segment(
    actor: Actor,
    request: TrainingRequest,
    segments: Segments,
    *,
    settings: Settings,
    progress: Progress | None = None,
) -> SupportsBySegment:
    """Return the barriers and supports of every segment at every K.

    The list is ``supports.csv`` of the workspace; the demo school has one of its own. Without a list, and
    where no line fits, the result is empty and says why. Raises BadFile, TooLarge,
    ModelError, and as ``students``.
    """
    require(actor, Action.SEGMENT, synthetic=request.table.is_demo)
    report = progress or silent
    report(0.0, "Reading the list of supports")
    offered = school_supports(actor, request, settings=settings)
    if not offered:
        hint = f"There is no list of supports yet: put '{FILE}' into the workspace folder."
        return SupportsBySegment((), (), (), why_empty=hint)
    table = cohort_of(actor, request, settings=settings).table
    report(0.3, "Looking for barriers that are shared")
    return _found(offered, table.collect(), table.schema, segments, is_demo=request.table.is_demo)


def school_supports(actor: Actor, request: TrainingRequest, *, settings: Settings) -> tuple[Support, ...]:
    """Return the lines of the list that holds for these students; none without a list.

    Raises BadFile, TooLarge.
    """
    require(actor, Action.SEGMENT, synthetic=request.table.is_demo)
    place = settings.workspace / FILE
    if not place.is_file():
        if not request.table.is_demo:
            return ()
        place = DEMO_FILE
    try:
        with place.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(f"'{place.name}' cannot be read.", hint="Check who may read it.") from error
    return _read(content, name=place.name)


def _read(content: bytes, *, name: str) -> tuple[Support, ...]:
    if len(content) > MOST_BYTES:
        raise TooLarge(
            f"'{name}' is larger than {MOST_BYTES // 1024} KiB.", hint="A list of supports is a short table."
        )
    try:
        text = content.decode("utf-8-sig")
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except UnicodeDecodeError as error:
        raise BadFile(f"'{name}' is not UTF-8 text.", hint="Save it as CSV in UTF-8.") from error
    except csv.Error as error:
        raise BadFile(
            f"'{name}' cannot be read as CSV.", hint='Quotes inside a quoted cell are doubled: "".'
        ) from error
    _check_columns(rows[0] if rows else [], name)
    lines = [(i, row) for i, row in enumerate(rows[1:], start=2) if any(cell.strip() for cell in row)]
    if len(lines) > MOST_LINES:
        raise TooLarge(f"'{name}' has more than {MOST_LINES} lines.", hint="Keep what the school offers now.")
    places = [_tidy(rows[0]).index(column) for column in COLUMNS]
    return _without_repeats([_support(i, row, places, name) for i, row in lines], name)


def _tidy(cells: Iterable[str]) -> list[str]:
    return [cell.strip().casefold() for cell in cells]


def _check_columns(header: Sequence[str], name: str) -> None:
    found = _tidy(header)
    missing = [column for column in COLUMNS if column not in found]
    if missing:
        raise BadFile(f"'{name}' lacks {quoted(missing)}.", hint=f"Its first line is: {','.join(COLUMNS)}")
    unknown = [cell for cell in found if cell not in COLUMNS]
    twice = [column for column in COLUMNS if found.count(column) > 1]
    if unknown or twice:
        first = (unknown or twice)[0]
        why = "is not one of its columns" if unknown else "stands there twice"
        hint = choices_hint(first, COLUMNS) if unknown else "Delete one of the two."
        raise BadFile(f"'{first}' {why} in '{name}'.", hint=hint)


def _support(line: int, row: Sequence[str], places: Sequence[int], name: str) -> Support:
    if len(row) != len(COLUMNS):
        raise BadFile(
            f"Line {line} of '{name}' has {len(row)} cells, not {len(COLUMNS)}.",
            hint="A cell with a comma in it stands in quotes.",
        )
    cells = [" ".join(row[place].split()) for place in places]
    for column, cell in zip(COLUMNS, cells, strict=True):
        if not cell and column in {"barrier", "support"}:
            raise BadFile(
                f"Line {line} of '{name}' has no '{column}'.", hint="Fill it in, or delete the line."
            )
        if len(cell) > MOST_LETTERS:
            raise BadFile(
                f"'{column}' in line {line} of '{name}' is longer than {MOST_LETTERS} characters.",
                hint="Say it shorter.",
            )
    return Support(cells[0], cells[1], cells[2], cells[3], line)


def _without_repeats(found: Sequence[Support], name: str) -> tuple[Support, ...]:
    seen: dict[tuple[str, str], int] = {}
    for one in found:
        before = seen.setdefault((one.barrier, one.support), one.line)
        if before != one.line:
            raise BadFile(
                f"Line {one.line} of '{name}' repeats '{one.support}' of line {before}.",
                hint="Delete one of the two.",
            )
    if len({one.barrier for one in found}) > MOST_BARRIERS:
        raise TooLarge(f"'{name}' has more than {MOST_BARRIERS} barriers.", hint="Join those that are alike.")
    return tuple(found)


def _found(
    offered: tuple[Support, ...], frame: pd.DataFrame, schema: Schema, segments: Segments, *, is_demo: bool
) -> SupportsBySegment:
    if not segments.is_empty and len(frame) != segments.n_students:
        raise ModelError(
            "The students have changed since the segments were found.", hint="Find the segments again."
        )
    met, barriers, notes = [], [], []
    for condition in dict.fromkeys(one.barrier for one in offered):
        try:
            read = parse_outcome(condition, schema.names())
            _refuse_other_roles(read, schema)
            met.append(np.asarray(read.label(frame), dtype=np.float64))
            barriers.append((condition, _words(read, schema)))
        except AppError as error:
            lines = ", ".join(str(one.line) for one in offered if one.barrier == condition)
            notes.append(f"The barrier '{condition}' (line {lines}) is left out: {error}")
    if is_demo:
        notes.append("The demo school's supports and contacts are made up.")
    why = "" if barriers else "No barrier on the list of supports fits this table."
    found = SupportsBySegment(offered, tuple(barriers), tuple(notes), why_empty=why)
    if not barriers or segments.is_empty:
        return found
    values = np.stack(met, axis=1)
    return SupportsBySegment(
        offered, tuple(barriers), tuple(notes), why_empty=why,
        _shares={k: _shares(values, segments.labels(k), k) for k in segments.ks},
        _everyone=_shares(values, np.ones(len(values), dtype=np.int16), 1)[0],
        _keys={k: tuple(one.key for one in segments.identities.at(k)) for k in segments.ks},
    )  # fmt: skip


def _refuse_other_roles(read: Outcome, schema: Schema) -> None:
    """Do nothing if the columns are features or barriers; names, protected ones and outcomes are not."""
    for name in read.columns:
        role = schema.column(name).role
        if role not in MODEL_ROLES:
            raise BadFile(f"'{name}' has the role '{role}', and a barrier is a feature.")


def _words(read: Outcome, schema: Schema) -> str:
    """Return the condition in words, columns by their labels, with a capital."""
    words = read.describe()
    for name in sorted(read.columns, key=len, reverse=True):
        words = words.replace(name, in_sentence(plain_label(schema.column(name).title)))
    return words[:1].upper() + words[1:]


def _shares(values: Shares, labels: NDArray[np.int16], k: int) -> Shares:
    """Return the share of each segment with each barrier, of those of whom it is known; NaN if withheld."""
    shares = np.full((k, values.shape[1]), np.nan)
    for j in range(values.shape[1]):
        known = ~np.isnan(values[:, j])
        n = np.bincount(labels[known], minlength=k + 1)[1:]
        have = np.bincount(labels[known & (values[:, j] > 0)], minlength=k + 1)[1:]
        there = (n > 0) & ~withheld(n)
        shares[there, j] = have[there] / n[there]
    return shares
