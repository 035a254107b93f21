"""Use cases that a page has worked out when they are chosen: each with what a viewer is told meanwhile."""

from __future__ import annotations

from typing import Any

from core.workflow import (
    charting,
    comparing,
    connecting,
    explaining,
    exploring,
    fairness,
    learning,
    model_doors,
    outlying,
    planning,
    score_prediction,
    segment_doors,
    step_preview,
    student_pairs,
    transferring,
    tuning,
)

QUESTIONS: dict[str, tuple[Any, str]] = {
    "connection": (connecting.check_connection, "Asking the server"),
    "databases": (connecting.databases_of, "Listing the databases"),
    "tables": (connecting.tables_of, "Listing the tables"),
    "look": (connecting.look_at, "Looking at the table"),
    "match": (planning.check_matches, "Comparing the ids"),
    "drift": (planning.check_drifts, "Looking for changed columns"),
    "step": (step_preview.preview_step, "Trying the step"),
    "pairs": (student_pairs.side_by_side, "Putting the students side by side"),
}
"""What is asked in the middle of a page: the use case, and what a viewer is told meanwhile."""
FIGURES: dict[str, tuple[Any, str]] = {
    "figures": (exploring.explore, "Exploring the table"),
    "comparison": (exploring.compare, "Comparing the groups"),
    "curve": (charting.draw_curve, "Drawing the curve"),
    "points": (charting.draw_points, "Drawing the points"),
    "timeline": (charting.draw_timeline, "Drawing the line"),
    "barriers": (charting.count_hardships, "Counting barriers"),
    "outlying": (outlying.outlying_students, "Looking up the students"),
}
"""What Explore works out when it is chosen."""
STUDIES: dict[str, tuple[Any, str]] = {
    "families": (comparing.compare, "Fitting every family of models"),
    "partings": (transferring.partings, "Looking for terms and schools"),
    "transfer": (transferring.transfer, "Judging each part by the others"),
    "learning": (learning.learn_from_fewer, "Fitting with fewer students"),
    "importance": (explaining.weigh_columns, "Asking without each column"),
    "dependence": (explaining.follow_columns, "Following each column"),
    "reasons": (explaining.try_reasons, "Trying the reasons"),
    "second opinion": (explaining.ask_again, "Asking for a second opinion"),
    **model_doors.STUDIES,
    "score": (score_prediction.predict, "Predicting the score"),
    "tuning": (tuning.tune, "Searching settings"),
    **segment_doors.STUDIES,
    "fairness": (fairness.group_students, "Putting the students in groups"),
}
"""What Train works out when it is chosen."""
