"""Expected failures carry one sentence and a hint, and cross a process border whole."""

import pickle
from multiprocessing.reduction import ForkingPickler

import pytest

from core import errors

FAMILIES = [
    kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.AppError)
]


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_error_crosses_a_process_border_whole(kind):
    sent = kind("The file 'a' is empty.", hint="Export it again.", retry=True)
    came = pickle.loads(ForkingPickler.dumps(sent))

    assert (type(came), str(came), came.hint, came.retry) == (kind, str(sent), sent.hint, True)


def test_the_notes_of_an_error_cross_a_process_border():
    sent = errors.StepFailed("There is nothing to fill.")
    sent.add_note("In step 3 of the recipe (fill).")
    came = pickle.loads(ForkingPickler.dumps(sent))

    assert came.__notes__ == ["In step 3 of the recipe (fill)."]
    assert not hasattr(pickle.loads(ForkingPickler.dumps(errors.AppError("a"))), "__notes__")


@pytest.mark.parametrize("kind", FAMILIES)
def test_every_error_says_when_it_is_raised(kind):
    assert kind.__doc__


def test_a_missing_column_names_the_nearest_one():
    error = errors.ColumnNotFound.of("Math Scroe", ["math score", "gender"], where="the outcome")

    assert str(error) == "There is no column 'Math Scroe' (needed by the outcome)."
    assert error.hint == "Did you mean 'math score'? Valid: 'math score', 'gender'."


def test_a_name_like_no_other_gets_the_list_only():
    assert errors.choices_hint("zzz", ["gender"]) == "Valid: 'gender'."


def test_an_invalid_choice_lists_what_is_valid():
    error = errors.InvalidChoice.of("model", "logistic", ["logistic_regression"])

    assert str(error) == "'model' cannot be 'logistic'."
    assert error.hint == "Did you mean 'logistic_regression'? Valid: 'logistic_regression'."


def test_a_long_list_says_how_many_more():
    assert errors.quoted([str(n) for n in range(10)], limit=3) == "'0', '1', '2' and 7 more"
    assert errors.quoted([]) == "none"
