"""The reading grade of English: Flesch and Kincaid's formula, over sentences as a mentor reads them."""

import functools
import re

import pyphen

WORD = re.compile(r"[A-Za-z0-9À-ɏ][A-Za-z0-9À-ɏ.,'’-]*")
END = re.compile(r"[.!?](?=\s|$)")
VOWELS = re.compile(r"[aeiouy]+")
SILENT = re.compile(r"(?<![aeiouy])ed$|(?<![sxzcgh])es$|(?<![aeiouyl])e$|(?<=[aeiouyr]l)e$")


@functools.cache
def _dictionary():
    return pyphen.Pyphen(lang="en_US")


def syllables(word):
    """Syllables of a word: by the hyphens or by the groups of vowels, whichever finds more; a number is one.

    Hyphenation alone finds one in "idea" and "about".
    """
    plain = re.sub(r"[^a-z]", "", word.lower())
    if not plain:
        return 1
    heard = plain if re.search(r"[td]ed$", plain) else SILENT.sub("", plain)
    return max(1, len(_dictionary().positions(plain)) + 1, len(VOWELS.findall(heard)))


def grade(text, *, names=()):
    """Return the grade of a text (Kincaid and others, 1975); each of ``names`` counts as one short word.

    Names are the school's own words, its columns, units and answers: a mentor there knows them.
    """
    for name in sorted(names, key=len, reverse=True):
        text = re.sub(rf"(?<![\w]){re.escape(name)}(?![\w])", "this", text, flags=re.IGNORECASE)
    words = WORD.findall(text)
    sentences = max(1, len(END.findall(text)))
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59
