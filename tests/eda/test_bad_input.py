"""Nothing that a table can hold makes an exploration fail: it says why there is nothing to see."""

import numpy as np
import pytest

from core.eda.barrier_pairs import pair_barriers
from core.eda.barrier_rules import BarrierRule
from core.eda.barriers import count_barriers
from core.eda.density import density
from core.eda.distributions import distribution
from core.eda.groups import compare_groups
from core.eda.points import pair_plot, pair_points
from core.eda.relations import associate
from core.eda.summary import summarise
from core.eda.timelines import timeline
from core.eda.together import corrected_together
from core.schema import Column, Kind, Role, Schema

RULES = (BarrierRule("n_a", above=1), BarrierRule("f_c", values=("yes",)))
TABLES = {
    "no rows": {"n": 0},
    "one row": {"n": 1},
    "all missing": {"n": 30, "number": None, "flag": None, "level": None, "day": None},
    "all equal": {"n": 30},
    "infinite": {"n": 30, "number": np.inf},
    "minus infinite": {"n": 30, "number": -np.inf},
}


@pytest.fixture(params=TABLES)
def data(request, table):
    """Every kind of column with the same value in each row."""
    given = {"number": 2.0, "flag": 1.0, "level": "x", "day": "2026-01-05"} | TABLES[request.param]
    n = given["n"]
    return table(
        id=[f"S{i}" for i in range(n)],
        n_a=[given["number"]] * n,
        n_b=[given["number"]] * n,
        f_c=[given["flag"]] * n,
        c_d=[given["level"]] * n,
        d_e=[given["day"]] * n,
    )


def test_every_figure_answers(data):
    frame, schema = data.frame, data.schema
    pages = [
        compare_groups(frame, value=value, group=group, schema=schema)
        for value in ("n_a", "f_c", "c_d")
        for group in ("n_b", "f_c", "c_d")
        if value != group
    ]
    for page in corrected_together(pages):
        assert page.is_empty
        assert page.why_empty.endswith(".")
    assert associate(frame, schema=schema, information=True).frame()["value"].isna().all()
    assert len(summarise(frame, schema=schema).columns) == 6


def test_every_drawing_says_why_it_is_empty_or_draws(data):
    frame, schema = data.frame, data.schema
    drawn = [
        pair_points(frame, columns=("n_a", "n_b"), schema=schema),
        *pair_plot(frame, columns=("n_a", "d_e"), schema=schema).pairs,
        density(frame, column=schema.column("n_a")),
        density(frame, column=schema.column("n_a"), group=schema.column("c_d")),
        distribution(frame, column=schema.column("c_d"), group=schema.column("f_c")),
        timeline(frame, value="n_a", time="d_e", schema=schema),
        timeline(frame, value="f_c", time="c_d", schema=schema),
        count_barriers(frame, rules=RULES, schema=schema, outcome=np.full(len(frame), np.nan)),
        pair_barriers(frame, rules=RULES, schema=schema),
    ]
    for one in drawn:
        assert bool(one.why_empty) == one.is_empty
        assert one.why_empty == "" or one.why_empty.endswith(".")


def test_a_number_that_is_mostly_its_largest_value_answers(table):
    data = table(n_a=range(106), n_b=[1, 2, 3, 4, 5, 6] + [7] * 100)
    found = compare_groups(data.frame, value="n_a", group="n_b", schema=data.schema)
    curves = density(data.frame, column=data.schema.column("n_a"), group=data.schema.column("n_b"))

    assert found.is_empty
    assert curves.is_empty
    assert found.why_empty == "No comparison is shown: groups of fewer than 10 students are withheld."


def test_a_table_whose_id_is_called_x_is_drawn(table):
    data = table(id=[f"S{i}" for i in range(6_000)], n_a=range(6_000), n_b=range(6_000))
    schema = Schema((Column("x", Kind.TEXT, Role.STUDENT_ID), *data.schema.columns[1:]))
    frame = data.frame.rename(columns={"id": "x"})
    points = pair_points(frame, columns=("n_a", "n_b"), schema=schema).points

    assert points.dtypes.tolist() == ["float64", "float64"]
    assert points["x"].equals(points["y"])
