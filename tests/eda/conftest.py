"""Small tables of every kind of column, written as literals or drawn with a seed."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from core.schema import Column, Kind, Role, Schema

KINDS = {"n": Kind.NUMBER, "f": Kind.FLAG, "c": Kind.CATEGORY, "d": Kind.DATE, "t": Kind.TEXT}


def make(**columns):
    """Make a table from values named ``kind_name``; None is missing."""
    series, described = {}, []
    for name, values in columns.items():
        kind = Kind.TEXT if name in ("id", "name") else KINDS[name[0]]
        role = {"id": Role.STUDENT_ID, "name": Role.NAME}.get(name, Role.FEATURE)
        series[name] = _series(values, kind)
        described.append(Column(name, kind, role))
    return SimpleNamespace(frame=pd.DataFrame(series), schema=Schema(tuple(described)))


def _series(values, kind):
    if kind is Kind.DATE:
        return pd.Series(pd.to_datetime(values))
    return pd.Series(values, dtype="float64" if kind in (Kind.NUMBER, Kind.FLAG) else "str")


def _with_gaps(rng, values, share):
    lost = rng.random(len(values)) < share
    return [None if gone else value for value, gone in zip(values, lost, strict=True)]


@pytest.fixture
def table():
    """The maker of tables."""
    return make


@pytest.fixture
def school():
    """A made-up school: numbers and categories that go together, gaps, names and ids."""

    def of(n, seed=0):
        rng = np.random.default_rng(seed)
        hours = rng.gamma(3, 3, n).round(1)
        marks = (70 - 0.8 * hours + rng.normal(0, 9, n)).round()
        way = np.array(["walk", "bus", "train"])[np.digitize(hours + rng.normal(0, 4, n), [6, 12])]
        return make(
            id=[f"S{i}" for i in range(n)],
            name=[f"Person {i}" for i in range(n)],
            n_hours=_with_gaps(rng, hours, 0.1),
            n_marks=marks,
            f_job=_with_gaps(rng, (hours > rng.normal(9, 4, n)).astype(float), 0.05),
            c_way=_with_gaps(rng, way, 0.05),
            c_house=np.array(["A", "B", "C", "D"])[rng.integers(0, 4, n)],
            d_start=np.datetime64("2024-09-01") + rng.integers(0, 200, n),
        )

    return of
