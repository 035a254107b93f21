"""The four real-life tables: their counts, and what is guessed about every column."""

import pytest

from core.schema import Kind, Role
from core.sources.base import FileSpec
from core.sources.files.source import FileSource

N, C, F = Kind.NUMBER, Kind.CATEGORY, Kind.FLAG
PROTECTED, FEATURE, BARRIER, OUTCOME, IGNORED = (
    Role.PROTECTED,
    Role.FEATURE,
    Role.BARRIER,
    Role.OUTCOME,
    Role.IGNORED,
)


@pytest.fixture
def real(shared_data):
    def read(name):
        source = FileSource(FileSpec(path=str(shared_data / name)))
        assert source.format().doubts == ()
        return source.load(source.tables()[0])

    return read


def _guessed(dataset):
    return {column.name: (column.kind, column.role) for column in dataset.schema}


def test_students_performance(real):
    dataset = real("StudentsPerformance.csv")

    assert dataset.collect().shape == (1000, 8)
    assert _guessed(dataset) == {
        "gender": (C, PROTECTED),
        "race/ethnicity": (C, PROTECTED),
        "parental level of education": (C, FEATURE),
        "lunch": (C, BARRIER),
        "test preparation course": (C, BARRIER),
        "math score": (N, FEATURE),
        "reading score": (N, FEATURE),
        "writing score": (N, FEATURE),
    }
    assert dataset.collect()["test preparation course"].value_counts()["none"] == 642
    assert dataset.collect().notna().all().all()
    assert dataset.provenance.notes == ()


def test_the_expanded_table(real):
    dataset = real("Expanded_data_with_more_features.csv")
    frame = dataset.collect()

    assert frame.shape == (30_641, 15)
    assert int(frame.isna().sum().sum()) == 13_901
    assert _guessed(dataset) == {
        "column 1": (N, IGNORED),
        "Gender": (C, PROTECTED),
        "EthnicGroup": (C, PROTECTED),
        "ParentEduc": (C, FEATURE),
        "LunchType": (C, BARRIER),
        "TestPrep": (C, BARRIER),
        "ParentMaritalStatus": (C, FEATURE),
        "PracticeSport": (C, FEATURE),
        "IsFirstChild": (F, FEATURE),
        "NrSiblings": (N, FEATURE),
        "TransportMeans": (C, BARRIER),
        "WklyStudyHours": (C, BARRIER),
        "MathScore": (N, FEATURE),
        "ReadingScore": (N, FEATURE),
        "WritingScore": (N, FEATURE),
    }
    assert set(frame["WklyStudyHours"].dropna()) == {"< 5", "5 - 10", "> 10"}
    assert dataset.schema.student_id is None
    assert dataset.schema.column("column 1").reason == (
        "Numbers from 0 to 999; it counts the rows, and starts again: "
        "each number comes 31 times, so it is no id."
    )
    assert dataset.schema.column("WklyStudyHours").label == "Weekly study hours"
    assert dataset.provenance.notes == ("Column 1 has no name; it is called 'column 1'.",)


def test_uci_697(real):
    dataset = real("uci_697_dropout.csv")
    guessed = _guessed(dataset)

    assert dataset.collect().shape == (4_424, 37)
    assert [name for name, (kind, _) in guessed.items() if kind is C] == [
        "Marital status",
        "Application mode",
        "Course",
        "Previous qualification",
        "Nacionality",
        "Mother's qualification",
        "Father's qualification",
        "Mother's occupation",
        "Father's occupation",
        "Target",
    ]
    assert [name for name, (_, role) in guessed.items() if role is PROTECTED] == [
        "Marital status",
        "Nacionality",
        "Educational special needs",
        "Gender",
        "Age at enrollment",
        "International",
    ]
    assert [name for name, (_, role) in guessed.items() if role is BARRIER] == [
        "Debtor",
        "Tuition fees up to date",
        "Scholarship holder",
    ]
    assert guessed["Target"] == (C, OUTCOME)
    assert guessed["Daytime/evening attendance"] == (F, FEATURE)
    assert guessed["Application order"] == guessed["Admission grade"] == (N, FEATURE)
    assert {role for _, role in guessed.values()} == {PROTECTED, BARRIER, OUTCOME, FEATURE}
    assert dataset.provenance.notes == (
        "The column name 'Daytime/evening attendance' had blanks around it, which were removed.",
    )
    assert dataset.collect()["Target"].value_counts()["Dropout"] == 1_421


def test_student_performance_factors(real):
    dataset = real("StudentPerformanceFactors.csv")
    guessed = _guessed(dataset)

    assert dataset.collect().shape == (6_607, 20)
    assert [name for name, (_, role) in guessed.items() if role is BARRIER] == [
        "Hours_Studied",
        "Attendance",
        "Parental_Involvement",
        "Access_to_Resources",
        "Sleep_Hours",
        "Internet_Access",
        "Tutoring_Sessions",
        "Distance_from_Home",
    ]
    assert [name for name, (_, role) in guessed.items() if role is PROTECTED] == [
        "Learning_Disabilities",
        "Gender",
    ]
    assert guessed["Exam_Score"] == (N, FEATURE)
    assert dataset.schema.column("Exam_Score").highest == 100
    assert "although 1 lies above" in dataset.schema.column("Exam_Score").reason
    assert dataset.schema.column("Hours_Studied").unit == "hours"
    assert dataset.collect().isna().any()[lambda any_missing: any_missing].index.tolist() == [
        "Teacher_Quality",
        "Parental_Education_Level",
        "Distance_from_Home",
    ]
