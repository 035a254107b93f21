"""The slow way that nobody can get wrong: plain Python over rows, one group at a time."""

import math
from datetime import date, datetime

import pandas as pd
from hypothesis import strategies as st

from core.schema import Column, Kind, Role, Schema
from core.sources.base import DemoSpec
from core.sources.join.keys import normalised
from core.sources.plan import Part
from core.sources.selection import How, KeyRule, Measure

FIRST_DAY = date(2000, 1, 1)
AS_OF = date(2026, 3, 10)
SCHEMA = Schema(
    (
        Column("id", Kind.TEXT, Role.STUDENT_ID),
        Column("at", Kind.DATE, Role.TIME),
        Column("points", Kind.NUMBER, Role.FEATURE),
        Column("word", Kind.CATEGORY, Role.FEATURE),
    )
)
MEASURES = (
    Measure(How.COUNT),
    Measure(How.COUNT, "points"),
    Measure(How.SUM, "points"),
    Measure(How.MEAN, "points"),
    Measure(How.LAST, "points"),
    Measure(How.LAST, "word"),
    Measure(How.TREND, "points"),
    Measure(How.DAYS_SINCE),
)
PART = Part(DemoSpec(), "events", key="id", time="at", measures=MEASURES)
RULES = st.builds(KeyRule, case=st.booleans(), spaces=st.booleans(), zeros=st.booleans())

IDS = st.sampled_from(
    [None, "", "1", "01", "001", " 1", "a", "A", "a ", "ß", "ss", "0", "00", "é", "\u00a0a"]
)
TIMES = st.one_of(
    st.none(),
    st.datetimes(datetime(2026, 3, 7), datetime(2026, 3, 12)).map(lambda t: t.replace(microsecond=0)),
    st.sampled_from([datetime(2026, 3, 9), datetime(2026, 3, 10, 23, 59, 59), datetime(2026, 3, 11)]),
)
POINTS = st.one_of(st.none(), st.integers(-50, 50).map(float), st.floats(-1e3, 1e3, width=32))
WORDS = st.sampled_from([None, "x", "X", "y", "é", "z z"])
ROWS = st.lists(st.tuples(IDS, TIMES, POINTS, WORDS), max_size=25)


def frame_of(rows):
    """Return rows as the table that SCHEMA describes."""
    ids, times, points, words = zip(*rows, strict=True) if rows else ((), (), (), ())
    return pd.DataFrame(
        {
            "id": pd.Series(list(ids), dtype="str"),
            "at": pd.Series(list(times), dtype="datetime64[us]"),
            "points": pd.Series(list(points), dtype="float64"),
            "word": pd.Series(list(words), dtype="str"),
        }
    )


def rows_up_to(rows, as_of):
    """Return the rows that count, and how many came after the day and have no time."""
    if as_of is None:
        return rows, 0, 0
    after = [row for row in rows if row[1] is not None and row[1].date() > as_of]
    undated = [row for row in rows if row[1] is None]
    return [row for row in rows if row not in after and row not in undated], len(after), len(undated)


def by_key(rows):
    """Return the rows of each key."""
    groups = {}
    for row in rows:
        groups.setdefault(row[0], []).append(row)
    return groups


def with_alike_ids(rows, rule):
    """Return the rows with normalised ids, those without one left out, and how many those were."""
    ids = normalised(pd.Series([row[0] for row in rows], dtype="str"), rule)
    alike = [(key, *row[1:]) for key, row in zip(ids, rows, strict=True) if isinstance(key, str)]
    return alike, len(rows) - len(alike)


def last_of(rows, column):
    """Return the value at the latest time, of several the largest, and that time."""
    known = [(row[1], row[column]) for row in rows if row[1] is not None and row[column] is not None]
    if not known:
        return None, None
    time = max(time for time, _ in known)
    return max(value for at, value in known if at == time), time


def day_number(time):
    """Return whole days since the first day."""
    return (time.date() - FIRST_DAY).days


def measures_of(rows, as_of):
    """Return the measures of one student's rows, in the order of MEASURES; None is missing."""
    points = [row[2] for row in rows if row[2] is not None]
    times = [row[1] for row in rows if row[1] is not None]
    return (
        float(len(rows)),
        float(len(points)),
        math.fsum(points) if points else None,
        math.fsum(points) / len(points) if points else None,
        last_of(rows, 2)[0],
        last_of(rows, 3)[0],
        slope(rows),
        float((as_of - max(times).date()).days) if times else None,
    )


def slope(rows):
    """Return the change a week by the textbook's centred sums."""
    pairs = [(day_number(row[1]), row[2]) for row in rows if row[1] is not None and row[2] is not None]
    if len({x for x, _ in pairs}) < 2:
        return None
    mean_x = math.fsum(x for x, _ in pairs) / len(pairs)
    mean_y = math.fsum(y for _, y in pairs) / len(pairs)
    across = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return 7 * across / math.fsum((x - mean_x) ** 2 for x, _ in pairs)


def is_same(found, expected, *, within=1e-6):
    """Whether two cells are the same; missing is the same as missing."""
    if expected is None:
        return bool(pd.isna(found))
    if isinstance(expected, float):
        return math.isclose(found, expected, rel_tol=1e-9, abs_tol=within)
    return found == expected
