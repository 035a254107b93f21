"""Q021: what a spreadsheet has rewritten, and where the original is certain."""

import pandas as pd
import pytest

from core.cleaning.checks.spreadsheet import originals
from core.cleaning.findings import find, propose
from core.cleaning.text import MapValues, PlaceholdersToMissing
from core.schema import Kind, Role
from tests.cleaning.checks.asking import answer, ask
from tests.cleaning.tables import dataset, lists, text


def test_a_date_between_limits_was_a_range():
    given = dataset({"study": text("< 5", "10-May", "10-May", "> 10")})
    found = answer("Q021", given)

    assert found.words == (
        "2 cells of 'study' read as a date among ranges: a spreadsheet has probably rewritten them."
    )
    assert (found.severity, found.count, found.examples) == ("issue", 2, ("'10-May' → '5 - 10'",))
    assert found.step == MapValues("study", (("10-May", "5 - 10"),))
    assert found.step.reason == "2 cells of 'study' read as a date"
    assert lists(found.step.apply(given.frame, {}))["study"] == ["< 5", "5 - 10", "5 - 10", "> 10"]


@pytest.mark.parametrize(
    ("values", "meant"),
    [
        (("0-5", "5-10", "10-May"), {"10-May": "5-10"}),
        (("0-5", "5-10", "5-Oct"), {"5-Oct": "5-10"}),
        (("0 - 4", "9-May", "10 - 14"), {"9-May": "5 - 9"}),
        (("1 – 5", "Jun-45", "46 – 90"), {"Jun-45": "6 – 45"}),
        (("5-9", "10+", "1-Apr", "0"), {"1-Apr": "1-4"}),
        (("0-5", "5-May"), {}),
        (("0-10", "3-Feb", "10-20"), {}),
        (("20-30", "3-Feb"), {}),
        (("1/2", "3/4", "2-Jan"), {}),
    ],
)
def test_only_what_fits_the_other_ranges_is_certain(values, meant):
    dated = [value for value in values if any(letter.isalpha() for letter in value)]

    assert originals(dated, dict.fromkeys(values, 1)) == meant


def test_what_is_not_certain_is_told_and_left():
    found = answer("Q021", dataset({"part": text("1/2", "3/4", "2-Jan")}))

    assert found.step is None
    assert found.words == (
        "1 cell of 'part' reads as a date among fractions: a spreadsheet has probably rewritten it. "
        "What '2-Jan' was is not certain; look it up."
    )


def test_dates_among_dates_and_words_are_no_damage():
    assert ask("Q021", dataset({"day": text("10-May", "11-May")})) == []
    assert ask("Q021", dataset({"day": text("own", "10-May")})) == []


def test_a_long_id_that_was_cut_short_cannot_be_brought_back():
    found = answer("Q021", dataset({"student_id": text("1.23E+15", "1234567890123456")}))

    assert found.words == (
        "1 cell of 'student_id' is written like '1.23E+15': a spreadsheet has cut a long number short, "
        "and the digits are lost. Take the column from the original again."
    )
    assert found.step is None
    assert ask("Q021", dataset({"x": text("1.5E+03")}, kinds={"x": Kind.NUMBER})) == []


def test_zeros_in_front_are_put_back_where_all_codes_have_one_length():
    given = dataset({"postcode": text("01234", "10115", "79098", "1234", "987")})
    found = answer("Q021", given)

    assert found.words == (
        "2 cells of 'postcode' have fewer than 5 digits while others begin with 0: "
        "a spreadsheet has probably taken the zeros in front away."
    )
    assert found.step == MapValues("postcode", (("1234", "01234"), ("987", "00987")))
    assert propose(given, find(given)).steps == (found.step,)


def test_an_id_with_its_zeros_may_be_another_row_so_a_person_decides():
    given = dataset({"student_id": text("00123", "10115", "79098", "123"), "x": [1.0, 2.0, 3.0, 4.0]})
    found = answer("Q021", given)

    assert found.words.endswith(
        "With them, an id may become that of another row: compare the two before you write it so."
    )
    assert found.person_decides
    assert propose(given, find(given)).steps == ()


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("postcode", ("10115", "79098", "987")),
        ("postcode", ("01234", "10115", "0987")),
        ("postcode", ("01234", "1", "2", "3")),
        ("postcode", ("01234", "10115", "A1")),
        ("answer", ("01", "10", "1")),
    ],
)
def test_without_zeros_in_front_of_others_nothing_was_lost(name, values):
    assert ask("Q021", dataset({name: text(*values)})) == []


def test_a_failed_formula_is_no_value():
    given = dataset({"device": text("own", "#NAME?", "#NAME?", "#REF!")})
    found = answer("Q021", given)

    assert found.words == (
        "3 cells of 'device' hold a spreadsheet's error instead of a value: "
        "the formula lost what it was made of."
    )
    assert found.examples == ("'#NAME?'", "'#REF!'")
    assert found.step == PlaceholdersToMissing(("device",), ("#NAME?",))
    cleaned = propose(given, find(given)).without_in_folds().fit(given).apply(given)
    assert lists(cleaned.frame)["device"] == ["own", None, None, None]


def test_a_known_error_word_or_a_number_column_has_its_own_answer():
    assert answer("Q021", dataset({"device": text("own", "#REF!")})).step is None
    assert answer("Q021", dataset({"x": text("1", "#NUM!")}, kinds={"x": Kind.NUMBER})).step is None


def test_names_are_never_damaged_and_a_table_of_numbers_has_no_text():
    assert (
        ask("Q021", dataset({"a": text("0-5", "5-Oct"), "b": text("x", "y")}, roles={"a": Role.NAME})) == []
    )
    assert answer("Q021", dataset({"x": [1.0]})).words == "The table has no column of text."


def test_the_ranges_of_a_real_table_survive_a_spreadsheet(shared_data):
    path = shared_data / "Expanded_data_with_more_features.csv"
    hours = pd.read_csv(path, usecols=["WklyStudyHours"], dtype="str", nrows=2_000)
    opened = dataset({"WklyStudyHours": hours["WklyStudyHours"].replace("5 - 10", "10-May").astype("str")})
    step = answer("Q021", opened).step

    assert lists(step.apply(opened.frame, {}))["WklyStudyHours"] == [
        None if pd.isna(value) else value for value in hours["WklyStudyHours"]
    ]
