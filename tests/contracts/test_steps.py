"""What every cleaning step promises, on pandas and on Spark: one file for all of them."""

import json
import re
from contextlib import ExitStack
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from core import frames
from core.cleaning.ledger import numbered
from core.cleaning.recipe import FittedRecipe, Recipe
from core.cleaning.registry import STEPS, step_from_dict, step_to_dict
from core.cleaning.step import ROW
from core.errors import ColumnNotFound
from core.sources.spark.connecting import connected
from tests.contracts.steps import (
    AMONG_OTHERS,
    CASES,
    EXAMPLES,
    SHORT,
    WHOLE,
    dirty,
    half_nan,
    in_order,
    on_spark,
    on_spark_too,
    students,
)

each_step = pytest.mark.parametrize("step", [case.step for case in CASES], ids=[case.name for case in CASES])
each_kind = pytest.mark.parametrize(
    "step",
    [
        pytest.param(case.step, id=case.name, marks=() if case.is_first else pytest.mark.campaign)
        for case in CASES
    ],
)
"""The first example of each kind; `make campaign` runs the others."""
POOL = dirty(400)
SIZES = (0, 1, 5_000)


@cache
def fitted(step):
    """Return the step fitted on the pool, as a recipe of its own."""
    return Recipe((step,)).fit(students(POOL))


def same_rows(one, other):
    assert_frame_equal(one, other, check_exact=True)


def same_bits(one, other):
    """Hold two tables to be the same to the last bit, the sign of a zero included; a gap has no bits."""
    same_rows(one, other)
    for name in one.select_dtypes("float64"):
        signs = (
            np.signbit(table[name].to_numpy()) & table[name].notna().to_numpy() for table in (one, other)
        )
        assert np.array_equal(*signs), name


def same_states(one, other):
    """Hold two fitted recipes to have learned the same: every digit, type and order, and -0.0 is not 0.0."""
    assert json.dumps(one.states) == json.dumps(other.states)


def test_every_kind_of_step_has_an_example():
    assert list(EXAMPLES) == list(STEPS)
    assert all(step.kind == kind for kind, steps in EXAMPLES.items() for step in steps)


def test_kinds_are_unique_and_named_like_the_class():
    assert [_snake(step.__name__) for step in STEPS.values()] == list(STEPS)


def _snake(name):
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


@each_step
def test_a_step_survives_json(step):
    written = json.loads(json.dumps(step_to_dict(step)))

    assert step_from_dict(written, place="Step 1") == step
    assert "is_on" not in written


@each_step
def test_a_step_says_what_it_does_in_one_sentence(step):
    for text in (step.describe(), step.describe(fitted(step).states[0])):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "\n" not in text
        assert not re.search(r"[.!?] [A-Z]", text)


@each_step
def test_a_missing_column_is_named_when_fitting_applying_and_checking(step):
    name = step.needs[0]
    frame = frames.wrap(dirty(5).drop(columns=name))

    for run in (step.fit, lambda rows: step.apply(rows, fitted(step).states[0])):
        with pytest.raises(ColumnNotFound) as failure:
            run(frame)
        assert str(failure.value) == f"There is no column '{name}' (needed by {step.kind})."
    with pytest.raises(ColumnNotFound) as failure:
        Recipe((step,)).check(frames.column_names(frame))
    assert str(failure.value) == (
        f"There is no column '{name}' (needed by step 1 of the recipe, {step.kind})."
    )


@each_step
def test_the_example_changes_the_dirty_table_and_never_the_given_one(step):
    given_rows, before = POOL.copy(), POOL.copy()
    after = frames.collect(step.apply(frames.wrap(given_rows), step.fit(frames.wrap(given_rows))))

    assert_frame_equal(given_rows, before)
    assert not after.equals(before)


@each_step
def test_what_was_learned_survives_json_with_the_recipe(step):
    again = FittedRecipe.from_json(fitted(step).to_json())

    assert again == fitted(step)
    json.dumps(again.states, allow_nan=False)
    same_rows(in_order(again.apply(students(POOL))), in_order(fitted(step).apply(students(POOL))))


any_rows = st.lists(st.integers(0, len(POOL) - 1), max_size=30, unique=True).map(
    lambda places: POOL.iloc[places].reset_index(drop=True)
)


@each_step
@given(table=any_rows)
@settings(max_examples=4)
def test_only_named_columns_change_and_every_row_is_accounted_for(step, table):
    made = Recipe((step,)).fit(students(table))
    cleaned, report = made.clean(students(table))
    after = in_order(made.apply(students(table)))
    kept = table.iloc[after[ROW].to_numpy() - 1].reset_index(drop=True)
    untouched = [name for name in table if name in after and name not in step.changes]

    json.dumps(made.states, allow_nan=False)
    assert set(step.changes) <= set(table)
    assert_frame_equal(after[untouched], kept[untouched])
    assert_frame_equal(cleaned.collect(), after.drop(columns=ROW))
    assert len(table) == len(after) + len(report.exclusions)
    assert step.drops_rows or not report.exclusions
    assert list(cleaned.schema.names()) == list(cleaned.collect())


