"""Data sources takes a school's own file, shows every guess with its reason, and survives a bad one."""

import io

import pandas as pd
import pytest
import streamlit as st

from core.schema import Kind, Role
from pages.ui import source_chooser, state, widgets
from tests.pages.screen import open_page, settled, texts

GOOD = b"student_id,full name,gender,work hours,score,passed\n" + b"".join(
    b"%03d,Ana *%d*,%s,%d,%d,%s\n"
    % (i, i, b"fm"[i % 2 :][:1], i % 30, 40 + i % 50, b"yes" if i % 4 else b"no")
    for i in range(80)
)
SEMICOLONS = b"id;score\n007;1,5\n008;2,5\n009;3,5\n"


def page_of(screen):
    return open_page(screen, "data_sources")


def upload(page, content, name="marks.csv"):
    if not page.file_uploader:
        page.segmented_control(key="source_kind").set_value(source_chooser.UPLOAD).run()
    page.file_uploader(key="source_upload").upload(name, content, "text/csv").run()
    return settled(page)


def request_of(page):
    return page.session_state[state.REQUEST]


def submit(page, label):
    (button,) = [one for one in page.button if one.label == label]
    button.click().run()
    return settled(page)


def editor_key(page):
    return f"roles_{request_of(page).table.digest}"


def open_path(page, path):
    page.segmented_control(key="source_kind").set_value(source_chooser.PATH).run()
    page.text_input(key="source_path").set_value(str(path))
    return submit(page, "Open this file")


def edit_roles(page, rows):
    page.session_state[editor_key(page)] = {"edited_rows": rows, "added_rows": [], "deleted_rows": []}
    page.run()
    return submit(page, "Use these roles")


def try_outcome(page, text):
    (field,) = [one for one in page.text_input if one.label == "The outcome to avoid"]
    field.set_value(text)
    return submit(page, "Use it")


def test_the_demo_school_is_there_with_its_tables_roles_and_outcome(screen):
    page = page_of(screen)

    assert "made-up students" in texts(page)
    assert page.selectbox[0].options[0] == "students"
    assert page.data_editor[0].value["column"].tolist()[:2] == ["student_id", "name"]
    assert page.data_editor[0].value["reason"].str.len().gt(0).all()
    assert "In use: not_retained is “yes”. It happened to" in texts(page).replace("*", "")


def test_another_demo_school_is_made_when_it_is_asked_for(screen):
    page = page_of(screen)
    page.number_input(key="demo_students").set_value(120)
    page.toggle(key="demo_leaks").set_value(True)
    page = submit(page, "Use this school")

    assert (request_of(page).table.source.students, request_of(page).table.source.leaks) == (120, True)
    assert "exit_interview_done" in set(page.data_editor[0].value["column"])


def test_the_limits_stand_there_before_a_file_is_chosen(screen):
    page = page_of(screen)
    page.segmented_control(key="source_kind").set_value(source_chooser.UPLOAD).run()

    assert "A file may have up to 500 MB." in texts(page)
    assert "An upload may have up to 200 MB" in texts(page)


def test_an_uploaded_file_is_read_and_everything_guessed_is_shown(screen):
    page = upload(page_of(screen), GOOD)
    columns = page.data_editor[0].value.set_index("column")

    assert "Source: file marks.csv, table marks" in texts(page)
    assert "values between commas" in texts(page)
    assert columns.loc["gender", "role"] == "protected"
    assert columns.loc["work hours", "role"] == "barrier"
    assert "Students are named by student_id" in texts(page).replace("*", "")
    assert "Kept out of the model as protected, only used to check for gaps between groups: Gender." in texts(
        page
    ).replace("*", "")
    assert "No outcome is chosen yet" in texts(page)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "'bad.csv' is empty."),
        (b"%PDF-1.7\n1 0 obj", "'bad.csv' is a PDF document, not a table."),
        (b"student_id,score\n", "'bad.csv' has column names but no rows."),
        (b"\x80\x04\x95\x10\x00}\x94.", "'bad.csv' is a Python pickle, not a table."),
        (b"a,b\n1,2\n3\n4,5\n6,7\n", "Line 3 of 'bad.csv' has 1 value, but there are 2 column names."),
    ],
)
def test_a_bad_file_is_one_sentence_and_a_hint_and_the_other_data_stays(screen, content, words):
    page = upload(upload(page_of(screen), GOOD), content, "bad.csv")

    assert [error.value.replace("\\", "") for error in page.error] == [words]
    assert "Nothing was changed: you still work on the file marks.csv." in texts(page)
    assert "Source: file marks.csv" in texts(page)


