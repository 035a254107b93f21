"""Two rows that are one student: which goes, what the other gains, and what is refused."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from core import frames
from core.cleaning.ledger import replay
from core.cleaning.merging import MergeStudents
from core.cleaning.registry import step_from_dict, step_to_dict
from core.errors import RecipeError, StepFailed, WrongKind
from tests.cleaning.tables import after, lists, text


def test_the_second_row_goes_and_the_gaps_of_the_first_are_filled_from_it(frame_of):
    rows = frame_of(
        {
            "id": text("b", "a", "c", None),
            "x": [1.0, None, None, None],
            "y": text("q", "r", None, None),
            "day": pd.Series(pd.to_datetime(["2026-11-21", None, None, None]), dtype="datetime64[us]"),
        }
    )
    step = MergeStudents("id", (("a", "b"),))
    done = frames.collect(step.apply(rows, step.fit(rows))).sort_values("id", ignore_index=True)

    assert lists(frames.wrap(done)) == {
        "id": ["a", "c", None],
        "x": [1.0, None, None],
        "y": ["r", None, None],
        "day": [pd.Timestamp("2026-11-21"), None, None],
    }


def test_of_several_rows_of_one_student_the_pair_that_stands_first_fills_first(frame_of):
    rows = frame_of({"id": text("a", "b", "c"), "x": [None, 2.0, 3.0], "y": [None, None, 3.0]})
    step = MergeStudents("id", (("a", "c"), ("a", "b")))
    other = MergeStudents("id", (("a", "b"), ("a", "c")))

    assert lists(step.apply(rows, {})) == {"id": ["a"], "x": [3.0], "y": [3.0]}
    assert lists(other.apply(rows, {})) == {"id": ["a"], "x": [2.0], "y": [3.0]}


@pytest.mark.parametrize("pairs", [(), (("a", "zz"),), (("zz", "b"),), (("y", "z"),)])
def test_a_pair_of_which_an_id_is_not_there_is_nothing_to_do(pairs, frame_of):
    rows = {"id": text("a", "b", None), "x": [None, 2.0, 3.0]}
    step = MergeStudents("id", pairs)
    done = frames.collect(step.apply(frame_of(rows), step.fit(frame_of(rows))))

    assert_frame_equal(done, pd.DataFrame(rows))


@pytest.mark.parametrize("n", [0, 1])
def test_no_rows_and_one_row_pass_through(n, frame_of):
    rows = pd.DataFrame({"id": text("a", "b"), "x": [1.0, 2.0]}).iloc[:n]

    assert_frame_equal(frames.collect(MergeStudents("id", (("a", "b"),)).apply(frame_of(rows), {})), rows)


def test_a_table_of_ids_alone_and_one_without_any_id_are_fine():
    step = MergeStudents("id", (("a", "b"),))

    assert after(step, id=text("b", "a")) == {"id": ["a"]}
    assert after(step, id=text(None, None), x=[1.0, None]) == {"id": [None, None], "x": [1.0, None]}


def test_an_id_on_several_rows_is_named(frame_of):
    rows = frame_of({"id": text("a", "b", "b"), "x": [1.0, 2.0, 3.0]})

    with pytest.raises(
        StepFailed, match=r"^merge_students cannot merge 'b': the id stands on 2 rows.$"
    ) as failure:
        MergeStudents("id", (("a", "b"),)).apply(rows, {})
    assert failure.value.hint == "Put keep_one_per_student before it in the recipe."


def test_an_id_on_several_rows_is_no_matter_where_there_is_nothing_to_merge():
    assert after(MergeStudents("id", (("b", "zz"),)), id=text("b", "b"))["id"] == ["b", "b"]


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ((("a", "a"),), "merge_students merges 'a' with itself."),
        ((("a", "b"), ("a", "b")), "merge_students lists the pair 'a' and 'b' twice."),
        ((("a", "b"), ("b", "c")), "merge_students both keeps and drops 'b'."),
        ((("a", "b"), ("b", "a")), "merge_students both keeps and drops 'b'."),
        ((("a", "c"), ("b", "c")), "merge_students drops 'c' twice."),
    ],
)
def test_pairs_that_contradict_each_other_are_refused(pairs, message):
    with pytest.raises(RecipeError) as failure:
        MergeStudents("id", pairs)
    assert str(failure.value) == message


def test_numbers_are_no_ids():
    with pytest.raises(
        WrongKind, match=r"^The column 'id' does not hold text, which merge_students needs.$"
    ) as failure:
        after(MergeStudents("id", (("1", "2"),)), id=[1.0, 2.0])
    assert failure.value.hint == "Put cast_columns (to text) before it in the recipe."


IDS = "abcdefgh"
drawn_pairs = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("efgh")), max_size=4).map(
    lambda pairs: tuple({dropped: (kept, dropped) for kept, dropped in pairs}.values())
)
drawn_rows = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from([1.0, 2.0, None]), st.sampled_from(["x", None])),
    unique_by=lambda row: row[0],
    max_size=8,
)


@given(drawn_pairs, drawn_rows)
@settings(max_examples=60)
def test_exactly_the_dropped_ids_go_no_value_changes_and_twice_is_once(pairs, rows):
    step = MergeStudents("id", pairs)
    before = pd.DataFrame(
        {"id": text(*[r[0] for r in rows]), "x": _floats(rows), "y": text(*[r[2] for r in rows])}
    )
    once = frames.collect(step.apply(frames.wrap(before), {}))
    there = set(before["id"])
    done = [pair for pair in pairs if there >= set(pair)]

    assert list(once["id"]) == [name for name in before["id"] if name not in {other for _, other in done}]
    for name in ("x", "y"):
        was, now = before.set_index("id")[name], once.set_index("id")[name]
        for kept in now.index:
            known = [was[kept], *(was[other] for one, other in done if one == kept)]
            expected = next((value for value in known if not pd.isna(value)), None)
            assert now[kept] == expected or (pd.isna(now[kept]) and expected is None)
    assert_frame_equal(frames.collect(step.apply(frames.wrap(once), {})), once)


def _floats(rows):
    return pd.Series([row[1] for row in rows], dtype="float64")


def test_rows_keep_their_labels_and_their_order():
    table = pd.DataFrame({"id": text("c", "a", "b"), "x": [1.0, None, 3.0]}).set_axis([7, 3, 5])
    done = frames.collect(MergeStudents("id", (("a", "b"),)).apply(frames.wrap(table), {}))

    assert done["x"].to_dict() == {7: 1.0, 3: 3.0}


def test_the_ledger_names_the_dropped_student_and_the_kept_one():
    table = pd.DataFrame({"id": text("a", "b"), "x": [None, 2.0]})
    _, cleaned, report = replay(frames.wrap(table), [MergeStudents("id", (("a", "b"),))], student_id="id")

    assert cleaned.to_dict("list") == {"id": ["a"], "x": [2.0]}
    assert [(gone.student_id, gone.reason) for gone in report.exclusions] == [
        ("b", "the same student as 'a', which was kept")
    ]


def test_where_several_are_kept_the_ledger_names_them():
    step = MergeStudents("id", (("a", "b"), ("c", "d"), ("a", "e")))

    assert step.why_dropped() == "the same student as one of 'a' and 'c', which was kept"


def test_the_ledger_names_the_kept_student_of_each_row():
    table = pd.DataFrame({"n": [1.0, 2.0, 3.0, 4.0], "id": text("b", "a", "c", "d")})
    step = MergeStudents("id", (("a", "b"), ("c", "d")))
    _, _, report = replay(frames.wrap(table), [step], student_id=None)

    assert [(gone.student_id, gone.reason) for gone in report.exclusions] == [
        ("row 1", "the same student as 'a', which was kept"),
        ("row 4", "the same student as 'c', which was kept"),
    ]


def test_the_step_survives_json_and_says_what_it_does():
    step = MergeStudents("id", (("a", "b"), ("c", "d")), reason="they look alike")

    assert step_from_dict(step_to_dict(step), place="Step 1") == step
    assert step.describe() == "Merge 'b' into 'a' and 1 more by 'id', because they look alike."
    assert MergeStudents("id", (("a", "b"),)).describe() == "Merge 'b' into 'a' by 'id'."
    assert MergeStudents("id", ()).describe() == "Merge no students of 'id'."
