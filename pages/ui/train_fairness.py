"""Fairness at the live cut: what the list does to each group, in a verdict and in figures."""

import streamlit as st

from core import cache
from pages.ui import explore_charts, fairness_tables, text, widgets

SAID = {
    "gap": (st.warning, ":material/balance:"),
    "too few to tell": (st.info, ":material/help:"),
    "no gap seen": (st.success, ":material/check_circle:"),
}


def draw(actor, request, training) -> None:
    """Compare groups by protected attributes at a cut that the viewer moves."""
    st.caption(
        "Protected attributes are never model inputs. Here they serve to assess whether the list misses, or "
        "falsely alarms, one group more than the others. Figures are of groups; nobody is named."
    )
    scores = cache.scores_of(actor, training)
    groups = widgets.result_of(cache.study_job(actor, request, "fairness", {"scores": scores}))
    if groups.is_empty:
        widgets.empty(groups.why_empty, "Roles are set on Data sources.")
        return
    _at_the_cut(actor, training, groups)
    _about(groups)


@widgets.live
def _at_the_cut(actor, training, groups) -> None:
    """The cut, the verdicts, and one grouping in figures; redraws alone when the slider moves."""
    policy = widgets.policy_picker(training)
    found = cache.fairness_at(actor, groups, training, policy)
    if found.is_empty:
        widgets.empty(found.why_empty, "Move the cut.")
        return
    singles = [one for one in found.verdicts if len(groups.attributes_of(one.grouping)) == 1]
    for verdict in singles:
        say, icon = SAID[verdict.status]
        say(_words(verdict), icon=icon)
    _pairs([one for one in found.verdicts if one not in singles])
    title = st.selectbox("Show the groups of", groups.titles, key=f"fairness_by_{training.request.digest}")
    _figures(found, title)
    with st.expander("What it would take to find every group as often", icon=":material/tune:"):
        _what_it_takes(cache.mitigation_at(actor, groups, training, policy, title=title))
        _proxies(groups, title)


def _words(verdict) -> str:
    return f"**{text.md(verdict.grouping)}: {verdict.status}.** {text.md(verdict.words)}"


def _pairs(verdicts) -> None:
    """The verdicts on two attributes together, folded away."""
    if not verdicts:
        return
    counts = {name: sum(one.status == name for one in verdicts) for name in SAID}
    said = ", ".join(f"{number} {name}" for name, number in counts.items() if number)
    with st.expander(f"Two attributes together: {said}", icon=":material/join:"):
        for verdict in verdicts:
            st.markdown(f"{SAID[verdict.status][1]} {_words(verdict)}")


def _figures(found, title: str) -> None:
    """Every measure of every group, the largest gaps, and one measure set beside all others."""
    overview = found.overview(title)
    if overview.empty:
        widgets.empty("Every group is withheld, so that nothing can be learned about a few students.")
        return
    fairness_tables.overview(overview, found.measures, title)
    st.markdown("**The largest gap in each measure, to all other students**")
    largest = found.largest()
    fairness_tables.largest(largest[largest["grouping"] == title], found.measures, title)
    measure = st.segmented_control(
        "Every group beside all other students", list(found.measures), default="recall", required=True,
        format_func=lambda name: found.measures[name][0], key="fairness_measure",
    )  # fmt: skip
    frame = found.frame()
    part = frame[(frame["grouping"] == title) & (frame["measure"] == measure)]
    name, meaning = found.measures[measure]
    if not part["value"].isna().all():
        explore_charts.intervals(
            part.dropna(subset="value"), value="value", title=name, as_percent=True, key="fairness_chart",
            alt=f"{meaning} By group, with intervals.",
        )  # fmt: skip
    fairness_tables.gaps(part, name, meaning)
    st.caption(
        f"Adjusted p counts all {found.n_tests} comparisons of this cut, pairs included (Holm: the chance of "
        "even one false flag stays under 5 %). Each cut is another look: choose the cut first. Where the "
        "outcome is more common in a group, no list keeps found, false alarms and right on the list all "
        "equal. A gap is an association; it does not say why."
    )


def _what_it_takes(found) -> None:
    """Other cuts side by side with their cost; nothing is applied."""
    if found.is_empty:
        widgets.empty(found.why_empty)
        return
    fairness_tables.options(found.frame())
    st.caption(
        f"The list finds {found.target * 100:.1f} % of all students with the outcome; the second and third "
        "option go on until each group reaches that. Counts are of these students, not of later ones."
    )
    st.warning(
        "A cut for each group treats students differently by a protected attribute, which may be unlawful. "
        "Nothing here is applied: a person decides, and answers for it.",
        icon=":material/gavel:",
    )


def _proxies(groups, title: str) -> None:
    """Name the features that tell an attribute: what leaving them out would do was not tried."""
    for attribute in groups.attributes_of(title):
        named = [f"{text.md(one.label)} ({one.strength:.2f})" for one in groups.proxies[attribute]]
        told = "; ".join(named) if named else "none goes with it by 0.10 or more"
        st.markdown(f"Features that tell most of {text.md(attribute.lower())} (0 nothing, 1 all): {told}.")
    st.caption(
        "What leaving such a feature out would do was not tried: keep it out above and train again to see "
        "what that costs. Often other features tell the same."
    )


def _about(groups) -> None:
    """How groups were made, and which are not shown."""
    for words in groups.bands:
        st.caption(text.md(words))
    if groups.n_withheld:
        number = text.count(groups.n_withheld, "group")
        st.caption(f"{number} not shown, so that nothing can be learned about fewer than 10 students.")
    for title, reason in groups.left_out:
        st.caption(f"{text.md(title)}: {text.md(reason)}")
