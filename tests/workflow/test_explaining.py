"""What stands behind the risks is worked out from the training that is shown, for those who may see it."""

import numpy as np
import pytest

from core.caseload.access import Actor, ActorRole
from core.errors import Forbidden, InvalidChoice
from core.settings import Settings
from core.workflow import explaining, requests, training
from core.workflow.actors import LOCAL
from core.workflow.use_cases import STUDIES

REQUEST = requests.demo_request(students=300, seed=3)
MENTOR = Actor(who="ana", roles=frozenset({ActorRole.MENTOR}), scope="all")
NOBODY = Actor(who="bo", roles=frozenset(), scope="all")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def trained(settings):
    return training.train(LOCAL, REQUEST, settings=settings)


def test_each_study_speaks_of_the_training_and_tells_its_progress(trained, settings):
    said = []
    given = {"training": trained, "settings": settings, "progress": lambda done, words: said.append(words)}
    importance = explaining.weigh_columns(LOCAL, REQUEST, **given)
    dependence = explaining.follow_columns(LOCAL, REQUEST, **given)
    reasons = explaining.try_reasons(LOCAL, REQUEST, **given)
    names = {column.name for column in trained.features.columns}

    assert {one.column for one in importance.columns} == names
    assert {one.column for one in dependence.columns} == names
    assert importance.auc == pytest.approx(trained.validated.auc, abs=1e-9)
    assert reasons.holds
    assert said[0] == "Asking model 1 of 15"
    assert said[-1] == "Asking the models again without the reasons"


def test_a_second_opinion_is_on_the_student_who_was_asked_for(trained, settings):
    row = int(np.argmax(trained.validated.risk))
    student = str(trained.features.student_ids[row])
    found = explaining.ask_again(LOCAL, REQUEST, training=trained, student_id=student, settings=settings)

    assert found.contributions == pytest.approx(trained.explainer.explain([row])[0].contributions)
    with pytest.raises(InvalidChoice, match="There is no student 'S9'"):
        explaining.ask_again(LOCAL, REQUEST, training=trained, student_id="S9", settings=settings)


@pytest.mark.parametrize(
    "study", [explaining.weigh_columns, explaining.follow_columns, explaining.try_reasons]
)
def test_who_may_not_train_sees_none_of_it(trained, settings, study):
    with pytest.raises(Forbidden, match="You may not train a model"):
        study(MENTOR, REQUEST, training=trained, settings=settings)


def test_who_may_not_see_a_student_gets_no_second_opinion(trained, settings):
    student = str(trained.features.student_ids[0])
    with pytest.raises(Forbidden, match="You may not see this student"):
        explaining.ask_again(NOBODY, REQUEST, training=trained, student_id=student, settings=settings)


def test_the_page_reaches_them_by_name():
    assert {"importance", "dependence", "reasons", "second opinion"} <= set(STUDIES)
