"""The use cases on published models as the doors hand them to a page: given the settings of the process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.caseload.access import Actor
from core.modeling.case import Check
from core.registry.active import Active
from core.settings import Settings
from core.workflow import publishing, replaying, versions
from core.workflow.training import Training, checks_now
from core.workflow.versions import Comparison, Version

STUDIES: dict[str, tuple[Any, str]] = {
    "publish": (publishing.publish_request, "Publishing the model"),
    "challenge": (versions.challenge, "Comparing with the model in use"),
}
"""What takes long: the use case, and what a viewer is told meanwhile."""


class ModelDoors:
    """What is answered at once."""

    fewest_characters = publishing.FEWEST_CHARACTERS
    issues = staticmethod(publishing.issues)
    request_bytes = staticmethod(replaying.request_bytes)

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings

    def draft_card(self, actor: Actor, training: Training, *, as_html: bool = False) -> bytes:
        """Return the card of a model that is not published."""
        return publishing.draft_card(actor, training, settings=self._settings(), as_html=as_html)

    def checks(self, actor: Actor, training: Training) -> tuple[Check, ...]:
        """Return the checks of a model; those that speak of the model in use are made now."""
        return checks_now(actor, training, settings=self._settings())

    def versions(self, actor: Actor) -> tuple[Version, ...]:
        """Return all versions, the last published first."""
        return versions.versions(actor, settings=self._settings())

    def active(self, actor: Actor) -> Active:
        """Return which version is in use, and its history."""
        return versions.active_models(actor, settings=self._settings())

    def card(self, actor: Actor, model: str, *, as_html: bool = False) -> bytes:
        """Return the card of a version."""
        return versions.version_card(actor, model, settings=self._settings(), as_html=as_html)

    def version_request(self, actor: Actor, model: str) -> bytes:
        """Return the request that a version was trained by, as a JSON file."""
        return versions.version_request(actor, model, settings=self._settings())

    def promote(self, actor: Actor, model: str, why: str) -> Active:
        """Let a version be in use from now on."""
        return versions.promote(actor, model, why=why, settings=self._settings())

    def roll_back(self, actor: Actor, why: str) -> Active:
        """Let the version before be in use again."""
        return versions.roll_back(actor, why=why, settings=self._settings())

    def compare(self, actor: Actor, first: str, second: str) -> Comparison:
        """Return how a second version differs from a first."""
        return versions.compare(actor, first, second, settings=self._settings())
