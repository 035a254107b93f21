"""Each check of the data: what it finds, what it proposes, and where it stays silent."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

from core import frames
from core.cleaning.columns import DropColumns
from core.cleaning.dates import ParseDates
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.finding import TITLES
from core.cleaning.findings import CHECKS, find, propose
from core.cleaning.merging import MergeStudents
from core.cleaning.missing import FillWithMedian, FillWithMode
from core.cleaning.numbers import ParseFlags, ParseNumbers
from core.cleaning.ranges import SetRange
from core.cleaning.rows import DropRows
from core.cleaning.text import MapValues, PlaceholdersToMissing, StripText
from core.schema import Kind, Role
from tests.cleaning.tables import dataset, lists, text


def only(code, given):
    """Return the one finding of this check."""
    (found,) = find(given).by_code(code)
    return found


def ids(n):
    return text(*[f"S{number:04d}" for number in range(n)])


def test_every_check_has_a_title_and_answers_for_every_table():
    assert list(CHECKS) == list(TITLES)
    for given in (dataset({"x": [1.0]}), dataset({"student_id": ids(3), "x": [1.0, 2.0, 3.0]})):
        assert {one.code for one in find(given)} == set(CHECKS)


def test_a_clean_table_passes_and_says_how_many_checks_did():
    given = dataset({"student_id": ids(3), "x": [1.0, 2.0, 3.0]})
    found = find(given)

    assert found.is_empty
    assert {one.severity for one in found} == {"passed", "not applicable"}
    assert found.why_empty == "All 15 checks that apply to this table passed."
    assert propose(given, found).steps == ()


def test_a_table_without_rows_has_nothing_to_check():
    found = find(dataset({"student_id": text(), "x": text()}))

    assert [one.severity for one in found] == ["not applicable"] * len(CHECKS)
    assert found.found[0].words == "The table has no rows."


def test_findings_are_a_table_too():
    shown = find(dataset({"student_id": ids(2), "x": [None, 1.0]})).frame()

    assert list(shown) == ["code", "title", "severity", "column", "count", "words", "examples", "step"]
    row = shown[shown["code"] == "Q001"].iloc[0]
    assert row.tolist() == [
        *("Q001", "Missing values", "issue", "x", 1, "'x' has no value in 1 of 2 rows (50.0 %)."),
        *("S0000", "fill_with_median"),
    ]


# Q001 missing values


@pytest.mark.parametrize(
    ("values", "kind", "step"),
    [
        ([1.0, None], Kind.NUMBER, FillWithMedian(("x",))),
        ([1.0, None], Kind.FLAG, FillWithMode(("x",))),
        (text("own", None), Kind.CATEGORY, FillWithMode(("x",))),
        (text("own", None), Kind.TEXT, None),
        (pd.to_datetime(["2026-01-01", None]), Kind.DATE, None),
    ],
)
def test_a_gap_is_filled_by_what_the_kind_allows(values, kind, step):
    found = only("Q001", dataset({"student_id": ids(2), "x": values}, kinds={"x": kind}))

    assert (found.column, found.count, found.examples, found.step) == ("x", 1, ("S0001",), step)


@pytest.mark.parametrize(
    ("role", "why"),
    [
        (Role.PROTECTED, "a protected attribute is never guessed."),
        (Role.OUTCOME, "an outcome is never guessed; these students are left out of training."),
        (Role.CONTACT, "no model uses this column."),
    ],
)
def test_what_must_not_be_guessed_is_not_filled(role, why):
    found = only("Q001", dataset({"x": [1.0, None]}, roles={"x": role}))

    assert found.step is None
    assert found.words == f"'x' has no value in 1 of 2 rows (50.0 %). No fill is proposed: {why}"
    assert found.examples == ("row 2",)


def test_few_gaps_are_a_tip_and_many_an_issue():
    assert only("Q001", dataset({"x": [None] * 4 + [1.0] * 96})).severity == "tip"
    assert only("Q001", dataset({"x": [None] * 5 + [1.0] * 95})).severity == "issue"


# Q002 words and codes for a missing value


def test_words_for_a_missing_value_are_found_and_counted():
    found = only("Q002", dataset({"x": text("?", "own", " N/A", "?", None)}))

    assert found.words == "3 cells of 'x' hold '?' or 'N/A' instead of a value."
    assert (found.count, found.examples, found.step) == (
        3,
        ("'?' (2)", "'N/A' (1)"),
        PlaceholdersToMissing(("x",)),
    )


def test_blank_cells_are_gaps_that_are_filled():
    given = dataset({"x": text("own", "own", "", "  ", None), "y": [1.0, 2.0, 3.0, 4.0, 5.0]})
    cleaned = propose(given, find(given)).fit(given).apply(given)

    assert (only("Q002", given).count, only("Q002", given).examples) == (2, ("'' (2)",))
    assert lists(cleaned.frame)["x"] == ["own"] * 5


@pytest.mark.parametrize(
    ("kind", "role"), [(Kind.TEXT, Role.NAME), (Kind.TEXT, Role.STUDENT_ID), (Kind.TEXT, Role.FEATURE)]
)
def test_a_student_called_na_stays(kind, role):
    assert (
        only("Q002", dataset({"x": text("NA", "Ana")}, kinds={"x": kind}, roles={"x": role})).severity
        == "passed"
    )


@pytest.mark.parametrize(
    ("values", "span", "codes"),
    [
        ([999, 999, 3, 4], (0, 60), ("999",)),
        ([-1, -1, 3, 4], (0, None), ("-1",)),
        ([999, 999, 0, 10, 20, 30, 40], (None, None), ("999",)),
        ([999, 999, 0, 10, 20, 30], (None, None), None),
        ([999, 0, 10, 20, 30, 40], (None, None), None),
        ([999, 999, 0, 10, 20, 30, 300], (None, None), None),
        ([99, 99, 0, 1, 2, 3, 4], (0, 100), None),
        ([-1, -1, 20, 20, 20, 20, 20], (None, None), None),
    ],
)
def test_a_code_for_a_missing_number_is_far_from_all_values_or_impossible(values, span, codes):
    found = only("Q002", dataset({"x": [float(value) for value in values]}, spans={"x": span}))

    assert found.severity == ("issue" if codes else "passed")
    assert found.step == (PlaceholdersToMissing(("x",), codes) if codes else None)


# Q003 and Q005 repeated rows and ids


def test_exact_copies_of_a_student_are_dropped():
    given = dataset({"student_id": text("a", "a ", "b"), "x": [1.0, 1.0, 1.0]})

    assert only("Q003", given).count == 1
    assert only("Q003", given).step == DropDuplicates(("student_id",))
    assert only("Q003", given).examples == ("a",)
    assert only("Q005", given).severity == "passed"


def test_equal_rows_without_ids_may_be_different_students_and_stay():
    found = only("Q003", dataset({"x": [1.0, 1.0, 2.0]}))

    assert (found.severity, found.count, found.step, found.examples) == ("tip", 1, None, ("row 2",))
    assert "may be different students" in found.words


def test_rows_without_an_id_are_no_copies():
    given = dataset({"student_id": text(None, None, "a", "b"), "x": [1.0] * 4})

    assert only("Q003", given).severity == "passed"
    assert only("Q005", given).severity == "passed"


def test_differing_rows_of_one_student_become_one():
    many = [f"S{n}" for n in range(20)]
    given = dataset({"student_id": text("a", "a", "a", *many), "x": [1.0, 1.0, 2.0, *range(20)]})
    found = only("Q005", given)

    assert (found.severity, found.count, found.examples) == ("issue", 1, ("a",))
    assert "(2 rows)" in found.words
    assert found.step == KeepOnePerStudent(("student_id",))


def test_a_table_of_several_rows_a_student_is_left_as_it_is():
    found = only("Q005", dataset({"student_id": text("a", "a", "b", "b"), "x": [1.0, 2.0, 3.0, 4.0]}))

    assert (found.severity, found.count, found.step) == ("tip", 2, None)
    assert found.words.startswith("100.0 % of the rows share their student id")


# Q004 near-duplicates


def people(names, days, *, codes=None):
    columns = {"student_id": text(*codes) if codes else ids(len(names)), "name": text(*names)}
    return dataset(
        {**columns, "born": pd.to_datetime(days)}, roles={"name": Role.NAME, "born": Role.PROTECTED}
    )


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Anna Svensson", "Anna Svenson", True),
        ("Anna Svensson", "ANNA  SVENSSON", True),
        ("Anna Svensson", "Svensson Anna", True),
        ("José García", "Jose Garcia", True),
        ("李明华", "李华明", True),
        ("Anna Svensson", "Hanna Svensson", True),
        ("Anna Svensson", "Bertil Svensson", False),
        ("Li Wei", "Bo Wei", False),
    ],
)
def test_one_birth_date_and_nearly_one_name_may_be_one_student(one, other, alike):
    found = only("Q004", people([one, other, "Zoë"], ["2008-01-01", "2008-01-01", "2008-01-01"]))

    assert found.severity == ("tip" if alike else "passed")
    assert found.examples == (("S0000 / S0001",) if alike else ())
    assert found.pairs == ((("S0000", "S0001"),) if alike else ())
    assert found.step == (MergeStudents("student_id", (("S0000", "S0001"),)) if alike else None)


def test_a_merge_is_a_persons_decision_and_never_in_the_proposed_recipe():
    given = people(["Anna Ek", "Anna Ek", "Zoë"], ["2008-01-01"] * 3)
    found = find(given)

    assert found.by_code("Q004")[0].person_decides
    assert found.by_code("Q004")[0].step.reason == "1 pair of students looks like one"
    assert propose(given, found).steps == ()


def test_the_fuller_row_is_kept_and_nobody_is_merged_through_a_third():
    names = ["Anna Svensson", "Anna Svenson", "Anna Svnson"]
    given = people(names, ["2008-01-01"] * 3)
    fuller = dataset(
        {**given.collect(), "x": [None, 1.0, None]}, roles={"name": Role.NAME, "born": Role.PROTECTED}
    )
    found = only("Q004", fuller)

    assert found.pairs == (("S0000", "S0001"), ("S0001", "S0002"))
    assert found.step == MergeStudents("student_id", (("S0001", "S0000"), ("S0001", "S0002")))
    chain = only("Q004", given).step
    assert chain == MergeStudents("student_id", (("S0000", "S0001"),))


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_who_is_merged_in_a_chain_does_not_depend_on_the_order_of_the_rows(order):
    names, codes = ["Anna Svensson", "Anna Svenson", "Anna Svnson"], ["S1", "S2", "S3"]
    given = people([names[at] for at in order], ["2008-01-01"] * 3, codes=[codes[at] for at in order])

    assert only("Q004", given).step == MergeStudents("student_id", (("S1", "S2"),))


def test_without_an_id_column_pairs_are_shown_by_their_rows_and_not_merged():
    frame = people(["Anna Ek", "Anna Ek"], ["2008-01-01"] * 2).collect().drop(columns="student_id")
    found = only("Q004", dataset(frame, roles={"name": Role.NAME}))

    assert (found.examples, found.pairs, found.step) == (("row 1 / row 2",), (), None)


def test_a_list_of_pairs_that_nobody_would_read_is_not_offered(monkeypatch):
    monkeypatch.setattr("core.cleaning.checks.people._MOST_MERGED", 1)
    given = people(["Anna Ek", "Anna Ek", "Li Wei", "Li Wei"], ["2008-01-01"] * 4)

    assert (only("Q004", given).count, only("Q004", given).step) == (2, None)


def test_another_birth_date_the_same_id_or_no_value_makes_no_pair():
    assert only("Q004", people(["Anna Ek", "Anna Ek"], ["2008-01-01", "2008-01-02"])).severity == "passed"
    same_id = people(["Anna Ek", "Anna Ek"], ["2008-01-01"] * 2, codes=["a", "a"])
    assert only("Q004", same_id).severity == "passed"
    assert only("Q004", people(["Anna Ek", None, None], ["2008-01-01"] * 3)).severity == "passed"
    assert only("Q004", people(["Anna Ek", "Anna Ek"], ["2008-01-01", None])).severity == "passed"


def test_a_large_look_alike_group_is_left_out_and_that_is_said():
    found = only("Q004", people(["Anna Ek"] * 50 + ["Li Wei"], ["2008-01-01"] * 51))

    assert found.words == "No two students look like one. 50 rows in large look-alike groups not compared."


def test_without_names_or_dates_nobody_can_be_compared():
    assert only("Q004", dataset({"student_id": ids(2), "x": [1.0, 2.0]})).severity == "not applicable"


# Q006 and Q010 categories


def test_spellings_of_one_category_are_mapped_to_the_usual_one():
    values = ["own"] * 60 + ["shared"] * 30 + ["Own", "OWN ", "shraed", "?"]
    found = only("Q006", dataset({"device": text(*values)}))

    assert found.words == "3 cells of 'device' are written in 3 unusual ways for 2 categories."
    assert found.step == MapValues("device", (("OWN", "own"), ("Own", "own"), ("shraed", "shared")))
    assert found.examples == ("'OWN' → 'own' (1)", "'Own' → 'own' (1)", "'shraed' → 'shared' (1)")


@pytest.mark.parametrize("kind", [Kind.TEXT, Kind.FLAG])
def test_free_text_has_no_usual_spelling(kind):
    values = text(*["own"] * 20, "Own")

    assert only("Q006", dataset({"x": values}, kinds={"x": kind})).severity == "passed"


def test_a_category_of_fewer_than_ten_students_is_told():
    found = only("Q010", dataset({"x": text(*["a"] * 190, *["b"] * 8, *["B"] * 2, *["c"] * 9)}))

    assert (found.severity, found.count, found.examples) == ("tip", 1, ("'c' (9)",))
    assert only("Q010", dataset({"x": text(*["a"] * 100, "c")})).severity == "not applicable"


# Q007, Q008, Q011, Q014 numbers


@pytest.mark.parametrize(
    ("values", "span", "marks"),
    [
        (("12", "3,5", "4.25"), (None, None), (".,", "")),
        (("1,234.5", "3"), (None, None), (".", ",")),
        (("1.234,5", "3"), (None, None), (",", ".")),
        (("1,234,567", "3"), (None, None), (".", ",")),
        (("1,200", "12,500", "300"), (None, None), (".", ",")),
        (("1,200", "12,500", "300"), (0, 100), (".,", "")),
        (("2,875", "300"), (None, None), (".,", "")),
    ],
)
def test_the_marks_of_text_numbers_are_judged_from_all_of_them(values, span, marks):
    given = dataset({"x": text(*values)}, kinds={"x": Kind.NUMBER}, spans={"x": span})

    assert only("Q007", given).step == ParseNumbers(("x",), *marks)


def test_text_numbers_are_told_with_what_is_odd_and_what_is_lost():
    given = dataset({"x": text("12", "3,5", "3,5", "five", "?", None)}, kinds={"x": Kind.NUMBER})
    found = only("Q007", given)

    assert found.words == (
        "The 4 numbers of 'x' are stored as text. 3 are not written plainly; "
        "1 cannot be read and would become missing."
    )
    assert (found.count, found.examples) == (4, ("'five'", "'3,5'"))


def test_units_that_come_again_are_read_over_and_a_single_word_is_not():
    given = dataset({"x": text("5 h", "7 h", "8 x")}, kinds={"x": Kind.NUMBER})
    step = only("Q007", given).step

    assert lists(step.apply(given.frame, {}))["x"] == [5.0, 7.0, None]


def test_a_fraction_may_be_written_in_percent():
    given = dataset({"x": text("85 %", "0.5")}, kinds={"x": Kind.NUMBER}, spans={"x": (0, 1)})

    assert lists(only("Q007", given).step.apply(given.frame, {}))["x"] == [0.85, 0.5]


def test_a_category_of_decimal_numbers_is_only_pointed_at():
    values = text(*[f"{n},5" for n in range(30)])
    found = only("Q007", dataset({"x": values}))

    assert (found.severity, found.step, found.count) == ("tip", None, 30)
    assert only("Q007", dataset({"x": text(*[str(n) for n in range(30)])})).severity == "passed"


@pytest.mark.parametrize(
    ("span", "unit", "must_be"),
    [
        ((15, 80), None, "between 15 and 80"),
        ((0, None), None, "at least 0"),
        ((None, 50), None, "at most 50"),
        ((None, None), "percent", "between 0 and 100 percent"),
        ((None, None), "hours", "at least 0 hours"),
        ((None, 60), "hours a week", "between 0 and 60 hours a week"),
    ],
)
def test_the_possible_range_comes_from_the_schema_or_the_unit(span, unit, must_be):
    wrong = [140.0, -3.0]
    given = dataset({"x": [*wrong, *np.linspace(20, 40, 30)]}, spans={"x": span}, units={"x": unit})
    found = only("Q008", given)

    assert found.words.endswith(f"it must be {must_be}.")
    assert isinstance(found.step, SetRange)
    assert (found.step.lowest, found.step.highest) == (*_bounds(must_be),)


def _bounds(must_be):
    numbers = [float(word) for word in must_be.split() if word.isdigit()]
    if len(numbers) == 2:
        return numbers
    return (numbers[0], None) if "least" in must_be else (None, numbers[0])


def test_when_many_values_are_impossible_the_range_is_doubted_instead():
    found = only("Q008", dataset({"x": [0.5, 90.0, 95.0]}, spans={"x": (0, 1)}))

    assert (found.severity, found.count, found.step) == ("issue", 2, None)
    assert found.words.endswith("the range is probably wrong; check it before anything is changed.")


def test_infinite_numbers_are_impossible_everywhere():
    found = only("Q008", dataset({"x": [np.inf, *range(10)]}))

    assert found.words == "1 value of 'x' is impossible: it must be finite."
    assert found.step == SetRange("x")


def test_numbers_in_text_are_checked_as_they_will_be_read():
    given = dataset(
        {"x": text("140,5", *[f"{n},5" for n in range(20)])}, kinds={"x": Kind.NUMBER}, spans={"x": (0, 100)}
    )

    assert only("Q008", given).examples == ("140.5",)


def test_outliers_are_counted_and_left_alone():
    values = [*np.linspace(10, 20, 40), 90.0, -50.0]
    found = only("Q011", dataset({"x": values}))

    assert (found.severity, found.count, found.step, found.examples) == ("tip", 2, None, ("90", "-50"))
    assert "below" in found.words
    assert "above" in found.words
    assert only("Q011", dataset({"x": [1.0] * 40 + [5.0]})).severity == "passed"
    assert only("Q011", dataset({"x": [1.0, 99.0]})).severity == "not applicable"
    impossible = dataset({"x": values}, spans={"x": (0, 30)})
    assert only("Q011", impossible).severity == "passed"


def test_flags_in_text_are_read_and_other_answers_told():
    given = dataset({"x": text("yes", "No", "maybe", None)}, kinds={"x": Kind.FLAG})
    found = only("Q014", given)

    assert found.words == (
        "The 3 answers of 'x' are stored as text. 1 is neither yes nor no and would become missing."
    )
    assert (found.examples, found.step) == (("'maybe'",), ParseFlags(("x",)))


# Q009, Q012, Q013, Q015


def test_a_column_that_says_the_same_of_everybody_is_told():
    found = only("Q009", dataset({"x": text("a", " a", None), "y": [1.0, 1.0, 2.0]}))

    assert (found.severity, found.column, found.examples, found.step) == ("tip", "x", ("'a'",), None)
    assert found.words == "'x' is 'a' in every row, or no value (1 row): it tells no student from another."
    assert only("Q009", dataset({"x": [5.0] * 3})).examples == ("'5.0'",)
    assert only("Q009", dataset({"x": [5.0]})).severity == "not applicable"


@pytest.mark.parametrize("values", [text(None, None), text("?", "n/a"), text(" ", "")])
def test_an_empty_column_is_left_out_unless_it_is_needed(values):
    given = dataset({"x": values})

    assert only("Q012", given).step == DropColumns(("x",))
    assert [one.severity for one in find(given).by_code("Q001")] == ["passed"]
    needed = only("Q012", dataset({"x": values}, roles={"x": Role.OUTCOME}))
    assert needed.step is None
    assert needed.words.endswith("choose another column for it.")


def test_rows_without_an_id_are_dropped_by_name():
    found = only("Q013", dataset({"student_id": text("a", None, " "), "x": [1.0] * 3}))

    assert (found.count, found.examples, found.step) == (2, ("row 2", "row 3"), DropRows(("student_id",)))
    assert only("Q013", dataset({"x": [1.0]})).severity == "not applicable"


def test_a_table_whose_ids_are_all_missing_loses_nobody():
    given = dataset({"student_id": text(None, None), "x": [1.0, 2.0]})

    assert only("Q013", given).severity == "passed"
    assert propose(given, find(given)).fit(given).report(given).n_out == 2


def test_untidy_spaces_are_found_in_every_text_column():
    given = dataset({"student_id": text("a ", "b"), "x": text("p  q", "r"), "y": text("s", "t")})
    found = find(given).by_code("Q015")

    assert [(one.column, one.count) for one in found] == [("student_id", 1), ("x", 1)]
    assert propose(given, find(given)).steps == (StripText(("student_id", "x", "y")),)


# The proposal


def messy():
    n = 40
    return dataset(
        {
            "student_id": text("S00 ", "S00", *[f"S{number:02d}" for number in range(1, n - 2)], None),
            "device": text("own", "own", "Own", "?", "shraed", *["shared"] * 20, *["own"] * (n - 25)),
            "fees": text("10", "10", "3,5", "n/a", "5000", *[str(number) for number in range(n - 5)]),
            "hours": [5.0, 5.0, None, *np.linspace(0, 30, n - 3)],
            "paid": text(*["yes", "yes", "no", "maybe"] * (n // 4)),
            "blank": text(*[None] * n),
        },
        kinds={"fees": Kind.NUMBER, "paid": Kind.FLAG},
        spans={"fees": (0, 1000)},
    )


def test_the_proposed_steps_come_in_an_order_in_which_each_helps_the_next():
    given = messy()
    recipe = propose(given, find(given))

    assert [step.kind for step in recipe.steps] == [
        *("strip_text", "placeholders_to_missing", "parse_numbers", "parse_flags", "map_values", "set_range"),
        *("drop_rows", "drop_duplicates", "drop_columns", "fill_with_median", "fill_with_mode"),
    ]
    assert all(step.reason for step in recipe.steps)
    assert recipe.describe()[5] == (
        "Make values of 'fees' below 0 or above 1000 missing, because 1 value of 'fees' is impossible."
    )


def test_the_steps_of_the_later_checks_take_their_place_among_the_others():
    given = dataset(
        {
            "started": text("2026-09-01", "31.08.2026 ", "2026-09-02", "2026-09-01", None),
            "hours": text("< 5", "10-May", "> 10", "> 10", "#NAME?"),
            "mail": text("a@b.org", "c@b.org", "d@b.org", "e@b.org", "f@b.org"),
            "fees": [1.0, 2.0, 3.0, 4.0, None],
        }
    )
    recipe = propose(given, find(given))

    assert [step.kind for step in recipe.steps] == [
        *("strip_text", "placeholders_to_missing", "parse_dates", "map_values"),
        *("fill_with_median", "fill_with_mode"),
    ]
    assert recipe.steps[1] == PlaceholdersToMissing(("hours",), ("#NAME?",))
    assert recipe.steps[2] == ParseDates(("started",), ("ymd", "dmy"))
    assert recipe.steps[-1] == FillWithMode(("hours",))
    cleaned = recipe.fit(given).apply(given)
    assert lists(cleaned.frame)["hours"] == ["< 5", "5 - 10", "> 10", "> 10", "> 10"]


def test_differing_rows_under_one_id_are_left_to_a_person():
    given = dataset(
        {"student_id": text("a", "a", *[f"S{n}" for n in range(20)]), "x": [1.0, 2.0, *range(20)]}
    )

    assert only("Q005", given).step == KeepOnePerStudent(("student_id",))
    assert propose(given, find(given)).steps == ()


def test_gaps_that_other_steps_make_are_filled_too():
    given = messy()
    steps = propose(given, find(given)).steps

    assert steps[-2] == FillWithMedian(("hours", "fees"))
    assert steps[-1] == FillWithMode(("device", "paid"))


def test_a_column_with_gaps_of_its_own_is_filled_once_for_that_reason():
    given = dataset({"x": text("own", "own", "?", None), "y": text("a", "b", "a", "b")})
    fill = propose(given, find(given)).steps[-1]

    assert (fill.columns, fill.reason) == (("x",), "1 value of 'x' is missing")


def test_the_cleaned_table_has_no_issue_left():
    given = messy()
    cleaned, report = propose(given, find(given)).fit(given).clean(given)

    assert find(cleaned).of("issue") == ()
    assert [one.student_id for one in report.exclusions] == ["row 40", "S00"]
    assert propose(cleaned, find(cleaned)).steps == ()


def test_a_cell_of_a_megabyte_is_cleaned_and_shown_cut():
    given = dataset({"x": text(f" {'x' * 1_000_000}", f"{'x' * 1_000_000}y", *["own"] * 30)})
    cleaned, report = propose(given, find(given)).fit(given).clean(given)

    assert max(len(example) for one in find(given) for example in one.examples) < 100
    assert len(report.steps[0].examples[0].before) < 300
    assert cleaned.collect()["x"].str.len().max() == 1_000_001


def test_finding_changes_nothing():
    given, before = messy(), messy()
    find(given)

    pd.testing.assert_frame_equal(frames.collect(given.frame), frames.collect(before.frame))
