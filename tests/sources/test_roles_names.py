"""What a column is for is told by the words of its name, in several languages, never by parts of words."""

import pandas as pd
import pytest

from core.schema import Role
from core.sources.roles import guess_schema

N = 40
VALUES = {
    "words": ["low", "medium", "high"],
    "codes": ["1", "2", "17", "43"],
    "numbers": ["3", "7.5", "12", "20"],
    "years": ["2022", "2023", "2024"],
    "flag": ["yes", "no"],
    "unique": [f"K{i}" for i in range(N)],
    "names": [f"Person {i} Long Name" for i in range(N)],
}

PROTECTED = """
    race/ethnicity, Race, EthnicGroup, ethnicity_code, raça/cor, Etnia, Hispanic, is_black, gender,
    Gender, sex, Sexo, Geschlecht, gênero, sexe, is_female, male, Age, Age at enrollment, age_group,
    student age, Idade, Edad, Alter, date of birth, DOB, BirthYear, Geburtsdatum, fecha_de_nacimiento,
    Learning_Disabilities, Educational special needs, disability, IEP, SEN status, ADHD, Behinderung,
    discapacidad, deficiência, handicap, health, mental health score, pregnant, religion, Religião,
    faith, Muslim, nationality, NationalITy, Nacionality, nacionalidad, Staatsangehörigkeit,
    citizenship, International, PlaceofBirth, country of birth, immigrant, Migrationshintergrund,
    refugee status, native language, mother tongue, ELL, Marital status, estado civil, Familienstand,
    sexual orientation, LGBTQ, veteran
"""
NOT_PROTECTED = """
    average, Average score, percentage, language, language score, stage, StageID, sexta, sextile, Essex
    campus, race time, race_distance, page views, engagement, image, manager, agenda, usage hours,
    coverage, trace, embrace, message count, package, passage, international baccalaureate score,
    ParentMaritalStatus, Mother's age, genres read, college, ageing report, grades, wages, storage,
    first generation, generation, sender, sentiment, terrace, brace, racehorse, unisex bathroom use,
    mileage, teenager count, nation score, exame nacional
"""
BARRIERS = """
    work hours, WorkHoursPerWeek, hours_worked, Nebenjob, trabajo, trabaja, travel time, traveltime,
    commute_minutes, Distance_from_Home, TransportMeans, Schulweg, has laptop, Internet_Access,
    internet, device, computer at home, Access_to_Resources, fees owed, Tuition fees up to date, Debtor,
    Scholarship holder, BAföG, beca, bolsista, boursier, care duties, children, dependents, lunch,
    LunchType, meal plan, housing, Attendance, absences, StudentAbsenceDays, Fehltage, asistencia,
    faltas, days missed, study time, studytime, WklyStudyHours, Hours_Studied, Lernzeit, Sleep_Hours,
    test preparation course, TestPrep, Tutoring_Sessions, Parental_Involvement
"""
NOT_BARRIERS = """
    homework score, computer science grade, Mother's job, Mjob, unemployment rate, distance learning,
    studied_credits, PC1, coursework, business major, group work grade, first child, NrSiblings,
    ParentEduc, Family_Income, Teacher_Quality, Motivation_Level, Peer_Influence, Daytime/evening
    attendance, device id, scholarship code, Physical_Activity, Displaced, network, framework, feedback,
    sleepover club
"""
OUTCOMES = """
    Target, target, outcome, dropout, Dropped out, final_result, not_retained, retained, graduated,
    status, Student Status, completed, passed, Abbruch, evasão, deserción, hsgrad, at_risk
"""
NOT_OUTCOMES = """
    target score, parent graduated, undergraduate, work status, result of test 1 score, Classroom,
    target school
"""
NAMES = """
    name, First Name, last_name, Vorname, Nachname, apellidos, nome completo, prénom, 名前, email, E-Mail,
    phone, student name
"""
NOT_NAMES = """
    course name, school name, username count, program name, phone use hours, has phone, filename, module
    name
"""
TERMS = "term, Semester, academic_year, cohort, Schuljahr, ano letivo, entry term"
NOT_TERMS = """
    Curricular units 1st sem (grade), terms failed, semester grade, year group size, short-term goal,
    interim
"""


def _split(text):
    return [name.strip() for name in text.replace("\n", " ").split(",") if name.strip()]


