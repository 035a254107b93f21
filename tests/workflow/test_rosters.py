"""Who sees which students of the list, what a cut makes of them, and what leaves as a file."""

import csv
import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from core.caseload.access import Actor, ActorRole
from core.caseload.listed import ListState
from core.caseload.roster_values import told_column
from core.errors import Forbidden, InvalidChoice
from core.modeling.thresholds import AtScore, ForCapacity
from core.settings import Settings
from core.workflow import listing, requests, rosters, segmenting, training
from core.workflow.rosters import Between, Marks, OneOf, Query, SegmentLabels, SortBy

REQUEST = requests.demo_request(students=240, seed=3)
POLICY = ForCapacity(30)
EVERY = ("rank", "student_id", "name", "need", "risk", "reasons", "strengths", "segment", "listed")


def person(*roles, scope="all"):
    return Actor(who="ana", roles=frozenset(roles), scope=scope)


COUNSELOR, ANALYST, MENTOR = person(ActorRole.COUNSELOR), person(ActorRole.ANALYST), person(ActorRole.MENTOR)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    settings = Settings(workspace=tmp_path_factory.mktemp("workspace"))
    return training.train(ANALYST, REQUEST, settings=settings)


@pytest.fixture(scope="module")
def segments(tmp_path_factory):
    settings = Settings(workspace=tmp_path_factory.mktemp("workspace"))
    return segmenting.segment(ANALYST, REQUEST, settings=settings)


@pytest.fixture(scope="module")
def prepared(trained, segments):
    return rosters.prepare_roster(COUNSELOR, trained, segments=SegmentLabels.of(segments, 3))


def everybody(actor, prepared, **choices):
    return rosters.roster_page(actor, prepared, Query(size=500, columns=EVERY), POLICY, **choices)


def test_the_list_says_what_the_other_list_says(prepared, trained):
    mine = everybody(COUNSELOR, prepared).rows
    theirs = listing.list_page(COUNSELOR, trained, POLICY, start=0, size=500).rows

    for column in ["rank", "student_id", "name", "need", "risk", "reasons"]:
        assert mine[column].tolist() == theirs[column].tolist(), column
    assert mine["listed"].tolist() == ["listed"] * 30 + [""] * (trained.n_students - 30)


@pytest.mark.parametrize(
    "policy", [ForCapacity(0), ForCapacity(30), ForCapacity(999), AtScore(0.3), AtScore(1)]
)
def test_a_need_is_found_by_the_students_who_are_said_to_have_it(prepared, policy):
    all_of_them = rosters.roster_page(COUNSELOR, prepared, Query(size=500), policy).rows

    for need in ["high", "watch", "low", "not enough known"]:
        found = rosters.roster_page(
            COUNSELOR, prepared, Query(size=500, where=(OneOf("need", (need,)),)), policy
        )
        expected = all_of_them[all_of_them["need"] == need]
        assert found.rows["student_id"].tolist() == expected["student_id"].tolist()


def test_values_outside_of_the_training_are_not_enough_known(trained):
    outside = np.zeros(trained.n_students, dtype=int)
    outside[trained.curve.order[-5:]] = 1
    prepared = rosters.prepare_roster(COUNSELOR, trained, outside=outside)
    query = Query(size=500, where=(OneOf("need", ("not enough known",)),), columns=("rank", "need"))

    found = rosters.roster_page(COUNSELOR, prepared, query, POLICY).rows

    n = trained.n_students
    assert set(range(n - 4, n + 1)) <= set(found["rank"])
    assert set(found["need"]) == {"not enough known"}


class Steady:
    def __init__(self, listed):
        self.listed = listed


def test_a_list_that_keeps_students_decides_who_is_listed(prepared, trained):
    listed = trained.curve.listed(POLICY)
    out, kept = trained.curve.order[29], trained.curve.order[30]
    listed[out], listed[kept] = False, True
    rows = everybody(COUNSELOR, prepared, steady=Steady(listed)).rows
    high = Query(size=500, where=(OneOf("need", ("high",)),), columns=("rank",))
    found = rosters.roster_page(COUNSELOR, prepared, high, POLICY, steady=Steady(listed)).rows

    assert rows["need"].tolist()[28:31] == ["high", "watch", "high"]
    assert found["rank"].tolist() == [*range(1, 30), 31]


