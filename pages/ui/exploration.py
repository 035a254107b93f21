"""The panels of the Explore page; each takes finished results and draws them."""

from functools import partial

import streamlit as st

from core import cache
from core.schema import Kind
from pages.ui import (
    behind,
    charts,
    explore_charts,
    explore_filter,
    explore_gaps,
    explore_outliers,
    explore_words,
    raw_rows,
    state,
    text,
    widgets,
)

NUMBER = {"format": "localized", "width": 100}
FIGURE = {"format": "%.4g", "width": 105}
MORE_ROLES = "Give more columns a role on Data sources."

FIGURES = {
    "mean": "Mean", "median": "Median", "std": "Spread (std)", "variance": "Variance", "skew": "Skew",
    "min": "Lowest", "q25": "Lower quarter", "q75": "Upper quarter", "max": "Highest",
}  # fmt: skip


def summary(found) -> None:
    """Every column in figures; a click on a heading sorts."""
    n_columns, n_numbers = len(found.summary.columns), len(found.schema.of_kind(Kind.NUMBER))
    st.markdown(
        f"{text.count(found.n, 'student')}, {text.count(n_columns, 'column')}, {n_numbers} of them numbers. "
        "Values that could identify a student are counted, never shown."
    )
    hidden = explore_words.withheld_figures(found.summary)
    if hidden:
        st.caption(hidden)
    st.dataframe(
        found.summary.frame(),
        key="summary",
        hide_index=True,
        placeholder="",
        width="stretch",
        height=raw_rows.height(n_columns, most=20),
        column_order=[
            "label",
            "sparkline",
            "kind",
            "role",
            "count",
            "missing",
            "distinct",
            *FIGURES,
            "top",
            "note",
        ],
        column_config=_summary_columns(),
        alt=f"The {n_columns} columns in figures.",
    )


def _summary_columns() -> dict:
    config = st.column_config
    return {
        "label": config.TextColumn("Column", pinned=True, width=190),
        "sparkline": config.BarChartColumn(
            "Shape", width=110, y_min=0, help="From lowest to highest, or by frequency."
        ),
        "kind": config.TextColumn("Holds", width=80),
        "role": config.TextColumn("Used as", width=90),
        "count": config.NumberColumn("Known", **NUMBER),
        "missing": config.NumberColumn("Gaps", **NUMBER),
        "distinct": config.NumberColumn("Different", **NUMBER),
        "top": config.TextColumn("Most frequent", width=320),
        "note": config.TextColumn("Note", width=320),
        **{name: config.NumberColumn(title, **FIGURE) for name, title in FIGURES.items()},
    }


def distribution(found) -> None:
    """One column: its histogram with five numbers, or the counts of its categories."""
    titles, names = found.titles, list(found.distributions)
    if not names:
        widgets.empty("No column can be shown without naming a student.", MORE_ROLES)
        return
    first = names.index(found.groups[0]) if found.groups else 0
    name = st.selectbox("Column", names, first, format_func=titles.__getitem__, key=_key("column"), width=420)
    result = found.distributions[name]
    if result.is_empty:
        widgets.empty(result.why_empty, "Choose another column.")
        return
    words = explore_words.distribution(result)
    st.markdown(text.md(words))
    if not result.is_histogram:
        _categories(result, words, titles[name])
        return
    unit = f" ({result.unit})" if result.unit else ""
    _histogram(result, words, f"{titles[name]}{unit}")
    if result.kind is Kind.NUMBER:
        _five_numbers(result)
        _curves(found, name, unit)


def _categories(result, words: str, title: str) -> None:
    """The students in each category, and the table behind the bars."""
    key, frame = f"bars_{result.column}", result.frame()
    drawn = charts.bars(frame, category="label", value="n", title="Students", alt=words, key=key)
    columns = {
        "label": behind.words("Value"),
        "n": behind.number("Students"),
        "share": behind.number("Share", "percent"),
    }
    alt = f"The students at each value of {title}."
    behind.table(frame, columns, key=key, name=title, alt=alt, drawn=drawn)


def _histogram(result, words: str, title: str) -> None:
    """The students in each bin, for numbers with the box above, and the table behind the bars."""
    key, frame, end = f"histogram_{result.column}", result.frame(), behind.day
    if result.kind is Kind.NUMBER:
        end = partial(behind.number, form="%.6g")
        drawn = charts.histogram_with_box(frame, result.boxes[0], title=title, alt=words, key=key)
        st.caption(
            "The box above the bars holds the middle half, the thick line in it is the median; the lines "
            "beside it end at the last value within 1.5 times its length."
        )
    else:
        drawn = charts.histogram(frame, title=title, alt=words, key=key)
    columns = {"low": end("From"), "high": end("To"), "n": behind.number("Students")}
    alt = f"The students in each bin of {title}."
    behind.table(frame, columns, key=key, name=title, alt=alt, drawn=drawn)


