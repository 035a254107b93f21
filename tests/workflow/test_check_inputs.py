"""What checks look at beside the features: protected columns of the cleaned table, and the model in use."""

import numpy as np
import pytest

from core.caseload.access import LOCAL
from core.settings import Settings
from core.workflow import versions
from core.workflow.check_inputs import model_in_use, protected_groups
from core.workflow.model_json import FOLDER
from core.workflow.training import checks_now, prepare_training, train
from tests.workflow.published import asked, published, school


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


def in_a_file(frame, folder, settings):
    place = folder / "school.csv"
    frame.to_csv(place, index=False)
    return asked(place, settings)


def by_code(checks):
    return {check.code: check for check in checks}


def test_groups_are_those_of_the_protected_columns_and_who_is_not_recorded_is_in_none(tmp_path, settings):
    frame = school(300)
    frame.loc[:39, "gender"] = None
    ready = prepare_training(LOCAL, in_a_file(frame, tmp_path, settings), settings=settings)
    (one,) = protected_groups(LOCAL, ready.cleaned, ready.features, seed=1)

    assert one.title == "Gender"
    assert [one.levels[code] for code in one.codes[40:]] == frame["gender"].tolist()[40:]
    assert (one.codes[:40] == -1).all()


def test_an_attribute_that_a_column_gives_away_is_found_by_training(tmp_path, settings):
    frame = school(400)
    frame["group"] = np.where(frame["gender"] == "f", "a", "b")
    found = by_code(train(LOCAL, in_a_file(frame, tmp_path, settings), settings=settings).checks)

    assert found["M015"].severity == "issue"
    assert "can be told from the features (ROC-AUC 1.00), most of all by 'group'." in found["M015"].words


def test_students_are_compared_with_those_of_the_model_in_use_as_it_is_now(tmp_path, settings):
    request = in_a_file(school(), tmp_path, settings)
    trained = train(LOCAL, request, settings=settings)
    made = published(request, settings, training=trained)
    before = by_code(checks_now(LOCAL, trained, settings=settings))["M017"]
    versions.promote(LOCAL, made.id, why="try", settings=settings)
    after = by_code(checks_now(LOCAL, trained, settings=settings))
    moved = school(seed=2).assign(study_hours=lambda frame: frame["study_hours"] + 4)
    (tmp_path / "new").mkdir()
    later = by_code(train(LOCAL, in_a_file(moved, tmp_path / "new", settings), settings=settings).checks)

    assert (before.severity, before.words) == ("not applicable", "No published model is in use yet.")
    assert after["M017"].severity == "passed"
    assert [after[c.code] for c in trained.checks if c.code != "M017"] == list(trained.checks)[:-1]
    assert later["M017"].severity == "issue"
    assert "'study_hours' (PSI " in later["M017"].words


def test_a_model_in_use_that_cannot_be_read_keeps_nobody_from_training(tmp_path, settings):
    request = in_a_file(school(), tmp_path, settings)
    model = versions.active_models(LOCAL, settings=settings).model or published(request, settings).id
    if versions.active_models(LOCAL, settings=settings).model is None:
        versions.promote(LOCAL, model, why="try", settings=settings)
    place = settings.workspace / FOLDER / model / "bundle.json"
    whole = place.read_bytes()
    place.write_bytes(whole.replace(b"0", b"1"))
    found = model_in_use(LOCAL, settings, synthetic=False)
    place.write_bytes(whole)

    assert found.profile is None
    assert found.why_none.startswith(f"The model in use cannot be read: The model '{model}' is not what")
    assert model_in_use(LOCAL, settings, synthetic=False).profile is not None
