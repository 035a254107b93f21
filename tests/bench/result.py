"""One comparison of ours with another way, and the bar that an issue has set for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

BARS: Mapping[str, float] = MappingProxyType(
    {
        "load_mysql_1000000_adapter_seconds": round(1 / 13.9, 4),
        "load_mysql_1000000_adapter_driver_seconds": 1.0,
        "load_mysql_1000000_adapter_memory": round(306 / 2_159, 4),
        "load_mongodb_1000000_adapter_seconds": round(1 / 3.2, 4),
        "load_mongodb_1000000_adapter_memory": round(457 / 4_360, 4),
        "group_mysql_10000000_peak": 1.0,
        "group_spark_10000000_peak": 1.0,
        "group_mongodb_2000000_peak": 1.0,
        "preview_mysql_5000000_limit": 1.0,
        "recipe_1000000_seconds": 1.0,
        "profile_100000_full_seconds": round(1 / 30, 4),
        "profile_100000_minimal_seconds": round(1 / 8, 4),
        "explore_filter_1000000_limit": 1.0,
        **{
            f"{kind}_{n}_limit": 1.0
            for kind in ("threshold_move", "k_move", "list_move")
            for n in (3_000, 100_000, 1_000_000)
        },
        "threshold_server_3000_median": 1.0,
        "threshold_server_100000_median": 1.0,
        "threshold_server_1000000_median": 1.0,
        "segments_20000_seconds": round(1 / 50, 4),
        "segments_20000_processor": round(1 / 50, 4),
        "segments_20000_inertia": 1.002,
        "segments_100000_seconds": round(1 / 30, 4),
        "segments_100000_processor": round(1 / 30, 4),
        "segments_100000_inertia": 1.002,
        "segments_1000000_preview": 1.0,
        "segments_1000000_settled": 1.0,
        "segments_1000000_stability": 1.0,
        "segments_1000000_inertia": 1.002,
        "training_100000_seconds": 2.0,
        "training_100000_processor": 2.0,
        "training_100000_all_seconds": 2.0,
        "training_100000_all_processor": 2.0,
        "contributions_1000000_seconds": 1.0,
        "contributions_1000000_processor": 1.0,
        "families_4424_seconds": 1.0,
        "families_4424_processor": 1.0,
        "explanations_10000_seconds": 0.1,
        "explanations_10000_processor": 0.1,
        "explanations_100000_seconds": 0.1,
        "explanations_100000_processor": 0.1,
    }
)
"""Name of a comparison -> the highest ratio that is good enough; 1 where the other is a limit itself."""


EACH_A_BAR = "quality_"
"""Comparisons whose other is itself the limit of an issue: one for each of the real tables."""


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
        return 1.0 if self.name.startswith(EACH_A_BAR) else BARS.get(self.name)

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
