"""Small letters, capitals, and letters without their accents: rules that give the same on both engines.

An engine's own functions are used for single letters only: what needs two letters, or the letters around
it, is a matter of taste on which they differ.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import partial
from typing import Literal

import narwhals.stable.v2 as nw

from core.cleaning.distinct import Rule
from core.cleaning.step import texts
from core.frames import Frame

Case = Literal["keep", "lower", "upper", "title"]

_BEFORE_A_WORD = ' \t\n\r\u00a0-/([.,_+&"“„«'
_START = "\ufdd0"
"""Marks where a word begins; no letter, and set aside by Unicode for a use such as this."""

_LATIN, _ASCII = (0x00C0, 0x0250), (0x0061, 0x007B)
_BLOCKS = (
    (0x00E0, 0x0100),
    (0x0100, 0x0180),
    (0x0180, 0x0250),
    (0x0370, 0x0400),
    (0x0400, 0x0530),
    (0x1E00, 0x1F00),
)
"""Latin with accents, Greek, Cyrillic, and the Latin of Vietnamese."""

_STROKES = {
    "ø": "o",
    "Ø": "O",
    "ł": "l",
    "Ł": "L",
    "đ": "d",
    "Đ": "D",
    "ħ": "h",
    "Ħ": "H",
    "ŧ": "t",
    "Ŧ": "T",
}
_MARKS = "\u0300-\u036f"


def _letters(*spans: tuple[int, int]) -> list[str]:
    return [chr(code) for span in spans for code in range(*span)]


def _accented_forms() -> dict[str, str]:
    """Return each plain letter and all accented forms of it, as one text."""
    forms: dict[str, str] = {}
    for letter in _letters(_LATIN, (0x1E00, 0x1F00)):
        base = unicodedata.normalize("NFD", letter)[0]
        if base != letter and base.isascii():
            forms[base] = forms.get(base, "") + letter
    for letter, base in _STROKES.items():
        forms[base] = forms.get(base, "") + letter
    return forms


_ACCENTED = _accented_forms()
_NO_SINGLE_CAPITAL = "".join(c for c in map(chr, range(0x00E0, 0xFB18)) if len(c.upper()) > 1 and c != "ß")


def letter_rules(frame: Frame, columns: Sequence[str], *, case: Case, accents: bool) -> tuple[Rule, ...]:
    """Return what drops accents (where that is asked), then brings texts to small letters or capitals.

    On pandas, rules for letters that none of the columns has are left out: they would change nothing.
    """
    marks = f"[{_MARKS}{''.join(_ACCENTED.values())}]"
    plain = (_without_accents,) if accents and _holds(frame, columns, marks) else ()
    return (*plain, *_case_rules(frame, columns, case))


def _case_rules(frame: Frame, columns: Sequence[str], case: Case) -> tuple[Rule, ...]:
    if case == "lower":
        return (_lower,)
    if case == "upper":
        return (_sharp_s_as_two, _upper)
    if case == "title":
        blocks = [span for span in _BLOCKS if _holds(frame, columns, f"[{chr(span[0])}-{chr(span[1] - 1)}]")]
        begun = [partial(_capitals, letters=_letters(span)) for span in (_ASCII, *blocks)]
        return (_lower, _with_starts, *begun, _without_starts)
    return ()


def _holds(frame: Frame, columns: Sequence[str], letters: str) -> bool:
    """Tell whether a text has one of the letters, as it is or made small; on Spark it may."""
    if isinstance(frame, nw.LazyFrame):
        return True
    return any(
        frame.select(
            (nw.col(name).str.contains(letters) | _lower(nw.col(name)).str.contains(letters)).any()
        ).item()
        for name in texts(frame, columns)
    )


def _without_accents(text: nw.Expr) -> nw.Expr:
    """Return the text with accented Latin letters plain, and without combining marks."""
    plain = text.str.replace_all(f"[{_MARKS}]", "")
    for base, forms in _ACCENTED.items():
        plain = plain.str.replace_all(f"[{forms}]", base)
    every = "".join(_ACCENTED.values())
    return nw.when(text.str.contains(f"[{_MARKS}{every}]")).then(plain).otherwise(text)


def _lower(text: nw.Expr) -> nw.Expr:
    """Return small letters: a dotted capital I as i, and the Greek sigma as σ wherever it stands."""
    return _replaced(text, {"İ": "i", "Σ": "σ"}).str.to_lowercase()


def _sharp_s_as_two(text: nw.Expr) -> nw.Expr:
    return _replaced(text, {"ß": "SS"})


def _upper(text: nw.Expr) -> nw.Expr:
    odd = text.str.contains(f"[{_NO_SINGLE_CAPITAL}]")
    return nw.when(odd).then(text).otherwise(text.str.to_uppercase())


def _with_starts(text: nw.Expr) -> nw.Expr:
    marked = _replaced(text, {before: before + _START for before in _BEFORE_A_WORD})
    return nw.concat_str(nw.lit(_START), marked)


def _capitals(text: nw.Expr, letters: Sequence[str]) -> nw.Expr:
    """Return the text with those of ``letters`` that begin a word as capitals."""
    pairs = {c: c.upper() for c in letters if c.upper() != c and len(c.upper()) == 1}
    capital = _replaced(text, {_START + small: large for small, large in pairs.items()})
    begins = text.str.contains(f"{_START}[{''.join(pairs)}]")
    return nw.when(begins).then(capital).otherwise(text)


def _without_starts(text: nw.Expr) -> nw.Expr:
    return _replaced(text, {_START: ""})


def _replaced(text: nw.Expr, pairs: dict[str, str]) -> nw.Expr:
    for before, after in pairs.items():
        text = text.str.replace_all(before, after, literal=True)
    return text
