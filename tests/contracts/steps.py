"""Examples of every kind of step, and a table with every sort of dirt that they meet."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from core import frames
from core.cleaning.bins import BinNumbers
from core.cleaning.columns import CastColumns, DropColumns, RenameColumn
from core.cleaning.conditions import DropRowsWhere
from core.cleaning.dates import ParseDates
from core.cleaning.derive import DeriveColumn
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.group_fill import FillByGroup
from core.cleaning.ledger import numbered
from core.cleaning.merging import MergeStudents
from core.cleaning.missing import FillWithConstant, FillWithMean, FillWithMedian, FillWithMode
from core.cleaning.model_fill import FillWithModel
from core.cleaning.neighbour_fill import FillWithNeighbours
from core.cleaning.numbers import ParseFlags, ParseNumbers
from core.cleaning.outliers import CapOutliers
from core.cleaning.ranges import SetRange
from core.cleaning.rare import CombineRare
from core.cleaning.registry import STEPS
from core.cleaning.rows import DropRows
from core.cleaning.step import ROW
from core.cleaning.text import MapValues, NormaliseText, PlaceholdersToMissing, StripText
from core.frames import Frame
from tests.cleaning.tables import dataset

MERGED = (("M1", "M2"), ("M1", "M3"), ("M4", "M5"), ("M4", "nobody"))
"""Students of the first rows, each of whom is there once, and one who is not there."""

EXAMPLES = {
    "strip_text": (StripText(("name", "device")),),
    "normalise_text": (
        NormaliseText(("name", "device")),
        NormaliseText(("name",), "title", accents=True),
        NormaliseText(("name",), "upper"),
    ),
    "placeholders_to_missing": (
        PlaceholdersToMissing(("device", "amount", "hours"), ("?", " N/A ", "-99")),
        PlaceholdersToMissing(("name", "device")),
    ),
    "parse_numbers": (
        ParseNumbers(("amount",)),
        ParseNumbers(("grouped",), ",", ".", units=("h", "€"), percent_as_fraction=True),
    ),
    "parse_dates": (
        ParseDates(("entered",)),
        ParseDates(("entered", "name"), ("dmy", "ymd")),
        ParseDates(("entered",), ("mdy",)),
    ),
    "parse_flags": (ParseFlags(("answer",)),),
    "map_values": (MapValues("device", (("OWN", "own"), ("shraed", "shared"), ("Own ", "own"))),),
    "cast_columns": (
        CastColumns(("hours", "load")),
        CastColumns(("score",), "category"),
        CastColumns(("code", "amount"), "number"),
    ),
    "rename_column": (RenameColumn("hours", "weekly hours"),),
    "set_range": (
        SetRange("hours", 0.0, 60.0),
        SetRange("hours", 0.0, 60.0, "flag"),
        SetRange("hours", 0.0, 60.0, "clip"),
        SetRange("hours", highest=40.0),
    ),
    "drop_rows": (DropRows(("student_id", "hours")),),
    "drop_rows_where": (
        DropRowsWhere("hours > 50 or device == 'own'"),
        DropRowsWhere("score == 0"),
    ),
    "drop_duplicates": (DropDuplicates(("student_id",)), DropDuplicates(("student_id", "name"))),
    "merge_students": (MergeStudents("student_id", MERGED),),
    "keep_one_per_student": (
        KeepOnePerStudent(("student_id",)),
        KeepOnePerStudent(("student_id",), "last", "seen_on"),
        KeepOnePerStudent(("student_id",), "first", "hours"),
    ),
    "derive_column": (
        DeriveColumn("burden", "mean(score, load) * 2"),
        DeriveColumn("is_busy", "hours > 20"),
        DeriveColumn("ratio", "hours / score"),
    ),
    "cap_outliers": (
        CapOutliers(("load", "hours")),
        CapOutliers(("load",), "robust_z", 3.5),
        CapOutliers(("load",), "percentile", 5.0),
    ),
    "bin_numbers": (
        BinNumbers("load", (5.0, 10.0, 20.0)),
        BinNumbers("load", quantiles=4),
        BinNumbers("hours", quantiles=3),
    ),
    "combine_rare": (CombineRare(("rare", "device"), 60),),
    "drop_columns": (DropColumns(("amount", "blank")),),
    "fill_with_median": (
        FillWithMedian(("hours", "score")),
        FillWithMedian(("hours",), was_missing=True),
    ),
    "fill_with_mean": (FillWithMean(("hours", "load")), FillWithMean(("load",), was_missing=True)),
    "fill_with_mode": (FillWithMode(("device", "score")),),
    "fill_by_group": (
        FillByGroup(("load", "hours"), "device"),
        FillByGroup(("load",), "rare", "mean", was_missing=True),
        FillByGroup(("device", "score"), "rare", "mode"),
    ),
    "fill_with_constant": (
        FillWithConstant(("device",), value="not known"),
        FillWithConstant(("hours",), value=0.0),
    ),
    "fill_with_neighbours": (FillWithNeighbours(("load", "score", "hours"), was_missing=True),),
    "fill_with_model": (FillWithModel(("load", "score", "hours")),),
}
"""At least one of each kind; each changes the dirty table."""

SHORT = (
    StripText(("name", "device")),
    PlaceholdersToMissing(("device",)),
    *EXAMPLES["parse_numbers"],
    SetRange("hours", 0.0, 60.0),
    DropRows(("student_id",)),
    FillWithMedian(("hours", "amount"), was_missing=True),
)
"""A recipe as most schools have it: what a cluster is asked in every run of the tests."""

WHOLE = (
    StripText(("name", "device")),
    NormaliseText(("device",)),
    PlaceholdersToMissing(("device",)),
    *EXAMPLES["parse_numbers"],
    ParseDates(("entered",), ("ymd", "dmy")),
    ParseFlags(("answer",)),
    MapValues("device", (("shraed", "shared"),)),
    CastColumns(("code",), "number"),
    RenameColumn("hours", "weekly hours"),
    SetRange("weekly hours", 0.0, 60.0, "flag"),
    SetRange("weekly hours", 0.0, 60.0),
    DropRows(("student_id",)),
    DropRowsWhere("code == 3.5"),
    DropDuplicates(("student_id",)),
    KeepOnePerStudent(("student_id",), "last", "seen_on"),
    MergeStudents("student_id", MERGED),
    DeriveColumn("burden", "[weekly hours] + load"),
    CapOutliers(("load",)),
    BinNumbers("burden", quantiles=4),
    CombineRare(("rare",), 60),
    DropColumns(("blank",)),
    FillWithMedian(("weekly hours", "amount"), was_missing=True),
    FillWithMean(("load",)),
    FillWithMode(("device", "answer")),
    FillByGroup(("code",), "rare"),
    FillWithConstant(("name",), value="not known"),
)
"""One recipe with a step of every kind that runs on Spark."""

AMONG_OTHERS = frozenset({"drop_duplicates", "merge_students", "keep_one_per_student"})
"""What these do to a row depends on the other rows of the same student."""

TEXTS = {
    "name": (
        *("Ana  López", " Ana\u00a0López", "Ana Lo\u0301pez", "Łukasz\t", "李 明", "", "   ", None),
        *("\u200fمحمد علي", "🙂 Zoë", "Zoe\u0308", "STRASSE", "Straße", "İpek"),
    ),
    "device": ("own", "OWN", "Own ", "shared", "shraed", "?", " n/a", None),
    "amount": (
        *("12", "3,5", "-4.25", "+7", " 1e3 ", "85 %", "$ 20", "-€5", "1'000", "1 234,5", ".5", "5."),
        *("1,2,3", "?", "nan", "1e999", "-0", "", None),
    ),
    "grouped": ("1.234,5", "12.34", "1.234.567", "7,25 %", "5 h", "€3", "1.23", "x", None),
    "answer": ("yes", "No", " Y ", "0", "TRUE", "maybe", "", None),
    "entered": (
        *("2026-01-31", "2026-02-30", " 2025-12-01", "31.01.2026", "1.2.2026", "02/03/2026"),
        *("13/02/2026", "2026-01-31 08:15:00", "soon", "", None),
    ),
    "code": ("1", "2", "2", "3.5", "-0", "x", "1e3", "", None),
    "rare": ("a", "a", "a", "a", "a", "b", "b", "b", "c", "李", None),
}
NUMBERS = (0.0, -0.0, 12.5, 12.5, 40.0, 60.0, 60.5, -1.0, -99.0, np.inf, -np.inf, np.nan)
DAYS = (*pd.to_datetime(["2026-01-05", "2026-02-01", "2026-02-01"]), pd.NaT)


def dirty(n, *, seed=7):
    """Return n rows with every sort of dirt: spaces, spellings, commas, gaps, ties, both zeros, copies."""
    rng = np.random.default_rng(seed)

    def drawn(values):
        return [values[at] for at in rng.integers(0, len(values), n)]

    ids = [
        None if gap else f"S{number:05d}"
        for number, gap in zip(rng.integers(0, max(n, 1), n), rng.random(n) < 0.02, strict=True)
    ]
    table = pd.DataFrame(
        {
            "student_id": pd.Series(ids, dtype="str"),
            **{name: pd.Series(drawn(values), dtype="str") for name, values in TEXTS.items()},
            "hours": pd.Series(drawn(NUMBERS), dtype="float64"),
            "score": rng.integers(0, 3, n).astype("float64"),
            "load": np.where(rng.random(n) < 0.1, np.nan, np.round(rng.lognormal(2.0, 1.0, n), 2)),
            "seen_on": pd.Series(drawn(DAYS), dtype="datetime64[us]"),
            "blank": pd.Series([None] * n, dtype="str"),
        }
    )
    for at, name in enumerate(("M1", "M2", "M3", "M4", "M5")[:n]):
        table.loc[at, "student_id"] = name
    copies = rng.integers(min(10, n), n, n // 20) if n >= 20 else []
    return pd.concat([table.iloc[: n - len(copies)], table.iloc[copies]], ignore_index=True)


@dataclass(frozen=True)
class Case:
    """One example with a name for the list of tests."""

    name: str
    step: object

    @property
    def is_first(self):
        """Whether it is the first example of its kind."""
        return self.step == EXAMPLES[self.step.kind][0]


CASES = [Case(f"{kind}{at or ''}", step) for kind, steps in EXAMPLES.items() for at, step in enumerate(steps)]


def students(table, held: Frame | None = None):
    """Return a table as a dataset, its rows numbered, held by pandas or as given."""
    made = dataset(table)
    return made.with_frame(held if held is not None else frames.wrap(numbered(table)), note="numbered")


def in_order(made):
    """Return the rows of a dataset as pandas, in the order of the loaded table."""
    return made.collect().sort_values(ROW, ignore_index=True)


def on_spark(table, session):
    """Return a table held by Spark in which every second gap of a number column is NaN, the others NULL."""
    return frames.wrap(session.createDataFrame(half_nan(pa.Table.from_pandas(table, preserve_index=False))))


def half_nan(rows):
    """Return an Arrow table in which every second gap of a number column is NaN."""
    for at, field in enumerate(rows.schema):
        if pa.types.is_floating(field.type):
            column = rows.column(at).to_numpy()
            gaps = np.flatnonzero(np.isnan(column))
            missing = np.isin(np.arange(len(column)), gaps[::2])
            rows = rows.set_column(at, field, pa.array(column, field.type, mask=missing))
    return rows


def on_spark_too():
    """Return the kinds that run on Spark."""
    return {kind for kind, step in STEPS.items() if not step.collects}
