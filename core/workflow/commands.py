"""What the command line does: each command reads a file, runs the same use cases as the pages, and writes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.caseload.access import Action, Actor, require
from core.cleaning.export import to_csv_bytes
from core.errors import AppError, BadFile, ColumnNotFound, RecipeError
from core.modeling.thresholds import AtScore, ForCapacity
from core.schema import Role
from core.settings import Settings
from core.sources.base import DemoSpec, FileSpec
from core.sources.demo.write import write_school
from core.workflow import cleaning
from core.workflow.describing import describe
from core.workflow.evaluation import evaluation_report
from core.workflow.joining import join_plan, load_report
from core.workflow.listing import list_csv
from core.workflow.parquet import to_parquet_bytes
from core.workflow.planning import read_plan
from core.workflow.profiling import profile_of
from core.workflow.publishing import CODE, Override, draft_card, issues, publish
from core.workflow.replaying import read_request
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest
from core.workflow.scoring import published_model, score_file
from core.workflow.segmenting import segment, segments_frame
from core.workflow.stated import connections_of
from core.workflow.tables import load_table
from core.workflow.training import Training, train
from core.workflow.versions import version_card


def at_risk(actor: Actor, options: argparse.Namespace, *, settings: Settings) -> None:
    """Write the at-risk list, and the evaluation where it was asked for."""
    _check_places(options.file, options.out, options.json)
    policy = AtScore(options.threshold) if options.capacity is None else ForCapacity(options.capacity)
    request = _request(actor, options, settings)
    training = train(actor, request, settings=settings, progress=_progress)
    segments = segment(actor, request, settings=settings, progress=_progress)
    contents = {options.out: list_csv(actor, training, policy, segments=segments)}
    if options.json is not None:
        contents[options.json] = _json(evaluation_report(actor, training, policy, segments=segments))
    _write(contents)
    cut = training.curve.cut(policy)
    _say(f"{cut.n_listed:,} of {training.n_students:,} students are listed in '{options.out}'.")
    if training.left_out:
        n = len(training.left_out)
        _say(f"{n:,} {'row was' if n == 1 else 'rows were'} left out by cleaning; --json names each.")
    if not training.has_ids:
        _say("No column is the student id: the row number serves, 1 is the first row below the header.")
    if cut.note:
        _say(cut.note)


def profile(actor: Actor, options: argparse.Namespace, *, settings: Settings) -> None:
    """Print what is in a file, and write it as JSON where that was asked for."""
    _check_places(options.file, options.json)
    request = _table_request(actor, options, settings)
    found = profile_of(actor, request, settings=settings, engine=options.engine)
    if options.json is not None:
        _write({options.json: _json(found.as_dict())})
    print(found.as_text())


def clean(actor: Actor, options: argparse.Namespace, *, settings: Settings) -> None:
    """Write the cleaned table, and the ledger, the exclusions and the recipe where they were asked for."""
    asked = (options.out, options.ledger, options.left_out, options.save_recipe)
    _check_places(options.file, *asked)
    recipe = None
    if options.recipe is not None:
        _check_places(options.recipe, *asked)
        recipe = cleaning.read_recipe(actor, _content(options.recipe))
    request = CleaningRequest(_table_request(actor, options, settings), recipe)
    done = cleaning.clean(actor, request, settings=settings, progress=_progress, engine=options.engine)
    if done.loss and not options.keep_few:
        way_out = "Nothing is written. Change the recipe, or add --keep-few to write it all the same."
        raise RecipeError(done.loss, hint=way_out)
    rows = done.parquet if options.out.suffix.lower() == ".parquet" else done.csv
    made = (rows, done.ledger, done.left_out)
    contents = {place: one.read_bytes() for place, one in zip(asked, made, strict=False) if place is not None}
    if options.save_recipe is not None:
        contents[options.save_recipe] = cleaning.recipe_file(actor, done.recipe)
    _write(contents)
    report = done.report
    _say(f"{report.n_out:,} of {report.n_in:,} rows are written to '{options.out}'.")
    n = len(report.exclusions)
    if n:
        _say(f"{n:,} {'row was' if n == 1 else 'rows were'} left out; --left-out names each with its reason.")
    _say(report.why_empty or f"{report.n_changed:,} cells were changed; --ledger says by which step.")


def write_segments(actor: Actor, options: argparse.Namespace, *, settings: Settings) -> None:
    """Write each student's segment."""
    _check_places(options.file, options.out)
    request = _request(actor, options, settings)
    found = segment(actor, request, settings=settings, progress=_progress)
    _write({options.out: to_csv_bytes(segments_frame(actor, found, k=options.k))})
    _say(found.verdict)


