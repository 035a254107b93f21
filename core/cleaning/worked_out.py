"""Which columns of a cleaned table go back to the same columns: what is derived, under whatever name."""

from __future__ import annotations

from collections.abc import Iterable

from core.cleaning.columns import RenameColumn
from core.cleaning.derive import DeriveColumn
from core.cleaning.recipe import Recipe

_Origin = tuple[int, str]
"""The number of the step that made a column, 0 for one that was loaded, and its first name."""


def worked_out_with(recipe: Recipe | None, columns: Iterable[str], *, among: Iterable[str]) -> list[str]:
    """Return those ``among`` the columns that share what decides ``columns``, at any remove.

    Named are what a column is derived from, and what is derived from it or from that. Only steps that are
    on are followed; all names are those of the cleaned table.

    >>> half = DeriveColumn("half", "final / 2")
    >>> recipe = Recipe((half, RenameColumn("final", "result")))
    >>> worked_out_with(recipe, ["result"], among=["half", "age"])
    ['half']
    """
    named, made_of = _origins(recipe)
    deciding = {named.get(name, (0, name)) for name in columns}
    for made in reversed(made_of):
        if made in deciding:
            deciding |= made_of[made]
    for made, origins in made_of.items():
        if deciding & origins:
            deciding.add(made)
    return [name for name in among if named.get(name, (0, name)) in deciding]


def _origins(recipe: Recipe | None) -> tuple[dict[str, _Origin], dict[_Origin, set[_Origin]]]:
    """Return where the columns come from that have a new name, and what each derived one is made of."""
    named: dict[str, _Origin] = {}
    made_of: dict[_Origin, set[_Origin]] = {}
    for number, step in enumerate(recipe.steps if recipe else (), start=1):
        if step.is_on and isinstance(step, RenameColumn):
            named[step.to] = named.pop(step.column, (0, step.column))
        elif step.is_on and isinstance(step, DeriveColumn):
            made_of[number, step.column] = {named.get(name, (0, name)) for name in step.needs}
            named[step.column] = (number, step.column)
    return named, made_of