def _role(name, values="words"):
    cells = [VALUES[values][i % len(VALUES[values])] for i in range(N)]
    frame = pd.DataFrame({"other": ["a", "b"] * (N // 2), name: cells}, dtype="str")
    return guess_schema(frame).column(name)


@pytest.mark.parametrize("values", ["words", "codes", "numbers", "flag"])
@pytest.mark.parametrize("name", _split(PROTECTED))
def test_protected_attributes_are_known_by_name_whatever_they_hold(name, values):
    column = _role(name, values)

    assert column.role is Role.PROTECTED
    assert "a protected attribute that stays out of the model" in column.reason


@pytest.mark.parametrize("name", _split(NOT_PROTECTED))
def test_words_that_only_contain_an_attribute_are_not_protected(name):
    assert _role(name).role is not Role.PROTECTED


@pytest.mark.parametrize("name", _split(BARRIERS))
def test_barriers_are_known_by_name(name):
    column = _role(name)

    assert column.role is Role.BARRIER
    assert column.reason.endswith(", which can be worked on.")


@pytest.mark.parametrize("name", _split(NOT_BARRIERS))
def test_what_cannot_be_worked_on_is_no_barrier(name):
    assert _role(name).role is not Role.BARRIER


@pytest.mark.parametrize("name", _split(OUTCOMES))
def test_an_outcome_is_only_ever_a_guess(name):
    column = _role(name)

    assert column.role is Role.OUTCOME
    assert column.reason.endswith("; may be the outcome by its name; choose the outcome yourself.")


@pytest.mark.parametrize("name", _split(NOT_OUTCOMES))
def test_results_of_tests_are_no_outcome(name):
    assert _role(name).role is not Role.OUTCOME


@pytest.mark.parametrize("name", _split(NAMES))
def test_names_and_addresses_are_known(name):
    assert _role(name, "names").role is Role.NAME


@pytest.mark.parametrize("name", _split(NOT_NAMES))
def test_names_of_other_things_are_no_names_of_students(name):
    assert _role(name).role is not Role.NAME


@pytest.mark.parametrize("name", _split(TERMS))
def test_terms_are_known(name):
    assert _role(name).role is Role.TERM


@pytest.mark.parametrize("name", _split(NOT_TERMS))
def test_columns_about_a_term_are_no_terms(name):
    assert _role(name).role is not Role.TERM


def test_a_year_is_a_term_only_where_the_values_are_years():
    assert _role("year", "years").role is Role.TERM
    assert _role("year", "codes").role is Role.FEATURE


def test_contacts_with_staff_are_kept_apart():
    assert _role("mentoring contacts", "numbers").role is Role.CONTACT


def test_e_mail_addresses_are_names_whatever_the_column_is_called():
    frame = pd.DataFrame({"q7": [f"a{i}@school.org" for i in range(60)]}, dtype="str")

    assert guess_schema(frame).column("q7").role is Role.NAME


ID_NAMES = """
    id, ID, student_id, StudentID, student no, Student Number, studentid, matric no, Matrikelnummer,
    matricula, reg_no, roll number, UPN, id_student, candidate number, learner key, pupil id, anon_id,
    uuid, sid
"""
OTHER_IDS = "course id, school_id, teacher id, term id, mentor code, class id"


@pytest.mark.parametrize("name", _split(ID_NAMES))
def test_a_column_that_is_an_id_by_name_and_never_repeats_is_the_id(name):
    column = _role(name, "unique")

    assert column.role is Role.STUDENT_ID
    assert column.reason == "An id by its name, and all values are different."


@pytest.mark.parametrize("name", _split(OTHER_IDS))
def test_ids_of_other_things_are_not_the_student_id(name):
    assert _role(name, "unique").role is not Role.STUDENT_ID


def test_an_id_that_repeats_in_every_row_is_not_the_id():
    column = _role("student_id", "codes")

    assert column.role is Role.IGNORED
    assert "each value comes 10.0 times, so it is no id of rows" in column.reason


def test_a_few_repeated_rows_do_not_hide_the_id():
    ids = [f"S{i}" for i in range(95)] + ["S1", "S2", "S3", None, None]
    schema = guess_schema(pd.DataFrame({"student_id": ids, "x": ["a", "b"] * 50}, dtype="str"))

    assert schema.student_id == "student_id"
    assert schema.column("student_id").reason == (
        "An id by its name, although 3 rows repeat an id and 2 rows have none of 100."
    )


def test_the_student_id_wins_over_another_id():
    frame = pd.DataFrame({"record id": VALUES["unique"], "student no": VALUES["unique"]}, dtype="str")
    schema = guess_schema(frame)

    assert schema.student_id == "student no"
    assert schema.column("record id").role is Role.IGNORED


@pytest.mark.parametrize("first", [0, 1])
def test_a_column_that_only_counts_the_rows_is_ignored(first):
    frame = pd.DataFrame({"column 1": [str(i + first) for i in range(50)], "x": ["a", "b"] * 25}, dtype="str")
    column = guess_schema(frame).column("column 1")

    assert column.role is Role.IGNORED
    assert column.reason.endswith("; it only counts the rows.")


def test_a_student_column_holds_ids_or_names_by_its_values():
    ids = pd.DataFrame({"student": VALUES["unique"]}, dtype="str")
    names = pd.DataFrame({"student": VALUES["names"]}, dtype="str")

    assert guess_schema(ids).column("student").role is Role.STUDENT_ID
    assert guess_schema(names).column("student").role is Role.NAME


@pytest.mark.parametrize("name", ["mentor", "Mentor ID", "advisor", "counsellor", "social_worker"])
def test_who_is_in_charge_of_a_student_follows_from_the_need_and_is_no_feature(name):
    frame = pd.DataFrame({name: ["M1", "M2", "M1", "M3"] * 20, "score": ["1", "2", "3", "4"] * 20})

    assert guess_schema(frame).column(name).role is Role.CONTACT


def test_mentor_education_is_no_contact():
    frame = pd.DataFrame({"mentor education": ["degree", "none"] * 40})

    assert guess_schema(frame).column("mentor education").role is not Role.CONTACT