def retrain(actor: Actor, options: argparse.Namespace, *, settings: Settings) -> None:
    """Train what a request asks for; write the card and the figures, and publish where that was asked for."""
    _check_places(options.request, options.card, options.metrics)
    if options.publish and not (options.reason or "").strip():
        raise AppError("A model is published with a reason.", hint="Give it with --reason.")
    beside = options.request.absolute().parent
    request = read_request(actor, _content(options.request), beside=beside, settings=settings)
    training = train(actor, request, settings=settings, progress=_progress)
    given = {"reason": options.reason, "override": _overrides(options.override or ()), "settings": settings}
    model = publish(actor, training, **given).id if options.publish else None
    contents = {}
    if options.card is not None:
        contents[options.card] = _card(actor, training, model, options.card, settings)
    if options.metrics is not None:
        contents[options.metrics] = _json(describe(actor, training))
    _write(contents)
    auc = training.evaluation.metric("roc_auc")
    _say(f"{training.n_students:,} students; ROC-AUC {auc.value:.3f}, the simple rule {auc.baseline:.3f}.")
    for check in issues(actor, training):
        _say(f"{check.code} {check.title}: {check.words}")
    if model is not None:
        _say(f"Published as {model}.")


def _overrides(texts: Sequence[str]) -> Override:
    """Return what was said to the checks: by the codes that a text names, or the one text that names none."""
    if len(texts) == 1:
        return str(texts[0])
    return {code: text for text in texts for code in CODE.findall(text)}


def _card(actor: Actor, training: Training, model: str | None, place: Path, settings: Settings) -> bytes:
    """Return the card of the version that was published, or of what was only trained."""
    as_html = place.suffix.lower() in {".html", ".htm"}
    if model is None:
        return draft_card(actor, training, settings=settings, as_html=as_html)
    return version_card(actor, model, settings=settings, as_html=as_html)


def score(actor: Actor, options: argparse.Namespace, *, settings: Settings) -> None:
    """Write the risks of the students of a file by a published model."""
    _check_places(options.file, options.out)
    published = published_model(actor, options.model, settings=settings)
    spec = FileSpec(
        path=str(options.file),
        name=options.file.name,
        delimiter=options.delimiter,
        encoding=options.encoding,
        decimal=options.decimal,
        sheet=options.sheet,
    )
    scored = score_file(actor, published, spec, settings=settings, progress=_progress)
    _write({options.out: scored.csv()})
    _say(f"{len(scored.risk):,} students are scored in '{options.out}' by the model {scored.model}.")
    n = len(scored.left_out)
    if n:
        _say(f"{n:,} {'row was' if n == 1 else 'rows were'} left out by the model's recipe.")
    for note in scored.notes:
        _say(note)


def demo(actor: Actor, options: argparse.Namespace, *, settings: Settings) -> None:  # noqa: ARG001  as all commands
    """Write a made-up school."""
    require(actor, Action.LOAD, synthetic=True)
    spec = DemoSpec(
        students=options.students,
        seed=options.seed,
        dirt=not options.clean,
        leaks=options.leaks,
        drift=options.drift,
        mentoring=not options.no_mentoring,
    )
    written = write_school(spec, options.out, progress=_progress)
    _say(f"Wrote a made-up school of {options.students:,} students to '{written.folder}'.")


def load(actor: Actor, options: argparse.Namespace, *, settings: Settings) -> None:
    """Replay a source plan: read every table, join them, write one row a student as Parquet."""
    _check_places(options.plan, options.out, options.json)
    plan = read_plan(actor, _content(options.plan))
    joined = join_plan(actor, plan, settings=settings, progress=_progress)
    contents = {options.out: to_parquet_bytes(joined.dataset.collect(), joined.dataset.schema)}
    if options.json is not None:
        contents[options.json] = _json(load_report(actor, joined))
    _write(contents)
    n = joined.dataset.provenance.n_rows
    _say(f"{n:,} of {joined.n_base:,} students are written to '{options.out}'.")
    for found in joined.matches:
        _say(found.sentence())
    for exclusion in joined.exclusions:
        _say(f"{len(exclusion.ids):,} students without a row in '{exclusion.table}' are left out.")
    for note in joined.dataset.provenance.notes:
        _say(note)


