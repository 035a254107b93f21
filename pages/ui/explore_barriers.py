"""The panel of Explore on barriers that come together: rules that a person states, and what follows."""

import streamlit as st

from core import cache
from core.schema import Kind
from pages.ui import (
    behind,
    charts,
    explore_charts,
    explore_filter,
    explore_words,
    raw_rows,
    state,
    text,
    widgets,
)

SIDES = ("above", "below")
MOST = 7
"""More have too many combinations to find out whether counting them would tell on somebody."""


def draw(request, found) -> None:
    """Say when a column is a barrier; count the barriers of each student, and find what goes together."""
    able = [name for name in found.choices if found.schema.column(name).kind is not Kind.DATE]
    able = [name for name in able if name != found.outcome]
    st.markdown(
        "Which hardships come together, and how many does a student carry? A table does not tell which "
        "end of a column is the hard one: choose columns, and say from where on each is a barrier."
    )
    names = st.multiselect(
        "Barriers", able, key=f"barriers_{request.cleaning.digest}",
        format_func=found.titles.__getitem__, max_selections=MOST,
    )  # fmt: skip
    rules = [_rule(request, found, name) for name in names]
    if not rules or None in rules:
        widgets.empty("Choose at least one barrier, and for each the values that count.")
        return
    result = widgets.result_of(
        cache.figure_job(
            state.actor(), request, "barriers", explore_filter.chosen(request), {"rules": tuple(rules)}
        )
    )
    _counts(result)
    if result.n_left_out:
        students = text.count(result.n_left_out, "student")
        st.caption(f"Left out: {students} of whom one of these values is not known.")
    _pairs(result.pairs, found.titles)


def _rule(request, found, name: str):
    """Draw the fields of one rule and return it; None while nothing is chosen."""
    shown, key = found.distributions[name], f"barrier_{request.cleaning.digest}_{name}"
    title = text.md(found.titles[name])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if not shown.is_histogram:
            labels = [bar.label for bar in shown.bars]
            values = st.multiselect(f"{title} is a barrier at", labels, key=f"{key}_values")
            return cache.BarrierRule(name, values=tuple(values)) if values else None
        side = st.selectbox(f"{title} is a barrier", SIDES, key=f"{key}_side", width=240)
        box = shown.boxes[0]
        start = float(box.q75 if side == "above" else box.q25)
        limit = st.number_input("this value", value=start, key=f"{key}_{side}", width=200)
        return cache.BarrierRule(name, **{side: limit})


def _counts(result) -> None:
    """How many students carry 0, 1, 2, 3 or more, and the outcome at each count."""
    counts = result.counts
    if counts.is_empty:
        widgets.empty(counts.why_empty)
        return
    words = explore_words.barriers(counts)
    st.markdown(text.md(words))
    frame = counts.frame()
    left, right = st.columns(2) if result.has_outcome else (st.container(), None)
    with left:
        key = "barrier_counts"
        drawn = charts.bars(
            frame, category="barriers", value="n", title="Students", alt=words, key=key, row=30
        )
        st.caption("Students by the number of their barriers.")
        columns = {
            "barriers": behind.words("Barriers"),
            "n": behind.number("Students"),
            "share": behind.number("Share", "percent"),
        }
        behind.table(frame, columns, key=key, name="barriers", alt=words, drawn=drawn)
    if right is not None:
        with right:
            _rates(frame.dropna(subset="rate"), words)
    if counts.n_unknown < 0:
        st.caption("For a few students a value is not known; it counts as no barrier.")
    elif counts.n_unknown:
        st.caption(
            f"For {text.count(counts.n_unknown, 'student')} a value is not known; it counts as no barrier."
        )


def _rates(frame, words: str) -> None:
    """The outcome at each number of barriers, and the table behind it."""
    frame = frame.assign(group=frame["barriers"] + " barriers")
    title, key = "Share with the outcome", "barrier_rates"
    drawn = explore_charts.intervals(frame, value="rate", title=title, alt=words, as_percent=True, key=key)
    st.caption("The outcome at each number; the line is the 95 % interval. Association, never cause.")
    columns = {
        "barriers": behind.words("Barriers"),
        "n": behind.number("Students"),
        "rate": behind.number(title, "percent"),
        **behind.interval("percent"),
    }
    alt = f"{title} at each number."
    behind.table(frame, columns, key=key, name="outcome by barriers", alt=alt, drawn=drawn)


def _sets(pairs, titles: dict) -> None:
    """Which barriers exactly students carry, the most frequent sets first, and the table behind it."""
    frame = pairs.set_frame()
    named = [" + ".join(titles[name] for name in one.columns) or "no barrier" for one in pairs.sets]
    frame = frame.assign(named=named)
    first = frame.iloc[0]
    words = f"Most frequent: {first['named']} ({text.count(first['n'], 'student')})."
    st.markdown("**Exactly which barriers**")
    st.markdown(text.md(words))
    key, title, most = "barrier_sets", "Students", 20
    top = frame.head(most)
    drawn = charts.bars(top, category="named", value="n", title=title, alt=words, key=key)
    said = ["Each student is in one bar: carrying these barriers and none of the others chosen."]
    if len(frame) > most:
        said.append(f"Drawn are the {most} most frequent of {len(frame)}.")
    if pairs.n_sets_withheld:
        hidden = text.count(pairs.n_sets_withheld, "set")
        said.append(f"{hidden} of few students, or that would tell of few, not shown.")
    st.caption(" ".join(said))
    columns = {"named": behind.words("Barriers"), "n": behind.number(title)}
    behind.table(frame, columns, key=key, name="sets of barriers", alt=words, drawn=drawn)


def _pairs(pairs, titles: dict) -> None:
    """Every two barriers: how many students have both, and how many chance would give."""
    if pairs.sets:
        _sets(pairs, titles)
    if pairs.n_withheld:
        hidden = text.count(pairs.n_withheld, "pair")
        st.caption(f"Which come together: {hidden} not shown, to tell about no fewer than 10 students.")
    if pairs.is_empty:
        st.caption(text.md("" if pairs.n_withheld else pairs.why_empty))
        return
    st.markdown("**Which come together**")
    st.markdown("\n".join(f"- {text.md(sentence)}" for sentence in pairs.sentences[:5]))
    config, frame = st.column_config, pairs.frame()
    frame = frame.assign(left=frame["left"].map(titles), right=frame["right"].map(titles))
    st.dataframe(
        frame, key="barrier_pairs", hide_index=True, height=raw_rows.height(len(frame)),
        column_order=["left", "right", "both", "expected", "ratio", "phi", "low", "high", "q", "test"],
        column_config={
            "left": config.TextColumn("Barrier"), "right": config.TextColumn("With"),
            "both": config.NumberColumn("Have both", format="localized"),
            "expected": config.NumberColumn("By chance", format="%.0f"),
            "ratio": config.NumberColumn("Times chance", format="%.2f"),
            "phi": config.NumberColumn("Strength (phi)", format="%.2f"),
            "low": config.NumberColumn("95 % from", format="%.2f"),
            "high": config.NumberColumn("to", format="%.2f"),
            "q": config.NumberColumn("Adjusted p", format="%.3f"),
            "test": config.TextColumn("Test"),
        },
        alt="Every two barriers: students with both, and how many chance would give.",
    )  # fmt: skip
