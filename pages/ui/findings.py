"""What is wrong in a table: findings by check, in words, with examples and what would answer them."""

from dataclasses import replace
from itertools import groupby

import streamlit as st

from core import cache
from pages.ui import recipe_draft, recipe_pairs, text

SHOWN = 12
"""Findings of one check that are shown; more are counted."""
GROUPS = (
    ("issue", "Issues", ":material/error:", "These change results if they are left as they are."),
    ("tip", "To look at", ":material/lightbulb:", "These may be fine; a person has to decide."),
)


def draw(request, examined) -> None:
    """Draw issues first, then what to look at, then what passed."""
    findings, draft = examined.findings, recipe_draft.current(request, examined)
    if findings.is_empty:
        st.success(text.md(findings.why_empty), icon=":material/check_circle:")
    for severity, title, icon, words in GROUPS:
        found = findings.of(severity)
        if found:
            st.markdown(f"**{title}** · {words}")
            for _, alike in groupby(found, key=lambda finding: finding.code):
                _check(request, examined, draft, list(alike), icon)
    _rest(findings)


def _check(request, examined, draft, alike: list, icon: str) -> None:
    """Draw the findings of one check, closed unless a step waits that only a person can decide on."""
    first, waits = alike[0], any(_waits(finding, examined, draft) for finding in alike)
    titles = {column.name: column.title for column in examined.schema}
    columns = [titles.get(finding.column, finding.column) for finding in alike if finding.column]
    where = f" · {text.md(', '.join(columns[:4]))}" if columns else ""
    more = f" and {len(columns) - 4} more" if len(columns) > 4 else ""
    with st.expander(f"{first.code} {first.title}{where}{more}", icon=icon, expanded=waits):
        for number, finding in enumerate(alike[:SHOWN]):
            st.markdown(_in_words(finding))
            if finding.pairs:
                recipe_pairs.draw(request, draft, finding, examined.schema.student_id)
            else:
                _offer(finding, draft, key=f"offer_{finding.code}_{number}")
        if len(alike) > SHOWN:
            st.caption(f"And {len(alike) - SHOWN:,} more columns.")


def _waits(finding, examined, draft) -> bool:
    """Return whether a step is offered that is not proposed by itself and not taken yet."""
    if finding.step is None or draft.has(finding.step):
        return False
    if finding.pairs:
        return recipe_pairs.place_in(draft, finding.step.by) is None
    return not cache.Draft(examined.proposed).has(finding.step)


def _offer(finding, draft, *, key: str) -> None:
    """Offer a step that is not in the draft."""
    if finding.step is None or draft.has(finding.step):
        return
    st.button("Add this step", key=key, icon=":material/add:", on_click=_add, args=(finding.step,))


def _add(step) -> None:
    """Put the step into the draft, and show what it does."""
    recipe_draft.close()
    recipe_draft.edit(lambda draft: draft.added(step))


def _in_words(finding) -> str:
    """Return a finding with its examples and the proposed step."""
    lines = [text.md(finding.words)]
    if finding.examples:
        lines.append(f"For example: {text.md(', '.join(finding.examples))}.")
    if finding.step is not None and not finding.pairs:
        step = replace(finding.step, reason="")
        how = "For you to decide" if finding.person_decides else "Proposed"
        lines.append(f"*{how}:* {text.md(step.describe())}")
    return "- " + "  \n".join(lines)


def _rest(findings) -> None:
    """Name the checks that passed and those that do not apply, with the reason."""
    passed, skipped = findings.of("passed"), findings.of("not applicable")
    title = f"{text.count(len(passed), 'check')} passed, {len(skipped)} do not apply to this table"
    with st.expander(title, icon=":material/check:"):
        st.markdown("\n".join(f"- {one.code} {one.title}" for one in passed) or "No check passed.")
        st.markdown("\n".join(f"- {one.code} {one.title}: {text.md(one.words)}" for one in skipped))
