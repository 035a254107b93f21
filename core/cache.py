"""The only Streamlit import in core: cached doors to the workflow for the pages.

Keys are digests of requests plus what the viewer may see; values are jobs and shared read-only results.
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

import streamlit as st

from core.jobs import Job, JobLimits, JobRunner
from core.settings import SECRETS_FILE, Settings
from core.workflow import (
    actors,
    cleaning,
    comparing,
    connecting,
    cut_doors,
    drafts,
    exploring,
    fairness,
    figures,
    files,
    imagining,
    k_doors,
    listing,
    mistakes,
    model_choices,
    model_doors,
    outcomes,
    outlying,
    planning,
    preparing,
    recipes,
    refreshing,
    requests,
    roster_doors,
    score_prediction,
    segment_doors,
    segment_needs,
    segmenting,
    step_forms,
    tables,
    training,
)
from core.workflow.actors import Actor
from core.workflow.charting import BarrierRule, Filter
from core.workflow.listing import ThresholdPolicy
from core.workflow.planning import ConnectionSpec, DemoSpec, FileSpec, PartSpec, Provenance, SourcePlan
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest
from core.workflow.stated import connections_stamp
from core.workflow.training import Training
from core.workflow.use_cases import FIGURES, QUESTIONS, STUDIES

Result = TypeVar("Result")
DRAWING = ("altair", "plotly.graph_objects", "streamlit.elements.arrow")
"""Libraries that the pages draw with; loaded before the garbage is frozen, they cost no click anything."""
KEYS: dict[Any, Any] = {
    Actor: lambda actor: (actor.who, actor.scope, tuple(sorted(actor.roles))),
    **dict.fromkeys(
        (TableRequest, CleaningRequest, TrainingRequest, fairness.Scores), lambda one: one.digest
    ),
    Training: lambda training: training.request.digest,
    segmenting.Segments: lambda found: found.digest,
    **dict.fromkeys((ConnectionSpec, DemoSpec, FileSpec, SourcePlan, Filter, BarrierRule), repr),
}
"""How an actor and a request are told apart in a key: by value, never by a sample."""
LOOKED_SECONDS, QUESTIONS_AT_ONCE = 300, 4
"""How long what was seen of a server may be shown before it is asked again."""
DEMO_PLACE, OPEN_FILE_PLACE = planning.DEMO_PLACE, planning.OPEN_FILE_PLACE
JOINS, MEASURES, TESTS = planning.JOINS, planning.MEASURES, planning.TESTS
new_plan, add_part, drop_part = planning.new_plan, planning.add_part, planning.drop_part
make_part, KeyRule, set_rule = planning.make_part, planning.KeyRule, planning.set_rule
set_as_of, plan_words = planning.set_as_of, planning.plan_words
plan_bytes, remap, fitting_recipe = planning.plan_bytes, planning.remap, recipes.fitting
corrected_together, FAMILIES = exploring.corrected_together, comparing.TITLES
CHOICES, with_remapped = model_choices, refreshing.with_remapped
score_csv = score_prediction.score_csv
figures_csv, chart_svg, why_unnamed = figures.figures_csv, figures.chart_svg, outlying.why_unnamed
plan_of, with_plan, refresh = requests.plan_of, refreshing.with_plan, refreshing.refresh
Draft, make_step, step_forms_of = drafts.Draft, step_forms.make_step, step_forms.step_forms
count_at_cut, explain_mistakes = mistakes.count_at_cut, mistakes.explain_mistakes
recipe_changes, recipe_from_file = recipes.recipe_changes, recipes.recipe_from_file
scores_of, fairness_at, mitigation_at = fairness.scores_of, fairness.assess_at, fairness.mitigate_at
actor, cut, may_change_connections = actors.actor_named, listing.cut, connecting.may_change_connections
"""What a page may choose from, and what needs neither settings nor a cache."""
DOOR: dict[str, Any] = {
    "show_spinner": False,
    "hash_funcs": KEYS,
    "validate": lambda job: not job.is_forgotten,
    "on_release": lambda job: job.cancel(),
}
"""A job that falls out of its cache is wanted by nobody: it gives its slot back."""


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Return the settings of this process, read once."""
    return Settings.read(env=os.environ, secrets_file=SECRETS_FILE)


