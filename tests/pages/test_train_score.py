"""A score on the Train page."""

from tests.pages.screen import settled
from tests.pages.test_train import table_with, train_page


def asked(screen, score):
    page = train_page(screen, "A score")
    page.text_input(key="score_text").set_value(score)
    (button,) = [one for one in page.button if one.label == "Predict"]
    return settled(button.click().run())


def test_a_score_is_predicted_with_intervals_and_beside_simple_rules(screen):
    page = asked(screen, "attendance_rate")

    shown = table_with(page, "mean").set_index("name")
    assert list(shown.index) == ["rmse", "mae", "r2"]
    assert (shown["low"] < shown["value"]).all()
    assert (shown["value"] < shown["high"]).all()
    assert shown.loc["rmse", "value"] < shown.loc["rmse", "mean"]
    effects = table_with(page, "points")
    assert not {"Gender", "Ethnicity", "Age"} & set(effects["label"])


def test_a_condition_is_no_score_and_says_so(screen):
    page = asked(screen, "attendance_rate < 80")

    assert [one.value for one in page.error] == [
        "'attendance\\_rate \\< 80' is a condition, so it is an outcome and no score\\."
    ]
