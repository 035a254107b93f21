"""What holds for every school, however small and whatever is switched on."""

from hypothesis import given, settings
from hypothesis import strategies as st

from core.schema import Kind
from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource

specs = st.builds(
    DemoSpec,
    students=st.integers(1, 200),
    seed=st.integers(0, 2**63 - 1),
    terms=st.integers(2, 12),
    dirt=st.booleans(),
    leaks=st.booleans(),
    drift=st.booleans(),
    mentoring=st.booleans(),
)


def students_of(spec):
    return DemoSource(spec).load("students")


@settings(max_examples=40, deadline=None)
@given(specs)
def test_ids_are_unique_without_dirt_and_all_there_with_it(spec):
    ids = students_of(spec).collect()["student_id"]
    expected = {f"S{number:06d}" for number in range(1, spec.students + 1)}
    assert expected <= set(ids)
    if not spec.dirt:
        assert len(ids) == spec.students


@settings(max_examples=40, deadline=None)
@given(specs)
def test_every_value_is_in_range_or_in_the_truth(spec):
    dataset, truth = students_of(spec), DemoSource(spec).truth()
    frame = dataset.collect()
    for column in dataset.schema.of_kind(Kind.NUMBER):
        known = dataset.schema.column(column)
        held = frame[column]
        if held.dtype == "str":
            continue
        planted = truth.dirt.loc[truth.dirt["column"] == column, "student_id"]
        outside = frame.loc[~held.between(known.lowest, known.highest), "student_id"]
        copies = truth.dirt.loc[truth.dirt["kind"] == "near_duplicate"].set_index("student_id")["clean"]
        assert set(outside.replace(copies.to_dict())) <= set(planted)


@settings(max_examples=25, deadline=None)
@given(specs)
def test_the_truth_has_every_student_once_and_every_risk_is_a_probability(spec):
    truth = DemoSource(spec).truth()
    assert truth.students["student_id"].is_unique
    assert len(truth.students) == spec.students == truth.segments["n"].sum()
    for name in ("risk", "risk_if_mentored", "risk_if_not_mentored", "mentoring_chance"):
        assert truth.students[name].between(0, 1).all()
    assert (truth.students["risk_if_mentored"] <= truth.students["risk_if_not_mentored"]).all()


@settings(max_examples=15, deadline=None)
@given(specs)
def test_every_row_of_every_table_belongs_to_a_student(spec):
    source = DemoSource(spec)
    known = set(source.truth().students["student_id"])
    for table in ("enrolments", "grades", "attendance", "surveys", "mentor_notes", "lms_events"):
        assert set(source.load(table).collect()["student_id"]) <= known
