"""How a model is fitted, and its tuning, on the Train page."""

from tests.pages.screen import settled
from tests.pages.test_train import opened, table_with, train_page


def test_a_search_shows_every_try_and_its_settings_can_be_used(screen):
    page = train_page(screen, "Tuning")
    page.number_input(key="tuning_budget").set_value(3)
    page.button_group(key="tuning_method").set_value("random")
    (search,) = [one for one in page.button if one.label == "Tune: Logistic regression"]

    page = settled(search.click().run())

    shown = table_with(page, "best")
    assert shown["settings"].tolist()[0] == "usual"
    assert len(shown) == 3
    assert any("models were fitted in" in one.value for one in page.markdown)


def test_choices_of_the_form_are_in_the_request_and_said(screen):
    page = train_page(screen)
    digest = page.session_state["request"].digest if "request" in page.session_state else None
    (selection,) = [one for one in page.selectbox if one.label == "Columns it may use"]
    selection.set_value("lasso")
    (balanced,) = [one for one in page.checkbox if one.label == "Both outcomes weigh alike"]
    balanced.set_value(True)
    (train,) = [one for one in page.button if one.label == "Train"]

    page = opened(settled(train.click().run()), "What it uses")

    assert digest is None or page.session_state["request"].digest != digest
    assert any("columns chosen by lasso, both outcomes weighed alike" in one.label for one in page.expander)
    shown = table_with(page, "times")
    assert shown["of"].nunique() == 1
    assert shown["times"].min() < shown["of"].max()
