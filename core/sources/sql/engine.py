"""How a database is reached: a new session for every question, read only, bounded, and watched."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa

from core.errors import AppError
from core.sources.sql.family import Access, Family
from core.sources.watch import watched

Result = TypeVar("Result")
FAREWELL_SECONDS = 1.0
"""How long is waited until the server was told to stop."""


@dataclass(frozen=True)
class Session:
    """A session with a server, as SQLAlchemy and as the driver know it."""

    connection: sa.Connection
    raw: Any


class Engine:
    """Opens sessions with one database, and runs long work in them under watch.

    A session is opened for each question and closed after it: none is ever stale, and what
    happened to one does not reach the next.
    """

    def __init__(self, family: Family, access: Access) -> None:
        self.family = family
        self.access = access

    @cached_property
    def _engine(self) -> sa.Engine:
        return sa.create_engine(
            self.family.url(),
            creator=lambda: self.family.connect(self.access),
            poolclass=sa.NullPool,
            pool_reset_on_return=None,
            hide_parameters=True,
            isolation_level=self.family.isolation,
        )

    @contextlib.contextmanager
    def session(self, *, seconds: float = 0.0) -> Iterator[Session]:
        """Run the block in a session that sees one state of the database.

        A statement may take ``seconds``, or the limit for silence where that is longer.
        Raises SourceUnavailable, LoginRefused, HostRefused.
        """
        with self.told():
            connection = self._engine.connect()
        raw = connection.connection.dbapi_connection
        is_done = False
        try:
            with self.told():
                self.family.be_patient(raw, max(seconds, self.access.limits.silent_seconds))
                self.family.begin(connection)
            yield Session(connection, raw)
            is_done = True
        finally:
            if not is_done:
                # Whatever is still on its way is not waited for.
                self.family.hang_up(raw)
            with contextlib.suppress(*self.family.faults):
                connection.close()

    @contextlib.contextmanager
    def told(self, table: str = "") -> Iterator[None]:
        """Run the block; what the driver raises in it becomes a sentence."""
        try:
            yield
        except self.family.faults as error:
            raise self.family.fault(error, self.access, table=table) from error

    def ask(self, question: Callable[[sa.Connection], Result], *, table: str = "") -> Result:
        """Return the answer to a question that needs little work; raises as ``session`` does."""
        with self.session() as session, self.told(table):
            return question(session.connection)

    def watch(
        self,
        work: Callable[[Session], Result],
        *,
        tag: str = "",
        tell: Callable[[], Any] | None = None,
        leave: Callable[[], Any] = lambda: None,
    ) -> Result:
        """Return what long work in a session gives, run in a thread while the server is asked if it lives.

        ``tag`` marks statements that other sessions run for this work: they are ended with it;
        ``leave`` is called when nobody waits for the work any more.
        Raises what the work raises, SourceUnavailable, TooLarge past the time limit.
        """
        limits = self.access.limits
        opened: list[Session] = []

        def job() -> Result:
            with self.session(seconds=limits.seconds) as session:
                opened.append(session)
                return work(session)

        return watched(
            job,
            ask=self._ask_if_alive,
            stop=lambda: self._stop(opened, tag, leave),
            limits=limits,
            name=self.access.name,
            tell=tell,
        )

    def _ask_if_alive(self) -> None:
        """Do nothing if the server lives; raises SourceUnavailable."""
        try:
            self.family.ping(self.access)
        except self.family.faults as error:
            if not self.family.is_busy(error):
                raise self.family.fault(error, self.access, table="") from error

    def _stop(self, opened: list[Session], tag: str, leave: Callable[[], Any]) -> None:
        """End the work on the server as well as can be done in a second; never raises."""
        leave()
        numbers = [self.family.number_of(session.raw) for session in opened]
        farewell = threading.Thread(target=self._say_stop, args=(numbers, tag), daemon=True)
        farewell.start()
        farewell.join(FAREWELL_SECONDS)
        for session in opened:
            self.family.hang_up(session.raw)

    def _say_stop(self, numbers: list[int], tag: str) -> None:
        with contextlib.suppress(*self.family.faults, AppError):
            self.family.stop(self.access, numbers, tag)