def test_a_mentor_sees_and_counts_the_students_assigned_to_them_and_nobody_else(prepared):
    own = everybody(COUNSELOR, prepared).student_ids[5:200:40]
    page = everybody(MENTOR, prepared, assigned=[*own[::-1], "S999999"])

    assert page.student_ids == own
    assert (page.n_found, page.n_students, page.words) == (5, 5, "students 1 to 5 of 5")
    stranger = Query(search="S0", size=500)
    assert rosters.roster_page(MENTOR, prepared, stranger, POLICY, assigned=own).n_found == 5
    choice = rosters.roster_choice(MENTOR, prepared, POLICY, "listed", assigned=own)
    assert choice.n_missing + sum(count for _, count in choice.values) == 5


def test_an_analyst_who_is_a_mentor_sees_and_takes_along_a_mentors_students_only(prepared):
    both = person(ActorRole.ANALYST, ActorRole.MENTOR)
    own = everybody(COUNSELOR, prepared).student_ids[5:200:40]

    page = everybody(both, prepared, assigned=own)
    content = rosters.export_roster(both, prepared, Query(columns=("name",)), POLICY, assigned=own)

    assert page.student_ids == own
    assert page.rows["name"].tolist() == everybody(MENTOR, prepared, assigned=own).rows["name"].tolist()
    assert [one["student_id"] for one in csv.DictReader(content.decode().splitlines())] == list(own)
    assert everybody(both, prepared).is_empty


def test_a_mentor_without_students_sees_nobody(prepared):
    page = everybody(MENTOR, prepared)

    assert (page.is_empty, page.why_empty) == (True, "There are no students.")


def test_who_may_not_see_students_gets_ids_only_and_finds_nobody_by_name(prepared):
    named = everybody(COUNSELOR, prepared)
    name = named.rows["name"][0]
    query = Query(search=name)

    page = everybody(ANALYST, prepared)

    assert (page.student_ids, page.not_known) == (named.student_ids, ("name",))
    assert rosters.roster_page(COUNSELOR, prepared, query, POLICY).n_found >= 1
    assert rosters.roster_page(ANALYST, prepared, query, POLICY).n_found == 0
    assert "name" not in listing.list_page(ANALYST, prepared.training, POLICY, start=0, size=5).rows


@pytest.mark.parametrize("use_case", ["roster_page", "export_roster"])
def test_a_dean_may_not_see_the_list(prepared, use_case):
    with pytest.raises(Forbidden, match="You may not"):
        getattr(rosters, use_case)(person(ActorRole.DEAN), prepared, Query(), POLICY)


def test_a_mentor_may_not_export(prepared):
    with pytest.raises(Forbidden, match="You may not export the list"):
        rosters.export_roster(MENTOR, prepared, Query(), POLICY)


class Notes:
    """Mentors, contacts and next steps of a few students, as the store answers them."""

    def __init__(self, ids):
        self.ids = ids

    def of(self, student_ids):
        return np.array([{0: "mia", 1: "ben"}.get(self.place(one), "") for one in student_ids], dtype=object)

    def days_since(self, student_ids, *, on):
        days = [on.day - self.place(one) if one in self.ids else np.nan for one in student_ids]
        return np.array(days, dtype=float)

    def text_of(self, student_ids):
        return np.array(["call" if one in self.ids else "" for one in student_ids], dtype=object)

    def place(self, one):
        return self.ids.index(one) if one in self.ids else -1


def test_marks_bring_mentors_contacts_and_next_steps(prepared):
    ids = list(everybody(COUNSELOR, prepared).student_ids[3:6])
    notes = Notes(ids)
    marked = rosters.with_marks(COUNSELOR, prepared, Marks(date(2026, 9, 20), notes, notes, notes))
    columns = ("student_id", "days", "mentor", "next_step")
    sort = (SortBy("days"),)

    page = rosters.roster_page(COUNSELOR, marked, Query(size=4, sort=sort, columns=columns), POLICY)
    mine = Query(where=(OneOf("mentor", ("ben",)),), columns=columns)

    assert page.rows["student_id"].tolist()[:3] == ids[::-1]
    assert page.rows["days"].tolist()[:3] == [18.0, 19.0, 20.0]
    assert np.isnan(page.rows["days"][3])
    assert page.rows["mentor"].tolist() == ["", "ben", "mia", ""]
    assert page.rows["next_step"].tolist() == ["call", "call", "call", ""]
    assert rosters.roster_page(COUNSELOR, marked, mine, POLICY).student_ids == (ids[1],)
    assert "next_step" in rosters.roster_page(ANALYST, marked, mine, POLICY).not_known
    assert rosters.roster_page(COUNSELOR, prepared, Query(columns=columns), POLICY).not_known == columns[1:]


