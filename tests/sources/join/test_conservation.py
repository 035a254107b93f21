"""Nobody is lost and nobody is counted twice, for any tables; a join that breaks this is caught."""

from dataclasses import replace

import hypothesis
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PlanError, RepeatedIds
from core.sources.base import DemoSpec
from core.sources.join import assemble as assembling
from core.sources.join import measures as measuring
from core.sources.join.assemble import assemble
from core.sources.join.grouping import count_each, group_frame
from core.sources.join.keys import normalised
from core.sources.join.measures import grouping_for, measured
from core.sources.plan import Join, Part, SourcePlan
from core.sources.selection import How, Measure
from tests.sources.join import naive
from tests.sources.join.test_assemble import table

SPELT = st.sampled_from(["1", "01", "2", "02 ", "3", "a", "A", " a", "b", "ß", "SS", "9"])


@st.composite
def _ids(draw, *, rule, most=8, may_lack=False):
    """Draw ids that differ under a rule, as the base and the parts need them."""
    ids = draw(st.lists(SPELT, max_size=most))
    alike = normalised(pd.Series(ids, dtype="str"), rule)
    kept = pd.Series(ids, dtype="str")[~alike.duplicated().to_numpy()].tolist()
    return [*kept, None] if may_lack and draw(st.booleans()) else kept


@st.composite
def cases(draw):
    """Draw a plan of a base and up to three parts, with the tables that it reads."""
    rule = draw(naive.RULES)
    base = draw(_ids(rule=rule))
    parts, tables = (
        [],
        [table({"id": pd.Series(base, dtype="str"), "row": [float(i) for i in range(len(base))]})],
    )
    for i in range(draw(st.integers(1, 3))):
        ids = draw(_ids(rule=rule, may_lack=True))
        values = [float(10 * i + j) for j in range(len(ids))]
        join = draw(st.sampled_from(Join))
        parts.append(Part(DemoSpec(), f"part{i}", key="id", rule=rule, join=join, prefix=f"p{i}_"))
        tables.append(table({"id": pd.Series(ids, dtype="str"), "value": values}))
    return SourcePlan(Part(DemoSpec(), "base", key="id", rule=rule), tuple(parts)), tables


def breaks_the_law(plan, tables, joined):
    """Return what is wrong with a record, nothing when base = record + excluded holds student by student."""
    base = tables[0].dataset.collect()
    record = joined.dataset.collect()
    excluded = [student for exclusion in joined.exclusions for student in exclusion.ids]
    if sorted([*record["id"], *excluded]) != sorted(base["id"]):
        return "students"
    if record["row"].tolist() != sorted(record["row"]):
        return "order"
    for i, (part, part_table) in enumerate(zip(plan.parts, tables[1:], strict=True)):
        known = part_table.dataset.collect().dropna(subset="id")
        values = dict(zip(normalised(known["id"], part.rule), known["value"], strict=True))
        expected = [values.get(key) for key in normalised(record["id"], part.rule)]
        found = [None if pd.isna(value) else value for value in record[f"p{i}_value"]]
        if found != expected:
            return f"values of part {i}"
        if part.join is Join.ONLY_MATCHED and None in found:
            return f"unmatched in part {i}"
    return ""


@given(cases())
def test_students_in_are_students_out_and_named_exclusions_each_with_their_own_values(case):
    plan, tables = case

    assert breaks_the_law(plan, tables, assemble(plan, tables)) == ""


@given(cases(), st.randoms())
def test_the_order_of_rows_in_a_part_changes_nothing(case, random):
    plan, tables = case
    mixed = [tables[0]]
    for part_table in tables[1:]:
        rows = part_table.dataset.collect()
        order = random.sample(range(len(rows)), len(rows))
        mixed.append(table({name: rows[name].iloc[order].reset_index(drop=True) for name in rows}))
    one, other = assemble(plan, tables), assemble(plan, mixed)

    pd.testing.assert_frame_equal(one.dataset.collect(), other.dataset.collect())
    assert one.exclusions == other.exclusions
    assert one.dataset.provenance.content_hash == other.dataset.provenance.content_hash


@given(st.lists(st.one_of(st.none(), SPELT), max_size=6), st.lists(SPELT, max_size=6), naive.RULES)
def test_any_tables_are_joined_by_the_law_or_refused(base, ids, rule):
    plan = SourcePlan(
        Part(DemoSpec(), "base", key="id", rule=rule),
        (Part(DemoSpec(), "p", key="id", rule=rule, prefix="p0_"),),
    )
    tables = [
        table({"id": pd.Series(base, dtype="str"), "row": [float(i) for i in range(len(base))]}),
        table({"id": pd.Series(ids, dtype="str"), "value": [float(i) for i in range(len(ids))]}),
    ]
    alike = [normalised(pd.Series(some, dtype="str"), rule) for some in (base, ids)]
    if alike[0].isna().any():
        with pytest.raises(PlanError):
            assemble(plan, tables)
    elif any(some.duplicated().any() for some in alike):
        with pytest.raises(RepeatedIds):
            assemble(plan, tables)
    else:
        assert breaks_the_law(plan, tables, assemble(plan, tables)) == ""


