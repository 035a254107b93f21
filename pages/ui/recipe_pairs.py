"""Students who may be in the table twice, a pair at a time: a person says whether they are one."""

import streamlit as st

from core import cache
from pages.ui import asking, recipe_draft, state, text, widgets

DECIDED = "waymark_pairs"
LEFT, RIGHT, TWO = "The same student: keep the left", "The same student: keep the right", "Two students"
AT_ONCE = 50
"""How many pairs are asked for at a time."""


def draw(request, schema, finding) -> None:
    """Draw the pairs of a finding once they are asked for, one at a time."""
    key, pairs = f"pairs_{finding.code}", finding.pairs
    n_pairs = text.count(len(pairs), "pair")
    if not st.toggle(f"Show the {n_pairs} side by side", key=key, persist_state="session"):
        return
    page = st.pagination(len(pairs), key=f"{key}_page", persist_state="session") if len(pairs) > 1 else 1
    first = (page - 1) // AT_ONCE * AT_ONCE
    found = asking.answer(cache.pairs_job(state.actor(), request, pairs[first : first + AT_ONCE]))
    if found is None:
        return
    shown = next((one for one in found if (one.left, one.right) == pairs[page - 1]), None)
    if shown is None:
        widgets.empty("These two students are not in the table now.")
    else:
        _pair(shown)
    _merge(pairs, schema)


def _pair(pair) -> None:
    """Draw two students side by side, what differs first and marked, and ask who they are."""
    n_differ = pair.n_differences
    rows = pair.rows.to_dict("records")
    shown = {
        "Column": [
            f"**≠ {text.md(row['column'])}**" if row["differs"] else text.md(row["column"]) for row in rows
        ],
        f"Left: {text.md(pair.left)}": [text.md(row["left"]) for row in rows],
        f"Right: {text.md(pair.right)}": [text.md(row["right"]) for row in rows],
    }
    st.table(
        shown, border="horizontal", height=360, hide_index=True,
        alt=f"Two students side by side; they differ in {text.count(n_differ, 'column')}.",
    )  # fmt: skip
    name, choices = f"pair_{pair.left}_{pair.right}", [LEFT, RIGHT, TWO]
    decided = _decided().get((pair.left, pair.right))
    st.radio(
        f"They differ in {text.count(n_differ, 'column')}. Who are they?", choices,
        None if decided is None else choices.index(decided), key=name,
        on_change=_decide, args=((pair.left, pair.right), name),
    )  # fmt: skip


def _decided() -> dict:
    """Return what was decided of each pair."""
    return st.session_state.setdefault(DECIDED, {})


def _decide(pair: tuple, name: str) -> None:
    """Remember what was decided of a pair."""
    _decided()[pair] = st.session_state[name]


def _merge(pairs, schema) -> None:
    """Offer to join the pairs that were decided to be one student."""
    decided = _decided()
    kept_left = [pair for pair in pairs if decided.get(pair) == LEFT]
    kept_right = [pair[::-1] for pair in pairs if decided.get(pair) == RIGHT]
    joined = (*kept_left, *kept_right)
    n_open = sum(pair not in decided for pair in pairs)
    if n_open:
        st.caption(f"{text.count(n_open, 'pair')} not decided yet: they stay as they are.")
    st.button(
        f"Add to the recipe: join {text.count(len(joined), 'pair')}", key="pairs_join",
        disabled=not joined, icon=":material/merge:", on_click=_add, args=(pairs, joined, schema.student_id),
    )  # fmt: skip


def _add(pairs, joined, student_id) -> None:
    """Put a step into the draft that joins these students, in place of one that joins some of them."""

    def made(draft):
        at = next((n for n, one in enumerate(draft.recipe.steps) if one.kind == "merge_students"), None)
        before = None if at is None else draft.recipe.steps[at]
        asked = {*pairs, *(pair[::-1] for pair in pairs)}
        others = [pair for pair in before.pairs if pair not in asked] if before is not None else []
        given = {"by": student_id, "pairs": (*others, *joined)}
        step = cache.make_step(state.actor(), "merge_students", given, like=before)
        return draft.added(step) if at is None else draft.changed(at, step)

    recipe_draft.close()
    recipe_draft.edit(made)
