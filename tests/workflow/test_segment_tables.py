"""A line a segment, its places on the map, and its students: what a page is given, and what it is not."""

from dataclasses import replace

import numpy as np
import pytest

from core.caseload.access import Actor, ActorRole
from core.errors import ColumnNotFound, Forbidden, InvalidChoice, ModelError
from core.modeling import segment_map
from core.modeling.policies import ForCapacity
from core.settings import Settings
from core.workflow import segment_needs, segment_tables, segmenting, training
from core.workflow.requests import demo_request

ANALYST = Actor("ana", frozenset({ActorRole.ANALYST}), "all")
COUNSELOR = Actor("cleo", frozenset({ActorRole.COUNSELOR}), "all")
MENTOR = Actor("mo", frozenset({ActorRole.MENTOR}), "all")
REQUEST = demo_request(students=400, seed=4)
POLICY = ForCapacity(60)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def segments(settings):
    return segmenting.segment(COUNSELOR, REQUEST, settings=settings)


@pytest.fixture(scope="module")
def trained(settings):
    return training.train(ANALYST, REQUEST, settings=settings)


def test_a_line_has_what_is_known_and_nothing_else(segments, trained, settings):
    needs = segment_needs.segment_needs(COUNSELOR, trained, segments)
    again = segmenting.stability(COUNSELOR, REQUEST, segments, settings=settings)
    bare = segment_tables.overview(COUNSELOR, replace(segments, views=_without_rates(segments)), k=3)
    full = segment_tables.overview(COUNSELOR, segments, k=3, needs=needs, policy=POLICY, stability=again)

    assert bare.columns.tolist() == ["segment", "key", "colour", "name", "size", "share"]
    assert full.columns.tolist()[6:] == ["high", "watch", "low", "not enough known", "outcome", "again"]
    assert (full["high"] * full["size"]).sum() == pytest.approx(60)
    assert full["again"].tolist() == [one.words for one in again.of(3).segments]


def _without_rates(segments):
    return {k: replace(view, rates=view.rates.head(0)) for k, view in segments.views.items()}


def test_an_outcome_is_said_with_its_interval_or_why_not():
    assert segment_tables._rate(0.244, 0.2, 0.291, hidden=False) == "24 % (20 to 29)"
    assert segment_tables._rate(np.nan, np.nan, np.nan, hidden=False) == "not known"
    assert segment_tables._rate(0.2, 0.1, 0.3, hidden=True) == "not shown: few students"


@pytest.mark.parametrize("dimensions", [2, 3])
def test_the_map_names_nobody_and_has_a_letter_for_each_segment(segments, dimensions):
    view = segment_tables.map_view(COUNSELOR, segments, k=4, dimensions=dimensions)
    places = list("xyz"[:dimensions])

    assert view.shows_points
    assert view.rows.columns.tolist() == [*places, "key", "colour"]
    assert len(view.rows) == segments.n_students
    assert view.marks["key"].tolist() == [one.key for one in segments.identities.at(4)]
    for key, own in view.rows.groupby("key"):
        (mark,) = view.marks.loc[view.marks["key"] == key, places].to_numpy()
        apart = ((own[places] - own[places].mean()) ** 2).sum(axis=1)
        assert mark == pytest.approx(own.loc[apart.idxmin(), places].to_numpy(dtype=float), abs=0.002)


def test_many_students_are_squares_whose_students_add_up(segments, monkeypatch):
    monkeypatch.setattr(segment_map, "MOST_POINTS", 100)
    view = segment_tables.map_view(COUNSELOR, segments, k=4)

    assert not view.shows_points
    assert view.rows.columns.tolist() == ["x1", "x2", "y1", "y2", "n", "key", "colour"]
    assert view.rows["n"].sum() == segments.n_students


def test_students_come_in_the_order_of_the_list_and_no_page_repeats_one(segments, trained):
    rows = segments.rows_of(3, "A")
    asked = {"training": trained, "policy": POLICY}
    pages = [
        segment_tables.students_of(COUNSELOR, segments, rows, start=start, size=25, **asked).frame()
        for start in range(0, len(rows), 25)
    ]
    ids = [one for page in pages for one in page["student_id"]]
    places = np.concatenate([page["place"].to_numpy() for page in pages])

    assert sorted(ids) == sorted(segments.student_ids[rows])
    assert (np.diff(places) > 0).all()
    assert trained.features.student_ids[trained.curve.order[places - 1]].tolist() == ids


def test_a_list_of_another_request_gives_no_order(segments, trained):
    other = replace(trained, request=trained.request.with_outcome("final_grade < 50"))
    found = segment_tables.students_of(
        COUNSELOR, segments, segments.rows_of(3, "A"), training=other, policy=POLICY
    )

    assert found.frame().columns.tolist() == ["student_id"]


def test_an_analyst_sees_the_segments_and_no_student(segments, trained):
    rows = segments.rows_of(3, "A")
    found = segment_tables.students_of(ANALYST, segments, rows, training=trained, policy=POLICY)

    assert found.is_empty
    assert found.why_empty == "You may not see these students."
    assert found.frame().empty


def test_a_mentor_gets_neither_lines_nor_map(segments):
    for use_case in (segment_tables.overview, segment_tables.map_view):
        with pytest.raises(Forbidden):
            use_case(MENTOR, segments, k=3)


def test_columns_and_weight_make_other_segments_with_another_digest(segments, settings):
    own = segmenting.segment(COUNSELOR, REQUEST, settings=settings, columns=("travel_minutes", "work_hours"))
    heavy = segmenting.segment(COUNSELOR, REQUEST, settings=settings, category_weight=2.0)

    assert sorted(own.columns) == ["travel_minutes", "work_hours"]
    assert len({segments.digest, own.digest, heavy.digest}) == 3
    assert segments.digest == segmenting.segment(COUNSELOR, REQUEST, settings=settings).digest
    assert set(segments.columns) <= set(segments.choices) == set(own.choices)
    with pytest.raises(ColumnNotFound):
        segmenting.segment(COUNSELOR, REQUEST, settings=settings, columns=("travel_minuets",))


def test_a_k_above_the_different_students_says_the_largest(settings):
    few = segmenting.segment(COUNSELOR, REQUEST, settings=settings, columns=("device",))

    with pytest.raises(ModelError, match=r"there are only \d different students") as caught:
        segment_tables.overview(COUNSELOR, few, k=12)
    assert caught.value.hint == f"The largest K possible is {few.found.largest_k}."
    with pytest.raises(InvalidChoice):
        segment_tables.overview(COUNSELOR, few, k=1)


def test_a_protected_attribute_is_never_a_choice(segments):
    assert not {"gender", "ethnicity"} & set(segments.choices)
    assert "not_retained" not in segments.choices
