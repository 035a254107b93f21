"""Models that are no sum of columns: published with a file beside, its hash checked before it is read."""

import hashlib
import io
import json
import sys
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from core.caseload.access import LOCAL
from core.modeling.candidates import FAMILIES
from core.modeling.options import ModelOptions
from core.modeling.risk_model import fit_as
from core.registry import active, skops_models, store
from core.registry.bundle import FILE, bundle_bytes, make_bundle
from core.registry.strict_json import Unreadable
from core.settings import Settings
from core.workflow import versions
from core.workflow.model_json import FOLDER
from core.workflow.model_values import published_of
from core.workflow.scoring import published_model, score_file
from core.workflow.training import train
from tests.workflow.published import asked, published, school, written

N = 240
"""Students of the school: enough for every family, few enough to be quick."""
WIDER = ModelOptions(
    products=("work_hours", "study_hours"), squares=("study_hours",), scaling="range", selection="vif",
    calibration="platt",
)  # fmt: skip
COMPONENTS = ModelOptions(components=3, gap_columns=False, calibration="isotonic", balanced=True)
ASKED = {
    **{name: {"model": name} for name in list(FAMILIES)[3:]},
    "wider": {"options": WIDER},
    "wider lasso": {"model": "lasso", "options": WIDER},
    "components": {"model": "decision_tree", "options": COMPONENTS},
    "tuned": {
        "model": "gradient_boosting",
        "options": ModelOptions(settings=(("learning_rate", 0.1), ("max_leaf_nodes", 4.0))),
    },
}


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    place = tmp_path_factory.mktemp("tables") / "school.csv"
    school(N).to_csv(place, index=False)
    return place


@pytest.fixture(scope="module")
def tree(table, settings):
    trained = train(LOCAL, asked(table, settings, model="decision_tree"), settings=settings)
    return published(trained.request, settings, training=trained)


def beside(bundle, settings):
    return settings.workspace / FOLDER / bundle.id / FILE


@pytest.mark.parametrize("what", ASKED)
def test_every_family_is_published_and_scores_as_it_was_fitted(table, settings, tmp_path, what):
    trained = train(LOCAL, asked(table, settings, **ASKED[what]), settings=settings)
    made = published(trained.request, settings, training=trained)
    model = published_model(LOCAL, made.id, settings=settings)
    found = score_file(LOCAL, model, written(school(N), tmp_path / "a.csv"), settings=settings)
    fitted = fit_as(trained.validated, trained.features)

    assert np.array_equal(found.risk, fitted.predict_risk(trained.features))
    assert beside(made, settings).is_file()
    assert made.content["family"] == trained.request.model
    wrote = made.content["request"]["options"]
    assert wrote["products"] == list(trained.request.options.products)
    assert published(trained.request, settings, training=trained) == made


def test_one_student_gets_the_risk_that_all_get_and_unseen_values_are_told(tree, settings, tmp_path):
    model = published_model(LOCAL, tree.id, settings=settings)
    students = school(12, seed=8)
    students.loc[0, "way"] = "boat"
    together = score_file(LOCAL, model, written(students, tmp_path / "a.csv"), settings=settings)
    alone = [
        score_file(LOCAL, model, written(students.iloc[[k]], tmp_path / "b.csv"), settings=settings).risk[0]
        for k in range(12)
    ]

    assert alone == together.risk.tolist()
    assert together.notes[0].startswith("'way' holds 'boat' in 1 student")


def test_the_card_of_a_model_that_keeps_students_says_so(table, settings):
    request = asked(table, settings, model="support_vectors")
    made = published(request, settings)
    text = versions.version_card(LOCAL, made.id, settings=settings).decode()

    assert "It keeps the features of single students" in text


@pytest.mark.parametrize("change", [lambda some: some[:-1] + b"x", lambda _: b"", lambda some: some + b" "])
def test_a_file_that_was_changed_is_refused_before_it_is_opened(tree, settings, monkeypatch, change):
    place = beside(tree, settings)
    whole = place.read_bytes()
    monkeypatch.setattr(skops_models, "read_estimator", lambda *_, **__: pytest.fail("it was opened"))
    place.write_bytes(change(whole))
    try:
        for use in (published_model, versions.version_card):
            with pytest.raises(Unreadable) as refused:
                use(LOCAL, tree.id, settings=settings)
            assert str(refused.value) == (
                f"The model '{tree.id}' is not what was published: its file '{FILE}' has another SHA-256."
            )
        with pytest.raises(Unreadable):
            versions.promote(LOCAL, tree.id, why="try", settings=settings)
        assert versions.versions(LOCAL, settings=settings)[-1].problem.endswith("another SHA-256.")
    finally:
        place.write_bytes(whole)


def test_a_file_that_is_gone_or_a_link_is_refused_and_publishing_again_mends_it(
    table, tree, settings, tmp_path
):
    place = beside(tree, settings)
    whole = place.read_bytes()
    place.unlink()
    with pytest.raises(Unreadable, match=r"its file 'model\.skops' is missing"):
        store.load(settings.workspace / FOLDER, tree.id)
    (tmp_path / "other").write_bytes(whole)
    place.symlink_to(tmp_path / "other")
    with pytest.raises(Unreadable, match="cannot be read"):
        store.load(settings.workspace / FOLDER, tree.id)

    again = published(asked(table, settings, model="decision_tree"), settings)
    assert again.content == tree.content
    assert beside(tree, settings).read_bytes() == whole
    assert not beside(tree, settings).is_symlink()


