"""The learning curve of a request stands on the folds of its training, and needs the same permission."""

import numpy as np
import pytest

from core.caseload.access import Actor, ActorRole
from core.errors import Forbidden, OutcomeError
from core.settings import Settings
from core.workflow import learning, mistakes, requests, training
from core.workflow.actors import LOCAL
from core.workflow.listing import ForCapacity

REQUEST = requests.demo_request(students=300, seed=3)
MENTOR = Actor(who="ana", roles=frozenset({ActorRole.MENTOR}), scope="all")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def trained(settings):
    return training.train(LOCAL, REQUEST, settings=settings)


def test_its_last_point_is_the_training_itself(trained, settings):
    fold_of = trained.validated.fold_of[0]
    found = learning.learn_from_fewer(LOCAL, REQUEST, fold_of, settings=settings)
    folds = len(trained.validated.fold_auc) // trained.validated.repeats

    assert found.frame().iloc[-1]["roc_auc"] == pytest.approx(np.mean(trained.validated.fold_auc[:folds]))


def test_without_an_outcome_there_is_nothing_to_learn(trained, settings):
    with pytest.raises(OutcomeError) as caught:
        learning.learn_from_fewer(
            LOCAL, REQUEST.with_outcome(""), trained.validated.fold_of[0], settings=settings
        )

    assert str(caught.value) == "No outcome is chosen yet."


def test_the_mistakes_are_those_of_the_cut(trained):
    found = mistakes.count_at_cut(LOCAL, trained, ForCapacity(50))
    errors = mistakes.explain_mistakes(LOCAL, trained, ForCapacity(50))

    assert found.cut == trained.curve.cut(ForCapacity(50))
    assert (errors.missed.n_group, errors.missed.n_others) == (found.cut.missed, found.cut.found)
    assert (errors.false_alarms.n_group, errors.false_alarms.n_others) == (
        found.cut.false_alarms,
        found.spared,
    )


def test_who_may_not_train_sees_none_of_it(trained, settings):
    calls = (
        lambda: learning.learn_from_fewer(MENTOR, REQUEST, trained.validated.fold_of[0], settings=settings),
        lambda: mistakes.count_at_cut(MENTOR, trained, ForCapacity(5)),
        lambda: mistakes.explain_mistakes(MENTOR, trained, ForCapacity(5)),
    )
    for call in calls:
        with pytest.raises(Forbidden, match="You may not train a model"):
            call()
