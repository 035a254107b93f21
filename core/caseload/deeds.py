"""Who does something, when, and why: what every change of the store is signed with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from core.caseload.words import checked
from core.errors import InvalidChoice


@dataclass(frozen=True)
class Deed:
    """The signature under a change; raises InvalidChoice for a time without a zone or a name that is none."""

    who: str
    at: datetime
    """In UTC, whatever zone it was given in."""
    why: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise InvalidChoice(f"The time {self.at} has no zone.", hint="Give it in UTC.")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        object.__setattr__(self, "who", checked(self.who, what="name of who does it", most=200))

    @property
    def day(self) -> date:
        """The day in UTC."""
        return self.at.date()
