"""The students behind outliers are named to those who may see students, and to nobody else."""

import io

import numpy as np
import pandas as pd
import pytest

from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.cleaning.numbers import ParseNumbers
from core.cleaning.recipe import Recipe
from core.errors import ColumnNotFound, Forbidden, InvalidChoice, WrongKind
from core.settings import Settings
from core.workflow import exploring, figures, files
from core.workflow.exploring import Filter
from core.workflow.outlying import MOST, outlying_students, why_unnamed
from core.workflow.requests import demo_request

DEMO = demo_request(students=600, seed=7)
FAR = {"0007": 900.0, "0003": 900.0, "0011": 950.0}


def person(role):
    return Actor(who="ana", roles=frozenset({role}), scope="all")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


def kept(settings, frame):
    content = io.BytesIO(frame.to_csv(index=False).encode())
    return DEMO.with_source(files.keep_file(LOCAL, content, name="school.csv", settings=settings))


def school(n=300):
    rng = np.random.default_rng(3)
    ids = [f"{i:04d}" for i in range(n)]
    scores = [FAR.get(one, score) for one, score in zip(ids, rng.normal(60, 5, n).round(1), strict=True)]
    return pd.DataFrame({"student_id": ids, "gender": ["f", "m"] * (n // 2), "score": scores})


@pytest.fixture(scope="module")
def uploaded(settings):
    return kept(settings, school())


def test_the_farthest_out_come_first_and_ties_are_by_id(settings, uploaded):
    found = outlying_students(LOCAL, uploaded, column="score", settings=settings)

    assert found.frame["student_id"].tolist()[:3] == ["0011", "0003", "0007"]
    assert found.frame["value"].tolist()[:3] == [950.0, 900.0, 900.0]
    assert found.frame["beyond"].is_monotonic_decreasing


def test_those_listed_are_those_that_explore_counts(settings):
    counted = exploring.explore(LOCAL, DEMO, settings=settings).outliers.columns
    [fees] = [one for one in counted if one.column == "fees_owed"]
    found = outlying_students(LOCAL, DEMO, column="fees_owed", settings=settings)

    both = (fees.n_iqr, fees.n_robust)
    assert max(both) <= found.n <= sum(both)
    assert int(found.frame["by_robust"].sum()) == min(fees.n_robust, MOST)


def test_at_most_fifty_are_listed_and_all_counted(settings):
    many = pd.concat([school(), school().assign(score=np.arange(300) * 50.0)[-60:]])
    many["student_id"] = [f"{i:04d}" for i in range(len(many))]
    found = outlying_students(LOCAL, kept(settings, many), column="score", settings=settings)

    assert (len(found.frame), found.is_empty) == (MOST, False)
    assert found.n > MOST


def test_only_those_who_meet_the_filters_are_listed(settings, uploaded):
    filters = (Filter("gender", "is", ("f",)),)
    found = outlying_students(LOCAL, uploaded, column="score", filters=filters, settings=settings)

    assert {int(one) % 2 for one in found.frame["student_id"]} == {0}
    with pytest.raises(InvalidChoice, match="fewer than 10 students"):
        outlying_students(
            LOCAL,
            uploaded,
            column="score",
            filters=(Filter("score", "at least", (899.0,)),),
            settings=settings,
        )


def test_nobody_far_out_and_no_id_are_answers(settings):
    plain = pd.DataFrame({"student_id": [f"{i:03d}" for i in range(40)], "score": range(40)})
    nobody = outlying_students(LOCAL, kept(settings, plain), column="score", settings=settings)
    far = plain.assign(score=[*range(39), 900]).drop(columns="student_id")
    unnamed = outlying_students(LOCAL, kept(settings, far), column="score", settings=settings)

    assert (nobody.n, nobody.why_empty) == (0, "No value of this column lies far out.")
    assert (unnamed.n, unnamed.why_empty) == (0, "The table has no student id.")
    assert (nobody.is_empty, unnamed.is_empty) == (True, True)


@pytest.mark.parametrize(("far", "names", "why"), [
    ([36, 39], ["036"], ""),
    ([39], [], "Nobody far out has a student id."),
])  # fmt: skip
def test_rows_without_an_id_are_counted_and_not_listed(settings, far, names, why):
    # Cleaning would leave such rows out; a recipe of one's own may keep them.
    ids = [*(f"{i:03d}" for i in range(39)), None]
    frame = pd.DataFrame({"student_id": ids, "score": [900.0 if i in far else i for i in range(40)]})
    request = kept(settings, frame).with_recipe(Recipe((ParseNumbers(("score",)),)))
    found = outlying_students(LOCAL, request, column="score", settings=settings)

    assert found.frame["student_id"].tolist() == names
    assert (found.n, found.n_unnamed, found.why_empty) == (len(names), 1, why)


@pytest.mark.parametrize("role", ActorRole)
def test_only_those_who_may_see_a_student_see_who_is_behind_outliers(settings, role):
    actor = person(role)
    if role in {ActorRole.COUNSELOR, ActorRole.MENTOR}:
        assert why_unnamed(actor, DEMO) == ""
        found = outlying_students(actor, DEMO, column="fees_owed", settings=settings)
        assert (found.n > 0) == (role is ActorRole.COUNSELOR)  # nobody is assigned to the mentor
    else:
        assert (
            why_unnamed(actor, DEMO)
            == "Which students these are may be seen by a counselor or a mentor only."
        )
        with pytest.raises(Forbidden, match="You may not see a student: ana has none of the roles"):
            outlying_students(actor, DEMO, column="fees_owed", settings=settings)


def test_without_the_gate_only_made_up_students_are_named(settings, uploaded):
    assert why_unnamed(UNGATED, DEMO) == ""
    assert why_unnamed(UNGATED, uploaded) != ""
    with pytest.raises(Forbidden, match="only the demo school is open"):
        outlying_students(UNGATED, uploaded, column="score", settings=settings)


def test_a_column_without_numbers_is_refused(settings, uploaded):
    with pytest.raises(WrongKind, match="'gender'"):
        outlying_students(LOCAL, uploaded, column="gender", settings=settings)
    with pytest.raises(ColumnNotFound, match="'gpa'"):
        outlying_students(LOCAL, uploaded, column="gpa", settings=settings)


def test_the_file_behind_a_chart_runs_no_formula_and_is_for_those_who_explore():
    table = pd.DataFrame({"Value": ["=1+1", "bus"], "Students": [12, 30]})

    assert figures.figures_csv(LOCAL, DEMO, table) == b'Value,Students\n"\'=1+1",12\n"bus",30\n'
    with pytest.raises(Forbidden, match="You may not explore data"):
        figures.figures_csv(person(ActorRole.MENTOR), DEMO, table)
