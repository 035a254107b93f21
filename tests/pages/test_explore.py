"""Explore shows the cleaned table in figures, each panel with what there is to see, and names nobody."""

import io
import re
from types import SimpleNamespace

import pytest
import streamlit as st

from core import cache
from core.caseload.access import Actor, ActorRole
from core.cleaning.numbers import ParseNumbers
from core.cleaning.recipe import Recipe
from pages.ui import exploration, explore_charts, state
from tests.pages.screen import open_page, settled, texts

PANELS = (
    "Summary", "One column", "Two columns", "Over time", "Relations", "Missing values", "Outliers", "Groups",
    "Barriers together",
)  # fmt: skip


@pytest.fixture
def page(screen):
    return open_page(screen, "explore")


def panel(page, name):
    page.session_state["explore_tabs"] = name
    return settled(page.run())


def table(page, column):
    """The one table of the page that has this column."""
    (found,) = [one.value for one in page.dataframe if column in one.value]
    return found


def choose(page, label, value):
    (box,) = [one for one in page.selectbox if one.label == label]
    box.set_value(value).run()
    return settled(page)


def test_only_the_panel_that_is_open_is_drawn(page):
    assert [tab.label for tab in page.tabs] == list(PANELS)
    assert len(page.dataframe) == 1


@pytest.mark.parametrize("name", PANELS)
def test_no_panel_names_a_student(page, name):
    page = panel(page, name)
    shown = texts(page) + "".join(one.value.to_string() for one in page.dataframe)

    assert "Phan Tuấn Liễu" not in shown
    assert "S000" not in shown


def test_the_summary_has_a_row_for_every_column_and_its_shape(page):
    shown = page.dataframe[0].value

    assert {"label", "sparkline", "missing", "mean", "median", "std", "q25", "q75", "top"} <= set(
        shown.columns
    )
    assert "29 columns, 12 of them numbers" in texts(page)
    assert "3,030 students after cleaning" in texts(page)


def test_a_number_has_a_histogram_and_five_figures(page):
    page = choose(panel(page, "One column"), "Column", "attendance_rate")

    assert "The middle half of" in texts(page)
    assert [one.label for one in page.metric] == [
        "Lowest",
        "Lower quarter",
        "Median",
        "Upper quarter",
        "Highest",
    ]


def test_a_number_has_its_box_over_the_bars_without_the_values_beyond(page, monkeypatch):
    drawn = {}
    monkeypatch.setattr(st, "vega_lite_chart", lambda _, spec, *, key, **__: drawn.setdefault(key, spec))
    choose(panel(page, "One column"), "Column", "attendance_rate")
    layers = drawn["histogram_attendance_rate"]["layer"]

    (five,) = layers[1]["data"]["values"]
    assert list(five) == ["low_whisker", "q25", "median", "q75", "high_whisker"]
    assert sorted(five.values()) == list(five.values())
    assert all(layer["data"]["values"] == [five] for layer in layers[1:])


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("guardian_education", "The most frequent value is 'secondary': 31 % of"),
        ("birth_date", "lies between 200"),
        ('not_retained == "yes"', "The most frequent value is 'no'"),
    ],
)
def test_every_kind_of_column_says_what_there_is_to_see(page, column, words):
    page = choose(panel(page, "One column"), "Column", column)

    assert words in texts(page)


def test_relations_name_the_strongest_pair_and_deny_a_cause(page):
    page = panel(page, "Relations")

    assert "Strongest: Date of birth and Age" in texts(page)
    assert "does not say what causes what" in texts(page)
    assert page.dataframe[0].value["value"].abs().is_monotonic_decreasing


def test_the_summary_has_the_variance_and_the_skew_of_numbers(page):
    shown = table(panel(page, "Summary"), "variance").set_index("column")

    assert shown.loc["age", "variance"] == pytest.approx(shown.loc["age", "std"] ** 2)
    assert list(exploration.FIGURES)[2:5] == ["std", "variance", "skew"]


def test_no_gaps_of_one_to_nine_are_in_a_table(page):
    for name, column in (("Summary", "count"), ("Missing values", "share")):
        shown = table(panel(page, name), column)["missing"]
        assert len(shown)
        assert not shown.between(1, 9).any()


