"""Training names the features that go back to the columns of the outcome."""

from dataclasses import replace

from core.caseload.access import LOCAL
from core.cleaning.columns import RenameColumn
from core.cleaning.derive import DeriveColumn
from core.cleaning.recipe import Recipe
from core.settings import Settings
from core.workflow.requests import CleaningRequest
from core.workflow.training import train
from tests.workflow.published import asked, school


def test_training_names_what_the_outcome_was_worked_out_from(tmp_path):
    settings = Settings(workspace=tmp_path / "workspace")
    place = tmp_path / "school.csv"
    school(300).to_csv(place, index=False)
    request = asked(place, settings, outcome="strained == 1")
    steps = (
        DeriveColumn("strained", "work_hours > 30 or study_hours < 6"),
        RenameColumn("study_hours", "study"),
    )
    request = replace(request, cleaning=CleaningRequest(request.table, Recipe(steps)))
    (check,) = [one for one in train(LOCAL, request, settings=settings).checks if one.code == "M012"]

    assert check.severity == "issue"
    assert "'work_hours', 'study'" in check.words
