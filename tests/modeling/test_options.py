"""How a family is fitted: matrices, chosen columns, corrected risks, and who stays together in the folds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import ColumnNotFound, InvalidChoice, NotEnoughStudents, WrongKind
from core.modeling import candidates
from core.modeling.calibrators import Isotonic, NoCalibration, Platt
from core.modeling.corrected import corrected
from core.modeling.explain import explainer
from core.modeling.odds import odds_ratios
from core.modeling.options import USUAL, ModelOptions
from core.modeling.order import grouped_parts, seeded_order
from core.modeling.risk_model import fit_model
from core.modeling.selection import METHODS, TITLES, choose_columns
from core.modeling.train import cross_validate
from core.modeling.tuning import tune
from tests.modeling.made_students import school, table

FEATURES, LABEL = school(600)
LARGE, LARGE_LABEL = school(2_000, seed=4)
WIDER = [
    ModelOptions(scaling="range"),
    ModelOptions(products=("work", "study"), squares=("work",)),
    ModelOptions(components=3),
    ModelOptions(gap_columns=False),
    ModelOptions(balanced=True),
    ModelOptions(selection="lasso"),
    ModelOptions(selection="recursive", most_columns=2, products=("work", "study")),
]


def names(places):
    return {FEATURES.columns[place].name for place in places}


@pytest.mark.parametrize("options", WIDER, ids=lambda one: ", ".join(one.words))
@pytest.mark.parametrize("family", ["logistic_regression", "decision_tree"])
def test_whatever_is_chosen_contributions_add_up(family, options):
    found = cross_validate(FEATURES, LABEL, candidate=family, options=options, seed=1, repeats=1)

    told = explainer(found, FEATURES).contributions(range(12))

    assert told.base + told.values.sum(axis=1) == pytest.approx(found.log_odds[:12], abs=1e-9)


@pytest.mark.parametrize("options", WIDER, ids=lambda one: ", ".join(one.words))
def test_the_rows_order_changes_nothing(options):
    back = np.random.default_rng(0).permutation(len(LABEL))

    one = cross_validate(FEATURES, LABEL, options=options, seed=1, repeats=1).risk
    other = cross_validate(FEATURES.take(back), LABEL[back], options=options, seed=1, repeats=1).risk

    assert other == pytest.approx(one[back], abs=2e-6)


def test_products_find_what_no_sum_of_columns_can():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=1_000), rng.normal(size=1_000)
    label = (rng.random(1_000) < 1 / (1 + np.exp(-2 * a * b))).astype(float)
    features = table({"a": list(a), "b": list(b)})

    plain = cross_validate(features, label, seed=1, repeats=1)
    product = cross_validate(features, label, options=ModelOptions(products=("a", "b")), seed=1, repeats=1)

    assert plain.auc < 0.6
    assert product.auc > 0.75


def test_a_component_is_what_scikit_learn_finds():
    from sklearn.decomposition import PCA

    fitted = candidates.fit("logistic_regression", FEATURES, LABEL, options=ModelOptions(components=2))
    raw = fitted.design.usual.matrix(FEATURES.numbers, FEATURES.codes)

    ours = fitted.design.matrix(FEATURES.numbers, FEATURES.codes)

    other = PCA(2, svd_solver="full").fit_transform(raw)
    assert np.abs(ours - ours.mean(axis=0)) == pytest.approx(np.abs(other), abs=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_each_way_keeps_what_matters_and_the_same_in_any_order_of_students(method):
    chosen = choose_columns(LARGE, LARGE_LABEL, method=method, most=0)
    back = np.random.default_rng(0).permutation(len(LARGE_LABEL))

    assert {"work", "study", "fees", "device"} & names(chosen)
    if method != "model":  # a forest draws its students by place: training gives it them in a drawn order
        assert choose_columns(LARGE.take(back), LARGE_LABEL[back], method=method, most=0) == chosen


@pytest.mark.parametrize("method", ["tests", "lasso", "model", "recursive"])
def test_a_way_that_looks_at_the_outcome_leaves_noise_out(method):
    chosen = names(choose_columns(LARGE, LARGE_LABEL, method=method, most=3))

    assert {"noise", "colour"}.isdisjoint(chosen)
    assert "work" in chosen
    assert len(chosen) <= 3


def test_repeated_numbers_are_left_out_by_their_inflation():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=500), rng.normal(size=500)
    features = table({"a": list(a), "copy": list(a + rng.normal(size=500) / 20), "b": list(b)})

    chosen = choose_columns(features, (b > 0).astype(float), method="vif", most=0)

    assert len(chosen) == 2
    assert 2 in chosen


def test_a_column_in_which_nearly_all_are_alike_is_left_out():
    features = table({"same": [0.0] * 299 + [1.0], "other": list(range(300))})

    assert choose_columns(features, np.arange(300) % 2, method="variance", most=0) == {1}


def test_columns_are_chosen_anew_in_each_fold_and_noise_is_not_always_chosen():
    """Chosen once for all students, pure noise would look like a model: the mutant gives it away."""
    honest, mutant = [], []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        noise = table({f"n{k}": list(rng.normal(size=120)) for k in range(150)})
        label = rng.permutation(np.repeat([0.0, 1.0], 60))
        options = ModelOptions(selection="tests", most_columns=5)
        peeked = sorted(choose_columns(noise, label, method="recursive", most=5))
        few = table({f"n{k}": list(noise.numbers[:, k]) for k in peeked})
        honest.append(cross_validate(noise, label, options=options, seed=1, repeats=1).auc)
        mutant.append(cross_validate(few, label, seed=1, repeats=1).auc)

    assert np.mean(honest) < 0.6
    assert np.mean(mutant) > 0.7


def test_how_often_a_column_was_chosen_is_told():
    found = cross_validate(LARGE, LARGE_LABEL, options=ModelOptions(selection="lasso"), seed=1, repeats=1)

    frame = found.survival().set_index("column")

    assert frame.loc["work", "times"] == frame.loc["work", "of"] == 5
    assert frame.loc["noise", "times"] < 5
    assert cross_validate(FEATURES, LABEL, seed=1, repeats=1).survival()["times"].eq(5).all()


def test_a_column_that_was_not_chosen_has_no_odds_ratio_and_adds_nothing():
    options = ModelOptions(selection="recursive", most_columns=2)
    model = fit_model(LARGE, LARGE_LABEL, options=options, seed=1)

    said = set(odds_ratios(model, LARGE, LARGE_LABEL).frame()["column"])
    added = model.scorer.contributions(LARGE.numbers[:50], LARGE.codes[:50])

    assert len(said) == 2
    silent = [place for place, column in enumerate(LARGE.columns) if column.name not in said]
    assert not added[:, silent].any()


@pytest.mark.parametrize(
    "family", ["logistic_regression", "decision_tree", "gradient_boosting", "support_vectors"]
)
def test_weighing_both_outcomes_alike_never_leaves_the_risks_too_high(family):
    features, label = school(900, seed=2)
    keep = np.flatnonzero((label == 0) | (np.arange(900) % 3 == 0))
    features, label = features.take(keep), label[keep]

    found = cross_validate(
        features, label, candidate=family, options=ModelOptions(balanced=True), seed=1, repeats=1
    )

    assert found.calibration.chosen in ("platt", "isotonic")
    assert found.risk.mean() == pytest.approx(label.mean(), abs=0.03)


@given(st.floats(0.2, 3), st.floats(-2, 2))
def test_a_correction_keeps_signs_and_sums(slope, intercept):
    model = candidates.fit("logistic_regression", FEATURES, LABEL).scorer
    numbers, codes = FEATURES.numbers[:30], FEATURES.codes[:30]

    for calibrator in (Platt(slope, intercept), Isotonic((-2.0, 0.0, 2.0), (-1.0, 0.1, 3.0))):
        one = corrected(model, calibrator)
        parts = one.contributions(numbers, codes)
        assert one.base + parts.sum(axis=1) == pytest.approx(one.log_odds(numbers, codes), abs=1e-9)
        raw = model.contributions(numbers, codes)
        assert (np.sign(parts) == np.sign(raw)).all()
    assert corrected(model, NoCalibration()) is model


def test_overconfident_risks_are_corrected_by_evidence_everywhere_they_are_used():
    rng = np.random.default_rng(8)
    n = 1_500
    features = table({f"x{k}": list(rng.normal(size=n)) for k in range(12)})
    label = (rng.random(n) < 1 / (1 + np.exp(-features.numbers[:, 0]))).astype(float)
    settings = (("alpha", 0.001), ("learning_rate_init", 0.03))

    found = cross_validate(
        features,
        label,
        candidate="neural_network",
        options=ModelOptions(settings=settings),
        seed=1,
        repeats=1,
    )
    plain = cross_validate(
        features,
        label,
        candidate="neural_network",
        options=ModelOptions(settings=settings, calibration="none"),
        seed=1,
        repeats=1,
    )

    def loss(one):
        return -np.log(np.where(label == 1, one.risk, 1 - one.risk).clip(1e-6)).mean()

    assert found.calibration.chosen != "none"
    assert loss(found) < loss(plain) - 0.05
    calibrator = found.calibration.calibrator
    model = fit_model(
        features, label, candidate="neural_network", options=found.options, calibrator=calibrator, seed=1
    )
    raw = model.fitted.scorer.log_odds(features.numbers[:9], features.codes[:9])
    assert model.predict_log_odds(features)[:9] == pytest.approx(calibrator.log_odds(raw))


@given(st.integers(0, 50), st.integers(2, 5), st.integers(1, 40))
def test_students_of_one_group_are_never_parted(seed, n_parts, n_groups):
    rng = np.random.default_rng(seed)
    label = rng.choice([0.0, 1.0, np.nan], 80)
    groups = np.array([f"g{k}" if k else "" for k in rng.integers(0, n_groups + 1, 80)], dtype=object)
    drawn = seeded_order(np.array([f"s{k}" for k in range(80)], dtype=object), seed=seed, purpose="x")

    parts = grouped_parts(label, groups, drawn, n_parts)

    assert (parts[np.isnan(label)] == -1).all()
    assert ((parts[~np.isnan(label)] >= 0) & (parts[~np.isnan(label)] < n_parts)).all()
    for group in set(groups) - {""}:
        assert len(set(parts[(groups == group) & ~np.isnan(label)])) <= 1


def test_twins_parted_over_the_folds_flatter_a_model_and_together_they_do_not():
    """A random split instead of a grouped one is the mutant: the same student on both sides."""
    rng = np.random.default_rng(2)
    own = rng.normal(size=(150, 8))
    label = np.repeat(rng.permutation(np.repeat([0.0, 1.0], 75)), 2)
    values = np.repeat(own, 2, axis=0)
    features = table({f"x{k}": list(values[:, k]) for k in range(8)})
    groups = np.repeat([f"h{k}" for k in range(150)], 2).astype(object)

    parted = cross_validate(features, label, candidate="random_forest", seed=1, repeats=1)
    together = cross_validate(
        features,
        label,
        candidate="random_forest",
        groups=groups,
        options=ModelOptions(group="household"),
        seed=1,
        repeats=1,
    )

    assert together.auc < 0.62
    assert parted.auc > 0.8
    assert "students of one 'household' in one fold" in together.protocol


def test_choices_that_cannot_be_meant_are_one_sentence():
    said = {
        "There cannot be 200 components.": {"components": 200},
        "Products of 1 columns cannot be made.": {"products": ("a",)},
        "At most -1 columns cannot be chosen.": {"most_columns": -1},
        "Weighing the outcomes alike makes every risk too high, so it needs a correction.": {
            "balanced": True,
            "calibration": "none",
        },
    }
    for words, choices in said.items():
        with pytest.raises(InvalidChoice) as error:
            ModelOptions(**choices)
        assert str(error.value) == words
    with pytest.raises(InvalidChoice, match="selection"):
        ModelOptions(selection="magic")


def test_products_of_what_is_no_number_are_refused():
    with pytest.raises(WrongKind, match="'colour' holds categories, so it has no products and no square"):
        candidates.fit("lasso", FEATURES, LABEL, options=ModelOptions(squares=("colour",)))
    with pytest.raises(ColumnNotFound, match="'wrok'"):
        candidates.fit("lasso", FEATURES, LABEL, options=ModelOptions(squares=("wrok",)))


def test_nothing_chosen_is_said_in_no_words_and_every_way_has_a_title():
    assert USUAL.words == ()
    assert set(TITLES) == {"none", *METHODS}


def test_settings_are_those_of_the_family_within_their_range():
    def fit(family, **settings):
        return candidates.fit(family, FEATURES, LABEL, options=ModelOptions(settings=tuple(settings.items())))

    with pytest.raises(InvalidChoice, match="'setting of logistic_regression' cannot be 'max_depth'"):
        fit("logistic_regression", max_depth=3.0)
    with pytest.raises(InvalidChoice, match="The setting 'strength' cannot be 0"):
        fit("logistic_regression", strength=0.0)
    with pytest.raises(InvalidChoice, match=r"The setting 'max_depth' cannot be 2\.5"):
        fit("decision_tree", max_depth=2.5)
    every = fit("random_forest", max_features=1.0).estimator
    assert every.max_features == 1.0
    assert isinstance(every.max_features, float)


def test_settings_stand_in_one_order_whoever_wrote_them():
    assert ModelOptions(settings=(("b", 1.0), ("a", 2.0))) == ModelOptions(settings=(("a", 2.0), ("b", 1.0)))


def test_where_nothing_passes_the_best_column_stays_and_strong_ones_do_not_tie():
    rng = np.random.default_rng(0)
    noise = table({f"n{k}": list(rng.normal(size=80)) for k in range(6)})
    label = rng.permutation(np.repeat([0.0, 1.0], 40))
    gaps = np.abs(np.corrcoef(noise.numbers, label, rowvar=False)[-1, :-1])
    values = rng.normal(size=(3_000, 3))
    strong = (rng.random(3_000) < 1 / (1 + np.exp(-(values @ [0.5, 0.6, 2.5])))).astype(float)
    three = table({f"x{k}": list(values[:, k]) for k in range(3)})

    assert choose_columns(noise, label, method="tests", most=0) == {int(np.argmax(gaps))}
    assert choose_columns(three, strong, method="tests", most=1) == {2}


def test_a_number_that_is_the_same_in_all_students_of_a_fold_is_not_chosen_for_its_inflation():
    rng = np.random.default_rng(0)
    features = table({"same": [1.0] * 60, "a": list(rng.normal(size=60)), "b": list(rng.normal(size=60))})

    assert choose_columns(features, np.arange(60) % 2, method="vif", most=0) == {1, 2}


def test_columns_that_were_not_chosen_have_no_weight_that_is_counted():
    options = ModelOptions(selection="tests", most_columns=2)
    fitted = candidates.fit("logistic_regression", LARGE, LARGE_LABEL, options=options)

    assert fitted.scorer.n_weights <= fitted.design.width


@pytest.mark.parametrize("chosen", ["evidence", "platt", "isotonic"])
def test_weighing_both_outcomes_alike_with_few_of_one_never_leaves_the_risks_too_high(chosen):
    keep = np.r_[np.flatnonzero(LABEL == 1)[:30], np.flatnonzero(LABEL == 0)]
    features, label = FEATURES.take(keep), LABEL[keep]

    options = ModelOptions(balanced=True, calibration=chosen)
    found = cross_validate(features, label, options=options, seed=1, repeats=1)

    assert found.calibration.chosen == "prior"
    assert found.risk.mean() == pytest.approx(label.mean(), abs=0.03)


def of_groups(n_groups):
    return np.array([f"g{k % n_groups}" for k in range(len(LABEL))], dtype=object)


def test_there_are_no_more_folds_than_groups_that_hold_each_outcome():
    options = ModelOptions(group="home")

    found = cross_validate(FEATURES, LABEL, groups=of_groups(3), options=options, seed=1, repeats=1)

    assert found.folds == 3
    assert np.isfinite(found.fold_auc).all()
    assert "Stratified 3-fold cross-validation" in found.protocol


def test_groups_that_cannot_be_parted_are_one_sentence():
    halves = np.array(["with" if one else "without" for one in LABEL], dtype=object)
    for groups in (of_groups(1), halves):
        for run in (cross_validate, tuned):
            with pytest.raises(NotEnoughStudents) as error:
                run(FEATURES, LABEL, groups=groups, options=ModelOptions(group="home"), seed=1)
            assert str(error.value) == (
                "The students of one 'home' cannot be parted into folds: one of the folds would lack an "
                "outcome."
            )
            assert error.value.hint == "Choose a column of more and smaller groups to keep together, or none."


def tuned(features, label, **choices):
    return tune(features, label, candidate="decision_tree", method="random", budget=2, **choices)
