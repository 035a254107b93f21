"""Groups by protected attributes: small ones are withheld, and only who may train sees their figures."""

import numpy as np
import pandas as pd
import pytest

from core.caseload.access import LOCAL, Actor, ActorRole
from core.errors import Forbidden, InvalidChoice
from core.features.build import build_features
from core.schema import Column, Kind, Role, Schema
from core.settings import Settings
from core.workflow import fairness, requests, training
from core.workflow.fair_groups import MOST_LEVELS, NOT_RECORDED, OTHERS, Attributes, Proxy
from core.workflow.listing import ForCapacity

REQUEST = requests.demo_request(students=600, seed=5)


def attributes(known=None, **columns):
    """The groups of a table of protected columns, each given as (kind, values)."""
    frame = pd.DataFrame({name: values for name, (_, values) in columns.items()})
    schema = Schema(
        tuple(Column(name, kind, Role.PROTECTED, name.title()) for name, (kind, _) in columns.items())
    )
    rows = np.ones(len(frame), dtype=bool) if known is None else np.asarray(known)
    return Attributes.of(frame, schema, known=rows)


def category(**sizes):
    return Kind.CATEGORY, [name for name, size in sizes.items() for _ in range(size)]


def shown(one):
    return [name for name, is_shown in zip(one.levels, one.shown, strict=True) if is_shown]


def test_a_group_of_nine_is_withheld_with_the_next_smallest_and_one_of_ten_is_not():
    (nine,) = attributes(sex=category(f=100, m=60, x=9)).singles
    (ten,) = attributes(sex=category(f=100, m=60, x=10)).singles

    assert shown(nine) == ["f"]
    assert shown(ten) == ["f", "m", "x"]


def test_a_group_with_nine_known_outcomes_is_withheld_too():
    known = np.arange(170) < 169
    kind, values = category(f=100, m=60, x=10)

    assert shown(attributes(known, sex=(kind, values)).singles[0]) == ["f"]


def test_students_without_a_value_are_a_group_of_their_own():
    (one,) = attributes(sex=(Kind.CATEGORY, ["f"] * 40 + ["m"] * 30 + [None] * 12)).singles

    assert one.levels == ("f", "m", NOT_RECORDED)
    assert np.bincount(one.codes).tolist() == [40, 30, 12]
    assert shown(one) == ["f", "m", NOT_RECORDED]


def test_a_number_is_cut_at_its_quartiles_and_the_page_is_told():
    found = attributes(age=(Kind.NUMBER, [float(15 + k % 40) for k in range(400)]))

    assert len(found.singles[0].levels) == 4
    assert found.bands == ("Age is cut at its quartiles: each band holds about a quarter of the students.",)
    assert attributes(year=(Kind.NUMBER, [1.0, 2.0] * 40)).bands == ()


def test_the_rarest_of_many_values_are_joined():
    values = [f"c{k:02d}" for k in range(20) for _ in range(30 - k)]
    (one,) = attributes(country=(Kind.CATEGORY, values)).singles

    assert len(one.levels) == MOST_LEVELS
    assert one.levels[:-1] == tuple(f"c{k:02d}" for k in range(MOST_LEVELS - 1))
    assert one.levels[-1] == OTHERS
    assert (one.codes == MOST_LEVELS - 1).sum() == sum(30 - k for k in range(MOST_LEVELS - 1, 20))


def test_dates_texts_and_constants_make_no_groups_and_say_why():
    found = attributes(
        born=(Kind.DATE, pd.to_datetime(["2001-02-03", "2002-03-04"] * 30)),
        faith=(Kind.TEXT, ["a", "b"] * 30),
        country=(Kind.CATEGORY, ["here"] * 60),
    )

    assert found.singles == ()
    assert found.left_out == (
        ("Born", "Dates make no groups; a column such as age does."),
        ("Faith", "'faith' has values of kind 'text', not categories."),
        ("Country", "All students are in one group."),
    )


def test_each_pair_of_attributes_is_a_grouping_and_small_cells_are_withheld_with_others():
    counts = {"f": (80, 84, 81, 50), "m": (120, 131, 4, 70), "x": (60, 60, 60, 60)}
    sex = [one for one, sizes in counts.items() for _ in range(sum(sizes))]
    faith = [one for sizes in counts.values() for one, n in zip("abcd", sizes, strict=True) for _ in range(n)]
    found = attributes(sex=(Kind.CATEGORY, sex), faith=(Kind.CATEGORY, faith))
    (pair,) = found.pairs

    assert pair.title == "Sex and faith"
    assert pair.codes.tolist() == (found.singles[0].codes * 4 + found.singles[1].codes).tolist()
    # Its row and its column hide another cell each, or a total minus the others would give it away.
    for line in ("m, a", "m, b", "m, c", "m, d"), ("f, c", "m, c", "x, c"):
        assert "m, c" not in shown(pair)
        assert len(set(line) - set(shown(pair))) >= 2
    assert found.n_withheld == 12 - len(shown(pair))


