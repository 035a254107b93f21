"""The true model: who is not retained, with which probability, and what a mentor changes.

It sees only what stands in the students table, so a row and the coefficients give the risk exactly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from core.sources.demo.settings import Effect, Settings
from core.sources.demo.streams import Block, Flags, Floats, Ints


@dataclass(frozen=True)
class Mentoring:
    """Who has a mentor: by need, so that those with a mentor do worse without it being the mentor's doing."""

    chance: Floats
    """The probability of having been given a mentor."""
    mentored: Flags
    mentor: Ints
    """The mentor's number 0.., or -1."""
    contacts: Ints
    """Contacts up to the as-of date."""
    contacts_after: Ints


@dataclass(frozen=True)
class Outcome:
    """What happened in the last term, and how likely it was."""

    risk: Floats
    risk_if_mentored: Floats
    risk_if_not_mentored: Floats
    not_retained: Flags
    weeks_stayed: Ints
    """Weeks of the last term before leaving (0: never came back); all weeks if retained."""


def mentor_count(students: int, *, per_mentor: int) -> int:
    """Return how many mentors a school has, at least one.

    >>> mentor_count(3000, per_mentor=120)
    25
    """
    return -(-students // per_mentor)


def assign_mentors(block: Block, *, settings: Settings, numbers: Mapping[str, Floats]) -> Mentoring:
    """Return who got a mentor at the start of the as-of term, and how often they spoke since."""
    rule = settings.mentoring
    chance = sigmoid(rule.intercept + straight_lines(rule.need, numbers=numbers))
    stream = block.stream("mentoring.assigned")
    mentored = stream.random(block.n) < chance
    mentors = mentor_count(block.spec.students, per_mentor=rule.students_per_mentor)
    contacts = block.stream("mentoring.contacts")
    so_far = 1 + contacts.poisson(rule.contacts_mean - 1.0, block.n)
    return Mentoring(
        chance=chance,
        mentored=mentored,
        mentor=np.where(mentored, stream.integers(0, mentors, block.n), -1),
        contacts=np.where(mentored, so_far, 0),
        contacts_after=np.where(mentored, contacts.poisson(rule.contacts_after_mean, block.n), 0),
    )


def observe(
    block: Block,
    *,
    settings: Settings,
    numbers: Mapping[str, Floats],
    categories: Mapping[str, Ints],
    mentored: Flags,
) -> Outcome:
    """Return the outcome: one draw a student at the student's own risk."""
    alone = log_odds(settings, numbers=numbers, categories=categories)
    effect = settings.mentoring.log_odds if block.spec.mentoring else 0.0
    with_mentor, without = sigmoid(alone + effect), sigmoid(alone)
    risk = np.where(mentored, with_mentor, without)
    left = block.stream("outcome.not_retained").random(block.n) < risk
    weeks = settings.calendar.weeks_per_term
    stayed = block.stream("outcome.weeks_stayed").integers(0, weeks, block.n)
    return Outcome(risk, with_mentor, without, left, np.where(left, stayed, weeks))


def log_odds(settings: Settings, *, numbers: Mapping[str, Floats], categories: Mapping[str, Ints]) -> Floats:
    """Return the log-odds of not being retained without a mentor."""
    rule = settings.outcome
    total: Floats = rule.intercept + straight_lines(rule.numbers, numbers=numbers)
    for name, effects in rule.categories.items():
        if any(effects.values()):
            total = total + np.array(list(effects.values()))[categories[name]]
    return total


def straight_lines(effects: Mapping[str, Effect], *, numbers: Mapping[str, Floats]) -> Floats:
    """Return the sum of the straight-line effects; one that is 0 is left out."""
    lines = [
        effect.log_odds / effect.per * (numbers[name] - effect.centre)
        for name, effect in effects.items()
        if effect.log_odds
    ]
    total: Floats = np.sum(lines, axis=0, dtype=np.float64)
    return total


def sigmoid(log_odds: Floats) -> Floats:
    """Return probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-log_odds)))
