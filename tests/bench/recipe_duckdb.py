"""A recipe written by hand in SQL for DuckDB: one statement. Runs in an environment of its own."""

import re

import duckdb

from tests.bench.recipe_found import look_for, steps_of


def prepared(request):
    """Return the work, and a look at the cleaned table."""
    connection, statement = duckdb.connect(), written(steps_of(request))
    connection.execute(f"CREATE TABLE step_0 AS FROM read_parquet({text(request['students'])})")

    def work(lap):
        connection.execute(f"CREATE TABLE cleaned AS {statement}")
        return connection.table("cleaned")

    return work, look_for(request)


def written(steps):
    """Return one query with a part for each step; KeyError for a kind that is not written by hand yet."""
    parts = [
        f"step_{number} AS ({BY_HAND[step['kind']](step, f'step_{number - 1}')})"
        for number, step in enumerate(steps, start=1)
    ]
    return f"WITH {', '.join(parts)} FROM step_{len(steps)}"


def strip_text(step, before):
    return replaced(before, step["columns"], "nullif(regexp_replace(trim({0}), ' +', ' ', 'g'), '')")


def placeholders_to_missing(step, before):
    words = ", ".join(map(text, step["tokens"]))
    known = "CASE WHEN lower(trim({0})) NOT IN (" + words + ") THEN {0} END"
    return replaced(before, step["columns"], known)


def parse_numbers(step, before):
    marks = text("|".join([r"\s", "'", "’", "%", *map(re.escape, step["units"])]))
    bare = "regexp_replace({0}, " + marks + ", '', 'g')"
    return replaced(before, step["columns"], f"try_cast(replace({bare}, ',', '.') AS DOUBLE)")


def map_values(step, before):
    cases = " ".join(f"WHEN {text(found)} THEN {text(meant)}" for found, meant in step["mapping"])
    return replaced(before, [step["column"]], "CASE {0} " + cases + " ELSE {0} END")


def set_range(step, before):
    ends = f"{step['lowest']} AND {step['highest']}"
    return replaced(before, [step["column"]], "CASE WHEN {0} BETWEEN " + ends + " THEN {0} END")


def drop_duplicates(step, before):
    return f"SELECT DISTINCT * FROM {before}"


def fill_with_median(step, before):
    return replaced(before, step["columns"], "coalesce({0}, (SELECT median({0}) FROM " + before + "))")


def fill_with_mode(step, before):
    return replaced(before, step["columns"], "coalesce({0}, (SELECT mode({0}) FROM " + before + "))")


def replaced(before, columns, made):
    """Return the query with some columns made anew; ``{0}`` stands for the column."""
    new = [f"{made.format(quoted)} AS {quoted}" for quoted in (f'"{name}"' for name in columns)]
    return f"SELECT * REPLACE ({', '.join(new)}) FROM {before}"


def text(value):
    """Return a text as SQL writes it."""
    return "'" + str(value).replace("'", "''") + "'"


BY_HAND = {
    step.__name__: step
    for step in (
        *(strip_text, placeholders_to_missing, parse_numbers, map_values, set_range),
        *(drop_duplicates, fill_with_median, fill_with_mode),
    )
}
