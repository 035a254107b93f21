"""Whom a request is about: nobody is lost silently, and nothing is from after the date."""

from dataclasses import replace

import pytest

from core.caseload.access import LOCAL
from core.errors import InvalidChoice, OutcomeError
from core.schema import Role
from core.settings import Settings
from core.sources.base import FileSpec
from core.workflow import cohort
from core.workflow.cohort import cohort_of
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest
from core.workflow.segmenting import segment
from core.workflow.students import students
from core.workflow.training import train

HEADER = "student_id,year,seen_on,hours,points,passed\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="module")
def request_(tmp_path_factory):
    """A file of 120 students: half of 2024, a day each; two of unknown year."""
    path = tmp_path_factory.mktemp("files") / "students.csv"
    rows = [
        f"s{k},{'' if k < 2 else 2024 + k % 2},2026-{1 + k // 28:02d}-{1 + k % 28:02d},"
        f"{k % 17},{(k * 7) % 31},{'no' if k % 17 + k % 5 > 11 else 'yes'}\n"
        for k in range(120)
    ]
    path.write_text(HEADER + "".join(rows))
    table = TableRequest(FileSpec(path=str(path), name="students.csv"))
    return TrainingRequest(CleaningRequest(table), 'passed == "no"')


def about(request, **framing):
    return request.with_framing(**{"cohort": "", "as_of": "", **framing})


def test_rows_in_are_rows_in_the_cohort_and_rows_left_out_by_name(request_, settings):
    found = cohort_of(LOCAL, about(request_, cohort="year == 2025"), settings=settings)

    reasons = [one.reason for one in found.left_out]
    assert found.table.collect()["year"].eq(2025).all()
    assert len(found.table.collect()) + len(found.left_out) == 120
    assert reasons.count("It is not in the cohort: year is 2,025.") == 59
    assert reasons.count("It is not known whether it is in the cohort: year is 2,025.") == 2
    assert found.left_out[0].student_id == "s0"


def test_everybody_is_in_it_where_nothing_was_said(request_, settings):
    assert len(cohort_of(LOCAL, request_, settings=settings).table.collect()) == 120


def test_nothing_from_after_the_date_is_left(request_, settings):
    timed = request_.with_roles({"seen_on": Role.TIME})
    found = cohort_of(LOCAL, about(timed, as_of="2026-02-10"), settings=settings)

    assert found.table.collect()["seen_on"].max().isoformat()[:10] == "2026-02-10"
    assert found.table.provenance.as_of == "2026-02-10"
    assert {one.reason for one in found.left_out} == {"It is from after the as-of date 2026-02-10."}


def test_a_list_and_its_segments_are_of_the_same_students(request_, settings):
    asked = about(request_, cohort="year == 2025")
    training = train(LOCAL, asked, settings=settings)
    segments = segment(LOCAL, asked, settings=settings)

    assert training.n_students == 59
    assert segments.student_ids.tolist() == training.features.student_ids.tolist()
    assert sum(one.kind == "cohort" for one in training.left_out) == 61


@pytest.mark.parametrize(
    ("framing", "error", "words"),
    [
        ({"cohort": "year == 1999"}, OutcomeError, "No student is in the cohort as of this date."),
        ({"cohort": "yaer == 2025"}, OutcomeError, "yaer"),
        ({"as_of": "tomorrow"}, InvalidChoice, "'tomorrow' is no date."),
        ({"as_of": "2026-02-10"}, InvalidChoice, "Nothing in the table says what was known on 2026-02-10."),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(request_, settings, framing, error, words):
    asked = about(request_.with_roles({"seen_on": Role.IGNORED}), **framing)
    with pytest.raises(error) as told:
        cohort_of(LOCAL, asked, settings=settings)
    assert words in str(told.value)


def test_mistakes_cost_nothing_less_than_nothing(request_):
    with pytest.raises(InvalidChoice, match="A missed student cannot cost -1"):
        about(request_, cost_missed=-1.0)
    assert about(request_, cost_missed=5.0, cost_false_alarm=1.0).has_costs
    assert not request_.has_costs


def known_to(found, day):
    """The students as they are, with facts up to a day in their record."""
    return replace(found, table=replace(found.table, provenance=replace(found.table.provenance, as_of=day)))


def test_facts_from_after_the_date_are_refused_whether_or_not_rows_are_dated(request_, settings, monkeypatch):
    """A row's own date says nothing of the columns beside it."""
    for role in (Role.TIME, Role.IGNORED):
        asked = about(request_.with_roles({"seen_on": role}), as_of="2026-03-01")
        record = known_to(students(LOCAL, asked.cleaning, settings=settings), "2026-09-30")
        monkeypatch.setattr(cohort, "students", lambda *_, record=record, **__: record)
        with pytest.raises(InvalidChoice) as told:
            cohort_of(LOCAL, asked, settings=settings)
        assert str(told.value) == "The table holds facts up to 2026-09-30, so it cannot be as of 2026-03-01."


def test_a_row_without_a_date_is_left_out_with_that_reason(tmp_path, settings):
    path = tmp_path / "dated.csv"
    days = [f"2026-01-{1 + k % 28:02d}" if k % 10 else "" for k in range(60)]
    rows = [f"s{k},2025,{day},{k % 17},{k % 31},{'no' if k % 3 else 'yes'}\n" for k, day in enumerate(days)]
    path.write_text(HEADER + "".join(rows))
    table = TableRequest(FileSpec(path=str(path), name="dated.csv"))
    request = TrainingRequest(CleaningRequest(table), 'passed == "no"').with_roles({"seen_on": Role.TIME})
    found = cohort_of(LOCAL, about(request, as_of="2026-01-28"), settings=settings)

    assert len(found.table.collect()) == 54
    assert {(one.kind, one.reason) for one in found.left_out} == {
        ("as_of", "It is not known when it is from.")
    }
    assert [one.student_id for one in found.left_out] == [f"s{k}" for k in range(0, 60, 10)]