def test_another_k_changes_the_segments_and_nothing_else(prepared, segments):
    other = rosters.with_segments(COUNSELOR, prepared, SegmentLabels.of(segments, 4))
    new = {one.key for one in segments.identities.at(4)} - {one.key for one in segments.identities.at(3)}
    place = [one.key for one in segments.identities.at(4)].index(min(new))
    query = Query(where=(OneOf("segment", (min(new),)),), columns=("segment",))

    found = rosters.roster_page(COUNSELOR, other, query, POLICY)
    assert found.n_found == (segments.labels(4) == place + 1).sum()
    assert set(rosters.roster_page(COUNSELOR, other, query, POLICY).rows["segment"]) == {
        segments.tables[4]["name"][place]
    }
    with pytest.raises(InvalidChoice, match="in the column 'segment'"):
        rosters.roster_page(COUNSELOR, prepared, query, POLICY)


def test_students_chosen_elsewhere_narrow_the_list_within_what_may_be_seen(prepared, trained):
    chosen = np.sort(trained.curve.order[[3, 50, 7]])
    ids = trained.features.student_ids

    page = everybody(COUNSELOR, prepared, among=chosen)
    own = everybody(MENTOR, prepared, among=chosen, assigned=[ids[chosen[0]], "S999999"])

    assert page.rows["rank"].tolist() == [4, 8, 51]
    assert own.student_ids == (ids[chosen[0]],)


def saved_state(trained):
    """A list of 25, when two had other risks and one student has left since."""
    ids, risk = trained.features.student_ids, trained.validated.risk.copy()
    risk[trained.curve.order[0]] = 0.0
    listed = trained.curve.listed(ForCapacity(25))
    listed[trained.curve.order[0]] = False
    listed[trained.curve.order[100]] = True
    kept = np.delete(np.arange(len(ids)), trained.curve.order[200])
    return ListState.of([*ids[kept], "gone"], risk=[*risk[kept], 0.9], listed=[*listed[kept], True])


def test_who_joined_and_left_since_the_list_was_saved(trained):
    prepared = rosters.prepare_roster(COUNSELOR, trained, saved=saved_state(trained))
    query = Query(size=500, columns=("rank", "status", "change"))
    rows = rosters.roster_page(COUNSELOR, prepared, query, POLICY).rows
    new = Query(where=(OneOf("status", ("new",)),))

    assert rows["rank"][rows["status"] == "new"].tolist() == [1, *range(26, 31)]
    assert rows["rank"][rows["status"] == "left"].tolist() == [101]
    assert rows["change"][0] == f"risk 0 % then, {round(trained.curve.risk[0] * 100)} % now"
    assert rows["change"][100].endswith("as before: the cut or others changed")
    assert rows["change"][200] == "was not in the data"
    assert rosters.roster_page(COUNSELOR, prepared, new, POLICY).n_found == 6
    moves = rosters.roster_moves(COUNSELOR, prepared, POLICY)
    assert moves.words == "6 joined and 1 left since the list was saved, 1 more are no longer in the data."


def test_a_mentor_is_told_of_their_own_who_joined_and_left(trained):
    prepared = rosters.prepare_roster(COUNSELOR, trained, saved=saved_state(trained))
    ids = trained.features.student_ids[trained.curve.order]

    moves = rosters.roster_moves(MENTOR, prepared, POLICY, assigned=[ids[0], ids[5], ids[100]])

    assert (moves.n_new, moves.n_left, moves.n_gone) == (1, 1, 0)
    assert rosters.roster_moves(MENTOR, prepared, POLICY, assigned=["gone"]).n_gone == 1
    assert (
        rosters.roster_moves(MENTOR, prepared, POLICY).words
        == "Nobody joined or left since the list was saved."
    )
    assert rosters.roster_moves(COUNSELOR, rosters.prepare_roster(COUNSELOR, trained), POLICY) is None


def test_a_file_holds_the_query_whatever_its_page_and_is_written_down_first(prepared):
    query = Query(start=25, size=2, where=(Between("rank", high=3),), columns=("rank", "name"), search="s0")
    written = []

    content = rosters.export_roster(COUNSELOR, prepared, query, POLICY, log=written.append)

    assert content.decode().splitlines()[0] == "student_id,rank,name"
    assert [line.split(",")[1] for line in content.decode().splitlines()[1:]] == ["1", "2", "3"]
    assert content == rosters.export_roster(COUNSELOR, prepared, query, POLICY)
    (one,) = written
    assert (one.who, one.n_students, one.columns) == ("ana", 3, ("student_id", "rank", "name"))
    assert (one.view, one.was_searched) == ("size=2&columns=rank+name&in.rank=..3.0", True)
    assert one.policy == "the 30 students with the highest risk"