def with_connections(actor: Actor, settings: Settings) -> Settings:
    """Return the settings with the connections that were stated on the page among them."""
    require(actor, Action.LOAD, synthetic=False)
    return replace(settings, connections=connections_of(settings).profiles)


def _content(place: Path) -> bytes:
    """Return what is in a file; raises BadFile."""
    try:
        return place.read_bytes()
    except OSError as error:
        raise BadFile(
            f"'{place}' cannot be read: {error.strerror}.", hint="Check the path and the permissions."
        ) from error


def _request(actor: Actor, options: argparse.Namespace, settings: Settings) -> TrainingRequest:
    """Return the request that the options mean; raises ColumnNotFound for a name that is not there."""
    table = _table_request(actor, options, settings)
    return TrainingRequest(
        CleaningRequest(table),
        outcome=(getattr(options, "outcome", None) or "").strip(),
        exclude=tuple(sorted(_names(options.exclude))),
        model=getattr(options, "model", "logistic_regression"),
        seed=options.seed,
    )


def _table_request(actor: Actor, options: argparse.Namespace, settings: Settings) -> TableRequest:
    source = FileSpec(
        path=str(options.file),
        name=options.file.name,
        delimiter=options.delimiter,
        encoding=options.encoding,
        decimal=options.decimal,
        sheet=options.sheet,
    )
    request = TableRequest(source)
    roles = dict.fromkeys(_names(options.protected), Role.PROTECTED)
    if options.id is not None:
        roles[options.id] = Role.STUDENT_ID
    wanted = [*roles, *_names(getattr(options, "exclude", ""))]
    if wanted:
        valid = load_table(actor, request, settings=settings, progress=_progress).schema.names()
        for name in wanted:
            if name not in valid:
                raise ColumnNotFound.of(name, valid, where="the command line")
    return replace(request, roles=tuple(sorted(roles.items())))


def _names(listed: str) -> list[str]:
    """Return the names in a list that is separated by commas.

    >>> _names("gender, lunch,")
    ['gender', 'lunch']
    """
    return [name.strip() for name in listed.split(",") if name.strip()]


def _check_places(source: Path, *places: Path | None) -> None:
    """Do nothing if every file can be written; raises AppError before any work is done."""
    taken = [source.resolve()]
    for place in (one for one in places if one is not None):
        if place.resolve() in taken:
            raise AppError(
                f"'{place}' is named twice.", hint="Write to a file of its own; nothing is overwritten."
            )
        taken.append(place.resolve())
        if place.is_dir():
            raise AppError(f"'{place}' is a folder.", hint="Give the name of a file to write.")
        if not place.absolute().parent.is_dir():
            raise AppError(
                f"The folder of '{place}' does not exist.", hint="Make it first, or give another place."
            )


def _write(contents: Mapping[Path, bytes]) -> None:
    """Write files, each whole or not at all; raises AppError with the system's reason."""
    for place, content in contents.items():
        draft = place.with_name(f".{place.name}.draft")
        try:
            draft.write_bytes(content)
            draft.replace(place)
        except OSError as error:
            draft.unlink(missing_ok=True)
            raise AppError(
                f"'{place}' could not be written: {error.strerror}.", hint="Is the disk full?"
            ) from error


def _json(content: Any) -> bytes:
    return (json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _say(words: str) -> None:
    print(words)


def _progress(fraction: float, words: str) -> None:
    """Show progress on a terminal; say nothing into a file or a pipe."""
    if sys.stderr.isatty():
        end = "\n" if fraction >= 1 else ""
        print(f"\r{fraction:4.0%} {words:<60}", end=end, file=sys.stderr, flush=True)


__all__: Sequence[str] = ("at_risk", "clean", "demo", "load", "profile", "retrain", "score", "write_segments")