def _curves(found, name: str, unit: str) -> None:
    """The smoothed shape, for all students or side by side for the groups of a column."""
    titles, nobody = found.titles, "All students together"
    options = ["", *(one for one in found.groups if one != name)]
    by = st.selectbox(
        "Smoothed shape of", options, key=_key(f"curve_{name}"), width=420,
        format_func=lambda one: f"Groups of {titles[one]}" if one else nobody,
    )  # fmt: skip
    request, chosen = state.request(), {"column": name, "group": by}
    filters = explore_filter.chosen(request)
    curves = widgets.result_of(cache.figure_job(state.actor(), request, "curve", filters, chosen))
    if curves.is_empty:
        widgets.empty(curves.why_empty)
        return
    words = f"The smoothed shape of {titles[name]}" + (f" in each group of {titles[by]}." if by else ".")
    title, key, frame = f"{titles[name]}{unit}", f"curves_{name}", curves.frame()
    drawn = explore_charts.curves(frame, title=title, alt=words, key=key)
    alike = " Each area is as large as the others." if by else ""
    st.caption(f"{text.md(words)} Higher where more students are.{alike}")
    columns = {"group": behind.words("Group")} if by else {}
    columns |= {"x": behind.number(title, "%.6g"), "y": behind.number("Height", "%.4g")}
    alt = f"The points of the curve. {words}"
    behind.table(frame, columns, key=key, name=f"shape {titles[name]}", alt=alt, drawn=drawn)


def _five_numbers(result) -> None:
    """Lowest, quarters, middle and highest of the known values."""
    box = result.boxes[0]
    with st.container(horizontal=True):
        for label, value in (
            ("Lowest", box.min), ("Lower quarter", box.q25), ("Median", box.median),
            ("Upper quarter", box.q75), ("Highest", box.max),
        ):  # fmt: skip
            st.metric(label, explore_words.number(value), border=True, height="stretch")


def relations(found) -> None:
    """How strongly every two columns go together: a map, and the pairs in order."""
    if found.associations.is_empty:
        widgets.empty(found.associations.why_empty, MORE_ROLES)
        return
    pairs = found.pairs_frame()
    words = explore_words.relations(pairs)
    st.markdown(text.md(words))
    for note in found.associations.notes:
        st.caption(text.md(note))
    if pairs.empty:
        return
    drawn = charts.heatmap(found.map_frame(), alt=words, key="association_map")
    st.caption(
        "From -1 to 1 for two numbers (blue and orange show the direction), from 0 to 1 for pairs with a "
        "category. Tests are adjusted for their number (Benjamini and Hochberg)."
    )
    _pairs(pairs, drawn)


def _pairs(pairs, drawn) -> None:
    """The pairs as a table, strongest first."""
    config = st.column_config
    columns = {
        "left": config.TextColumn("Column", width=220),
        "right": config.TextColumn("With", width=220),
        "value": config.NumberColumn("Strength", format="%.2f", width=80),
        "method": config.TextColumn("Measured by", width=200),
        "low": config.NumberColumn("95 % from", format="%.2f", width=80),
        "high": config.NumberColumn("to", format="%.2f", width=80),
        "q": config.NumberColumn("Adjusted p", format="%.3f", width=90),
        "information": config.NumberColumn(
            "Shared information",
            format="%.2f",
            width=120,
            help="Normalised mutual information, 0 to 1: also finds bends that a correlation misses.",
        ),
        "n": config.NumberColumn("Students", **NUMBER),
    }
    alt = "Every pair of columns, strongest first."
    behind.open_table(pairs, columns, key="association_map", name="relations", alt=alt, drawn=drawn)


def missing(found) -> None:
    """Gaps by column, gaps that come together, and whether they depend on other columns."""
    result = found.missingness
    if result.is_empty:
        widgets.empty(result.why_empty)
        return
    words = _titled(result.sentence(), found.titles)
    st.markdown(text.md(words))
    _gaps(result, words)
    explore_gaps.matrix(found)
    explore_gaps.together(found)
    _sets_and_dependences(found, result)