@given(naive.ROWS, naive.RULES)
def test_the_counts_of_all_students_add_up_to_the_rows_that_have_one(rows, rule):
    part = replace(naive.PART, rule=rule, prefix="e_")
    kept, _, _ = naive.rows_up_to(rows, naive.AS_OF)
    expected = naive.by_key(naive.with_alike_ids(kept, rule)[0])

    assert counts_of(part, rows) == {key: float(len(of_key)) for key, of_key in expected.items()}


def counts_of(part, rows):
    """Return the count of rows of every id through groups, measures and the join with a base of all ids."""
    frame = naive.frame_of(rows)
    ids = normalised(frame["id"], part.rule).dropna().drop_duplicates().reset_index(drop=True)
    counted = replace(part, measures=(Measure(How.COUNT),))
    groups = group_frame(frame, naive.SCHEMA, grouping_for(counted, naive.AS_OF))
    found = measured(groups, counted, as_of=naive.AS_OF)
    base = table({"id": ids, "row": ids.index.astype("float64")})
    plan = SourcePlan(Part(DemoSpec(), "base", key="id", rule=part.rule), (counted,), as_of=naive.AS_OF)
    record = assemble(plan, [base, table(dict(found))]).dataset.collect()
    return {key: n for key, n in zip(record["id"], record["e_count"], strict=True) if n}


QUICK = hypothesis.settings(database=None, max_examples=60, phases=[hypothesis.Phase.generate])
"""Enough to find a case; which one it is does not matter."""


def finds_a_case(is_broken, strategy):
    """Whether a search finds a case that a law catches."""
    try:
        hypothesis.find(strategy, is_broken, settings=QUICK)
    except hypothesis.errors.NoSuchExample:
        return False
    return True


def is_broken(case):
    """Whether the record of a case breaks the law."""
    plan, tables = case
    return breaks_the_law(plan, tables, assemble(plan, tables)) != ""


def test_the_law_holds_where_nothing_was_made_wrong():
    assert not finds_a_case(is_broken, cases())


def _rows_of_some_student(*asked):
    """Join by position instead of by id: what a sort on one side alone does."""
    rows = RIGHT_ROWS(*asked)
    return rows[::-1]


RIGHT_ROWS = assembling._rows_of


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("_excluded", lambda part, ids: []),
        ("_rows_of", _rows_of_some_student),
        ("_rows_of", lambda keys, part, rows: RIGHT_ROWS(keys, part, rows).clip(-1 if rows.empty else 0)),
    ],
    ids=["drops the unmatched silently", "gives students the rows of others", "matches everybody"],
)
def test_a_join_made_wrong_is_caught(monkeypatch, name, wrong):
    monkeypatch.setattr(assembling, name, wrong)

    assert finds_a_case(is_broken, cases())


def test_a_join_that_repeats_students_is_caught():
    def doubled(case):
        plan, tables = case
        joined = assemble(plan, tables)
        part = pd.concat([tables[1].dataset.collect().dropna(subset="id")] * 2).rename(
            columns={"value": "again"}
        )
        record = joined.dataset.collect().merge(part, on="id", how="left")
        wrong = replace(joined, dataset=table(dict(record)).dataset)
        return breaks_the_law(plan, tables, wrong) == "students"

    assert finds_a_case(doubled, cases())


def test_sums_merged_wrong_are_caught(monkeypatch):
    def wrong(rows):
        kept, _, _ = naive.rows_up_to(rows, naive.AS_OF)
        right = {
            key: float(len(of_key))
            for key, of_key in naive.by_key(naive.with_alike_ids(kept, RULE)[0]).items()
        }
        return counts_of(replace(naive.PART, rule=RULE, prefix="e_"), rows) != right

    assert not finds_a_case(wrong, naive.ROWS)
    monkeypatch.setattr(measuring, "count_each", lambda codes, n, sums: count_each(codes, n, 2 * sums))
    assert finds_a_case(wrong, naive.ROWS)
    monkeypatch.setattr(measuring, "count_each", lambda codes, n, sums: count_each(codes, n))
    assert finds_a_case(wrong, naive.ROWS)


RULE = naive.KeyRule(case=True, zeros=True)
