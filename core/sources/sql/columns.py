"""How a declared column is read: its form, and what every form becomes.

======================================  ==================================================================
declared in MySQL or MariaDB            what a load gives
======================================  ==================================================================
TINYINT .. INT, YEAR, BIT(n)            number; BIT(1) and TINYINT(1) are 0 and 1
BIGINT                                  number; text, digit for digit, where one is beyond 2**53
DECIMAL of up to 15 digits              number
DECIMAL of more digits, without scale   text, digit for digit (ids of 23 digits)
DECIMAL of more digits, with scale      number; values that have more digits than it holds are counted
FLOAT, DOUBLE                           number, as stored: a FLOAT of 1.1 is 1.10000002384
DATE, DATETIME, TIMESTAMP               date (UTC for TIMESTAMP); 0000-00-00, 2024-00-10 and 2024-02-31 are
                                        missing, and counted
TIME                                    text: '-25:00:01.500'
CHAR, VARCHAR, TEXT                     text, whatever its character set; CHAR without its padding
ENUM, SET, JSON, UUID, INET             text
VARBINARY, BLOB                         text where it is UTF-8; other bytes become U+FFFD, and are counted
BINARY(n)                               text: its bytes in hexadecimal
geometry and what is not known          left out, with a note that names it
======================================  ==================================================================

======================================  ==================================================================
declared in PostgreSQL                  what a load gives
======================================  ==================================================================
smallint .. integer, oid; boolean       number; boolean is 0 and 1
bigint                                  number; text, digit for digit, where one is beyond 2**53
numeric of up to 15 digits              number
numeric of more digits, without scale   text, digit for digit
numeric of more digits, money           number; values that have more digits than it holds are counted
numeric without a length                the one or the other: text where all are whole and one is longer
real, double precision                  number, as stored; NaN and Infinity are missing, and counted
date, timestamp with and without zone   date (UTC with zone); infinity and years outside 1 to 9999 are
                                        missing, and counted
text, varchar, citext, name             text; char without its padding
time, interval, uuid, enum, json, xml   text
inet, bit, ranges, hstore, point        text
arrays, records                         text: JSON
bytea                                   text where it is UTF-8; other bytes become U+FFFD, and are counted
what is not known                       left out, with a note that names it
======================================  ==================================================================

A domain is read as the type that it is made of.

SQLite has no types, only habits: see ``core/sources/sql/sqlite/rows.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.sources.base import FieldInfo


class Form(StrEnum):
    """In which form the values of a column come from the server."""

    WHOLE = "whole number"
    NUMBER = "number"
    DIGITS = "digits"
    """A whole number that is read as text."""
    LONG_DECIMAL = "long decimal"
    """A number of more digits than a double holds."""
    FREE_DECIMAL = "decimal"
    """A number of as many digits as each cell has."""
    FLAG = "flag"
    DAY = "day"
    STAMP = "time"
    FINE_STAMP = "time with fractions"
    INSTANT = "day or time"
    """Comes in microseconds, and beside them as text where it is none of the years 1 to 9999."""
    TEXT = "text"
    WORDS = "words"
    """Text that the server has to be asked for as text."""
    JSON = "lists"
    """Lists and records, which the server writes as JSON."""
    HEX = "hexadecimal"
    BYTES = "bytes"
    ANY = "any"
    """SQLite: each cell has a type of its own."""
    LEFT_OUT = "left out"


NUMBERS = frozenset({Form.WHOLE, Form.NUMBER, Form.DIGITS, Form.LONG_DECIMAL, Form.FREE_DECIMAL, Form.FLAG})
TIMES = frozenset({Form.DAY, Form.STAMP, Form.FINE_STAMP, Form.INSTANT})


@dataclass(frozen=True)
class Field:
    """A column as its database declares it, and the form that it is read in."""

    name: str
    type: str
    """In the database's own words: ``decimal(10,2)``."""
    form: Form

    @property
    def is_number(self) -> bool:
        """Whether its values are compared, summed and averaged as numbers."""
        return self.form in NUMBERS

    @property
    def is_time(self) -> bool:
        """Whether its values are days or times."""
        return self.form in TIMES

    def info(self, mixed: tuple[tuple[str, int], ...] = ()) -> FieldInfo:
        """Return what is shown of the column."""
        return FieldInfo(self.name, self.type, self.is_number, self.is_time, mixed=mixed)


@dataclass(frozen=True)
class Table:
    """What the catalogue of a database says of a table."""

    name: str
    what: str
    """``table`` or ``view``."""
    fields: tuple[Field, ...]
    key: tuple[str, ...]
    """The columns of the primary key, in its order; empty without one."""
    n_rows: int | None
    """The server's own estimate; None for a view."""
    splits: bool = False
    """Whether two statements can read one half each without a change between them going unseen."""
    changed: str = ""
    """A mark that differs after the table was written to, where ``splits``."""

    @property
    def readable(self) -> tuple[Field, ...]:
        """The columns that can be read."""
        return tuple(field for field in self.fields if field.form is not Form.LEFT_OUT)
