"""A recipe written by hand in plain pandas: each kind of step in the ordinary calls."""

import re

import pandas as pd

from tests.bench.recipe_found import look_for, steps_of
from tests.bench.recipe_rows import held_by_pandas


def prepared(request):
    """Return the work, and a look at the cleaned table."""
    table, steps = held_by_pandas(request["students"]), steps_of(request)
    return lambda lap: clean(table, steps), look_for(request)


def clean(table, steps):
    """Return the table with the steps done; KeyError for a kind that is not written by hand yet."""
    for step in steps:
        table = BY_HAND[step["kind"]](table, step)
    return table.reset_index(drop=True)


def strip_text(table, step):
    tidy = {name: table[name].str.strip().str.replace(" {2,}", " ", regex=True) for name in step["columns"]}
    return table.assign(**{name: text.where(text != "") for name, text in tidy.items()})


def placeholders_to_missing(table, step):
    folded = {name: table[name].str.strip().str.lower() for name in step["columns"]}
    return table.assign(
        **{name: table[name].where(~text.isin(step["tokens"])) for name, text in folded.items()}
    )


def parse_numbers(table, step):
    marks = "|".join([r"\s", "'", "’", "%", *map(re.escape, step["units"])])
    bare = {name: table[name].str.replace(marks, "", regex=True) for name in step["columns"]}
    pointed = {name: text.str.replace(",", ".", regex=False) for name, text in bare.items()}
    return table.assign(**{name: pd.to_numeric(text, errors="coerce") for name, text in pointed.items()})


def map_values(table, step):
    name = step["column"]
    return table.assign(**{name: table[name].map(dict(step["mapping"])).fillna(table[name])})


def set_range(table, step):
    name = step["column"]
    return table.assign(**{name: table[name].where(table[name].between(step["lowest"], step["highest"]))})


def drop_duplicates(table, step):
    return table.drop_duplicates()


def fill_with_median(table, step):
    return table.fillna(table[step["columns"]].median().to_dict())


def fill_with_mode(table, step):
    return table.fillna({name: table[name].mode().iloc[0] for name in step["columns"]})


BY_HAND = {
    step.__name__: step
    for step in (
        *(strip_text, placeholders_to_missing, parse_numbers, map_values, set_range),
        *(drop_duplicates, fill_with_median, fill_with_mode),
    )
}
