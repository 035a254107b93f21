"""Checks of what a model says of single columns, and of where its list is cut."""

from __future__ import annotations

import numpy as np

from core.errors import quoted
from core.modeling.candidates import fewest_of_level
from core.modeling.case import Case, Severity, Verdict
from core.modeling.design import LevelColumns, learn
from core.modeling.intervals import Z
from core.modeling.table import Floats, Integers

LOOSE, VERY_LOOSE = 0.35, 0.7
"""M013: standard error of what a column adds, in log-odds: at 95 % a factor of 2, or of 4, either way."""
FEWEST_FOLDS = 3
MOST_WEIGHED = 500
"""M013: students whose contributions are compared."""
INFLATED, VERY_INFLATED = 10.0, 100.0
"""M014: variance inflation; the others explain 90 %, or 99 %, of the column."""
MOST_CORRELATED = 5_000
SAME_FACT = 1e-9
"""Added to the diagonal, so that exact copies have an inflation too."""
TIED, VERY_TIED = 0.01, 0.1
"""M016: of those listed, the share whose risk students off the list have too."""
FEWEST_TIED = 5


def unstable(case: Case) -> Verdict:
    """M013."""
    validated = case.validated
    if any(model.n_weights is None for model in validated.models):
        return Severity.NOT_APPLICABLE, "This family of models does not weigh columns one by one."
    if validated.folds < FEWEST_FOLDS:
        return Severity.NOT_APPLICABLE, f"It takes the models of {FEWEST_FOLDS} folds."
    errors = _errors(case)
    order = np.argsort(-errors, kind="stable")
    worst, name = float(errors[order[0]]), case.names[order[0]]
    factor = f"by a factor of {np.exp(Z * worst):.1f} either way"
    if worst < LOOSE:
        return Severity.PASSED, (
            f"The models of all folds weigh the columns alike; '{name}' varies most ({factor} in its odds)."
        )
    found = [case.names[place] for place in order if errors[place] >= LOOSE]
    words = (
        f"With other students {quoted(found)} would be weighed otherwise: the odds that '{name}' goes with "
        f"may be off {factor}. The order of the list holds better than single reasons: do not read these "
        "weights as effects."
    )
    return Severity.ISSUE if worst >= VERY_LOOSE else Severity.TIP, words


def _errors(case: Case) -> Floats:
    """Return for each column the standard error of what it adds to a student's log-odds.

    Each model of a fold left out one part of the students, so the spread over the models of one repeat is a
    grouped jackknife (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 11): nothing
    is fitted again. The root of the mean square over students and repeats.
    """
    validated = case.validated
    students = case.features.take(case.drawn[:MOST_WEIGHED])
    parts = np.stack([m.contributions(students.numbers, students.codes) for m in validated.models])
    centred = parts - parts.mean(axis=1, keepdims=True)
    by_repeat = centred.reshape(-1, validated.folds, *centred.shape[1:])
    off = by_repeat - by_repeat.mean(axis=1, keepdims=True)
    variance = (validated.folds - 1) / validated.folds * (off**2).sum(axis=1)
    return np.asarray(np.sqrt(variance.mean(axis=(0, 1))))


def collinear(case: Case) -> Verdict:
    """M014."""
    if case.validated.options.components:
        return Severity.NOT_APPLICABLE, "Principal components stand for the columns; none repeats another."
    matrix, owner = _matrix(case)
    if len(np.unique(owner)) < 2:
        return Severity.NOT_APPLICABLE, "There is one column only."
    related = np.asarray(np.corrcoef(matrix, rowvar=False))
    inflation = _inflations(related, owner, len(case.names))
    order = np.argsort(-inflation, kind="stable")
    worst, name = float(inflation[order[0]]), case.names[order[0]]
    other = case.names[_nearest(related, owner, int(order[0]))]
    measured = f"variance inflation {worst:,.1f}" if worst < 1e6 else "the same in every student"
    if worst < INFLATED:
        return Severity.PASSED, f"No column repeats the others; '{name}' comes nearest ({measured})."
    found = [case.names[place] for place in order if inflation[place] >= INFLATED]
    more = f" So do {quoted(found[1:])}." if len(found) > 1 else ""
    return Severity.ISSUE if worst >= VERY_INFLATED else Severity.TIP, (
        f"'{name}' says nearly what other columns say, most of all '{other}' ({measured}).{more} They share "
        "one effect between them, so each weight may point either way. Keep one of them, or read them "
        "together."
    )


def _matrix(case: Case) -> tuple[Floats, Integers]:
    """Return one column a number and one a level but the commonest, and the table's column of each.

    Columns without a spread are left out; a gap counts as the median.
    """
    students = case.features.take(case.drawn[:MOST_CORRELATED])
    design = learn(students, fewest_of_level=fewest_of_level(students.n_students), gap_columns=False)
    whole = design.matrix(students.numbers, students.codes)
    kept: list[int] = []
    owner: list[int] = []
    for place, (part, start) in enumerate(zip(design.parts, design.starts(), strict=True)):
        own = list(range(start, start + part.width))
        if isinstance(part, LevelColumns) and own:
            own.remove(start + int(np.argmax(whole[:, own].sum(axis=0))))
        varied = [column for column in own if whole[:, column].std() > 0]
        kept += varied
        owner += [place] * len(varied)
    return whole[:, kept], np.array(owner, dtype=np.int64)


def _inflations(related: Floats, owner: Integers, n_columns: int) -> Floats:
    """Return each column's generalised variance inflation, brought to one degree of freedom.

    GVIF to the power of 1 / df (Fox and Monette, Journal of the American Statistical Association 87,
    1992); for a number it is the usual factor. 0 for a column without a spread.
    """
    padded = related + SAME_FACT * np.eye(len(related))
    inverse = np.linalg.inv(padded)
    found = np.zeros(n_columns)
    for place in np.unique(owner):
        own = np.ix_(owner == place, owner == place)
        logs = np.linalg.slogdet(padded[own])[1] + np.linalg.slogdet(inverse[own])[1]
        found[place] = np.exp(logs / (owner == place).sum())
    return found


def _nearest(related: Floats, owner: Integers, place: int) -> int:
    """Return the column that goes most with one."""
    strength = np.abs(related[owner == place]).max(axis=0)
    return int(owner[np.argmax(np.where(owner == place, -1.0, np.round(strength, 9)))])


def tied(case: Case) -> Verdict:
    """M016."""
    risk, n = case.validated.risk, case.n_listed
    if not 0 < n < len(risk):
        return Severity.NOT_APPLICABLE, "Every student is on the list."
    last = np.partition(risk, len(risk) - n)[len(risk) - n]
    same = int((risk == last).sum())
    inside = n - int((risk > last).sum())
    if same == inside or inside < TIED * n:
        return Severity.PASSED, f"The list of {n:,} ends between two different risks, or nearly so."
    words = (
        f"{same:,} students have the very risk at which the list of {n:,} ends; {inside:,} of them are on "
        "it, drawn by lot"
    )
    if inside >= FEWEST_TIED and inside >= VERY_TIED * n:
        return Severity.ISSUE, (
            f"{words}. The model cannot tell them apart: use a list that takes all or none of them, or "
            "features with more answers."
        )
    return Severity.TIP, f"{words}. A list a little longer or shorter takes all or none of them."
