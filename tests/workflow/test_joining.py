"""A plan becomes students: nobody is lost unnamed, each column says where it came from, copies serve."""

import json
import sqlite3
from datetime import date

import pytest

from core.caseload.access import LOCAL, UNGATED
from core.errors import Forbidden, InvalidChoice, PlanError, RepeatedIds, SchemaChanged, SourceUnavailable
from core.schema import Role
from core.settings import Settings
from core.sources.base import ConnectionSpec, DemoSpec
from core.sources.plan import Join, Part, SourcePlan
from core.sources.selection import Condition, How, KeyRule, Measure, Test
from core.workflow import connecting, joining, planning, tables
from core.workflow.joining import join_plan, load_report
from core.workflow.requests import TableRequest, demo_request, source_name

SCHOOL = DemoSpec(students=120, dirt=False)
AS_OF = date(2026, 6, 1)


@pytest.fixture
def settings(tmp_path):
    return Settings(workspace=tmp_path / "ws")


@pytest.fixture
def database(tmp_path, settings):
    """A SQLite file that a test may change, behind the connection ``old``."""
    place = tmp_path / "school.db"
    change(place, "CREATE TABLE students (student_id TEXT PRIMARY KEY, score REAL, lunch TEXT)")
    change(
        place, "INSERT INTO students VALUES ('007', 1.5, 'free'), ('008', NULL, 'paid'), ('009', 3, 'paid')"
    )
    change(place, "CREATE TABLE visits (student TEXT, day DATE, minutes REAL)")
    change(
        place,
        "INSERT INTO visits VALUES ('7', '2026-01-05', 10), ('7', '2026-01-19', 30), ('10', '2026-01-01', 5)",
    )
    connecting.save_connection(LOCAL, "old", settings=settings, kind="sqlite", file=str(place))
    return place


def change(place, statement):
    with sqlite3.connect(place) as connection:
        connection.execute(statement)
    connection.close()


def part_of(settings, table, source=None, **choices):
    source = source or ConnectionSpec("old")
    look = connecting.look_at(LOCAL, source, table, settings=settings)
    return planning.make_part(LOCAL, look, source, **choices)


@pytest.fixture
def plan(database, settings):
    base = part_of(settings, "students", key="student_id")
    visits = part_of(
        settings,
        "visits",
        key="student",
        rule=KeyRule(zeros=True),
        time="day",
        measures=[("count", "", "visits"), ("mean", "minutes", "")],
    )
    return planning.add_part(LOCAL, planning.new_plan(LOCAL, base), visits)


def request_of(plan, revision="1"):
    return TableRequest(plan, revision=revision)


def test_a_plan_gives_one_row_a_student_with_the_columns_of_every_table(plan, settings):
    frame = join_plan(LOCAL, plan, settings=settings).dataset.collect()

    assert frame["student_id"].tolist() == ["007", "008", "009"]
    assert frame["visits"].tolist() == [2.0, 0.0, 0.0]
    assert frame["minutes_mean"].tolist()[0] == 20.0
    assert frame["minutes_mean"].isna().tolist() == [False, True, True]


def test_the_match_is_seen_before_anything_is_joined(plan, settings):
    (found,) = planning.check_matches(LOCAL, plan, settings=settings)

    assert (found.n_base, found.n_matched, found.unmatched_part) == (3, 1, ("10",))
    assert found.unmatched_base == ("008", "009")


def test_whoever_is_left_out_is_named(plan, settings):
    strict = planning.drop_part(LOCAL, plan, 0)
    part = part_of(
        settings, "visits", key="student", rule=KeyRule(zeros=True), join="only matched",
        measures=[("count", "", "visits")],
    )  # fmt: skip
    joined = join_plan(LOCAL, planning.add_part(LOCAL, strict, part), settings=settings)

    assert joined.dataset.collect()["student_id"].tolist() == ["007"]
    assert [(one.table, one.ids) for one in joined.exclusions] == [("visits", ("008", "009"))]
    assert joined.n_base == len(joined.dataset.collect()) + joined.n_excluded
    for _ in range(2):  # the second time out of the snapshot
        preview = tables.preview(LOCAL, request_of(planning.add_part(LOCAL, strict, part)), settings=settings)
        assert preview.left_out == (("008", "visits"), ("009", "visits"))