def test_gaps_are_counted_by_column_and_together(page):
    page = panel(page, "Missing values")

    assert "students lack at least one value" in texts(page)
    assert table(page, "columns")["columns"].iloc[0] == "nothing: complete"


def test_columns_that_are_missing_together_are_named_with_how_many_lack_both(page):
    page = panel(page, "Missing values")
    shown = table(page, "is_withheld")
    told = shown[~shown["is_withheld"]]

    assert "A dash: few students lack both, only one, or neither; not shown." in texts(page)
    assert "No two columns can be shown to be missing together." in texts(page)
    assert not told["n_both"].between(1, 9).any()
    assert shown[shown["is_withheld"]]["n_both"].isna().all()


def test_outliers_are_counted_by_two_rules_and_not_called_wrong(page):
    page = panel(page, "Outliers")

    assert "They may well be real." in texts(page)
    counted = page.dataframe[0].value.dropna(subset=["n_iqr", "n"])
    assert len(counted) > 3
    assert (counted["n_iqr"] <= counted["n"]).all()
    assert "the last column says which." in texts(page)


def test_the_students_behind_outliers_are_listed_once_a_column_is_chosen(page):
    page = panel(page, "Outliers")
    assert "ids are listed once you choose a column" in texts(page)
    page = choose(page, "Look up the students with outliers in", "fees_owed")
    shown = table(page, "student_id")

    assert "Fees owed: " in texts(page)
    assert shown["student_id"].str.match(r"S\d{6}").all()
    assert shown["beyond"].is_monotonic_decreasing
    assert len(shown) <= 50


def test_who_may_not_see_students_is_told_who_may(page, monkeypatch):
    analyst = Actor(who="ana", roles=frozenset({ActorRole.ANALYST}), scope="all")
    monkeypatch.setattr(cache, "actor", lambda _: analyst)
    page = panel(page, "Outliers")

    assert "Which students these are may be seen by a counselor or a mentor only." in texts(page)
    assert [one.label for one in page.selectbox if one.label.startswith("Look up")] == []
    assert not any("student_id" in one.value for one in page.dataframe)


def test_the_outcome_is_compared_between_groups_of_a_barrier_at_once(page):
    page = panel(page, "Groups")

    assert "95 % interval" in texts(page)
    assert "it does not say why" in texts(page)
    assert "Test between the groups: chi-squared, p under 0.001." in texts(page)


def test_a_number_is_compared_with_its_spread_in_each_group(page):
    page = choose(panel(page, "Groups"), "Compare", "last_average")
    page = choose(page, "Between groups of", "internet")

    assert "the line in it is the median" in texts(page)
    assert page.get("plotly_chart")


def test_the_spread_is_drawn_as_violins_where_a_viewer_likes_them(page, monkeypatch):
    drawn = {}
    monkeypatch.setattr(
        st, "vega_lite_chart", lambda frame, spec, *, key, **__: drawn.update({key: (frame, spec)})
    )
    page = choose(panel(page, "Groups"), "Compare", "last_average")
    page = choose(page, "Between groups of", "internet")
    page.segmented_control[0].set_value("Violins").run()
    page = settled(page)
    frame, spec = drawn["violins"]

    assert "each area is as large as the others" in texts(page)
    assert not page.get("plotly_chart")
    first = frame[frame["is_first"]]
    assert len(first) == frame["group"].nunique() > 1
    assert ((frame["below"] <= frame["place"]) & (frame["place"] <= frame["above"])).all()
    assert (first["q25"] < first["median"]).all()
    assert first["group"].iloc[0] in spec["layer"][0]["encoding"]["y"]["axis"]["labelExpr"]


def together_with(page):
    """How many comparisons a page says that it corrects together."""
    (said,) = re.findall(
        r"Adjusted p counts all (\d+) comparisons made on this page in this session", texts(page)
    )
    return int(said)


