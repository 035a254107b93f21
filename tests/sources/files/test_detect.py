"""How a file is read is detected, shown with reasons, and corrected by what the user sets."""

import pytest

from core.errors import BadFile, InvalidChoice, TooLarge
from core.sources.base import FileSpec
from core.sources.files.detect import detect
from core.sources.files.limits import FileLimits

GERMAN = "Nr;Name;Note;Schnitt\n001;Jürgen;50;1,5\n002;Zoë;60;2,25\n"


@pytest.fixture
def format_of(source_of):
    return lambda content, **settings: source_of(content, **settings).format()


def test_every_choice_comes_with_its_reason(format_of):
    found = format_of(GERMAN.encode("cp1252"))

    assert (found.kind, found.delimiter, found.encoding, found.decimal, found.header) == (
        "csv",
        ";",
        "cp1252",
        ",",
        True,
    )
    assert found.reasons == (
        "The bytes are not UTF-8; cp1252 is the most likely.",
        "Every line has 4 values between semicolons.",
        "The first line differs from the values below it, so it holds the column names.",
        "Numbers such as '1,5' have a decimal comma.",
    )
    assert found.doubts == ("Is 'Jürgen' right? Else set the encoding.",)


def test_a_clear_file_leaves_no_doubt(format_of):
    assert format_of(GERMAN).doubts == ()


def test_what_the_user_sets_is_taken(format_of):
    found = format_of("a|b\n1|2\n", delimiter="comma", encoding="UTF_8", decimal=",", header=False)

    assert (found.delimiter, found.encoding, found.decimal, found.header) == (",", "utf-8", ",", False)
    assert all("set by the user" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        (
            {"delimiter": ":"},
            "'delimiter' cannot be ':'.",
            "Valid: 'comma', 'semicolon', 'tab', 'pipe'.",
        ),
        ({"delimiter": "semicolons"}, "'delimiter' cannot be 'semicolons'.", "Did you mean 'semicolon'?"),
        ({"decimal": "x"}, "'decimal' cannot be 'x'.", "Valid: '.', ','."),
        (
            {"encoding": "utf-9"},
            "'encoding' cannot be 'utf-9'.",
            "Did you mean 'utf-8'? Valid: 'utf-8', 'utf-16-le',",
        ),
    ],
)
def test_a_setting_outside_its_list_is_refused(format_of, settings, message, hint):
    with pytest.raises(InvalidChoice) as refused:
        format_of("id,score\n1,2\n", **settings)

    assert str(refused.value) == message
    assert refused.value.hint.startswith(hint)


def test_a_wrong_encoding_is_a_bad_file_and_no_rubbish(format_of):
    with pytest.raises(BadFile) as refused:
        format_of(GERMAN.encode("cp1252"), encoding="utf-8")

    assert str(refused.value) == "'marks.csv' cannot be read as utf-8."
    assert refused.value.hint == "Leave the encoding empty to have it detected."


def test_excels_separator_line_is_followed_and_left_out(load, format_of):
    text = "sep=|\nid|score\n7|50\n"

    assert format_of(text).delimiter == "|"
    assert load(text).collect().to_dict("list") == {"id": ["7"], "score": [50.0]}


def test_title_lines_are_left_out_and_said(load):
    dataset = load("Marks of spring 2026\n\nid,math,reading\n7,50,60\n8,70,65\n")

    assert list(dataset.collect().columns) == ["id", "math", "reading"]
    assert dataset.provenance.notes == ("Left out 1 title line above the table.",)


def test_years_as_column_names_are_names(format_of):
    assert format_of("student,2024,2025\nAnn,3.1,3.5\nBen,2.9,2.7\n").header


def test_a_table_without_names_gets_numbered_columns(load):
    dataset = load("7,50,2.5\n8,70,3.5\n9,60,1.5\n")

    assert list(dataset.collect().columns) == ["column 1", "column 2", "column 3"]
    assert len(dataset.collect()) == 3


def test_a_table_of_texts_asks_whether_the_first_line_holds_names(format_of):
    assert format_of("name,group\nAnn,red\nBen,blue\n").doubts == (
        "Does the first line really hold the column names?",
    )


def test_a_number_that_may_have_thousands_or_decimals_is_asked_about(format_of):
    assert format_of("id;amount\n7;1,234\n8;2,345\n").doubts == ("Is '1,234' 1.234 or 1234?",)


def test_mixed_line_ends_are_asked_about(format_of):
    found = format_of("id,note\n7,one\rtwo,8\n9,three\n")

    assert "Lines end in more than one way; is the number of rows right?" in found.doubts


def test_one_column_needs_no_delimiter(load):
    assert load("score\n50\n\n60\n\n").collect()["score"].tolist()[0::2] == [50.0, 60.0]


def test_empty_rows_at_the_end_are_left_out_and_said(load):
    dataset = load("id,score\n7,50\n,\n,\n")

    assert len(dataset.collect()) == 1
    assert dataset.provenance.notes == ("Left out 2 empty rows at the end.",)


def test_a_value_over_many_lines_is_said(load):
    dataset = load('id,note\n7,"' + "line\n" * 20 + '"\n')

    assert dataset.provenance.notes == ("A value of column 'note' runs over 21 lines; check it.",)


def test_the_content_decides_not_the_name(source_of):
    assert source_of("id,score\n7,50\n", name="marks.xlsx").format().kind == "csv"


def test_detect_works_on_a_path_alone(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("id\tscore\n7\t50\n")

    assert detect(str(path)).delimiter == "\t"
    assert detect(str(path), FileLimits(), spec=FileSpec(path=str(path), header=False)).header is False
    with pytest.raises(TooLarge):
        detect(str(path), FileLimits(max_bytes=3))


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis"]
)
def test_names_in_japanese_come_out_whole(load, encoding):
    text = "id,名前,点\n007,山田太郎,50\n008,佐藤花子,60\n"

    assert load(text.encode(encoding)).collect()["名前"].tolist() == ["山田太郎", "佐藤花子"]


def test_one_accent_in_the_last_of_many_lines_is_seen(load, format_of):
    text = "id,name\n" + "".join(f"{i:05d},Ann\n" for i in range(100_000)) + "100000,José\n"

    assert format_of(text.encode("latin-1")).encoding == "cp1252"
    assert load(text.encode("latin-1")).collect()["name"].iloc[-1] == "José"