def test_every_number_says_where_it_came_from(plan, settings):
    joined = join_plan(LOCAL, plan, settings=settings)
    report = load_report(LOCAL, joined)

    assert [(table["table"], table["rows"]) for table in report["tables"]] == [("students", 3), ("visits", 2)]
    assert all(table["query"] and table["content_hash"] for table in report["tables"])
    assert report["columns"]["minutes_mean"] == "Mean of minutes in visits."
    assert json.loads(json.dumps(report)) == report


def test_a_plan_is_a_table_for_every_other_page(plan, settings):
    preview = tables.preview(LOCAL, request_of(plan), settings=settings)

    assert preview.schema.student_id == "student_id"
    assert preview.provenance.n_rows == 3
    assert source_name(request_of(plan)) == "student record old"


def test_roles_and_kinds_of_a_plan_can_be_corrected_without_reading_it_again(plan, settings, database):
    tables.load_table(LOCAL, request_of(plan), settings=settings)
    database.unlink()
    corrected = TableRequest(plan, roles=(("lunch", Role.PROTECTED),), revision="1")

    assert (
        tables.load_table(LOCAL, corrected, settings=settings).schema.column("lunch").role is Role.PROTECTED
    )


def test_when_the_source_is_gone_the_last_good_copy_serves_and_says_so(plan, settings, database):
    before = tables.load_table(LOCAL, request_of(plan), settings=settings)
    database.rename(database.with_suffix(".away"))
    down = tables.load_table(LOCAL, request_of(plan, "2"), settings=settings)
    database.with_suffix(".away").rename(database)
    change(database, "UPDATE students SET score = 9 WHERE student_id = '007'")
    again = tables.load_table(LOCAL, request_of(plan, "3"), settings=settings)

    assert down.collect().equals(before.collect())
    assert "What you see was read on" in down.provenance.outage
    assert tables.provenance(LOCAL, request_of(plan, "2"), settings=settings).outage == down.provenance.outage
    assert again.provenance.outage == ""
    assert again.collect()["score"].tolist()[0] == 9.0


def test_without_a_copy_a_source_that_is_gone_is_one_sentence(plan, settings, database):
    database.unlink()

    with pytest.raises(SourceUnavailable, match="'old'"):
        tables.load_table(LOCAL, request_of(plan), settings=settings)


def test_before_it_was_read_a_table_has_no_provenance(plan, settings):
    assert tables.provenance(LOCAL, request_of(plan), settings=settings) is None


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("ALTER TABLE visits RENAME COLUMN minutes TO mins", ("'minutes'", "'visits'")),
        ("ALTER TABLE students DROP COLUMN lunch", ("'lunch'", "'students'")),
    ],
)
def test_a_column_that_is_gone_is_named_and_no_copy_hides_it(plan, settings, database, statement, names):
    tables.load_table(LOCAL, request_of(plan), settings=settings)
    change(database, statement)

    with pytest.raises(SchemaChanged) as refused:
        tables.load_table(LOCAL, request_of(plan, "2"), settings=settings)
    assert all(name in str(refused.value) for name in names)


def test_a_renamed_column_is_found_and_taken_over(plan, settings, database):
    before = join_plan(LOCAL, plan, settings=settings).dataset.collect()
    change(database, "ALTER TABLE visits RENAME COLUMN minutes TO mins")
    of_base, of_visits = planning.check_drifts(LOCAL, plan, settings=settings)
    mended = planning.remap(
        LOCAL,
        plan,
        1,
        {"minutes": "mins"},
        look=connecting.look_at(LOCAL, ConnectionSpec("old"), "visits", settings=settings),
    )

    assert of_base == ()
    assert [drift.column for drift in of_visits] == ["minutes"]
    assert join_plan(LOCAL, mended, settings=settings).dataset.collect().equals(before)


def test_students_who_are_there_twice_are_named(plan, settings, database):
    change(database, "CREATE TABLE twice (student_id TEXT, score REAL)")
    change(database, "INSERT INTO twice VALUES ('007', 1), ('007', 2), ('8', 3)")
    base = part_of(settings, "twice", key="student_id")
    with pytest.raises(RepeatedIds, match="007"):
        join_plan(LOCAL, SourcePlan(base, plan.parts), settings=settings)