def test_every_comparison_of_the_session_counts_whatever_part_or_outcome_it_was_of(page):
    page = panel(page, "Groups")
    assert "Adjusted p counts all groups of this comparison, the first of this session" in texts(page)
    page = choose(page, "Compare", "last_average")
    assert together_with(page) == 2
    page = narrowed(page, "work_hours", "at least", 10.0)
    assert together_with(page) == 3
    page.session_state[state.REQUEST] = page.session_state[state.REQUEST].with_outcome("")
    page = settled(page.run())
    assert together_with(page) == 4
    page = choose(page, "Between groups of", "device")
    page = choose(page, "Between groups of", "internet")
    assert together_with(page) >= 5


def test_adjusted_p_values_grow_with_what_was_looked_at_before(page):
    page = choose(panel(page, "Groups"), "Compare", "last_average")
    before = table(page, "cliffs_delta").set_index("group")["q"]
    for column in ("travel_minutes", "age"):
        page = choose(page, "Compare", column)
    again = table(choose(page, "Compare", "last_average"), "cliffs_delta").set_index("group")["q"]

    assert not again.equals(before)


def test_a_column_is_not_compared_by_itself(page):
    page = choose(panel(page, "Groups"), "Compare", "device")
    page = choose(page, "Between groups of", "device")

    assert "A column cannot be compared by itself. Choose another column to group by." in texts(page)


def test_without_an_outcome_the_other_columns_are_compared(page):
    page.session_state[state.REQUEST] = page.session_state[state.REQUEST].with_outcome("")
    page = panel(page, "Groups")

    (box,) = [one for one in page.selectbox if one.label == "Compare"]
    assert "The outcome" not in box.options


def several(page, label, values):
    (box,) = [one for one in page.multiselect if one.label == label]
    box.set_value(list(values)).run()
    return settled(page)


def test_two_columns_are_drawn_against_each_other_and_three_in_pairs(page):
    page = panel(page, "Two columns")

    assert "Travel one way against Paid work, " in texts(page)
    page = several(page, "Columns", ["work_hours", "travel_minutes", "attendance_rate"])
    assert len(page.get("arrow_vega_lite_chart") or page.get("vega_lite_chart")) == 6
    assert "How Paid work is spread." in texts(page)
    assert "Choose at least two columns." in texts(several(page, "Columns", ["work_hours"]))


def test_a_value_is_drawn_over_terms_with_its_lowest_and_highest(page):
    page = choose(panel(page, "Over time"), "Over", "cohort")

    assert "The outcome was rarest in" in texts(page)
    assert "nobody need have changed" in texts(page)
    assert page.dataframe[0].value["n"].min() >= 10


def test_barriers_are_counted_by_the_rules_that_a_person_states(page):
    page = panel(page, "Barriers together")
    assert "Choose at least one barrier" in texts(page)
    page = several(page, "Barriers", ["work_hours", "device"])
    assert "Choose at least one barrier" in texts(page)
    page = several(page, "Device is a barrier at", ["phone only"])

    assert "carry 0 barriers" in texts(page)
    assert "Association, never cause." in texts(page)
    assert "of whom one of these values is not known" in texts(page)
    assert "Which come together" in texts(page)
    assert list(table(page, "left")["left"]) == ["Paid work"]
    assert "Most frequent: no barrier (" in texts(page)
    sets = table(page, "named")
    assert sets["n"].min() >= 10
    assert {"no barrier", "Paid work + Device"} <= set(sets["named"])


def narrowed(page, column, test, value):
    page = choose(choose(page, "Only where", column), "Test", test)
    (field,) = [one for one in page.number_input if one.label == "Value"]
    field.set_value(value).run()
    (button,) = [one for one in page.button if one.label == "Show only these students"]
    button.click().run()
    return settled(page)


def test_the_page_is_narrowed_to_some_students_and_back(page):
    page = narrowed(page, "work_hours", "at least", 10.0)

    assert " of 3,030 students after cleaning" in texts(page)
    assert page.dataframe[0].value.set_index("column").loc["work_hours", "min"] >= 10
    (out,) = [one for one in page.button if one.label.startswith("Only: Paid work at least 10")]
    out.click().run()
    assert "3,030 students after cleaning" in texts(settled(page))
    assert " of 3,030" not in texts(page)


