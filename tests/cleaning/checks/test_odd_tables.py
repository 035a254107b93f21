"""No check stumbles over a column that is not what its kind says, or over one that says nothing."""

import numpy as np
import pandas as pd
import pytest

from core.cleaning.finding import TITLES
from core.cleaning.findings import find, propose
from core.schema import Kind, Role
from tests.cleaning.tables import dataset, text

N = 240
COLUMNS = {
    "infinite": [np.inf, -np.inf, *[1.0] * (N - 2)],
    "empty numbers": [np.nan] * N,
    "whole numbers": np.arange(N),
    "true and false": np.arange(N) % 2 == 0,
    "text": text(*["own", "?", None, "", "١٢٣", "x" * 300] * (N // 6)),
    "empty text": text(*[None] * N),
    "days": pd.to_datetime(["2026-01-01", None] * (N // 2)),
    "no days": pd.to_datetime([None] * N),
}


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("role", [Role.FEATURE, Role.OUTCOME, Role.NAME])
def test_any_column_may_have_any_kind_and_role(kind, role):
    frame = pd.DataFrame({name: pd.Series(values) for name, values in COLUMNS.items()})
    given = dataset(frame, kinds=dict.fromkeys(frame, kind), roles=dict.fromkeys(frame, role))
    found = find(given)

    assert {one.code for one in found} == set(TITLES)
    assert all(one.words and (one.count > 0) == (one.severity in ("issue", "tip")) for one in found)
    assert propose(given, found).steps == propose(given, find(given)).steps


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_few_rows_are_enough_for_an_answer(n):
    frame = pd.DataFrame({name: pd.Series(values).head(n) for name, values in COLUMNS.items()})

    assert {one.code for one in find(dataset(frame))} == set(TITLES)
