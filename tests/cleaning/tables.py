"""Small tables for the tests of cleaning."""

from datetime import UTC, datetime

import numpy as np
import pandas as pd

from core import frames
from core.dataset import Dataset, Provenance
from core.schema import Column, Kind, Role, Schema


def dataset(columns, *, kinds=None, roles=None, spans=None, units=None):
    """Return a dataset: text is a category, a column ``student_id`` the id, all others are features."""
    frame = pd.DataFrame(columns)
    kinds, roles, spans, units = kinds or {}, roles or {}, spans or {}, units or {}
    schema = Schema(
        tuple(
            Column(
                name,
                kinds.get(name, Kind.TEXT if name == "student_id" else _kind(frame[name])),
                roles.get(name, Role.STUDENT_ID if name == "student_id" else Role.FEATURE),
                unit=units.get(name),
                lowest=spans.get(name, (None, None))[0],
                highest=spans.get(name, (None, None))[1],
            )
            for name in frame.columns
        )
    )
    provenance = Provenance("test", "students", datetime(2026, 9, 1, tzinfo=UTC), len(frame), "0" * 16)
    return Dataset(frames.wrap(frame), schema, provenance)


def _kind(values):
    if pd.api.types.is_datetime64_any_dtype(values):
        return Kind.DATE
    return Kind.NUMBER if pd.api.types.is_numeric_dtype(values) else Kind.CATEGORY


def text(*values):
    """Return a text column."""
    return pd.Series(values, dtype="str")


NAMES = ("a", "b", "c")


def numbers(values, names=NAMES):
    """Return a frame of number columns."""
    return frames.wrap(pd.DataFrame(values, columns=names, dtype="float64"))


def gappy(n, *, seed, share=0.3):
    """Return decimals that go together, with gaps; now and then a whole row is missing."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (n, 1)) * [1, 10, 100] + rng.normal(5, 1, (n, 3))
    return np.where(rng.random(values.shape) < share, np.nan, values)


def after(step, **columns):
    """Return what the step, fitted on these columns, makes of them, as lists with None for missing."""
    frame = frames.wrap(pd.DataFrame(columns))
    return lists(step.apply(frame, step.fit(frame)))


def lists(frame):
    """Return the columns of a frame as lists, with None for missing."""
    table = frames.collect(frame)
    return {
        name: [
            None if gap else value
            for value, gap in zip(table[name].tolist(), table[name].isna(), strict=True)
        ]
        for name in table
    }
