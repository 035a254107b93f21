"""The student record: built in steps, matched, used, kept as a plan and opened again."""

import json
from datetime import date

import pytest

from core import cache
from core.sources.base import DemoSpec, FieldInfo, TableInfo
from core.sources.plan import Join, Part, SourcePlan
from pages.ui import record_look, source_chooser, state
from tests.pages import school_file
from tests.pages.record import (
    builder_of,
    choose,
    draft_of,
    fields,
    fill,
    press,
    request_of,
    rows_of,
    said,
    used,
    with_base,
    with_survey,
    with_visits,
)
from tests.pages.screen import open_page, settled, texts


@pytest.fixture
def place(tmp_path):
    return school_file.write(tmp_path / "school.sqlite")


@pytest.fixture
def school(place):
    with school_file.connected(place) as name:
        yield name


def test_a_table_is_seen_before_it_is_loaded(screen, school):
    page = choose(builder_of(screen), school, "students")

    assert "Table students: 4 columns, 60 rows." in texts(page).replace("*", "")
    assert "At most 5,000,000 rows" in texts(page)
    shown = [frame.value for frame in page.dataframe]
    assert ["student_id", "full_name", "score", "passed"] in [
        list(one["column"]) for one in shown if "column" in one
    ]
    assert any("S000001" in list(one.iloc[:, 0]) for one in shown if len(one.columns) == 4)
    assert fields(page, "Column with the student's id")[0].value == "student_id"
    assert request_of(page).table.is_demo


def test_a_record_is_joined_from_two_tables_and_used(screen, school):
    page = used(with_visits(with_base(builder_of(screen), school), school))

    assert not page.error
    assert f"Data: student record {school}" in texts(page)
    student = rows_of(page).loc["S000003"]
    assert (student["visits_count"], student["minutes_sum"]) == (3.0, 60.0)
    assert len(rows_of(page)) == 60
    assert cache.plan_of(request_of(page)) == draft_of(page)


def test_the_demo_school_is_a_place_beside_the_servers(screen, school):
    page = with_base(builder_of(screen), school)
    page = choose(press(page, "Add a table"), cache.DEMO_PLACE, "surveys")

    assert "how many rows is not known before it is read" in texts(page)
    page = press(press(page, "Add this table"), "Check the match")
    assert "60 of 60 students are in 'surveys'" in texts(page) or "of the students matched" in texts(page)


def test_whoever_is_left_out_of_the_record_is_named_on_the_page(screen, school):
    page = with_visits(with_base(builder_of(screen), school), school)
    page = press(page, "Change", at=1)
    page = press(fill(page, "Students whom this table does not know", "only matched"), "Use these choices")
    page = used(page)
    named = [one.value for one in page.dataframe if list(one.value.columns) == ["id", "table"]]

    assert len(rows_of(page)) == 45
    assert "15 students left out, each named" in [one.label for one in page.expander]
    assert sorted(named[0]["id"]) == [f"S{i:06d}" for i in range(4, 61, 4)]


def test_a_record_that_cannot_be_joined_leaves_what_is_there(screen):
    page = with_base(builder_of(screen), cache.DEMO_PLACE)
    page = used(press(choose(press(page, "Add a table"), cache.DEMO_PLACE, "surveys"), "Add this table"))

    assert len(page.error) == 1
    assert "The base table 'students' has several rows for" in said(page.error)[0]
    assert "Nothing was changed: you still work on the demo school" in texts(page)
    assert request_of(page).table.is_demo
    assert draft_of(page) is not None


def test_columns_and_conditions_are_read_as_they_were_chosen(screen, school):
    page = choose(builder_of(screen), school, "students")
    page = fill(page, "Columns to take", ["score"])
    page = press(page, "Add a condition")
    page = fill(fill(fill(page, "Column", "score"), "Test", "at least"), "Value", "60")
    page = press(page, "Use as base table")

    assert "Takes: score, where score at least 60" in texts(page)
    page = used(page)
    assert list(rows_of(page).columns) == ["score"]
    assert rows_of(page)["score"].min() >= 60


