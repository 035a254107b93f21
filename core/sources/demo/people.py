"""Who the students are: protected attributes, school, cohort, and the true segment they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from core.sources.demo.arrays import day_of, days_after
from core.sources.demo.settings import Settings
from core.sources.demo.streams import Block, Flags, Floats, Ints, pick, pick_each
from core.sources.demo.terms import as_of

MATURE_AGE = 25


@dataclass(frozen=True)
class People:
    """One entry a student; codes point into the settings' lists."""

    number: Ints
    """1.. through the whole school."""
    gender: Ints
    ethnicity: Ints
    disability: Ints
    birth: npt.NDArray[np.datetime64]
    age: Floats
    """Completed years on the as-of date."""
    school: Ints
    programme: Ints
    first_term: Ints
    """The number of the term in which the student started."""
    segment: Ints


def make_people(block: Block, *, settings: Settings) -> People:
    """Return the students of a block; every column has its own stream."""
    protected, n = settings.protected, block.n
    ethnicity = pick(block.stream("people.ethnicity"), n=n, shares=tuple(protected.ethnicity.values()))
    disability = pick(block.stream("people.disability"), n=n, shares=tuple(protected.disability.values()))
    birth = _births(block, protected.mature_share)
    age = ages(birth, on=as_of(block.spec))
    return People(
        number=np.arange(block.start + 1, block.start + n + 1),
        gender=pick(block.stream("people.gender"), n=n, shares=tuple(protected.gender.values())),
        ethnicity=ethnicity,
        disability=disability,
        birth=birth,
        age=age,
        school=pick(block.stream("people.school"), n=n, shares=tuple(settings.schools.values())),
        programme=pick(block.stream("people.programme"), n=n, shares=tuple(settings.programmes.values())),
        first_term=block.stream("people.first_term").integers(1, block.spec.terms, n),
        segment=_segments(
            block, settings, _odds_rows(settings, ethnicity, disability == 1, age >= MATURE_AGE)
        ),
    )


def ages(birth: npt.NDArray[np.datetime64], *, on: date) -> Floats:
    """Return completed years.

    >>> ages(np.array(["2000-11-28", "2000-11-29"], dtype="datetime64[D]"), on=date(2025, 11, 28))
    array([25., 24.])
    """
    month = birth.astype("datetime64[M]")
    year = birth.astype("datetime64[Y]").astype(np.int64) + 1970
    day_key = (month.astype(np.int64) % 12 + 1) * 100 + (birth - month).astype(np.int64) + 1
    return np.asarray(on.year - year - (day_key > on.month * 100 + on.day), dtype=np.float64)


def _births(block: Block, mature_share: float) -> npt.NDArray[np.datetime64]:
    stream, n = block.stream("people.birth"), block.n
    mature = stream.random(n) < mature_share
    young_years = 16.0 + np.minimum(stream.gamma(2.2, 1.5, n), 8.9)
    mature_years = MATURE_AGE + np.minimum(stream.gamma(1.4, 5.5, n), 40.0)
    lived = np.ceil(np.where(mature, mature_years, young_years) * 365.25).astype(np.int64)
    return days_after(day_of(as_of(block.spec)), -lived)


def _odds_rows(settings: Settings, ethnicity: Ints, disabled: Flags, mature: Flags) -> Floats:
    """Return each student's factors on the segments' sizes."""
    odds: Mapping[str, tuple[float, ...]] = settings.protected.segment_odds
    plain = (1.0,) * len(settings.segments)
    by_group = np.array([odds.get(group, plain) for group in settings.protected.ethnicity])
    by_disability = np.array([plain, odds["disability"]])
    by_age = np.array([plain, odds["mature"]])
    factors: Floats = by_group[ethnicity] * by_disability[disabled.astype(int)] * by_age[mature.astype(int)]
    return factors


def _segments(block: Block, settings: Settings, odds: Floats) -> Ints:
    sizes = np.array([segment.size for segment in settings.segments])
    return pick_each(block.stream("people.segment"), sizes * odds)
