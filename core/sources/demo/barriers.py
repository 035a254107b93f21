"""What stands in the students' way: work, travel, device, internet, fees, care, and their homes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.sources.demo.people import MATURE_AGE, People
from core.sources.demo.settings import Habit, Settings
from core.sources.demo.streams import Block, Flags, Floats, Ints, pick_each

MOST_WORK_HOURS = 60.0
MOST_CARE_HOURS = 60.0
TRAVEL_MINUTES = (2.0, 180.0)
MOST_FEES = 9_000.0


@dataclass(frozen=True)
class Barriers:
    """One entry a student, as of the as-of date; codes point into the settings' lists."""

    work_hours: Floats
    travel_minutes: Floats
    device: Ints
    internet: Ints
    fees_owed: Floats
    care_hours: Floats
    lunch_support: Ints
    first_generation: Ints
    guardian_education: Ints


def make_barriers(block: Block, *, settings: Settings, people: People) -> Barriers:
    """Return the barriers of a block: each follows the student's segment, care also gender and age."""
    segments, segment = settings.segments, people.segment
    drifted = drifted_students(block, people=people)
    guardian = pick_each(
        block.stream("barriers.guardian_education"), np.array([s.guardian for s in segments])[segment]
    )
    first = np.array(settings.first_generation)[guardian]
    lunch = np.array([s.lunch for s in segments])[segment]
    work = _habit(block, "work_hours", [s.work for s in segments], segment, spread=3.0)
    care = _habit(block, "care_hours", [s.care for s in segments], segment, spread=3.0)
    fees = _habit(block, "fees_owed", [s.fees for s in segments], segment, spread=2.0)
    return Barriers(
        work_hours=_steps(work + settings.drift["work_hours"] * drifted, 0.5, 0.0, MOST_WORK_HOURS),
        travel_minutes=_travel(block, np.array([s.travel_mean for s in segments])[segment]),
        device=pick_each(block.stream("barriers.device"), np.array([s.device for s in segments])[segment]),
        internet=_internet(block, settings, segment, drifted),
        fees_owed=np.clip(np.round(fees, 2), 0.0, MOST_FEES),
        care_hours=_steps(care * _care_factor(settings, people), 0.5, 0.0, MOST_CARE_HOURS),
        lunch_support=(block.stream("barriers.lunch_support").random(block.n) < lunch).astype(np.int64),
        first_generation=(block.stream("barriers.first_generation").random(block.n) < first).astype(np.int64),
        guardian_education=guardian,
    )


def drifted_students(block: Block, *, people: People) -> Flags:
    """Return who belongs to the last cohort, if the drift switch is on; nobody otherwise."""
    drifted: Flags = (people.first_term == block.spec.terms - 1) & block.spec.drift
    return drifted


def _habit(block: Block, name: str, habits: list[Habit], segment: Ints, *, spread: float) -> Floats:
    """Return 0 for those without the habit, else a right-skewed amount (gamma with shape ``spread``)."""
    stream = block.stream(f"barriers.{name}")
    has_it = stream.random(block.n) < np.array([habit.share for habit in habits])[segment]
    amount = stream.gamma(spread, 1.0 / spread, block.n) * np.array([habit.mean for habit in habits])[segment]
    return np.where(has_it, amount, 0.0)


def _travel(block: Block, means: Floats) -> Floats:
    amount = block.stream("barriers.travel_minutes").gamma(5.0, 0.2, block.n) * means
    return _steps(amount, 1.0, *TRAVEL_MINUTES)


def _internet(block: Block, settings: Settings, segment: Ints, drifted: Flags) -> Ints:
    """Return the internet codes; drift makes some of the last cohort's one step worse."""
    shares = np.array([s.internet for s in settings.segments])[segment]
    code = pick_each(block.stream("barriers.internet"), shares)
    worse = block.stream("drift.internet").random(block.n) < settings.drift["internet"]
    moved: Ints = np.minimum(code + (drifted & worse), shares.shape[1] - 1)
    return moved


def _care_factor(settings: Settings, people: People) -> Floats:
    factor = settings.protected.care_factor
    female = people.gender == list(settings.protected.gender).index("female")
    by_age = np.where(people.age >= MATURE_AGE, factor["mature"], 1.0)
    return np.where(female, factor["female"], 1.0) * by_age


def _steps(values: Floats, step: float, lowest: float, highest: float) -> Floats:
    """Return values rounded to whole steps and held in range."""
    return np.clip(np.round(values / step) * step, lowest, highest)
