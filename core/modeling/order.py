"""An order of the students that depends on the seed and the student only, never on the rows' order."""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.errors import NotEnoughStudents
from core.modeling.table import Floats, Texts

Rows = NDArray[np.intp]


def seeded_hash(student_ids: Texts, *, seed: int, purpose: str) -> NDArray[np.uint64]:
    """Return a 64-bit number for each student, the same on every machine.

    ``purpose`` keeps the draws for different things apart.

    >>> seeded_hash(np.array(["007", "A-1"], dtype=object), seed=7, purpose="ties").tolist()
    [5324623603106415899, 4080413291562363375]
    """
    key = hashlib.sha256(f"{purpose}:{seed}".encode()).hexdigest()[:16]
    return pd.util.hash_array(student_ids, hash_key=key, categorize=False)


def seeded_order(student_ids: Texts, *, seed: int, purpose: str) -> Rows:
    """Return the rows in the drawn order; two ids with the same hash stand in the order of the ids."""
    hashes = seeded_hash(student_ids, seed=seed, purpose=purpose)
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    if (ordered[1:] == ordered[:-1]).any():
        order = np.lexsort((student_ids.astype(str), hashes))
    return order


def rank_order(risk: Floats, student_ids: Texts, *, seed: int) -> Rows:
    """Return the rows from the highest risk to the lowest; equal risks stand in an order that is drawn."""
    drawn = seeded_order(student_ids, seed=seed, purpose="ties")
    return drawn[np.argsort(-risk[drawn], kind="stable")]


def stratified_parts(label: Floats, drawn: Rows, n_parts: int) -> NDArray[np.int8]:
    """Return for each row its part, 0 to ``n_parts`` - 1; -1 where the label is unknown.

    Each part gets the same number of each outcome, give or take one; ``drawn`` is the order in which
    students are dealt out, the students of the second outcome starting where the first ones stopped.
    """
    parts = np.full(len(label), -1, dtype=np.int8)
    dealt = 0
    for outcome in (0.0, 1.0):
        rows = drawn[label[drawn] == outcome]
        parts[rows] = (np.arange(len(rows)) + dealt) % n_parts
        dealt += len(rows)
    return parts


def grouped_parts(label: Floats, groups: Texts, drawn: Rows, n_parts: int) -> NDArray[np.int8]:
    """Return parts as ``stratified_parts`` does, but students of one group stand in one part.

    Groups are dealt out from the largest to the smallest, each to the part that then is most even in both
    outcomes; an empty text is no group. Parts differ more than by one student where groups are large.
    """
    known = drawn[~np.isnan(label[drawn])]
    alone = np.array([f"\0{row}" if groups[row] == "" else str(groups[row]) for row in known], dtype=object)
    codes, names = pd.factorize(alone)
    counts = np.stack([np.bincount(codes[label[known] == o], minlength=len(names)) for o in (0.0, 1.0)])
    wanted = counts.sum(axis=1) / n_parts
    filled = np.zeros((n_parts, 2))
    part_of = np.empty(len(names), dtype=np.int8)
    for group in np.argsort(-counts.sum(axis=0), kind="stable"):
        after = (filled + counts[:, group]) / np.maximum(wanted, 1)
        before = filled / np.maximum(wanted, 1)
        part = int(np.argmin(((after - 1) ** 2 - (before - 1) ** 2).sum(axis=1)))
        part_of[group] = part
        filled[part] += counts[:, group]
    parts = np.full(len(label), -1, dtype=np.int8)
    parts[known] = part_of[codes]
    return parts


def most_parts(label: Floats, groups: Texts | None, n_parts: int) -> int:
    """Return how many parts there can be, at most ``n_parts``: each outcome is needed in each.

    Counted are the students of the rarer outcome, or the groups that hold one; an empty text is no group.

    >>> label = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    >>> most_parts(label, np.array(["a", "a", "b", "a", "b", ""], dtype=object), 5)
    2
    """
    found = [n_parts]
    for outcome in (0.0, 1.0):
        some = label == outcome
        if groups is None:
            found.append(int(some.sum()))
        else:
            own = groups[some]
            found.append(int((own == "").sum()) + len(set(own[own != ""])))
    return min(found)


def check_parts(label: Floats, parts: NDArray[np.int8], n_parts: int, *, group: str) -> None:
    """Do nothing if there are two parts or more and each holds both outcomes.

    ``group`` is the column whose students stay together. Raises NotEnoughStudents.
    """
    if n_parts == 1 or not all(has_both(label[parts == part]) for part in range(n_parts)):
        raise parted_groups(group, "folds")


def has_both(label: Floats) -> bool:
    """Return whether some of these students have the outcome and some do not."""
    return bool((label == 0).any() and (label == 1).any())


def parted_groups(group: str, into: str) -> NotEnoughStudents:
    """Return the error of groups that are too few or too uneven to be dealt to parts."""
    return NotEnoughStudents(
        f"The students of one '{group or 'group'}' cannot be parted into {into}: "
        f"one of the {into} would lack an outcome.",
        hint="Choose a column of more and smaller groups to keep together, or none.",
    )
