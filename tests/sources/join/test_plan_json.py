"""Source plans as JSON: what is written is read back, and what is wrong is named by its place."""

import json
import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PlanError
from core.sources.base import ConnectionSpec, DemoSpec, FileSpec
from core.sources.join.plan_json import plan_from_json, plan_to_json
from core.sources.plan import Join, Part, SourcePlan
from core.sources.selection import Condition, How, KeyRule, Measure, Test

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(str.strip)
TEXTS = st.one_of(st.just(""), NAMES)
VALUES = st.one_of(
    st.booleans(), TEXTS, st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)
)
CONDITIONS = st.one_of(
    st.builds(Condition, NAMES, st.sampled_from([Test.MISSING, Test.PRESENT])),
    st.builds(
        Condition,
        NAMES,
        st.sampled_from([t for t in Test if t not in {Test.MISSING, Test.PRESENT, Test.ONE_OF}]),
        VALUES,
    ),
    st.builds(
        Condition, NAMES, st.just(Test.ONE_OF), values=st.lists(VALUES, min_size=1, max_size=3).map(tuple)
    ),
)
PLACES = NAMES.filter(lambda text: "://" not in text and "@" not in text)
SOURCES = st.one_of(
    st.builds(DemoSpec, students=st.integers(1, 9_999), dirt=st.booleans(), leaks=st.booleans()),
    st.builds(
        FileSpec, PLACES, TEXTS, st.none() | TEXTS, header=st.none() | st.booleans(), sheet=st.none() | TEXTS
    ),
    st.builds(
        ConnectionSpec, st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,39}", fullmatch=True), st.just("") | PLACES
    ),
)
PARTS = st.builds(
    Part,
    SOURCES,
    NAMES,
    key=TEXTS,
    rule=st.builds(KeyRule, st.booleans(), st.booleans(), st.booleans()),
    columns=st.lists(NAMES, max_size=3).map(tuple),
    rows=st.lists(CONDITIONS, max_size=3).map(tuple),
    explode=TEXTS,
    time=TEXTS,
    measures=st.lists(st.builds(Measure, st.sampled_from(How), TEXTS, TEXTS), max_size=3).map(tuple),
    join=st.sampled_from(Join),
    prefix=TEXTS,
    types=st.dictionaries(NAMES, TEXTS, max_size=3).map(lambda types: tuple(types.items())),
)
PLANS = st.builds(
    SourcePlan, PARTS, st.lists(PARTS, max_size=3).map(tuple), as_of=st.none() | st.dates(), name=TEXTS
)
PLAIN = {"waymark_plan": 1, "base": {"source": {"demo": {}}, "table": "students"}}
WRITTEN = """\
{
  "waymark_plan": 1,
  "base": {
    "source": {
      "connection": {
        "connection": "school"
      }
    },
    "table": "students",
    "key": "student_id",
    "rows": [
      {
        "column": "year",
        "test": "one of",
        "values": [
          2025,
          2026
        ]
      }
    ],
    "types": {
      "student_id": "varchar(12)"
    }
  },
  "parts": [
    {
      "source": {
        "demo": {
          "students": 500
        }
      },
      "table": "lms_events",
      "key": "student_id",
      "rule": {
        "zeros": true
      },
      "time": "day",
      "measures": [
        {
          "how": "mean",
          "of": "minutes"
        },
        {
          "how": "days since",
          "name": "quiet_days"
        }
      ],
      "join": "only matched"
    }
  ],
  "as_of": "2026-11-21"
}
"""
PLAN = SourcePlan(
    Part(
        ConnectionSpec("school"),
        "students",
        key="student_id",
        rows=(Condition("year", Test.ONE_OF, values=(2025.0, 2026.0)),),
        types=(("student_id", "varchar(12)"),),
    ),
    (
        Part(
            DemoSpec(students=500),
            "lms_events",
            key="student_id",
            rule=KeyRule(zeros=True),
            time="day",
            measures=(Measure(How.MEAN, "minutes"), Measure(How.DAYS_SINCE, name="quiet_days")),
            join=Join.ONLY_MATCHED,
        ),
    ),
    as_of=date(2026, 11, 21),
)


def refused(text):
    """Return message and hint of the error that a text meets."""
    with pytest.raises(PlanError) as found:
        plan_from_json(text if isinstance(text, str) else json.dumps(text))
    return str(found.value), found.value.hint


def changed(path, value):
    """Return a plain plan as JSON with one value set; the path is keys and indexes."""
    plan = json.loads(json.dumps({**PLAIN, "parts": [PLAIN["base"]]}))
    place = plan
    for step in path[:-1]:
        place = place[step] if isinstance(place, list) else place.setdefault(step, {})
    place[path[-1]] = value
    return plan


