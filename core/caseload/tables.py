"""The tables of the store of cases, alike in SQLite, MariaDB/MySQL and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

LONGEST_ID = 200
"""Characters of a student id, a name of a person, a scope or a token."""
LONGEST_WORD = 40


class Key(sa.types.TypeDecorator[str]):
    """Text that is equal only if every byte is: MySQL takes ``s1`` and ``S1 `` for the same otherwise."""

    impl = sa.String
    cache_ok = True

    def __init__(self, length: int = LONGEST_ID) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Any]:
        """Return bytes for MySQL, and text in the order of its characters for the others."""
        if dialect.name == "mysql":
            return dialect.type_descriptor(mysql.VARBINARY(4 * self.length))
        collation = "C" if dialect.name == "postgresql" else None
        return dialect.type_descriptor(sa.String(self.length, collation=collation))

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> Any:
        """Return the bytes of the text for MySQL."""
        return value.encode() if value is not None and dialect.name == "mysql" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> str | None:
        """Return text."""
        return bytes(value).decode() if isinstance(value, bytes | bytearray) else value


class Moment(sa.types.TypeDecorator[datetime]):
    """A time in UTC, to the microsecond on every engine, as text that sorts; see ``written``."""

    impl = sa.String(26)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        """Return the time as text."""
        return None if value is None else written(value)

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Return the time with its zone."""
        return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def written(moment: datetime) -> str:
    """Return a time in UTC as text; raises ValueError for one without a zone.

    >>> written(datetime(2026, 11, 21, 10, tzinfo=UTC))
    '2026-11-21T10:00:00.000000'
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


Packed = sa.LargeBinary().with_variant(mysql.LONGBLOB(), "mysql")
NAMES = {"pk": "pk_%(table_name)s", "ix": "ix_%(table_name)s_%(column_0_N_name)s"}

metadata = sa.MetaData(naming_convention=NAMES)


def _table(name: str, *parts: Any) -> sa.Table:
    return sa.Table(name, metadata, *parts, mysql_engine="InnoDB", mysql_charset="utf8mb4")


schema_version = _table(
    "schema_version",
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("applied_at", Moment, nullable=False),
)
audit = _table(
    "audit",
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", Key(), nullable=False),
    sa.Column("what", Key(), nullable=False),
    sa.Column("about", Key(), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Column("before", Key(64), nullable=False),
    sa.Column("digest", Key(64), nullable=False),
    sa.Index(None, "about"),
)
audit_head = _table(
    "audit_head",
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("digest", Key(64), nullable=False),
)
list_states = _table(
    "list_states",
    sa.Column("digest", Key(64), primary_key=True),
    sa.Column("n_students", sa.Integer, nullable=False),
    sa.Column("student_ids", Packed, nullable=False),
    sa.Column("risks", Packed, nullable=False),
)
policies = _table(
    "policies",
    sa.Column("scope", Key(), primary_key=True),
    sa.Column("kind", Key(LONGEST_WORD), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("author", Key(), nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("saved_at", Moment, nullable=False),
    sa.Column("expires_on", sa.Date),
    sa.Column("undoes", sa.Integer),
    sa.Column("restores", sa.Integer),
    sa.Column("n_listed", sa.Integer),
    sa.Column("listed", Packed),
    sa.Column("state", Key(64), sa.ForeignKey("list_states.digest", name="fk_policies_state")),
)
assignments = _table(
    "assignments",
    sa.Column("school", Key(LONGEST_WORD), primary_key=True),
    sa.Column("student_id", Key(), primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("mentor", Key(), nullable=False),
    sa.Column("by", Key(), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("since", Moment, nullable=False),
    sa.Column("until", Moment),
    sa.Index(None, "school", "mentor"),
)
contacts = _table(
    "contacts",
    sa.Column("id", Key(LONGEST_WORD), primary_key=True),
    sa.Column("school", Key(LONGEST_WORD), nullable=False),
    sa.Column("student_id", Key(), nullable=False),
    sa.Column("kind", Key(LONGEST_WORD), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("happened_on", sa.Date, nullable=False),
    sa.Column("by", Key(), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("amends", Key(LONGEST_WORD), sa.ForeignKey("contacts.id", name="fk_contacts_amends")),
    sa.Index(None, "school", "student_id"),
)
next_steps = _table(
    "next_steps",
    sa.Column("id", Key(LONGEST_WORD), primary_key=True),
    sa.Column("school", Key(LONGEST_WORD), nullable=False),
    sa.Column("student_id", Key(), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    sa.Column("by", Key(), nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("done_by", Key()),
    sa.Column("done_at", Moment),
    sa.Index(None, "school", "student_id"),
)
saved_views = _table(
    "saved_views",
    sa.Column("id", Key(LONGEST_WORD), primary_key=True),
    sa.Column("school", Key(LONGEST_WORD), nullable=False),
    sa.Column("name", Key(), nullable=False),
    sa.Column("owner", Key(), nullable=False),
    sa.Column("is_shared", sa.Boolean, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
    sa.Column("saved_at", Moment, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(None, "school", "owner"),
)
FIRST = (
    audit, audit_head, list_states, policies, assignments, contacts, next_steps,
)  # fmt: skip
"""The tables of the first form; a change to one of them is a migration of its own."""
