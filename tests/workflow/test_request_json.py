"""A request is a file that says everything, and only what is known in it is read."""

import json
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.__main__ import MOST_SEED
from core.caseload.access import LOCAL
from core.cleaning.missing import FillWithMedian
from core.cleaning.recipe import Recipe
from core.cleaning.text import MapValues, StripText
from core.errors import AppError, BadFile
from core.registry.strict_json import Unreadable
from core.schema import Kind, Role
from core.settings import Settings
from core.sources.base import ConnectionSpec, DemoSpec, FileSpec
from core.sources.plan import Part, SourcePlan
from core.sources.selection import How, Measure
from core.workflow import files, replaying, request_json
from core.workflow.request_json import request_from_json, request_to_json
from core.workflow.requests import CleaningRequest, TableRequest, TrainingRequest

WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=20)
NAMES = WORDS.filter(str.strip)
PLAN = SourcePlan(
    Part(DemoSpec(students=50), "students", key="student_id"),
    (
        Part(
            ConnectionSpec("school", "marks"),
            "marks",
            key="id",
            measures=(Measure(How("mean"), "mark", "m"),),
        ),
    ),
    name="record",
)
SOURCES = (
    st.builds(DemoSpec, st.integers(1, 9999), st.integers(0, 99), st.integers(1, 8), dirt=st.booleans())
    | st.builds(
        FileSpec,
        NAMES.filter(lambda path: "://" not in path),
        WORDS,
        st.none() | WORDS,
        header=st.none() | st.booleans(),
    )
    | st.builds(
        ConnectionSpec, st.from_regex(r"[a-z][a-z0-9]{0,9}", fullmatch=True), st.sampled_from(["", "school"])
    )
    | st.just(PLAN)
)
STEPS = (
    StripText(("a",), reason="untidy"),
    MapValues("a", (("x", "y"),)),
    FillWithMedian(("b",), is_on=False),
)
REQUESTS = st.builds(
    TrainingRequest,
    st.builds(
        CleaningRequest,
        st.builds(
            TableRequest,
            SOURCES,
            st.none() | WORDS,
            st.dictionaries(WORDS, st.sampled_from(Role)).map(lambda found: tuple(sorted(found.items()))),
            st.dictionaries(WORDS, st.sampled_from(Kind)).map(lambda found: tuple(sorted(found.items()))),
            WORDS,
        ),
        st.none() | st.lists(st.sampled_from(STEPS)).map(lambda steps: Recipe(tuple(steps), "r")),
    ),
    WORDS,
    st.lists(WORDS, unique=True).map(tuple),
    st.sampled_from(["logistic_regression", "lasso"]),
    st.integers(0, 2**31 - 1),
)
DEMO = {"waymark_request": 1, "source": {"demo": {}}}
PLAN_WITH_SEED = {
    "waymark_plan": 1,
    "base": {"source": {"demo": {"seed": 2**31}}, "table": "students"},
}


@settings(deadline=None)
@given(REQUESTS)
def test_every_request_comes_back_as_it_was(request_):
    again = request_from_json(request_to_json(request_))

    assert again == request_
    assert again.digest == request_.digest


@pytest.mark.parametrize(
    "kind", [TrainingRequest, TableRequest, CleaningRequest, DemoSpec, FileSpec, ConnectionSpec]
)
def test_no_field_of_a_request_is_left_out(kind):
    """Whoever adds a field to a request has to say how it is written and read."""
    written = {"cleaning", "table", "source", "recipe", "roles", "kinds", "revision"}
    hints = get_type_hints(kind)

    unread = [
        f.name for f in fields(kind) if f.name not in written and hints[f.name] not in request_json._READ
    ]
    assert unread == []


