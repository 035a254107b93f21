"""An outcome is tried on the cleaned table: whom it happened to, whom not, and for whom it is not known."""

import io

import pytest

from core.caseload.access import LOCAL, UNGATED
from core.errors import Forbidden, OutcomeError
from core.settings import Settings
from core.workflow import files, outcomes, segmenting, training
from core.workflow.requests import demo_request

MARKS = b"student_id,score,left\n1,40,no\n2,80,yes\n3,,no\n4,30,yes\n"


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path)


@pytest.fixture
def request_for(settings):
    spec = files.keep_file(LOCAL, io.BytesIO(MARKS), name="marks.csv", settings=settings)
    return demo_request(students=10, seed=1).with_source(spec).with_outcome


def test_it_is_counted_for_whom_it_happened_and_for_whom_it_is_not_known(request_for, settings):
    found = outcomes.check_outcome(LOCAL, request_for("score < 50"), settings=settings)

    assert (found.n_happened, found.n_not, found.n_unknown) == (2, 1, 1)
    assert (found.words, found.columns) == ("score is below 50", ("score",))
    assert found.share == pytest.approx(2 / 3)


def test_a_share_of_nobody_is_none(request_for, settings):
    found = outcomes.OutcomeCheck("a < 1", "a is below 1", ("a",), n_happened=0, n_not=0, n_unknown=4)

    assert found.share is None


def test_a_mistake_points_at_its_character(request_for, settings):
    with pytest.raises(OutcomeError) as refused:
        outcomes.check_outcome(LOCAL, request_for("scroe < 50"), settings=settings)

    assert "at character 1." in str(refused.value)
    assert refused.value.hint.endswith("^")


def test_without_the_front_door_a_schools_own_outcome_is_not_counted(request_for, settings):
    with pytest.raises(Forbidden):
        outcomes.check_outcome(UNGATED, request_for("score < 50"), settings=settings)


@pytest.mark.parametrize(
    "use", [outcomes.check_outcome, segmenting.segment, training.train], ids=["check", "segments", "list"]
)
def test_an_outcome_over_an_empty_column_is_told_that_cleaning_dropped_it(settings, use):
    empty = b"student_id,score,left\n" + b"".join(
        b"%d,,%s\n" % (i, b"yes" if i % 3 else b"no") for i in range(60)
    )
    spec = files.keep_file(LOCAL, io.BytesIO(empty), name="marks.csv", settings=settings)
    request = demo_request(students=10, seed=1).with_source(spec).with_outcome("score < 50")

    with pytest.raises(OutcomeError, match=r"^The outcome needs 'score', which cleaning dropped\.$"):
        use(LOCAL, request, settings=settings)
