"""How the students are doing: study time, attendance, grades, LMS use; totals that events are split from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.sources.demo.barriers import Barriers, drifted_students
from core.sources.demo.people import People
from core.sources.demo.settings import Settings
from core.sources.demo.streams import Block, Flags, Floats, Ints

MOST_STUDY_HOURS = 50.0
MOST_LOGINS_WEEK = 60.0


@dataclass(frozen=True)
class Progress:
    """One row a student; the second axis is the term (terms first to as-of unless said)."""

    prior_average: Floats
    study_hours: Floats
    attending: Floats
    """The chance of attending a session, one a student."""
    attended: Ints
    """(n, terms - 1) sessions attended; 0 before the student started."""
    attendance_rate: Floats
    """Percent of all sessions up to the as-of date."""
    courses: Ints
    """(n, terms, courses) points, the last term included."""
    last_average: Floats
    grade_trend: Floats
    logins_rate: Floats
    """Expected LMS logins a week."""
    logins: Ints
    """LMS logins in the as-of term."""
    logins_week: Floats


def make_progress(block: Block, *, settings: Settings, people: People, barriers: Barriers) -> Progress:
    """Return a block's progress: barriers and two hidden traits (ability, motivation) move it."""
    motivation = block.stream("latent.motivation").standard_normal(block.n)
    prior = _prior(block, settings, barriers, drifted_students(block, people=people))
    study = _study(block, settings, barriers, motivation)
    attending = _attending(block, settings, barriers, motivation)
    attended = _attended(block, settings, people, attending)
    courses = _courses(block, settings, prior, study, attending)
    averages = np.round(courses.mean(axis=2), 1)
    before = np.where(
        people.first_term == block.spec.terms - 1, prior, averages[:, -3] if block.spec.terms > 2 else prior
    )
    rate = _login_rate(settings, barriers, motivation)
    weeks = settings.calendar.weeks_per_term
    logins = _logins(block, rate * weeks, most=int(MOST_LOGINS_WEEK * weeks))
    held = (block.spec.terms - people.first_term) * weeks * settings.calendar.sessions_per_week
    return Progress(
        prior_average=prior,
        study_hours=study,
        attending=attending,
        attended=attended,
        attendance_rate=np.round(100.0 * attended.sum(axis=1) / held, 1),
        courses=courses,
        last_average=averages[:, -2],
        grade_trend=np.round(averages[:, -2] - before, 1),
        logins_rate=rate,
        logins=logins,
        logins_week=np.round(logins / weeks, 2),
    )


def started(people: People, *, terms: int) -> Flags:
    """Return (n, terms): whether the student had started by then."""
    begun: Flags = np.arange(1, terms + 1)[None, :] >= people.first_term[:, None]
    return begun


def _prior(block: Block, settings: Settings, barriers: Barriers, drifted: Flags) -> Floats:
    rule = settings.progress["prior_average"]
    stream = block.stream("progress.prior_average")
    ability = stream.standard_normal(block.n)
    home = rule["guardian_step"] * (barriers.guardian_education - 2)
    value = rule["base"] + rule["ability"] * ability + home + rule["noise"] * stream.standard_normal(block.n)
    prior: Floats = np.clip(np.round(value + settings.drift["prior_average"] * drifted, 1), 5.0, 100.0)
    return prior


def _study(block: Block, settings: Settings, barriers: Barriers, motivation: Floats) -> Floats:
    rule = settings.progress["study_hours"]
    noise = block.stream("progress.study_hours").standard_normal(block.n)
    value = rule["base"] + rule["work_hours"] * barriers.work_hours + rule["care_hours"] * barriers.care_hours
    value = value + rule["motivation"] * motivation + rule["noise"] * noise
    hours: Floats = np.clip(np.round(value * 2) / 2, 0.0, MOST_STUDY_HOURS)
    return hours


def _attending(block: Block, settings: Settings, barriers: Barriers, motivation: Floats) -> Floats:
    rule = settings.progress["attendance"]
    noise = block.stream("progress.attending").standard_normal(block.n)
    log_odds = rule["base"] + rule["motivation"] * motivation + rule["noise"] * noise
    for name in ("work_hours", "travel_minutes", "care_hours"):
        log_odds = log_odds + rule[name] * getattr(barriers, name)
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))


def _attended(block: Block, settings: Settings, people: People, attending: Floats) -> Ints:
    """Return the sessions attended by term, none before the student's first."""
    calendar, terms = settings.calendar, block.spec.terms - 1
    held = calendar.weeks_per_term * calendar.sessions_per_week
    chance = attending[:, None]
    drawn = block.stream("progress.attended").standard_normal((block.n, terms))
    count = _whole(held * chance + np.sqrt(held * chance * (1.0 - chance)) * drawn, most=held)
    return np.where(started(people, terms=terms), count, 0)


def _courses(block: Block, settings: Settings, prior: Floats, study: Floats, attending: Floats) -> Ints:
    rule, terms = settings.progress["grades"], block.spec.terms
    stream = block.stream("progress.courses")
    level = rule["base"] + rule["prior_average"] * (prior - 65.0) + rule["study_hours"] * (study - 12.0)
    level = level + rule["attendance_share"] * (attending - 0.88)
    by_term = level[:, None] + rule["term_noise"] * stream.standard_normal((block.n, terms))
    noise = stream.standard_normal((block.n, terms, len(settings.calendar.courses)))
    points = np.round(by_term[:, :, None] + rule["course_noise"] * noise)
    whole: Ints = np.clip(points, 0, 100).astype(np.int64)
    return whole


def _logins(block: Block, expected: Floats, *, most: int) -> Ints:
    drawn = block.stream("progress.logins").standard_normal(block.n)
    return _whole(expected + np.sqrt(expected) * drawn, most=most)


def _whole(values: Floats, *, most: int) -> Ints:
    """Return counts 0 to ``most``.

    Counts are rounded normals, not binomial or Poisson draws: those take more or fewer random numbers by
    their parameters, so a shift of one student would change all the students after.
    """
    count: Ints = np.clip(np.round(values), 0, most).astype(np.int64)
    return count


def _login_rate(settings: Settings, barriers: Barriers, motivation: Floats) -> Floats:
    rule = settings.progress["lms"]
    log_rate = rule["base"] + rule["motivation"] * motivation
    log_rate = (
        log_rate + np.array(rule["internet"])[barriers.internet] + np.array(rule["device"])[barriers.device]
    )
    return np.asarray(np.exp(log_rate))
