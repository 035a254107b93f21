"""Checks of the outcome: columns that may give it away, and answers that few students have."""

from __future__ import annotations

from core.cleaning.checks.giveaway import FEWEST, MOST_ANSWERS, Outcome, answer_counts, how_well, outcome_of
from core.cleaning.checks.naming import said
from core.cleaning.columns import DropColumns
from core.cleaning.finding import Finding, counted, share
from core.cleaning.profile import Profile, Table
from core.cleaning.step import shown
from core.schema import MODEL_ROLES, Role

_TOO_WELL = 0.95
_RARE = 0.05
_NONE_MARKED = "No column is marked as the outcome."
_AFTERWARDS = (
    *(
        "final",
        "result",
        "results",
        "outcome",
        "dropout",
        "drop out",
        "dropped out",
        "graduated",
        "graduation",
    ),
    *("certificate", "diploma", "degree awarded", "exit", "withdrawn", "withdrew", "withdrawal", "left on"),
    *("leaving", "leaver", "expelled", "retained", "completion", "passed course", "abbruch", "abschluss"),
    *("abandono", "egreso", "desistencia", "exmatrikulation"),
)
"""Words for what is known only when the outcome is."""
_BEFORE = (
    *("previous", "prior", "prep", "preparation", "parent", "parents", "mother", "father", "guardian"),
    *("parental", "admission", "entry", "school", "last", "first", "risk"),
)
"""Words for what was there before, or is somebody else's."""


def giveaways(table: Table) -> list[Finding]:
    """Q019: columns of a model that tell the outcome too well, or were recorded after it by their name."""
    marked = table.of_roles(Role.OUTCOME)
    if not marked:
        return [Finding("Q019", "not applicable", _NONE_MARKED)]
    part = table.sample
    outcomes = [one for p in part.of_roles(Role.OUTCOME) if (one := outcome_of(p)) is not None]
    found = [_giveaway(p, outcomes, table) for p in part.of_roles(*MODEL_ROLES) if not p.is_blank]
    return [one for one in found if one is not None]


def _giveaway(profile: Profile, outcomes: list[Outcome], table: Table) -> Finding | None:
    measured = [(*how_well(profile, outcome), outcome) for outcome in outcomes]
    best = max(measured, key=lambda one: one[0], default=None)
    named = said(profile.column, _AFTERWARDS, unless=_BEFORE)
    if best is not None and best[0] >= _TOO_WELL:
        return _too_well(profile, best, table, named)
    if named is None:
        return None
    words = (
        f"'{profile.column.title}' sounds as if it was recorded when the outcome was known ('{named}'). "
        "If so, leave it out: a model may only use what is known in time."
    )
    return Finding("Q019", "tip", words, profile.name, 1, (), _leave_out(profile), person_decides=True)


def _too_well(profile: Profile, best: tuple[float, str, Outcome], table: Table, named: str | None) -> Finding:
    told, answer, outcome = best
    title, n = outcome.profile.column.title, len(outcome.rows)
    where = f"in a sample of {n:,} rows" if table.sample is not table else f"over {counted(n, 'row')}"
    what = f"'{title}' is {shown(answer)}" if answer else f"'{title}'"
    measure = "AUC" if answer else "rank correlation"
    words = (
        f"'{profile.column.title}' alone tells {'whether ' if answer else ''}{what} almost without error "
        f"({measure} {told:.2f} {where})"
        f"{f', and its name says {chr(39)}{named}{chr(39)}' if named else ''}. "
        "Ask when it is recorded: what is known only afterwards must not be used by a model."
    )
    return Finding("Q019", "issue", words, profile.name, 1, (), _leave_out(profile), person_decides=True)


def _leave_out(profile: Profile) -> DropColumns:
    return DropColumns((profile.name,), reason=f"'{profile.name}' may give the outcome away")


def rare_answers(table: Table) -> list[Finding]:
    """Q020: outcomes of which one answer is rare."""
    marked = table.of_roles(Role.OUTCOME)
    if not marked:
        return [Finding("Q020", "not applicable", _NONE_MARKED)]
    counted_ones = [(p, answer_counts(p)) for p in marked if not p.is_blank]
    found = [(p, counts) for p, counts in counted_ones if 2 <= len(counts) <= MOST_ANSWERS]
    if not found:
        words = "The outcome has no answers to count: it is a number, or the same for everybody."
        return [Finding("Q020", "not applicable", words)]
    return [one for p, counts in found if (one := _rare_answer(p, counts)) is not None]


def _rare_answer(profile: Profile, counts: dict[str, int]) -> Finding | None:
    total = sum(counts.values())
    answer = min(counts, key=lambda one: (counts[one], one))
    n = counts[answer]
    if n >= FEWEST and n >= _RARE * total:
        return None
    start = (
        f"'{profile.column.title}' is {shown(answer)} in {counted(n, 'row')} of {total:,} ({share(n, total)})"
    )
    if n < FEWEST:
        words = f"{start}: too few to learn it from, or to see whether a model finds them."
        return Finding("Q020", "issue", words, profile.name, n, (shown(answer),))
    words = (
        f"{start}. A model that never says so is right nearly always: judge it by the students it finds, "
        "not by how often it is right."
    )
    return Finding("Q020", "tip", words, profile.name, n, (shown(answer),))
