"""Who moves when K changes: counts that add up, sentences that say it, and the students themselves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.modeling.segment_identity import Identity
from core.modeling.segment_matching import shared_students
from core.modeling.segment_moves import Moves, movers
from core.modeling.segment_names import Saying


def people(keys):
    return tuple(Identity(key, i, f"name {key}", (), (), 0) for i, key in enumerate(keys))


def moved(before, after, *, keys=("AB", "ABC")):
    one, other = np.array(before, np.int16), np.array(after, np.int16)
    counts = shared_students(one, other, ks=(len(keys[0]), len(keys[1])))
    return Moves(people(keys[0]), people(keys[1]), counts), one, other


@pytest.fixture
def moves():
    """Of A 6 stay and 4 go to the new C; of B 9 stay and 1 goes to A."""
    before = [1] * 10 + [2] * 10
    after = [1] * 6 + [3] * 4 + [2] * 9 + [1]
    return moved(before, after)


def test_who_keeps_the_identity_stays(moves):
    found = moves[0]

    assert (found.n_students, found.n_stay, found.n_moved) == (20, 15, 5)
    assert not found.is_empty


def test_sentences_say_how_many_and_where_the_largest_first(moves):
    assert moves[0].sentences == (
        "From K = 2 to K = 3, 15 of 20 students (75 %) stay in their segment.",
        "4 of 10 students of 'name A' go to the new 'name C'.",
        "1 of 10 students of 'name B' go to 'name A'.",
    )


def test_the_frame_has_every_pair_with_students(moves):
    frame = moves[0].frame()

    assert frame["n"].tolist() == [9, 6, 4, 1]
    assert frame["stays"].tolist() == [True, True, False, False]
    assert frame["share"].tolist() == [0.9, 0.6, 0.4, 0.1]


def test_the_students_who_move_are_named_by_their_rows(moves):
    found, before, after = moves

    assert movers(before, after, moves=found).tolist() == [6, 7, 8, 9, 19]
    assert movers(before, after, moves=found, from_key="A").tolist() == [6, 7, 8, 9]
    assert movers(before, after, moves=found, to_key="A").tolist() == [19]
    assert movers(before, after, moves=found, from_key="Z").tolist() == []


def test_a_segment_that_goes_as_a_whole_is_said_so():
    found, *_ = moved([1, 1, 2, 2, 2], [1, 1, 1, 1, 1], keys=("AB", "A"))

    assert found.sentences[1] == "All 3 students of 'name B' go to 'name A'."


def test_long_names_are_told_by_their_first_part_where_no_other_begins_alike():
    def named(key, *words):
        parts = tuple(Saying("x", "", True, word) for word in words)
        return Identity(key, 0, ", ".join(words), parts, (), 0)

    before = (named("A", "long travel", "little study time"), named("B", "high fees", "low grades"))
    after = (named("A", "long travel", "little study time"), named("C", "high fees", "good grades"))
    found = Moves(before, after, np.array([[5, 2], [3, 7]]))

    assert found.sentences[1:] == (
        "7 of 10 students of 'high fees, low grades' go to the new 'high fees, good grades'.",
        "3 of 10 students of 'high fees, low grades' go to 'long travel …'.",
        "2 of 7 students of 'long travel …' go to the new 'high fees, good grades'.",
    )


def test_nobody_moves_between_a_k_and_itself():
    found, before, after = moved([1, 2, 2], [1, 2, 2], keys=("AB", "AB"))

    assert found.is_empty
    assert found.sentences == ("From K = 2 to K = 2 nobody changes the segment.",)
    assert found.why_empty == "Between K = 2 and K = 2 nobody changes the segment."
    assert movers(before, after, moves=found).tolist() == []


labels = st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), min_size=1, max_size=60)


@settings(max_examples=80, deadline=None)
@given(labels, st.permutations("ABCD"))
def test_counts_are_a_recount_by_hand(pairs, keys):
    one, other = zip(*pairs, strict=True)
    found, before, after = moved(one, other, keys=("ABC", "".join(keys)))
    stays = [i for i, (a, b) in enumerate(pairs) if "ABC"[a - 1] == keys[b - 1]]

    assert found.n_students == len(pairs)
    assert found.n_stay == len(stays)
    assert movers(before, after, moves=found).tolist() == [i for i in range(len(pairs)) if i not in stays]
    assert found.frame()["n"].sum() == len(pairs)
