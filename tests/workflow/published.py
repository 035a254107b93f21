"""A small school in a file and a model of it, for the tests of published models."""

import numpy as np
import pandas as pd

from core.caseload.access import LOCAL
from core.sources.base import FileSpec
from core.workflow import files, publishing
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest
from core.workflow.training import train

REASON = "It beats the rule on last year's students."
OVERRIDE = "Tried out in a test, with little data."


def school(n=600, *, seed=1):
    """Students of whom hours of paid work, the way to school and fees go with failing."""
    rng = np.random.default_rng(seed)
    hours, study = rng.integers(0, 40, n).astype(float), rng.normal(8, 3, n).round(1)
    way, fees = rng.choice(["bus", "walk", "bike"], n), rng.choice(["yes", "no"], n)
    log_odds = -2.5 + 0.1 * hours - 0.15 * (study - 8) + 1.0 * (fees == "yes") + 0.8 * (way == "bus")
    failed = rng.random(n) < 1 / (1 + np.exp(-log_odds))
    hours[rng.random(n) < 0.1] = np.nan
    return pd.DataFrame(
        {
            "student_id": [f"{number:04d}" for number in range(n)],
            "work_hours": hours,
            "study_hours": study,
            "way": np.where(rng.random(n) < 0.05, None, way),
            "fees_open": fees,
            "gender": rng.choice(["f", "m"], n),
            "remark": [f"note {number}" for number in rng.integers(0, 10**6, n)],
            "result": np.where(failed, "fail", "pass"),
        }
    )


def written(frame, place):
    """Write the students as a file; return what names it."""
    frame.to_csv(place, index=False)
    return FileSpec(path=str(place), name=place.name)


def asked(place, settings, **changes):
    """The request for a file, kept in the workspace as the page keeps it."""
    spec = files.keep_path(LOCAL, str(place), settings=settings)
    options = {"outcome": 'result == "fail"', "seed": 3} | changes
    return TrainingRequest(CleaningRequest(TableRequest(spec)), **options)


def published(request, settings, *, training=None, reason=REASON, override=OVERRIDE):
    """Train where that is not done yet, and publish; ``override`` answers every issue."""
    trained = training or train(LOCAL, request, settings=settings)
    answers = {check.code: override for check in publishing.issues(LOCAL, trained)}
    return publishing.publish(LOCAL, trained, reason=reason, override=answers, settings=settings)
