"""What may go wrong with a database server, one sentence for each: the same for every kind of server."""

from __future__ import annotations

from dataclasses import dataclass

from core.errors import (
    AppError,
    LoginRefused,
    SchemaChanged,
    SourceUnavailable,
    TableNotFound,
    TooLarge,
)
from core.sources.sql.access import Access


@dataclass(frozen=True)
class Sentence:
    """A kind of failure, and how it is told; a call gives the failure of one database and table."""

    kind: type[AppError]
    words: str
    """May hold {name}, {address}, {database}, {table}, {what} (table or database) and {seconds}."""
    hint: str | None = None
    retry: bool = False

    def __call__(self, access: Access, table: str) -> AppError:
        """Return the failure, in words; never with a password or a value of a row."""
        words = self.words.format(
            name=access.name,
            address=access.connection.address,
            database=access.database,
            table=table,
            what=f"the table '{table}'" if table else f"the database '{access.database}'",
            seconds=f"{access.limits.seconds:,.0f}",
        )
        return self.kind(words, hint=self.hint, retry=self.retry)


refused = Sentence(
    SourceUnavailable,
    "'{name}' refused the connection at {address}.",
    "Check host and port, and that the server runs.",
    retry=True,
)
silent = Sentence(
    SourceUnavailable,
    "'{name}' does not answer at {address}.",
    "The server is stopped, overloaded, or behind a firewall. Try again when it runs.",
    retry=True,
)
lost = Sentence(
    SourceUnavailable,
    "The connection to '{name}' was lost.",
    "Nothing was kept of what had been read. Try again.",
    retry=True,
)
no_tls = Sentence(
    SourceUnavailable,
    "No encrypted connection to '{name}' could be made: the server offers none, or its certificate is not "
    "trusted.",
    "Check 'ca_file', and that 'host' is the name in the certificate.",
)
no_login = Sentence(
    LoginRefused,
    "'{name}' did not accept the user or the password.",
    "Check 'user' and 'password' of the connection.",
)
no_database = Sentence(
    LoginRefused,
    "'{name}' has no database '{database}'.",
    "Check 'database' of the connection, or choose another one.",
)
no_grant = Sentence(
    LoginRefused,
    "The account of '{name}' may not read {what}.",
    "Ask the database's administrator for the right to read (GRANT SELECT).",
)
no_room = Sentence(
    SourceUnavailable,
    "'{name}' has too many connections and took no more.",
    "Try again in a minute.",
    retry=True,
)
no_table = Sentence(
    TableNotFound, "'{name}' has no table '{table}' any more.", "Look at the list of tables again."
)
changed = Sentence(
    SchemaChanged,
    "The columns of '{table}' in '{name}' changed while they were read.",
    "Look at the table again.",
    retry=True,
)
broken_view = Sentence(
    TableNotFound,
    "The view '{table}' of '{name}' is broken: it needs a table, a column or a right that is not there.",
    "Ask the database's administrator.",
)
locked = Sentence(
    SourceUnavailable,
    "The table '{table}' of '{name}' is locked by somebody else.",
    "Try again in a minute.",
    retry=True,
)
too_long = Sentence(
    TooLarge,
    "Reading from '{name}' took longer than its limit of {seconds} seconds and was stopped.",
    "Choose fewer rows or columns, or raise WAYMARK_READ_SECONDS.",
    retry=True,
)
