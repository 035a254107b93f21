"""What years of typing do to a table: planted in the students table only, each cell and row written down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from core.sources.demo.arrays import student_ids
from core.sources.demo.school import School
from core.sources.demo.settings import DirtRule, Settings
from core.sources.demo.streams import Flags, Floats, Ints

LOG_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("student_id", pa.string()),
        ("column", pa.string()),
        ("kind", pa.string()),
        ("clean", pa.string()),
        ("dirty", pa.string()),
    ]
)
"""One row for each planted cell or extra row; ``row`` counts from 0 in the dirty table of the block.

An exact duplicate has no column; a near-duplicate has the original's id as ``clean``, its own as
``dirty``."""

TEXT_KINDS = ("decimal_comma", "placeholder")
"""Kinds that turn a number column into text, as they do in a file."""

Spoil = Callable[[Sequence[str], Floats, DirtRule, str], list[str | None]]
"""Makes dirty texts of clean ones, with one random number each."""


@dataclass
class _Table:
    """A block's columns while dirt is put on them."""

    school: School
    columns: dict[str, Any]
    touched: dict[str, Flags] = field(default_factory=dict)
    log: list[dict[str, Any]] = field(default_factory=list)


def add_dirt(columns: dict[str, Any], *, school: School) -> tuple[Any, Any]:
    """Return the dirty Arrow table of a block and the log of its dirt; a cell is spoilt at most once."""
    ids = columns["student_id"]
    table = _Table(school, dict(columns))
    for name in text_columns(school.settings):
        if not pa.types.is_string(table.columns[name].type):
            table.columns[name] = table.columns[name].cast(pa.string())
    for rule in school.settings.dirt:
        for name in rule.columns:
            _spoil_cells(table, rule, name)
    whole, order, extra = _add_rows(table, {rule.kind: rule.rate for rule in school.settings.dirt})
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    return whole, pa.concat_tables([_cell_log(table, ids, place), _row_log(whole, ids, extra, place)])


def text_columns(settings: Settings) -> tuple[str, ...]:
    """Return the columns that come as text when the dirt switch is on, whatever their kind."""
    return tuple(
        dict.fromkeys(name for rule in settings.dirt if rule.kind in TEXT_KINDS for name in rule.columns)
    )


def _spoil_cells(table: _Table, rule: DirtRule, name: str) -> None:
    values = table.columns[name]
    stream = table.school.block.stream(f"dirt.{rule.kind}.{name}")
    hit = stream.random(len(values)) < _chances(table.school, rule, name)
    hit &= ~table.touched.get(name, np.zeros(len(values), dtype=bool))
    table.touched[name] = table.touched.get(name, False) | hit
    rows = np.flatnonzero(hit)
    clean = values.take(pa.array(rows)).cast(pa.string()).to_pylist()
    dirty = SPOILS[rule.kind](clean, stream.random(len(rows)), rule, name)
    table.columns[name] = pc.replace_with_mask(
        values, pa.array(hit), pa.array(dirty, pa.string()).cast(values.type)
    )
    table.log.append({"rows": rows, "column": name, "kind": rule.kind, "clean": clean, "dirty": dirty})


def _chances(school: School, rule: DirtRule, name: str) -> Floats | float:
    """Return the probability of dirt; not at random means that large values go missing more often."""
    if rule.kind != "missing_not_at_random":
        return rule.rate
    chances: Floats = np.minimum(0.5, rule.rate * school.numbers[name] / rule.options["typical"][name])
    return chances


def _missing(clean: Sequence[str], _drawn: Floats, _rule: DirtRule, _name: str) -> list[str | None]:
    return [None] * len(clean)


def _variants(clean: Sequence[str], drawn: Floats, _rule: DirtRule, _name: str) -> list[str | None]:
    """Return the same word in capitals, with a space, or with two letters swapped."""
    ways = (str.upper, lambda text: f" {text.capitalize()}", lambda text: f"{text} ", _swapped)
    return [ways[int(chance * len(ways))](text) for text, chance in zip(clean, drawn, strict=True)]


def _commas(clean: Sequence[str], _drawn: Floats, _rule: DirtRule, _name: str) -> list[str | None]:
    return [f"{float(text):.2f}".replace(".", ",") for text in clean]


