"""What a counselor asks of a list: a capacity, a team's talks, a risk, a share to find, or two prices.

A policy is a wish; ``ThresholdCurve.n_listed`` says how many students it lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from math import isfinite
from types import MappingProxyType
from typing import Any, ClassVar

from core.errors import AppError, InvalidChoice, choices_hint

MOST = 10**9
"""A count or a price above this is a slip of the finger."""
COUNT = f"It is a whole number from 0 to {MOST:,}."


@dataclass(frozen=True)
class AtScore:
    """List every student with at least this risk; raises InvalidChoice outside 0 to 1."""

    kind: ClassVar[str] = "score"
    risk: float

    def __post_init__(self) -> None:
        if not _is_number(self.risk) or not 0 <= self.risk <= 1:
            raise InvalidChoice(
                f"The threshold cannot be {self.risk}.", hint="It is a risk: a number from 0 to 1."
            )

    def describe(self) -> str:
        """Return the policy in words."""
        return f"everybody with a risk of {self.risk:g} or more"


@dataclass(frozen=True)
class ForCapacity:
    """List this many students, the highest risks first; raises InvalidChoice below 0."""

    kind: ClassVar[str] = "capacity"
    n: int

    def __post_init__(self) -> None:
        if not _is_count(self.n):
            raise InvalidChoice(f"The capacity cannot be {self.n}.", hint=COUNT)

    def describe(self) -> str:
        """Return the policy in words."""
        return f"the {self.n:,} students with the highest risk"


@dataclass(frozen=True)
class ForTeam:
    """List as many students as a team can talk to once; raises InvalidChoice for what is no count.

    >>> ForTeam(mentors=12, talks=6, weeks=3).n, ForTeam(mentors=1, talks=6, weeks=1).describe()
    (216, 'the 6 students with the highest risk: 1 mentor x 6 talks a week x 1 week')
    """

    kind: ClassVar[str] = "team"
    mentors: int
    talks: int
    """Talks of one mentor in a week."""
    weeks: int

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not _is_count(value):
                raise InvalidChoice(f"The number of {one.name} cannot be {value}.", hint=COUNT)
        if self.n > MOST:
            raise InvalidChoice(f"A team cannot have {self.n:,} talks.", hint=f"At most {MOST:,}.")

    @property
    def n(self) -> int:
        """The capacity: one talk a student."""
        return self.mentors * self.talks * self.weeks

    @property
    def parts(self) -> str:
        """How the capacity comes about, in words."""
        return f"{_counted(self.mentors, 'mentor')} x {_counted(self.talks, 'talk')} a week x " + _counted(
            self.weeks, "week"
        )

    def describe(self) -> str:
        """Return the policy in words."""
        return f"the {self.n:,} students with the highest risk: {self.parts}"


@dataclass(frozen=True)
class ForRecall:
    """List the fewest students among whom this share of those with the outcome is found.

    Counted by the known outcomes; where nobody is known to have the outcome, by the risks. Raises
    InvalidChoice outside 0 to 1.
    """

    kind: ClassVar[str] = "recall"
    share: float

    def __post_init__(self) -> None:
        if not _is_number(self.share) or not 0 <= self.share <= 1:
            raise InvalidChoice(
                f"The share to find cannot be {self.share}.", hint="It is a number from 0 to 1, such as 0.8."
            )

    def describe(self) -> str:
        """Return the policy in words."""
        return f"the fewest students among whom {100 * self.share:g} % of those with the outcome are found"


@dataclass(frozen=True)
class ForCost:
    """List so that the expected cost is least; of lists that cost the same, the shortest.

    Costs are in any one unit. A student is listed whose risk times the cost of being missed is more than the
    rest of the risk times the cost of a false alarm, as in Elkan (The foundations of cost-sensitive learning,
    2001). Raises InvalidChoice for costs that are not above 0.
    """

    kind: ClassVar[str] = "cost"
    false_alarm: float
    """Of a student listed without the outcome."""
    missed: float
    """Of a student with the outcome who is not listed."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if not _is_number(value) or not 0 < value <= MOST:
                named = one.name.replace("_", " ")
                called = f"a {named}" if one.name == "false_alarm" else f"a student {named}"
                raise InvalidChoice(
                    f"The cost of {called} cannot be {value}.",
                    hint=f"It is a number above 0, up to {MOST:,}; only the ratio of the two counts.",
                )

    @property
    def risk(self) -> float:
        """The risk above which listing costs less than not listing."""
        return self.false_alarm / (self.false_alarm + self.missed)

    def describe(self) -> str:
        """Return the policy in words."""
        return (
            f"the list with the least expected cost: {self.false_alarm:g} a false alarm, "
            f"{self.missed:g} a student missed"
        )


