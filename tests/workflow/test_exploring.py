"""Exploring shows figures of the cleaned table with its gaps, and nothing that names a student."""

import io

import numpy as np
import pandas as pd
import pytest

from core.caseload.access import LOCAL, UNGATED
from core.cleaning.recipe import Recipe
from core.errors import ColumnNotFound, Forbidden, InvalidChoice
from core.schema import Kind, Role
from core.settings import Settings
from core.workflow import exploring, files
from core.workflow.requests import demo_request

DEMO = demo_request(students=600, seed=7)
OUTCOME = DEMO.outcome


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def found(settings):
    return exploring.explore(LOCAL, DEMO, settings=settings)


def school(n=200):
    rng = np.random.default_rng(3)
    return pd.DataFrame(
        {
            "student_id": [f"{i:04d}" for i in range(n)],
            "full name": [f"Ana Ruiz {i}" for i in range(n)],
            "e-mail": [f"ana{i}@school.example" for i in range(n)],
            "gender": rng.choice(["f", "m"], n),
            "score": rng.normal(60, 10, n).round(1),
        }
    )


@pytest.fixture(scope="module")
def uploaded(settings):
    content = io.BytesIO(school().to_csv(index=False).encode())
    return DEMO.with_source(files.keep_file(LOCAL, content, name="school.csv", settings=settings))


def everything_shown(found):
    """All figures of an exploration as one text."""
    frames = [found.summary, found.missingness, found.outliers, *found.distributions.values()]
    words = [frame.frame().to_string() for frame in frames]
    return "\n".join([*words, found.map_frame().to_string(), found.pairs_frame().to_string()])


def test_no_name_address_or_id_is_in_any_figure(settings, uploaded):
    shown = everything_shown(exploring.explore(LOCAL, uploaded, settings=settings))

    assert "Ruiz" not in shown
    assert "@school" not in shown
    assert "0017" not in shown


def test_gaps_are_still_gaps(found):
    assert found.missingness.n_complete < found.n
    assert found.summary.frame().set_index("column").loc["fees_owed", "missing"] > 0


def test_ignored_columns_do_not_count_as_gaps(found):
    assert "mentor" not in {gap.column for gap in found.missingness.columns}


def test_the_outcome_can_be_compared_like_a_column(found):
    assert found.outcome == OUTCOME
    assert found.values[0] == OUTCOME
    assert OUTCOME not in found.groups
    assert found.titles[OUTCOME] == "The outcome"


def test_groups_begin_with_barriers_and_leave_out_dates(found):
    roles = [found.schema.column(name).role for name in found.groups]

    assert roles[0] is Role.BARRIER
    assert all(found.schema.column(name).kind is not Kind.DATE for name in found.groups)


def test_the_outcome_is_not_related_to_the_columns_that_make_it_up(found):
    sides = {frozenset(pair) for pair in found.pairs_frame()[["left", "right"]].to_numpy()}

    assert frozenset({"The outcome", "Not retained"}) not in sides
    assert frozenset({"The outcome", "Attendance"}) in sides


def test_the_map_is_the_same_read_from_either_side(found):
    table = found.map_frame().pivot_table(index="column_a", columns="column_b", values="value")

    pd.testing.assert_frame_equal(table, table.T, check_names=False)
    assert table.shape[0] <= exploring.MAP_COLUMNS


def test_pairs_come_strongest_first(found):
    strength = found.pairs_frame()["value"].abs()

    assert strength.is_monotonic_decreasing
    assert strength.notna().all()


def test_an_outcome_that_cannot_be_read_is_left_out_and_said(settings):
    found = exploring.explore(LOCAL, DEMO.with_outcome("gpa < 2"), settings=settings)

    assert found.outcome is None
    assert [note for note in found.notes if note.startswith("The outcome is left out: ")]


def test_without_an_outcome_nothing_is_said_about_one(settings):
    found = exploring.explore(LOCAL, DEMO.with_outcome(""), settings=settings)

    assert (found.outcome, found.notes, found.decided_by) == (None, (), ())


def test_a_column_that_cleaning_left_as_text_is_set_aside_and_named(settings):
    found = exploring.explore(LOCAL, DEMO.with_recipe(Recipe()), settings=settings)

    assert "fees_owed" not in found.distributions
    assert any(note.startswith("'fees_owed' is left out: it should hold numbers") for note in found.notes)


def test_two_columns_with_one_label_are_told_apart(settings):
    twins = b"student_id,Study hours,study_hours\n" + b"".join(
        b"%d,%d,%d\n" % (i, i % 9, i % 7) for i in range(99)
    )
    spec = files.keep_file(LOCAL, io.BytesIO(twins), name="twins.csv", settings=settings)
    found = exploring.explore(LOCAL, DEMO.with_source(spec), settings=settings)

    assert len(set(found.titles.values())) == 3
    assert found.titles["study_hours"].endswith("(study_hours)")


def test_a_comparison_is_one_sentence_with_an_interval(settings):
    compared = exploring.compare(LOCAL, DEMO, value=OUTCOME, group="work_hours", settings=settings)

    assert "95 % interval" in compared.result.sentence
    assert "it does not say why" in compared.result.sentence
    assert compared.spread is None


def test_a_number_between_categories_has_boxes_of_figures_only(settings):
    compared = exploring.compare(LOCAL, DEMO, value="last_average", group="device", settings=settings)

    assert {box.group for box in compared.spread.boxes} == {group.group for group in compared.result.groups}
    assert compared.value.title == "Last term's average"


def test_a_column_compared_by_itself_or_not_there_is_one_sentence(settings):
    with pytest.raises(InvalidChoice, match=r"^'device' cannot be compared by itself.$"):
        exploring.compare(LOCAL, DEMO, value="device", group="device", settings=settings)
    with pytest.raises(ColumnNotFound, match=r"^There is no column 'devise'.$"):
        exploring.compare(LOCAL, DEMO, value="devise", group="device", settings=settings)


def test_progress_moves_forward_in_words(settings):
    said = []
    exploring.explore(LOCAL, DEMO, settings=settings, progress=lambda part, words: said.append((part, words)))

    assert [part for part, _ in said] == sorted(part for part, _ in said)
    assert all(words for _, words in said)


def test_without_the_front_door_a_schools_own_table_is_not_explored(settings, uploaded):
    with pytest.raises(Forbidden):
        exploring.explore(UNGATED, uploaded, settings=settings)
    with pytest.raises(Forbidden):
        exploring.compare(UNGATED, uploaded, value="score", group="gender", settings=settings)


@pytest.mark.parametrize(
    "name",
    [
        "StudentsPerformance.csv",
        "Expanded_data_with_more_features.csv",
        "uci_697_dropout.csv",
        "StudentPerformanceFactors.csv",
    ],
)
def test_real_tables_can_be_explored_without_a_note(shared_data, settings, name):
    request = DEMO.with_source(files.keep_path(LOCAL, str(shared_data / name), settings=settings))
    found = exploring.explore(LOCAL, request, settings=settings)

    assert found.notes == ()
    assert found.values
    assert found.groups
    assert not found.associations.is_empty
