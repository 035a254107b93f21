"""Ids made alike, and the ids that are then the same."""

import sys
import unicodedata

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sources.join.keys import find_repeats, normalised
from core.sources.selection import KeyRule
from tests.sources.join import naive

EXACT = KeyRule(spaces=False)


def alike(keys, rule):
    found = normalised(pd.Series(keys, dtype="str"), rule)
    return [None if pd.isna(key) else key for key in found]


@pytest.mark.parametrize(
    ("rule", "keys", "expected"),
    [
        (EXACT, [" a", "A", "", None, "007"], [" a", "A", None, None, "007"]),
        (KeyRule(), [" a b\t", "a\u00a0b", "\u2003", "\n"], ["ab", "ab", None, None]),
        (KeyRule(case=True), ["S1", "s1", "STRASSE", "Straße"], ["s1", "s1", "strasse", "strasse"]),
        (KeyRule(zeros=True), ["007", "000", "0", "0A", "S007", "70"], ["7", "0", "0", "A", "S007", "70"]),
        (KeyRule(zeros=True), [" 00 7 "], ["7"]),
        (KeyRule(spaces=False, zeros=True), [" 007"], [" 007"]),
    ],
)
def test_a_rule_ignores_what_it_says_and_no_more(rule, keys, expected):
    assert alike(keys, rule) == expected


def test_every_white_space_of_unicode_is_ignored():
    spaces = [chr(i) for i in range(sys.maxunicode + 1) if chr(i).isspace()]

    assert len(spaces) >= 25
    assert all(char in spaces for char in map(chr, range(0x3100)) if unicodedata.category(char) == "Zs")
    assert alike(spaces, KeyRule()) == [None] * len(spaces)
    assert set(alike([f"{space}7{space}7{space}" for space in spaces], KeyRule())) == {"77"}


@given(st.lists(st.one_of(st.none(), st.text()), max_size=6), naive.RULES)
def test_what_is_made_alike_stays_so(keys, rule):
    once = alike(keys, rule)

    assert alike(once, rule) == once


def test_folding_the_case_of_any_character_twice_changes_nothing_more():
    changed = [char for char in map(chr, range(sys.maxunicode + 1)) if char.casefold() != char]
    once = alike(changed, KeyRule(case=True))

    assert len(changed) > 1_000
    assert alike(once, KeyRule(case=True)) == once


def test_number_keys_are_the_text_that_people_write():
    assert normalised(pd.Series([7.0, None, 12.5]), KeyRule()).tolist()[::2] == ["7", "12.5"]


def test_the_index_and_the_order_stay():
    keys = pd.Series(["b", "a"], index=[9, 4], dtype="str", name="id")

    assert normalised(keys, KeyRule()).index.tolist() == [9, 4]
    assert normalised(keys, KeyRule()).name == "id"


def test_repeated_ids_are_named_as_they_are_written():
    raw = pd.Series(["7", "b", "007", None, None, "c", " 7", "c", ""], dtype="str")
    repeats = find_repeats(raw, normalised(raw, KeyRule(zeros=True)))

    assert (repeats.n_ids, repeats.n_rows) == (2, 5)
    assert repeats.examples == (("7", "007", " 7"), ("c",))
    assert str(repeats) == "'7' (also written '007', ' 7'), 'c'"


def test_of_many_repeated_ids_the_first_eight_are_named():
    raw = pd.Series([str(i) for i in range(1_000)] * 2, dtype="str")
    repeats = find_repeats(raw, raw)

    assert (repeats.n_ids, repeats.n_rows) == (1_000, 2_000)
    assert str(repeats) == "'0', '1', '2', '3', '4', '5', '6', '7' and 992 more"


def test_different_ids_and_missing_ones_are_no_repeats():
    raw = pd.Series(["1", "2", None, None], dtype="str")

    assert not find_repeats(raw, raw)
