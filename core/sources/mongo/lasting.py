"""Work that may last: watched while the server does it, kept within the limits, ended on both sides."""

from __future__ import annotations

import contextlib
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pymongo.errors import PyMongoError

from core.errors import AppError, SourceUnavailable
from core.sources.mongo.answers import Answers, Request
from core.sources.mongo.client import ADMIN, Server
from core.sources.watch import watched

KILL_SECONDS = 2.0
Result = TypeVar("Result")


@dataclass(frozen=True, eq=False)
class Run:
    """Work that is under way; all that it asks bears its mark, by which the server can end it."""

    client: Any
    seconds: float
    """How long the server may take for one question."""
    tag: str
    is_over: threading.Event
    """Nobody waits for the work any more."""

    def answers(self, request: Request) -> contextlib.closing[Answers]:
        """Return the batches of an aggregation, to be used in a ``with``: its cursor ends with the block."""
        return contextlib.closing(Answers(self.client, request, tag=self.tag, seconds=self.seconds))


def lasting(server: Server, work: Callable[[Run], Result], *, tell: Callable[[], Any]) -> Result:
    """Return what the work gives, done in a thread; ``tell`` is called at every look.

    Raises SourceUnavailable when the server falls silent or ends, TooLarge past the limit of seconds, and
    what ``work`` or ``tell`` raise. However it ends, the work on the server ends as well.
    """
    limits = server.connections.limits
    tag, is_over = f"waymark {uuid.uuid4().hex}", threading.Event()

    def run() -> Result:
        with server.patient() as client:
            return work(Run(client, limits.seconds, tag, is_over))

    with server.quick(seconds=limits.connect_seconds) as pulse:

        def ask() -> None:
            try:
                pulse[ADMIN].command("ping")
            except PyMongoError:
                raise SourceUnavailable(
                    f"'{server.name}' stopped answering.",
                    hint="Nothing was kept of what it had sent. Try again when it runs.",
                    retry=True,
                ) from None

        def stop() -> None:
            is_over.set()
            threading.Thread(target=_kill, args=(server, tag), daemon=True).start()

        return watched(run, ask=ask, stop=stop, limits=limits, name=server.name, tell=tell)


def _kill(server: Server, tag: str) -> None:
    """End what the server still does for us, as far as the account may; its own operations it may."""
    ours = [{"$currentOp": {}}, {"$match": {"command.comment": tag}}, {"$project": {"opid": 1}}]
    with contextlib.suppress(AppError), server.quick(seconds=KILL_SECONDS) as client:
        for operation in client[ADMIN].aggregate(ours):
            client[ADMIN].command("killOp", op=operation["opid"])