def _impossible(clean: Sequence[str], _drawn: Floats, rule: DirtRule, name: str) -> list[str | None]:
    return [str(rule.options["value"][name])] * len(clean)


def _placeholders(clean: Sequence[str], drawn: Floats, rule: DirtRule, _name: str) -> list[str | None]:
    choices = rule.options["words"]
    return [choices[int(chance * len(choices))] for chance in drawn[: len(clean)]]


SPOILS: dict[str, Spoil] = {
    "missing_at_random": _missing,
    "missing_not_at_random": _missing,
    "category_variant": _variants,
    "decimal_comma": _commas,
    "impossible_value": _impossible,
    "placeholder": _placeholders,
}


def _swapped(text: str, chance: float = 0.25) -> str:
    """Return the text with two neighbouring letters swapped, or doubled at the end where none differ.

    >>> _swapped("good")
    'godo'
    """
    start = 1 + int(chance * max(len(text) - 2, 0))
    for at in (*range(start, len(text) - 1), *range(start)):
        if at + 1 < len(text) and text[at] != text[at + 1] and " " not in text[at : at + 2]:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text + text[-1:]


def _add_rows(table: _Table, rates: dict[str, float]) -> tuple[Any, Ints, dict[str, Ints]]:
    """Return the table with extra rows after their originals, its order, and the originals by kind."""
    block, n = table.school.block, table.school.block.n
    base = pa.table(table.columns)
    extra, keys, parts = {}, [np.arange(n, dtype=np.float64)], [base]
    for kind in ("exact_duplicate", "near_duplicate"):
        stream = block.stream(f"dirt.{kind}")
        originals = np.flatnonzero(stream.random(n) < rates[kind])
        copies = base.take(pa.array(originals))
        if kind == "near_duplicate":
            copies = _disguised(copies, table.school, originals, stream)
        extra[kind] = originals
        parts.append(copies)
        keys.append(originals + (n - originals) * stream.random(len(originals)))
    order = np.argsort(np.concatenate(keys), kind="stable")
    return pa.concat_tables(parts).combine_chunks().take(pa.array(order)), order, extra


def _disguised(copies: Any, school: School, originals: Ints, stream: np.random.Generator) -> Any:
    """Return the rows under an id of their own and with a typing error in the name."""
    spec = school.block.spec
    new_ids = student_ids(spec, school.people.number[originals] + spec.students)
    names = [
        _swapped(name, chance)
        for name, chance in zip(copies["name"].to_pylist(), stream.random(len(originals)), strict=True)
    ]
    columns = {name: copies[name] for name in copies.column_names}
    return pa.table({**columns, "student_id": new_ids, "name": pa.array(names, pa.string())})


def _cell_log(table: _Table, ids: Any, place: Ints) -> Any:
    """Return the log of spoilt cells; ``place`` is where each row now stands."""
    rows = np.concatenate([entry["rows"] for entry in table.log])
    counts = [len(entry["rows"]) for entry in table.log]
    return pa.table(
        {
            "row": place[rows],
            "student_id": ids.take(pa.array(rows)),
            "column": np.repeat([entry["column"] for entry in table.log], counts).tolist(),
            "kind": np.repeat([entry["kind"] for entry in table.log], counts).tolist(),
            "clean": [text for entry in table.log for text in entry["clean"]],
            "dirty": [text for entry in table.log for text in entry["dirty"]],
        },
        schema=LOG_SCHEMA,
    )


def _row_log(whole: Any, ids: Any, extra: dict[str, Ints], place: Ints) -> Any:
    """Return the log of extra rows, which follow the block's own in ``place``."""
    exact, near = extra["exact_duplicate"], extra["near_duplicate"]
    rows = place[len(ids) :]
    own = whole["student_id"].combine_chunks().take(pa.array(rows)).to_pylist()
    near_of = ids.take(pa.array(near)).to_pylist()
    return pa.table(
        {
            "row": rows,
            "student_id": own,
            "column": [None] * len(exact) + ["student_id"] * len(near),
            "kind": ["exact_duplicate"] * len(exact) + ["near_duplicate"] * len(near),
            "clean": [None] * len(exact) + near_of,
            "dirty": [None] * len(exact) + own[len(exact) :],
        },
        schema=LOG_SCHEMA,
    )
