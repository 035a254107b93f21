"""The feature table holds what may be used, names what is left out, and does not depend on row order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ColumnNotFound, NoFeatures, ProtectedFeature, RepeatedIds, SchemaError, WrongKind
from core.features.build import MOST_LEVELS, build_features
from core.schema import Column, Kind, Role, Schema


def texts(values):
    return pd.Series(values, dtype="str")


STUDENTS = pd.DataFrame(
    {
        "id": texts(["007", "b", "c", "NA"]),
        "full name": texts(["Ana", "Bo", "Cy", "Di"]),
        "gender": texts(["f", "m", "f", "m"]),
        "work_hours": [24.0, 8.0, np.nan, 0.0],
        "device": texts(["none", None, "laptop", "laptop"]),
        "fees owed": [1.0, 0.0, np.nan, 0.0],
        "notes": texts(["x", "y", "z", "w"]),
        "born": pd.to_datetime(["2000-01-01"] * 4),
        "empty": [np.nan] * 4,
        "blank": texts([None] * 4),
        "same": [3.0] * 4,
        "school": texts(["S"] * 4),
        "score": [40.0, 60.0, 80.0, np.inf],
    }
)
SCHEMA = Schema(
    (
        Column("id", Kind.TEXT, Role.STUDENT_ID),
        Column("full name", Kind.TEXT, Role.NAME),
        Column("gender", Kind.CATEGORY, Role.PROTECTED),
        Column("work_hours", Kind.NUMBER, Role.BARRIER, label="Paid work", unit="hours a week"),
        Column("device", Kind.CATEGORY, Role.BARRIER),
        Column("fees owed", Kind.FLAG, Role.FEATURE),
        Column("notes", Kind.TEXT, Role.FEATURE),
        Column("born", Kind.DATE, Role.FEATURE),
        Column("empty", Kind.NUMBER, Role.FEATURE),
        Column("blank", Kind.CATEGORY, Role.FEATURE),
        Column("same", Kind.NUMBER, Role.FEATURE),
        Column("school", Kind.CATEGORY, Role.FEATURE),
        Column("score", Kind.NUMBER, Role.FEATURE),
    )
)


def built(students=STUDENTS, schema=SCHEMA, outcome_columns=("score",), **options):
    return build_features(students, schema=schema, outcome_columns=outcome_columns, **options)


def test_numbers_come_first_then_categories_as_codes_of_sorted_values():
    table = built()

    assert [column.name for column in table.columns] == ["work_hours", "fees owed", "device"]
    np.testing.assert_array_equal(table.numbers, [[24, 1], [8, 0], [np.nan, np.nan], [0, 0]])
    assert table.columns[2].levels == ("laptop", "none")
    assert table.codes.tolist() == [[1], [-1], [0], [0]]
    assert table.codes.dtype == np.int32
    assert table.student_ids.tolist() == ["007", "b", "c", "NA"]


def test_every_column_that_is_left_out_is_named_with_its_reason():
    assert {e.name: e.reason for e in built(exclude=["device"]).excluded} == {
        "id": "It identifies the student.",
        "full name": "It is a name.",
        "gender": "A protected attribute is never a model input.",
        "device": "Left out by the user.",
        "notes": "Free text is not used.",
        "born": "Dates are not used.",
        "empty": "No student has a value.",
        "blank": "No student has a value.",
        "same": "Every student has the same value.",
        "school": "Every student has the same value.",
        "score": "It decides the outcome.",
    }


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        (Role.OUTCOME, "It is the outcome itself."),
        (Role.CONTACT, "It is contact data."),
        (Role.IGNORED, "Its role is 'ignored'."),
        (Role.TERM, "It says when, not how the student is doing."),
    ],
)
def test_other_roles_are_left_out_with_their_reason(role, reason):
    schema = SCHEMA.with_roles({"work_hours": role})

    assert [e.reason for e in built(schema=schema).excluded if e.name == "work_hours"] == [reason]


def test_features_and_excluded_columns_together_are_all_columns():
    table = built(STUDENTS.assign(extra=1.0))

    names = [c.name for c in table.columns] + [e.name for e in table.excluded]
    assert sorted(names) == sorted([*STUDENTS.columns, "extra"])
    assert ("extra", "The schema does not list it.") in {(e.name, e.reason) for e in table.excluded}


def test_one_value_with_gaps_beside_it_is_kept_because_the_gaps_may_tell():
    students = STUDENTS.assign(same=[3.0, np.nan, 3.0, 3.0], school=texts(["S", None, "S", "S"]))

    assert {"same", "school"} <= {column.name for column in built(students).columns}


def test_a_category_with_very_many_values_is_left_out():
    n = MOST_LEVELS + 1
    students = pd.DataFrame({"town": texts([f"t{k}" for k in range(n)]), "x": np.arange(n) * 1.0})
    schema = Schema((Column("town", Kind.CATEGORY, Role.FEATURE), Column("x", Kind.NUMBER, Role.FEATURE)))

    table = build_features(students, schema=schema, outcome_columns=())
    assert table.excluded[0].reason == "It has 201 different values; at most 200 can be learned from."


def test_a_protected_column_is_no_feature_even_when_it_is_asked_for():
    with pytest.raises(ProtectedFeature, match=r"'gender' cannot be a feature: it is protected.") as caught:
        built(include=["gender", "work_hours"])
    assert "never model inputs" in caught.value.hint


def test_only_the_columns_asked_for_are_features():
    assert [column.name for column in built(include=["device"]).columns] == ["device"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"exclude": ["devise"]}, r"There is no column 'devise' \(needed by exclude\)."),
        ({"include": ["devise"]}, r"There is no column 'devise' \(needed by the features asked for\)."),
        ({"outcome_columns": ["scor"]}, r"There is no column 'scor' \(needed by the outcome\)."),
        (
            {"students": STUDENTS.drop(columns="device")},
            r"There is no column 'device' \(needed by the schema\).",
        ),
    ],
)
def test_a_misspelt_column_is_named(options, message):
    with pytest.raises(ColumnNotFound, match=message):
        built(**options)


def test_a_table_without_a_usable_column_says_why():
    with pytest.raises(NoFeatures, match=r"No column is left to learn from.") as caught:
        built(include=["same"])
    assert "'same': Every student has the same value." in caught.value.hint


def test_an_empty_table_has_no_features():
    with pytest.raises(NoFeatures):
        built(STUDENTS.head(0))


def test_repeated_and_missing_ids_are_refused():
    with pytest.raises(RepeatedIds, match=r"Values of 'id' stand in several rows, such as 'b' \(1 in all\)."):
        built(STUDENTS.assign(id=texts(["a", "b", "b", "c"])))
    with pytest.raises(SchemaError, match=r"Students without 'id': 1."):
        built(STUDENTS.assign(id=texts(["a", "b", None, "c"])))


def test_without_an_id_column_students_are_called_by_their_row():
    table = built(schema=SCHEMA.with_roles({"id": Role.IGNORED}))

    assert table.student_ids.tolist() == ["1", "2", "3", "4"]


def test_text_in_a_number_column_is_refused():
    with pytest.raises(WrongKind, match=r"'work_hours' should hold numbers but holds str."):
        built(STUDENTS.assign(work_hours=texts(["a", "b", "c", "d"])))


def test_an_infinite_number_counts_as_missing():
    table = built(outcome_columns=())

    np.testing.assert_array_equal(table.numbers[:, 2], [40, 60, 80, np.nan])


def test_rows_can_be_taken_and_values_said():
    table = built().take([2, 0])

    assert table.student_ids.tolist() == ["c", "007"]
    assert table.n_students == 2
    assert [table.value_text(1, c) for c in ("work_hours", "fees owed", "device")] == [
        "24 hours a week",
        "yes",
        "none",
    ]
    assert table.value_text(0, "work_hours") == "not recorded"
    with pytest.raises(ColumnNotFound, match="There is no column 'gender'"):
        table.value_text(0, "gender")


@given(st.permutations(range(4)))
def test_the_order_of_the_rows_changes_only_the_order_of_the_result(rows):
    shuffled, plain = built(STUDENTS.iloc[rows]), built().take(rows)

    np.testing.assert_array_equal(shuffled.numbers, plain.numbers)
    np.testing.assert_array_equal(shuffled.codes, plain.codes)
    assert shuffled.columns == plain.columns
    assert shuffled.student_ids.tolist() == plain.student_ids.tolist()


def test_the_frame_that_is_read_stays_as_it_was():
    before = STUDENTS.copy()

    built()

    pd.testing.assert_frame_equal(STUDENTS, before)