def _gaps(result, words: str) -> None:
    """The gaps of each column that may be told, and the table behind the bars."""
    gaps = result.frame().query("missing > 0").head(25).astype({"missing": "int64"})
    if not gaps.empty:
        title = "Students without a value"
        drawn = charts.bars(gaps, category="label", value="missing", title=title, alt=words, key="gaps")
        columns = {
            "label": behind.words("Column"),
            "missing": behind.number(title),
            "share": behind.number("Share", "percent"),
        }
        alt = "The gaps of each column, most first."
        behind.table(gaps, columns, key="gaps", name="gaps", alt=alt, drawn=drawn)
    if result.n_few:
        few, least = text.count(result.n_few, "column"), result.min_group
        st.caption(f"Not shown: {few} with gaps of fewer than {least} students, or of all but so few.")


def _sets_and_dependences(found, result) -> None:
    """The sets of gaps that many students have, beside the gaps that depend on another column."""
    left, right = st.columns(2)
    with left:
        st.markdown("**The most frequent sets of gaps**")
        rows = [{"columns": _columns(one.columns, found.titles), "n": one.n} for one in result.patterns]
        students = st.column_config.NumberColumn("Students", format="localized")
        _table(
            rows, "patterns", {"columns": "What is missing", "n": students}, "The most frequent sets of gaps."
        )
        if result.n_patterns_withheld:
            hidden = text.count(result.n_patterns_withheld, "set")
            st.caption(f"{hidden} of few students, or that would tell of few, not shown.")
    with right:
        st.markdown("**Gaps that depend on another column**")
        depend = [
            {"column": found.titles[d.column], "other": found.titles[d.other], "value": d.value}
            for d in result.dependences
            if d.is_found
        ][:20]
        strength = st.column_config.NumberColumn("Strength", format="%.2f")
        names = {"column": "More often missing", "other": "Depending on", "value": strength}
        _table(depend, "dependences", names, "Columns whose gaps depend on another column.")


def _columns(names, titles) -> str:
    return ", ".join(titles[name] for name in names) or "nothing: complete"


def _titled(sentence: str, titles: dict) -> str:
    """Return a sentence with the columns called by their titles."""
    for name, title in titles.items():
        sentence = sentence.replace(f"'{name}'", f"'{title}'")
    return sentence


def _table(rows: list[dict], key: str, titles: dict, alt: str) -> None:
    """Draw a small table, or say that there is nothing."""
    if not rows:
        st.caption("None found.")
        return
    st.dataframe(
        rows,
        key=key,
        hide_index=True,
        width="stretch",
        height=raw_rows.height(len(rows)),
        column_config=titles,
        alt=alt,
    )


def outliers(found) -> None:
    """Values far from the others, by two rules, column by column."""
    result = found.outliers
    if result.is_empty:
        widgets.empty(result.why_empty)
        return
    words, frame = explore_words.outliers(result), result.frame()
    st.markdown(text.md(words))
    st.dataframe(
        frame,
        key="outliers",
        hide_index=True,
        placeholder="",
        width="stretch",
        height=raw_rows.height(len(result.columns), most=15),
        column_order=["label", "unit", "n", "n_iqr", "n_robust", *BOUNDS, "note"],
        column_config=_outlier_columns(),
        alt=words,
    )
    if frame[["n", "n_iqr", "n_robust"]].isna().any(axis=None):
        st.caption(
            "An empty count is of fewer than 10 students, or tells of as few, or the rule does not apply: "
            "the last column says which."
        )
    explore_outliers.students(found)


BOUNDS = {
    "iqr_low": "Fence below", "iqr_high": "Fence above", "robust_low": "z below", "robust_high": "z above",
}  # fmt: skip


def _outlier_columns() -> dict:
    config = st.column_config
    return {
        "label": config.TextColumn("Column", pinned=True, width=210),
        "unit": config.TextColumn("Unit", width=120),
        "n": config.NumberColumn("Known", **NUMBER),
        "n_iqr": config.NumberColumn("Outside fences", help="Beyond 1.5 quartile distances.", **NUMBER),
        "n_robust": config.NumberColumn("By robust z", help="Beyond 3.5 robust z-scores.", **NUMBER),
        "note": config.TextColumn("Note", width=320),
        **{name: config.NumberColumn(title, **FIGURE) for name, title in BOUNDS.items()},
    }


def _key(name: str) -> str:
    """Return a key that is new for another table, so that no choice outlives its columns."""
    return f"explore_{name}_{state.request().digest}"
