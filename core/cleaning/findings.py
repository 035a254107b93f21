"""Finding what is wrong with a table, and proposing the recipe that would answer it."""

from __future__ import annotations

from collections.abc import Callable

from core.cleaning.checks import (
    amounts,
    contradictions,
    dates,
    dependence,
    gappy,
    gaps,
    identities,
    outcomes,
    people,
    protected,
    repeats,
    spreadsheet,
    unusual,
    words,
)
from core.cleaning.finding import TITLES, Finding, Findings
from core.cleaning.profile import Table
from core.cleaning.proposal import proposed_steps
from core.cleaning.recipe import Recipe
from core.dataset import Dataset

Check = Callable[[Table], list[Finding]]

CHECKS: dict[str, Check] = {
    "Q001": gaps.missing_values,
    "Q002": gaps.placeholders,
    "Q003": repeats.exact_copies,
    "Q004": people.near_duplicates,
    "Q005": repeats.repeated_ids,
    "Q006": words.category_variants,
    "Q007": amounts.numbers_as_text,
    "Q008": amounts.impossible_values,
    "Q009": words.single_values,
    "Q010": words.rare_categories,
    "Q011": amounts.outliers,
    "Q012": gaps.empty_columns,
    "Q013": gaps.missing_ids,
    "Q014": amounts.flags_as_text,
    "Q015": words.untidy_spaces,
    "Q016": dates.dates_as_text,
    "Q017": contradictions.contradictions,
    "Q018": identities.identities,
    "Q019": outcomes.giveaways,
    "Q020": outcomes.rare_answers,
    "Q021": spreadsheet.spreadsheet_damage,
    "Q022": protected.unmarked_protected,
    "Q023": words.nearly_constant,
    "Q024": gappy.students_with_many_gaps,
    "Q025": dependence.dependent_gaps,
    "Q026": unusual.unusual_combinations,
}
"""The check behind each code; it returns nothing when the table passes."""


def find(dataset: Dataset) -> Findings:
    """Return what every check says of the table; a Spark frame is collected. Nothing is changed."""
    table = Table.of(dataset)
    found: list[Finding] = []
    for code, check in CHECKS.items():
        if table.n_rows == 0:
            found.append(Finding(code, "not applicable", "The table has no rows."))
        else:
            found += check(table) or [Finding(code, "passed", f"{TITLES[code]}: nothing found.")]
    return Findings(tuple(found))


def propose(dataset: Dataset, findings: Findings) -> Recipe:
    """Return the recipe that answers the findings, in an order in which each step helps the next.

    Spaces and placeholders first, then numbers, spellings and ranges, then rows, then empty columns, and
    the fills last, because they learn from what the others left.
    """
    return Recipe(proposed_steps(findings, schema=dataset.schema), name="Proposed")
