"""JSON from anywhere: what is strange in it is refused in one sentence, and what is written is read again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.registry.strict_json import MOST_DEPTH, Unreadable, canonical, pretty, read_json

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


def read(content, most_bytes=10_000):
    return read_json(content, what="the model 'x'", most_bytes=most_bytes)


@given(PLAIN)
def test_what_is_written_is_read_again_to_the_last_bit(value):
    again = read(pretty({"value": value}), most_bytes=10**7).value["value"]

    assert canonical(again) == canonical(value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "The model 'x' is not JSON: line 1, column 2."),
        (b'{"a": NaN}', "The model 'x' holds 'NaN', which is no number."),
        (b'{"a": -Infinity}', "The model 'x' holds '-Infinity', which is no number."),
        (b'{"a": 1e400}', "The model 'x' holds '1e400', which is too large for a number."),
        (b'{"a": ' + b"9" * 5000 + b"}", "The model 'x' holds a number that is too long."),
        (b'{"a": 1, "a": 2}', "The model 'x' holds the key 'a' twice in one object."),
        (b'{"a": "\\ud800"}', "The model 'x' is no text in UTF-8."),
        (b"\xff\xfe", "The model 'x' is no text in UTF-8."),
        (b"[" * 60 + b"]" * 60, "The model 'x' is nested too deeply."),
        (b"[" * 5000 + b"]" * 5000, "The model 'x' is nested too deeply."),
        (b" " * 10_001, "The model 'x' is too large."),
    ],
)
def test_what_is_strange_is_refused_in_one_sentence(content, said):
    with pytest.raises(Unreadable) as refused:
        read(content)

    assert str(refused.value) == said
    assert refused.value.hint


def test_as_deep_as_is_allowed_is_read():
    assert read(b"[" * MOST_DEPTH + b"]" * MOST_DEPTH).items(1)


def test_a_complaint_names_the_place():
    node = read(b'{"seed": "3", "list": [1, true]}')
    found = node.fields(["seed", "list"])

    with pytest.raises(Unreadable, match=r"In the model 'x', '\$\.seed' must be a whole number\."):
        found["seed"].whole()
    with pytest.raises(Unreadable, match=r"In the model 'x', '\$\.list\[1\]' must be a number\."):
        [one.number() for one in found["list"].items(5)]
    with pytest.raises(Unreadable, match=r"'\$' has an unknown key 'list'\."):
        node.fields(["seed"])
    with pytest.raises(Unreadable, match=r"'\$' has no 'model'\."):
        node.fields(["seed", "list", "model"], needed=["model"])
