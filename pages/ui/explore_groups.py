"""The panel of Explore that compares one value between groups of students."""

import streamlit as st

from core import cache
from pages.ui import behind, charts, explore_charts, explore_filter, explore_words, state, text, widgets

MOST_TOGETHER = 20
"""Comparisons that are corrected together: the last ones made."""


def draw(request, found) -> None:
    """Choose a value and the groups; say how they differ."""
    if not found.values or not found.groups:
        widgets.empty(
            "There is nothing to compare.", "A number or an outcome and a column of groups are needed."
        )
        return
    titles, key = found.titles, request.digest
    left, right = st.columns(2)
    value = left.selectbox(
        "Compare", found.values, format_func=titles.__getitem__, key=f"explore_value_{key}"
    )
    by = right.selectbox(
        "Between groups of", found.groups, format_func=titles.__getitem__, key=f"explore_group_{key}"
    )
    if value == by:
        widgets.empty("A column cannot be compared by itself.", "Choose another column to group by.")
        return
    job = _job(request, value, by)
    compared = widgets.result_of(job)
    result, n_together = _corrected(request, value, by, compared.result)
    _draw(compared, result, n_together, titles[value], titles[by])


def _job(request, value: str, by: str):
    chosen = {"value": value, "group": by}
    filters = explore_filter.chosen(request)
    return cache.figure_job(state.actor(), request, "comparison", filters, chosen)


def _corrected(request, value: str, by: str, result):
    """Return the comparison corrected over all that were made here, and how many those are."""
    place = f"explore_compared_{request.digest}_{explore_filter.chosen(request)!r}"
    made = dict.fromkeys([*st.session_state.get(place, ()), (value, by)])
    st.session_state[place] = tuple(made)[-MOST_TOGETHER:]
    jobs = [_job(request, *one) for one in st.session_state[place] if one != (value, by)]
    others = [job.result().result for job in jobs if job.has_value]
    return cache.corrected_together([result, *others])[0], 1 + len(others)


def _draw(compared, result, n_together: int, value: str, by: str) -> None:
    """The largest difference in words, every group with its interval, and the spread of a number."""
    if result.is_empty:
        widgets.empty(result.why_empty, "Choose another column to group by.")
        return
    st.markdown(text.md(result.sentence))
    rate = result.measure == "rate"
    level = f" '{result.level}'" if rate and result.level != "yes" else ""
    title = f"Share of students: {value}{level}" if rate else value
    explore_charts.intervals(
        result.frame(), value=result.measure, title=title, alt=result.sentence, as_percent=rate,
        key="intervals",
    )  # fmt: skip
    st.caption("The dot is the group's " + ("share" if rate else "mean") + ", the line its 95 % interval.")
    if compared.spread is not None and not compared.spread.is_empty:
        unit = f" ({compared.value.unit})" if compared.value.unit else ""
        _spread(compared.spread, f"{value}{unit}", f"The spread of {value} by {by}.")
    if result.test is not None:
        st.caption(text.md(explore_words.test(result.test)))
    for note in result.notes:
        st.caption(text.md(note))
    _effects(result, n_together, value, by)
    with st.expander("Every group in a sentence", icon=":material/notes:"):
        st.markdown("\n".join(f"- {text.md(sentence)}" for sentence in result.sentences))


def _spread(spread, title: str, words: str) -> None:
    """A box for each group, and the table behind them."""
    explore_charts.spread(spread, title=title, alt=words, key="spread")
    st.caption("The box holds the middle half of each group, the line in it is the median.")
    columns = {"group": behind.words("Group"), "n": behind.number("Students")}
    columns |= {field: behind.number(name, "%.6g") for field, name in charts.BOX.items()}
    behind.table(spread.box_frame(), columns, key="spread", name=f"spread {title}", alt=words, kind="SVG")


def _effects(result, n_together: int, value: str, by: str) -> None:
    """Draw each group against all other students: differences and effect sizes with their intervals."""
    st.markdown("**Each group against all other students**")
    frame = result.frame()
    is_rate = result.measure == "rate"
    named = _RATES if is_rate else _NUMBERS
    number = {
        name: behind.number(title, "percent" if is_rate and name in _SHARES else "%.3g")
        for name, title in named.items()
    }
    columns = {
        "group": behind.words("Group", pinned=True),
        "n": behind.number("Students"),
        **number,
        "q": behind.number("Adjusted p", "%.3f"),
        "test": behind.words("Test"),
        "why": behind.words("Why this test", width=320),
    }
    alt = "Each group against all other students, with differences, effect sizes and their intervals."
    behind.open_table(frame, columns, key="intervals", name=f"{value} by {by}", alt=alt)
    several = f"all {n_together} comparisons made on this page" if n_together > 1 else "all groups"
    st.caption(f"Adjusted p counts {several} (Benjamini and Hochberg). An association, never a cause.")


_NUMBERS = {
    "mean": "Mean", "low": "mean from", "high": "mean to",
    "difference": "Difference", "difference_low": "95 % from", "difference_high": "to",
    "hedges_g": "Effect (Hedges' g)", "hedges_g_low": "g from", "hedges_g_high": "g to",
    "cliffs_delta": "Cliff's delta", "cliffs_delta_low": "delta from", "cliffs_delta_high": "delta to",
}  # fmt: skip
_SHARES = ("rate", "low", "high", "difference", "difference_low", "difference_high")
_RATES = {
    "rate": "Share", "low": "share from", "high": "share to",
    "difference": "Difference", "difference_low": "95 % from", "difference_high": "to",
    "risk_ratio": "Risk ratio", "risk_ratio_low": "ratio from", "risk_ratio_high": "ratio to",
    "odds_ratio": "Odds ratio", "odds_ratio_low": "odds from", "odds_ratio_high": "odds to",
}  # fmt: skip
