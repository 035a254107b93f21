"""Tables that pages share; every column is labelled, and text cells are shown as typed."""

import streamlit as st

from pages.ui import text

NEED_HELP = (
    "High: on the list at this cut. Watch: not listed, but over the share of students who have the outcome. "
    "Low: under it. Not enough known: too little is recorded to say."
)


NEED_WORDS = {
    "high": "\u25b2 High",
    "watch": "\u25c6 Watch",
    "low": "\u25bd Low",
    "not enough known": "? Not enough known",
}
"""A shape beside the word: need is never told by colour alone."""


def at_risk_columns() -> dict:
    """Return how the columns of the list are shown."""
    config = st.column_config
    return {
        "rank": config.NumberColumn("Rank", format="%d", width=60),
        "student_id": config.TextColumn("Student", width=110),
        "name": config.TextColumn("Name", width=170),
        "need": config.TextColumn("Support needed", help=NEED_HELP, width=130),
        "risk": config.ProgressColumn(
            "Risk",
            format="%d %%",
            min_value=0,
            max_value=100,
            width=110,
            help="The chance of the outcome by models that were fitted without this student.",
        ),
        "reasons": config.TextColumn("Why", help="What raises the risk, barriers first.", width=620),
        "segment": config.TextColumn("Segment", help="Of the recommended number of segments.", width=220),
    }


def values(contributions, *, key: str) -> None:
    """Show every value that the model used beside the typical one."""
    config = st.column_config
    st.dataframe(
        contributions,
        key=key,
        hide_index=True,
        width="stretch",
        column_order=["label", "value", "typical", "contribution"],
        column_config={
            "label": config.TextColumn("What", width=260),
            "value": config.TextColumn("This student", width=200),
            "typical": config.TextColumn("Typical student", width=200),
            "contribution": config.NumberColumn(
                "Log-odds",
                format="%+.2f",
                help="Above zero raises the risk, below lowers it; with the base they add up to the risk.",
            ),
        },
        alt="Every value that the model used for this student, beside the typical student's.",
    )


SEVERITY_ICONS = {
    "issue": ":material/error:",
    "tip": ":material/lightbulb:",
    "passed": ":material/check_circle:",
    "not applicable": ":material/remove_circle:",
}


def checks(found) -> None:
    """Show the checks of the model: issues and tips in full, the rest folded away."""
    pressing = [check for check in found if check.severity in ("issue", "tip")]
    for check in pressing:
        say = st.error if check.severity == "issue" else st.warning
        say(
            f"**{check.code} {text.md(check.title)}.** {text.md(check.words)}",
            icon=SEVERITY_ICONS[check.severity],
        )
    rest = [check for check in found if check not in pressing]
    if rest:
        with st.expander(f"{text.count(len(rest), 'check')} passed or did not apply"):
            for check in rest:
                st.markdown(
                    f"{SEVERITY_ICONS[check.severity]} **{check.code} {text.md(check.title)}** "
                    f"({check.severity}). {text.md(check.words)}"
                )


def metrics(frame, *, key: str) -> None:
    """Show each measure with its interval and the simple rule's value."""
    config = st.column_config
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        column_order=["title", "value", "low", "high", "baseline", "definition", "why"],
        column_config={
            "title": config.TextColumn("Measure", width=160),
            "value": config.NumberColumn("Value", format="%.3f"),
            "low": config.NumberColumn("From", format="%.3f", help="Lower end of the 95 % interval."),
            "high": config.NumberColumn("To", format="%.3f", help="Upper end of the 95 % interval."),
            "baseline": config.NumberColumn("Simple rule", format="%.3f"),
            "definition": config.TextColumn("What it means", width=480),
            "why": config.TextColumn("Note", width=160),
        },
        alt="Measures of the model with 95 % intervals, beside the simple rule.",
    )


def confusion(counts) -> None:
    """Show who was said to have the outcome against who had it."""
    st.dataframe(
        counts.frame(),
        width="stretch",
        alt="Counts of students by what the model said and what happened.",
    )


PARTS = {"train": "Training", "validation": "Validation", "test": "Test"}


def holdout(frame, *, key: str) -> None:
    """Show the figures of the three parts side by side, each with its interval."""
    config = st.column_config
    shown = {"title": config.TextColumn("Measure", width=160)}
    for part, title in PARTS.items():
        shown |= {
            part: config.NumberColumn(title, format="%.3f"),
            f"{part}_low": config.NumberColumn("from", format="%.3f", help="Lower end of the 95 % interval."),
            f"{part}_high": config.NumberColumn("to", format="%.3f", help="Upper end of the 95 % interval."),
        }
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        column_order=list(shown),
        column_config=shown,
        alt="Figures of the training, validation and test part side by side.",
    )


def odds(frame, *, key: str) -> None:
    """Show odds ratios with their intervals."""
    config = st.column_config
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        width="stretch",
        column_order=["label", "comparison", "odds_ratio", "low", "high", "n"],
        column_config={
            "label": config.TextColumn("Feature", width=220),
            "comparison": config.TextColumn("Compared", width=320),
            "odds_ratio": config.NumberColumn("Odds ratio", format="%.2f"),
            "low": config.NumberColumn("From", format="%.2f"),
            "high": config.NumberColumn("To", format="%.2f"),
            "n": config.NumberColumn("Students", format="localized"),
        },
        alt="Odds ratios with 95 % intervals.",
    )


def excluded(left_out, *, key: str) -> None:
    """Show the columns that are no features, each with its reason."""
    st.dataframe(
        [{"Column": one.name, "Why it is not used": one.reason} for one in left_out],
        key=key,
        hide_index=True,
        width="stretch",
        alt="Columns that the model does not use, with the reason.",
    )


def card(sheet, *, own_only: bool = False) -> None:
    """Show one student in short, under the list: need, reasons, strengths; to a mentor no place among all."""
    with st.container(border=True):
        name = (
            f"{text.md(sheet.name)} ({text.md(sheet.student_id)})"
            if sheet.name
            else text.md(sheet.student_id)
        )
        st.markdown(
            f"**{name}**: support needed {sheet.need}, risk {text.percent(sheet.risk)}"
            + ("" if own_only else f", place {sheet.rank:,} of {sheet.n_students:,}")
        )
        for heading, said in (("Why", sheet.reasons), ("Strengths", sheet.strengths)):
            st.markdown(
                f"{heading}: " + (" ".join(text.md(one) for one in said) or "nothing that stands out.")
            )
