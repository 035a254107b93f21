"""Text from outside, made safe to show: a student's name is never markup."""

import re

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|$~:&@=^])")


def md(text: object) -> str:
    r"""Return the text so that markdown shows it as it was typed, on one line.

    >>> print(md("![x](a.png) *Ana*"))
    \!\[x\]\(a\.png\) \*Ana\*
    """
    return _MARKUP.sub(r"\\\1", " ".join(str(text).split()))


def percent(fraction: float | None) -> str:
    """Return a fraction as a whole percentage, or a dash when there is none.

    >>> percent(0.284), percent(None)
    ('28 %', '–')
    """
    return "–" if fraction is None or fraction != fraction else f"{fraction * 100:.0f} %"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun.

    >>> count(1, "student"), count(1200, "student"), count(2, "class", "classes")
    ('1 student', '1,200 students', '2 classes')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
