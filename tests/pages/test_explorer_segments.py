"""The Segments half of the Explorer: the verdict first, every K at hand, and a link that tells no secret."""

import pytest

from core import cache
from tests.pages.screen import open_page, settled, texts


def open_segments(screen, *, segment=None, k=None):
    screen.session_state["explorer_tabs"] = "Segments"
    if segment is not None:
        screen.query_params["segment"] = segment
        screen.query_params["k"] = k
    return open_page(screen)


def overview(page):
    (found,) = [one.value for one in page.dataframe if "share" in one.value]
    return found


def shown(page):
    (found,) = [one for one in page.button_group if one.key == "explorer_segment_pick"]
    return found.value


def choose(page, k):
    page.slider(key="explorer_k_12").set_value(k).run()
    assert not page.exception
    return page


def test_the_verdict_comes_first_and_is_said_loudly(screen):
    page = open_segments(screen)
    said = [*page.success, *page.warning]

    assert said[0].value.startswith(("**Clear groups", "**No clear groups"))
    if said[0].value.startswith("**No clear groups"):
        assert "a way to sort students, not as groups" in said[0].value


def test_the_slider_selects_a_k_with_names_sizes_need_and_outcome(screen):
    page = choose(open_segments(screen), 3)
    found = overview(page)

    assert list(found["segment"]) == [1, 2, 3]
    assert found["name"].is_unique
    shares = found[["high", "watch", "low", "not enough known"]].sum(axis=1)
    assert shares.between(0.979, 1.021).all()  # four shares, each to a whole percent
    assert found["outcome"].str.contains("%").all()
    assert "again" in found


def test_the_page_says_who_moves_from_the_k_before(screen):
    page = choose(choose(open_segments(screen), 3), 4)

    assert "From K = 3 to K = 4" in texts(page)


def test_the_students_of_a_segment_are_listed_those_in_most_need_first(screen):
    page = choose(open_segments(screen), 3)
    members = page.dataframe[-1].value

    assert members["place"].is_monotonic_increasing
    assert len(members) == 25
    page.session_state["explorer_members_3_A_1"] = {"selection": {"rows": [2], "columns": [], "cells": []}}
    page.run()
    page.button(key="explorer_member_open").click().run()
    assert page.title[0].value == "Student"
    assert page.text_input[0].value == members["student_id"].iloc[2]


def test_other_students_begin_at_their_first_page(screen):
    page = choose(open_segments(screen), 3)
    first = page.dataframe[-1].value["place"].iloc[0]
    page.session_state["explorer_members_page"] = 2
    page.run()

    assert page.dataframe[-1].value["place"].iloc[0] > first
    choose(page, 4)
    assert page.session_state["explorer_members_page"] == 1


def test_a_link_opens_its_segment_at_its_k(screen):
    page = open_segments(screen, segment="B", k="4")

    assert page.slider(key="explorer_k_12").value == 4
    assert shown(page) == "B"
    assert page.query_params["segment"] in ("B", ["B"])


def test_a_link_to_a_segment_of_another_k_says_where_it_is(screen):
    page = choose(open_segments(screen), 12)
    last = overview(page)["key"].str[0].max()
    page.query_params["segment"], page.query_params["k"] = last, "2"
    page.run()

    assert page.slider(key="explorer_k_12").value == 2
    assert f"There is no segment '{last}' at K = 2. It is there at K = " in texts(page)
    assert not page.error


@pytest.mark.parametrize(("segment", "k"), [("ZZ", "4"), ("<script>", "4"), ("A", "99"), ("A", "x" * 50)])
def test_a_link_to_what_is_not_there_is_one_calm_sentence(screen, segment, k):
    page = open_segments(screen, segment=segment, k=k)

    assert not page.error
    assert not page.exception
    assert len(overview(page)) == page.slider(key="explorer_k_12").value


def test_the_user_chooses_what_students_are_grouped_by(screen):
    page = open_segments(screen)
    (columns,) = [one for one in page.multiselect if str(one.key).startswith("explorer_columns_")]
    columns.set_value(["travel_minutes", "work_hours"])
    press(page, "Group by these")

    assert "Students are grouped by: paid work, travel one way." in texts(page)


