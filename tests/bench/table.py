"""The table that ``make bench`` prints."""

import os
import sys

from tests.bench.result import Comparison


def heading() -> str:
    """Return how busy the machine is, and the names of the columns."""
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    titles = _line("name", "ours", "other", "unit", "ratio", "bar", "holds", "other is")
    return f"{os.cpu_count()} cores, load {load} before the start: compare ratios, not numbers.\n\n{titles}"


def line(one: Comparison) -> str:
    """Return one line of the table."""
    bar = "-" if one.bar is None else f"{one.bar:g}"
    holds = {None: "-", True: "yes", False: "NO"}[one.holds]
    ours, other, ratio = f"{one.ours:,.1f}", f"{one.other:,.1f}", f"{one.ratio:.3f}"
    return _line(one.name, ours, other, one.unit, ratio, bar, holds, one.other_is)


def _line(name, ours, other, unit, ratio, bar, holds, other_is) -> str:
    return f"{name:43}{ours:>10}{other:>10} {unit:4}{ratio:>9}{bar:>7}  {holds:6}{other_is}"


def note(words: str) -> None:
    """Say on the terminal how it goes; the table on standard output stays a table."""
    print(f"  ({words})", file=sys.stderr, flush=True)
