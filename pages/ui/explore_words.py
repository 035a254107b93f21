"""What there is to see in an exploration, in one sentence each."""

from datetime import date, timedelta

from core.schema import Kind
from pages.ui import text

FEW = 10
"""Of fewer students no number is told."""


def number(value: float | None) -> str:
    """Return a figure with at most four digits that count.

    >>> number(1234.56), number(12.0), number(None)
    ('1,235', '12', '–')
    """
    if value is None or value != value:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def day(days_since_1970: float) -> str:
    """Return a day.

    >>> day(0.0), day(20778.6)
    ('1970-01-01', '2026-11-21')
    """
    return f"{date(1970, 1, 1) + timedelta(days=days_since_1970):%Y-%m-%d}"


def distribution(found) -> str:
    """Return what to see in the distribution of one column."""
    students = known(found.n, beside=found.missing + found.infinite)
    if found.boxes:
        box = found.boxes[0]
        say = day if found.kind is Kind.DATE else number
        unit = f" {found.unit}" if found.unit else ""
        words = (
            f"The middle half of {students} lies between {say(box.q25)} and {say(box.q75)}{unit}; "
            f"the median is {say(box.median)}."
        )
    elif found.bars and not found.is_histogram:
        top = max(found.bars, key=lambda bar: bar.n)
        words = f"The most frequent value is '{top.label}': {text.percent(top.share)} of {students}."
    else:
        words = f"The value is known of {students}."
    return " ".join([words, *_left_out(found)])


def known(n: int, *, beside: int) -> str:
    """Return how many students; no exact number where those beside them are few: it would tell how few.

    >>> known(400, beside=0), known(395, beside=5)
    ('400 students', 'more than 390 students')
    """
    whole = n + beside
    return f"more than {whole - FEW:,} students" if 0 < beside < FEW < whole else text.count(n, "student")


def few_or(n: int, thing: str, things: str = "") -> str:
    """Return how many of a thing there are; few of them are not counted.

    >>> few_or(12, "value"), few_or(3, "value")
    ('12 values', 'Fewer than 10 values')
    """
    return f"Fewer than {FEW} {things or thing + 's'}" if 0 < n < FEW else text.count(n, thing, things)


def _left_out(found) -> list[str]:
    """Return sentences on what the chart does not show."""
    missing = f"{found.missing:,}" if found.missing >= FEW else f"fewer than {FEW}"
    said = [f"For {missing} the value is not known."] if found.missing else []
    if found.infinite:
        said.append(f"{few_or(found.infinite, 'infinite value')} left out.")
    if found.n_withheld:
        said.append(f"{text.count(found.n_withheld, 'small category', 'small categories')} not shown.")
    if found.n_joined:
        said.append(f"A wide bar holds several, so that none is of fewer than {FEW}; its area counts.")
    if found.is_rounded:
        said.append("Counts are to the nearest ten, so that they do not tell how few are not known.")
    return said


def withheld_figures(summary) -> str:
    """Return why figures of some columns are empty; empty text where none is for being of too few."""
    few = [one for one in summary.columns if 0 < one.count < summary.min_group]
    if not few:
        return ""
    if len(few) == len(summary.columns):
        return f"Figures of fewer than {summary.min_group} students are not shown."
    columns = text.count(len(few), "column")
    return (
        f"Figures of fewer than {summary.min_group} students are not shown: {columns} of so few known values."
    )


def gaps_together(found, titles: dict) -> str:
    """Return which two columns most students lack both of, and how the map of pairs is read."""
    top = next((pair for pair in found.pairs if pair.n_both), None)
    if top is None:
        said = "No two columns can be shown to be missing together."
    else:
        said = (
            f"Most often missing together: {titles[top.left]} and {titles[top.right]}. "
            f"{text.count(top.n_both, 'student')} {'lacks' if top.n_both == 1 else 'lack'} both, "
            f"{text.percent(top.share_of_either)} of those who lack one of them."
        )
    return said


def relations(pairs) -> str:
    """Return which two columns go together most; ``pairs`` are strongest first."""
    if pairs.empty:
        return "No two columns vary together."
    first = pairs.iloc[0]
    return (
        f"Strongest: {first['left']} and {first['right']} ({first['method']} {first['value']:.2f}). "
        "Going together does not say what causes what."
    )


def outliers(found) -> str:
    """Return how many students have a value far from the others, by either rule."""
    students = text.count(found.n_rows, "student")
    iqr, robust = found.counts
    first = "Fewer than 10" if iqr is None else f"{iqr:,}"
    share = "" if iqr is None else f" ({text.percent(iqr / found.n_rows)})"
    second = "fewer than 10" if robust is None else f"{robust:,}"
    return (
        f"{first} of {students}{share} have at least one value outside "
        f"the fences of its quartiles, {second} by the stricter robust z-score. "
        "They may well be real."
    )


def test(found) -> str:
    """Return the test between the groups, why it is the right one, and its p-value."""
    p = "under 0.001" if found.p < 0.001 else f"{found.p:.3f}"
    return f"Test between the groups: {found.name}, p {p}. {found.why}"


def timeline(line, value: str, time: str) -> str:
    """Return where a value was lowest and highest over time, and what is not shown."""
    say = text.percent if line.measure == "rate" else number
    ends = sorted(line.periods, key=lambda one: one.value)
    low, high = ends[0], ends[-1]
    rarest, often = ("rarest", "most frequent") if line.measure == "rate" else ("lowest", "highest")
    lowest, highest = (
        f"{one.period} ({say(one.value)}, {text.count(one.n, 'student')})" for one in (low, high)
    )
    words = [f"{value} was {rarest} in {lowest} and {often} in {highest}, by {time}."]
    if line.n_withheld:
        words.append(f"{text.count(line.n_withheld, 'period')} with few students not shown.")
    if line.n_left_out:
        words.append(f"{text.count(line.n_left_out, 'student')} without both values left out.")
    return " ".join(words)


def barriers(counts) -> str:
    """Return how many students carry no barrier, and how many the most that is shown."""
    said = [
        f"{text.count(one.n, 'student')} ({text.percent(one.share)}) {'carries' if one.n == 1 else 'carry'} "
        f"{one.barriers} {'barrier' if one.barriers == '1' else 'barriers'}"
        for one in counts.counts
    ]
    hidden = " Small groups are not shown." if counts.n_withheld else ""
    return "; ".join(said) + f".{hidden}"
