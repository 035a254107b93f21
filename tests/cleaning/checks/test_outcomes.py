"""Q019 and Q020: columns that may give the outcome away, and answers that few have."""

import numpy as np
import pytest

from core.cleaning.columns import DropColumns
from core.cleaning.findings import find, propose
from core.schema import Kind, Role
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, text

N = 200
RANDOM = np.random.default_rng(3)
LEFT = np.arange(N) % 4 == 0
NOISE = RANDOM.normal(size=N)


def school(kind=Kind.CATEGORY, **columns):
    outcome = text(*np.where(LEFT, "yes", "no")) if kind is Kind.CATEGORY else LEFT.astype(float)
    return dataset({**columns, "left": outcome}, kinds={"left": kind}, roles={"left": Role.OUTCOME})


def test_without_an_outcome_nothing_can_be_given_away():
    for code in ("Q019", "Q020"):
        found = answer(code, dataset({"x": [1.0, 2.0]}))
        assert (found.severity, found.words) == ("not applicable", "No column is marked as the outcome.")


def test_a_number_that_tells_the_outcome_is_told_and_stays():
    given = school(points=np.where(LEFT, -5.0, 5.0) + NOISE, noise=NOISE)
    found = answer("Q019", given)

    assert found.words == (
        "'points' alone tells whether 'left' is 'yes' almost without error (AUC 1.00 over 200 rows). "
        "Ask when it is recorded: what is known only afterwards must not be used by a model."
    )
    assert (found.severity, found.column, found.step) == ("issue", "points", DropColumns(("points",)))
    assert found.step.reason == "'points' may give the outcome away"
    assert "drop_columns" not in {step.kind for step in propose(given, find(given)).steps}


@pytest.mark.parametrize("kind", [Kind.CATEGORY, Kind.FLAG])
def test_a_category_and_a_gap_may_tell_it_too(kind):
    reason = text(*np.where(LEFT, np.where(NOISE > 0, "moved", "money"), "stays"))
    leaving_day = text(*np.where(LEFT, "a day", None))
    told = ask("Q019", school(kind, reason=reason, leaving_day=leaving_day, grade=NOISE))

    assert [(one.column, one.severity) for one in told] == [("reason", "issue"), ("leaving_day", "issue")]
    assert "whether 'left' is 'yes' almost" in told[0].words
    assert told[1].words.endswith(
        "(AUC 1.00 over 200 rows), and its name says 'leaving'. Ask when it is recorded: what is known only "
        "afterwards must not be used by a model."
    )


def test_an_id_tells_nobody_elses_outcome():
    assert ask("Q019", school(code=text(*[f"S{number}" for number in range(N)]))) == []


def test_a_name_that_sounds_of_afterwards_is_a_tip():
    found = answer("Q019", school(exit_interview=NOISE))

    assert (found.severity, found.column) == ("tip", "exit_interview")
    assert found.words == (
        "'exit_interview' sounds as if it was recorded when the outcome was known ('exit'). "
        "If so, leave it out: a model may only use what is known in time."
    )
    assert ask("Q019", school(previous_result=NOISE, motherGraduated=NOISE, resultant=NOISE)) == []


def test_a_number_as_outcome_is_told_by_rank_correlation():
    grade = NOISE * 10 + 50
    given = dataset(
        {"x": grade**3, "y": RANDOM.normal(size=N), "grade": grade}, roles={"grade": Role.OUTCOME}
    )
    found = answer("Q019", given)

    assert found.words.startswith(
        "'x' alone tells 'grade' almost without error (rank correlation 1.00 over 200 rows)."
    )


def test_each_of_several_answers_may_be_the_one_that_is_told():
    status = np.array(["enrolled", "dropped", "finished"])[np.arange(N) % 3]
    credits_ = np.where(status == "finished", 180.0, 90.0) + NOISE
    given = dataset({"credits": credits_, "status": text(*status)}, roles={"status": Role.OUTCOME})

    assert "whether 'status' is 'finished' almost without error" in answer("Q019", given).words


def test_too_few_with_an_outcome_show_nothing():
    few = np.where(np.arange(N) < 9, "yes", "no")
    given = dataset({"x": (few == "yes") * 1.0, "left": text(*few)}, roles={"left": Role.OUTCOME})

    assert ask("Q019", given) == []


def test_a_large_table_is_judged_by_a_sample_that_is_told(monkeypatch):
    monkeypatch.setattr("core.cleaning.profile.SAMPLE", 150)

    assert (
        "(AUC 1.00 in a sample of 150 rows)" in answer("Q019", school(points=np.where(LEFT, 1.0, 0.0))).words
    )


# Q020 rare answers


def answers(n_yes, n_no):
    values = text(*["yes"] * n_yes, *["no"] * n_no)
    return dataset({"left": values}, roles={"left": Role.OUTCOME})


def test_an_answer_of_few_rows_is_an_issue():
    found = answer("Q020", answers(9, 91))

    assert found.words == (
        "'left' is 'yes' in 9 rows of 100 (9.0 %): too few to learn it from, "
        "or to see whether a model finds them."
    )
    assert (found.severity, found.count, found.examples, found.step) == ("issue", 9, ("'yes'",), None)


def test_a_small_share_is_a_tip():
    found = answer("Q020", answers(40, 960))

    assert (found.severity, found.count) == ("tip", 40)
    assert found.words == (
        "'left' is 'yes' in 40 rows of 1,000 (4.0 %). A model that never says so is right nearly always: "
        "judge it by the students it finds, not by how often it is right."
    )


def test_usual_shares_pass_and_another_spelling_is_no_rare_answer():
    assert ask("Q020", answers(50, 950)) == []
    spelt = text(*["yes"] * 50, *["no"] * 50, "Yes", "NO ", "?")
    assert ask("Q020", dataset({"left": spelt}, roles={"left": Role.OUTCOME})) == []


def test_yes_and_no_as_numbers_are_called_so():
    values = [1.0] * 3 + [0.0] * 97
    given = dataset({"left": values}, kinds={"left": Kind.FLAG}, roles={"left": Role.OUTCOME})

    assert answer("Q020", given).words.startswith("'left' is 'yes' in 3 rows of 100 (3.0 %)")


@pytest.mark.parametrize("values", [np.arange(100.0), [1.0] * 100])
def test_a_number_or_a_single_answer_has_no_rare_one(values):
    found = answer("Q020", dataset({"grade": values}, roles={"grade": Role.OUTCOME}))

    assert found.severity == "not applicable"
    assert found.words == ("The outcome has no answers to count: it is a number, or the same for everybody.")