def test_a_good_file_after_a_bad_one_is_taken(screen):
    page = upload(upload(page_of(screen), b""), GOOD)

    assert not page.error
    assert request_of(page).table.source.name == "marks.csv"


def leave_and_come_back(page, monkeypatch, choose):
    """Make a choice whose job takes its time, look at another page meanwhile, and come back."""
    with monkeypatch.context() as patch:
        patch.setattr(widgets, "wait_for", lambda _: st.stop())
        choose(page)
        assert request_of(page).table.is_demo
        page.switch_page("../explorer.py").run()
    return page_of(page)


def test_an_upload_that_is_being_read_outlives_a_look_at_another_page(screen, monkeypatch):
    page = leave_and_come_back(page_of(screen), monkeypatch, lambda page: upload(page, GOOD))

    assert page.file_uploader(key="source_upload").value is None
    assert "Source: file marks.csv" in texts(page)


def test_a_path_that_is_being_read_outlives_a_look_at_another_page(screen, monkeypatch, tmp_path):
    (tmp_path / "here.csv").write_bytes(GOOD)
    page = leave_and_come_back(
        page_of(screen), monkeypatch, lambda page: open_path(page, tmp_path / "here.csv")
    )

    assert page.text_input(key="source_path").value == ""
    assert "Source: file here.csv" in texts(page)


def test_an_upload_that_is_taken_away_is_tried_no_more(screen):
    page = upload(page_of(screen), b"")
    page.file_uploader(key="source_upload").set_value(None).run()

    assert not settled(page).error


def test_an_empty_path_is_tried_no_more(screen):
    page = open_path(page_of(screen), "nowhere.csv")
    page.text_input(key="source_path").set_value(" ")

    assert not submit(page, "Open this file").error