ThresholdPolicy = AtScore | ForCapacity | ForTeam | ForRecall | ForCost
Counted = ForCapacity | ForTeam
"""The policies that name a number of students themselves, as ``n``."""
KINDS: Mapping[str, type[ThresholdPolicy]] = MappingProxyType(
    {one.kind: one for one in (ForCapacity, ForTeam, AtScore, ForRecall, ForCost)}
)
"""The name that a policy has in JSON."""
WHOLE = ("n", "mentors", "talks", "weeks")


class BadPolicy(AppError):
    """A policy that was kept or sent cannot be read."""


def policy_to_json(policy: ThresholdPolicy) -> dict[str, Any]:
    """Return a policy as plain values.

    >>> policy_to_json(ForTeam(12, 6, 3))
    {'kind': 'team', 'mentors': 12, 'talks': 6, 'weeks': 3}
    """
    return {"kind": policy.kind} | {one.name: getattr(policy, one.name) for one in fields(policy)}


def policy_from_json(value: object) -> ThresholdPolicy:
    """Return the policy of plain values; raises BadPolicy for what is none, InvalidChoice for its numbers.

    Nothing is guessed: a kind or a field that is not known, missing, or of another type is refused.
    """
    if not isinstance(value, Mapping):
        raise BadPolicy("A policy must be an object.", hint="With a 'kind' and its numbers.")
    found = value.get("kind")
    if not isinstance(found, str) or found not in KINDS:
        shown = str(found)[:40]
        raise BadPolicy(f"There is no policy of the kind '{shown}'.", hint=choices_hint(shown, list(KINDS)))
    made = KINDS[found]
    names = [one.name for one in fields(made)]
    for key in value:
        if key not in ("kind", *names):
            shown = str(key)[:40]
            raise BadPolicy(
                f"A policy of the kind '{found}' has no '{shown}'.", hint=choices_hint(shown, names)
            )
    for name in names:
        _must_be_number(found, name, value)
    numbers: dict[str, Any] = {name: value[name] if name in WHOLE else float(value[name]) for name in names}
    return made(**numbers)


def _must_be_number(kind: str, name: str, value: Mapping[str, Any]) -> None:
    """Do nothing for a field that is there and holds a number; raises BadPolicy."""
    if name not in value:
        raise BadPolicy(f"A policy of the kind '{kind}' needs '{name}'.", hint="It is a number.")
    number = value[name]
    is_right = _is_count(number) and isinstance(number, int) if name in WHOLE else _is_number(number)
    if not is_right:
        shown = str(number)[:40]
        hint = COUNT if name in WHOLE else "It is a finite number."
        raise BadPolicy(f"'{name}' of a policy of the kind '{kind}' cannot be '{shown}'.", hint=hint)


def _is_number(value: object) -> bool:
    """Whether a value is a finite number that float64 can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return hasattr(value, "dtype") and isfinite(float(value))  # type: ignore[arg-type]
    return abs(value) < 10.0**300 and isfinite(value)


def _is_count(value: object) -> bool:
    """Whether a value is a whole number of students, from 0 to ``MOST``."""
    return _is_number(value) and 0 <= value <= MOST and value == int(value)  # type: ignore[call-overload,operator]


def _counted(n: int, word: str) -> str:
    return f"{n:,} {word}" if n == 1 else f"{n:,} {word}s"
