"""What is wrong in a table: findings by check, in words, with examples and what would answer them."""

from dataclasses import replace
from itertools import groupby

import streamlit as st

from pages.ui import text

SHOWN = 12
"""Findings of one check that are shown; more are counted."""
GROUPS = (
    ("issue", "Issues", ":material/error:", "These change results if they are left as they are."),
    ("tip", "To look at", ":material/lightbulb:", "These may be fine; a person has to decide."),
)


def draw(findings, schema) -> None:
    """Draw issues first, then what to look at, then what passed."""
    if findings.is_empty:
        st.success(text.md(findings.why_empty), icon=":material/check_circle:")
    titles = {column.name: column.title for column in schema}
    for severity, title, icon, words in GROUPS:
        found = findings.of(severity)
        if found:
            st.markdown(f"**{title}** · {words}")
            for _, alike in groupby(found, key=lambda finding: finding.code):
                _check(list(alike), titles, icon)
    _rest(findings)


def _check(alike: list, titles: dict, icon: str) -> None:
    """Draw the findings of one check, closed."""
    first = alike[0]
    columns = [titles.get(finding.column, finding.column) for finding in alike if finding.column]
    where = f" · {text.md(', '.join(columns[:4]))}" if columns else ""
    more = f" and {len(columns) - 4} more" if len(columns) > 4 else ""
    with st.expander(f"{first.code} {first.title}{where}{more}", icon=icon):
        for finding in alike[:SHOWN]:
            st.markdown(_in_words(finding))
        if len(alike) > SHOWN:
            st.caption(f"And {len(alike) - SHOWN:,} more columns.")


def _in_words(finding) -> str:
    """Return a finding with its examples and the proposed step."""
    lines = [text.md(finding.words)]
    if finding.examples:
        lines.append(f"For example: {text.md(', '.join(finding.examples))}.")
    if finding.step is not None:
        step = replace(finding.step, reason="")
        lines.append(f"*Proposed:* {text.md(step.describe())}")
    return "- " + "  \n".join(lines)


def _rest(findings) -> None:
    """Name the checks that passed and those that do not apply, with the reason."""
    passed, skipped = findings.of("passed"), findings.of("not applicable")
    title = f"{text.count(len(passed), 'check')} passed, {len(skipped)} do not apply to this table"
    with st.expander(title, icon=":material/check:"):
        st.markdown("\n".join(f"- {one.code} {one.title}" for one in passed) or "No check passed.")
        st.markdown("\n".join(f"- {one.code} {one.title}: {text.md(one.words)}" for one in skipped))
