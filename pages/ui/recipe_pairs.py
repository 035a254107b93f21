"""Students who may be in the table twice, a pair at a time: a person says whether they are one."""

import streamlit as st

from core import cache
from pages.ui import asking, recipe_draft, state, text, widgets

DECIDED = "waymark_pairs"
LEFT, RIGHT, TWO = "The same student: keep the left", "The same student: keep the right", "Two students"
AT_ONCE = 50
"""How many pairs are asked for at a time."""


def draw(request, draft, finding, student_id) -> None:
    """Draw the pairs of a finding once they are asked for, one at a time."""
    key, pairs = f"pairs_{finding.code}", finding.pairs
    n_pairs = text.count(len(pairs), "pair")
    if not st.toggle(f"Show the {n_pairs} side by side", key=key, persist_state="session"):
        return
    of = request.table.digest
    page = st.pagination(len(pairs), key=f"{key}_{of}", persist_state="session") if len(pairs) > 1 else 1
    first = (page - 1) // AT_ONCE * AT_ONCE
    found = asking.answer(cache.pairs_job(state.actor(), request, pairs[first : first + AT_ONCE]))
    if found is None:
        return
    shown = next((one for one in found if (one.left, one.right) == pairs[page - 1]), None)
    if shown is None:
        widgets.empty("These two students are not in the table now.")
    else:
        _pair(shown, of)
    _merge(pairs, of, draft, student_id)


def _pair(pair, of: str) -> None:
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
    asked, choices = (of, (pair.left, pair.right)), [LEFT, RIGHT, TWO]
    name, decided = f"pair_{asked}", _decided().get(asked)
    st.radio(
        f"They differ in {text.count(n_differ, 'column')}. Who are they?", choices,
        None if decided is None else choices.index(decided), key=name,
        on_change=_decide, args=(asked, name),
    )  # fmt: skip


def _decided() -> dict:
    """Return what was decided, by the table (its digest) and the pair: ids are others' in another table."""
    return st.session_state.setdefault(DECIDED, {})


def _decide(asked: tuple, name: str) -> None:
    """Remember what was decided of a pair of a table."""
    _decided()[asked] = st.session_state[name]


def _merge(pairs, of: str, draft, student_id) -> None:
    """Offer to let the draft join the pairs that were decided to be one student, and no other decided one."""
    decided = {pair: _decided()[of, pair] for pair in pairs if (of, pair) in _decided()}
    joined = _joined(decided)
    n_open = len(pairs) - len(decided)
    if n_open:
        st.caption(f"{text.count(n_open, 'pair')} not decided yet: they stay as they are.")
    step = _step_in(draft, student_id)
    before = () if step is None else step.pairs
    differs = set(_wanted(before, decided)) != set(before)
    words = f"Add to the recipe: join {text.count(len(joined), 'pair')}"
    st.button(
        "Join none of these pairs in the recipe" if differs and not joined else words, key="pairs_join",
        disabled=not differs, icon=":material/merge:", on_click=_add, args=(decided, student_id),
    )  # fmt: skip


def _joined(decided) -> tuple:
    """Return the pairs that are one student, as (id kept, id dropped)."""
    kept_left = [pair for pair, who in decided.items() if who == LEFT]
    kept_right = [pair[::-1] for pair, who in decided.items() if who == RIGHT]
    return (*kept_left, *kept_right)


def _wanted(before, decided) -> tuple:
    """Return the pairs of a step once it does what was decided; the others it has stay."""
    others = [pair for pair in before if pair not in decided and pair[::-1] not in decided]
    return (*others, *_joined(decided))


def place_in(draft, student_id):
    """Return the index of the draft's step that joins students by this column, or None."""
    steps = enumerate(draft.recipe.steps)
    return next((n for n, one in steps if one.kind == "merge_students" and one.by == student_id), None)


def _step_in(draft, student_id):
    """Return the draft's step that joins students by this column, or None."""
    at = place_in(draft, student_id)
    return None if at is None else draft.recipe.steps[at]


def _add(decided, student_id) -> None:
    """Let the draft's step join what was decided; one that would join nobody is taken out."""

    def made(draft):
        at, before = place_in(draft, student_id), _step_in(draft, student_id)
        pairs = _wanted(() if before is None else before.pairs, decided)
        if not pairs:
            return draft if at is None else draft.removed(at)
        step = cache.make_step(
            state.actor(), "merge_students", {"by": student_id, "pairs": pairs}, like=before
        )
        return draft.added(step) if at is None else draft.changed(at, step)

    recipe_draft.close()
    recipe_draft.edit(made)
