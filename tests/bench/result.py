"""One comparison of ours with another way, and the bar that an issue has set for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

BARS: Mapping[str, float] = MappingProxyType({})
"""Name of a comparison -> the highest ratio that is good enough; none is set yet."""


class NotMeasured(Exception):
    """A benchmark came to no number; the message says why in one sentence."""


@dataclass(frozen=True)
class Comparison:
    """Ours beside another way, measured in the same run; less is better everywhere."""

    name: str
    ours: float
    other: float
    other_is: str
    unit: str

    @property
    def ratio(self) -> float:
        """Ours as a multiple of the other: under 1 is better than the other."""
        return self.ours / self.other

    @property
    def bar(self) -> float | None:
        """The highest ratio that is good enough; None where no issue has set one."""
        return BARS.get(self.name)

    @property
    def holds(self) -> bool | None:
        """Whether the bar is kept; None without a bar."""
        return None if self.bar is None else self.ratio <= self.bar

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as ``bench/latest.json`` holds it."""
        return {
            "name": self.name,
            "ours": round(self.ours, 3),
            "other": round(self.other, 3),
            "other_is": self.other_is,
            "unit": self.unit,
            "ratio": round(self.ratio, 4),
            "bar": self.bar,
            "holds": self.holds,
        }
