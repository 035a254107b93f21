"""Text as numbers: which cells are numbers, under which decimal mark, and which are words for missing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

MISSING_WORDS = frozenset({"na", "n/a", "#n/a", "n.a.", "nan", "null", "none", "?", ".", "-", "--"})
"""Words that stand for a missing number, in lower case; in other columns they are values like any other."""

AFFIXES = {"%": "%", "€": "EUR", "$": "USD", "£": "GBP"}
"""Signs that may stand before or after every number of a column, and the unit that each means."""

PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
WITH_COMMA = r"[+-]?[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?"
GROUPS_BY_COMMA = r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?"
GROUPS_BY_POINT = r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(?:,[0-9]+)?"
MOST_WHOLE = 1e15
"""From here on a number is written with its exponent."""
NUMBER_SIGNS = r"^[\s\p{Z}0-9.,eE%€$£+-]*$"
"""What a text is made of that could be a number, with its sign for money or percent."""
LEADING_ZERO = r"[+-]?0[0-9]+"
MANY_DIGITS = r"[+-]?[0-9]{16,}"
EXPONENT_CODE = r"[0-9]+[eE][0-9]+"


@dataclass(frozen=True)
class Parsed:
    """What each of some texts is as a number; the arrays have one entry per text."""

    numbers: Floats
    """The number, finite; NaN where the text is none."""
    is_word: Bools
    """True where the text is a word for missing, or blank."""
    is_other_mark: Bools
    """True where the number was read with another decimal mark than most of the column."""
    unit: str | None
    """The unit that every text carries: ``%``, ``EUR``, ``USD``, ``GBP``."""

    @property
    def is_number(self) -> Bools:
        """True where the text is a number."""
        return ~np.isnan(self.numbers)

    @property
    def is_neither(self) -> Bools:
        """True where the text is neither a number nor a word for missing."""
        return ~self.is_number & ~self.is_word


def of_numbers(numbers: Floats) -> Parsed:
    """Return numbers as what ``parse`` makes of their texts: infinite ones are none."""
    nothing = np.zeros(len(numbers), dtype=bool)
    return Parsed(np.where(np.isfinite(numbers), numbers, np.nan), nothing, nothing, None)


def parse(
    texts: pd.Series[str], *, counts: npt.NDArray[np.int64] | None = None, decimal: str = "."
) -> Parsed:
    """Return texts, none missing, as numbers; ``counts`` says how often each occurs.

    A column shows its own decimal mark by cells that only one mark explains (``3,5``, ``1.25``);
    ``decimal`` is used where none does. In a column that shows both, ``1,234`` stays unread.
    """
    fast = plain_floats(texts) if decimal == "." else None
    if fast is not None:
        nothing = np.zeros(len(texts), dtype=bool)
        return Parsed(fast, nothing, nothing, None)
    if not _may_hold_numbers(texts):
        return of_numbers(np.full(len(texts), np.nan))
    weights = np.ones(len(texts), dtype=np.int64) if counts is None else counts
    stripped = texts.str.strip()
    is_word = stripped.str.casefold().isin({*MISSING_WORDS, ""}).to_numpy(dtype=bool)
    bare, unit = _without_affix(stripped, is_word, weights)
    numbers, is_other_mark = _by_own_mark(bare, weights, decimal)
    numbers[is_word] = np.nan
    return Parsed(numbers, is_word, is_other_mark & ~np.isnan(numbers), unit)


def matches(texts: pd.Series[str], pattern: str) -> Bools:
    """Tell which texts match a pattern from end to end."""
    found: Bools = texts.str.fullmatch(pattern).to_numpy(dtype=bool)
    return found


def contains_digit(texts: pd.Series[str]) -> Bools:
    """Tell which texts hold a digit of any script."""
    found: Bools = texts.str.contains(r"\p{Nd}").to_numpy(dtype=bool)
    return found


def plain_floats(texts: pd.Series[str]) -> Floats | None:
    """Return the texts as floats if every one is a plain finite number, else None; missing becomes NaN.

    The quick way, one pass in C, for columns that need no care.
    """
    values = pa.chunked_array([pa.array([], pa.large_string()), *_chunks(texts)])
    try:
        numbers = pc.cast(values, pa.float64())
    except pa.ArrowInvalid:
        return None
    floats: Floats = numbers.to_numpy().copy()
    strange = ~np.isfinite(floats)
    return None if int(strange.sum()) > values.null_count else floats


def _may_hold_numbers(texts: pd.Series[str]) -> bool:
    """Whether any text could be a number or a word for missing; a million names are told at once."""
    values = pa.chunked_array([pa.array([], pa.large_string()), *_chunks(texts)])
    if pc.any(pc.match_substring_regex(values, NUMBER_SIGNS)).as_py():
        return True
    words = pc.utf8_lower(pc.utf8_trim_whitespace(values))
    return bool(pc.any(pc.is_in(words, pa.array([*MISSING_WORDS, ""], pa.large_string()))).as_py())


def _chunks(texts: pd.Series[str]) -> list[pa.Array]:
    values = pa.array(texts.array, pa.large_string())
    return values.chunks if isinstance(values, pa.ChunkedArray) else [values]


def _without_affix(
    texts: pd.Series[str], is_word: Bools, weights: npt.NDArray[np.int64]
) -> tuple[pd.Series[str], str | None]:
    """Return the texts without the sign that nearly all of them carry, and its unit."""
    total = int(weights[~is_word].sum())
    for sign, unit in AFFIXES.items():
        carry = (texts.str.startswith(sign) | texts.str.endswith(sign)).to_numpy(dtype=bool)
        if total and int(weights[carry].sum()) >= 0.95 * total:
            return texts.where(~carry, texts.str.strip(sign).str.strip()), unit
    return texts, None


def _by_own_mark(texts: pd.Series[str], weights: npt.NDArray[np.int64], decimal: str) -> tuple[Floats, Bools]:
    plain, has_point = matches(texts, PLAIN), texts.str.contains(".", regex=False).to_numpy(dtype=bool)
    whole = plain & ~has_point
    point = plain | matches(texts, GROUPS_BY_COMMA)
    comma = whole | matches(texts, WITH_COMMA) | matches(texts, GROUPS_BY_POINT)
    only_point, only_comma = point & ~comma, comma & ~point
    n_point, n_comma = int(weights[only_point].sum()), int(weights[only_comma].sum())
    mark = decimal if n_point == n_comma else "." if n_point > n_comma else ","
    unclear = point & comma & ~whole if n_point and n_comma else np.zeros(len(texts), dtype=bool)
    use_point = (point if mark == "." else only_point) & ~unclear
    use_comma = (comma if mark == "," else only_comma) & ~unclear
    numbers = np.where(
        use_point,
        _floats(texts, use_point, group=",", mark="."),
        _floats(texts, use_comma, group=".", mark=","),
    )
    return numbers, only_comma if mark == "." else only_point


def _floats(texts: pd.Series[str], chosen: Bools, *, group: str, mark: str) -> Floats:
    """Return the chosen texts as floats, NaN elsewhere and where the number is not finite."""
    numbers = np.full(len(texts), np.nan)
    if chosen.any():
        plain = texts[chosen].str.replace(group, "", regex=False).str.replace(mark, ".", regex=False)
        found = pd.to_numeric(plain, errors="coerce").to_numpy(dtype=np.float64)
        numbers[chosen] = np.where(np.isfinite(found), found, np.nan)
    return numbers


def as_code(texts: pd.Series[str], parsed: Parsed) -> str:
    """Return why the numbers are codes that must stay text, or the empty string.

    >>> words = pd.Series(["007", "12"], dtype="str")
    >>> as_code(words, parse(words))
    "values such as '007' start with a zero"
    """
    values = texts[parsed.is_number].str.strip()
    found = values[matches(values, f"(?:{LEADING_ZERO}|{MANY_DIGITS}|{EXPONENT_CODE})")]
    if found.empty:
        return ""
    zero = found[matches(found, LEADING_ZERO)]
    if len(zero):
        return f"values such as '{zero.iloc[0]}' start with a zero"
    long = found[matches(found, MANY_DIGITS)]
    if len(long):
        return f"values such as '{long.iloc[0]}' have more digits than a number can hold"
    exponents = values.str.contains("e", case=False, regex=False)
    if len(found) == int(exponents.sum()) and not values.str.contains(".", regex=False).any():
        return f"values such as '{found.iloc[0]}' may be codes"
    return ""


def as_text(numbers: Floats) -> pd.Series[str]:
    """Return numbers as the text that a person would write: ``7``, not ``7.0``; missing stays missing.

    >>> list(as_text(np.array([7.0, 0.5])))
    ['7', '0.5']
    """
    missing = np.isnan(numbers)
    whole = (np.abs(numbers) < MOST_WHOLE) & (numbers == np.trunc(numbers))
    if not (whole | missing).all():
        return pd.Series([_shown(n) for n in numbers.tolist()], dtype="str")
    integers = pa.array(np.where(whole, numbers, 0).astype(np.int64), mask=missing)
    shown: pd.Series[str] = pc.cast(integers, pa.string()).to_pandas().astype("str")
    return shown


def _shown(number: float) -> str | None:
    if number != number:
        return None
    return str(int(number)) if abs(number) < MOST_WHOLE and number == int(number) else repr(number)
