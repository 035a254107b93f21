"""A recipe written by hand in polars: one lazy plan, collected once. Runs in an environment of its own."""

import re

import polars as pl

from tests.bench.recipe_found import look_for, steps_of


def prepared(request):
    """Return the work, and a look at the cleaned table."""
    table, steps = pl.read_parquet(request["students"]), steps_of(request)
    return lambda lap: clean(table, steps), look_for(request)


def clean(table, steps):
    """Return the table with the steps done; KeyError for a kind that is not written by hand yet."""
    plan = table.lazy()
    for step in steps:
        plan = BY_HAND[step["kind"]](plan, step)
    return plan.collect()


def strip_text(plan, step):
    tidy = pl.col(step["columns"]).str.strip_chars().str.replace_all(" {2,}", " ")
    return plan.with_columns(pl.when(tidy != "").then(tidy))


def placeholders_to_missing(plan, step):
    text = pl.col(step["columns"])
    known = ~text.str.strip_chars().str.to_lowercase().is_in(step["tokens"])
    return plan.with_columns(pl.when(known).then(text))


def parse_numbers(plan, step):
    marks = "|".join([r"\s", "'", "’", "%", *map(re.escape, step["units"])])
    pointed = pl.col(step["columns"]).str.replace_all(marks, "").str.replace_all(",", ".", literal=True)
    return plan.with_columns(pointed.cast(pl.Float64, strict=False))


def map_values(plan, step):
    return plan.with_columns(pl.col(step["column"]).replace(dict(step["mapping"])))


def set_range(plan, step):
    number = pl.col(step["column"])
    return plan.with_columns(pl.when(number.is_between(step["lowest"], step["highest"])).then(number))


def drop_duplicates(plan, step):
    return plan.unique(keep="first", maintain_order=True)


def fill_with_median(plan, step):
    number = pl.col(step["columns"])
    return plan.with_columns(number.fill_null(number.median()))


def fill_with_mode(plan, step):
    value = pl.col(step["columns"])
    return plan.with_columns(value.fill_null(value.drop_nulls().mode().sort().first()))


BY_HAND = {
    step.__name__: step
    for step in (
        *(strip_text, placeholders_to_missing, parse_numbers, map_values, set_range),
        *(drop_duplicates, fill_with_median, fill_with_mode),
    )
}
