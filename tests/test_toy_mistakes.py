"""Mistakes of public student apps that the product must not make; those of models are in modeling/."""

import re
from pathlib import Path

import numpy as np
import pytest

from core import cache
from core.caseload.access import LOCAL, UNGATED
from core.errors import Forbidden
from core.features.table import FeatureColumn, FeatureTable
from core.modeling.segments import fit_segments
from core.schema import Kind, Role
from core.settings import Settings
from core.workflow import listing, requests, segmenting, training
from pages.ui import tables

ROOT = Path(__file__).resolve().parents[1]
SOURCE = [*ROOT.glob("core/**/*.py"), *ROOT.glob("pages/**/*.py"), ROOT / "app.py"]
SECRET = re.compile(
    r"(password|passwd|secret|token)\s*=\s*[\"'][^\"']+[\"']|(mysql|mongodb|postgresql)(\+\w+)?://"
    r"(?!user:password@host)\w+:",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    settings = Settings(workspace=tmp_path_factory.mktemp("workspace"))
    request = requests.demo_request(students=400, seed=5)
    return training.train(LOCAL, request, settings=settings), segmenting.segment(
        LOCAL, request, settings=settings
    )


def noise(n=600, p=4):
    names = [FeatureColumn(f"x{j}", f"X{j}", Kind.NUMBER, Role.BARRIER) for j in range(p)]
    ids = np.array([f"s{k:04d}" for k in range(n)], dtype=object)
    return FeatureTable(
        np.random.default_rng(8).random((n, p)), np.empty((n, 0), np.int32), tuple(names), ids
    )


def test_random_data_are_not_called_groups_and_no_meaning_is_tied_to_a_number():
    found = fit_segments(noise(), seed=1)

    assert found.verdict.clear is False
    assert found.verdict.words.startswith("No clear groups")
    for profile in found.profiles(3):
        assert profile.name == "" or re.search(r"[Xx]\d|alike|typical|average|like", profile.name), (
            profile.name
        )


def test_the_number_of_a_segment_is_its_place_by_size_and_says_nothing_about_risk(trained):
    model, segments = trained
    for k in segments.ks:
        sizes = segments.tables[k]["size"]
        assert list(segments.tables[k]["segment"]) == list(range(1, k + 1))
        assert sizes.is_monotonic_decreasing
    policy = listing.ForCapacity(40)
    with_, without = (listing.list_frame(LOCAL, model, policy, segments=one) for one in (segments, None))
    assert with_.drop(columns="segment").equals(without.drop(columns="segment"))


def test_no_password_or_database_address_stands_in_the_source():
    found = [f"{place}:{line}" for place in SOURCE for line in SECRET.findall(place.read_text("utf-8"))]

    assert found == []
    assert SECRET.search('password = "hunter2"')
    assert SECRET.search("mysql+pymysql://root:hunter2@db")


def test_one_viewers_rows_are_never_served_to_another(trained):
    model, _ = trained
    real = training.Training(**{**vars(model), "provenance": vars_of(model.provenance, synthetic=False)})

    assert cache.KEYS[type(LOCAL)](LOCAL) != cache.KEYS[type(LOCAL)](UNGATED)
    with pytest.raises(Forbidden):
        listing.list_page(UNGATED, real, listing.ForCapacity(3), start=0, size=3)
    with pytest.raises(Forbidden):
        listing.student_sheet(UNGATED, real, listing.ForCapacity(3), str(model.features.student_ids[0]))


def vars_of(value, **changed):
    return type(value)(**{**vars(value), **changed})


def test_need_is_told_in_words_with_a_shape_and_not_by_colour():
    assert set(tables.NEED_WORDS) == {"high", "watch", "low", "not enough known"}
    shapes = [words.split()[0] for words in tables.NEED_WORDS.values()]
    assert len(set(shapes)) == 4
    assert all(words.split(maxsplit=1)[1].casefold() == need for need, words in tables.NEED_WORDS.items())


def test_every_list_says_its_data_its_day_its_outcome_and_its_model(trained):
    model, _ = trained

    assert model.provenance.as_of == "2025-11-28"
    assert model.provenance.loaded_at.tzinfo is not None
    said = " ".join(model.about)
    for part in ("not_retained", "logistic regression", "seed 0", model.request.digest):
        assert part in said


def test_a_student_with_too_little_known_is_never_called_low(trained):
    model, _ = trained
    poor = np.zeros(model.n_students)
    bands = set(model.curve.need(listing.ForCapacity(10), known_share=poor))

    assert bands == {"high", "not enough known"}


def test_another_source_starts_afresh_and_keeps_nothing_of_the_last():
    old = requests.demo_request(students=400, seed=5).with_roles({"work_hours": Role.IGNORED})
    new = old.with_source(requests.FileSpec(path="a.csv"))

    assert (new.table.roles, new.outcome, new.cleaning.recipe) == ((), "", None)
    assert old.table.roles