def test_conditions_are_added_and_removed_up_to_five(screen, school):
    page = choose(builder_of(screen), school, "students")
    for _ in range(5):
        page = press(page, "Add a condition")
    (more,) = [one for one in page.button if one.label == "Add a condition"]
    assert more.disabled
    page = fill(page, "Column", "score", at=1)
    page = press(page, "Remove", at=0)

    assert [one.value for one in fields(page, "Column")] == ["score", None, None, None]


def test_a_condition_that_is_no_number_is_one_sentence_and_the_choices_stay(screen, school):
    page = choose(builder_of(screen), school, "students")
    page = press(page, "Add a condition")
    page = fill(fill(fill(page, "Column", "score"), "Test", "above"), "Value", "many")
    page = press(page, "Use as base table")

    assert said(page.error) == ["The column 'score' holds numbers, and 'many' is none."]
    assert fields(page, "Value")[0].value == "many"
    assert draft_of(page) is None


def test_a_measure_without_what_it_needs_is_refused_in_a_sentence(screen, school):
    page = with_base(builder_of(screen), school)
    page = used(with_visits(page, school, measures=(("sum", None),)))

    assert len(page.error) == 1
    assert request_of(page).table.is_demo


def test_a_half_made_choice_outlives_a_look_at_another_page(screen, school):
    page = choose(with_base(builder_of(screen), school) and press(screen, "Add a table"), school, "visits")
    page = fill(page, "Column with the student's id", "student")
    page.switch_page("../cleaning.py").run()
    page = open_page(page, "data_sources")

    assert fields(page, "Table")[0].value == "visits"
    assert fields(page, "Column with the student's id")[0].value == "student"
    assert draft_of(page).base.table == "students"


def test_the_match_is_shown_both_ways_before_anything_is_joined(screen, school):
    page = with_survey(with_base(builder_of(screen), school), school)
    page = press(page, "Check the match")

    assert "0 of 60 students are in 'survey'" in texts(page)
    ids = next(one.value for one in page.dataframe if "missing_in" in one.value)
    assert set(ids["missing_in"]) == {"'survey'", "the base table"}
    assert {"S000001", "s999999"} <= set(ids["id"])
    assert "Ignoring upper and lower case would match 30 more." in texts(page)


def test_the_advice_is_taken_with_one_click_and_the_match_shown_anew(screen, school):
    page = with_survey(with_base(builder_of(screen), school), school)
    page = press(press(page, "Check the match"), "Ignore upper and lower case")

    assert draft_of(page).parts[0].rule.case
    assert "30 of 60 students are in 'survey'" in texts(page)
    assert "survey: 50 % of the students matched" in texts(page).replace("*", "")


def test_repeated_ids_are_told_with_what_to_do(screen, school):
    page = with_base(builder_of(screen), school)
    page = fill(
        choose(press(page, "Add a table"), school, "visits"), "Column with the student's id", "student"
    )
    page = press(press(page, "Add this table"), "Check the match")

    assert "ids with several rows" in page.warning[0].value
    assert "Sum up many rows instead" in page.warning[0].value


def test_a_table_is_changed_and_taken_out_again(screen, school):
    page = with_visits(with_base(builder_of(screen), school), school)
    page = press(page, "Change", at=1)
    assert [one.value for one in fields(page, "Value")] == ["count", "sum"]
    page = fill(page, "Students whom this table does not know", Join.ONLY_MATCHED.value)
    page = press(page, "Use these choices")
    assert draft_of(page).parts[0].join is Join.ONLY_MATCHED
    assert "Only students with a row in 'visits' stay" in texts(page)

    page = press(page, "Take out")
    assert draft_of(page).parts == ()


def test_only_what_happened_up_to_the_day_counts(screen, school):
    page = with_visits(with_base(builder_of(screen), school), school)
    page = used(fill(page, "As of", date(2026, 2, 10)))

    assert draft_of(page).as_of == date(2026, 2, 10)
    assert rows_of(page).loc["S000003", "minutes_sum"] == 30.0
    assert "as of 2026-02-10" in texts(page)