def test_repeated_ids_are_noticed_in_words(screen):
    repeated = b"student_id,score\n" + b"".join(b"%d,%d\n" % (i // 2, i) for i in range(40))
    page = upload(page_of(screen), repeated)
    why = page.data_editor[0].value.set_index("column").loc["student_id", "reason"]

    assert "each value comes 2.0 times, so it is no id" in why
    assert "No column holds a student id" in texts(page)


def test_a_path_of_this_computer_is_opened(screen, tmp_path):
    (tmp_path / "here.csv").write_bytes(GOOD)
    page = open_path(page_of(screen), tmp_path / "here.csv")

    assert request_of(page).table.source.name == "here.csv"


def test_a_path_that_leads_nowhere_is_one_sentence(screen):
    page = open_path(page_of(screen), "nowhere.csv")

    assert page.error[0].value.replace("\\", "") == "There is no file 'nowhere.csv'."
    assert request_of(page).table.is_demo


def test_the_detected_format_can_be_corrected(screen):
    page = upload(page_of(screen), SEMICOLONS)
    assert "values between semicolons" in texts(page)
    assert "decimal comma" in texts(page)

    (decimal,) = [one for one in page.selectbox if one.label == "Decimal mark"]
    decimal.set_value(".")
    page = submit(page, "Read it this way")

    assert request_of(page).table.source.decimal == "."
    assert "The decimal mark was set by the user." in texts(page)


def test_a_way_of_reading_that_fails_leaves_the_table_and_says_why(screen):
    page = upload(page_of(screen), b"\xe4\xf6\xfc;score\n" * 30 + b"a;1\n")
    (encoding,) = [one for one in page.selectbox if one.label == "Encoding"]
    encoding.set_value("utf-8")
    page = submit(page, "Read it this way")

    assert len(page.error) == 1
    assert request_of(page).table.source.encoding is None


def test_another_sheet_of_a_workbook_is_chosen_by_its_name(screen):
    book = io.BytesIO()
    with pd.ExcelWriter(book, engine="openpyxl") as writer:
        pd.DataFrame({"id": ["001", "002"], "score": [1, 2]}).to_excel(
            writer, sheet_name="Spring", index=False
        )
        pd.DataFrame({"id": ["003"], "points": [3]}).to_excel(writer, sheet_name="Autumn", index=False)
    page = upload(page_of(screen), book.getvalue(), "years.xlsx")
    page.selectbox[0].set_value("Autumn").run()
    page = settled(page)

    assert page.data_editor[0].value["column"].tolist() == ["id", "points"]


def test_a_corrected_role_is_used_with_its_reason(screen):
    page = edit_roles(upload(page_of(screen), GOOD), {4: {"role": "ignored"}})
    columns = page.data_editor[0].value.set_index("column")

    assert dict(request_of(page).table.roles)["score"] is Role.IGNORED
    assert columns.loc["score", "reason"] == "Role set by the user."


def test_only_another_kind_is_pinned_so_that_a_role_does_not_read_the_file_again(screen):
    page = edit_roles(upload(page_of(screen), GOOD), {4: {"role": "ignored"}})
    assert request_of(page).table.kinds == ()

    page = edit_roles(page, {3: {"kind": "category"}})
    assert request_of(page).table.kinds == (("work hours", Kind.CATEGORY),)
    assert request_of(page).table.roles == (("score", Role.IGNORED),)


def test_cells_that_may_not_be_edited_are_not_believed(screen):
    page = edit_roles(
        upload(page_of(screen), GOOD), {4: {"role": "ignored", "column": "gender", "reason": "x"}}
    )

    assert dict(request_of(page).table.roles) == {"score": Role.IGNORED}


def test_a_role_that_is_not_offered_is_refused_in_one_sentence(screen):
    page = upload(page_of(screen), GOOD)
    before = request_of(page)
    page.session_state[editor_key(page)] = {
        "edited_rows": {4: {"role": "root"}}, "added_rows": [], "deleted_rows": []
    }  # fmt: skip
    page.run()

    assert page.error[0].value.replace("\\", "") == "'role' cannot be 'root'."
    assert request_of(page) == before


def test_two_student_ids_are_refused_and_the_editor_stays(screen):
    page = edit_roles(upload(page_of(screen), GOOD), {1: {"role": "student_id"}, 4: {"role": "student_id"}})

    assert page.error[0].value.replace("\\", "").startswith("Only one column can be the student id")
    assert len(page.data_editor) == 1
    assert request_of(page).table.roles == ()


def test_corrections_can_be_taken_back(screen):
    page = edit_roles(upload(page_of(screen), GOOD), {4: {"role": "ignored"}})
    page = submit(page, "Back to the guesses")

    assert request_of(page).table.roles == ()


def test_an_example_made_from_the_columns_fills_the_outcome(screen):
    page = upload(page_of(screen), GOOD)
    offered = [one for one in page.button if str(one.key).startswith("suggest_")]
    assert [one.label.replace("\\", "") for one in offered] == ["passed == no", "score < 50"]

    offered[0].click().run()
    page = submit(page, "Use it")

    assert request_of(page).outcome == "passed == no"
    assert "It happened to 20 of 80 students (25 %); for 0 it is not known." in texts(page)
    assert "Kept out of the model, because the outcome is made of it: passed." in texts(page)


def test_a_mistake_in_the_outcome_is_pointed_at_and_the_input_stays(screen):
    page = try_outcome(upload(page_of(screen), GOOD), "scroe < 50")

    assert page.error[0].value.replace("\\", "") == "There is no column 'scroe', at character 1."
    assert page.code[0].value == "scroe < 50\n^"
    assert "the outcome in use is as it was" in texts(page)
    assert request_of(page).outcome == ""


def test_an_outcome_that_happened_to_everybody_is_pointed_at(screen):
    page = try_outcome(upload(page_of(screen), GOOD), "score > 1")

    assert "nothing can be learned" in page.warning[0].value


def test_text_from_outside_is_never_markup(screen):
    nasty = b"student_id,<b>x</b> *bold*,score\n" + b"".join(b"%03d,[a](b),%d\n" % (i, i) for i in range(30))
    page = upload(page_of(screen), nasty, "![a](b).csv")

    assert all("![a](b)" not in one.value for one in (*page.caption, *page.markdown))
    assert any(r"\!\[a\]\(b\)" in one.value for one in page.caption)


def test_without_the_front_door_only_the_demo_school_is_open(ungated):
    page = upload(page_of(ungated), GOOD)

    assert "only the demo school is open without the front door" in texts(page)
    assert request_of(page).table.is_demo


def test_a_real_table_of_kaggle_is_ready_for_its_list(screen, shared_data):
    page = upload(page_of(screen), (shared_data / "StudentsPerformance.csv").read_bytes())
    page = try_outcome(page, "mean(math score, reading score, writing score) < 60")

    assert "It happened to 285 of 1,000 students (28 %)" in texts(page)
