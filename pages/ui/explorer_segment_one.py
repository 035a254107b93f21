"""One segment: which it is, who is in it, what they share, what the school offers, and what helped."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.errors import ModelError
from pages.ui import asking, explorer_segment_students, raw_rows, text, widgets

WISH, PICK = "explorer_segment", "explorer_segment_pick"


def wish(key: str) -> None:
    """Show this segment from now on, wherever it is."""
    st.session_state[WISH] = key


def picker(found, k: int) -> str:
    """Let the viewer choose a segment; one that is not at this K is said, and the largest one shown."""
    keys = [one.key for one in found.identities.at(k)]
    wished = st.session_state.get(WISH, keys[0])
    if wished not in keys:
        _say_gone(found, k, wished)
    st.session_state[PICK] = wished if wished in keys else keys[0]
    return st.segmented_control(
        "Look at segment",
        keys,
        required=True,
        key=PICK,
        on_change=lambda: wish(st.session_state[PICK]),
    )


def _say_gone(found, k: int, key: str) -> None:
    try:
        found.segment(k, key)
    except ModelError as error:
        st.info(f"{text.md(str(error))} {text.md(error.hint or '')}", icon=":material/link_off:")


def draw(actor, request, found, k: int, key: str, training, policy, rows) -> None:
    """Draw where the segment leads; of the tabs only the open one is drawn."""
    heading = f"Segment {key}" if rows is None else "On the map"
    names = ["Students", "Barriers and supports", "What helped"]
    tabs = st.tabs(names, on_change="rerun", key="explorer_one")
    if tabs[0].open:
        with tabs[0]:
            st.markdown(f"**{heading}**")
            chosen = found.rows_of(k, key) if rows is None else rows
            of = (k, key) if rows is None else ("map", len(rows), int(sum(rows)))
            explorer_segment_students.draw(actor, found, chosen, training, policy, of=of)
    if tabs[1].open:
        with tabs[1]:
            supports(actor, request, found, k, key)
    if tabs[2].open:
        with tabs[2]:
            helped(actor, found, k, key, training)


def supports(actor, request, found, k: int, key: str) -> None:
    """Show the barriers of a segment beside everyone's, and what the school offers for the shared ones."""
    known = asking.answer(cache.study_job(actor, request, "supports", {"segments": found}))
    if known is None:
        return
    if known.is_empty:
        widgets.empty(known.why_empty)
    else:
        config, frame = st.column_config, known.frame(k, key)
        frame[["share", "everyone"]] = frame[["share", "everyone"]].round(2)
        share = {"format": "percent", "width": 120}
        st.dataframe(
            frame,
            key="explorer_barriers",
            hide_index=True,
            width="stretch",
            height=raw_rows.height(len(frame), most=6),
            column_order=["words", "share", "everyone", "is_shared"],
            column_config={
                "words": config.TextColumn("Barrier", width=260),
                "share": config.NumberColumn("In this segment", **share),
                "everyone": config.NumberColumn("All students", **share),
                "is_shared": config.CheckboxColumn("Shared here", width=110),
            },
            alt=f"How many of segment {key} have each barrier of the school's list, beside all students.",
        )
        _offered(known.supports(k, key))
    for note in known.notes:
        st.caption(text.md(note))


def _offered(offered) -> None:
    if offered.empty:
        st.caption("No barrier of the school's list is shared by this segment more than by all students.")
        return
    said = [
        f"{one.words}: {one.support}" + (f" ({', '.join(filter(None, (one.who, one.contact)))})")
        for one in offered.itertuples()
    ]
    widgets.sentences(said, why_none="")


def helped(actor, found, k: int, key: str, training) -> None:
    """Show what became of those with a support and those without, or why that is not known."""
    if training is None:
        widgets.empty("Without an outcome it cannot be said what helped.")
        return
    known = cache.segments.which_helped(actor, training, found, k=k, key=key)
    if known.is_empty:
        widgets.empty(known.why_empty)
        return
    st.dataframe(
        known.frame(), key="explorer_helped", hide_index=True, width="stretch",
        alt=f"The outcome in segment {key} with and without each support.",
    )  # fmt: skip
    st.caption(text.md(known.caution))
