"""How a database is reached: a new session for every question, read only, bounded, and watched."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeVar

import sqlalchemy as sa

from core.errors import AppError
from core.sources.sql import sentences
from core.sources.sql.access import Access
from core.sources.sql.family import Family
from core.sources.sql.line import Line
from core.sources.sql.question import answered
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
        self._opening = threading.local()

    @cached_property
    def _engine(self) -> sa.Engine:
        return sa.create_engine(
            sa.URL.create(self.family.driver),
            creator=lambda: self.family.connect(replace(self.access, line=self._opening.line)),
            poolclass=sa.NullPool,
            pool_reset_on_return=None,
            hide_parameters=True,
            isolation_level=self.family.isolation,
        )

    @contextlib.contextmanager
    def session(self, *, seconds: float = 0.0, line: Line | None = None) -> Iterator[Session]:
        """Run the block in a session that sees one state of the database.

        A statement may take ``seconds``, or the limit for silence where that is longer. Once ``line`` is
        given up, no statement is begun. Raises SourceUnavailable, LoginRefused, HostRefused.
        """
        with line or Line() as own:
            connection = self._connected(own)
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
                with contextlib.suppress(*self.family.errors):
                    connection.close()

    def _connected(self, line: Line) -> sa.Connection:
        """Return a connection that begins nothing once its line is given up."""
        # SQLAlchemy passes nothing on to the creator, which it calls in this thread.
        self._opening.line = line
        with self.told():
            connection = self._engine.connect()

        def check(*_given: Any) -> None:
            if line.is_given_up:
                raise sentences.lost(self.access, "")

        sa.event.listen(connection, "before_cursor_execute", check)
        return connection

    @contextlib.contextmanager
    def told(self, table: str = "") -> Iterator[None]:
        """Run the block; what the driver raises in it becomes a sentence."""
        try:
            yield
        except self.family.errors as error:
            raise self.family.fault(error, self.access, table=table) from error

    def ask(self, question: Callable[[sa.Connection], Result], *, table: str = "") -> Result:
        """Return the answer to a question that needs little work; raises as ``session`` does.

        Raises SourceUnavailable too when the whole of it takes longer than two silences.
        """
        opened: list[Session] = []
        line = Line()

        def job() -> Result:
            with self.session(line=line) as session, self.told(table):
                opened.append(session)
                return question(session.connection)

        return answered(job, stop=lambda: self._stop(opened, [line]), access=self.access, table=table)

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
        line, asking = Line(), Line()

        def job() -> Result:
            with self.session(seconds=limits.seconds, line=line) as session:
                opened.append(session)
                if line.is_given_up:
                    raise sentences.lost(self.access, "")
                return work(session)

        def stop() -> None:
            leave()
            self._stop(opened, [line, asking], tag)

        return watched(
            job,
            ask=lambda: self._ask_if_alive(asking),
            stop=stop,
            limits=limits,
            name=self.access.name,
            tell=tell,
        )

    def _ask_if_alive(self, line: Line) -> None:
        """Do nothing if the server lives; raises SourceUnavailable."""
        try:
            with line:
                self.family.ping(replace(self.access, line=line))
        except self.family.errors as error:
            if not self.family.is_busy(error):
                raise self.family.fault(error, self.access, table="") from error

    def _stop(self, opened: list[Session], lines: list[Line], tag: str = "") -> None:
        """End the work on the server as well as can be done in a second; never raises."""
        for line in lines:
            line.give_up()
        # Only now: a session that is opened later finds that it is not wanted.
        numbers = []
        for session in opened:
            with contextlib.suppress(*self.family.errors):
                numbers.append(self.family.number_of(session.raw))
        if numbers or tag:
            farewell = threading.Thread(target=self._say_stop, args=(numbers, tag), daemon=True)
            farewell.start()
            farewell.join(FAREWELL_SECONDS)
        for session in opened:
            self.family.hang_up(session.raw)
        for line in lines:
            line.cut()

    def _say_stop(self, numbers: list[int], tag: str) -> None:
        with contextlib.suppress(*self.family.errors, AppError):
            self.family.stop(self.access, numbers, tag)