def test_a_plan_survives_its_file(plan, settings):
    content = planning.plan_bytes(LOCAL, plan)

    assert planning.read_plan(LOCAL, content) == plan
    assert b"password" not in content


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe", b"[1]", b'{"waymark_plan": 99}'])
def test_a_file_that_is_no_plan_is_one_sentence(content):
    with pytest.raises(PlanError) as refused:
        planning.read_plan(LOCAL, content)

    assert refused.value.hint


def test_a_table_without_an_id_cannot_be_joined(plan, settings):
    with pytest.raises(PlanError, match="'visits' has no id to join by"):
        planning.add_part(LOCAL, plan, part_of(settings, "visits"))


def test_conditions_take_their_type_from_the_column(plan, settings):
    part = part_of(
        settings,
        "students",
        key="student_id",
        conditions=[
            ("score", "at least", "1,5"),
            ("lunch", "one of", "free, paid"),
            ("lunch", "present", ""),
        ],
    )

    assert part.rows == (
        Condition("score", Test.AT_LEAST, 1.5),
        Condition("lunch", Test.ONE_OF, values=("free", "paid")),
        Condition("lunch", Test.PRESENT),
    )


def test_the_demo_schools_own_tables_join_to_its_students(settings):
    """What the students table says is what its events add up to at the as-of date."""
    base = part_of(
        settings, "students", SCHOOL, key="student_id", columns=("not_retained", "mentor_contacts")
    )
    notes = part_of(
        settings,
        "mentor_notes",
        SCHOOL,
        key="student_id",
        time="spoken_on",
        measures=[("count", "", "talks")],
    )
    surveys = part_of(settings, "surveys", SCHOOL, key="student_id", columns=("week_work_hours",))
    plan = SourcePlan(base, (notes, surveys), as_of=_as_of(settings))
    joined = join_plan(UNGATED, plan, settings=settings).dataset
    students = tables.load_table(LOCAL, TableRequest(SCHOOL), settings=settings).collect()

    frame = joined.collect()
    assert frame["talks"].tolist() == students["mentor_contacts"].tolist()
    assert frame["week_work_hours"].tolist() == students["work_hours"].tolist()
    assert joined.provenance.synthetic


def _as_of(settings):
    request = demo_request(students=SCHOOL.students, seed=SCHOOL.seed).table
    return date.fromisoformat(tables.load_table(LOCAL, request, settings=settings).provenance.as_of)


def test_without_the_front_door_only_made_up_students_are_joined(plan, settings):
    with pytest.raises(Forbidden):
        join_plan(UNGATED, plan, settings=settings)


def test_a_plan_in_words(plan):
    base, visits = planning.plan_words(LOCAL, plan)

    assert (base.title, base.takes, base.join) == ("students", "all columns", "")
    assert visits.takes == "Number of rows, Mean of minutes"
    assert visits.key == "student, spaces ignored, leading zeros ignored"
    assert visits.join.startswith("Every student stays.")


def test_measures_and_joins_are_checked(plan, settings):
    part = part_of(settings, "visits", key="student", measures=[("count", "", "n")])

    assert part.measures == (Measure(How.COUNT, "", "n"),)
    assert part.join is Join.KEEP
    assert isinstance(part, Part)


def test_a_connection_that_leads_elsewhere_never_serves_the_copy_of_another_server(
    plan, settings, database, tmp_path
):
    tables.load_table(LOCAL, request_of(plan), settings=settings)
    connecting.save_connection(
        LOCAL, "old", settings=settings, kind="sqlite", file=str(tmp_path / "other.db")
    )

    with pytest.raises(SourceUnavailable):
        tables.load_table(LOCAL, request_of(plan, "2"), settings=settings)


