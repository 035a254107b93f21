"""The use cases on segments as the doors hand them to a page."""

from __future__ import annotations

from typing import Any

from core.modeling.segment_map import Box
from core.modeling.segment_mix import BANDS
from core.workflow import segment_helped, segment_supports, segment_tables, segmenting

STUDIES: dict[str, tuple[Any, str]] = {
    "umap": (segmenting.umap, "Drawing the map with UMAP"),
    "supports": (segment_supports.supports_by_segment, "Looking for barriers that are shared"),
    "stability": (segmenting.stability, "Segmenting redrawn students"),
}
"""What takes long: the use case, and what a viewer is told meanwhile."""


class SegmentDoors:
    """What is answered at once, from segments that were found."""

    bands = BANDS
    box = Box
    overview = staticmethod(segment_tables.overview)
    map_view = staticmethod(segment_tables.map_view)
    on_map = staticmethod(segmenting.on_map)
    students_of = staticmethod(segment_tables.students_of)
    which_helped = staticmethod(segment_helped.which_helped)
