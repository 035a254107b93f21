"""A small school in an SQLite file, stated as a connection under a name of its own for each test."""

import contextlib
import itertools
import sqlite3

from core import cache

NUMBERS = itertools.count(1)
STUDENTS = 60


def write(place, *, n=STUDENTS):
    """Write the school: students S000001.. as the demo school names them, their visits, and a survey.

    Student i visited i % 4 times, for 10, 20, 30 minutes, in January, February, March. The survey knows
    every second student, writes ids in lower case, and knows one stranger.
    """
    with contextlib.closing(sqlite3.connect(place)) as base:
        base.execute(
            "create table students (student_id text primary key, full_name text, score real, passed text)"
        )
        base.execute(
            "create table visits (id integer primary key, student text, visited_on date, minutes integer)"
        )
        base.execute("create table survey (sid text, stress integer)")
        for i in range(1, n + 1):
            sid = f"S{i:06d}"
            passed = "no" if i % 3 == 0 else "yes"
            base.execute(
                "insert into students values (?, ?, ?, ?)", (sid, f"Ana *{i}*", 40.0 + i % 30, passed)
            )
            for visit in range(i % 4):
                row = (sid, f"2026-0{visit + 1}-05", 10 * (visit + 1))
                base.execute("insert into visits (student, visited_on, minutes) values (?, ?, ?)", row)
            if i % 2:
                base.execute("insert into survey values (?, ?)", (sid.lower(), i % 5))
        base.execute("insert into survey values ('s999999', 3)")
        base.commit()
    return place


@contextlib.contextmanager
def connected(place):
    """Give the name of a connection to the file; it is forgotten in the end."""
    name, actor = f"school{next(NUMBERS)}", cache.actor("local")
    cache.save_connection(actor, name, kind="sqlite", file=str(place))
    try:
        yield name
    finally:
        cache.remove_connection(actor, name)


def change(place, *statements):
    """Run statements on the file, as the school's own programs would."""
    with contextlib.closing(sqlite3.connect(place)) as base:
        for statement in statements:
            base.execute(statement)
        base.commit()
