"""Recipes that were saved under a name: versions 1, 2, 3 … that nobody overwrites, with who and when."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from core.caseload.access import Action, Actor, require
from core.cleaning.recipe import Recipe
from core.cleaning.recipe_diff import changes
from core.errors import AppError, InvalidChoice, RecipeError, choices_hint
from core.schema import Schema
from core.settings import Settings
from core.workflow.cleaning import LARGEST_RECIPE, read_recipe, recipe_file
from core.workflow.workspace import DRAFT, forget_drafts

__all__ = [
    "Recipe",
    "SavedRecipe",
    "checked_name",
    "fitting",
    "recipe_changes",
    "recipe_from_file",
    "save_recipe",
    "saved_names",
    "saved_versions",
]

FOLDER = "recipes"
LONGEST_NAME = 60
_NOT_IN_NAMES = re.compile(r"[/\\]|^\.+$")


@dataclass(frozen=True)
class SavedRecipe:
    """One version of a saved recipe."""

    name: str
    version: int
    saved_by: str
    saved_at: datetime
    """In UTC."""
    recipe: Recipe
    problem: str = ""
    """Why this version cannot be read, in a sentence; empty for one that can."""

    @property
    def title(self) -> str:
        """The version with who and when, in one line."""
        who = "cannot be read" if self.problem else f"{self.saved_at:%d %b %Y %H:%M} UTC · {self.saved_by}"
        return f"Version {self.version} · {who}"


def save_recipe(actor: Actor, name: str, recipe: Recipe, *, settings: Settings) -> SavedRecipe:
    """Keep a recipe as the next version under a name; raises InvalidChoice, RecipeError, AppError, Forbidden.

    Of two who save at once each gets a version of their own. What is kept can be read again, and exported.
    """
    _require(actor)
    called = checked_name(actor, name)
    recipe_file(actor, recipe)  # raises for one that could not be read again
    saved = SavedRecipe(called, 0, actor.who, datetime.now(UTC), replace(recipe, name=called))
    try:
        return replace(saved, version=_kept(_folder(settings, called), _written(saved)))
    except OSError as error:
        raise AppError(
            f"The recipe '{called}' could not be kept: {error.strerror}.", hint="Is the disk full?"
        ) from error


def checked_name(actor: Actor, name: str) -> str:
    """Return the name without outer spaces and doubled ones; raises InvalidChoice where it cannot be one.

    >>> from core.caseload.access import LOCAL
    >>> checked_name(LOCAL, " Autumn  2026 ")
    'Autumn 2026'
    """
    _require(actor)
    called = unicodedata.normalize("NFC", " ".join(name.split()))
    if not 1 <= len(called) <= LONGEST_NAME or _NOT_IN_NAMES.search(called) or not called.isprintable():
        raise InvalidChoice(
            f"A recipe cannot be called '{called[:LONGEST_NAME]}'.",
            hint=f"A name has 1 to {LONGEST_NAME} characters, and none of them is / or \\.",
        )
    return called


def saved_names(actor: Actor, *, settings: Settings) -> tuple[str, ...]:
    """Return the names under which recipes are kept, in the order of the alphabet."""
    _require(actor)
    folders = (settings.workspace / FOLDER).glob("[!.]*")
    names = (_name_in(folder) for folder in folders)
    return tuple(sorted((name for name in names if name), key=lambda name: (name.casefold(), name)))


def saved_versions(actor: Actor, name: str, *, settings: Settings) -> tuple[SavedRecipe, ...]:
    """Return the versions under a name, the newest first; raises InvalidChoice."""
    _require(actor)
    folder = _folder(settings, name)
    numbers = _numbers(folder)
    if not numbers:
        raise InvalidChoice(
            f"No recipe is saved as '{name}'.", hint=choices_hint(name, saved_names(actor, settings=settings))
        )
    return tuple(_read_or_said(folder / f"{number}.json", number, name) for number in reversed(numbers))


def fitting(actor: Actor, recipe: Recipe, schema: Schema) -> Recipe:
    """Return the recipe if a table of these columns can be cleaned with it, for models and Explore too.

    Raises ColumnNotFound, and RecipeError for one whose own file would be too large to be read again.
    """
    _require(actor, synthetic=True)
    recipe_file(actor, recipe)  # raises for one that could not be read again
    recipe.check(schema)
    recipe.check_without_in_folds(schema)
    return recipe


def recipe_from_file(actor: Actor, content: bytes, schema: Schema) -> Recipe:
    """Return the recipe that a file holds, for a table of these columns.

    Raises UnknownStep, RecipeError, ColumnNotFound, each in one sentence.
    """
    return fitting(actor, read_recipe(actor, content), schema)


def recipe_changes(actor: Actor, before: Recipe, after: Recipe) -> tuple[str, ...]:
    """Return in a sentence each what ``after`` does in another way than ``before``."""
    _require(actor, synthetic=True)
    return tuple(change.words for change in changes(before.steps, after.steps))


def _require(actor: Actor, *, synthetic: bool = False) -> None:
    """A saved recipe may hold values of real students: only who may see those may see it."""
    require(actor, Action.CLEAN, synthetic=synthetic)


def _folder(settings: Settings, name: str) -> Path:
    """Return the folder of a name: letters and digits of it, and what tells it apart from all others."""
    called = unicodedata.normalize("NFC", " ".join(name.split()))
    stem = "-".join(re.findall(r"[a-z0-9]+", called.casefold()))[:40]
    mark = hashlib.sha256(called.encode()).hexdigest()[:12]
    return settings.workspace / FOLDER / f"{stem or 'recipe'}-{mark}"


def _written(saved: SavedRecipe) -> bytes:
    content = {
        "name": saved.name,
        "saved_by": saved.saved_by,
        "saved_at": saved.saved_at.isoformat(),
        "recipe": saved.recipe.to_dict(),
    }
    return json.dumps(content, ensure_ascii=False, indent=2).encode()


def _kept(folder: Path, content: bytes) -> int:
    """Write the content whole under the next number that nobody has; return the number."""
    for place in (folder.parent, folder):
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=DRAFT)
    try:
        with os.fdopen(handle, "wb") as sink:
            sink.write(content)
        number = max(_numbers(folder), default=0) + 1
        while not _linked(Path(draft), folder / f"{number}.json"):
            number += 1
    finally:
        Path(draft).unlink(missing_ok=True)
        forget_drafts(folder)
    return number


def _linked(draft: Path, place: Path) -> bool:
    """Give the draft its name unless somebody else has it: a rename would take theirs away."""
    try:
        os.link(draft, place)
    except FileExistsError:
        return False
    return True


def _numbers(folder: Path) -> list[int]:
    """Return the numbers of the versions, the oldest first."""
    return sorted(int(place.stem) for place in folder.glob("*.json") if place.stem.isdecimal())


def _name_in(folder: Path) -> str:
    """Return the name whose versions a folder holds; empty where there is none that can be read."""
    for number in reversed(_numbers(folder)):
        try:
            return _read(folder / f"{number}.json", number).name
        except RecipeError:
            continue
    return ""


def _read_or_said(place: Path, number: int, name: str) -> SavedRecipe:
    """Return a version, or one that says why it cannot be read: it keeps nobody from the others."""
    try:
        return _read(place, number)
    except RecipeError as error:
        return SavedRecipe(name, number, "", datetime.fromtimestamp(0, UTC), Recipe(), problem=str(error))


def _read(place: Path, number: int) -> SavedRecipe:
    try:
        with place.open("rb") as source:
            raw: Any = json.loads(
                source.read(LARGEST_RECIPE * 2)
            )  # it stands further in than in its own file
        return SavedRecipe(
            name=str(raw["name"]),
            version=number,
            saved_by=str(raw["saved_by"]),
            saved_at=datetime.fromisoformat(raw["saved_at"]),
            recipe=Recipe.from_dict(raw["recipe"]),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise RecipeError(
            f"The saved recipe '{place.parent.name}/{place.name}' cannot be read.",
            hint="Mend the file, or move it away.",
        ) from error
