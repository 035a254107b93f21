"""Several comparisons on one page are corrected together."""

import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests

from core.eda.groups import compare_groups
from core.eda.together import corrected_together


def compare(data, value, group):
    return compare_groups(data.frame, value=value, group=group, schema=data.schema)


def test_every_q_counts_all_comparisons_of_the_page(school):
    data = school(300)
    pages = [compare(data, "n_hours", "c_house"), compare(data, "n_marks", "c_way")]
    found = corrected_together(pages)

    p = np.concatenate([page.frame()["p"] for page in pages])
    q = np.concatenate([page.frame()["q"] for page in found])
    np.testing.assert_allclose(q, multipletests(p, method="fdr_bh")[1])
    tests = [page.test.p for page in pages]
    assert [page.test.q for page in found] == pytest.approx(multipletests(tests, method="fdr_bh")[1])
    assert [page.value for page in found] == ["n_hours", "n_marks"]


def test_two_groups_that_are_all_students_count_once(school):
    data = school(300)
    pages = [compare(data, "n_marks", "f_job"), compare(data, "n_marks", "c_house")]
    one, many = corrected_together(pages)

    p = [pages[0].groups[0].p, *(group.p for group in pages[1].groups)]
    q = multipletests(p, method="fdr_bh")[1]
    assert [group.q for group in one.groups] == pytest.approx([q[0], q[0]])
    assert [group.q for group in many.groups] == pytest.approx(q[1:])


def test_comparisons_without_a_test_stay_as_they_are(table, school):
    empty = compare(table(n_x=[1.0] * 30, c_g=["a"] * 30), "n_x", "c_g")
    equal = compare(table(n_x=[1.0] * 40, c_g=["a", "b"] * 20), "n_x", "c_g")
    full = compare(school(200), "n_marks", "c_house")
    found = corrected_together([empty, equal, full])

    assert found[0] == empty
    assert np.isnan([group.q for group in found[1].groups]).all()
    assert [group.q for group in found[2].groups] == pytest.approx([group.q for group in full.groups])
    assert corrected_together([]) == ()


def test_one_comparison_alone_keeps_its_q(school):
    page = compare(school(200), "n_marks", "c_way")
    (found,) = corrected_together([page])

    assert [group.q for group in found.groups] == pytest.approx([group.q for group in page.groups])
    assert found.sentences == page.sentences
