"""Whether an account may do more than read."""

from __future__ import annotations

import sqlalchemy as sa

RIGHTS = sa.text(
    """
    SELECT 'SUPERUSER' FROM pg_roles WHERE rolname = current_user AND rolsuper
    UNION ALL
    SELECT 'CREATE ' || what FROM (
        SELECT 'ROLE' AS what FROM pg_roles WHERE rolname = current_user AND rolcreaterole
        UNION ALL SELECT 'DATABASE' FROM pg_roles WHERE rolname = current_user AND rolcreatedb
        UNION ALL SELECT 'SCHEMA' WHERE has_database_privilege(current_database(), 'CREATE')
        UNION ALL SELECT 'TABLE' WHERE EXISTS (
            SELECT FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
            AND has_schema_privilege(oid, 'CREATE'))) AS made
    UNION ALL
    SELECT word FROM unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS word WHERE EXISTS (
        SELECT FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'v', 'f') AND nspname !~ '^pg_' AND nspname <> 'information_schema'
        AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, word))
    """
)


def rights_beyond_reading(connection: sa.Connection) -> tuple[str, ...]:
    """Return the rights of the account in this database that are more than reading."""
    found = tuple(str(row[0]) for row in connection.execute(RIGHTS))
    return found[:1] if found[:1] == ("SUPERUSER",) else found
