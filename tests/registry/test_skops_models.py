"""Files of estimators: the same each time, and nothing in them is made that its family does not hold."""

import copy
import io
import json
import zipfile

import numpy as np
import pytest
from sklearn.cluster import KMeans
from skops import io as skops

from core.errors import ModelError
from core.modeling import candidates
from core.modeling.options import ModelOptions
from core.registry import skops_models
from core.registry.skops_models import TRUSTED, read_estimator, write_estimator
from core.registry.strict_json import Unreadable
from tests.modeling.made_students import school

WIDER = ModelOptions(products=("work", "study"))
WHAT = "the model 'x'"


@pytest.fixture(scope="module")
def students():
    return school(300)


@pytest.fixture(scope="module", params=TRUSTED)
def fitted(request, students):
    return request.param, candidates.fit(request.param, *students, options=WIDER)


def matrix_of(fitted, students):
    return fitted.design.matrix(students[0].numbers, students[0].codes)


def test_every_family_has_its_list_and_every_file_says_what_the_model_said(fitted, students):
    name, model = fitted
    content = write_estimator(name, model.estimator)
    read = read_estimator(name, content, width=model.design.width, what=WHAT)
    matrix = matrix_of(model, students)

    assert set(TRUSTED) == set(candidates.FAMILIES)
    assert np.array_equal(read.predict_proba(matrix), model.estimator.predict_proba(matrix))


def test_the_same_students_make_the_same_file(fitted, students):
    name, model = fitted
    again = candidates.fit(name, *students, options=WIDER)

    assert write_estimator(name, again.estimator) == write_estimator(name, model.estimator)


def test_a_file_of_one_family_is_none_of_another(fitted):
    name, model = fitted
    content = write_estimator(name, model.estimator)
    others = [other for other in TRUSTED if not set(TRUSTED[name]) <= set(TRUSTED[other])]

    for other in others:
        with pytest.raises(Unreadable, match=f"which no model of the family '{other}' does"):
            read_estimator(other, content, width=model.design.width, what=WHAT)
    assert others


def tree(students):
    model = candidates.fit("decision_tree", *students)
    return model, write_estimator("decision_tree", model.estimator)


def repacked(content, change, name="schema.json"):
    """The file with one part of it changed."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as packed, zipfile.ZipFile(sink, "w") as made:
        for one in packed.namelist():
            some = packed.read(one)
            made.writestr(one, change(some) if one == name else some)
    return sink.getvalue()


def said(content, *, family="decision_tree", width=None, students=None):
    wide = width or tree(students)[0].design.width
    with pytest.raises(Unreadable) as refused:
        read_estimator(family, content, width=wide, what=WHAT)
    assert refused.value.hint == "Train and publish the model again with this version of Waymark."
    return str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("DecisionTreeClassifier", "ExtraTreeClassifier", "sklearn.tree._classes.ExtraTreeClassifier"),
        ('"__module__": "builtins"', '"__module__": "os"', "os.dict"),
        ('"__loader__": "DictNode"', '"__loader__": "MethodNode"', "MethodNode"),
        ('"__loader__": "ObjectNode"', '"__loader__": "FunctionNode"', "FunctionNode"),
        ('"protocol": 2', '"protocol": 0', "another layout of skops"),
    ],
)
def test_a_type_or_a_way_of_making_that_is_not_listed_is_refused_before_anything_is_made(
    students, monkeypatch, old, new, named
):
    content = tree(students)[1]
    spoilt = repacked(content, lambda text: text.replace(old.encode(), new.encode()))
    monkeypatch.setattr(skops, "loads", lambda *_, **__: pytest.fail("something was made"))

    assert spoilt != repacked(content, lambda text: text)
    assert named in said(spoilt, students=students)


def test_what_skops_trusts_by_itself_is_no_model(students):
    content = skops.dumps(KMeans(2, n_init=1, random_state=0).fit(np.eye(4)))

    assert skops.get_untrusted_types(data=content) == []
    assert "holds 'sklearn.cluster._kmeans.KMeans'" in said(content, students=students)


@pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04N.", b"{}" * 50])
def test_a_file_that_is_none_is_one_sentence(students, content):
    assert said(content, students=students) == "The file of the model 'x' is no skops file."


def test_a_file_that_swells_is_refused(students, monkeypatch):
    content = tree(students)[1]
    monkeypatch.setattr(skops_models, "MOST_UNPACKED", 1_000)
    assert "is too large unpacked: at most 1,000 bytes." in said(content, width=5)
    monkeypatch.setattr(skops_models, "MOST_BYTES", 100)
    assert "is too large: at most 100 bytes." in said(content, width=5)


def test_a_model_of_other_columns_does_not_fit(students):
    model, content = tree(students)

    found = said(content, width=model.design.width + 1)
    assert found == "The file of the model 'x' does not fit its features."


def test_a_branch_that_leads_out_of_the_tree_is_refused(students):
    """Compiled code would follow it without looking."""
    model, content = tree(students)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        arrays = {name: packed.read(name) for name in packed.namelist() if name.endswith(".npy")}
    (nodes,) = [
        name for name, some in arrays.items() if np.load(io.BytesIO(some), allow_pickle=False).dtype.names
    ]

    def led(field, value):
        def change(some):
            read = np.load(io.BytesIO(some), allow_pickle=False).copy()
            read[field][0] = value
            sink = io.BytesIO()
            np.save(sink, read, allow_pickle=False)
            return sink.getvalue()

        return repacked(content, change, nodes)

    for field, value in (("left_child", 10**6), ("right_child", 0), ("feature", 10**6), ("feature", -5)):
        found = said(led(field, value), width=model.design.width)
        assert found.startswith("The file of the model 'x' ")


def test_a_boosted_tree_and_a_machine_that_point_out_of_themselves_are_refused(students):
    boosted = candidates.fit("gradient_boosting", *students)
    boosted.estimator._predictors[0][0].nodes["left"][0] = 10**6
    machine = candidates.fit("support_vectors", *students)
    machine.estimator.calibrated_classifiers_[0].estimator._n_support[:] = 10**6

    for name, model in (("gradient_boosting", boosted), ("support_vectors", machine)):
        content = write_estimator(name, model.estimator)
        found = said(content, family=name, width=model.design.width)
        assert found == "The file of the model 'x' does not fit its features."


def deeper(machine):
    """The machine's one entry, holding the whole of it once more where its own machine stood."""
    outer = copy.deepcopy(machine)
    outer.calibrated_classifiers_[0].estimator = machine
    return outer


