"""What there is to see in an exploration, in one sentence each."""

from datetime import date, timedelta

from core.schema import Kind
from pages.ui import text


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
    students = text.count(found.n, "student")
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
        words = f"{text.count(found.n, 'value')} are known."
    return " ".join([words, *_left_out(found)])


def _left_out(found) -> list[str]:
    """Return sentences on what the chart does not show."""
    said = [f"For {found.missing:,} the value is not known."] if found.missing else []
    if found.infinite:
        said.append(f"{text.count(found.infinite, 'infinite value')} left out.")
    if found.n_withheld:
        said.append(f"{text.count(found.n_withheld, 'small category', 'small categories')} not shown.")
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
    share, students = text.percent(found.n_students_iqr / found.n_rows), text.count(found.n_rows, "student")
    return (
        f"{found.n_students_iqr:,} of {students} ({share}) have at least one value outside "
        f"the fences of its quartiles, {found.n_students_robust:,} by the stricter robust z-score. "
        "They may well be real."
    )


def test(found) -> str:
    """Return the test between the groups, why it is the right one, and its p-value."""
    p = "under 0.001" if found.p < 0.001 else f"{found.p:.3f}"
    return f"Test between the groups: {found.name}, p {p}. {found.why}"
