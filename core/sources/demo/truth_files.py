"""The truth of a demo school as files: JSON to read, Parquet and CSV to join."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from core.sources.demo.settings import demo_settings
from core.sources.demo.truth import Truth

TRUTH_FILES = (
    "effects.json",
    "segments.json",
    "protected.json",
    "mentoring.json",
    "leaks.json",
    "drift.json",
    "dirt.json",
    "dirt_cells.csv",
    "students.parquet",
)


def write_truth(truth: Truth, folder: Path) -> None:
    """Write the truth into a folder, which is made; raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in _documents(truth).items():
        text = json.dumps({"synthetic": True, **content}, indent=2, ensure_ascii=False)
        (folder / name).write_text(f"{text}\n", encoding="utf-8")
    truth.dirt.to_csv(folder / "dirt_cells.csv", index=False, encoding="utf-8", lineterminator="\n")
    whole = pa.Table.from_pandas(truth.students, preserve_index=False)
    pa.parquet.write_table(whole, str(folder / "students.parquet"))


def _documents(truth: Truth) -> dict[str, Mapping[str, Any]]:
    return {
        "effects.json": {
            "spec": dataclasses.asdict(truth.spec),
            "generator_version": truth.generator_version,
            "as_of": truth.as_of.isoformat(),
            "intercept": truth.intercept,
            "coefficients": dict(truth.coefficients),
        },
        "segments.json": {"segments": _rows(truth.segments)},
        "protected.json": {"statement": truth.protected_statement, "groups": _rows(truth.protected)},
        "mentoring.json": dataclasses.asdict(truth.mentoring),
        "leaks.json": {"columns": list(truth.leaks)},
        "drift.json": dataclasses.asdict(truth.drift),
        "dirt.json": {
            "on": truth.spec.dirt,
            "rates": {rule.kind: rule.rate for rule in demo_settings().dirt if truth.spec.dirt},
            "counts": _rows(_counts(truth.dirt)),
        },
    }


def _counts(dirt: pd.DataFrame) -> pd.DataFrame:
    """Return how often each kind was planted in each column; extra rows have no column of their own."""
    named = dirt.assign(column=dirt["column"].fillna(""))
    return named.groupby(["kind", "column"]).size().rename("n").reset_index()


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows with missing values as null."""
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict("records")
    ]