def test_of_filters_too_long_for_a_link_their_columns_and_digest_are_written_down(prepared):
    hours = Between("work_hours", low=1.0, or_missing=True)
    needs = OneOf("need", ("high", "watch", "low", "not enough known") * 50)
    written = []

    for where in ((hours,), (hours, needs), (replace(hours, low=2.0), needs)):
        wanted = Query(where=where, columns=("rank",), search="s0")
        rosters.export_roster(COUNSELOR, prepared, wanted, POLICY, log=written.append)

    link, one, other = (line.view for line in written)
    assert link.startswith("columns=rank&in.work_hours=")
    assert re.fullmatch(r"filters on work_hours, need; sha256 [0-9a-f]{64}", one)
    assert other != one
    assert written[1].was_searched


def test_a_file_that_cannot_be_written_down_is_not_handed_out(prepared):
    def refuse(_):
        raise InvalidChoice("The log is full.")

    with pytest.raises(InvalidChoice, match="The log is full"):
        rosters.export_roster(COUNSELOR, prepared, Query(), POLICY, log=refuse)


def test_a_name_that_a_spreadsheet_would_run_is_made_harmless(trained):
    names = trained.names.copy()
    names[trained.curve.order[0]] = "=cmd()"
    prepared = rosters.prepare_roster(COUNSELOR, replace(trained, names=names))
    query = Query(where=(Between("rank", high=1),), columns=("name",))

    assert rosters.export_roster(COUNSELOR, prepared, query, POLICY).decode().endswith(',"\'=cmd()"\n')


class Sure:
    """Says of each rank that it is sure."""

    def __init__(self, rows=()):
        self.rows = rows

    def intervals(self, rows):
        return Sure(rows)

    def words(self):
        return [f"row {row}, surely" for row in self.rows]


def test_ranks_with_intervals_and_trends_are_shown_and_written(trained):
    sure = rosters.prepare_roster(COUNSELOR, trained, intervals=Sure())
    trend = told_column("trend", "Logins by week", lambda rows: [[1.0, None, 2.5] for _ in rows])
    drawn = replace(sure, roster=sure.roster.with_columns(trend))
    query = Query(size=1, where=(Between("rank", high=1),), columns=("interval", "trend"))

    page = rosters.roster_page(COUNSELOR, drawn, query, POLICY)

    assert page.rows["interval"].tolist() == [f"row {trained.curve.order[0]}, surely"]
    assert page.rows["trend"].tolist() == [[1.0, None, 2.5]]
    assert page.titles["trend"] == "Logins by week"
    assert rosters.export_roster(COUNSELOR, drawn, query, POLICY).decode().endswith('surely","1  2.5"\n')


def test_reasons_that_take_many_scores_are_written_for_few(trained, monkeypatch):
    monkeypatch.setattr(type(trained.explainer), "is_sum", False)
    monkeypatch.setattr(rosters, "MOST_SCORED", 2)
    prepared = rosters.prepare_roster(COUNSELOR, trained)

    with pytest.raises(InvalidChoice, match="The column 'Why' cannot be written for 3 students"):
        rosters.export_roster(COUNSELOR, prepared, Query(where=(Between("rank", high=3),)), POLICY)


def test_what_is_told_one_by_one_is_written_for_few(prepared, monkeypatch):
    monkeypatch.setattr(rosters, "MOST_TOLD", 100)

    with pytest.raises(InvalidChoice) as told:
        rosters.export_roster(COUNSELOR, prepared, Query(columns=("strengths",)), POLICY)

    assert (
        str(told.value)
        == f"The column 'Strengths' cannot be written for {prepared.roster.n_students} students."
    )
    assert told.value.hint == "At most 100: leave the column out, or choose fewer students."


def test_without_the_front_door_only_made_up_students_are_listed(prepared):
    page = everybody(person(ActorRole.COUNSELOR, scope="synthetic"), prepared)

    assert page.n_students == prepared.roster.n_students
    assert set(rosters.roster_choices(MENTOR, prepared, POLICY)) >= {"need", "listed", "work_hours", "device"}