def beside(machine):
    """A whole machine in place of the entry: it holds a machine of its own too, one that is sound."""
    outer = copy.deepcopy(machine)
    outer.calibrated_classifiers_ = [copy.deepcopy(machine)]
    outer.calibrated_classifiers_[0].estimator = copy.deepcopy(machine.calibrated_classifiers_[0].estimator)
    outer.calibrated_classifiers_[0].calibrators = []
    return outer


def bare(machine):
    """The machine itself, without its correction."""
    return machine.calibrated_classifiers_[0].estimator


@pytest.mark.parametrize("hidden", [deeper, beside, bare])
def test_a_machine_is_looked_at_wherever_it_stands(students, hidden):
    """One with a single weight for many students makes compiled code read beyond it."""
    model = candidates.fit("support_vectors", *students)
    machine = copy.deepcopy(model.estimator)
    machine.calibrated_classifiers_[0].estimator._dual_coef_ = np.ones((1, 1))
    content = write_estimator("support_vectors", hidden(machine))

    found = said(content, family="support_vectors", width=model.design.width)
    assert found == "The file of the model 'x' does not fit its features."


def test_a_forest_holds_trees_and_a_tree_holds_branches(students):
    grown = candidates.fit("random_forest", *students)
    inner, nested = copy.deepcopy(grown.estimator), copy.deepcopy(grown.estimator)
    nested.estimators_[0] = inner
    hollow = copy.deepcopy(grown.estimator)
    del hollow.estimators_[0].tree_
    masked = copy.deepcopy(grown.estimator)
    masked.estimators_[0].tree_ = copy.deepcopy(masked.estimators_[1])

    for forest in (nested, hollow, masked):
        content = write_estimator("random_forest", forest)
        found = said(content, family="random_forest", width=grown.design.width)
        assert found.startswith("The file of the model 'x' ")


def test_an_estimator_that_could_not_be_read_again_is_not_written(students):
    with pytest.raises(ModelError, match=r"^The model is not published\. The file of the model holds"):
        write_estimator("decision_tree", KMeans(2, n_init=1, random_state=0).fit(np.eye(4)))
    strange = candidates.fit("decision_tree", *students).estimator
    strange.note = (one for one in ())
    with pytest.raises(ModelError, match="cannot be kept as a file"):
        write_estimator("decision_tree", strange)


def test_no_place_in_memory_and_no_time_stands_in_a_file(students):
    content = tree(students)[1]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        ids = {node["__id__"] for node in skops_models._nodes(json.loads(packed.read("schema.json")))}
        assert {one.date_time for one in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert max(ids - {None}) < 1_000
