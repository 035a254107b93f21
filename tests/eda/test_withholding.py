"""Small groups stay hidden, also from subtraction."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.eda.withholding import (
    SPAN,
    may_show_part,
    pinned,
    suspects,
    withheld,
    withheld_beside,
    withheld_cells,
)


def test_nothing_is_hidden_where_every_group_is_large_enough():
    assert withheld(np.array([10, 200, 0])).tolist() == [False, False, False]


def test_a_single_small_group_takes_the_next_smallest_with_it():
    assert withheld(np.array([95, 40, 5])).tolist() == [False, True, True]


def test_two_tiny_groups_take_a_third_until_ten_students_are_hidden():
    assert withheld(np.array([95, 40, 1, 2])).tolist() == [False, True, True, True]


def test_ten_groups_of_one_take_another_because_their_sum_would_tell_each_of_them():
    assert withheld(np.array([95, 40] + [1] * 10)).tolist() == [False] + [True] * 11


def test_with_two_groups_of_which_one_is_small_both_are_hidden():
    assert withheld(np.array([95, 5])).tolist() == [True, True]


def test_a_minimum_of_one_hides_nothing():
    assert not withheld(np.array([1, 2, 3]), minimum=1).any()


@given(st.lists(st.integers(0, 60), max_size=12), st.integers(1, 20))
def test_what_is_hidden_can_never_be_worked_out_from_the_total(counts, minimum):
    counts = np.array(counts, dtype=np.int64)
    hidden = withheld(counts, minimum=minimum)

    assert not (counts[~hidden & (counts > 0)] < minimum).any()
    if hidden.any() and not hidden[counts > 0].all():
        assert hidden.sum() >= 2
        assert counts[hidden].sum() >= minimum


def completes(places, left, sums, floors):
    """Whether the counts at ``places`` can be chosen so that nothing is left of any known sum, by trying."""
    if not places:
        return not any(left)
    place, rest = places[0], places[1:]
    inside = [i for i, (group, _) in enumerate(sums) if place in group]
    last = [left[i] for i in inside if not any(p in sums[i][0] for p in rest)]
    values = {last[0]} if last else range(floors[place], min(left[i] for i in inside) + 1)
    least = [sum(floors[p] for p in rest if p in group) for group, _ in sums]
    for value in values:
        after = [n - value if i in inside else n for i, n in enumerate(left)]
        fits = value >= floors[place] and all(n >= m for n, m in zip(after, least, strict=True))
        if fits and completes(rest, after, sums, floors):
            return True
    return False


def reached(cell, free, sums, floors):
    """Return the values that one count can have while the others in ``free`` keep all known sums.

    ``sums`` are pairs of a set of places and their total; no more values once they lie far enough apart.
    """
    found, others = [], [p for p in free if p != cell]
    for value in range(floors[cell], max(total for _, total in sums) + 1):
        left = [total - value if cell in group else total for group, total in sums]
        if min(left) >= 0 and completes(others, left, sums, floors):
            found.append(value)
        if found and found[-1] - found[0] >= SPAN:
            break
    return found


@settings(deadline=None)
@given(st.lists(st.integers(0, 14), min_size=2, max_size=5), st.integers(2, 10))
def test_no_hidden_group_is_pinned_by_the_total_whatever_is_tried(counts, minimum):
    hidden = withheld(np.array(counts, dtype=np.int64), minimum=minimum)
    free = np.flatnonzero(hidden).tolist()
    # Where nothing is left to show, the total is all there is.
    assume(free and len(free) < sum(n > 0 for n in counts))

    total = sum(counts[i] for i in free)
    for cell in free:
        values = reached(cell, free, [(set(free), total)], dict.fromkeys(free, 1))
        assert max(values) - min(values) >= min(SPAN, total - len(free))
        assert total - len(free) >= SPAN


def known_sums(table, hidden):
    """What a reader of a two-way table works out: for each shown total, the hidden places and their sum."""
    places = [tuple(place) for place in np.argwhere(hidden.cells).tolist()]
    groups = [{p for p in places if p[0] == i} for i in np.flatnonzero(~hidden.rows)]
    groups += [{p for p in places if p[1] == j} for j in np.flatnonzero(~hidden.columns)]
    groups.append(set(places))
    return places, [(group, int(sum(table[p] for p in group))) for group in groups if group]


def test_no_small_cell_is_pinned_by_the_totals_whatever_is_tried():
    rng = np.random.default_rng(0)
    tried = 0
    for _ in range(150):
        shape = (2, int(rng.integers(2, 4)))
        table = rng.choice([0, 1, 2, 3, 5, 8], shape).astype(np.int64)
        hidden = withheld_cells(table, minimum=4)
        assert not ((table > 0) & (table < 4) & ~hidden.cells).any()
        # Where no total of a row or of a column is shown, what is left is the rule for one column.
        if hidden.rows.all() or hidden.columns.all():
            continue
        places, sums = known_sums(table, hidden)
        floors = {p: int(not hidden.rows[p[0]] and not hidden.columns[p[1]]) for p in places}
        for cell in (p for p in places if 0 < table[p] < 4):
            tried += 1
            values = reached(cell, places, sums, floors)
            assert max(values) - min(values) >= SPAN
    assert tried >= 50


def test_hiding_the_small_cells_alone_would_pin_one():
    table = np.array([[3, 40], [50, 60]])
    only_small = np.array([[3]]).ravel()

    assert pinned(only_small, sums=np.array([[1]]), targets=np.array([[1]])) == 0
    hidden = withheld_cells(table)
    assert hidden.cells.all()
    assert not hidden.rows.any()


def test_a_table_of_large_cells_is_shown_whole():
    hidden = withheld_cells(np.array([[30, 0, 40], [12, 60, 10]]))
    assert not any(part.any() for part in (hidden.cells, hidden.rows, hidden.columns))


def test_a_small_cell_takes_three_others_with_it_where_that_is_enough():
    hidden = withheld_cells(np.array([[3, 40, 20], [50, 60, 30], [70, 80, 90]]))
    assert hidden.cells.astype(int).tolist() == [[1, 0, 1], [1, 0, 1], [0, 0, 0]]


def test_a_small_row_is_hidden_whole_with_its_total():
    hidden = withheld_cells(np.array([[50, 70], [40, 70], [2, 3]]))
    assert hidden.rows.tolist() == [False, True, True]
    assert hidden.cells[1:].all()


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (1, 1), (2, 2)])
def test_an_empty_table_has_nothing_to_hide(shape):
    assert not withheld_cells(np.zeros(shape, dtype=np.int64)).cells.any()


def test_of_many_random_tables_no_small_cell_is_pinned_but_without_companions_most_are():
    rng = np.random.default_rng(0)
    naive = 0
    for _ in range(40):
        table = rng.negative_binomial(1, 0.03, (4, 5)).astype(np.int64)
        small = (table > 0) & (table < 10)
        if not small.any():
            continue
        hidden = withheld_cells(table)
        free = np.argwhere(small)
        rows, columns = ((free[:, axis] == i for i in range(n)) for axis, n in enumerate(table.shape))
        naive += pinned(table[small], sums=np.stack([*rows, *columns]), targets=np.eye(len(free))) is not None
        if not hidden.rows.all():
            places, sums = known_sums(table, hidden)
            groups = np.array([[p in group for p in places] for group, _ in sums])
            counts = np.array([table[p] for p in places])
            few = np.eye(len(places))[(counts > 0) & (counts < 10)]
            assert pinned(counts, sums=groups, targets=few) is None
    assert naive >= 20


def test_a_part_is_shown_if_neither_it_nor_the_rest_is_few():
    shown = [may_show_part(n, n_whole=30) for n in (0, 9, 10, 20, 21, 30)]
    assert shown == [True, False, True, True, False, True]


def test_both_ends_of_a_sum_are_looked_at():
    table, total = np.array([4, 6]), np.ones((1, 2))
    for target in itertools.permutations([1, 0]):
        assert pinned(table, sums=total, targets=np.array([target])) is None
        assert pinned(table, sums=total, targets=np.array([target]), span=11) == 0


@pytest.mark.parametrize(
    ("counts", "unknown", "hidden"),
    [
        ([60, 39], 1, [False, True]),
        ([60, 39], 0, [False, False]),
        ([60, 39], 10, [False, False]),
        ([60], 9, [True]),
        ([60, 39, 5], 15, [False, True, True]),
        ([60, 39, 5], 1, [False, True, True]),
    ],
)
def test_students_in_no_group_are_one_more_hidden_group(counts, unknown, hidden):
    assert withheld_beside(np.array(counts), unknown=unknown).tolist() == hidden


def test_the_quick_search_leaves_every_target_that_is_pinned():
    rng = np.random.default_rng(0)
    n_pinned = n_left = 0
    for _ in range(60):
        counts = rng.integers(0, 15, 12)
        sums, targets = rng.random((6, 12)) < 0.4, rng.random((8, 12)) < 0.2
        sums[0] = True
        left = suspects(counts, sums=sums, targets=targets)
        for target, is_left in zip(targets, left, strict=True):
            is_pinned = pinned(counts, sums=sums, targets=target[None]) is not None
            assert is_left or not is_pinned
            n_pinned, n_left = n_pinned + is_pinned, n_left + is_left
    assert 0 < n_pinned <= n_left < 60 * 8
