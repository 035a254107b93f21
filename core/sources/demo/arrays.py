"""How the demo school's values become Arrow columns: typed, and text only as text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from core.sources.base import DemoSpec
from core.sources.demo.streams import Ints


def words(codes: npt.NDArray[Any], levels: Sequence[str]) -> Any:
    """Return the level of each code as text; a negative code is missing."""
    held = pa.array(codes, mask=codes < 0) if (codes < 0).any() else pa.array(codes)
    return pa.array(levels, pa.string()).take(held)


def numbers(values: npt.NDArray[Any]) -> Any:
    """Return floating numbers; NaN becomes missing."""
    return pa.array(values, pa.float64(), from_pandas=True)


def small(values: npt.NDArray[Any]) -> Any:
    """Return whole numbers in two bytes each, for the long tables."""
    return pa.array(values.astype(np.int16))


def days(values: npt.NDArray[np.datetime64]) -> Any:
    """Return days as times without a zone; NaT becomes missing."""
    return pa.array(values.astype("datetime64[us]"))


def numbered(prefix: str, values: Ints, *, width: int) -> Any:
    """Return ids such as ``S000042``."""
    digits = pc.utf8_lpad(pa.array(values).cast(pa.string()), width, "0")
    return pc.binary_join_element_wise(prefix, digits, "")


def student_ids(spec: DemoSpec, values: Ints) -> Any:
    """Return the ids of student numbers; wide enough for the near-duplicates' own numbers."""
    return numbered("S", values, width=max(6, len(str(2 * spec.students))))


def days_after(start: Any, count: Ints) -> npt.NDArray[np.datetime64]:
    """Return the days that lie ``count`` days after ``start``, which is one day or one for each."""
    later: npt.NDArray[np.datetime64] = start + count.astype("timedelta64[D]")
    return later


def day_of(value: date) -> np.datetime64:
    """Return a day as NumPy counts days."""
    return np.datetime64(value, "D")
