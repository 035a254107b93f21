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


def hint_parts(hint: str) -> tuple[str, str]:
    r"""Return a hint's words, and the two lines that point at a character where it has them.

    >>> hint_parts("Compare with ==.\na = 1\n  ^"), hint_parts("Export it again.")
    (('Compare with ==.', 'a = 1\n  ^'), ('Export it again.', ''))
    """
    lines = hint.split("\n")
    if len(lines) < 2 or lines[-1].strip() != "^":
        return hint, ""
    return " ".join(lines[:-2]), "\n".join(lines[-2:])


def file_part(name: str, digest: str) -> str:
    """Return a name for a file: letters and digits of what it is about, and what tells it apart.

    >>> file_part("file marks 2026.csv", "49496ed2fd27c242")
    'marks-2026-49496ed2'
    """
    stem = name.removeprefix("file ").rsplit(".", maxsplit=1)[0]
    return "-".join([*re.findall(r"\w+", stem.casefold())[:6], digest[:8]])
