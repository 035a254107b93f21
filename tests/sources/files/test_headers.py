"""Column names are made usable, and every change is said."""

from hypothesis import given
from hypothesis import strategies as st

from core.sources.files.headers import clean_names


def test_a_tab_inside_a_name_is_removed_and_said():
    names, notes = clean_names(["Daytime/evening attendance\t"])

    assert names == ("Daytime/evening attendance",)
    assert notes == (
        "The column name 'Daytime/evening attendance' had blanks around it, which were removed.",
    )


def test_a_line_break_inside_a_name_becomes_a_blank():
    names, notes = clean_names(["Math\nscore"])

    assert names == ("Math score",)
    assert notes == (
        "The column name 'Math score' had line breaks or invisible characters, which were removed.",
    )


def test_a_name_that_is_there_twice_is_numbered():
    names, notes = clean_names(["score", "score", "score (2)", "score"])

    assert names == ("score", "score (3)", "score (2)", "score (4)")
    assert notes[0] == "The column name 'score' is there more than once; one is called 'score (3)'."


def test_a_column_without_a_name_is_called_by_its_place():
    names, notes = clean_names(["id", "", " "])

    assert names == ("id", "column 2", "column 3")
    assert notes == (
        "Column 2 has no name; it is called 'column 2'.",
        "Column 3 has no name; it is called 'column 3'.",
    )


def test_very_many_changes_are_said_in_few_sentences():
    _, notes = clean_names([""] * 500)

    assert len(notes) == 11
    assert notes[-1] == "490 more column names were changed in the same ways."


def test_a_long_name_is_kept_whole():
    assert clean_names(["x" * 300])[0] == ("x" * 300,)


@given(st.lists(st.text(max_size=8) | st.sampled_from(["a", "a (2)", "", "column 2", " a"]), max_size=8))
def test_names_are_always_as_many_and_all_different(raw):
    names, _ = clean_names(raw)

    assert len(names) == len(raw)
    assert len(set(names)) == len(names)
    assert all(names)