def test_a_choice_of_too_few_says_so_and_can_be_taken_back(page):
    page = narrowed(page, "work_hours", "at least", 59.5)

    assert "Not shown: fewer than 10 students are in this choice" in page.error[0].value.replace("\\", "")
    (out,) = [one for one in page.button if one.label.startswith("Only: ")]
    out.click().run()
    assert not settled(page).error


def with_every_chart(page, name):
    """A panel with all the charts that it can draw."""
    page = panel(page, name)
    if name == "One column":
        page = choose(page, "Column", "travel_minutes")
    if name == "Groups":
        page = choose(choose(page, "Compare", "last_average"), "Between groups of", "internet")
    if name == "Two columns":
        page = several(page, "Columns", ["work_hours", "travel_minutes", "birth_date"])
    if name == "Over time":
        page = choose(page, "Over", "cohort")
    if name == "Barriers together":
        page = several(page, "Barriers", ["work_hours", "device"])
        page = several(page, "Device is a barrier at", ["phone only"])
    return page


CHARTS = {
    "Summary": set(),
    "One column": {"histogram_travel_minutes", "curves_travel_minutes"},
    "Two columns": {"points_0", "points_1", "points_2", "diagonal_0", "diagonal_1", "diagonal_2"},
    "Over time": {"timeline"},
    "Relations": {"association_map"},
    "Missing values": {"gaps", "gap_map", "gap_matrix"},
    "Outliers": set(),
    "Groups": {"intervals", "spread"},
    "Barriers together": {"barrier_counts", "barrier_rates"},
}


@pytest.mark.parametrize("name", PANELS)
def test_behind_every_chart_stand_its_table_and_a_file(page, monkeypatch, name):
    drawn, saved, tables = set(), {}, {}
    for library in ("vega_lite_chart", "plotly_chart"):
        monkeypatch.setattr(st, library, lambda *_, key, alt, **__: drawn.add(key) if alt else None)
    monkeypatch.setattr(st, "download_button", lambda _, data, *__, key, **___: saved.update({key: data()}))
    monkeypatch.setattr(st, "dataframe", lambda frame, *, key, **_: tables.update({key: frame}))
    with_every_chart(page, name)

    pictures = {key for key in saved if key.startswith("picture_")}
    assert {f"save_{key}" for key in drawn} == set(saved) - pictures
    assert {f"picture_{key}" for key in drawn - {"spread"}} == pictures
    assert all(saved[key].startswith(b"<svg") for key in pictures)
    assert drawn >= CHARTS[name]
    for key in drawn:
        assert saved[f"save_{key}"].decode().count("\n") == 1 + len(tables[f"table_{key}"]) > 1


def look_at(page, content):
    """Explore a file of one's own."""
    kept = cache.keep_upload(cache.actor("local"), cache.default_request(), io.BytesIO(content), "own.csv")
    page.session_state[state.REQUEST] = kept
    return settled(page.run())


def test_the_two_columns_that_most_lack_together_are_named(page):
    rows = "".join(
        f"{i:03d},{'' if i < 30 else 40 + i % 50},{'' if i < 30 or i % 5 == 0 else i % 7}\n"
        for i in range(200)
    )
    page = panel(look_at(page, f"student_id,score,visits\n{rows}".encode()), "Missing values")

    assert (
        "Most often missing together: Score and Visits. 30 students lack both, 47 % of those who lack one"
    ) in texts(page)


def test_columns_that_nearly_all_lack_or_have_are_said_to_be_left_out(page):
    rows = "".join(
        f"{i:03d},{'' if i < 30 else i},{'' if i % 5 == 0 else i % 7},{i if i < 3 else ''}\n"
        for i in range(200)
    )
    page = panel(look_at(page, f"student_id,score,visits,prizes\n{rows}".encode()), "Missing values")

    assert "1 column left out: fewer than 10 students lack it, or have it." in texts(page)