@given(PLANS)
def test_what_is_written_is_read_back(plan):
    text = plan_to_json(plan)

    assert plan_from_json(text) == plan
    assert plan_to_json(plan_from_json(text)) == text


def test_a_plan_is_written_readably_and_without_what_is_as_usual():
    assert plan_to_json(PLAN) == WRITTEN
    assert plan_from_json(WRITTEN) == PLAN


def test_types_of_values_survive():
    rows = tuple(Condition("a", Test.IS, value) for value in (True, 1.0, "1", "true", 0.5, 1e300))
    found = plan_from_json(plan_to_json(SourcePlan(Part(DemoSpec(), "t", rows=rows)))).base.rows

    assert [type(row.value) for row in found] == [bool, float, str, str, float, float]
    assert found == rows


@pytest.mark.parametrize(
    ("path", "value", "message", "hint"),
    [
        (["nam"], "x", "'$' has an unknown key 'nam'", "Did you mean 'name'?"),
        (["base", "colums"], [], "'$.base' has an unknown key 'colums'", "Did you mean 'columns'?"),
        (["parts", 0, "tabel"], "x", "'$.parts[0]' has an unknown key 'tabel'", "Did you mean 'table'?"),
        (["waymark_plan"], 2, "'$.waymark_plan' must be 1", "another version"),
        (["waymark_plan"], "1", "'$.waymark_plan' must be a whole number", "without quotes"),
        (["base"], [], "'$.base' must be an object", "'source', 'table'"),
        (["base"], {"table": "t"}, "'$.base' has no 'source'", "Needed: 'source', 'table'."),
        (["base", "table"], " ", "'$.base.table' is empty", "Name what is meant."),
        (["base", "table"], 5, "'$.base.table' must be text", "in quotes"),
        (["base", "table"], "x" * 1_001, "'$.base.table' must be text", "At most 1,000 characters"),
        (["base", "table"], "\ud800", "'$.base.table' must be text", "in quotes"),
        (["base", "source"], {}, "'$.base.source' must name one source", "'connection'"),
        (["base", "source"], {"demo": {}, "file": {}}, "'$.base.source' must name one source", "'demo'"),
        (["base", "source"], {"mysql": {}}, "'$.base.source' has an unknown key 'mysql'", "'file'"),
        (
            ["base", "source"],
            {"demo": {"students": True}},
            "students' must be a whole number",
            "without quotes",
        ),
        (
            ["base", "source"],
            {"demo": {"dirt": 1}},
            "'$.base.source.demo.dirt' must be true or false",
            "true",
        ),
        (["base", "rule"], {"zeros": "yes"}, "'$.base.rule.zeros' must be true or false", "without quotes"),
        (["base", "rule"], {"zeroes": True}, "'$.base.rule' has an unknown key 'zeroes'", "'zeros'"),
        (["base", "columns"], "a", "'$.base.columns' must be a list", "in [ ]"),
        (["base", "columns"], ["a", None], "'$.base.columns[1]' must be text", "in quotes"),
        (["base", "columns"], ["a"] * 5_001, "'$.base.columns' must be a list", "At most 5,000"),
        (["parts"], [PLAIN["base"]] * 21, "'$.parts' must be a list", "At most 20"),
        (["base", "join"], "inner", "'$.base.join' is none of the words", "'keep', 'only matched'"),
        (["base", "measures"], [{"how": "avg"}], "'$.base.measures[0].how' is none of the words", "'mean'"),
        (["base", "measures"], [{"how": {}}], "'$.base.measures[0].how' is none of the words", "'mean'"),
        (["base", "measures"], [{"of": "x"}], "'$.base.measures[0]' has no 'how'", "Needed: 'how'."),
        (
            ["base", "rows"],
            [{"column": "a", "test": "is"}],
            "'$.base.rows[0]' does not say what 'is' needs",
            "value",
        ),
        (
            ["base", "rows"],
            [{"column": "a", "test": "missing", "value": 1}],
            "'$.base.rows[0]' does not say what 'missing' needs",
            "need nothing",
        ),
        (
            ["base", "rows"],
            [{"column": "a", "test": "one of", "values": []}],
            "'$.base.rows[0]' does not say what 'one of' needs",
            "'values'",
        ),
        (
            ["base", "rows"],
            [{"column": "a", "test": "is", "value": 2**53 + 1}],
            "'$.base.rows[0].value' must be text, a number, true or false",
            "more than 15 digits in quotes",
        ),
        (
            ["base", "rows"],
            [{"column": "a", "test": "is", "value": {"$ne": 1}}],
            "'$.base.rows[0].value' must be text, a number, true or false",
            "in quotes",
        ),
        (["as_of"], "21.11.2026", "'$.as_of' must be a day", "'2026-11-21'"),
        (["as_of"], "2026-02-30", "'$.as_of' must be a day", "'2026-11-21'"),
        (["as_of"], 20261121, "'$.as_of' must be a day", "'2026-11-21'"),
        (["base", "types"], [["a", "int"]], "'$.base.types' must be an object", "A type for each"),
        (["base", "types"], {"a": 5}, "'$.base.types.a' must be text", "in quotes"),
    ],
)
def test_bad_input_is_refused_by_its_place(path, value, message, hint):
    found, what_to_do = refused(changed(path, value))

    assert found.startswith("In the source plan, '$")
    assert message in found
    assert found.endswith(".")
    assert hint in what_to_do


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "The source plan is not JSON: line 1, column 1."),
        ('{"waymark_plan": 1,\n', "The source plan is not JSON: line 2, column 1."),
        ("[" * 100_000, "The source plan is nested too deeply."),
        ('{"a":' * 100_000, "The source plan is nested too deeply."),
        ('"' + '\\"' * 400_000, "The source plan is not JSON: line 1, column 1."),
        (" " * 1_000_001, "The source plan is too long."),
        (
            '{"waymark_plan": 1, "waymark_plan": 1}',
            "The source plan has the key 'waymark_plan' twice in one object.",
        ),
        ('{"waymark_plan": NaN}', "The source plan holds 'NaN', which is no number."),
        (f'{{"waymark_plan": {"9" * 5_000}}}', "The source plan holds a number that is too long."),
        ("7", "In the source plan, '$' must be an object."),
        ("{}", "In the source plan, '$' has no 'waymark_plan'."),
        (
            '{"waymark_plan": 1, "base": {"rows": [{"value": 1e400}]}}',
            "In the source plan, '$.base' has no 'source'.",
        ),
    ],
    ids=range(12),
)
def test_what_is_no_plan_is_refused_at_once(text, message):
    started = time.process_time()

    assert refused(text)[0] == message
    assert time.process_time() - started < 2


