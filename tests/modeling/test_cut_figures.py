"""The figures of a cut: right counts, intervals that hold what they promise, and groups that stay unseen."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidChoice, SchemaError
from core.modeling.cut_figures import MEASURES, figures
from core.modeling.cut_groups import AT_ONCE, EVERY, grouping_of, prepare_cut_groups
from core.modeling.cut_sums import Sums
from core.modeling.fairness_counts import Grouping
from core.modeling.policies import AtScore, ForCapacity
from core.modeling.thresholds import prepare

NAN = np.nan


def curve(risk, label=None):
    ids = np.array([f"s{k}" for k in range(len(risk))], dtype=object)
    return prepare(np.asarray(risk, dtype=float), ids, seed=1, label=label)


def school(n, seed=0, unknown=0.2, levels=(3, 5)):
    """A curve, its risks and labels, and two groupings of which all groups may be shown."""
    rng = np.random.default_rng(seed)
    risk = np.round(rng.beta(1, 4, n), 6)
    label = (rng.random(n) < risk).astype(float)
    label[rng.random(n) < unknown] = NAN
    groupings = [
        Grouping((f"By {k}",), tuple(map(str, range(k))), rng.integers(0, k, n), np.ones(k, dtype=bool))
        for k in levels
    ]
    return curve(risk, label), risk, label, groupings


@settings(max_examples=40)
@given(st.integers(1, 3 * EVERY), st.floats(0, 1), st.integers(0, 3))
def test_the_totals_of_every_group_equal_a_recount_by_hand(n, share, seed):
    found, risk, label, groupings = school(n, seed)
    n_listed = round(share * n)
    sums = prepare_cut_groups(found, groupings).listed(found, n_listed)
    listed = found.listed(ForCapacity(n_listed))
    members = [listed & (one.codes == code) for one in groupings for code in range(len(one.levels))]

    assert sums.n.tolist() == [who.sum() for who in members]
    assert sums.known.tolist() == [(~np.isnan(label[who])).sum() for who in members]
    assert sums.positives.tolist() == [(label[who] == 1).sum() for who in members]
    assert sums.expected == pytest.approx([risk[who].sum() for who in members])
    assert sums.spread == pytest.approx([(risk * (1 - risk))[who].sum() for who in members])


def test_the_totals_of_many_students_equal_a_recount_too():
    found, risk, label, groupings = school(AT_ONCE + 3 * EVERY + 7, 1)
    groups = prepare_cut_groups(found, groupings)
    for n_listed in (0, EVERY, AT_ONCE - 1, AT_ONCE, AT_ONCE + EVERY + 1, len(risk)):
        listed = found.listed(ForCapacity(n_listed))
        members = [listed & (one.codes == code) for one in groupings for code in range(len(one.levels))]
        sums = groups.listed(found, n_listed)
        assert sums.positives.tolist() == [(label[who] == 1).sum() for who in members]
        assert sums.expected == pytest.approx([risk[who].sum() for who in members])

    assert groups.whole().n.tolist() == [
        (one.codes == k).sum() for one in groupings for k in range(len(one.levels))
    ]


@settings(max_examples=40)
@given(st.integers(1, 400), st.floats(0, 1), st.integers(0, 3))
def test_the_figures_of_all_are_those_of_a_group_that_holds_everybody(n, share, seed):
    found, *_ = school(n, seed)
    everybody = Grouping(("All",), ("all",), np.zeros(n, dtype=int), np.array([True]))
    told = figures(found, ForCapacity(round(share * n)), groups=[prepare_cut_groups(found, [everybody])])
    same = told.base[:, 1] >= 10

    for values in (told.value, told.low, told.high):
        assert values[same, 1] == pytest.approx(values[same, 0], nan_ok=True)
    assert (told.low[same, 0] <= told.value[same, 0] + 1e-9).all()
    assert (told.value[same, 0] <= told.high[same, 0] + 1e-9).all()


def test_each_figure_is_said_with_its_interval():
    found = curve([0.9, 0.8, 0.7, 0.2, 0.1, 0.6], [1, 0, 1, 1, 0, NAN])
    told = figures(found, ForCapacity(3)).frame().set_index("measure")

    assert told.index.tolist() == list(MEASURES)
    assert told["value"].round(3).tolist() == [2.4, 0.9, 0.6, 2, 1, 1, 0.667, 0.667]
    assert told["base"].tolist() == [3, 3, 3, 3, 3, 3, 3, 3]
    assert told.loc["recall", "text"] == "67 % (21 to 94)"
    assert told.loc["expected_found", "text"] == "2 (1 to 3)"
    assert told.loc["missed", "text"] == "1 (0 to 2)"


def test_without_known_outcomes_only_the_risks_speak():
    told = figures(curve([0.9, 0.8, 0.2]), ForCapacity(2)).frame().set_index("measure")

    assert told.loc["expected_found", "value"] == pytest.approx(1.7)
    assert told["text"].tolist()[3:] == ["not known"] * 5
    assert told["value"].isna().tolist() == [False] * 3 + [True] * 5


def test_an_empty_list_finds_nobody_and_misses_everybody():
    told = figures(curve([0.9, 0.8, 0.2], [1, 0, 1]), ForCapacity(0))

    assert (told.is_empty, told.why_empty) == (True, "Nobody is listed at this cut.")
    assert told.frame()["value"].fillna(-1).tolist() == pytest.approx([0, 1.9, 0, 0, 2, 0, -1, 0])
    assert figures(curve([]), ForCapacity(3)).why_empty == "There are no students."


def test_one_student_is_a_list():
    told = figures(curve([0.7], [1]), AtScore(0.5))

    assert told.frame().set_index("measure").loc["precision", "text"] == "100 % (21 to 100)"
    assert told.text("expected_found") == "1 (0 to 1)"


def coverage(risk, n_listed, times, seed):
    """How often the outcome falls within the interval of those expected."""
    found = curve(risk)
    listed = Sums.of_all(found, n_listed)
    (low,), (high,) = listed.likely()
    rng = np.random.default_rng(seed)
    happened = (rng.random((times, n_listed)) < found.risk[:n_listed]).sum(axis=1)
    return ((happened >= low) & (happened <= high)).mean()


@pytest.mark.parametrize("n_listed", [400, 2000])
@pytest.mark.parametrize("shape", [(1, 4), (1, 30), (5, 5)])
def test_of_many_students_the_interval_of_the_expected_holds_95_times_in_100(n_listed, shape):
    risk = np.random.default_rng(4).beta(*shape, 2 * n_listed)

    assert 0.945 <= coverage(risk, n_listed, 4_000, 5) <= 0.98


@pytest.mark.parametrize("n_listed", [1, 2, 5, 10, 40])
@pytest.mark.parametrize("shape", [(1, 4), (1, 30), (30, 1), (5, 5)])
def test_of_few_students_it_holds_at_least_as_often(n_listed, shape):
    risk = np.random.default_rng(6).beta(*shape, 2 * n_listed)

    assert coverage(risk, n_listed, 20_000, 7) >= 0.945


@pytest.mark.parametrize(("shape", "cut"), [((1, 4), 0.3), ((2, 3), 0.6)])
def test_the_intervals_of_precision_and_recall_hold_95_times_in_100(shape, cut):
    rng = np.random.default_rng(8)
    n, times = 600, 700
    everybody = rng.beta(*shape, 2_000_000)
    above = everybody >= cut
    true = {"precision": everybody[above].mean(), "recall": everybody[above].sum() / everybody.sum()}
    hits = dict.fromkeys(true, 0)
    ids = np.array([f"s{k}" for k in range(n)], dtype=object)
    for _ in range(times):
        risk = rng.beta(*shape, n)
        told = figures(prepare(risk, ids, seed=1, label=rng.random(n) < risk), AtScore(cut))
        for name, value in true.items():
            row = list(MEASURES).index(name)
            hits[name] += told.low[row, 0] <= value <= told.high[row, 0]

    assert all(0.93 <= count / times <= 0.97 for count in hits.values()), hits


def test_groups_under_ten_students_and_figures_of_under_ten_are_withheld():
    n = 100
    codes = np.r_[np.zeros(9, int), np.ones(50, int), np.full(41, 2)]
    risk, label = np.linspace(0.95, 0.05, n), np.r_[np.ones(40), np.zeros(60)]
    found = curve(risk, label)
    groups = prepare_cut_groups(
        found, [Grouping(("Sex",), ("x", "f", "m"), codes, np.array([True, True, True]))]
    )
    told = figures(found, ForCapacity(15), groups=[groups])
    table = told.by_group("precision")

    assert table["group"].tolist() == ["f", "m"]
    assert told.n_withheld == 1
    assert table["text"].tolist() == ["too few", "too few"]
    assert table[["listed", "base", "value"]].isna().all(axis=None)


def two_groups(n_listed):
    """Every other student of 60 is a man, so that both groups are listed alike."""
    grouping = Grouping(("Sex",), ("f", "m"), np.arange(60) % 2, np.array([True, True]))
    found = curve(np.linspace(0.95, 0.05, 60), np.arange(60) % 3 == 0)
    return figures(found, ForCapacity(n_listed), groups=[prepare_cut_groups(found, [grouping])])


@pytest.mark.parametrize("measure", list(MEASURES))
@pytest.mark.parametrize("n_listed", [1, 2, 19, 42, 59])
def test_a_cut_that_moves_by_one_does_not_tell_that_students_group(n_listed, measure):
    table = two_groups(n_listed).by_group(measure)

    assert table[["listed", "value", "low", "high", "base"]].isna().all(axis=None)
    assert set(table["text"]) == {"too few"}


@pytest.mark.parametrize("n_listed", [0, 20, 30, 40, 60])
def test_enough_students_on_both_sides_and_an_empty_or_full_list_are_told(n_listed):
    assert two_groups(n_listed).by_group()["listed"].tolist() == [n_listed // 2] * 2


def test_one_withheld_group_is_not_given_away_by_the_others():
    codes = np.r_[np.tile([0, 1], 40), np.full(20, 2)]
    found = curve(np.linspace(0.95, 0.05, 100))
    grouping = Grouping(("Bus",), ("a", "b", "c"), codes, np.ones(3, dtype=bool))
    told = figures(found, ForCapacity(45), groups=[prepare_cut_groups(found, [grouping])])

    assert told.by_group()["listed"].fillna(-1).tolist() == [-1, 22, -1]


def test_what_a_grouping_hides_stays_hidden():
    found, _, _, (one, _) = school(200)
    hidden = Grouping(one.attributes, one.levels, one.codes, np.array([True, False, True]))
    told = figures(found, ForCapacity(100), groups=[prepare_cut_groups(found, [hidden])])

    assert told.by_group()["group"].tolist() == ["0", "2"]


def test_segments_stand_beside_attributes():
    found, _, _, groupings = school(300)
    segments = grouping_of(
        "Segment", np.r_[np.full(8, 3), np.ones(200, int), np.full(92, 2)], ["a", "b", "c"]
    )
    told = figures(
        found,
        ForCapacity(150),
        groups=[prepare_cut_groups(found, groupings), prepare_cut_groups(found, [segments])],
    )
    table = told.by_group("expected_found")

    assert table["grouping"].drop_duplicates().tolist() == ["By 3", "By 5", "Segment"]
    assert table[table["grouping"] == "Segment"]["group"].tolist() == ["a", "b"]
    assert table.groupby("grouping")["listed"].sum()[["By 3", "By 5"]].tolist() == [150, 150]


def test_groups_of_other_students_are_refused():
    found, *_ = school(30)
    one = Grouping(("Sex",), ("f",), np.zeros(29, dtype=int), np.array([True]))

    with pytest.raises(SchemaError) as caught:
        prepare_cut_groups(found, [one])
    assert str(caught.value) == "The groups by 'Sex' are of 29 students, the list of 30."
    assert caught.value.hint == "Make both from the same version of the data."


def test_an_unknown_measure_is_named():
    with pytest.raises(InvalidChoice, match="'measure' cannot be 'recal'") as caught:
        figures(curve([0.5]), ForCapacity(1)).by_group("recal")
    assert caught.value.hint.startswith("Did you mean 'recall'?")
