"""What may go wrong with a database server, one sentence for each: the same for every kind of server."""

from __future__ import annotations

from core.errors import (
    AppError,
    LoginRefused,
    SchemaChanged,
    SourceUnavailable,
    TableNotFound,
    TooLarge,
)
from core.sources.sql.family import Access


def refused(access: Access, _table: str) -> AppError:
    """Return the sentence for: nobody listens at the address."""
    return SourceUnavailable(
        f"'{access.name}' refused the connection at {access.connection.address}.",
        hint="Check host and port, and that the server runs.",
        retry=True,
    )


def silent(access: Access, _table: str) -> AppError:
    """Return the sentence for: the server says nothing."""
    return SourceUnavailable(
        f"'{access.name}' does not answer at {access.connection.address}.",
        hint="The server is stopped, overloaded, or behind a firewall. Try again when it runs.",
        retry=True,
    )


def lost(access: Access, _table: str) -> AppError:
    """Return the sentence for: the line broke."""
    return SourceUnavailable(
        f"The connection to '{access.name}' was lost.",
        hint="Nothing was kept of what had been read. Try again.",
        retry=True,
    )


def no_tls(access: Access, _table: str) -> AppError:
    """Return the sentence for: no encrypted connection."""
    return SourceUnavailable(
        f"No encrypted connection to '{access.name}' could be made: the server offers none, or its "
        "certificate is not trusted.",
        hint="Check 'ca_file', and that 'host' is the name in the certificate.",
    )


def no_login(access: Access, _table: str) -> AppError:
    """Return the sentence for: the login failed."""
    return LoginRefused(
        f"'{access.name}' did not accept the user or the password.",
        hint="Check 'user' and 'password' of the connection.",
    )


def no_database(access: Access, _table: str) -> AppError:
    """Return the sentence for: no such database."""
    return LoginRefused(
        f"'{access.name}' has no database '{access.database}'.",
        hint="Check 'database' of the connection, or choose another one.",
    )


def no_grant(access: Access, table: str) -> AppError:
    """Return the sentence for: no right to read."""
    what = f"the table '{table}'" if table else f"the database '{access.database}'"
    return LoginRefused(
        f"The account of '{access.name}' may not read {what}.",
        hint="Ask the database's administrator for the right to read (GRANT SELECT).",
    )


def no_room(access: Access, _table: str) -> AppError:
    """Return the sentence for: too many connections."""
    return SourceUnavailable(
        f"'{access.name}' has too many connections and took no more.",
        hint="Try again in a minute.",
        retry=True,
    )


def no_table(access: Access, table: str) -> AppError:
    """Return the sentence for: a table that went away."""
    return TableNotFound(
        f"'{access.name}' has no table '{table}' any more.", hint="Look at the list of tables again."
    )


def changed(access: Access, table: str) -> AppError:
    """Return the sentence for: columns that changed meanwhile."""
    return SchemaChanged(
        f"The columns of '{table}' in '{access.name}' changed while they were read.",
        hint="Look at the table again.",
        retry=True,
    )


def broken_view(access: Access, table: str) -> AppError:
    """Return the sentence for: a view whose parts are gone."""
    return TableNotFound(
        f"The view '{table}' of '{access.name}' is broken: it needs a table, a column or a right that is "
        "not there.",
        hint="Ask the database's administrator.",
    )


def locked(access: Access, table: str) -> AppError:
    """Return the sentence for: somebody holds the table."""
    return SourceUnavailable(
        f"The table '{table}' of '{access.name}' is locked by somebody else.",
        hint="Try again in a minute.",
        retry=True,
    )


def too_long(access: Access, _table: str) -> AppError:
    """Return the sentence for: a read beyond its time."""
    return TooLarge(
        f"Reading from '{access.name}' took longer than its limit of {access.limits.seconds:,.0f} seconds "
        "and was stopped.",
        hint="Choose fewer rows or columns, or raise WAYMARK_READ_SECONDS.",
        retry=True,
    )
