"""What is true about a demo school, to hold every estimate against: kept apart from its tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from core.frames import from_arrow
from core.sources.base import DemoSpec
from core.sources.demo.arrays import numbers, student_ids, words
from core.sources.demo.barriers import drifted_students
from core.sources.demo.dirt import LOG_SCHEMA, add_dirt
from core.sources.demo.school import School, make_school
from core.sources.demo.settings import GENERATOR_VERSION, Settings, check_spec, demo_settings
from core.sources.demo.streams import blocks
from core.sources.demo.students import LEAKS, clean_columns
from core.sources.demo.terms import as_of, school_terms

PROTECTED_STATEMENT = (
    "Groups differ in how often they face each barrier, and so in how often they are not retained; "
    "given the columns of the students table, a protected attribute changes nothing."
)


@dataclass(frozen=True)
class MentoringTruth:
    """What mentoring really did; effects are changes of the probability of not being retained."""

    on: bool
    log_odds: float
    """The change in log-odds for each mentored student; 0 with the switch off."""
    n_mentored: int
    average_effect: float
    """Over all students, mentored or not."""
    average_effect_on_mentored: float | None
    """None when nobody has a mentor."""
    naive_difference: float | None
    """Share not retained with minus without a mentor: wrong, because mentors go where the need is."""


@dataclass(frozen=True)
class DriftTruth:
    """Which cohort was shifted, and by how much, before anything else follows from it."""

    on: bool
    cohort: str
    n_students: int
    shifts: Mapping[str, float]
    """Units of the column; for ``internet`` the share of students moved one level down."""


@dataclass(frozen=True)
class Truth:
    """Everything that was planted in one demo school."""

    spec: DemoSpec
    generator_version: str
    as_of: date
    intercept: float
    coefficients: Mapping[str, float]
    """Log-odds of not being retained for one unit of a column, or for a level written ``column=level``.

    The sum with ``intercept``, plus the mentoring effect, is each student's log-odds exactly."""
    students: pd.DataFrame
    """One row a student: student_id, segment, risk, risk_if_mentored, risk_if_not_mentored,
    mentored, mentoring_chance, drifted."""
    segments: pd.DataFrame
    """One row a segment: segment, n, share, frac_not_retained."""
    protected: pd.DataFrame
    """One row a group: attribute, group, n, frac_not_retained, mean_risk, log_odds (always 0)."""
    protected_statement: str
    mentoring: MentoringTruth
    dirt: pd.DataFrame
    """One row a spoilt cell or extra row:
    row of the students table, student_id, column, kind, clean, dirty."""
    leaks: tuple[str, ...]
    drift: DriftTruth


@dataclass(frozen=True)
class BlockTruth:
    """One block's share of the truth, as Arrow tables."""

    students: Any
    outcome: Any
    dirt: Any


def make_truth(spec: DemoSpec) -> Truth:
    """Return the truth of a school; raises InvalidChoice for a spec that cannot be made."""
    check_spec(spec)
    return join_truth(spec, [block_truth(make_school(block)) for block in blocks(spec)])


def block_truth(school: School) -> BlockTruth:
    """Return what one block adds to the truth."""
    columns = clean_columns(school)
    if school.block.spec.dirt:
        table, log = add_dirt(columns, school=school)
        n_rows = table.num_rows
    else:
        log, n_rows = LOG_SCHEMA.empty_table(), school.block.n
    observed = pa.table(
        {name: columns[name] for name in ("gender", "ethnicity", "disability", "not_retained")}
    )
    return BlockTruth(_student_truth(school), observed, log.replace_schema_metadata({"rows": str(n_rows)}))


