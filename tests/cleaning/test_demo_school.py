"""The demo school's planted dirt: found, counted like the truth, and repaired."""

import pandas as pd
import pytest

from core.cleaning.findings import find, propose
from core.schema import MODEL_ROLES
from core.sources.base import DemoSpec
from core.sources.demo.source import DemoSource

SPEC = DemoSpec(students=3000)


@pytest.fixture(scope="module")
def school():
    """The dirty students table."""
    return DemoSource(SPEC).load("students")


@pytest.fixture(scope="module")
def dirt():
    """The truth: one row a spoilt cell or extra row."""
    return DemoSource(SPEC).truth().dirt


@pytest.fixture(scope="module")
def findings(school):
    return find(school)


@pytest.fixture(scope="module")
def cleaned(school, findings):
    """The table and the ledger of the proposed recipe, without the fills."""
    return propose(school, findings).without_in_folds().fit(school).clean(school)


def counts(findings, code):
    return {one.column: one.count for one in findings.by_code(code) if one.count}


def planted(school, dirt, some):
    """Return how many cells of each column show this dirt: copies of a spoilt row show it too."""
    twins = dirt[dirt["kind"] == "near_duplicate"].set_index("dirty")["clean"].to_dict()
    rows = school.collect()["student_id"].map(lambda name: twins.get(name, name)).value_counts()
    found = some.groupby("column")["student_id"].agg(lambda spoilt: int(rows[spoilt].sum()))
    return found.to_dict()


def test_every_planted_gap_is_counted(school, dirt, findings):
    found = counts(findings, "Q001")
    gaps = dirt[dirt["kind"].isin(["missing_at_random", "missing_not_at_random"])]

    assert {name: found[name] for name in found if name != "mentor"} == planted(school, dirt, gaps)


def test_every_planted_placeholder_is_counted(school, dirt, findings):
    assert counts(findings, "Q002") == planted(school, dirt, dirt[dirt["kind"] == "placeholder"])


def test_every_planted_impossible_value_is_counted(school, dirt, findings):
    assert counts(findings, "Q008") == planted(school, dirt, dirt[dirt["kind"] == "impossible_value"])


def test_every_exact_copy_is_counted(dirt, findings):
    assert counts(findings, "Q003") == {None: int((dirt["kind"] == "exact_duplicate").sum())}


def test_every_near_duplicate_is_counted_and_nobody_else(dirt, findings):
    (found,) = findings.by_code("Q004")
    planted_pairs = dirt[dirt["kind"] == "near_duplicate"]

    assert found.count == len(planted_pairs)
    assert set(found.examples) <= {f"{row.clean} / {row.dirty}" for row in planted_pairs.itertuples()}


def test_every_other_spelling_and_every_space_is_counted(school, dirt, findings):
    variants = dirt[dirt["kind"] == "category_variant"]
    spelt = variants[variants["dirty"].str.strip() != variants["clean"]]
    spaced = variants[variants["dirty"].str.strip() != variants["dirty"]]

    assert counts(findings, "Q006") == planted(school, dirt, spelt)
    assert counts(findings, "Q015") == planted(school, dirt, spaced)
    mapped = {pair for one in findings.by_code("Q006") for pair in one.step.mapping}
    assert mapped == set(zip(spelt["dirty"].str.strip(), spelt["clean"], strict=True))


def test_the_proposed_recipe_leaves_no_issue(cleaned):
    table, _ = cleaned

    assert {one.code for one in find(table).of("issue")} <= {"Q001"}


def test_every_spoilt_cell_is_repaired_or_missing_and_no_other_cell_changes(dirt, cleaned):
    table = cleaned[0].collect().set_index("student_id")
    truth = (
        DemoSource(DemoSpec(students=SPEC.students, dirt=False))
        .load("students")
        .collect()
        .set_index("student_id")
    )
    ours = table.loc[truth.index]
    emptied = ("missing_at_random", "missing_not_at_random", "placeholder", "impossible_value")
    gone = dirt[dirt["kind"].isin(emptied)]

    for name in truth:
        expected = truth[name].copy()
        expected[gone["student_id"][gone["column"] == name]] = None
        pd.testing.assert_series_equal(
            ours[name], expected, rtol=0, atol=0.005 if name == "prior_average" else 0
        )


def test_every_copy_is_named_in_the_ledger_and_no_student_is_lost(school, dirt, cleaned):
    table, report = cleaned
    copies = dirt[dirt["kind"] == "exact_duplicate"]

    assert [one.row - 1 for one in report.exclusions] == copies["row"].tolist()
    assert [one.student_id for one in report.exclusions] == copies["student_id"].tolist()
    assert report.n_in == report.n_out + len(report.exclusions)
    assert set(table.collect()["student_id"]) == set(school.collect()["student_id"])


def test_the_whole_recipe_leaves_no_gap_in_what_a_model_may_use(school, findings):
    recipe = propose(school, findings)
    table = recipe.fit(school).apply(school)
    usable = [column.name for column in table.schema if column.role in MODEL_ROLES]

    assert not table.collect()[usable].isna().any(axis=None)


def test_a_school_without_dirt_needs_no_recipe():
    clean = DemoSource(DemoSpec(students=3000, dirt=False)).load("students")

    assert propose(clean, find(clean)).steps == ()


@pytest.mark.parametrize("table", ["enrolments", "grades", "attendance", "lms_events"])
def test_a_table_of_many_rows_a_student_loses_none_of_them(table):
    given = DemoSource(DemoSpec(students=300)).load(table)
    report = propose(given, find(given)).fit(given).report(given)

    assert report.exclusions == ()
