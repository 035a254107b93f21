"""Every spoilt cell and every added row is in the truth, and nothing else was touched."""

import functools

import pandas as pd
import pytest

from core.schema import Kind
from core.sources.base import DemoSpec
from core.sources.demo.settings import demo_settings
from core.sources.demo.source import DemoSource

DIRTY = DemoSpec(students=26_000)
CLEAN = DemoSpec(students=26_000, dirt=False)
EXTRA_ROWS = ("exact_duplicate", "near_duplicate")


@functools.cache
def students_of(spec):
    return DemoSource(spec).load("students").collect()


@functools.cache
def planted():
    return DemoSource(DIRTY).truth().dirt


def without_extra_rows():
    extra = planted().loc[planted()["kind"].isin(EXTRA_ROWS), "row"]
    return students_of(DIRTY).drop(index=extra).reset_index(drop=True)


def test_without_the_switch_nothing_is_dirty():
    clean = students_of(CLEAN)
    assert DemoSource(CLEAN).truth().dirt.empty
    assert clean["student_id"].is_unique
    assert clean.columns[clean.isna().any()].tolist() == ["mentor"]


def test_the_dirty_table_differs_from_the_clean_one_in_the_planted_cells_only():
    clean, dirty, schema = students_of(CLEAN), without_extra_rows(), DemoSource(CLEAN).load("students").schema
    assert dirty["student_id"].equals(clean["student_id"])
    cells = planted()[~planted()["kind"].isin(EXTRA_ROWS)]
    for column in schema:
        values = dirty[column.name]
        if column.kind is Kind.NUMBER and values.dtype == "str":
            values = pd.to_numeric(values, errors="coerce")
        same = values.eq(clean[column.name]) | (values.isna() & clean[column.name].isna())
        expected = set(cells.loc[cells["column"] == column.name, "student_id"])
        assert set(clean.loc[~same, "student_id"]) == expected, column.name


def test_a_planted_cell_stands_where_the_truth_says_with_both_its_values():
    cells = planted()[~planted()["kind"].isin(EXTRA_ROWS)]
    clean = students_of(CLEAN).set_index("student_id")
    for name, part in cells.groupby("column"):
        held = students_of(DIRTY).loc[part["row"], name]
        assert students_of(DIRTY).loc[part["row"], "student_id"].tolist() == part["student_id"].tolist()
        before = clean.loc[part["student_id"], name]
        if held.dtype == "str":
            assert held.reset_index(drop=True).equals(part["dirty"].reset_index(drop=True).rename(name))
        else:
            assert held.reset_index(drop=True).equals(
                part["dirty"].astype(float).reset_index(drop=True).rename(name)
            )
        if before.dtype == "str":
            assert before.tolist() == part["clean"].tolist()
        else:
            assert before.tolist() == part["clean"].astype(float).tolist()


def test_no_cell_is_spoilt_twice():
    cells = planted()[~planted()["kind"].isin(EXTRA_ROWS)]
    assert not cells.duplicated(["student_id", "column"]).any()


@pytest.mark.parametrize("rule", demo_settings().dirt, ids=lambda rule: rule.kind)
def test_each_kind_comes_at_its_rate(rule):
    found = planted()[planted()["kind"] == rule.kind]
    for column in rule.columns or [None]:
        n = len(found) if column is None else (found["column"] == column).sum()
        assert 0.6 * rule.rate < n / DIRTY.students < 1.6 * rule.rate, column


def test_an_exact_duplicate_repeats_an_earlier_row():
    dirty = students_of(DIRTY)
    rows = planted().loc[planted()["kind"] == "exact_duplicate", "row"]
    assert set(dirty.index[dirty.duplicated()]) == set(rows)


def test_a_near_duplicate_has_another_id_and_a_misspelt_name():
    dirty = students_of(DIRTY)
    near = planted()[planted()["kind"] == "near_duplicate"]
    originals = without_extra_rows().set_index("student_id").loc[near["clean"]]
    copies = dirty.loc[near["row"]].set_index("student_id")
    assert copies.index.tolist() == near["student_id"].tolist() == near["dirty"].tolist()
    assert copies.index.is_unique
    assert not set(copies.index) & set(originals.index)
    assert (copies["name"].to_numpy() != originals["name"].to_numpy()).all()
    others = copies.columns.drop("name")
    assert copies[others].reset_index(drop=True).equals(originals[others].reset_index(drop=True))


def test_the_table_has_one_row_for_each_student_and_each_added_row():
    added = planted()["kind"].isin(EXTRA_ROWS).sum()
    assert len(students_of(DIRTY)) == DIRTY.students + added


def test_large_values_go_missing_more_often_than_small_ones():
    fees = students_of(CLEAN).set_index("student_id")["fees_owed"]
    lost = planted()[(planted()["kind"] == "missing_not_at_random") & (planted()["column"] == "fees_owed")]
    assert fees[lost["student_id"]].mean() > 3 * fees.mean()


def test_values_missing_at_random_are_like_the_others():
    hours = students_of(CLEAN).set_index("student_id")["study_hours"]
    lost = planted()[(planted()["kind"] == "missing_at_random") & (planted()["column"] == "study_hours")]
    assert hours[lost["student_id"]].mean() == pytest.approx(hours.mean(), abs=1.0)


def test_variants_are_the_same_word_written_otherwise():
    variants = planted()[planted()["kind"] == "category_variant"]
    assert (variants["clean"] != variants["dirty"]).all()
    folded = variants["dirty"].str.strip().str.lower()
    typed = folded != variants["clean"]
    assert 0.15 < typed.mean() < 0.35
    assert (
        variants.loc[typed, "dirty"].map(sorted).tolist() == variants.loc[typed, "clean"].map(sorted).tolist()
    )
    assert variants["dirty"].str.isupper().any()
    assert variants["dirty"].str.startswith(" ").any()
    assert variants["dirty"].str.endswith(" ").any()


def test_impossible_values_lie_outside_the_columns_range():
    schema = DemoSource(DIRTY).load("students", limit=0).schema
    found = planted()[planted()["kind"] == "impossible_value"]
    for name, part in found.groupby("column"):
        column = schema.column(name)
        assert not part["dirty"].astype(float).between(column.lowest, column.highest).any()


def test_decimal_commas_hold_the_same_number():
    found = planted()[planted()["kind"] == "decimal_comma"]
    assert found["dirty"].str.fullmatch(r"\d+,\d\d").all()
    assert (found["dirty"].str.replace(",", ".").astype(float) == found["clean"].astype(float)).all()


def test_other_tables_stay_clean():
    for table in ("enrolments", "grades", "surveys", "mentor_notes"):
        small, clean = DemoSpec(students=300), DemoSpec(students=300, dirt=False)
        assert DemoSource(small).load(table).collect().equals(DemoSource(clean).load(table).collect())