def test_a_number_without_end_is_refused():
    text = json.dumps(changed(["base", "rows"], [{"column": "a", "test": "is", "value": 5}])).replace(
        "5", "1e400"
    )

    assert "must be text, a number" in refused(text)[0]


@pytest.mark.parametrize(
    "key", ["password", "passwd", "pwd", "token", "user", "host", "port", "url", "address"]
)
@pytest.mark.parametrize("path", [["base"], ["base", "source", "connection"], ["base", "source"], []])
def test_secrets_and_addresses_are_refused_and_never_repeated(key, path):
    plan = changed(["base", "source"], {"connection": {"connection": "school"}})
    place = plan
    for step in path:
        place = place[step]
    place[key] = "hunter2.example.org"
    message, hint = refused(plan)

    assert f"cannot hold '{key}'" in message
    assert "stay in the settings" in hint
    assert "hunter2" not in message + hint


@pytest.mark.parametrize(
    "source",
    [
        ConnectionSpec("mysql://root:hunter2@db/school"),
        ConnectionSpec("db.example.org:3306"),
        ConnectionSpec(""),
        ConnectionSpec("school", "mysql://root:hunter2@db/school"),
        ConnectionSpec("school", "root@db"),
        FileSpec("https://root:hunter2@example.org/a.csv"),
    ],
)
def test_an_address_in_place_of_a_name_can_neither_be_written_nor_read(source):
    with pytest.raises(PlanError) as found:
        plan_to_json(SourcePlan(Part(source, "students")))

    assert "hunter2" not in f"{found.value}{found.value.hint}"
    assert "'$.base.source." in str(found.value)


def test_a_plan_that_could_not_be_read_is_not_written():
    with pytest.raises(PlanError, match=r"'\$\.base\.rows\[0\]' does not say what 'is' needs"):
        plan_to_json(SourcePlan(Part(DemoSpec(), "t", rows=(Condition("a", Test.IS),))))
    with pytest.raises(PlanError, match="must be a list"):
        plan_to_json(SourcePlan(Part(DemoSpec(), "t"), (Part(DemoSpec(), "t"),) * 21))


JSONS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
KEYS = ["source", "table", "key", "rule", "columns", "rows", "time", "measures", "join", "prefix", "types"]


@given(st.sampled_from([*KEYS, "explode"]), JSONS)
def test_any_json_in_any_place_is_read_or_refused_in_a_sentence(key, value):
    text = json.dumps(changed(["base", key], value))
    problem = None
    try:
        plan_from_json(text)
    except PlanError as error:
        problem = error

    assert problem is None or (str(problem).endswith(".") and problem.hint)
