"""Files of every kind that schools export, made with the truth beside them."""

import csv
import io
import itertools
import random
from dataclasses import dataclass

WESTERN = (
    "José Muñoz",
    "Zoë Krüger",
    "Anaïs Lefèvre",
    "Søren Ågård",
    "NA",
    'Ann "Annie" Lee',
    "O'Brien, Pat",
)
JAPANESE = ("山田太郎", "佐藤花子", "鈴木一郎", "高橋みなみ", "NA", "田中ケンジ", "伊藤, 誠")
ENCODINGS = (
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-16-be with mark",
    "cp1252",
    "latin-1",
    "shift_jis",
)
N = 24


@dataclass(frozen=True)
class Made:
    """A file, what it is called, and what has to come out of it as text."""

    words: str
    data: bytes
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    decimal: str
    header: bool

    @property
    def truth(self) -> list[tuple[str | None, ...]]:
        return [tuple(cell or None for cell in row) for row in self.rows]


def make_all(seed: int = 1):
    """Yield a file for each mixture of encoding, delimiter, decimal mark, line end and header."""
    mixtures = itertools.product(ENCODINGS, ",;\t|", ".,", ("\n", "\r\n", "\r"), (True, False))
    for n, mixture in enumerate(mixtures):
        yield make(random.Random(seed * 10_000 + n), *mixture)


def make(rng, encoding, delimiter, decimal, end, header):
    """Make one file; every third has notes with line breaks, delimiters and quotation marks in them."""
    people = JAPANESE if encoding == "shift_jis" else WESTERN
    names = ("student no", "name", "math score", "average", "lunch", "note")
    rows = tuple(_row(i, rng, people, decimal, delimiter) for i in range(N))
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([names, *rows] if header else rows)
    tail = rng.choice(["", end, end * 3])
    words = f"{encoding} {delimiter!r} {decimal!r} {end!r} header={header}"
    return Made(words, _encode(text.getvalue() + tail, encoding), names, rows, decimal, header)


def _row(i, rng, people, decimal, delimiter):
    average = f"{rng.uniform(20, 99):.2f}".replace(".", decimal)
    note = rng.choice(["", "fine", f"two\nlines{delimiter} and more", 'said "no"', "none"])
    score = rng.choice(["", str(rng.randint(0, 100))]) if i else "50"
    return (
        f"{i:03d}",
        people[i % len(people)],
        score,
        average,
        rng.choice(["standard", "free/reduced"]),
        note,
    )


def _encode(text, encoding):
    if encoding == "utf-16-be with mark":
        return b"\xfe\xff" + text.encode("utf-16-be")
    return text.encode(encoding)
