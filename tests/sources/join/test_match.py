"""How well ids match, before anything is joined."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from core.sources.base import DemoSpec
from core.sources.join.match import match
from core.sources.join.words import describe_join
from core.sources.plan import Join, Part
from core.sources.selection import How, KeyRule, Measure
from tests.sources.join import naive


def matched(base, part, **asked):
    asked = {"table": "surveys", "rule": KeyRule(), **asked}
    return match(pd.Series(base, dtype="str"), pd.Series(part, dtype="str"), **asked)


def test_students_and_ids_of_both_sides_are_counted_and_named_as_they_are_written():
    found = matched([" 1", "2", "3 "], ["1", "4 ", "4", None, ""], one_row=False)

    assert (found.n_base, found.n_matched, found.n_unmatched_base) == (3, 1, 2)
    assert found.unmatched_base == ("2", "3 ")
    assert (found.n_part, found.n_unmatched_part, found.unmatched_part) == (2, 1, ("4 ",))
    assert found.n_without_key == 2
    assert found.rate == 1 / 3
    assert found.sentence() == (
        "1 of 3 students are in 'surveys'; ids there without a student: 1 of 2; rows there without an id: 2."
    )


def test_repeated_ids_are_told_where_one_row_a_student_is_needed():
    assert str(matched(["1"], ["1", "1 ", "2"]).repeated) == "'1' (also written '1 ')"
    assert not matched(["1"], ["1", "1 ", "2"], one_row=False).repeated


def test_the_counts_are_a_row_and_the_ids_a_table():
    found = matched(["1", "2"], ["2", "3"])

    assert found.frame().to_dict("records") == [
        {
            "table": "surveys",
            "students": 2,
            "matched": 1,
            "rate": 0.5,
            "not_in_part": 1,
            "not_in_base": 1,
            "without_id": 0,
            "repeated": 0,
        }
    ]
    assert found.unmatched().to_numpy().tolist() == [["1", "part"], ["3", "base"]]


def test_of_many_unmatched_ids_two_hundred_are_named_and_all_counted():
    found = matched([str(i) for i in range(1_000)], [f"x{i}" for i in range(500)])

    assert (found.n_unmatched_base, len(found.unmatched_base)) == (1_000, 200)
    assert (found.n_unmatched_part, len(found.unmatched_part)) == (500, 200)


def test_a_hint_says_which_rule_would_match_more_and_how_many():
    base = [f"{i:06d}" for i in range(1, 1_001)]
    found = matched(base, [str(i) for i in range(1, 941)])

    assert found.n_matched == 0
    assert found.hint == "Ignoring leading zeros would match 940 more."


def test_a_hint_may_take_two_rules_together_and_names_the_fewest():
    assert matched(["s1", "s2"], ["S1", "S 2"], rule=KeyRule(spaces=False)).hint == (
        "Ignoring upper and lower case and spaces would match 2 more."
    )
    assert matched(["s1", "x"], ["S1", "y"], rule=KeyRule(spaces=False)).hint == (
        "Ignoring upper and lower case would match 1 more."
    )


def test_no_hint_where_students_could_no_longer_be_told_apart():
    assert matched(["007", "7", "08"], ["7", "8"]).hint == ""
    assert matched(["07", "08"], ["7", "8"]).hint == "Ignoring leading zeros would match 2 more."


def test_no_hint_where_nothing_would_match_more():
    assert matched(["1"], ["1"]).hint == ""
    assert matched(["1"], ["2"]).hint == ""
    assert matched([], []).hint == ""
    assert matched([], []).rate == 0.0


@given(st.lists(naive.IDS, max_size=10), st.lists(naive.IDS, max_size=10), naive.RULES)
def test_the_hint_keeps_what_it_promises(base, part, rule):
    found = matched(base, part, rule=rule)
    if not found.hint:
        return
    names = {"case": "case", "spaces": "spaces", "zeros": "zeros"}
    laxer = KeyRule(**{name: getattr(rule, name) or word in found.hint for name, word in names.items()})
    n_more = int(found.hint.split(" more.")[0].rsplit(" ", 1)[1])

    assert matched(base, part, rule=laxer).n_matched == found.n_matched + n_more


def test_a_join_is_described_by_what_becomes_of_the_students():
    part = Part(DemoSpec(), "events", key="id")
    counted = Part(DemoSpec(), "events", key="id", measures=(Measure(How.COUNT),))
    both = Part(DemoSpec(), "events", key="id", measures=(Measure(How.COUNT), Measure(How.SUM, "x")))
    only = Part(DemoSpec(), "events", key="id", join=Join.ONLY_MATCHED)
    lead = "Every student stays. Where 'events' has no row for a student,"

    assert describe_join(part) == f"{lead} its columns are empty."
    assert describe_join(counted) == f"{lead} its counts are 0."
    assert describe_join(both) == f"{lead} its counts are 0 and its other columns are empty."
    assert describe_join(only) == (
        "Only students with a row in 'events' stay; the others are left out and named."
    )
