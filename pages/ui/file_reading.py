"""How a file was read: shown with its reasons, and corrected where the guess is wrong."""

from dataclasses import replace

import streamlit as st

from pages.ui import text, trying

PLACE = "reading"
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
DECIMALS = {".": "point", ",": "comma"}
HEADERS = {True: "column names", False: "values"}
ENCODINGS = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 (little endian)",
    "utf-16-be": "UTF-16 (big endian)",
    "cp1252": "Western, Windows (cp1252)",
    "latin-1": "Western (latin-1)",
    "iso-8859-15": "Western with € (iso-8859-15)",
    "mac-roman": "Western, old Mac (mac-roman)",
    "cp1250": "Central European (cp1250)",
    "cp1251": "Cyrillic (cp1251)",
    "shift-jis": "Japanese (shift-jis)",
    "euc-jp": "Japanese (euc-jp)",
    "gb18030": "Chinese (gb18030)",
    "big5": "Chinese (big5)",
    "euc-kr": "Korean (euc-kr)",
}


def draw(request, preview) -> None:
    """Draw the choice of the table, and for a file how it was read."""
    _table(request, preview)
    found = preview.file_format
    if found is not None:
        st.markdown(_in_words(found))
        for doubt in found.doubts:
            st.warning(text.md(doubt), icon=":material/help:")
        with st.expander("Why, and how to read it another way", icon=":material/tune:"):
            st.markdown("\n".join(f"- {text.md(reason)}" for reason in found.reasons))
            _corrections(request, found)
    trying.take_over(PLACE)
    _notes(preview.provenance.notes)


def _table(request, preview) -> None:
    """Let the viewer choose one of several tables."""
    if len(preview.tables) < 2:
        return
    now = preview.provenance.table
    key = f"table_{request.table.source}"
    chosen = st.selectbox("Table", preview.tables, preview.tables.index(now), key=key, width=360)
    if request.table.is_demo and now != preview.tables[0]:
        st.caption("The list of students is made from a table with one row a student: 'students' has it.")
    if chosen != now:
        trying.choose(PLACE, lambda: _another(request, table=chosen))


def _another(request, **options):
    """Return the request for the same source, read in another way: the outcome is kept, corrections go."""
    source, table = request.table.source, options.pop("table", None)
    if table is not None and not request.table.is_demo:
        options, table = {"sheet": table}, None
    source = replace(source, **options) if options else source
    return request.with_source(source, table=table).with_outcome(request.outcome)


def _in_words(found) -> str:
    """Return the format in one line."""
    if found.kind == "parquet":
        return "**Parquet file**: columns, types and values are as they were written."
    parts = [f"first line: {HEADERS[found.header]}", f"decimal {DECIMALS[found.decimal]}"]
    if found.kind == "csv":
        parts = [
            f"values between {DELIMITERS[found.delimiter]}s",
            f"encoding {text.md(found.encoding)}",
            *parts,
        ]
        return "**Text file** · " + " · ".join(parts)
    return f"**Excel workbook** · sheet {text.md(found.sheet)} · " + " · ".join(parts)


def _corrections(request, found) -> None:
    """Let the viewer set what was guessed wrongly."""
    if found.kind == "parquet":
        return
    source = request.table.source
    with st.form(f"reading_{request.table.digest}", border=False):
        columns = st.columns(4)
        options = {
            "header": _pick(columns[0], "First line", HEADERS, source.header, found.header),
            "decimal": _pick(columns[1], "Decimal mark", DECIMALS, source.decimal, found.decimal),
        }
        if found.kind == "csv":
            options["delimiter"] = _pick(
                columns[2], "Delimiter", DELIMITERS, source.delimiter, found.delimiter
            )
            options["encoding"] = _pick(columns[3], "Encoding", ENCODINGS, source.encoding, found.encoding)
        wanted = st.form_submit_button("Read it this way", icon=":material/refresh:")
    if wanted:
        trying.choose(PLACE, lambda: _another(request, **options))


def _pick(place, label: str, words: dict, chosen, found):
    """Return the viewer's choice, None for what is detected."""
    options = [None, *words]
    shown = (
        {None: f"detected ({words.get(found, found)})", **words}
        if chosen is None
        else {None: "detect", **words}
    )
    return place.selectbox(label, options, options.index(chosen), format_func=shown.__getitem__)


def _notes(notes: tuple[str, ...]) -> None:
    """Say what was noticed while the table was read."""
    if not notes:
        return
    title = text.count(len(notes), "thing") + " noticed while reading"
    with st.expander(title, icon=":material/notes:", expanded=len(notes) <= 3):
        st.markdown("\n".join(f"- {text.md(note)}" for note in notes))
