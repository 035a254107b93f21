"""The only Streamlit import in core: cached doors to the workflow for the pages.

Keys are digests of requests plus what the viewer may see; values are jobs and shared read-only results.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

import streamlit as st

from core.jobs import Job, JobLimits, JobRunner
from core.settings import Settings
from core.workflow import (
    actors,
    cleaning,
    exploring,
    listing,
    requests,
    segmenting,
    tables,
    training,
)
from core.workflow.actors import Actor
from core.workflow.requests import TrainingRequest

SECRETS = Path(".streamlit/secrets.toml")
KEYS: dict[Any, Any] = {
    Actor: lambda actor: (actor.who, actor.scope, tuple(sorted(actor.roles))),
    TrainingRequest: lambda request: request.digest,
}
"""How an actor and a request are told apart in a key: by value, never by a sample."""
DOOR: dict[str, Any] = {"show_spinner": False, "hash_funcs": KEYS, "validate": lambda job: not job.is_forgotten}


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Return the settings of this process, read once."""
    secrets = tomllib.loads(SECRETS.read_text(encoding="utf-8")) if SECRETS.exists() else {}
    return Settings.load(env=os.environ, secrets=secrets.get("waymark"))


@st.cache_resource(show_spinner=False)
def runner() -> JobRunner:
    """Return the one runner of jobs of this process."""
    chosen = settings()
    limits = JobLimits(seconds=chosen.job_seconds, memory_mib=chosen.job_memory_mib)
    return JobRunner(at_once=chosen.jobs_at_once, limits=limits)


def actor(name: str | None) -> Actor:
    """Return the actor whom the gate named."""
    return actors.actor_named(name)


def default_request() -> TrainingRequest:
    """Return the request of the first screen: the demo school."""
    return requests.demo_request(students=settings().demo_students, seed=settings().demo_seed)


def warm() -> None:
    """Start the work that the first viewer will ask for."""
    training_job(actors.LOCAL, default_request())
    segments_job(actors.LOCAL, default_request())


@st.cache_resource(max_entries=8, **DOOR)
def preview_job(actor: Actor, request: TrainingRequest) -> Job:
    """Read the table: first rows, schema, and how the file was read."""
    return runner().start(tables.preview, actor, request.table, settings=settings(), name="Reading the table")


@st.cache_resource(max_entries=4, **DOOR)
def cleaning_job(actor: Actor, request: TrainingRequest) -> Job:
    """Find what is wrong in the table, and clean it."""
    return runner().start(cleaning.clean, actor, request.cleaning, settings=settings(), name="Cleaning the table")


@st.cache_resource(max_entries=4, **DOOR)
def exploration_job(actor: Actor, request: TrainingRequest) -> Job:
    """Summarise the cleaned table."""
    return runner().start(exploring.explore, actor, request.cleaning, settings=settings(), name="Exploring the table")


@st.cache_resource(max_entries=32, **DOOR)
def comparison_job(actor: Actor, request: TrainingRequest, value: str, group: str) -> Job:
    """Compare a value between groups."""
    asked = {"value": value, "group": group, "settings": settings()}
    return runner().start(exploring.compare, actor, request.cleaning, name="Comparing the groups", **asked)


@st.cache_resource(max_entries=4, **DOOR)
def training_job(actor: Actor, request: TrainingRequest) -> Job:
    """Train, evaluate and rank."""
    return runner().start(training.train, actor, request, settings=settings(), name="Finding who needs support")


@st.cache_resource(max_entries=4, **DOOR)
def segments_job(actor: Actor, request: TrainingRequest) -> Job:
    """Fit the segments for every K."""
    return runner().start(segmenting.segment, actor, request, settings=settings(), name="Looking for segments")


def forget(job: Job) -> None:
    """Start the job afresh the next time somebody asks for it."""
    job.is_forgotten = True
