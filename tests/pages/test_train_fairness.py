"""The Fairness panel follows the cut, gives a verdict for each attribute, and names nobody."""

import numpy as np

from tests.pages.screen import settled, texts
from tests.pages.test_train import table_with, train_page

ATTRIBUTES = ("Age", "Gender", "Ethnicity", "Disability")
STATUSES = ("gap", "too few to tell", "no gap seen")


def alerts(page):
    return [box.value for box in (*page.warning, *page.info, *page.success)]


def one_measure(page):
    tables = [one.value for one in page.dataframe if "smallest" in one.value.columns]
    (found,) = [table for table in tables if table["measure"].nunique() == 1]
    return found


def capacity(page):
    (slider,) = [one for one in page.slider if str(one.key).startswith("cut_capacity")]
    return slider


def test_each_attribute_has_one_verdict_and_dates_are_left_out_with_the_reason(screen):
    page = train_page(screen, "Fairness")
    said = alerts(page)

    for attribute in ATTRIBUTES:
        (one,) = [words for words in said if words.startswith(f"**{attribute}: ")]
        assert any(one.startswith(f"**{attribute}: {status}.**") for status in STATUSES)
    assert "Date of birth: Dates make no groups" in texts(page)
    assert "Age is cut at its quartiles" in texts(page)


def test_the_figures_are_of_groups_of_ten_or_more_and_follow_the_cut(screen):
    page = train_page(screen, "Fairness")
    before = one_measure(page)
    capacity(page).set_value(900).run()
    after = one_measure(page)

    assert (before["n"] >= 10).all()
    assert set(before["measure"]) == {"recall"}
    known = before["value"].notna()
    assert known.sum() >= 2
    assert (after["value"] > before["value"])[known].all()
    assert (after["base"] == before["base"]).all()


def test_with_nobody_listed_there_is_nothing_to_compare(screen):
    page = train_page(screen, "Fairness")
    capacity(page).set_value(0).run()

    assert "Nobody is listed at this cut, so no group is treated differently." in texts(page)
    assert not page.exception


def test_what_it_would_take_is_told_with_its_cost_and_applied_by_nobody(screen):
    page = train_page(screen, "Fairness")
    shown = table_with(page, "more_found").set_index("option")

    assert shown.loc["The list as it is", "more_listed"] == 0
    assert shown.loc["A longer list for all", "more_listed"] > 0
    assert shown.loc[~shown["by_group"]].index.tolist() == ["The list as it is", "A longer list for all"]
    assert "may be unlawful" in texts(page)
    assert "a person decides" in texts(page)


def test_a_pair_of_attributes_is_shown_like_an_attribute(screen):
    page = train_page(screen, "Fairness")
    (chooser,) = [one for one in page.selectbox if one.label == "Show the groups of"]
    chooser.set_value("Gender and disability")
    settled(page.run())
    shown = one_measure(page)

    assert set(shown["grouping"]) == {"Gender and disability"}
    assert np.isfinite(shown["value"]).any()
