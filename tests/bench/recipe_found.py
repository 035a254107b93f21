"""What a recipe left of a table, to be compared between engines; pandas, polars and DuckDB alike."""

import json
from pathlib import Path

import narwhals.stable.v2 as nw


def steps_of(request):
    """Return the steps of the recipe as plain values."""
    return json.loads(Path(request["recipe"]).read_text(encoding="utf-8"))["steps"]


def look_for(request):
    """Return a look at a cleaned table: its rows, the sums of its numbers, and its gaps and spellings."""
    respelt = [step["column"] for step in steps_of(request) if step["kind"] == "map_values"]

    def look(native):
        frame = nw.from_native(native)
        if isinstance(frame, nw.LazyFrame):
            frame = frame.collect("polars")
        numbers = [name for name, dtype in frame.schema.items() if dtype.is_numeric()]
        sums = {name: float(frame[name].sum()) for name in numbers}
        gaps = {f"gaps of {name}": int(frame[name].null_count()) for name in frame.columns}
        spellings = {f"spellings of {name}": int(frame[name].n_unique()) for name in respelt}
        return len(frame), sums | gaps | spellings

    return look
