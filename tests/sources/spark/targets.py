"""Functions that the tests of Spark run in a job."""

from core.sources.selection import Grouping

LASTS = tuple(f"c{i}" for i in range(1, 12))


def group_for_long(place, *, progress):
    """Ask for the last values of some millions of keys."""
    place.source().group("longer", Grouping("id", time="c0", lasts=LASTS), progress=progress)
