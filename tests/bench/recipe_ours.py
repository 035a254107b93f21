"""A recipe fitted and applied by Waymark, with its ledger, on the table held by pandas."""

from pathlib import Path

from core.cleaning.recipe import Recipe
from tests.bench.recipe_found import look_for
from tests.bench.recipe_rows import dataset_of, held_by_pandas


def prepared(request):
    """Return the work, and a look at the cleaned table."""
    dataset = dataset_of(held_by_pandas(request["students"]))
    recipe = Recipe.from_json(Path(request["recipe"]).read_text(encoding="utf-8"))
    return lambda lap: recipe.fit_clean(dataset)[1].collect(), look_for(request)
