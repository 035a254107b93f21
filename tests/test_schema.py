"""A schema finds columns by role and kind, and changes by making another."""

import pytest

from core.errors import ColumnNotFound
from core.schema import Column, Kind, Role, Schema

SCHEMA = Schema(
    (
        Column("student", Kind.TEXT, Role.STUDENT_ID),
        Column("gender", Kind.CATEGORY, Role.PROTECTED),
        Column("work_hours", Kind.NUMBER, Role.BARRIER, label="Paid work"),
    )
)


def test_names_are_found_by_role_in_the_order_of_the_table():
    assert SCHEMA.names() == ("student", "gender", "work_hours")
    assert SCHEMA.names(Role.BARRIER, Role.PROTECTED) == ("gender", "work_hours")
    assert SCHEMA.student_id == "student"


def test_names_are_found_by_kind():
    assert SCHEMA.of_kind(Kind.NUMBER, Kind.CATEGORY) == ("gender", "work_hours")


def test_a_column_shows_its_label_or_its_name():
    assert [column.title for column in SCHEMA] == ["student", "gender", "Paid work"]


def test_a_changed_role_says_who_changed_it_and_the_old_schema_stays():
    changed = SCHEMA.with_roles(
        {"work_hours": Role.IGNORED, "gender": Role.PROTECTED}, reason="set by the user"
    )

    assert changed.column("work_hours").role is Role.IGNORED
    assert changed.column("work_hours").reason == "set by the user"
    assert changed.column("gender").reason == ""
    assert SCHEMA.column("work_hours").role is Role.BARRIER


def test_an_unknown_column_names_the_nearest():
    with pytest.raises(ColumnNotFound, match="There is no column 'work hours'") as caught:
        SCHEMA.with_roles({"work hours": Role.IGNORED})

    assert "Did you mean 'work_hours'?" in caught.value.hint


def test_a_schema_without_an_id_says_none():
    assert SCHEMA.only(("gender",)).student_id is None
    assert "gender" in SCHEMA.only(("gender",))
    assert "student" not in SCHEMA.only(("gender",))