def test_one_feature_is_enough(screen):
    page = grouped_by(screen, ["work_hours"])

    assert not page.error
    assert len(overview(page)) == page.slider[0].value


def test_more_segments_than_different_students_are_never_offered(screen):
    page = grouped_by(screen, ["device"])

    assert page.slider[0].max < 12


def test_without_an_outcome_there_are_segments_all_the_same(screen):
    screen.session_state["explorer_tabs"] = "Segments"
    page = open_page(screen)
    page.session_state["waymark_request"] = page.session_state["waymark_request"].with_outcome("")
    settled(page.run())
    found = overview(page)

    assert not found.empty
    assert "outcome" not in found
    assert "high" not in found


def grouped_by(screen, columns):
    """Return the page with the students grouped by these columns."""
    page = open_segments(screen)
    digest = page.session_state["waymark_request"].digest
    page.session_state["explorer_grouping"] = (digest, {"columns": tuple(columns)})
    return settled(page.run())


def press(page, label):
    (button,) = [one for one in page.button if one.label == label]
    return settled(button.click().run())


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([(1, 5, 7)], "No column is left to learn from."),
        ([(i, 5, 7) for i in range(40)], "No column is left to learn from."),
        ([(i, i % 2, 7) for i in range(40)], "Only K = 2 is possible with these students."),
    ],
    ids=["one student", "constant", "two kinds of student"],
)
def test_students_who_can_hardly_be_divided_are_said_so(screen, tmp_path, rows, why):
    place = tmp_path / "school.csv"
    lines = [f"S{i:03d},{a},{b}" for i, a, b in rows]
    place.write_text("\n".join(["student_id,travel_minutes,work_hours", *lines]) + "\n", encoding="utf-8")
    screen.session_state["explorer_tabs"] = "Segments"
    screen.session_state["waymark_request"] = cache.keep_path(
        cache.actor("local"), cache.default_request(), str(place)
    )
    page = open_page(screen)

    assert len(page.error) <= 1
    assert why in texts(page)
    assert not page.exception


def test_a_k_is_saved_with_a_reason_is_where_one_starts_and_can_be_taken_back(screen):
    page = choose(open_segments(screen), 5)

    def press(words, why):
        page.text_input(key="k_why").set_value(why)
        (button,) = [one for one in page.button if one.label == words]
        return settled(button.click().run())

    page = press("Save K = 5", "")
    assert any("reason" in one.value for one in page.error)
    page = press("Save K = 5", "Five mentors, a segment each")
    assert "K = 5 counts now, as version 1" in texts(page)
    actor, request = cache.actor("local"), page.session_state["waymark_request"]
    assert cache.ks.start(actor, request, cache.segments_job(actor, request).result()) == 5
    job = cache.segments_job(actor, request, category_weight=2.0)
    assert job.wait(60)
    other = job.result()
    assert cache.ks.start(actor, request, other) == other.recommended_k
    page = choose(page, 3)
    page = press("Save K = 3", "Two of them left")
    page = press("Undo the last change of K", "They came back")
    assert "K = 5 counts now, as version 3" in texts(page)
    assert page.slider(key="explorer_k_12").value == 5
    history = [one.value for one in page.dataframe if "why" in one.value][-1]
    assert list(history["k"]) == [5, 3, 5]
    assert list(history["version"]) == [3, 2, 1]


def test_the_second_who_saves_a_k_sees_what_stands_and_decides(screen):
    page = choose(open_segments(screen), 4)
    actor, request = cache.actor("local"), page.session_state["waymark_request"]
    found = cache.segments_job(actor, request).result()
    start = cache.ks.current(actor, request).number
    cache.ks.save(actor, request, found, k=6, reason="I was first", expecting=start)
    page.text_input(key="k_why").set_value("So was I")
    (button,) = [one for one in page.button if one.label == "Save K = 4"]
    page = settled(button.click().run())

    assert "What stands now: K = 6" in texts(page)
    (button,) = [one for one in page.button if one.label == "Save K = 4"]
    page = settled(button.click().run())
    assert f"K = 4 counts now, as version {start + 2}" in texts(page)
