"""The demo school's numbers, read once from ``data/demo.json``."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InvalidChoice, SourceNotConfigured
from core.sources.base import DemoSpec

SETTINGS_FILE = Path(__file__).parents[3] / "data" / "demo.json"
GENERATOR_VERSION = "1"
"""Goes into every content hash; raise it when the same spec gives other rows."""
MOST_STUDENTS = 5_000_000
MOST_TERMS = 12
LARGEST_SEED = 2**63 - 1

DEVICES = ("own", "shared", "phone only")
INTERNET = ("good", "unstable", "none")
NO_YES = ("no", "yes")


@dataclass(frozen=True)
class Calendar:
    """The school year; ``last_year`` is the year in which the last term ends."""

    last_year: int
    weeks_per_term: int
    sessions_per_week: int
    courses: tuple[str, ...]


@dataclass(frozen=True)
class Habit:
    """Something that only a share of the students has, and its mean among those who do."""

    share: float
    mean: float


@dataclass(frozen=True)
class Segment:
    """One true group of students with its own profile of barriers; shares sum to 1."""

    name: str
    size: float
    work: Habit
    """Hours a week."""
    travel_mean: float
    """Minutes, one way."""
    fees: Habit
    """EUR."""
    care: Habit
    """Hours a week."""
    device: tuple[float, ...]
    internet: tuple[float, ...]
    lunch: float
    guardian: tuple[float, ...]


@dataclass(frozen=True)
class Effect:
    """A straight-line effect: ``log_odds`` for each ``per`` units above ``centre``."""

    centre: float
    per: float
    log_odds: float


@dataclass(frozen=True)
class Protected:
    """Who the students are, and how that moves their barriers (never the outcome itself)."""

    gender: Mapping[str, float]
    ethnicity: Mapping[str, float]
    disability: Mapping[str, float]
    mature_share: float
    """Students of 25 or older."""
    care_factor: Mapping[str, float]
    segment_odds: Mapping[str, tuple[float, ...]]
    """By group, the factor on each segment's size."""


@dataclass(frozen=True)
class OutcomeSettings:
    """The true model of not being retained, in log-odds."""

    intercept: float
    numbers: Mapping[str, Effect]
    categories: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class MentoringSettings:
    """Who gets a mentor, and what that does."""

    log_odds: float
    students_per_mentor: int
    intercept: float
    need: Mapping[str, Effect]
    contacts_mean: float
    contacts_after_mean: float


@dataclass(frozen=True)
class DirtRule:
    """One kind of dirt: each cell (or row) gets it with probability ``rate``."""

    kind: str
    rate: float
    columns: tuple[str, ...]
    options: Mapping[str, Any]
    """What only this kind needs: typical values, impossible values, words."""


@dataclass(frozen=True)
class Settings:
    """All numbers of the demo school."""

    calendar: Calendar
    schools: Mapping[str, float]
    programmes: Mapping[str, float]
    protected: Protected
    guardian_education: tuple[str, ...]
    first_generation: tuple[float, ...]
    segments: tuple[Segment, ...]
    progress: Mapping[str, Mapping[str, Any]]
    outcome: OutcomeSettings
    mentoring: MentoringSettings
    drift: Mapping[str, float]
    leaks: Mapping[str, Mapping[str, float]]
    dirt: tuple[DirtRule, ...]
    content_hash: str

    @property
    def segment_names(self) -> tuple[str, ...]:
        """The names of the true segments, the largest planned one first."""
        return tuple(segment.name for segment in self.segments)


@functools.cache
def demo_settings() -> Settings:
    """Return the settings; raises SourceNotConfigured without the file."""
    try:
        text = SETTINGS_FILE.read_bytes()
    except OSError as error:
        raise SourceNotConfigured(
            "The settings of the demo school, 'data/demo.json', cannot be read.",
            hint="Restore the file from the release.",
        ) from error
    return _parse(json.loads(text), content_hash=hashlib.sha256(text).hexdigest())


def check_spec(spec: DemoSpec) -> None:
    """Do nothing if the spec can be made; raises InvalidChoice naming what cannot."""
    for name, got, lowest, highest in (
        ("students", spec.students, 1, MOST_STUDENTS),
        ("terms", spec.terms, 2, MOST_TERMS),
        ("seed", spec.seed, 0, LARGEST_SEED),
    ):
        if not lowest <= got <= highest:
            raise InvalidChoice.of(name, got, [f"{lowest:,} to {highest:,}"])


def _parse(raw: Mapping[str, Any], *, content_hash: str) -> Settings:
    """Turn the file's lists and objects into values."""
    protected = raw["protected"]
    odds = {group: tuple(factors) for group, factors in protected["segment_odds"].items()}
    outcome = raw["outcome"]
    mentoring = raw["mentoring"]
    return Settings(
        calendar=Calendar(**{**raw["calendar"], "courses": tuple(raw["calendar"]["courses"])}),
        schools=raw["schools"],
        programmes=raw["programmes"],
        protected=Protected(**{**protected, "segment_odds": odds}),
        guardian_education=tuple(raw["guardian_education"]),
        first_generation=tuple(raw["first_generation"]),
        segments=tuple(_segment(item) for item in raw["segments"]),
        progress=raw["progress"],
        outcome=OutcomeSettings(**{**outcome, "numbers": _effects(outcome["numbers"])}),
        mentoring=MentoringSettings(**{**mentoring, "need": _effects(mentoring["need"])}),
        drift=raw["drift"],
        leaks=raw["leaks"],
        dirt=tuple(_rule(kind, rule) for kind, rule in raw["dirt"].items()),
        content_hash=content_hash,
    )


def _segment(item: Mapping[str, Any]) -> Segment:
    habits = {name: Habit(**item[name]) for name in ("work", "fees", "care")}
    shares = {name: tuple(item[name]) for name in ("device", "internet", "guardian")}
    return Segment(**{**item, **habits, **shares})


def _effects(items: Mapping[str, Mapping[str, float]]) -> dict[str, Effect]:
    return {name: Effect(**item) for name, item in items.items()}


def _rule(kind: str, rule: Mapping[str, Any]) -> DirtRule:
    options = {name: value for name, value in rule.items() if name not in {"rate", "columns"}}
    return DirtRule(kind=kind, rate=rule["rate"], columns=tuple(rule["columns"]), options=options)
