"""The engine seam: the one module that knows which engine holds a frame.

pandas and Spark frames are handled through narwhals; the border is crossed only by Arrow,
because a missing text becomes the word ``nan`` on every other way into Spark. What is not a number
is a gap on both: pandas knows no difference, and for Spark NaN would be the largest number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import pandas as pd

from core.errors import ColumnNotFound

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]
"""A table held by pandas (eager) or by Spark (lazy)."""


def wrap(native: Any) -> Frame:
    """Return a pandas or Spark frame as the frame that steps work on; NaN of Spark's numbers becomes NULL.

    Runs no Spark job.
    """
    frame: Frame = nw.from_native(native)
    return _without_nan(frame) if isinstance(frame, nw.LazyFrame) else frame


def _without_nan(frame: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return the frame with NULL for NaN; the frame itself where no column can hold NaN."""
    floats = [name for name, dtype in frame.collect_schema().items() if dtype.is_float()]
    if not floats:
        return frame
    return frame.with_columns(nw.when(~nw.col(name).is_nan()).then(nw.col(name)) for name in floats)


def collect(frame: Frame, *, limit: int | None = None) -> pd.DataFrame:
    """Return the rows as pandas, at most ``limit`` of them; runs a Spark job on a Spark frame.

    The pandas frame behind an eager frame is returned itself, not a copy: do not change it.
    """
    shown = frame.head(limit) if limit is not None else frame
    if isinstance(shown, nw.LazyFrame):
        return from_arrow(shown.collect("pyarrow").to_native())
    native: pd.DataFrame = shown.to_native()
    return native


def from_arrow(table: Any) -> pd.DataFrame:
    """Return an Arrow table as pandas: text as ``str``, times without a zone, missing as NaN."""
    frame: pd.DataFrame = table.to_pandas(date_as_object=False)
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.DatetimeTZDtype):
            frame[name] = frame[name].dt.tz_convert("UTC").dt.tz_localize(None)
    return frame


def on_spark(frame: pd.DataFrame, session: SparkSession) -> Frame:
    """Return the rows as a Spark frame; NaN in a number column becomes NULL.

    Put it into ``kept`` for more than one question: Spark's planner works on rows that it holds itself
    one by one, each time anew.
    """
    import pyarrow as pa

    # Arrow has made NaN a gap: what wrap does would be worked out row by row while Spark plans.
    made: Frame = nw.from_native(session.createDataFrame(pa.Table.from_pandas(frame, preserve_index=False)))
    return made


@contextmanager
def kept(frame: Frame) -> Iterator[Frame]:
    """Give a frame whose rows Spark works out once for the block, however often they are asked for."""
    if not isinstance(frame, nw.LazyFrame):
        yield frame
        return
    native = frame.to_native().persist()
    try:
        # It was wrapped before: there is no NaN in it.
        yield nw.from_native(native)
    finally:
        native.unpersist()


def count(frame: Frame) -> int:
    """Return the number of rows; runs a Spark job on a Spark frame."""
    return int(first_row(frame.select(n=nw.len()))["n"])


def first_row(frame: Frame) -> dict[str, Any]:
    """Return the first row as a dict; raises StopIteration on an empty frame."""
    eager = frame.collect("pyarrow") if isinstance(frame, nw.LazyFrame) else frame
    return next(iter(eager.head(1).iter_rows(named=True)))


def column_names(frame: Frame) -> list[str]:
    """Return the column names in order; runs no job."""
    return list(frame.collect_schema().names())


def require(frame: Frame, columns: Sequence[str], *, where: str) -> None:
    """Do nothing if the frame has all ``columns``; raises ColumnNotFound naming the first gap."""
    valid = column_names(frame)
    for name in columns:
        if name not in valid:
            raise ColumnNotFound.of(name, valid, where=where)


def content_hash(frame: pd.DataFrame) -> str:
    """Return 16 hexadecimal digits that change when a name, a value or the row order changes."""
    digest = hashlib.sha256("\x1f".join(map(str, frame.columns)).encode())
    if len(frame):
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()[:16]