def test_a_plan_is_kept_as_json_and_opened_again(screen, school):
    page = with_visits(with_base(builder_of(screen), school), school)
    kept = cache.plan_bytes(cache.actor("local"), draft_of(page))
    plan = draft_of(page)
    page = press(page, "Begin anew")
    assert draft_of(page) is None

    page.file_uploader(key="record_open").upload("plan.json", kept, "application/json").run()
    page = settled(page)
    assert draft_of(page) == plan
    assert "visits in" in texts(page).replace("*", "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe\x00",
        b'{"waymark_plan": 99}',
        b'{"waymark_plan": 1, "base": {"table": 3}}',
        b"[]",
    ],
)
def test_a_bad_plan_is_one_sentence_and_the_record_is_as_it_was(screen, school, content):
    page = with_base(builder_of(screen), school)
    page.file_uploader(key="record_open").upload("plan.json", content, "application/json").run()
    page = settled(page)

    assert len(page.error) == 1
    assert "The record above is as it was." in texts(page)
    assert draft_of(page).base.table == "students"


def test_a_plan_of_a_connection_that_nobody_stated_says_so(screen):
    plan = {"waymark_plan": 1, "base": {"source": {"connection": {"connection": "gone"}}, "table": "t"}}
    page = builder_of(screen)
    page.file_uploader(key="record_open").upload(
        "plan.json", json.dumps(plan).encode(), "application/json"
    ).run()
    page = used(settled(page))

    assert said(page.error) == ["There is no connection 'gone'."]
    assert request_of(page).table.is_demo


def test_without_the_front_door_no_record_is_made(ungated):
    page = builder_of(ungated)

    assert "only the demo school is open without the front door" in texts(page)
    assert fields(page, "Place") == []


def test_the_origin_of_every_table_is_shown_with_what_was_asked(screen, school):
    page = used(with_visits(with_base(builder_of(screen), school), school))
    origins = next(one.value for one in page.dataframe if "content" in one.value)

    assert origins["table"].tolist() == ["students", "visits"]
    assert origins["rows"].tolist() == [60, 45]
    assert origins["content"].str.len().eq(16).all()
    assert any("GROUP BY" in code.value.upper() for code in page.code)


def test_names_from_servers_are_never_markup(screen, tmp_path):
    place = school_file.write(tmp_path / "nasty.sqlite")
    nasty = "![a](b) *x*"
    school_file.change(
        place,
        f'create table "{nasty}" ("id" text, "[c](d)" real)',
        f"insert into \"{nasty}\" values ('1', 2)",
    )
    with school_file.connected(place) as name:
        page = press(choose(builder_of(screen), name, nasty), "Use as base table")
        page = used(page)

    assert draft_of(page).base.table == nasty
    shown = (*page.markdown, *page.caption, *page.error, *page.warning)
    assert all("![a](b)" not in one.value and "[c](d)" not in one.value for one in shown)


@pytest.mark.parametrize(
    ("info", "words"),
    [
        (
            TableInfo("t", "table", (), 5_000_000, is_estimate=True),
            "about 5,000,000 rows, the server's estimate",
        ),
        (TableInfo("t", "table", (), 1), "1 row"),
        (TableInfo("t", "folder", (), None), "how many rows is not known before it is read"),
    ],
)
def test_how_many_rows_is_said_with_how_sure_that_is(info, words):
    assert record_look.rows_in_words(info) == words


def test_types_that_are_mixed_are_said_with_their_counts():
    field = FieldInfo("score", "double", is_number=True, mixed=(("number", 990), ("text", 10)))

    assert record_look.mixed_in_words(field) == "990 number, 10 text"


def test_a_server_that_does_not_answer_leaves_the_rest_of_the_page(screen, tmp_path):
    with school_file.connected(tmp_path / "nowhere.sqlite") as name:
        page = fill(builder_of(screen), "Place", name)

    assert len(page.error) == 1
    assert "Ask again" in [one.label for one in page.button]
    assert "Source: demo school" in texts(page)


def test_the_builder_begins_from_the_plan_that_is_in_use(screen):
    plan = SourcePlan(
        Part(DemoSpec(students=80, dirt=False), "students", key="student_id"), name="Own record"
    )
    page = open_page(screen)
    page.session_state[state.REQUEST] = cache.with_plan(cache.actor("local"), cache.default_request(), plan)
    page = open_page(page, "data_sources")

    assert page.segmented_control(key="source_kind").value == source_chooser.SERVERS
    assert draft_of(page) == plan
    assert "This is the record that you work on." in texts(page)