def test_the_model_in_use_may_be_of_any_family(tree, settings, tmp_path):
    versions.promote(LOCAL, tree.id, why="try", settings=settings)
    model = published_model(LOCAL, "active", settings=settings)

    assert active.active_id(settings.workspace / FOLDER) == model.id == tree.id
    assert len(score_file(LOCAL, model, written(school(9), tmp_path / "n.csv"), settings=settings).risk) == 9


def changed(content, path, value):
    whole = json.loads(json.dumps(content))
    place = whole
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return whole


HOSTILE = [
    (("model", "file"), "../../etc/passwd", "'$.content.model.file' must be an object."),
    (("model", "file", "name"), "../x", "'$.content.model' names no file of a model."),
    (("model", "file", "sha256"), "abc", "'$.content.model' names no file of a model."),
    (("model", "code"), "x", "'$.content.model' has an unknown key 'code'."),
    (("model", "nearest"), 0.7, "'$.content.model.nearest' is no bound of a risk."),
    (("model", "design", "numbers"), [], "'$.content.model.design' does not fit the features."),
    (
        ("model", "design", "numbers", 0, "scale"),
        0.0,
        "'$.content.model.design.numbers[0]' is no scale of a number.",
    ),
    (
        ("model", "design", "categories", 0, "own"),
        [99],
        "'$.content.model.design.categories[0].own[0]' must be a whole number.",
    ),
    (
        ("model", "design", "categories", 0, "own"),
        [0, 0],
        "'$.content.model.design.categories[0]' names a level twice.",
    ),
    (
        ("model", "design", "wider"),
        {"pairs": [[0, 99]], "centre": [], "scale": [], "rotation": None},
        "'$.content.model.design.wider.pairs[0][1]' must be a whole number.",
    ),
    (
        ("model", "design", "wider"),
        {"pairs": [[0, 1]], "centre": [0.0], "scale": [1.0], "rotation": None},
        "'$.content.model.design.wider' does not fit the matrix.",
    ),
    (("profile", 0, "counts"), [1], None),
]


@pytest.mark.parametrize(("path", "value", "said"), HOSTILE)
def test_a_content_that_fits_its_hash_and_nothing_else_is_refused(tree, settings, path, value, said):
    made = make_bundle(changed(tree.content, path, value), published_at=tree.published_at)
    content = beside(tree, settings).read_bytes()
    if said is None:  # the profile is read by a check, and decides no risk
        assert published_of(made, content).id == made.id
        return
    with pytest.raises(Unreadable) as refused:
        published_of(made, content)
    assert str(refused.value) == f"In the model '{made.id}', {said}"
    assert bundle_bytes(made)


def test_a_family_without_its_file_is_refused(tree):
    made = make_bundle(
        tree.content | {"model": {"base": 0.0, "numbers": [], "categories": []}},
        published_at=tree.published_at,
    )
    with pytest.raises(Unreadable, match="has no file"):
        published_of(made)


def test_another_version_that_gives_other_risks_says_which(tree, settings, monkeypatch):
    import sklearn

    content = beside(tree, settings).read_bytes()
    moved = [one + 0.001 for one in tree.content["model"]["probe"]]
    made = make_bundle(changed(tree.content, ("model", "probe"), moved), published_at=tree.published_at)
    monkeypatch.setattr(sklearn, "__version__", "9.9")
    with pytest.raises(Unreadable) as refused:
        published_of(made, content)

    then = tree.content["versions"]["scikit-learn"]
    assert str(refused.value) == (
        f"The model '{made.id}' gives other risks here than when it was published: it was made with "
        f"scikit-learn {then}, and here is 9.9."
    )


def made_with(content, version):
    """The file as another version of scikit-learn would have written it."""
    import sklearn

    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(sink, "w") as made:
        for name in packed.namelist():
            some = packed.read(name)
            made.writestr(
                name,
                some.replace(sklearn.__version__.encode(), version) if name == "schema.json" else some,
            )
    return sink.getvalue()


def test_another_version_that_gives_the_same_risks_is_used_without_a_word(tree, settings):
    """scikit-learn warns of another version; what counts is what comes out."""
    content = beside(tree, settings).read_bytes()
    old = made_with(content, b"1.0.0")
    digest = hashlib.sha256(old).hexdigest()
    made = make_bundle(
        changed(tree.content, ("model", "file", "sha256"), digest), published_at=tree.published_at
    )
    columns = published_of(tree, content).columns
    n_categories = sum(bool(column.levels) for column in columns)
    rows = np.zeros((2, len(columns) - n_categories)), np.zeros((2, n_categories), dtype=np.int32)

    assert old != content
    assert np.array_equal(
        published_of(made, old).weigher.log_odds(*rows), published_of(tree, content).weigher.log_odds(*rows)
    )


def test_a_library_that_is_not_there_is_one_sentence(table, settings, monkeypatch):
    made = published(asked(table, settings, model="explainable_boosting"), settings)
    content = beside(made, settings).read_bytes()
    for name in [name for name in sys.modules if name.split(".")[0] == "interpret"]:
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(Unreadable, match=r"cannot be made: ModuleNotFoundError\.$"):
        published_of(made, content)


def test_the_risks_of_a_version_are_corrected_as_in_training(table, settings, tmp_path):
    request = asked(table, settings, model="decision_tree", options=ModelOptions(calibration="platt"))
    made = published(request, settings)
    model = published_model(LOCAL, made.id, settings=settings)
    spec = written(school(20, seed=3), tmp_path / "c.csv")
    found = score_file(LOCAL, model, spec, settings=settings)
    bare = score_file(LOCAL, replace(model, calibrator=type(model).calibrator), spec, settings=settings)

    assert made.content["calibration"]["kind"] == "platt"
    assert (found.risk != bare.risk).all()