@each_step
@given(table=any_rows, cut=st.integers(0, 30))
@settings(max_examples=4)
def test_new_rows_get_what_was_learned_from_the_old_ones(step, table, cut):
    """A row is cleaned the same whether it comes alone or among others."""
    if step.kind in AMONG_OTHERS:
        return
    made = Recipe((step,)).fit(students(table.iloc[:cut]))
    whole = in_order(made.apply(students(table)))
    held = numbered(table).iloc[cut:]
    rest = in_order(made.apply(students(table, frames.wrap(held))))

    same_rows(rest, whole[whole[ROW] > cut].reset_index(drop=True))


@each_step
def test_no_rows_keep_the_columns_and_types_of_many(step):
    none = in_order(fitted(step).apply(students(POOL.iloc[:0])))
    many = in_order(fitted(step).apply(students(POOL)))

    assert len(none) == 0
    assert none.dtypes.to_dict() == many.dtypes.to_dict()


@each_step
@pytest.mark.parametrize("n", [0, 1, 3])
def test_columns_without_any_value_can_be_learned_from(step, n):
    empty = {name: POOL[name].head(n).where(pd.Series([False] * n)) for name in step.needs}
    table = POOL.head(n).assign(**empty)
    made = Recipe((step,)).fit(students(table))
    cleaned, report = made.clean(students(table))

    assert FittedRecipe.from_json(made.to_json()) == made
    assert len(cleaned.collect()) + len(report.exclusions) == n
    assert step.drops_rows or len(cleaned.collect()) == n


@pytest.mark.parametrize(
    "kind", [kind for kind, step in STEPS.items() if "columns" in step.__dataclass_fields__]
)
def test_a_step_without_columns_changes_nothing(kind):
    first = step_to_dict(EXAMPLES[kind][0])
    step = step_from_dict({**first, "columns": []}, place="Step 1")

    same_rows(in_order(Recipe((step,)).fit(students(POOL)).apply(students(POOL))), numbered(POOL))


@each_step
def test_a_step_that_is_switched_off_does_nothing_and_says_what_it_would_do(step):
    off = step_from_dict({**step_to_dict(step), "is_on": False}, place="Step 1")
    made = Recipe((off,)).fit(students(POOL))
    cleaned, report = made.clean(students(POOL))

    assert made.states == ({},)
    assert_frame_equal(cleaned.collect(), POOL)
    assert cleaned.schema == students(POOL).schema
    assert report.steps[0].what == f"Switched off: {step.describe()}"


@pytest.fixture(scope="module")
def held_by_spark(spark):
    """Return the dirty table of a size, held by Spark; made once for all steps. Its gaps are NULL and NaN."""
    with ExitStack() as keeping:

        def held(n):
            frame = on_spark(numbered(dirty(n)), spark)
            # A row or none is worked out while Spark plans, which is sooner done than a job.
            return keeping.enter_context(frames.kept(frame)) if n > 1 else frame

        yield cache(held)


@pytest.mark.spark
@each_kind
def test_spark_learns_and_makes_the_same_as_pandas(step, held_by_spark):
    """State of one engine is applied on the other, so each must be as good as the other's own.

    No step needs a tolerance: what is added up is added without an error (``core/cleaning/means.py``), and
    of quantiles the engines only say between which two values they lie (``quantiles.py``).
    """
    for n in SIZES:
        here, there = students(dirty(n)), students(dirty(n), held_by_spark(n))
        by_pandas, by_spark = (Recipe((step,)).fit(given_rows) for given_rows in (here, there))
        on_pandas, on_cluster = by_spark.apply(here), by_pandas.apply(there)

        same_states(by_spark, by_pandas)
        same_bits(in_order(on_cluster), in_order(on_pandas))
        assert on_cluster.schema == on_pandas.schema


def test_half_of_the_gaps_that_spark_is_given_are_not_null():
    given_rows = half_nan(pa.Table.from_pandas(dirty(5_000), preserve_index=False))

    for name in ("hours", "load"):
        n_gaps, n_null = dirty(5_000)[name].isna().sum(), given_rows.column(name).null_count
        assert 0 < n_null == (n_gaps + 1) // 2


def test_the_whole_recipe_has_every_kind_that_runs_on_spark():
    assert {step.kind for step in WHOLE} == on_spark_too()


@pytest.mark.spark
@pytest.mark.campaign
def test_a_whole_recipe_is_the_same_on_200000_rows(spark):
    """Minutes on two cores that others use too."""
    table = dirty(200_000)
    with frames.kept(on_spark(numbered(table), spark)) as held:
        _same_whole(table, held)


@pytest.mark.spark
@pytest.mark.parametrize(
    ("steps", "n"),
    [(SHORT, 1_000), pytest.param(WHOLE, 5_000, marks=pytest.mark.campaign)],
    ids=["short", "whole"],
)
def test_a_recipe_is_the_same_on_a_cluster(spark_cluster, steps, n):
    """Over Spark Connect, where the rows lie on two workers."""
    table = dirty(n)
    with connected(spark_cluster.connection, spark_cluster.connections) as session:

        def work():
            with frames.kept(on_spark(numbered(table), session.spark)) as held:
                _same_whole(table, held, steps)

        session.run(work)


def _same_whole(table, held, steps=WHOLE):
    here, there = students(table), students(table, held)
    by_pandas, by_spark = (Recipe(steps).fit(given_rows) for given_rows in (here, there))
    cleaned = in_order(by_pandas.apply(here))

    same_states(by_spark, by_pandas)
    same_bits(in_order(by_pandas.apply(there)), cleaned)
    assert len(by_spark.states) == len(steps)
    assert 0 < len(cleaned) < len(table)
