"""Where a segment leads: shared barriers by hand, the school's supports, and bad lists refused in words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from core.caseload.access import Actor, ActorRole
from core.errors import BadFile, ColumnNotFound, Forbidden, ModelError, TooLarge
from core.modeling.intervals import wilson
from core.settings import Settings
from core.workflow import segment_helped, segment_supports, segmenting, training
from core.workflow.requests import demo_request
from core.workflow.segment_helped import which_helped
from core.workflow.segment_supports import school_supports, supports_by_segment
from core.workflow.students import students

ANALYST = Actor("ana", frozenset({ActorRole.ANALYST}), "all")
MENTOR = Actor("mo", frozenset({ActorRole.MENTOR}), "all")
REQUEST = demo_request(students=500, seed=4)
HEADER = "barrier,support,who,contact\n"


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def segments(settings):
    return segmenting.segment(ANALYST, REQUEST, settings=settings)


@pytest.fixture(scope="module")
def trained(settings):
    return training.train(ANALYST, REQUEST, settings=settings)


@pytest.fixture
def own_list(settings):
    """Give the school a list of its own for one test."""
    place = settings.workspace / segment_supports.FILE

    def write(text):
        place.write_bytes(text if isinstance(text, bytes) else (HEADER + text).encode())
        return settings

    yield write
    place.unlink(missing_ok=True)


def test_the_demo_schools_list_fits_the_demo_school(segments, settings):
    found = supports_by_segment(ANALYST, REQUEST, segments, settings=settings)

    assert found.notes == ("The demo school's supports and contacts are made up.",)
    assert not found.is_empty
    assert ("work_hours > 15", "Paid work is above 15") in found.barriers


def test_shares_are_a_recount_by_hand(segments, settings):
    found = supports_by_segment(ANALYST, REQUEST, segments, settings=settings)
    work = students(ANALYST, REQUEST.cleaning, settings=settings).table.collect()["work_hours"].to_numpy()
    known = ~np.isnan(work)
    for k in (2, 4):
        for i, one in enumerate(segments.identities.at(k)):
            frame = found.frame(k, one.key).set_index("barrier")
            own = work[known & (segments.labels(k) == i + 1)] > 15
            row = frame.loc["work_hours > 15"]
            assert row["share"] == pytest.approx(own.mean())
            assert row["everyone"] == pytest.approx((work[known] > 15).mean())
            assert row["is_shared"] == (own.mean() >= 0.25 and row["times"] >= 1.25)


def test_supports_are_those_of_the_shared_barriers_in_their_order(segments, settings):
    found = supports_by_segment(ANALYST, REQUEST, segments, settings=settings)
    shown = 0
    for one in segments.identities.at(4):
        frame, offers = found.frame(4, one.key), found.supports(4, one.key)
        shared = frame[frame["is_shared"]]
        wanted = [s.support for barrier in shared["barrier"] for s in found.offered if s.barrier == barrier]
        assert offers["support"].tolist() == wanted
        shown += len(offers)
    assert shown > 0
    assert found.frame(4, "QQ").empty
    assert found.supports(4, "QQ").empty


def test_a_small_segment_tells_no_share(segments, own_list):
    found = supports_by_segment(ANALYST, REQUEST, segments, settings=own_list("work_hours > 15,Grant,,\n"))
    for k in segments.ks:
        for i, one in enumerate(segments.identities.at(k)):
            if (segments.labels(k) == i + 1).sum() < 10:
                assert found.frame(k, one.key)["share"].isna().all()


def test_a_school_has_a_list_of_its_own(segments, own_list):
    text = 'care_hours > 10,Nursery,Services,x@y.example\n\nnothing > 1,Grant,,\ngender == "female",Talk,,\n'
    found = supports_by_segment(ANALYST, REQUEST, segments, settings=own_list(text))

    assert [one.support for one in found.offered] == ["Nursery", "Grant", "Talk"]
    assert found.barriers == (("care_hours > 10", "Care for family is above 10"),)
    assert found.notes[0].startswith(
        "The barrier 'nothing > 1' (line 4) is left out: There is no column 'nothing'"
    )
    assert found.notes[1].endswith("'gender' has the role 'protected', and a barrier is a feature.")


def test_a_list_that_fits_nowhere_is_empty_and_says_so(segments, own_list):
    found = supports_by_segment(ANALYST, REQUEST, segments, settings=own_list("nothing > 1,Grant,,\n"))

    assert found.is_empty
    assert found.why_empty == "No barrier on the list of supports fits this table."
    assert found.frame(2, "A").empty


def test_columns_may_stand_in_any_order_and_with_a_mark_at_the_start(own_list):
    given = b"\xef\xbb\xbfWho,Support,Contact,Barrier\r\nLibrary,Laptop,lib@x.example,a > 1\r\n"
    (one,) = school_supports(ANALYST, REQUEST, settings=own_list(given))

    assert (one.barrier, one.support, one.who, one.contact, one.line) == (
        "a > 1", "Laptop", "Library", "lib@x.example", 2,
    )  # fmt: skip


FIRST = "Its first line is: barrier,support,who,contact"
VALID = "Valid: 'barrier', 'support', 'who', 'contact'."
LINE = b"barrier,support,who,contact"
BAD = [
    (b"", "'supports.csv' lacks 'barrier', 'support', 'who', 'contact'.", FIRST),
    (LINE[:19], "'supports.csv' lacks 'contact'.", FIRST),
    (LINE + b",price", "'price' is not one of its columns in 'supports.csv'.", VALID),
    (LINE + b",who", "'who' stands there twice in 'supports.csv'.", "Delete one of the two."),
    (
        "a > 1,Grant,Office\n",
        "Line 2 of 'supports.csv' has 3 cells, not 4.",
        "A cell with a comma in it stands in quotes.",
    ),
    ("a > 1,,x,y\n", "Line 2 of 'supports.csv' has no 'support'.", "Fill it in, or delete the line."),
    ("a > 1,b,,\n ,b,,\n", "Line 3 of 'supports.csv' has no 'barrier'.", "Fill it in, or delete the line."),
    (
        "a > 1,Grant,,\na > 1,Grant,x,\n",
        "Line 3 of 'supports.csv' repeats 'Grant' of line 2.",
        "Delete one of the two.",
    ),
    (
        f"a > 1,{'x' * 301},,\n",
        "'support' in line 2 of 'supports.csv' is longer than 300 characters.",
        "Say it shorter.",
    ),
    (
        '"a > 1,Grant,,\n',
        "'supports.csv' cannot be read as CSV.",
        'Quotes inside a quoted cell are doubled: "".',
    ),
    (LINE + b"\n\xff,b,c,d\n", "'supports.csv' is not UTF-8 text.", "Save it as CSV in UTF-8."),
]


@pytest.mark.parametrize(("text", "message", "hint"), BAD)
def test_a_bad_list_is_refused_with_its_line(own_list, text, message, hint):
    with pytest.raises(BadFile) as caught:
        school_supports(ANALYST, REQUEST, settings=own_list(text))

    assert (str(caught.value), caught.value.hint) == (message, hint)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"x" * (257 * 1024), "'supports.csv' is larger than 256 KiB."),
        ("".join(f"a > 1,Grant {i},,\n" for i in range(501)), "'supports.csv' has more than 500 lines."),
        ("".join(f"a > {i},Grant,,\n" for i in range(61)), "'supports.csv' has more than 60 barriers."),
    ],
)
def test_a_list_that_is_too_long_is_refused(own_list, text, message):
    with pytest.raises(TooLarge) as caught:
        school_supports(ANALYST, REQUEST, settings=own_list(text))

    assert str(caught.value) == message


def test_only_who_sees_segments_sees_their_supports(segments, settings):
    with pytest.raises(Forbidden, match="see segments"):
        supports_by_segment(MENTOR, REQUEST, segments, settings=settings)
    with pytest.raises(Forbidden, match="see segments"):
        school_supports(MENTOR, REQUEST, settings=settings)


def test_without_records_nobody_says_what_helped(segments, trained):
    found = which_helped(ANALYST, trained, segments, k=2, key=segments.identities.at(2)[0].key)

    assert found.is_empty
    assert found.why_empty == "No record of supports given yet: which of them helped cannot be said."
    assert found.frame().empty


def test_with_records_both_rates_are_by_hand_and_the_caution_stands_beside_them(segments, trained):
    one = segments.identities.at(2)[0]
    rows = segments.rows_of(2, one.key)
    rows = rows[~np.isnan(trained.validated.label[rows])]
    ids, given = segments.student_ids[rows], np.arange(len(rows)) % 3 == 0
    records = pd.DataFrame(
        {"student_id": [*ids[given], *ids[:4]], "support": ["Grant"] * given.sum() + ["Nursery"] * 4}
    )
    found = which_helped(ANALYST, trained, segments, k=2, key=one.key, records=records)

    label = trained.validated.label[rows]
    grant, nursery = found.rows.to_dict("records")
    assert (grant["support"], grant["n_given"], grant["n_others"]) == ("Grant", given.sum(), (~given).sum())
    assert grant["rate_given"] == pytest.approx(label[given].mean())
    assert (grant["low_others"], grant["high_others"]) == wilson(
        int(label[~given].sum()), int((~given).sum())
    )
    assert nursery["is_withheld"]
    assert np.isnan(nursery["rate_given"])
    assert np.isnan(nursery["n_others"])
    assert "does not prove that it helped" in found.caution


def test_records_of_others_or_without_their_columns(segments, trained):
    key = segments.identities.at(2)[0].key
    strangers = pd.DataFrame({"student_id": ["nobody"], "support": ["Grant"]})

    assert (
        which_helped(ANALYST, trained, segments, k=2, key=key, records=strangers).why_empty
        == segment_helped.NOBODY
    )
    with pytest.raises(ColumnNotFound, match="There is no column 'support'"):
        which_helped(ANALYST, trained, segments, k=2, key=key, records=strangers[["student_id"]])


def test_students_that_have_changed_since_are_refused(segments, settings):
    fewer = replace(segments, student_ids=segments.student_ids[:300])
    with pytest.raises(ModelError) as caught:
        supports_by_segment(ANALYST, REQUEST, fewer, settings=settings)

    assert str(caught.value) == "The students have changed since the segments were found."
