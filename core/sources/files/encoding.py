"""Which encoding the text of a file has, and the text as UTF-8 without a byte order mark."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from core.errors import BadFile, InvalidChoice

CODECS = {
    "utf-8": "utf-8",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "utf-32": "utf-32",
    "cp1252": "cp1252",
    "latin-1": "latin-1",
    "iso-8859-15": "iso-8859-15",
    "shift-jis": "cp932",
    "euc-jp": "euc_jp",
    "cp1250": "cp1250",
    "cp1251": "cp1251",
    "gb18030": "gb18030",
    "big5": "big5",
    "euc-kr": "cp949",
    "mac-roman": "mac_roman",
}
"""The encodings that may be chosen, and the codec that reads each."""

LEGACY = ("cp932", "euc_jp", "cp1250", "cp1251", "gb18030", "big5", "cp949", "cp1252")
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
CHUNK = 8 * 1024**2
BEYOND_ASCII = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")


@dataclass(frozen=True)
class Encoding:
    """The encoding of a text, why it was taken, and what to check where it is only likely."""

    name: str
    reason: str
    doubt: str = ""


def chosen_encoding(name: str) -> Encoding:
    """Return the encoding that the user set; raises InvalidChoice."""
    wanted = name.strip().lower().replace("_", "-")
    by_codec = {codec.replace("_", "-"): shown for shown, codec in CODECS.items()}
    shown = wanted if wanted in CODECS else by_codec.get(wanted)
    if shown is None:
        raise InvalidChoice.of("encoding", name, tuple(CODECS))
    return Encoding(shown, f"The encoding {shown} was set by the user.")


def detect_encoding(data: bytes, *, name: str) -> Encoding:
    """Return the encoding of the bytes of a text file; raises BadFile where it holds NUL characters.

    UTF-8 and UTF-16 are told by proof over all bytes; older encodings by likelihood, always with a doubt.
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return Encoding(encoding, f"A byte order mark says {encoding}.")
    if b"\x00" in data:
        return _unmarked_utf16(data, name=name)
    if data.isascii():
        return Encoding("utf-8", "All characters are plain ASCII.")
    if is_valid(data, "utf-8"):
        return Encoding("utf-8", "All bytes are valid UTF-8.")
    return _older_encoding(data)


def is_valid(data: bytes, codec: str) -> bool:
    """Tell whether all bytes can be read with a codec."""
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        for start in range(0, len(data), CHUNK):
            decoder.decode(data[start : start + CHUNK])
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _unmarked_utf16(data: bytes, *, name: str) -> Encoding:
    head = data[: 64 * 1024]
    head = head[: len(head) // 2 * 2]
    for encoding in ("utf-16-le", "utf-16-be"):
        text = head.decode(encoding, errors="replace")
        if not set("\x00\ufffd") & set(text) and set("\r\n,;\t|") & set(text) and is_valid(data, encoding):
            return Encoding(encoding, f"Every second byte of a plain character is empty, as in {encoding}.")
    at = data.find(b"\x00")
    raise BadFile(
        f"Line {line_of(data, at)} of '{name}' holds a NUL character, so this is not plain text.",
        hint="The file may be damaged or cut off; export it again.",
    )


def line_of(data: bytes, position: int) -> int:
    """Return the number, from 1, of the line that a position is in."""
    before = data[:position]
    return max(before.count(b"\n"), before.count(b"\r")) + 1


def _older_encoding(data: bytes) -> Encoding:
    sample = _lines_beyond_ascii(data)
    name = "shift-jis" if _is_japanese(sample) else _western(sample) or _by_charset_normalizer(sample)
    if not is_valid(data, CODECS[name]):
        name = "latin-1"
    word = _telling_word(sample.decode(CODECS[name], errors="replace"))
    return Encoding(
        name,
        f"The bytes are not UTF-8; {name} is the most likely.",
        f"Is '{word}' right? Else set the encoding.",
    )


def _lines_beyond_ascii(data: bytes, limit: int = 64 * 1024) -> bytes:
    lines: list[bytes] = []
    size = 0
    for found in BEYOND_ASCII.finditer(data):
        lines.append(found.group()[:4096])
        size += len(lines[-1]) + 1
        if size > limit:
            break
    return b"\n".join(lines)


def _is_japanese(sample: bytes) -> bool:
    """Tell whether Shift-JIS gives runs of kana and kanji, which accented letters never give."""
    try:
        text = sample.decode("cp932")
    except UnicodeDecodeError:
        return False
    beyond = [c for c in text if ord(c) > 127]
    full = [c for c in beyond if _is_full_width_japanese(c)]
    in_runs = sum(len(run) for run in re.findall(r"[^\x00-\x7f]{2,}", text))
    return len(full) >= 0.9 * len(beyond) and in_runs >= 0.8 * len(beyond)


def _is_full_width_japanese(char: str) -> bool:
    return "\u3000" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff" or "\uff01" <= char <= "\uff5e"


def _western(sample: bytes) -> str | None:
    """Return cp1252 or latin-1 if almost every character is a single accented letter inside a word."""
    codec = "cp1252" if is_valid(sample, "cp1252") else "latin-1"
    text = sample.decode(codec)
    beyond = re.findall(r"[^\x00-\x7f]+", text)
    likely = sum(len(run) <= 2 and all(_is_western(c) for c in run) for run in beyond)
    return codec if beyond and likely >= 0.9 * len(beyond) else None


def _is_western(char: str) -> bool:
    if char in "€£§°ºª¿¡«»‘’“”–—…·²³½¼\u00a0":
        return True
    return char.isalpha() and "LATIN" in unicodedata.name(char, "")


def _by_charset_normalizer(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(LEGACY)).best()
    by_codec = {codec: shown for shown, codec in CODECS.items()}
    return by_codec.get(best.encoding, "latin-1") if best else "latin-1"


def _telling_word(text: str) -> str:
    found = re.search(r"\w*[^\W\x00-\x7f]\w*|[^\x00-\x7f]", text)
    return found.group()[:30] if found else text[:30]


def to_utf8(data: bytes, encoding: str, *, name: str) -> bytes:
    """Return the text as UTF-8 without a byte order mark; raises BadFile where it has another encoding."""
    codec = CODECS[encoding]
    for mark, marked in MARKS:
        if marked == encoding and encoding != "utf-32":
            data = data.removeprefix(mark)
    if codec == "utf-8" and is_valid(data, codec):
        return data
    decoder = codecs.getincrementaldecoder(codec)()
    starts = range(0, len(data), CHUNK)
    try:
        parts = [decoder.decode(data[start : start + CHUNK]).encode() for start in starts]
        parts.append(decoder.decode(b"", final=True).encode())
    except UnicodeError as error:
        raise BadFile(
            f"'{name}' cannot be read as {encoding}.", hint="Leave the encoding empty to have it detected."
        ) from error
    return b"".join(parts)