@st.cache_resource(show_spinner=False)
def runner() -> JobRunner:
    """Return the one runner of jobs of this process."""
    return _runner(settings().jobs_at_once)


@st.cache_resource(show_spinner=False)
def asker() -> JobRunner:
    """Return the runner of questions to servers: a slow one keeps nobody from training or loading."""
    return _runner(QUESTIONS_AT_ONCE)


def _runner(at_once: int) -> JobRunner:
    chosen = settings()
    limits = JobLimits(seconds=chosen.job_seconds, memory_mib=chosen.job_memory_mib)
    return JobRunner(at_once=at_once, limits=limits)


def _start(use_case: Any, name: str, actor: Actor, *about: Any, **choices: Any) -> Job:
    """Start a use case as a job; the name is what a viewer is told meanwhile."""
    return runner().start(use_case, actor, *about, name=name, settings=settings(), **choices)


def _settled(use_case: Callable[..., Result]) -> Callable[..., Result]:
    """Return a use case that is given the settings of this process."""

    @functools.wraps(use_case)
    def door(*about: Any, **choices: Any) -> Result:
        return use_case(*about, settings=settings(), **choices)

    return door


file_limits, read_limits = _settled(files.describe_limits), _settled(connecting.read_limits)
connections, save_recipe = _settled(connecting.list_connections), _settled(recipes.save_recipe)
save_connection, what_if = _settled(connecting.save_connection), _settled(imagining.what_if)
remove_connection, models = _settled(connecting.remove_connection), model_doors.ModelDoors(settings)
segments, rosters = segment_doors.SegmentDoors(), roster_doors.RosterDoors(settings)
ks = k_doors.KDoors(settings)
cuts = cut_doors.CutDoors(settings, st.cache_resource(max_entries=4, show_spinner=False, hash_funcs=KEYS))
saved_recipes, saved_versions = _settled(recipes.saved_names), _settled(recipes.saved_versions)
"""What is answered at once and kept by nobody here."""


def default_request() -> TrainingRequest:
    """Return the request of the first screen: the demo school."""
    return requests.demo_request(students=settings().demo_students, seed=settings().demo_seed)


def source_name(request: TrainingRequest) -> str:
    """Return where the students of a request come from, in words."""
    return requests.source_name(request.table)


def stop() -> None:
    """Cancel what still runs."""
    runner().stop()
    asker().stop()


def warm() -> None:
    """Start the list, which the first viewer will ask for, and load what draws it meanwhile."""
    training_job(actors.LOCAL, default_request())
    for library in DRAWING:
        importlib.import_module(library)


def preview_job(actor: Actor, request: TrainingRequest) -> Job:
    """Read the table: first rows, schema, and how the file was read."""
    return _preview_job(actor, request.table)


@st.cache_resource(max_entries=8, **DOOR)
def _preview_job(actor: Actor, request: TableRequest) -> Job:
    return _start(tables.preview, "Reading the table", actor, request)


def keep_upload(actor: Actor, request: TrainingRequest, upload: BinaryIO, name: str) -> TrainingRequest:
    """Store an uploaded file and return the request for it."""
    return _fresh(actor, request.with_source(files.keep_file(actor, upload, name=name, settings=settings())))


def keep_path(actor: Actor, request: TrainingRequest, path: str) -> TrainingRequest:
    """Copy a file of this computer into the workspace and return the request for it."""
    return _fresh(actor, request.with_source(files.keep_path(actor, path, settings=settings())))


def _fresh(actor: Actor, request: TrainingRequest) -> TrainingRequest:
    """Forget a reading that failed earlier: the file was given anew."""
    if (job := preview_job(actor, request)).is_finished and not job.has_value:
        forget(job)
    return request


