"""The part of Missing values on columns that are missing together."""

import streamlit as st

from pages.ui import behind, explore_charts, explore_words, text

MOST = 24
"""Columns in the map: those with the most gaps."""


def matrix(found) -> None:
    """Draw the whole table as bands of like students by columns, darker where more lack the column."""
    drawn_of = found.missingness.matrix
    if drawn_of.is_empty:
        st.caption(text.md(drawn_of.why_empty))
        return
    st.markdown("**Who lacks what**")
    whom = "All students" if drawn_of.is_of_all else f"The {sum(drawn_of.sizes):,} who lack something"
    alt = (
        f"{whom}, in {len(drawn_of.sizes)} bands of at least {min(drawn_of.sizes)}, those with like gaps "
        "beside each other: the darker a square, the more of its band lack the column."
    )
    st.markdown(alt)
    frame = drawn_of.frame()
    frame = frame.assign(column=frame["column"].map(found.titles))
    drawn = explore_charts.gap_bands(frame, alt=alt, key="gap_matrix")
    st.caption(
        "Squares of one colour across a row: these columns are lacking together. A share is told to the "
        "nearest quarter, and bands are no groups that can be looked up."
    )
    columns = {
        "first": behind.number("Students from"),
        "last": behind.number("to"),
        "column": behind.words("Column"),
        "lacking": behind.number("Share without it, to a quarter", "percent"),
    }
    behind.table(frame, columns, key="gap_matrix", name="who lacks what", alt=alt, drawn=drawn)


def together(found) -> None:
    """Draw a map of every two columns with gaps: how many students lack both, and whether that is chance."""
    result = found.missingness
    pairs = result.pair_frame(most=MOST)
    if pairs.empty:
        return
    st.markdown("**Missing together**")
    titles = found.titles
    alt = explore_words.gaps_together(result, titles)
    st.markdown(text.md(alt))
    frame = pairs.assign(column_a=pairs["column_a"].map(titles), column_b=pairs["column_b"].map(titles))
    drawn = explore_charts.gap_map(frame, alt=alt, key="gap_map")
    st.caption(
        " ".join(["The number in a square is how many students lack both columns.", *_explained(result)])
    )
    columns = {
        "column_a": behind.words("Column"),
        "column_b": behind.words("With"),
        "n_a": behind.number("Lack the first"),
        "n_b": behind.number("Lack the second"),
        "n_both": behind.number("Lack both"),
        "share_of_either": behind.number("Of those who lack one", "percent"),
        "r": behind.number("Together (phi)", "%.2f"),
    }
    one_way = frame[pairs["column_a"] < pairs["column_b"]]
    behind.table(one_way, columns, key="gap_map", name="missing together", alt=alt, drawn=drawn)


def _explained(result) -> list[str]:
    """Return how the colours are read, and what is not shown."""
    colour = (
        "Its colour is the correlation of the gaps (phi): orange where they come together more often than by "
        "chance, blue where less often."
    )
    said = [colour]
    if result.withheld_pairs:
        said.append("A dash: few students lack both, only one, or neither; not shown.")
    if result.n_few:
        columns, them = text.count(result.n_few, "column"), "it" if result.n_few == 1 else "them"
        said.append(f"{columns} left out: fewer than 10 students lack {them}, or have {them}.")
    return said
