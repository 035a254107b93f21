"""Segments as a page takes them: every K at hand, names that stay, who moves, the map, who sees whom."""

import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

from core.caseload.access import Actor, ActorRole
from core.eda.withholding import withheld
from core.errors import Forbidden, InvalidChoice, ModelError
from core.modeling import segment_umap
from core.modeling import segments as fitting
from core.modeling.policies import ForCapacity
from core.modeling.segment_identity import N_COLOURS
from core.settings import Settings
from core.workflow import segment_needs, segmenting, training
from core.workflow.requests import demo_request
from core.workflow.segmenting import Box

ANALYST = Actor("ana", frozenset({ActorRole.ANALYST}), "all")
COUNSELOR = Actor("cleo", frozenset({ActorRole.COUNSELOR}), "all")
MENTOR = Actor("mo", frozenset({ActorRole.MENTOR}), "all")
REQUEST = demo_request(students=500, seed=4)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def segments(settings):
    return segmenting.segment(COUNSELOR, REQUEST, settings=settings)


@pytest.fixture(scope="module")
def trained(settings):
    return training.train(ANALYST, REQUEST, settings=settings)


def test_every_k_has_names_keys_and_colours_of_its_own(segments):
    for k in segments.ks:
        rows = segments.view(k).rows
        assert len(rows) == k
        assert rows["segment"].tolist() == list(range(1, k + 1))
        for what in ("key", "name", "colour"):
            assert rows[what].nunique() == k
        assert rows["colour"].max() < N_COLOURS
        assert rows["size"].tolist() == np.bincount(segments.labels(k))[1:].tolist()
        assert segments.tables[k]["name"].tolist() == rows["name"].tolist()


def test_the_profile_has_every_segment_against_all_students(segments):
    view = segments.view(4)
    frame = view.profile

    assert set(frame["key"]) == set(view.rows["key"])
    assert {"label", "level", "segment_value", "everyone", "strength", "difference", "unit", "colour"} <= set(
        frame
    )
    own = view.profile_of(view.rows.loc[0, "key"], most=3)
    assert len(own) == 3
    assert own["strength"].abs().is_monotonic_decreasing
    assert view.profile_of("none").empty


def test_a_refit_that_starts_from_the_stored_segments_keeps_their_names(segments, settings):
    stored = json.loads(json.dumps(segments.identities.as_table()))
    again = segmenting.segment(COUNSELOR, REQUEST, settings=settings, earlier=stored)

    assert again.identities == segments.identities


def test_other_students_of_the_same_school_keep_keys_and_colours(segments, settings):
    stored = segments.identities.as_table()
    other = segmenting.segment(
        COUNSELOR, demo_request(students=500, seed=5), settings=settings, earlier=stored
    )
    k = segments.recommended_k
    before = {one.key: one for one in segments.identities.at(k)}
    after = {one.key: one for one in other.identities.at(k)}

    assert len(set(before) & set(after)) >= k - 1
    assert all(after[key].colour == before[key].colour for key in set(before) & set(after))


def test_moves_are_a_recount_by_hand(segments):
    before, after = segments.ks[1], segments.ks[3]
    found = segments.moves(before, after)
    keys = [
        [segments.identities.at(k)[label - 1].key for label in segments.labels(k)] for k in (before, after)
    ]
    moved = [i for i, (one, other) in enumerate(zip(*keys, strict=True)) if one != other]

    assert found.n_moved == len(moved)
    assert segments.movers(before, after).tolist() == moved
    assert segments.moves(after, before).n_moved == len(moved)
    assert segments.moves(before, before).is_empty
    with pytest.raises(InvalidChoice, match="'K' cannot be '40'"):
        segments.moves(2, 40)


def test_a_link_to_a_segment_that_is_gone_says_where_it_is(segments):
    only = next(
        one.key
        for one in segments.identities.at(12)
        if one.key not in {s.key for s in segments.identities.at(2)}
    )
    with pytest.raises(ModelError, match=f"There is no segment '{only}' at K = 2") as caught:
        segments.rows_of(2, only)
    assert caught.value.hint.endswith("12.")
    with pytest.raises(InvalidChoice, match="'K' cannot be '400'"):
        segments.rows_of(400, only)
    with pytest.raises(ModelError) as caught:
        segments.rows_of(2, "QQ")
    assert (str(caught.value), caught.value.hint) == (
        "There is no segment 'QQ' any more.", "Choose one of the segments that are shown.",
    )  # fmt: skip


def test_the_students_of_a_segment_and_of_a_box_are_told_to_who_may_see_them(segments):
    key = segments.identities.at(3)[0].key
    rows = segments.rows_of(3, key)
    page = segmenting.seen(COUNSELOR, segments, rows, start=5, size=10)

    assert page.student_ids == tuple(segments.student_ids[rows[5:15]])
    assert (page.n, page.n_hidden, page.why_empty) == (len(rows), 0, "")
    assert list(page.frame()["student_id"]) == list(page.student_ids)
    for_analyst = segmenting.seen(ANALYST, segments, rows, size=10)
    assert (for_analyst.student_ids, for_analyst.n_hidden) == ((), 10)
    assert for_analyst.why_empty == "You may not see these students."
    nobody = segmenting.seen(COUNSELOR, segments, rows[:0])
    assert nobody.why_empty == "There is nobody here."
    with pytest.raises(Forbidden, match="see the at-risk list"):
        segmenting.seen(MENTOR, segments, rows)