def test_a_pair_of_which_nothing_may_be_shown_says_so():
    sex = ["f", "m"] * 30
    found = attributes(sex=(Kind.CATEGORY, sex), faith=(Kind.CATEGORY, ["a"] * 50 + ["b"] * 10))

    assert not found.pairs
    assert found.left_out == (
        ("Sex and faith", "No group of both has 10 students without telling on a smaller one."),
    )


def test_two_columns_of_one_title_are_told_apart():
    frame = pd.DataFrame({"a": ["x", "y"] * 20, "b": ["u", "v", "v", "u"] * 10})
    schema = Schema(tuple(Column(name, Kind.CATEGORY, Role.PROTECTED, "Group") for name in "ab"))
    found = Attributes.of(frame, schema, known=np.ones(40, dtype=bool))

    assert [one.title for one in found.singles] == ["Group (a)", "Group (b)"]


def test_the_feature_that_tells_an_attribute_is_named_and_noise_is_not():
    rng = np.random.default_rng(3)
    sex = np.array(["f", "m"])[rng.integers(0, 2, 600)]
    frame = pd.DataFrame(
        {
            "sex": sex,
            "height": 160 + 12 * (sex == "m") + rng.normal(0, 5, 600),
            "club": np.where(rng.random(600) < 0.8, np.where(sex == "m", "chess", "choir"), "none"),
            "noise": rng.normal(size=600),
        }
    )
    kinds = {"sex": Kind.CATEGORY, "height": Kind.NUMBER, "club": Kind.CATEGORY, "noise": Kind.NUMBER}
    schema = Schema(
        tuple(Column(n, k, Role.PROTECTED if n == "sex" else Role.FEATURE) for n, k in kinds.items())
    )
    (one,) = Attributes.of(frame, schema, known=np.ones(600, dtype=bool)).singles
    found = Proxy.most(one, build_features(frame, schema=schema, outcome_columns=()))

    assert [proxy.label for proxy in found] == ["Club", "Height"]
    assert found[0].strength > found[1].strength > 0.5


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def trained(settings):
    return training.train(LOCAL, REQUEST, settings=settings)


@pytest.fixture(scope="module")
def groups(settings, trained):
    scores = fairness.scores_of(LOCAL, trained)
    return fairness.group_students(LOCAL, REQUEST, scores=scores, settings=settings)


def test_the_demo_school_has_a_verdict_for_each_attribute_and_pair(groups, trained):
    found = fairness.assess_at(LOCAL, groups, trained, ForCapacity(60))

    assert groups.titles[:4] == ("Age", "Gender", "Ethnicity", "Disability")
    assert [one.grouping for one in found.verdicts] == list(groups.titles)
    assert (found.frame()["n"] >= 10).all()
    assert groups.attributes_of("Age") == ("Age",)


def test_the_counts_are_those_of_the_list(groups, trained):
    found = fairness.assess_at(LOCAL, groups, trained, ForCapacity(60)).whole.set_index("measure")
    cut = trained.curve.cut(ForCapacity(60))

    assert found.loc["recall", "value"] == cut.recall
    assert found.loc["precision", "value"] == cut.precision
    assert fairness.mitigate_at(LOCAL, groups, trained, ForCapacity(60), title="Age").target == cut.recall


def test_no_figure_holds_a_students_id_or_name(groups, trained):
    found = fairness.assess_at(LOCAL, groups, trained, ForCapacity(60))
    said = found.frame().to_csv() + found.overview("Gender").to_csv() + repr(found.verdicts)

    assert not any(str(one) in said for one in trained.features.student_ids)


def test_who_may_not_train_sees_nothing_of_it(groups, trained, settings):
    dean = Actor(who="dee", roles=frozenset({ActorRole.DEAN, ActorRole.COUNSELOR}), scope="all")
    scores, policy = fairness.scores_of(LOCAL, trained), ForCapacity(60)

    for call in (
        lambda: fairness.scores_of(dean, trained),
        lambda: fairness.group_students(dean, REQUEST, scores=scores, settings=settings),
        lambda: fairness.assess_at(dean, groups, trained, policy),
        lambda: fairness.mitigate_at(dean, groups, trained, policy, title="Gender"),
    ):
        with pytest.raises(Forbidden, match="You may not train a model"):
            call()


def test_an_unknown_grouping_is_one_sentence(groups, trained):
    with pytest.raises(InvalidChoice, match="'Height'"):
        fairness.mitigate_at(LOCAL, groups, trained, ForCapacity(60), title="Height")


def test_without_a_protected_column_there_is_nothing_to_compare(groups, trained):
    none = fairness.FairGroups(None, (), (), {}, 0, synthetic=True)
    dates = fairness.FairGroups(None, (), (("Born", "Dates make no groups."),), {}, 0, synthetic=True)

    assert none.is_empty
    assert not groups.is_empty
    assert none.why_empty == "No column has the role 'protected', so there are no groups to compare."
    assert dates.why_empty == "No protected attribute makes groups. Born: Dates make no groups."
    assert (groups.why_empty, none.titles, none.attributes_of("Born")) == ("", (), ())
    with pytest.raises(InvalidChoice, match="No column has the role 'protected'"):
        fairness.assess_at(LOCAL, none, trained, ForCapacity(5))
