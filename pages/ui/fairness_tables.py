"""Tables of the Fairness panel: groups, gaps, and what other cuts would cost."""

import streamlit as st

from pages.ui import raw_rows

GAPS = {"gap": "Gap (points)", "gap_low": "95 % from", "gap_high": "to"}
MORE = {"more_listed": "Listed more", "more_found": "Found more", "more_false_alarms": "Alarms more"}


def overview(frame, measures, title: str) -> None:
    """Show every measure of every group with its interval, as text."""
    config = st.column_config
    shown = {name: config.TextColumn(words[0], help=words[1]) for name, words in measures.items()}
    shown["group"] = config.TextColumn("Group", pinned=True)
    shown["n"] = config.NumberColumn("Students", format="localized")
    _table(
        frame, "overview", shown, list(frame.columns), f"Measures of each group by {title}, with intervals."
    )


def largest(frame, measures, title: str) -> None:
    """Show the largest gap of each measure."""
    named = frame.assign(title=[measures[name][0] for name in frame["measure"]])
    shown = {"title": st.column_config.TextColumn("Measure", pinned=True), **_gap_columns(pinned=False)}
    order = ["title", "group", *GAPS, "adjusted", "status"]
    _table(named, "largest", shown, order, f"The largest gap in each measure by {title}, with its interval.")


def gaps(frame, name: str, meaning: str) -> None:
    """Show one measure: each group against all other students."""
    config = st.column_config
    shown = _gap_columns(pinned=True)
    shown["base"] = config.NumberColumn("Share of", format="localized", help=f"So many students. {meaning}")
    shown["smallest"] = config.NumberColumn(
        "Smallest to see", format="%.1f",
        help="The smallest gap that would have shown 4 times out of 5; none where no gap would.",
    )  # fmt: skip
    order = ["group", "base", *GAPS, "smallest", "adjusted", "status"]
    _table(frame, "gaps", shown, order, f"{name}: each group against all other students.")


def options(frame) -> None:
    """Show other cuts beside the list as it is, with what each costs."""
    config = st.column_config
    found = "of the group that is found"
    shown = {
        "option": config.TextColumn("Option", pinned=True, width=205),
        **{name: config.NumberColumn(title, format="%+d", width=90) for name, title in MORE.items()},
        "least": config.NumberColumn(
            "Found least", format="percent", width=85, help=f"Recall {found} least."
        ),
        "most": config.NumberColumn("Found most", format="percent", width=85, help=f"Recall {found} most."),
        "taken_off": config.NumberColumn("Taken off", width=75, help="Listed now, and not then."),
        "by_group": config.CheckboxColumn("By group", width=70, help="Treats the groups differently."),
        "listed": config.NumberColumn("Listed", format="localized", width=70),
    }
    _table(frame, "options", shown, list(shown), "Other cuts beside the list as it is, with what each costs.")


def _gap_columns(*, pinned: bool) -> dict:
    config = st.column_config
    return {
        "group": config.TextColumn("Group", pinned=pinned),
        **{column: config.NumberColumn(title, format="%+.1f") for column, title in GAPS.items()},
        "adjusted": config.NumberColumn("Adjusted p", format="%.3f"),
        "status": config.TextColumn("What it says"),
    }


def _table(frame, name: str, columns: dict, order: list[str], alt: str) -> None:
    """Show the columns in this order, gaps in percentage points."""
    shares = frame.columns.intersection([*GAPS, "smallest"])
    st.dataframe(
        frame.assign(**{column: frame[column] * 100 for column in shares}),
        key=f"fairness_{name}", hide_index=True, height=raw_rows.height(len(frame)), alt=alt,
        column_order=order, column_config=columns,
    )  # fmt: skip
