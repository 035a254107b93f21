"""Students who may be one stand side by side, with what differs marked, for those who may clean."""

import io

import pytest

from core import frames
from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.cleaning.profile import Table
from core.errors import Forbidden, RoleMissing
from core.schema import Role
from core.settings import Settings
from core.workflow import files, student_pairs
from core.workflow.requests import TableRequest
from core.workflow.tables import load_table

TABLE = (
    b"sid,full_name,born,hours\n001,Ana Ruiz,2001-02-03,3.5\n002,Ana Ruis,2001-02-03,\n"
    b"003,Bo Li,1999-01-01,7\n002,Ana Other,2001-02-03,9\n"
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def table(settings):
    spec = files.keep_file(LOCAL, io.BytesIO(TABLE), name="twice.csv", settings=settings)
    return TableRequest(spec, roles=(("sid", Role.STUDENT_ID),))


def test_two_students_are_compared_column_by_column(settings, table):
    (pair,) = student_pairs.side_by_side(LOCAL, table, (("001", "002"),), settings=settings)

    assert (pair.left, pair.right, pair.n_differences) == ("001", "002", 3)
    assert pair.rows[["left", "right", "differs"]].to_numpy().tolist() == [
        ["001", "002", "differs"],
        ["Ana Ruiz", "Ana Ruis", "differs"],
        ["3.5", "", "differs"],
        ["2001-02-03", "2001-02-03", ""],
    ]


def read(content, settings):
    spec = files.keep_file(LOCAL, io.BytesIO(content), name="table.csv", settings=settings)
    return TableRequest(spec, roles=(("sid", Role.STUDENT_ID),))


def test_long_numbers_are_written_in_full_and_differ_where_their_values_do(settings):
    rows = b"sid,income,debt,half\n001,1234567,20000000,0.1\n002,1234568,20000000,0.30000000000000004\n"
    (pair,) = student_pairs.side_by_side(LOCAL, read(rows, settings), (("001", "002"),), settings=settings)

    assert pair.rows[["left", "right", "differs"]].to_numpy().tolist() == [
        ["001", "002", "differs"],
        ["1234567", "1234568", "differs"],
        ["0.1", "0.30000000000000004", "differs"],
        ["20000000", "20000000", ""],
    ]


def test_ids_with_spaces_are_found_as_the_finding_names_them(settings):
    rows = (
        b"sid,full_name,born\n A  1 ,Ana Ruiz,2001-02-03\nA2 ,Ana Ruis,2001-02-03\nA2,Ana Other,2001-02-03\n"
    )
    (pair,) = student_pairs.side_by_side(LOCAL, read(rows, settings), (("A 1", "A2"),), settings=settings)

    assert (pair.left, pair.right) == ("A 1", "A2")
    assert "Ana Ruis" in pair.rows["right"].tolist()


@pytest.mark.parametrize("ids", [[7, 8, 9, 9], [7.0, 8.5, 1e15, 1e15]])
def test_ids_that_are_numbers_are_found_as_the_finding_names_them(settings, table, monkeypatch, ids):
    read_as_text = load_table(LOCAL, table, settings=settings)
    held = read_as_text.with_frame(frames.wrap(read_as_text.collect().assign(sid=ids)), note="As numbers.")
    monkeypatch.setattr(student_pairs, "load_table", lambda *_, **__: held)
    named = Table.of(held).called
    (pair,) = student_pairs.side_by_side(LOCAL, table, ((named(0), named(2)),), settings=settings)

    assert (pair.left, pair.right) == (named(0), named(2))
    assert pair.rows.loc[pair.rows["column"] == "Full name", "right"].tolist() == ["Bo Li"]


def test_a_pair_that_is_not_in_the_table_is_left_out_and_only_so_many_are_shown(settings, table, monkeypatch):
    pairs = (("001", "404"), ("003", "001"), ("001", "002"))
    shown = student_pairs.side_by_side(LOCAL, table, pairs, settings=settings)
    monkeypatch.setattr(student_pairs, "MOST_PAIRS", 1)

    assert [(one.left, one.right) for one in shown] == [("003", "001"), ("001", "002")]
    assert len(student_pairs.side_by_side(LOCAL, table, pairs, settings=settings)) == 1


def test_without_a_student_id_nobody_can_be_compared(settings, table):
    nameless = TableRequest(table.source, roles=(("sid", Role.IGNORED),))
    with pytest.raises(RoleMissing, match="No column is the student id, so students cannot be compared"):
        student_pairs.side_by_side(LOCAL, nameless, (("001", "002"),), settings=settings)


def test_only_who_may_clean_sees_the_pairs(settings, table):
    dean = Actor(who="dee", roles=frozenset({ActorRole.DEAN}), scope="all")
    for actor in (UNGATED, dean):
        with pytest.raises(Forbidden):
            student_pairs.side_by_side(actor, table, (("001", "002"),), settings=settings)
