"""Train tells why these risks, one view at a time; Student offers a second opinion when asked."""

from tests.pages.screen import open_page, settled, texts


def why(screen, view=None):
    page = open_page(open_page(screen), "train")
    if view is not None:
        page.session_state["why_what"] = view
    page.session_state["train_tabs"] = "Why these risks"
    return settled(page.run())


def test_each_column_has_its_worth_with_an_interval_and_its_spread(screen):
    page = why(screen)
    [shown] = [one.value for one in page.dataframe if "spread" in one.value.columns]

    assert "What the model leans on most" in texts(page)
    assert shown["drop"].is_monotonic_decreasing
    assert ((shown["low"] <= shown["drop"]) & (shown["drop"] <= shown["high"])).all()
    assert not {"Gender", "Ethnicity", "Age"} & set(shown["label"])


def test_the_risk_is_followed_along_a_column_and_thin_data_is_said(screen):
    page = why(screen, "Along one column")
    assert "Nine in ten students lie between" in texts(page)
    [box] = [one for one in page.selectbox if one.key == "why_column"]

    page = settled(box.set_value("device").run())
    assert "the mean risk would be" in texts(page)
    assert "An association in past students" in texts(page)


def test_the_reasons_are_put_to_the_test(screen):
    said = texts(why(screen, "Do the reasons matter?"))

    assert "The reasons matter." in said
    assert "percentage points on average (95 % interval" in said


def test_a_second_opinion_is_given_when_it_is_asked_for(screen):
    page = open_page(open_page(screen), "student")
    assert "rank correlation" not in texts(page)
    page = settled(page.button(key="student_lime").click().run())
    [shown] = [one.value for one in page.dataframe if "lime" in one.value.columns]

    assert "rank correlation" in texts(page)
    assert "LIME's small model explains" in texts(page)
    assert shown["contribution"].abs().is_monotonic_decreasing
    assert shown["lime"].notna().all()
