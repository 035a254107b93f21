"""Which two names may be one student's."""

import pytest

from core.cleaning.checks.people import is_similar


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("anna ek", "anna ek"),
        ("anna ek", "ek anna"),
        ("anna svensson", "ana svensson"),
        ("anna svensson", "anna svenson"),
        ("anna svensson", "anna swensson"),
        ("anna svensson", "anna svnesson"),
        ("anna svensson", "annasvensson"),
        ("李明", "明李"),
        ("李明华", "李华明"),
    ],
)
def test_one_short_slip_or_another_order_may_be_one_student(one, other):
    assert is_similar(one, other)
    assert is_similar(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("li wei", "bo wei"),
        ("anna svensson", "anna jonsson"),
        ("anna svensson", "anna maria svensson"),
        ("anna svensson", "hanna swensson"),
        ("ab", "ac"),
        ("", "abc"),
    ],
)
def test_two_places_or_most_of_a_short_name_are_two_students(one, other):
    assert not is_similar(one, other)
    assert not is_similar(other, one)
