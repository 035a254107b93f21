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
    "Specificity",
    "Brier score",
    "Log loss",
    "Calibration error",
    "Precision of the list",
    "Recall of the list",
    "Lift of the list",
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


def test_the_confusion_matrix_follows_the_cut_that_is_chosen(screen):
    page = train_page(screen, "How good it is")
    before = table_with(page, "no outcome").to_numpy().copy()
    (capacity,) = [one for one in page.slider if str(one.key).startswith("cut_capacity_")]
    capacity.set_value(1_000).run()
    after = table_with(page, "no outcome").to_numpy()
    page.segmented_control(key="cut_how").set_value("Threshold").run()
    page.slider(key="cut_score").set_value(0.0).run()
    everybody = table_with(page, "no outcome").to_numpy()

    assert after.sum() == before.sum() == everybody.sum()
    assert after[0].sum() == 1_000
    assert everybody[1].sum() == 0


def test_the_mistakes_are_said_in_words(screen):
    said = texts(train_page(screen, "How good it is"))

    assert "Students who were missed" in said
    assert "Students who were falsely alarmed" in said
    assert "for all" in said


def test_the_learning_curve_is_drawn_when_it_is_asked_for(screen):
    page = train_page(screen, "How good it is")
    assert "training students ROC-AUC changes" not in texts(page)
    page.button(key="train_learn").click()

    assert "training students ROC-AUC changes" in texts(settled(page.run()))


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


def test_families_are_compared_when_asked_and_the_verdict_is_said(screen):
    page = train_page(screen, "Families")
    assert "families_table" not in [one.key for one in page.dataframe]
    page = settled(page.button(key="compare_families").click().run())
    shown = table_with(page, "difference").set_index("name")

    assert "logistic regression" in texts(page)
    assert {"gradient_boosting", "support_vectors", "points_rule", "prevalence"} <= set(shown.index)
    assert shown.loc["prevalence", "roc_auc"] < shown.loc["points_rule", "roc_auc"]


def test_another_family_is_trained_and_has_no_odds_ratios(screen):
    page = train_page(screen)
    page.selectbox[0].set_value("decision_tree")
    page.button[0].click()
    page = opened(settled(page.run()), "What it uses")

    assert "model: decision tree" in texts(page)
    assert "only the plain logistic regression has odds ratios" in texts(page)


def test_each_cohort_is_judged_by_those_before_it(screen):
    page = train_page(screen, "Other terms and schools")
    [box] = [one for one in page.selectbox if one.key == "transfer_column"]
    page = settled(box.set_value("cohort").run())
    shown = table_with(page, "n_learned")

    assert "later than those it learned from" in texts(page)
    assert (shown["low"] < shown["auc"]).all()
    assert shown["n_learned"].is_monotonic_increasing