def test_a_box_on_the_map_gives_its_students_of_one_segment_too(segments):
    box = Box((-1.0, 1.0), (-1.0, 1.0))
    rows = segmenting.on_map(COUNSELOR, segments, box)
    places = segments.map.places

    assert rows.tolist() == np.flatnonzero((np.abs(places[0]) <= 1) & (np.abs(places[1]) <= 1)).tolist()
    one = segments.identities.at(4)[1]
    inside = segmenting.on_map(COUNSELOR, segments, box, k=4, key=one.key)
    assert inside.tolist() == [row for row in rows if segments.labels(4)[row] == 2]
    with pytest.raises(Forbidden, match="see segments"):
        segmenting.on_map(MENTOR, segments, box)


def test_outcome_rates_are_by_hand_and_withheld_where_few(segments, trained):
    label = trained.validated.label
    for k in segments.ks:
        rates = segments.view(k).rates
        sizes = np.bincount(segments.labels(k))[1:]
        for i, row in enumerate(rates.itertuples()):
            own = label[(segments.labels(k) == i + 1) & ~np.isnan(label)]
            assert row.is_withheld == withheld(sizes)[i]
            if not row.is_withheld:
                assert row.rate == pytest.approx(own.mean())
                assert row.low <= row.rate <= row.high


def test_without_an_outcome_there_are_segments_and_no_rates(settings):
    request = REQUEST.with_outcome("")

    assert segmenting.segment(COUNSELOR, request, settings=settings).view(2).rates.empty


def test_the_need_mix_is_a_recount_by_hand_at_any_cut(segments, trained):
    needs = segment_needs.segment_needs(COUNSELOR, trained, segments)
    for n in (0, 1, 50, 499, 900):
        policy = ForCapacity(n)
        bands = trained.curve.need(policy, known_share=trained.known_share)
        for k in (2, 5, 12):
            found = needs.at(k, policy)
            for i, row in found.iterrows():
                own = bands[segments.labels(k) == i + 1]
                assert [row[band] for band in segment_needs.BANDS] == [
                    (own == b).sum() for b in segment_needs.BANDS
                ]
            assert found["n"].sum() == segments.n_students


def test_the_need_mix_of_other_students_is_refused(segments, trained):
    others = replace(segments, student_ids=segments.student_ids[::-1])
    with pytest.raises(ModelError) as caught:
        segment_needs.segment_needs(COUNSELOR, trained, others)

    assert str(caught.value) == "The list and the segments are of different students."


def test_the_map_by_umap_is_of_the_same_students(segments, settings, monkeypatch):
    monkeypatch.setattr(segment_umap, "_embedded", lambda points, seed: points[:, :2] + seed)
    found = segmenting.umap(COUNSELOR, REQUEST, segments, settings=settings)

    assert found.method == "UMAP"
    assert found.n_students == segments.n_students
    assert found.density(3)["n"].sum() == segments.n_students
    box = Box(found.range_of(0), found.range_of(1))
    assert len(segmenting.on_map(COUNSELOR, segments, box, chart=found)) == segments.n_students
    with pytest.raises(Forbidden, match="see segments"):
        segmenting.umap(MENTOR, REQUEST, segments, settings=settings)


@pytest.fixture(scope="module")
def shown(settings):
    """The segments of a table that is large enough for a preview here, and what came before them."""
    previews = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fitting, "PREVIEW_SAMPLE", 300)
        found = segmenting.segment(COUNSELOR, REQUEST, settings=settings, on_preview=previews.append)
    return found, previews


def test_a_preview_is_of_its_students_alone(shown):
    found, (preview,) = shown
    rows = preview.found.rows

    assert (preview.found.is_preview, preview.n_students, len(rows)) == (True, 300, 300)
    assert list(preview.student_ids) == list(found.student_ids[rows])
    assert preview.map.n_students == 300
    for k in preview.ks:
        view = preview.view(k)
        assert view.rows["size"].sum() == len(preview.labels(k)) == preview.map.density(k)["n"].sum() == 300
    page = segmenting.seen(COUNSELOR, preview, preview.rows_of(2, preview.identities.at(2)[0].key), size=5)
    assert set(page.student_ids) <= set(found.student_ids[rows])


def test_the_outcome_rates_of_a_preview_are_of_its_students(shown, trained):
    _, (preview,) = shown
    label = trained.validated.label[preview.found.rows]
    rates = preview.view(2).rates

    assert not rates["is_withheld"].any()
    for number, row in enumerate(rates.itertuples(), start=1):
        own = label[(preview.labels(2) == number) & ~np.isnan(label)]
        assert (row.n_known, row.rate) == (len(own), pytest.approx(own.mean()))


def test_what_follows_a_preview_is_of_everyone_and_a_preview_has_no_need_mix(shown, trained):
    found, (preview,) = shown

    assert not found.found.is_preview
    assert list(found.student_ids) == list(trained.features.student_ids)
    with pytest.raises(ModelError, match="The list and the segments are of different students"):
        segment_needs.segment_needs(COUNSELOR, trained, preview)


def test_a_small_school_has_no_preview(segments, settings):
    previews = []
    found = segmenting.segment(COUNSELOR, REQUEST, settings=settings, on_preview=previews.append)

    assert previews == []
    assert found.digest == segments.digest


def test_segments_go_through_a_job_unchanged(segments):
    back = pickle.loads(pickle.dumps(segments))

    for k in back.ks:
        assert back.view(k).rows.equals(segments.view(k).rows)
        assert back.map.density(k).equals(segments.map.density(k))
    assert back.identities == segments.identities
