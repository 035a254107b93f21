"""What was put into a text table is what comes out, whatever stands in the cells."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import BadFile
from core.schema import Kind
from core.sources.base import FileSpec
from core.sources.files.source import FileSource

CELLS = st.one_of(
    st.sampled_from(
        ["", "007", "NA", "1E5", "1,5", "a;b", "x|y", "t\tt", '"', '""', "  ", "two\nlines", "r\rr", "=1+1"]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12),
)


@st.composite
def _tables(draw):
    width = draw(st.integers(2, 5))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1, max_size=8))
    rows.append(["last", *["x"] * (width - 1)])
    return rows


def _quoted(cell, delimiter, quote_all):
    special = quote_all or any(sign in cell for sign in (delimiter, '"', "\r", "\n"))
    return '"' + cell.replace('"', '""') + '"' if special else cell


@settings(max_examples=80)
@given(
    rows=_tables(),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    quote_all=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_text_comes_out_as_it_was_put_in(rows, delimiter, end, quote_all, encoding):
    names = [f"n{i}" for i in range(len(rows[0]))]
    text = "".join(
        delimiter.join(_quoted(cell, delimiter, quote_all) for cell in row) + end for row in [names, *rows]
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode(encoding))
        source = FileSource(FileSpec(path=str(path), delimiter=delimiter, header=True))
        frame = source.load("t", kinds=dict.fromkeys(names, Kind.TEXT)).collect()

    assert list(frame.columns) == names
    out = frame.astype(object).where(frame.notna(), "").to_numpy().tolist()
    assert out == rows


def _rows_or_refusal(source):
    """The number of rows, or the hint of the refusal; anything else is a failure."""
    try:
        return len(source.load("t").collect())
    except BadFile as error:
        return error.message.endswith(".") and error.hint


@settings(max_examples=80)
@given(data=st.binary(max_size=400))
def test_any_bytes_are_a_table_or_a_bad_file(data):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(data)
        source = FileSource(FileSpec(path=str(path)))
        assert source.status().message
        assert _rows_or_refusal(source)


@settings(max_examples=80)
@given(text=st.text(st.sampled_from("ab,;\t|\"\r\n01.5 é\x1a#'{[<"), max_size=60))
def test_any_odd_text_is_a_table_or_a_bad_file(text):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "t.csv"
        path.write_bytes(text.encode())
        source = FileSource(FileSpec(path=str(path)))
        assert _rows_or_refusal(source)
