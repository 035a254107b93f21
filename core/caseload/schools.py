"""Whose cases they are: made-up students have cases of their own, whatever their ids."""

from __future__ import annotations

DEMO, OWN = "demo", "own"


def school_of(*, synthetic: bool) -> str:
    """Return under which name the cases of made-up or of real students are kept.

    >>> school_of(synthetic=True)
    'demo'
    """
    return DEMO if synthetic else OWN
