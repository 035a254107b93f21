"""Values and features in words: what a mentor can say aloud of any table."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.features import dictionary
from core.features.table import FeatureColumn
from core.schema import Kind, Role

HOURS = FeatureColumn("work_hours", "Paid work", Kind.NUMBER, Role.BARRIER, unit="hours a week")
SHARE = FeatureColumn("attendance", "Attendance", Kind.NUMBER, Role.BARRIER, unit="%")
FEES = FeatureColumn("fees", "Fees owed", Kind.FLAG, Role.BARRIER)
PARENTS = FeatureColumn(
    "p", "Parental level of education", Kind.CATEGORY, Role.FEATURE, levels=("college", "some high school")
)
NAN = float("nan")


@pytest.mark.parametrize(
    ("column", "value", "typical", "said"),
    [
        (HOURS, 24.0, 8.0, "Paid work: 24 hours a week (the middle student: 8)"),
        (HOURS, 24.26, 8.0, "Paid work: 24.3 hours a week (the middle student: 8)"),
        (HOURS, 8.0, 8.0, "Paid work: 8 hours a week"),
        (HOURS, NAN, 8.0, "We do not know this: paid work"),
        (HOURS, 8.0, NAN, "Paid work: 8 hours a week"),
        (SHARE, 61.25, 88.0, "Attendance: 61.2 % (the middle student: 88 %)"),
        (FEES, 1.0, 0.0, "Fees owed: yes (most often: no)"),
        (FEES, 0.0, 0.0, "Fees owed: no"),
        (PARENTS, 1.0, 0.0, "Parental level of education: some high school (most often: college)"),
        (PARENTS, 0.0, 0.0, "Parental level of education: college"),
        (PARENTS, -1.0, 0.0, "We do not know this: parental level of education"),
    ],
)
def test_a_feature_of_a_student_is_said_beside_the_typical_student(column, value, typical, said):
    assert column.phrase(value, typical=typical) == said


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (0.0, None, "0"),
        (-0.0, None, "0"),
        (1234567.0, "€", "1,234,567 €"),
        (1e16, None, "1e+16"),
        (0.012345, None, "0.0123"),
        (0.000012345, None, "1.23e-05"),
        (1e-13, None, "0"),
        (-2.346, None, "-2.35"),
        (99.96, None, "100"),
        (12.0, "hours", "12 hours"),
        (float("inf"), None, "inf"),
        (NAN, "hours", "not recorded"),
    ],
)
def test_numbers_are_said_to_three_digits(value, unit, said):
    assert dictionary.number_text(value, unit) == said


@pytest.mark.parametrize(
    ("name", "label"), [("wkly_study_hours", "Wkly study hours"), ("GPA", "GPA"), ("_", "_"), ("é", "É")]
)
def test_a_column_name_becomes_a_label(name, label):
    assert dictionary.plain_label(name) == label


def test_abbreviations_keep_their_capitals_inside_a_sentence():
    assert dictionary.in_sentence("GPA") == "GPA"
    assert dictionary.in_sentence("Tuition fees") == "tuition fees"


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1))
def test_rounding_for_show_changes_nothing_when_done_twice(values):
    once = dictionary.shown_numbers(np.array(values))

    np.testing.assert_array_equal(dictionary.shown_numbers(once), once)


@given(st.floats(min_value=-1e14, max_value=1e14).filter(lambda x: abs(x) > 1e-11))
def test_what_is_shown_is_near_what_is_there(value):
    shown = float(dictionary.shown_numbers(np.array([value]))[0])

    assert abs(shown - value) <= 0.5 if abs(value) >= 100 else abs(shown - value) <= 0.0051 * abs(value)


@given(st.floats())
def test_two_values_that_round_alike_are_said_alike(value):
    rounded = float(HOURS.shown(np.array([value]))[0])

    assert HOURS.value_text(rounded) == HOURS.value_text(value)


@given(st.floats(allow_nan=False))
def test_one_number_is_shown_as_in_a_column(value):
    assert dictionary._shown(value) == dictionary.shown_numbers(np.array([value]))[0]
