"""Triggers by which the database itself refuses to change or remove a line of the audit."""

from __future__ import annotations

import sqlalchemy as sa

SAYS = "The audit is added to only."
CHANGES = ("UPDATE", "DELETE")


def guard(connection: sa.Connection) -> None:
    """Have the engine refuse changes of the audit; doing it again does no harm.

    An engine's owner can still take the triggers away; the chain of digests then shows what was changed.
    """
    for statement in statements(connection.dialect.name):
        connection.exec_driver_sql(statement)


def statements(dialect: str) -> tuple[str, ...]:
    """Return what the engine is told."""
    if dialect == "postgresql":
        return _postgresql()
    return tuple(each for change in CHANGES for each in _by_row(dialect, change))


def _by_row(dialect: str, change: str) -> tuple[str, str]:
    name = f"audit_no_{change.lower()}"
    refuse = (
        f"BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        if dialect == "sqlite"
        else f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{SAYS}'"
    )
    made = f"CREATE TRIGGER {name} BEFORE {change} ON audit FOR EACH ROW {refuse}"
    return f"DROP TRIGGER IF EXISTS {name}", made


def _postgresql() -> tuple[str, ...]:
    refuse = f"BEGIN RAISE EXCEPTION '{SAYS}'; END"
    when = "BEFORE UPDATE OR DELETE OR TRUNCATE ON audit FOR EACH STATEMENT"
    return (
        f"CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$",
        "DROP TRIGGER IF EXISTS audit_no_change ON audit",
        f"CREATE TRIGGER audit_no_change {when} EXECUTE FUNCTION audit_refuse()",
    )
