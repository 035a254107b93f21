"""What changed between two recipes, a sentence for each difference."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from core.cleaning.columns import DropColumns
from core.cleaning.ranges import SetRange
from core.cleaning.recipe import Recipe
from core.cleaning.text import MapValues, StripText

A, B, C = StripText(("a",)), DropColumns(("b",)), SetRange("c", 0, 10)


def diff(before, after):
    return [tuple(change) for change in Recipe(tuple(before)).diff(Recipe(tuple(after)))]


def test_the_same_steps_are_no_change_whatever_their_reasons_and_name():
    assert diff([A, B], [replace(A, reason="other"), B]) == []
    assert Recipe((A,), name="x").diff(Recipe((A,), name="y")) == ()


def test_added_and_removed_steps_are_told_with_what_they_do():
    assert diff([A, B], [A, C, B]) == [
        ("added", "Step 2 is new: Make values of 'c' below 0 or above 10 missing."),
    ]
    assert diff([A, C, B], [A, B]) == [
        ("removed", "Step 2 was taken out: Make values of 'c' below 0 or above 10 missing."),
    ]


def test_another_setting_is_a_change_of_the_step():
    assert diff([A, C], [A, SetRange("c", 0, 12, "clip")]) == [
        (
            "changed",
            "Step 2 (set_range) was changed: 'highest' is 12, was 10; 'outside' is 'clip', was 'missing'.",
        ),
    ]
    assert diff([SetRange("c", 0)], [SetRange("c", None, 5)]) == [
        (
            "changed",
            "Step 1 (set_range) was changed: 'lowest' is not set, was 0; 'highest' is 5, was not set.",
        ),
    ]
    assert diff([MapValues("a", (("x", "y"),))], [MapValues("a", (("x", "z"),))]) == [
        ("changed", "Step 1 (map_values) was changed: 'mapping' is 'x → z', was 'x → y'."),
    ]


def test_a_changed_step_is_the_one_on_the_same_columns():
    (change,) = diff([SetRange("a", 0), SetRange("c", 0)], [SetRange("c", 1)])[:1]

    assert change == ("changed", "Step 1 (set_range) was changed: 'lowest' is 1, was 0.")


def test_a_step_in_another_place_was_moved():
    assert diff([A, B, C], [C, A, B]) == [
        ("moved", "Step 3 is step 1 now: Make values of 'c' below 0 or above 10 missing."),
    ]


def test_switching_a_step_is_told_also_when_it_was_moved():
    off = replace(A, is_on=False)

    assert diff([A, B], [off, B]) == [("switched", "Step 1 was switched off: Tidy the spaces in 'a'.")]
    assert diff([off, B], [A, B]) == [("switched", "Step 1 was switched on: Tidy the spaces in 'a'.")]
    assert [change for change, _ in diff([A, B, C], [B, C, off])] == ["moved", "switched"]


def test_two_settings_that_differ_never_look_the_same():
    many = tuple(f"column {n}" for n in range(20))
    told = [
        diff([SetRange("c", 1234567.25)], [SetRange("c", 1234567.5)]),
        diff([StripText((*many, "x"))], [StripText((*many, "y"))]),
        diff([StripText(many)], [StripText((*many, "y"))]),
        diff([StripText(("a, b",))], [StripText(("a", "b"))]),
    ]

    assert [words.split(": ", 1)[1] for ((_, words),) in told] == [
        "'lowest' is 1234567.5, was 1234567.25.",
        "'columns' is '…lumn 18, column 19, y', was '…lumn 18, column 19, x'.",
        "'columns' is '…column 18, column 19, y', was '…column 18, column 19'.",
        """'columns' is '["a", "b"]', was '["a, b"]'.""",
    ]


steps = st.lists(
    st.sampled_from([A, B, C, SetRange("c", 1), StripText(("b",)), replace(B, is_on=False)]), max_size=6
)


@given(steps, steps)
def test_two_recipes_differ_exactly_when_there_is_something_to_tell(before, after):
    told = diff(before, after)
    kinds = [change for change, _ in told]

    assert bool(told) == (before != after)
    assert len(after) - len(before) == kinds.count("added") - kinds.count("removed")
    assert all(words.endswith(".") for _, words in told)
