"""What a dialog of the list does, or in one sentence why it was not done and what stands there now."""

from __future__ import annotations

from core.errors import AppError, Conflict
from pages.ui import widgets

MOST_TOLD = 5


def kept(act, *about, **more) -> bool:
    """Do it and return that it was done; else say in the dialog why not, and what stands there now."""
    try:
        act(*about, **more)
    except AppError as error:
        widgets.failure(error)
        if isinstance(error, Conflict) and error.now:
            now = error.now if isinstance(error.now, tuple) else (error.now,)
            widgets.sentences([_said(one) for one in now[:MOST_TOLD]], why_none="")
        return False
    return True


def _said(now) -> str:
    """Return what stands there now, in one sentence."""
    if hasattr(now, "describe"):
        return now.describe()
    return f"It stands as written by {now.by}, {now.at:%Y-%m-%d %H:%M} UTC."
