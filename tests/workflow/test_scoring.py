"""Scoring by a published version: the same risks as in training, for one student or all."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.cleaning.columns import RenameColumn
from core.cleaning.conditions import DropRowsWhere
from core.cleaning.derive import DeriveColumn
from core.cleaning.duplicates import DropDuplicates, KeepOnePerStudent
from core.cleaning.rows import DropRows
from core.errors import AppError, ColumnNotFound, Forbidden, RepeatedIds, SchemaError, WrongKind
from core.features.known import known_features
from core.modeling.risk_model import fit_model
from core.registry.bundle import bundle_bytes, make_bundle
from core.registry.strict_json import Unreadable
from core.settings import Settings
from core.workflow import versions
from core.workflow.model_values import published_of
from core.workflow.scoring import published_model, score_file
from core.workflow.training import train
from tests.workflow.published import asked, published, school, written


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    place = tmp_path_factory.mktemp("tables") / "school.csv"
    school().to_csv(place, index=False)
    return place


@pytest.fixture(scope="module")
def trained(table, settings):
    return train(LOCAL, asked(table, settings), settings=settings)


@pytest.fixture(scope="module")
def bundle(trained, settings):
    return published(trained.request, settings, training=trained)


@pytest.fixture(scope="module")
def model(bundle, settings):
    return published_model(LOCAL, bundle.id, settings=settings)


def scored(frame, model, settings, tmp_path, name="new.csv"):
    return score_file(LOCAL, model, written(frame, tmp_path / name), settings=settings)


def test_the_students_of_training_get_the_risks_of_the_fitted_model(trained, model, settings, tmp_path):
    fitted = fit_model(trained.features, trained.validated.label, seed=trained.request.seed)
    found = scored(school(), model, settings, tmp_path)

    assert list(found.student_ids) == list(trained.features.student_ids)
    assert np.array_equal(found.risk, fitted.predict_risk(trained.features))
    assert np.array_equal(found.known_share, trained.known_share)
    assert found.notes == ()


def test_one_student_gets_the_risk_that_all_get(model, settings, tmp_path):
    students = school(15, seed=8)
    together = scored(students, model, settings, tmp_path).frame()
    alone = [
        scored(students.iloc[[row]], model, settings, tmp_path, "one.csv").frame()
        for row in range(len(students))
    ]

    pd.testing.assert_frame_equal(pd.concat(alone, ignore_index=True), together)


@hypothesis_settings(deadline=None, max_examples=8)
@given(order=st.permutations(range(30)), columns=st.permutations(list(school(1).columns)))
def test_neither_the_order_of_rows_nor_of_columns_decides(model, settings, tmp_path_factory, order, columns):
    folder = tmp_path_factory.mktemp("orders")
    students = school(30, seed=5)
    plain = scored(students, model, settings, folder).frame().set_index("student_id")
    mixed = scored(students.iloc[order][columns], model, settings, folder).frame().set_index("student_id")

    pd.testing.assert_frame_equal(mixed.loc[plain.index], plain)


def test_columns_that_decide_nothing_may_be_missing_and_others_may_be_there(model, settings, tmp_path):
    students = school(30, seed=5)
    whole = scored(students, model, settings, tmp_path)
    bare = scored(
        students.drop(columns=["result", "gender", "remark"]).assign(more=1), model, settings, tmp_path
    )

    assert np.array_equal(bare.risk, whole.risk)


@pytest.mark.parametrize("column", ["work_hours", "way", "fees_open", "student_id"])
def test_a_column_that_decides_is_named_when_it_is_missing(model, settings, tmp_path, column):
    with pytest.raises(ColumnNotFound) as refused:
        scored(school(30).drop(columns=column), model, settings, tmp_path)

    assert str(refused.value) == f"There is no column '{column}' (needed by the model)."


def with_steps(model, *steps):
    """The version, as if its recipe had ended with these steps."""
    fitted = model.recipe
    recipe = replace(fitted.recipe, steps=(*fitted.recipe.steps, *steps))
    states = (*fitted.states, *({} for _ in steps))
    return replace(model, recipe=replace(fitted, recipe=recipe, states=states))


WITHOUT_GUESTS = DropRowsWhere('remark == "Guest"')


@pytest.mark.parametrize(
    ("steps", "kind"),
    [
        ([WITHOUT_GUESTS], "drop_rows_where"),
        ([RenameColumn("remark", "status"), DropRowsWhere('status == "Guest"')], "drop_rows_where"),
        (
            [DeriveColumn("guest", 'remark == "Guest"'), DropRowsWhere("guest == 1")],
            "drop_rows_where",
        ),
        ([DropRows(("remark",))], "drop_rows"),
        ([DropDuplicates(("student_id", "remark"))], "drop_duplicates"),
        ([KeepOnePerStudent(("student_id",), "last", "remark")], "keep_one_per_student"),
    ],
)
def test_what_a_step_drops_rows_by_must_be_there(model, settings, tmp_path, steps, kind):
    with pytest.raises(ColumnNotFound) as refused:
        scored(school(30).drop(columns="remark"), with_steps(model, *steps), settings, tmp_path)

    assert str(refused.value) == f"There is no column 'remark' (needed by {kind})."


def test_a_step_that_is_off_needs_no_column_and_one_that_is_on_drops_its_rows(model, settings, tmp_path):
    students = school(30, seed=5)
    off = with_steps(model, replace(WITHOUT_GUESTS, is_on=False))
    guests = students.assign(remark=["Guest"] * 4 + ["at home"] * 26)

    assert len(scored(students.drop(columns="remark"), off, settings, tmp_path).risk) == 30
    found = scored(guests, with_steps(model, WITHOUT_GUESTS), settings, tmp_path)
    assert list(found.student_ids) == list(students["student_id"][4:])
    assert [one.row for one in found.left_out] == [1, 2, 3, 4]


def test_values_never_seen_are_told_and_add_what_rare_ones_add(trained, model, settings, tmp_path):
    students = school(30, seed=5).assign(way="boat")
    found = scored(students, model, settings, tmp_path)

    (said,) = found.notes
    assert said == (
        "'way' holds 'boat' in 30 students, which the model has never seen: it adds what rare values add, "
        "or nothing."
    )
    fitted = fit_model(trained.features, trained.validated.label, seed=trained.request.seed)
    typed = students.assign(fees_open=(students["fees_open"] == "yes").astype(float))
    table, _ = known_features(typed, model.columns, student_id="student_id")
    assert np.array_equal(found.risk, fitted.predict_risk(table))
    missing = scored(students.assign(way=None), model, settings, tmp_path)
    assert (found.risk != missing.risk).any()


def test_cells_that_cannot_be_read_are_missing_and_told(model, settings, tmp_path):
    students = school(30, seed=5)
    spoilt = students.assign(
        study_hours=students["study_hours"].astype(str).where(students.index != 3, "many")
    )
    gap = students.assign(study_hours=students["study_hours"].where(students.index != 3))
    found = scored(spoilt, model, settings, tmp_path)

    assert found.notes == ("Column 'study_hours': 1 value not readable and left missing ('many').",)
    assert np.array_equal(found.risk, scored(gap, model, settings, tmp_path).risk)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"work_hours": "many"},
            "'work_hours' was a number when the model was trained and now holds 'many'.",
        ),
        (
            {"fees_open": "perhaps"},
            "'fees_open' was a flag when the model was trained and now holds 'perhaps'.",
        ),
        (
            {"way": 3},
            "'way' held words such as 'bike' when the model was trained and now holds numbers such as '3'.",
        ),
    ],
)
def test_a_column_that_changed_its_kind_is_one_sentence(model, settings, tmp_path, changes, said):
    with pytest.raises(WrongKind) as refused:
        scored(school(30).assign(**changes), model, settings, tmp_path)

    assert str(refused.value) == said


def test_a_column_without_a_value_is_no_other_kind(model, settings, tmp_path):
    found = scored(school(30).assign(study_hours="n/a", work_hours=np.nan), model, settings, tmp_path)

    assert found.known_share.max() == 0.5


def test_a_student_twice_or_without_an_id_is_one_sentence(model, settings, tmp_path):
    twice = pd.concat([school(5), school(5).assign(study_hours=1.0)])
    with pytest.raises(RepeatedIds, match="stand in several rows"):
        scored(twice, model, settings, tmp_path)
    with pytest.raises(SchemaError, match=r"Students without 'student_id': 1\."):
        scored(school(5).assign(student_id=["1", "2", None, "4", "5"]), model, settings, tmp_path)
    with pytest.raises(AppError):
        scored(school(5).head(0), model, settings, tmp_path)


def test_the_file_is_safe_to_open_and_the_same_each_time(model, settings, tmp_path):
    students = school(3).assign(student_id=["=1+1", "b", "c"])
    lines = scored(students, model, settings, tmp_path).csv().decode().splitlines()

    assert lines[0] == "student_id,risk,known_share"
    assert lines[1].startswith('"\'=1+1","0.')
    assert scored(students, model, settings, tmp_path).csv().decode().splitlines() == lines


def test_only_who_may_see_the_list_may_score(model, bundle, settings, tmp_path):
    mentor = Actor(who="mia", roles=frozenset({ActorRole.MENTOR}), scope="all")
    for actor in (mentor, UNGATED):
        with pytest.raises(Forbidden):
            published_model(actor, bundle.id, settings=settings)
        with pytest.raises(Forbidden):
            score_file(actor, model, written(school(3), tmp_path / "a.csv"), settings=settings)


def test_active_is_the_promoted_version(bundle, settings):
    with pytest.raises(Unreadable, match=r"No model is in use yet\."):
        published_model(LOCAL, "active", settings=settings)
    versions.promote(LOCAL, bundle.id, why="the first one", settings=settings)

    assert published_model(LOCAL, "active", settings=settings).id == bundle.id


def changed(content, path, value):
    """The content with one value changed."""
    again = json.loads(json.dumps(content))
    inner = again
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return again


HOSTILE = [
    (("calibration", "kind"), "tea leaves", "'$.content.calibration' is no correction of risks."),
    (("model", "base"), "0", "'$.content.model.base' must be a number."),
    (("model", "base"), 1e300, "'$.content.model.base' is too large a number."),
    (("model", "base"), True, "'$.content.model.base' must be a number."),
    (("model", "numbers"), [], "'$.content.model' does not fit the features."),
    (("model", "numbers"), {}, "'$.content.model.numbers' must be a list."),
    (("model", "numbers", 0, "weight"), None, "'$.content.model.numbers[0].weight' must be a number."),
    (("model", "numbers", 0, "code"), "x", "'$.content.model.numbers[0]' has an unknown key 'code'."),
    (
        ("model", "categories", 0, "weights"),
        [0.0],
        "'$.content.model.categories[0].weights' does not fit the levels.",
    ),
    (
        ("model", "categories", 0, "weights"),
        [0] * 999,
        "'$.content.model.categories[0].weights' must be a list.",
    ),
    (
        ("model", "categories", 0, "pooled"),
        [99],
        "'$.content.model.categories[0].pooled[0]' must be a whole number.",
    ),
    (("features",), [], "'$.content.features' must hold features."),
    (("features", 0, "kind"), "text", "'$.content.features[0]' can be no feature."),
    (("features", 0, "role"), "protected", "'$.content.features[0]' can be no feature."),
    (("features", 0, "levels"), ["a"], "'$.content.features[0].levels' does not fit its kind."),
    (("features", 0, "name"), "way", "'$.content.features' names a feature twice."),
    (("schema",), [{"name": "a"}], "'$.content.schema' must hold columns."),
    (("schema",), "x", "'$.content.schema' must be a list."),
    (
        ("schema",),
        [{"name": ["a"], "kind": "text", "role": "feature"}],
        "'$.content.schema' must hold columns.",
    ),
]


@pytest.mark.parametrize(("path", "value", "said"), HOSTILE)
def test_a_content_that_fits_its_hash_and_nothing_else_is_refused(bundle, path, value, said):
    made = make_bundle(changed(bundle.content, path, value), published_at=bundle.published_at)

    with pytest.raises(Unreadable) as refused:
        published_of(made)
    assert str(refused.value) == f"In the model '{made.id}', {said}"
    assert bundle_bytes(made)


@pytest.mark.parametrize("recipe", [{}, {"recipe": 3, "states": [], "fitted_on": {}}, [], {"steps": []}])
def test_a_recipe_that_is_none_is_refused(bundle, recipe):
    made = make_bundle(changed(bundle.content, ("recipe",), recipe), published_at=bundle.published_at)

    with pytest.raises(AppError) as refused:
        published_of(made)
    assert "\n" not in str(refused.value)