def test_an_id_that_looks_like_a_number_is_joined_as_it_is_written(settings, database):
    change(database, "CREATE TABLE coded (code TEXT PRIMARY KEY, x REAL)")
    change(database, "INSERT INTO coded VALUES ('4.10', 1), ('4.1', 2), ('5.00', 3)")
    change(database, "CREATE TABLE seen (code TEXT)")
    change(database, "INSERT INTO seen VALUES ('4.10'), ('4.10'), ('5.00')")
    base = part_of(settings, "coded", key="code")
    seen = part_of(settings, "seen", key="code", measures=[("count", "", "n")])
    joined = join_plan(LOCAL, SourcePlan(base, (seen,)), settings=settings).dataset.collect()

    assert joined.set_index("code")["n"].to_dict() == {"4.10": 2.0, "4.1": 0.0, "5.00": 1.0}


def test_repeated_ids_of_the_base_are_told_before_anything_is_joined(plan, settings, database):
    change(database, "CREATE TABLE twice (student_id TEXT, score REAL)")
    change(database, "INSERT INTO twice VALUES ('007', 1), ('007', 2)")
    base = part_of(settings, "twice", key="student_id")

    with pytest.raises(RepeatedIds, match="007"):
        planning.check_matches(LOCAL, SourcePlan(base, plan.parts), settings=settings)


@pytest.mark.parametrize(
    ("column", "test", "value"),
    [
        ("score", "at least", "nan"),
        ("score", "is", "inf"),
        ("score", "is", "1,200"),
        ("score", "above", "many"),
    ],
)
def test_a_value_that_is_no_clear_number_is_refused(plan, settings, column, test, value):
    with pytest.raises(InvalidChoice):
        part_of(settings, "students", key="student_id", conditions=[(column, test, value)])


def test_text_that_looks_like_numbers_is_compared_as_the_text_it_is(settings, database):
    change(database, "CREATE TABLE worded (student_id TEXT PRIMARY KEY, amount TEXT, works TEXT)")
    change(database, "INSERT INTO worded VALUES ('1', '10.50', 'yes'), ('2', '9', 'no'), ('3', '7', 'yes')")
    for condition, n in (
        (("amount", "is", "10.50"), 1),
        (("works", "is", "yes"), 2),
        (("works", "is not", "yes"), 1),
    ):
        part = part_of(settings, "worded", key="student_id", conditions=[condition])
        assert len(join_plan(LOCAL, SourcePlan(part), settings=settings).dataset.collect()) == n
    with pytest.raises(InvalidChoice, match="is text in its source"):
        part_of(settings, "worded", key="student_id", conditions=[("amount", "at least", "9")])


def test_an_uploaded_plan_opens_no_file_that_was_not_opened_here(tmp_path):
    content = b'{"waymark_plan": 1, "base": {"source": {"file": {"path": "/etc/passwd"}}, "table": "passwd"}}'

    with pytest.raises(PlanError, match="'passwd', which was not opened here"):
        planning.read_plan(LOCAL, content, files=tmp_path / "files")


def test_roles_and_outcome_follow_a_remap(plan):
    request = (
        demo_request(students=10, seed=1).with_plan(plan, revision="1").with_roles({"minutes": Role.BARRIER})
    )
    renamed = request.with_plan(plan, revision="2", names={"minutes": "mins"})

    assert renamed.table.roles == (("mins", Role.BARRIER),)
    assert renamed.outcome == request.outcome


def test_a_server_that_is_down_is_waited_for_once(plan, settings, monkeypatch):
    tables.load_table(LOCAL, request_of(plan), settings=settings)
    asked = []

    def silent(source, part, **_):
        asked.append(part.table)
        raise SourceUnavailable("'old' stopped answering.")

    monkeypatch.setattr(joining, "read_part", silent)
    kept = join_plan(LOCAL, plan, settings=settings).dataset

    assert asked == ["students"]
    assert "stopped answering" in kept.provenance.outage
    assert len(kept.collect()) == 3


def test_the_last_value_of_a_long_number_keeps_its_digits(settings, database):
    change(database, "CREATE TABLE cards (student TEXT, day DATE, number INTEGER)")
    change(database, "INSERT INTO cards VALUES ('007', '2026-01-02', 9007199254740995)")
    base = part_of(settings, "students", key="student_id")
    cards = part_of(settings, "cards", key="student", time="day", measures=[("last", "number", "card")])
    joined = join_plan(LOCAL, SourcePlan(base, (cards,)), settings=settings).dataset

    assert joined.collect()["card"].tolist()[0] == "9007199254740995"
