"""The Train page tells how good the list is, each figure with its interval and beside a simple rule."""

from tests.pages.screen import open_page, settled, texts

MEASURES = {
    "Accuracy",
    "Balanced accuracy",
    "Precision",
    "Recall",
    "F1",
    "ROC-AUC",
    "PR-AUC",
    "Brier score",
    "Calibration error",
    "Precision of the list",
}


def train_page(screen, panel=None):
    page = open_page(open_page(screen), "train")
    return page if panel is None else opened(page, panel)


def opened(page, panel):
    page.session_state["train_tabs"] = panel
    return settled(page.run())


def table_with(page, column):
    (found,) = [one.value for one in page.dataframe if column in one.value.columns]
    return found


def test_every_measure_has_an_interval_and_a_simple_rule_beside(screen):
    shown = table_with(train_page(screen, "How good it is"), "baseline")

    assert set(shown["title"]) == MEASURES
    assert (shown["low"] <= shown["value"]).all()
    assert (shown["value"] <= shown["high"]).all()
    assert shown["baseline"].notna().all()


def test_the_three_parts_stand_side_by_side(screen):
    shown = table_with(train_page(screen, "How good it is"), "validation")

    assert {"train", "validation", "test"} <= set(shown.columns)
    assert shown["test"].notna().all()


def test_odds_ratios_have_intervals_around_them(screen):
    shown = table_with(train_page(screen, "What it uses"), "odds_ratio")

    assert (shown["low"] < shown["odds_ratio"]).all()
    assert (shown["odds_ratio"] < shown["high"]).all()
    assert not {"Gender", "Ethnicity", "Age"} & set(shown["label"])


def test_the_confusion_matrix_follows_its_slider(screen):
    page = train_page(screen, "How good it is")
    before = table_with(page, "no outcome").to_numpy().copy()
    page.slider(key="train_cut").set_value(0.1).run()
    after = table_with(page, "no outcome").to_numpy()

    assert after.sum() == before.sum()
    assert after[0].sum() > before[0].sum()


def test_columns_that_are_not_used_are_named_with_the_reason(screen):
    shown = table_with(train_page(screen, "What it uses"), "Why it is not used").set_index("Column")[
        "Why it is not used"
    ]

    assert shown["gender"] == "A protected attribute is never a model input."
    assert shown["not_retained"] == "It decides the outcome."


def submit(page, outcome):
    page.text_input[0].set_value(outcome)
    page.button[0].click()
    return settled(page.run())


def test_a_misspelt_outcome_is_one_sentence_and_the_form_stays(screen):
    page = submit(train_page(screen), 'not_retaned == "yes"')

    assert "not_retained" in texts(page)
    assert page.text_input[0].value == 'not_retaned == "yes"'
    assert not page.exception


def test_an_outcome_that_everybody_has_is_one_sentence(screen):
    page = submit(train_page(screen), "attendance_rate < 200")

    assert "Every student has the outcome" in texts(page)


def test_another_outcome_trains_another_model(screen):
    page = opened(submit(train_page(screen), "last_average < 55"), "What it uses")

    assert "last average is below 55" in texts(page) or "last_average is below 55" in texts(page)
    assert "last_average" in set(table_with(page, "Why it is not used")["Column"])