def demo_school(actor: Actor, request: TrainingRequest, **choices: Any) -> TrainingRequest:
    """Return the request for a demo school with these choices."""
    return request.with_source(tables.demo_spec(actor, **choices))


def connection_job(actor: Actor, name: str) -> Job:
    """Ask whether a connection answers; the value is a SourceStatus."""
    return _ask(actor, "connection", name)


def databases_job(actor: Actor, name: str) -> Job:
    """List the databases of a connection."""
    return _ask(actor, "databases", name)


def tables_job(actor: Actor, source: PartSpec) -> Job:
    """List the tables of a source."""
    return _ask(actor, "tables", source)


def look_job(actor: Actor, source: PartSpec, table: str, explode: str = "") -> Job:
    """Look at a table before it is loaded; the value is a TableLook."""
    return _ask(actor, "look", source, table, explode=explode)


def match_job(actor: Actor, plan: SourcePlan) -> Job:
    """Compare the ids of a plan's tables."""
    return _ask(actor, "match", plan)


def drift_job(actor: Actor, plan: SourcePlan) -> Job:
    """Look for columns that changed since a plan was made."""
    return _ask(actor, "drift", plan)


def _ask(actor: Actor, what: str, *about: Any, **choices: str) -> Job:
    """Ask a server; once connections are stated on the page, or by another program, it is asked anew."""
    return _question(actor, what, about, choices, connections_stamp(settings().workspace))


@st.cache_resource(max_entries=96, ttl=LOOKED_SECONDS, **DOOR)
def _question(actor: Actor, what: str, about: Any, choices: dict[str, str], stamp: int) -> Job:  # noqa: ARG001
    use_case, name = QUESTIONS[what]
    return asker().start(use_case, actor, *about, name=name, settings=settings(), **choices)


def part_places(actor: Actor, request: TrainingRequest) -> tuple[str, ...]:
    """Return the places that a table of a plan can be chosen from."""
    return planning.part_places(actor, request.table, settings=settings())


def part_source(actor: Actor, request: TrainingRequest, place: str, database: str = "") -> PartSpec:
    """Return what names a place."""
    return planning.part_source(actor, request.table, place, database=database, settings=settings())


def read_plan(actor: Actor, content: bytes) -> SourcePlan:
    """Return the plan that an uploaded file holds; files outside the workspace are none of its business."""
    return planning.read_plan(actor, content, files=settings().workspace / "files")


def freshness(actor: Actor, request: TrainingRequest) -> Provenance | None:
    """Return where the table came from and when, or None while it was not read; starts nothing."""
    return tables.provenance(actor, request.table, settings=settings())


@st.cache_resource(max_entries=4, **DOOR)
def outcome_job(actor: Actor, request: TrainingRequest) -> Job:
    """Find whom the outcome happened to."""
    return _start(outcomes.check_outcome, "Reading the outcome", actor, request)


def findings_job(actor: Actor, request: TrainingRequest) -> Job:
    """Find what is wrong in the table, and propose a recipe."""
    return _findings_job(actor, request.table)


@st.cache_resource(max_entries=4, **DOOR)
def _findings_job(actor: Actor, request: TableRequest) -> Job:
    return _start(cleaning.examine, "Checking the table", actor, request)


def step_job(actor: Actor, request: TrainingRequest, recipe: recipes.Recipe, index: int) -> Job:
    """Try a step of a recipe; the value is a StepPreview."""
    return _ask(actor, "step", request.with_recipe(recipe).cleaning, index)


def pairs_job(actor: Actor, request: TrainingRequest, pairs: tuple[tuple[str, str], ...]) -> Job:
    """Put students side by side who may be one; the value is a tuple of StudentPair."""
    return _ask(actor, "pairs", request.table, pairs)


def cleaning_job(actor: Actor, request: TrainingRequest) -> Job:
    """Clean the table."""
    return _cleaning_job(actor, request.cleaning)