def test_how_many_values_are_known_does_not_tell_how_few_are_not(page):
    rows = "".join(f"{i:03d},{'' if i < 3 else 40 + i % 50},{i % 7}\n" for i in range(200))
    page = panel(look_at(page, f"student_id,score,visits\n{rows}".encode()), "One column")
    page = choose(page, "Column", "score")

    said = texts(page)
    assert "The middle half of more than 190 students lies between" in said
    assert "For fewer than 10 the value is not known." in said
    assert "Counts are to the nearest ten, so that they do not tell how few are not known." in said
    assert "197" not in said
    (shown,) = [one.value for one in page.dataframe if {"low", "high", "n"} <= set(one.value)]
    assert (shown["n"] % 10 == 0).all()
    page = panel(page, "Two columns")
    assert "Visits against Score, more than 190 students." in texts(page)
    assert "Fewer than 10 students without both values left out." in texts(page)


@pytest.mark.parametrize(("n", "words"), [
    (40, "The figures: No square is listed: groups of fewer than 10 are not shown."),
    (900, "in squares with few students."),
])  # fmt: skip
def test_the_table_behind_points_says_whom_it_leaves_out(page, n, words):
    rows = "".join(f"{i:04d},{i * i % 101},{i * 37 % 97 + i * i % 101}\n" for i in range(n))
    page = panel(look_at(page, f"student_id,score,visits\n{rows}".encode()), "Two columns")

    assert words in texts(page)


def test_a_student_without_an_id_is_counted_and_not_offered(page):
    rows = "".join(f"{f'{i:03d}' if i < 60 else ''},{900 if i > 58 else i}\n" for i in range(61))
    page = look_at(page, f"student_id,score\n{rows}".encode())
    request = page.session_state[state.REQUEST]
    page.session_state[state.REQUEST] = request.with_recipe(Recipe((ParseNumbers(("score",)),)))
    page = panel(settled(page.run()), "Outliers")
    page = choose(page, "Look up the students with outliers in", "score")

    assert "1 row far out left out here: without a student id there is nobody to look up." in texts(page)
    assert table(page, "student_id")["student_id"].tolist() == ["059"]


def test_figures_of_few_students_say_why_they_are_empty(page):
    rows = "".join(f"{i:03d},{40 + i}\n" for i in range(4))
    page = look_at(page, f"student_id,score\n{rows}".encode())

    assert "Figures of fewer than 10 students are not shown." in texts(page)


@pytest.mark.parametrize("name", PANELS)
def test_a_table_of_only_ids_and_names_says_what_to_do(page, name):
    rows = "".join(f"{i:03d},Ana Ruiz {i}\n" for i in range(60))
    page = panel(look_at(page, f"student_id,full name\n{rows}".encode()), name)

    assert "Ana Ruiz" not in texts(page)
    if name == "One column":
        assert "No column can be shown without naming a student. Give more columns a role" in texts(page)


def test_relations_without_a_pair_stop_after_the_words(page):
    rows = "".join(f"{i:03d},{40 + i % 50}\n" for i in range(80))
    page = look_at(page, f"student_id,score\n{rows}".encode())
    page.session_state[state.REQUEST] = page.session_state[state.REQUEST].with_outcome("score < 50")
    page = panel(page, "Relations")

    assert "There are no two columns to relate" in texts(page)
    assert not page.dataframe
    assert not page.get("vega_lite_chart")
    assert not page.get("arrow_vega_lite_chart")


def test_names_from_a_file_are_no_markup_in_a_plot(monkeypatch):
    drawn = []
    monkeypatch.setattr(st, "plotly_chart", lambda figure, **_: drawn.append(figure))
    five = dict.fromkeys(("low_whisker", "q25", "median", "q75", "high_whisker"), 1.0)
    boxes = [SimpleNamespace(group=name, **five) for name in ("a <b> c", '<a href="http://evil">x</a>')]
    explore_charts.spread(SimpleNamespace(boxes=boxes), title="<i>Score</i> & more", alt="")

    assert list(drawn[0].data[0].y) == ["a &lt;b&gt; c", '&lt;a href="http://evil"&gt;x&lt;/a&gt;']
    assert drawn[0].layout.xaxis.title.text == "&lt;i&gt;Score&lt;/i&gt; &amp; more"


def test_a_column_that_cannot_be_explored_is_named_with_what_to_do(page):
    page.session_state[state.REQUEST] = page.session_state[state.REQUEST].with_outcome("gpa < 2")
    page = settled(page.run())

    assert "The outcome is left out: There is no column 'gpa'" in page.warning[0].value.replace("\\", "")
