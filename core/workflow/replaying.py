"""Requests that leave Waymark as a file, and come back with the tables that they mean."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.caseload.access import Action, Actor, require
from core.errors import BadFile
from core.settings import Settings
from core.sources.base import FileSpec
from core.workflow.files import keep_path
from core.workflow.request_json import (
    KEPT_NAME,
    portable,
    request_from_json,
    request_to_json,
    with_files,
)
from core.workflow.requests import TrainingRequest


def request_bytes(actor: Actor, request: TrainingRequest) -> bytes:
    """Return a request as a JSON file; a kept file is named by its content and its own name."""
    require(actor, Action.TRAIN, synthetic=request.table.is_demo)
    return request_to_json(portable(request))


def read_request(actor: Actor, content: bytes, *, beside: Path, settings: Settings) -> TrainingRequest:
    """Return the request that a JSON file in the folder ``beside`` holds, its files kept in the workspace.

    A file that was uploaded is found in the workspace, or under its own name beside the request, where it
    must be the same to the byte. Other paths are as a shell takes them, from the request's folder on.

    Raises Unreadable, RecipeError, PlanError, BadFile, TooLarge, each in one sentence.
    """
    require(actor, Action.TRAIN, synthetic=True)
    request = request_from_json(content)
    return with_files(request, lambda spec: _found(actor, spec, beside=beside, settings=settings))


def _found(actor: Actor, spec: FileSpec, *, beside: Path, settings: Settings) -> FileSpec:
    """Return the file under its content's hash in the workspace."""
    if not KEPT_NAME.fullmatch(spec.path):
        kept = keep_path(actor, str(beside / Path(spec.path).expanduser()), settings=settings)
        return replace(spec, path=kept.path, name=spec.name or kept.name)
    in_workspace = settings.workspace / "files" / spec.path
    if in_workspace.is_file():
        return replace(spec, path=str(in_workspace))
    name = Path(spec.name).name
    if not name or not (beside / name).is_file():
        raise BadFile(
            f"The file '{name or spec.path}' of the request is not there.",
            hint="Put it beside the request under this name, or write its path into the request.",
        )
    kept = keep_path(actor, str(beside / name), settings=settings)
    if Path(kept.path).name != spec.path:
        raise BadFile(
            f"'{name}' is not the file that the request was made with.",
            hint="Its content differs. Write its path into the request to train on it all the same.",
        )
    return replace(spec, path=kept.path)
