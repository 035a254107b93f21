"""Putting rare categories together."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import frames
from core.cleaning.rare import CombineRare
from core.errors import RecipeError, WrongKind
from tests.cleaning.tables import after, lists, text


def test_categories_with_few_rows_and_new_ones_become_one_and_missing_stays():
    step = CombineRare(("language",), at_least=2)
    state = step.fit(frames.wrap(pd.DataFrame({"language": text("en", "de", "en", "Łem", None, "de")})))
    new = step.apply(frames.wrap(pd.DataFrame({"language": text("en", "Łem", "fr", None)})), state)

    assert state == {"language": ["de", "en"]}
    assert lists(new)["language"] == ["en", "other", "other", None]
    assert (
        step.describe(state) == "Write categories of 'language' with fewer than 2 rows as 'other' (2 kept)."
    )
    assert step.describe() == "Write categories of 'language' with fewer than 2 rows as 'other'."


def test_the_name_of_the_rest_is_chosen():
    assert after(CombineRare(("a",), into="a few"), a=text("x", None)) == {"a": ["a few", None]}


@pytest.mark.parametrize("values", [[], [None], [None, None]])
def test_columns_without_any_category_learn_none(values):
    step = CombineRare(("a",))

    assert step.fit(frames.wrap(pd.DataFrame({"a": text(*values)}))) == {"a": []}
    assert after(step, a=text(*values))["a"] == values


def test_other_columns_stay():
    assert after(CombineRare(("a",)), a=text("x"), b=text("x"), c=[1.0]) == {
        "a": ["other"],
        "b": ["x"],
        "c": [1.0],
    }


def test_only_text_has_categories():
    with pytest.raises(
        WrongKind, match=r"^The column 'a' does not hold text, which combine_rare needs.$"
    ) as failure:
        after(CombineRare(("a",)), a=[1.0])
    assert failure.value.hint == "Put numbers into bins first (bin_numbers), or leave the column out."


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(
        RecipeError, match=r"^combine_rare cannot keep categories with at least 0 rows.$"
    ) as failure:
        CombineRare(("a",), at_least=0)
    assert failure.value.hint == "Give 'at_least' as 1 or more; with 1, only categories of new rows are rare."
    with pytest.raises(RecipeError, match=r"^combine_rare needs a name for the rare categories.$") as failure:
        CombineRare(("a",), into="")
    assert failure.value.hint == "Set 'into', for example to 'other'."


cells = st.lists(st.sampled_from(["a", "b", "É", "", "other", "明", None]), max_size=30)


@given(cells, cells, st.integers(1, 4))
@settings(max_examples=60)
def test_kept_categories_stay_all_others_become_one_and_twice_is_once(old, new, at_least):
    step = CombineRare(("a",), at_least)
    state = step.fit(frames.wrap(pd.DataFrame({"a": text(*old)})))
    once = step.apply(frames.wrap(pd.DataFrame({"a": text(*new)})), state)
    kept = {value for value in old if value is not None and old.count(value) >= at_least}

    assert state == {"a": sorted(kept)}
    assert lists(once)["a"] == [value if value in kept or value is None else "other" for value in new]
    assert lists(step.apply(once, state)) == lists(once)


def test_spark_keeps_and_combines_the_same(spark):
    rows = pd.DataFrame({"a": text(*(["é", "z", "明", None] * 5), "Z", "")})
    on_spark, on_pandas = frames.on_spark(rows, spark), frames.wrap(rows)
    step = CombineRare(("a",), at_least=5)
    state = step.fit(on_pandas)

    assert step.fit(on_spark) == state == {"a": ["z", "é", "明"]}
    combined = [
        frames.collect(step.apply(frame, state))["a"].value_counts(dropna=False)
        for frame in (on_spark, on_pandas)
    ]
    assert combined[0].to_dict() == combined[1].to_dict()
