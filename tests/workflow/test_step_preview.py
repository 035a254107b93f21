"""The preview of a step tells what the ledger would: who goes, which cells change, how values spread."""

import io

import pandas as pd
import pytest

from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.cleaning.columns import DropColumns
from core.cleaning.duplicates import DropDuplicates
from core.cleaning.missing import FillWithMedian
from core.cleaning.numbers import ParseNumbers
from core.cleaning.recipe import Recipe
from core.cleaning.rows import DropRows
from core.cleaning.text import MapValues, StripText
from core.errors import Forbidden, RecipeError, WrongKind
from core.schema import Role
from core.settings import Settings
from core.sources.base import DemoSpec
from core.workflow import cleaning, files, step_preview
from core.workflow.requests import CleaningRequest, TableRequest

ROWS = 40
DIRTY = "student_id,device,hours,note\n" + "".join(
    f"S{n:03d},{'OWN' if n % 4 == 0 else 'own'},{'n/a' if n % 5 == 0 else f'{n} h'},{'' if n < 30 else 'x'}\n"
    for n in range(ROWS)
)
MAP = MapValues("device", (("OWN", "own"),))
READ = ParseNumbers(("hours",), units=("h",))
STEPS = (MAP, READ, DropRows(("note",)), FillWithMedian(("hours",), was_missing=True), DropColumns(("note",)))


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def table(settings):
    spec = files.keep_file(LOCAL, io.BytesIO(DIRTY.encode()), name="dirty.csv", settings=settings)
    return TableRequest(spec, roles=(("student_id", Role.STUDENT_ID),))


@pytest.fixture
def preview(settings, table):
    def of(index, *steps):
        request = CleaningRequest(table, Recipe(steps or STEPS))
        return step_preview.preview_step(LOCAL, request, index, settings=settings)

    return of


def test_every_step_is_told_as_the_ledger_of_the_whole_recipe_tells_it(preview, settings, table):
    ledger = cleaning.clean(LOCAL, CleaningRequest(table, Recipe(STEPS)), settings=settings).report

    assert [preview(index).report for index in range(len(STEPS))] == list(ledger.steps)


def test_rows_that_go_are_named_with_the_reason_twenty_of_them(preview):
    look = preview(2)

    assert (look.report.n_in, look.report.n_dropped) == (ROWS, 30)
    assert look.dropped["student_id"].tolist() == [f"S{n:03d}" for n in range(20)]
    assert look.dropped["row"].tolist() == list(range(1, 21))
    assert set(look.dropped["reason"]) == {"no value in 'note'"}


def test_changed_cells_are_shown_before_and_after(preview):
    changed = preview(0).changed

    assert changed.to_dict("records") == [
        {"student_id": "S000", "column": "device", "before": "OWN", "after": "own"}
    ]


def test_categories_are_counted_before_and_after(preview):
    (spread,) = preview(0).spreads

    assert spread.bars[["when", "label", "n"]].to_numpy().tolist() == [
        ["Before", "own", 30], ["Before", "OWN", 10], ["After", "own", 40], ["After", "OWN", 0]
    ]  # fmt: skip
    assert (spread.n_missing_before, spread.n_missing_after) == (0, 0)


def test_numbers_are_counted_in_the_same_bins_before_and_after(preview):
    fill = preview(3)
    hours, flag = fill.spreads
    sides = [hours.bars[hours.bars["when"] == when] for when in ("Before", "After")]

    assert (hours.column, flag.column) == ("hours", "hours_was_missing")
    assert hours.is_histogram
    assert not flag.is_histogram
    assert sides[0]["low"].tolist() == sides[1]["low"].tolist()
    assert [int(side["n"].sum()) for side in sides] == [8, 10]
    assert (hours.n_missing_before, hours.n_missing_after) == (2, 0)


def test_a_text_that_is_read_as_numbers_shows_what_was_plain_before(preview):
    (hours,) = preview(1).spreads

    assert (hours.n_missing_before, hours.n_missing_after) == (40, 8)


def test_a_column_that_goes_is_named_and_nothing_is_drawn(preview):
    look = preview(4)

    assert look.report.columns_dropped == ("note",)
    assert (look.spreads, look.is_empty) == ((), False)


def test_a_step_without_effect_is_empty(preview):
    assert preview(0, StripText(("device",))).is_empty
    assert preview(0, DropDuplicates(("student_id",))).is_empty


def test_a_step_that_is_switched_off_is_tried_and_those_off_before_it_are_not(preview):
    off = MapValues("device", (("OWN", "own"),), is_on=False)
    again = MapValues("device", (("OWN", "owned"),), is_on=False)

    assert preview(0, off).report.n_changed == 10
    assert preview(1, off, again).report.n_changed == 10
    assert preview(1, MAP, again).report.n_changed == 0


def test_a_part_of_a_long_table_is_said_to_be_one(preview, monkeypatch):
    assert preview(0).part == ""
    monkeypatch.setattr(step_preview, "PREVIEW_ROWS", 10)
    look = preview(0)

    assert look.part == "Looked at the first 10 of 40 rows."
    assert look.report.n_in == 10


def test_a_step_that_cannot_run_says_why(preview):
    with pytest.raises(WrongKind, match="The column 'hours' does not hold numbers"):
        preview(0, FillWithMedian(("hours",)))
    with pytest.raises(RecipeError, match="The recipe has no step 6"):
        preview(5)
    with pytest.raises(RecipeError, match="The recipe has no step 0"):
        preview(-1)


def test_only_who_may_clean_may_look(settings, table):
    request = CleaningRequest(table, Recipe(STEPS))
    dean = Actor(who="dee", roles=frozenset({ActorRole.DEAN}), scope="all")
    for actor in (UNGATED, dean):
        with pytest.raises(Forbidden):
            step_preview.preview_step(actor, request, 0, settings=settings)
    demo = CleaningRequest(TableRequest(DemoSpec(students=100)), Recipe((StripText(("gender",)),)))
    assert step_preview.preview_step(UNGATED, demo, 0, settings=settings).report.n_in > 0


def test_the_frames_of_a_preview_are_small(preview):
    look = preview(3)

    assert isinstance(look.dropped, pd.DataFrame)
    assert len(look.dropped) <= step_preview.NAMED
    assert len(look.changed) <= 5
