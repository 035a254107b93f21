"""The panel of Explore that compares one value between groups of students."""

import streamlit as st

from core import cache
from pages.ui import behind, charts, explore_charts, explore_filter, explore_words, state, text, widgets

MADE = "explore_compared"
"""Where a session keeps every comparison that was made in it, by table, part, value and groups."""


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
    """Return the comparison corrected over all that were made in this session, and how many those are.

    Whoever looks at many parts, outcomes or tables until one differs has looked that often.
    """
    made = st.session_state.setdefault(MADE, {})
    this = (request.digest, explore_filter.chosen(request), value, by)
    made[this] = result
    others = [one for which, one in made.items() if which != this]
    return cache.corrected_together([result, *others])[0], len(made)


def _draw(compared, result, n_together: int, value: str, by: str) -> None:
    """The largest difference in words, every group with its interval, and the spread of a number."""
    if result.is_empty:
        widgets.empty(result.why_empty, "Choose another column to group by.")
        return
    st.markdown(text.md(result.sentence))
    rate = result.measure == "rate"
    level = f" '{result.level}'" if rate and result.level != "yes" else ""
    title = f"Share of students: {value}{level}" if rate else value
    drawn = explore_charts.intervals(
        result.frame(), value=result.measure, title=title, alt=result.sentence, as_percent=rate,
        key="intervals",
    )  # fmt: skip
    st.caption("The dot is the group's " + ("share" if rate else "mean") + ", the line its 95 % interval.")
    if compared.spread is not None and not compared.spread.is_empty:
        unit = f" ({compared.value.unit})" if compared.value.unit else ""
        _spread(compared, f"{value}{unit}", f"The spread of {value} by {by}.")
    if result.test is not None:
        st.caption(text.md(explore_words.test(result.test)))
    for note in result.notes:
        st.caption(text.md(note))
    _effects(result, n_together, (value, by), drawn)
    with st.expander("Every group in a sentence", icon=":material/notes:"):
        st.markdown("\n".join(f"- {text.md(sentence)}" for sentence in result.sentences))


SHAPES = ("Boxes", "Violins")


def _spread(compared, title: str, words: str) -> None:
    """How a number is spread in each group: as boxes or as violins, as the viewer likes."""
    shape = st.segmented_control("Drawn as", SHAPES, default=SHAPES[0], key="spread_shape", required=True)
    (_violins if shape == "Violins" else _boxes)(compared, title, words)


def _violins(compared, title: str, words: str) -> None:
    """The smoothed shape of each group with its middle half, and the table behind them."""
    chosen = {"column": compared.value.name, "group": compared.group.name}
    request = state.request()
    filters = explore_filter.chosen(request)
    curves = widgets.result_of(cache.figure_job(state.actor(), request, "curve", filters, chosen))
    if curves.is_empty:
        widgets.empty(curves.why_empty)
        return
    key, frame = "violins", curves.frame()
    middle = compared.spread.box_frame().set_index("group")[["q25", "median", "q75"]]
    drawn = explore_charts.violins(frame.join(middle, on="group"), title=title, alt=words, key=key)
    st.caption(
        "The wider, the more students of the group are there; each area is as large as the others. "
        "The line in it is the middle half, the mark on it the median."
    )
    columns = {"group": behind.words("Group"), "x": behind.number(title, "%.6g")}
    columns["y"] = behind.number("Height", "%.4g")
    behind.table(frame, columns, key=key, name=f"shapes {title}", alt=words, drawn=drawn)


def _boxes(compared, title: str, words: str) -> None:
    """A box for each group, and the table behind them."""
    spread = compared.spread
    explore_charts.spread(spread, title=title, alt=words, key="spread")
    st.caption("The box holds the middle half of each group, the line in it is the median.")
    columns = {"group": behind.words("Group"), "n": behind.number("Students")}
    columns |= {field: behind.number(name, "%.6g") for field, name in charts.BOX.items()}
    behind.table(spread.box_frame(), columns, key="spread", name=f"spread {title}", alt=words)


def _effects(result, n_together: int, titles: tuple[str, str], drawn) -> None:
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
    name = " by ".join(titles)
    behind.open_table(frame, columns, key="intervals", name=name, alt=alt, drawn=drawn)
    several = "all groups of this comparison, the first of this session"
    if n_together > 1:
        several = f"all {n_together} comparisons made on this page in this session, of any part or outcome"
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
