"""A coded table says of each part of its students what ``summarise`` says, and holds nobody's name."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.eda.coded import coded, summarise_part
from core.eda.filters import Filter, kept, kept_in
from core.eda.summary import summarise
from core.schema import Column, Kind, Role, Schema

CELLS = {
    Kind.NUMBER: st.one_of(
        st.none(),
        st.integers(-3, 3).map(float),
        st.floats(-1e9, 1e9),
        st.sampled_from([np.inf, -np.inf, -0.0]),
    ),
    Kind.CATEGORY: st.one_of(st.none(), st.sampled_from(["bus", "walk", "été", "", "10"])),
    Kind.FLAG: st.sampled_from([None, 0.0, 1.0]),
    Kind.DATE: st.one_of(st.none(), st.datetimes(pd.Timestamp("1950-01-01"), pd.Timestamp("2030-01-01"))),
    Kind.TEXT: st.one_of(st.none(), st.sampled_from(["a", "b", "c"])),
}
TESTS = {
    Kind.NUMBER: [("at least", (0.0,)), ("below", (1.5,)), ("between", (-1, 2)), ("is", (1.0, -0.0))],
    Kind.CATEGORY: [("is", ("bus",)), ("is not", ("walk", "10"))],
    Kind.FLAG: [("is", ("yes",)), ("is not", ("yes",))],
    Kind.DATE: [("at least", (9_000.0,)), ("is not", (10_957.0,))],
}
KINDS = list(CELLS)
SCHEMA = Schema(tuple(Column(kind.value, kind, Role.FEATURE) for kind in KINDS))


def frame_of(rows):
    held = {Kind.NUMBER: "float64", Kind.FLAG: "float64", Kind.DATE: "datetime64[us]"}
    return pd.DataFrame(
        {
            kind.value: pd.Series([row[i] for row in rows], dtype=held.get(kind, "str"))
            for i, kind in enumerate(KINDS)
        }
    )


rows_and_part = st.lists(st.tuples(st.tuples(*CELLS.values()), st.booleans()), max_size=60)


@given(rows_and_part, st.sampled_from([1, 3, 10]))
def test_a_part_has_the_very_figures_that_summarise_gives_for_its_rows(rows, min_group):
    frame = frame_of([cells for cells, _ in rows])
    part = np.array([inside for _, inside in rows], dtype=np.bool_)
    table = coded(frame, schema=SCHEMA)

    for chosen in (part, ~part):
        expected = summarise(frame[chosen].reset_index(drop=True), schema=SCHEMA, min_group=min_group)
        assert summarise_part(table, chosen, min_group=min_group) == expected
    assert summarise_part(table, min_group=min_group) == summarise(frame, schema=SCHEMA, min_group=min_group)


@given(rows_and_part)
def test_a_condition_is_met_by_the_same_students_as_in_the_frame(rows):
    frame = frame_of([cells for cells, _ in rows])
    table = coded(frame, schema=SCHEMA)
    for kind, tests in TESTS.items():
        gaps = [("is missing", ()), ("is known", ())]
        for test, values in [*tests, *gaps]:
            if kind is Kind.CATEGORY and not set(values) <= set(frame[kind.value].dropna()):
                continue
            one = Filter(kind.value, test, values)
            expected = one.met(frame, schema=SCHEMA)
            assert one.met_in(table).tolist() == expected.tolist()
            assert kept_in(table, (one, one)).tolist() == kept(frame, (one,), schema=SCHEMA).tolist()


def test_a_real_looking_school_has_the_same_figures_by_both_ways(school):
    data = school(5_000, 3)
    table = coded(data.frame, schema=data.schema)
    for limit in (2.0, 6.0, 30.0):
        filters = (Filter("n_hours", "at least", (limit,)), Filter("c_house", "is not", ("D",)))
        part = kept(data.frame, filters, schema=data.schema)
        expected = summarise(data.frame[part].reset_index(drop=True), schema=data.schema)
        assert summarise_part(table, kept_in(table, filters)) == expected


def test_names_ids_and_free_text_are_counted_and_their_values_are_not_held(table):
    data = table(id=["S1", "S2", "S2"], name=["Ann", None, "Bo"], t_note=["sad"] * 3)
    held = coded(data.frame, schema=data.schema).columns

    assert [len(one.values) for one in held.values()] == [0, 0, 0]
    assert held["name"].places.tolist() == [1, 0, 2]


@pytest.mark.parametrize(("n", "kind"), [(200, np.uint8), (300, np.uint16), (70_000, np.uint32)])
def test_places_take_as_few_bytes_as_the_number_of_values_needs(table, n, kind):
    data = table(n_x=range(n))
    assert coded(data.frame, schema=data.schema).columns["n_x"].places.dtype == kind


def test_a_category_without_a_student_in_the_part_is_not_counted_as_hidden(table):
    data = table(c_way=["bus"] * 30 + ["walk"] * 4 + ["car"] * 20)
    part = np.array([True] * 30 + [False] * 4 + [True] * 20)
    (column,) = summarise_part(coded(data.frame, schema=data.schema), part).columns

    assert ([entry.level for entry in column.top], column.distinct, column.note) == (["bus", "car"], 2, "")
