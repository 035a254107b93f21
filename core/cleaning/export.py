"""A table as CSV that a spreadsheet shows and never runs: formulas in text and headers are made harmless."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

_BEFORE = '[ \u00a0\u2000-\u200b\u202f\u3000\ufeff"`´‘’“”„«»]*'
"""What a spreadsheet may skip before it sees a formula."""
DANGEROUS = f"^{_BEFORE}[=+\\-@\t\r\n\x00＝＋－＠﹢﹣−]"
"""How a text begins that a spreadsheet may run; an apostrophe in front is what makes it harmless."""
PLAIN_NUMBER = r"^[+-]?[0-9]+(?:[.,][0-9]+)?(?:[eE][+-]?[0-9]+)?$"
"""A text that is only a number, such as ``-10``: it stays one."""


def to_csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Return the table as CSV: UTF-8 without a byte order mark, commas, one header line.

    Text cells are in quotes, so that no other delimiter can cut a cell in two; numbers, dates and missing
    values (nothing at all) are not. A text cell or header that a spreadsheet could run as a formula gets an
    apostrophe in front; numbers, in number columns or as text, stay as they are. Doing it twice changes
    nothing more. Days are written ``2026-09-01``, yes and no in boolean columns ``true`` and ``false``.

    >>> to_csv_bytes(pd.DataFrame({"name": ["=1+1", "Zoe"], "gain": [-10.5, 2.0]})).decode().split("\n")
    ['name,gain', '"\'=1+1",-10.5', '"Zoe",2', '']
    """
    header = [harmless(str(name)) for name in frame.columns]
    columns = [_cells(frame.iloc[:, at]) for at in range(frame.shape[1])]
    body = io.BytesIO()
    if columns and len(frame):
        table = pa.table(columns, names=[str(at) for at in range(len(columns))])
        pyarrow.csv.write_csv(table, body, pyarrow.csv.WriteOptions(include_header=False))
    return _header_line(header) + body.getvalue()


def harmless(text: str) -> str:
    """Return the text, with an apostrophe in front when a spreadsheet could run it.

    >>> harmless("=HYPERLINK(1)"), harmless("-10"), harmless("- none")
    ("'=HYPERLINK(1)", '-10', "'- none")
    """
    return str(_harmless(pa.chunked_array([pa.array([text], pa.large_string())]))[0].as_py())


def _harmless(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return the texts with an apostrophe in front of each that a spreadsheet could run."""
    dangerous = pc.and_(
        pc.match_substring_regex(texts, DANGEROUS),
        pc.invert(pc.match_substring_regex(texts, PLAIN_NUMBER)),
    )
    if not pc.any(dangerous).as_py():
        return texts
    apostrophe, nothing = (pa.scalar(text, pa.large_string()) for text in ("'", ""))
    return pc.if_else(dangerous, pc.binary_join_element_wise(apostrophe, texts, nothing), texts)


def _cells(column: pd.Series) -> pa.ChunkedArray:
    """Return one column as it is written."""
    if pd.api.types.is_bool_dtype(column) or pd.api.types.is_numeric_dtype(column):
        return pa.chunked_array([pa.array(column, from_pandas=True)])
    if pd.api.types.is_datetime64_any_dtype(column):
        return pa.chunked_array([_moments(column)])
    texts = pa.array(column.astype("str"), pa.large_string(), from_pandas=True)
    return _harmless(texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts]))


def _moments(column: pd.Series) -> pa.Array:
    """Return days where no cell has a time of day, else times to the second or finer."""
    known = column.dropna()
    if (known == known.dt.normalize()).all():
        return pa.array(column.dt.date, pa.date32(), from_pandas=True)
    whole = (known == known.dt.floor("s")).all()
    return pa.array(column, from_pandas=True).cast(pa.timestamp("s" if whole else "us"), safe=False)


def _header_line(names: list[str]) -> bytes:
    """Return the header, quoted where a delimiter, a quote or a line break makes it necessary."""
    line = io.StringIO()
    if any(mark in name for name in names for mark in ";\t|"):
        csv.writer(line, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(names)
    else:
        csv.writer(line, lineterminator="\n").writerow(names)
    return line.getvalue().encode()
