"""What a reading came to under a fault: fresh, a whole old copy that says so, one sentence, or our failure.

``half`` and ``unknown`` are failures; a mutant of the code must get one of them.
"""

import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from core.dataset import Dataset
from core.errors import AppError, LoginRefused, SchemaChanged, SourceUnavailable, TableNotFound
from tests.faults.world import School, is_whole, states

CLEAN = {"fresh", "copy", "sentence"}


@dataclass(frozen=True)
class Reading:
    """What came of one reading."""

    verdict: str
    """``fresh``, ``copy``, ``sentence``, ``half`` or ``unknown``."""
    seconds: float
    words: str = ""
    """The outage, the sentence, or what is wrong."""
    dataset: Dataset | None = None
    error: BaseException | None = None


def read(call: Callable[[], Dataset], world: School, *, was: int) -> Reading:
    """Run a reading of the plan and say what it is; ``was`` is the state that its copy may be of."""
    begin = time.monotonic()
    try:
        dataset = call()
    except (SourceUnavailable, LoginRefused) as error:
        verdict = "sentence" if is_sentence(str(error)) else "unknown"
        return Reading(verdict, time.monotonic() - begin, str(error), error=error)
    except BaseException as error:  # noqa: BLE001  whatever it is, it is counted as what nobody foresaw
        words = "".join(traceback.format_exception(error))
        return Reading("unknown", time.monotonic() - begin, words, error=error)
    seconds = time.monotonic() - begin
    verdict, words = _of_rows(dataset, world, was)
    return Reading(verdict, seconds, words, dataset=dataset)


def is_sentence(text: str) -> bool:
    """Whether a text is fit to show: short, ended, one line, and no driver's own words."""
    foreign = ("Traceback", "Errno", "OperationalError", "pymysql", "pymongo", "Exception", "grpc", "0x")
    return len(text) < 300 and text.endswith(".") and "\n" not in text and not any(f in text for f in foreign)


def _of_rows(dataset: Dataset, world: School, was: int) -> tuple[str, str]:
    """Tell fresh rows and whole old ones that say so from everything else."""
    frame, origin = dataset.collect(), dataset.provenance
    if not is_whole(frame, world):
        return "half", f"rows are lost, doubled or changed: {len(frame):,}"
    for state, part in zip(states(frame), origin.parts, strict=True):
        right = {float(world.state)} if not part.outage else {float(was), float(world.state)}
        if state not in right:
            return "half", f"'{part.table}' is of state {state}, not {right}; outage '{part.outage}'"
        if bool(part.outage) > bool(origin.outage):
            return "half", f"the outage of '{part.table}' is not told"
    return ("copy" if origin.outage else "fresh"), origin.outage


def read_drifted(
    call: Callable[[], Dataset], truth: pd.DataFrame, *, names: tuple[str, ...]
) -> tuple[str, str]:
    """Return the verdict on a reading after a drift, with its words.

    ``names`` are what must be named, nothing for a drift that changes no number. ``named`` and ``right`` are
    as it should be; ``wrong`` is other numbers, ``hidden`` an old copy, ``missed`` a drift that was not told,
    ``refused`` a stop without need, ``vague`` a sentence that does not name what changed.
    """
    try:
        dataset = call()
    except (SchemaChanged, TableNotFound) as error:
        if not names:
            return "refused", str(error)
        named = all(f"'{name}'" in str(error) for name in names)
        return ("named" if named and is_sentence(str(error)) else "vague"), str(error)
    except AppError as error:
        return "vague", f"{type(error).__name__}: {error}"
    if dataset.provenance.outage:
        return "hidden", dataset.provenance.outage
    if not same(dataset.collect(), truth):
        return "wrong", ""
    return ("missed" if names else "right"), ""


def same(frame: pd.DataFrame, truth: pd.DataFrame) -> bool:
    """Whether two tables hold the same values in the same rows, whatever the order of their columns."""
    if sorted(frame.columns) != sorted(truth.columns):
        return False
    return bool(frame[list(truth.columns)].astype("object").equals(truth.astype("object")))


def failures(readings: list[Any]) -> list[str]:
    """Return what failed, in words, for an assertion that shows it."""
    return [f"{one.verdict}: {one.words}" for one in readings if one.verdict not in CLEAN]