@st.cache_resource(max_entries=4, **DOOR)
def _cleaning_job(actor: Actor, request: CleaningRequest) -> Job:
    return _start(cleaning.clean, "Cleaning the table", actor, request)


@st.cache_resource(max_entries=4, **DOOR | {"validate": preparing.Prepared.is_there})
def prepared_job(actor: Actor, request: TrainingRequest) -> Job:
    """Prepare the cleaned table, so that a part of its students is summed up at once."""
    return _start(preparing.prepare, "Exploring the table", actor, request)


def summed_up(actor: Actor, request: TrainingRequest, *filters: Filter) -> exploring.Exploration:
    """Summarise the prepared table, or the students who meet the filters; anew once it was read again."""
    return _summed_up(actor, request, exploring.reading(actor, request, settings=settings()), *filters)


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=KEYS)
def _summed_up(actor: Actor, request: TrainingRequest, of: str, *filters: Filter) -> exploring.Exploration:  # noqa: ARG001
    return exploring.look_over(actor, request, filters=filters, settings=settings())


def figure_job(
    actor: Actor, request: TrainingRequest, what: str, filters: tuple[Filter, ...], choices: dict[str, Any]
) -> Job:
    """Work out one of FIGURES for the students who meet the filters; anew once the table was read again."""
    of = exploring.reading(actor, request, settings=settings())
    return _figure_job(of, actor, request, what, filters, choices)


@st.cache_resource(max_entries=32, **DOOR)
def _figure_job(of: str, actor: Actor, request: TrainingRequest, what: str, *how: Any) -> Job:  # noqa: ARG001
    (use_case, name), (filters, choices) = FIGURES[what], how
    return _start(use_case, name, actor, request, filters=filters, **choices)


@st.cache_resource(max_entries=4, **DOOR)
def training_job(actor: Actor, request: TrainingRequest) -> Job:
    """Train, evaluate and rank."""
    return _start(training.train, "Finding who needs support", actor, request)


@st.cache_resource(max_entries=24, **DOOR)
def study_job(actor: Actor, request: TrainingRequest, what: str, choices: dict[str, Any]) -> Job:
    """Work out one of STUDIES."""
    use_case, name = STUDIES[what]
    return _start(use_case, name, actor, request, **choices)


@st.cache_resource(max_entries=4, **DOOR)
def segments_job(actor: Actor, request: TrainingRequest, **choices: Any) -> Job:
    """Fit the segments for every K."""
    return _start(segmenting.segment, "Looking for segments", actor, request, **choices)


needs_of = st.cache_resource(show_spinner=False, max_entries=4, hash_funcs=KEYS)(segment_needs.segment_needs)


def for_capacity(number: int) -> ThresholdPolicy:
    """Return the policy that lists this many students."""
    return listing.ForCapacity(int(number))


def at_score(score: float) -> ThresholdPolicy:
    """Return the policy that lists students from this risk on."""
    return listing.AtScore(float(score))


def list_csv(actor: Actor, training: Training, policy: ThresholdPolicy) -> bytes:
    """Return the whole list as the command line writes it; waits for the segments."""
    job = segments_job(actor, training.request)
    job.wait(settings().job_seconds)
    return rosters.whole_list(actor, training, policy, job.result())


def student_sheet(
    actor: Actor, training: Training, policy: ThresholdPolicy, student_id: str
) -> listing.StudentSheet:
    """Return one student's sheet; raises Forbidden, InvalidChoice."""
    own, found = rosters.assigned(actor, training), _segments(actor, training)
    return listing.student_sheet(actor, training, policy, student_id, segments=found, assigned=own)


def _segments(actor: Actor, training: Training) -> segmenting.Segments | None:
    """Return the segments, or None while they are not found, or where they cannot be."""
    job = segments_job(actor, training.request)
    return job.result() if job.has_value else None


def forget(job: Job) -> None:
    """Start the job afresh the next time somebody asks for it."""
    job.is_forgotten = True