def join_truth(spec: DemoSpec, found: list[BlockTruth]) -> Truth:
    """Return the truth of a whole school from its blocks, in their order."""
    settings = demo_settings()
    students = from_arrow(pa.concat_tables(part.students for part in found))
    observed = from_arrow(pa.concat_tables(part.outcome for part in found))
    left = (observed["not_retained"] == "yes").to_numpy(dtype=np.float64)
    return Truth(
        spec=spec,
        generator_version=GENERATOR_VERSION,
        as_of=as_of(spec),
        intercept=true_intercept(settings),
        coefficients=true_coefficients(settings),
        students=students,
        segments=_segments(settings, students, left),
        protected=_protected(observed, students, left),
        protected_statement=PROTECTED_STATEMENT,
        mentoring=_mentoring(spec, settings, students, left),
        dirt=_dirt(found),
        leaks=LEAKS if spec.leaks else (),
        drift=DriftTruth(
            on=spec.drift,
            cohort=school_terms(spec)[-2].name,
            n_students=int(students["drifted"].sum()),
            shifts=settings.drift if spec.drift else {},
        ),
    )


def true_coefficients(settings: Settings) -> dict[str, float]:
    """Return the log-odds for one unit, or for one level against the first of its column."""
    units = {
        name: round(effect.log_odds / effect.per, 12) for name, effect in settings.outcome.numbers.items()
    }
    levels = {
        f"{name}={level}": effect
        for name, effects in settings.outcome.categories.items()
        for level, effect in effects.items()
    }
    return units | levels


def true_intercept(settings: Settings) -> float:
    """Return the log-odds at 0 of every column and the first level of every category."""
    shifts = [e.log_odds / e.per * e.centre for e in settings.outcome.numbers.values()]
    return settings.outcome.intercept - sum(shifts)


def _student_truth(school: School) -> Any:
    outcome = school.outcome
    return pa.table(
        {
            "student_id": student_ids(school.block.spec, school.people.number),
            "segment": words(school.people.segment, school.settings.segment_names),
            "risk": numbers(outcome.risk),
            "risk_if_mentored": numbers(outcome.risk_if_mentored),
            "risk_if_not_mentored": numbers(outcome.risk_if_not_mentored),
            "mentored": pa.array(school.mentoring.mentored),
            "mentoring_chance": numbers(school.mentoring.chance),
            "drifted": pa.array(drifted_students(school.block, people=school.people)),
        }
    )


def _segments(settings: Settings, students: pd.DataFrame, left: Any) -> pd.DataFrame:
    counted = pd.Series(left).groupby(students["segment"]).agg(n="size", frac_not_retained="mean")
    counted = counted.reindex(list(settings.segment_names))
    counted["n"] = counted["n"].fillna(0).astype(int)
    counted.insert(1, "share", counted["n"] / len(students))
    return counted.rename_axis("segment").reset_index()


def _protected(observed: pd.DataFrame, students: pd.DataFrame, left: Any) -> pd.DataFrame:
    both = pd.DataFrame({"left": left, "risk": students["risk"]})
    rows = [
        {
            "attribute": attribute,
            "group": group,
            "n": len(part),
            "frac_not_retained": part["left"].mean(),
            "mean_risk": part["risk"].mean(),
            "log_odds": 0.0,
        }
        for attribute in ("gender", "ethnicity", "disability")
        for group, part in both.groupby(observed[attribute])
    ]
    return pd.DataFrame(rows)


def _mentoring(spec: DemoSpec, settings: Settings, students: pd.DataFrame, left: Any) -> MentoringTruth:
    mentored = students["mentored"].to_numpy(dtype=bool)
    effect = (students["risk_if_mentored"] - students["risk_if_not_mentored"]).to_numpy()
    both = mentored.any() and not mentored.all()
    return MentoringTruth(
        on=spec.mentoring,
        log_odds=settings.mentoring.log_odds if spec.mentoring else 0.0,
        n_mentored=int(mentored.sum()),
        average_effect=float(effect.mean()),
        average_effect_on_mentored=float(effect[mentored].mean()) if mentored.any() else None,
        naive_difference=float(left[mentored].mean() - left[~mentored].mean()) if both else None,
    )


def _dirt(found: list[BlockTruth]) -> pd.DataFrame:
    """Return the blocks' logs as one, with rows counted through the whole table."""
    logs, before = [], 0
    for part in found:
        log = from_arrow(part.dirt)
        logs.append(log.assign(row=log["row"] + before))
        before += int(part.dirt.schema.metadata[b"rows"])
    whole = pd.concat(logs, ignore_index=True)
    return whole.sort_values(["row", "column"], kind="stable", ignore_index=True)