def read(**changes):
    return request_from_json(json.dumps(DEMO | changes).encode())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"sead": 3}, "In the training request, '$' has an unknown key 'sead'."),
        ({"seed": "3"}, "In the training request, '$.seed' must be a whole number."),
        ({"seed": True}, "In the training request, '$.seed' must be a whole number."),
        ({"seed": 2**60}, "In the training request, '$.seed' must be a whole number."),
        ({"seed": -1}, "In the training request, '$.seed' must be a whole number."),
        ({"seed": 2**31}, "In the training request, '$.seed' must be a whole number."),
        (
            {"source": {"demo": {"seed": -1}}},
            "In the training request, '$.source.demo.seed' must be a whole number.",
        ),
        (
            {"source": {"plan": PLAN_WITH_SEED}},
            "In the training request, '$.source.plan.base.source.demo.seed' must be a whole number.",
        ),
        ({"outcome": None}, "In the training request, '$.outcome' must be text."),
        ({"exclude": "gender"}, "In the training request, '$.exclude' must be a list."),
        ({"exclude": [3]}, "In the training request, '$.exclude[0]' must be text."),
        (
            {"roles": {"a": "boss"}},
            "In the training request, '$.roles.a' is none of the words that may stand there.",
        ),
        ({"waymark_request": 2}, "In the training request, '$.waymark_request' must be 1."),
        ({"source": {}}, "In the training request, '$.source' must name one source."),
        (
            {"source": {"demo": {"pupils": 3}}},
            "In the training request, '$.source.demo' has an unknown key 'pupils'.",
        ),
        ({"source": {"file": {}}}, "In the training request, '$.source.file' has no 'path'."),
        (
            {"source": {"file": {"path": " "}}},
            "In the training request, '$.source.file.path' must be a file.",
        ),
        (
            {"source": {"file": {"path": "http://x/a.csv"}}},
            "In the training request, '$.source.file.path' must be a file.",
        ),
        (
            {"source": {"connection": {"connection": "mysql://ana:x@db"}}},
            "In the training request, '$.source.connection' must name a connection and a database.",
        ),
        ({"source": {"plan": {}}}, "In the source plan, '$' has no 'waymark_plan'."),
        ({"recipe": {"steps": [{"kind": "run"}]}}, "Step 1 is of an unknown kind 'run'."),
        ({"recipe": 3}, "This is not a recipe: it has no list of 'steps'."),
    ],
)
def test_what_is_not_known_is_one_sentence(changes, said):
    with pytest.raises(AppError) as refused:
        read(**changes)

    assert str(refused.value) == said
    assert refused.value.hint


def test_seeds_have_the_range_of_the_command_line():
    assert request_json.MOST_SEED == MOST_SEED
    assert [read(seed=seed).seed for seed in (0, MOST_SEED)] == [0, MOST_SEED]
    with pytest.raises(Unreadable) as refused:
        read(seed=-1)

    assert refused.value.hint == "From 0 to 2,147,483,647, without quotes."


@pytest.mark.parametrize(
    "content",
    [b'{"waymark_request": 1}', b"[]", b"", b'{"seed": NaN}', b" " * 2_500_001, b"\x80\x04", b"\xff"],
)
def test_what_is_no_request_is_refused(content):
    with pytest.raises(Unreadable, match="training request"):
        request_from_json(content)


@pytest.fixture
def workspace(tmp_path):
    return Settings(workspace=tmp_path / "workspace")


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "here"
    made.mkdir()
    (made / "school.csv").write_text("student_id,mark\n1,3\n")
    return made


def written(path, **more):
    return json.dumps(DEMO | {"source": {"file": {"path": str(path), **more}}}).encode()


def test_a_path_is_taken_from_the_requests_folder_and_the_file_is_kept_by_content(workspace, folder):
    near = replaying.read_request(LOCAL, written("school.csv"), beside=folder, settings=workspace)
    whole = replaying.read_request(LOCAL, written(folder / "school.csv"), beside=folder, settings=workspace)

    assert near == whole
    assert near.table.source.name == "school.csv"
    assert Path(near.table.source.path).parent == workspace.workspace / "files"


def test_an_uploaded_file_leaves_as_its_content_and_comes_back(workspace, folder, tmp_path):
    spec = files.keep_path(LOCAL, str(folder / "school.csv"), settings=workspace)
    asked = TrainingRequest(CleaningRequest(TableRequest(spec)), "mark < 2")
    content = replaying.request_bytes(LOCAL, asked)

    assert str(tmp_path) not in content.decode()
    assert replaying.read_request(LOCAL, content, beside=tmp_path, settings=workspace) == asked
    elsewhere = Settings(workspace=tmp_path / "elsewhere")
    found = replaying.read_request(LOCAL, content, beside=folder, settings=elsewhere)
    assert found.table.source.name == "school.csv"
    with pytest.raises(BadFile, match=r"The file 'school\.csv' of the request is not there"):
        replaying.read_request(LOCAL, content, beside=tmp_path, settings=Settings(workspace=tmp_path / "new"))


def test_another_file_of_the_same_name_is_not_taken_for_the_uploaded_one(workspace, folder, tmp_path):
    spec = files.keep_path(LOCAL, str(folder / "school.csv"), settings=workspace)
    content = replaying.request_bytes(LOCAL, TrainingRequest(CleaningRequest(TableRequest(spec))))
    (folder / "school.csv").write_text("student_id,mark\n1,4\n")

    with pytest.raises(BadFile, match="is not the file that the request was made with"):
        replaying.read_request(LOCAL, content, beside=folder, settings=Settings(workspace=tmp_path / "new"))
    (folder / "school.csv").unlink()
    with pytest.raises(BadFile, match="There is no file"):
        replaying.read_request(LOCAL, written("school.csv"), beside=folder, settings=workspace)


def test_a_file_in_a_plan_is_found_too(workspace, folder):
    plan = SourcePlan(Part(FileSpec("school.csv"), "school"))
    content = request_to_json(TrainingRequest(CleaningRequest(TableRequest(plan))))
    found = replaying.read_request(LOCAL, content, beside=folder, settings=workspace)

    assert found.table.source.base.source.path.startswith(str(workspace.workspace))
