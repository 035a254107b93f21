"""Publishing: a reason, an answer to every issue, a version that can be made again, a safe card."""

import html
import json
import re
import stat
from dataclasses import replace

import pandas as pd
import pytest

from core.caseload.access import LOCAL, UNGATED, Actor, ActorRole
from core.cleaning.derive import DeriveColumn
from core.cleaning.recipe import Recipe
from core.errors import AppError, Forbidden, InvalidChoice, ModelError
from core.modeling.case import Check, Severity
from core.modeling.options import ModelOptions
from core.modeling.risk_model import fit_as
from core.registry.strict_json import Unreadable
from core.schema import Role
from core.settings import Settings
from core.workflow import describing, publishing, replaying, versions
from core.workflow.card_files import card_html, card_markdown
from core.workflow.fair_card import fair_figures
from core.workflow.model_card import make_card
from core.workflow.model_json import FOLDER
from core.workflow.scoring import published_model, score_file
from core.workflow.training import train
from tests.workflow.published import OVERRIDE, REASON, asked, published, school, written

ANA = Actor(who="ana", roles=frozenset({ActorRole.ANALYST}), scope="all")
ISSUE = Check("M004", "As good on students it has not seen", Severity.ISSUE, "It learned by heart.")


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    return Settings(workspace=tmp_path_factory.mktemp("workspace"))


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    place = tmp_path_factory.mktemp("tables") / "school.csv"
    school().to_csv(place, index=False)
    return place


@pytest.fixture(scope="module")
def trained(table, settings):
    found = train(LOCAL, asked(table, settings), settings=settings)
    return replace(found, checks=tuple(c for c in found.checks if c.severity is not Severity.ISSUE))


@pytest.fixture
def with_issue(trained):
    return replace(trained, checks=(*trained.checks, ISSUE))


@pytest.fixture(scope="module")
def bundle(trained, settings):
    return published(trained.request, settings, training=trained, override="")


def test_a_version_tells_who_and_why_and_how_it_is_made_again(bundle, trained, table, settings):
    content = bundle.content

    assert content["publication"] == {"author": "local", "reason": REASON, "overrides": {}}
    assert content["trained_on"]["content_hash"] == trained.provenance.content_hash
    assert content["trained_on"]["n_rows"] == 600
    assert {"waymark", "python", "scikit-learn", "numpy"} <= set(content["versions"])
    assert [f["name"] for f in content["features"]] == [c.name for c in trained.features.columns]
    assert len(content["figures"]["metrics"]) == len(trained.evaluation.metrics)
    request = json.dumps(content["request"]).encode()
    again = replaying.read_request(LOCAL, request, beside=table.parent, settings=settings)
    assert again == trained.request


def test_the_same_training_and_reason_are_the_same_version(bundle, trained, settings):
    again = published(trained.request, settings, training=trained, override="")
    other = published(trained.request, settings, training=trained, reason="Another reason.", override="")

    assert again == bundle
    assert other.id != bundle.id


def test_no_student_is_in_a_version(bundle, settings):
    folder = settings.workspace / FOLDER / bundle.id
    texts = [place.read_text("utf-8") for place in folder.iterdir()]

    assert sorted(place.name for place in folder.iterdir()) == ["bundle.json", "card.html", "card.md"]
    assert not any("0017" in text or "note " in text or "gender_" in text for text in texts)
    assert all(str(settings.workspace) not in text for text in texts)
    assert all(stat.S_IMODE(place.stat().st_mode) == 0o600 for place in folder.iterdir())


@pytest.mark.parametrize("reason", ["", "   \n "])
def test_without_a_reason_nothing_is_published(trained, settings, reason):
    before = versions.versions(LOCAL, settings=settings)
    with pytest.raises(InvalidChoice, match=r"^A model is published with a reason\.$"):
        published(trained.request, settings, training=trained, reason=reason)

    assert versions.versions(LOCAL, settings=settings) == before


def publish(training, settings, override):
    return publishing.publish(LOCAL, training, reason=REASON, override=override, settings=settings)


@pytest.mark.parametrize("override", ["", "x" * 19, "   short   " + " " * 30, {"M005": OVERRIDE}, {}])
def test_an_issue_keeps_a_model_back(with_issue, settings, override):
    before = versions.versions(LOCAL, settings=settings)
    with pytest.raises(ModelError) as refused:
        publish(with_issue, settings, override)

    assert str(refused.value) == "The model is not published: a check has found an issue ('M004')."
    assert "at least 20 characters" in refused.value.hint
    assert versions.versions(LOCAL, settings=settings) == before


@pytest.fixture
def with_three(with_issue):
    others = tuple(Check(code, "A check", Severity.ISSUE, "It found something.") for code in ("M013", "M014"))
    return replace(with_issue, checks=(*with_issue.checks, *others))


@pytest.mark.parametrize(
    ("override", "left"),
    [
        (OVERRIDE, "'M004', 'M013', 'M014'"),
        (f"M004: {OVERRIDE}", "'M013', 'M014'"),
        (f"M004 and M013: {OVERRIDE}", "'M014'"),
        ({"M004": OVERRIDE, "M014": "short"}, "'M013', 'M014'"),
        (f"M0040 M0133 xM014 {OVERRIDE}", "'M004', 'M013', 'M014'"),
    ],
)
def test_each_issue_needs_an_answer_of_its_own_or_to_be_named(with_three, settings, override, left):
    with pytest.raises(ModelError) as refused:
        publish(with_three, settings, override)

    verb = "a check has" if left == "'M014'" else "checks have"
    assert str(refused.value) == f"The model is not published: {verb} found an issue ({left})."
    assert "one text may answer several if it names their codes" in refused.value.hint


def test_answers_are_stamped_by_code(with_three, settings):
    own = {"M004": OVERRIDE, "M013": "The reasons are not shown to anybody.", "M014": OVERRIDE}
    made = publish(with_three, settings, own)
    text = (settings.workspace / FOLDER / made.id / "card.md").read_text("utf-8").replace("\\", "")
    (listed,) = [one for one in versions.versions(LOCAL, settings=settings) if one.id == made.id]

    assert made.content["publication"]["overrides"] == own
    assert f"| M004, M014 | {OVERRIDE} |" in text
    assert f"| M013 | {own['M013']} |" in text
    assert "Published although 3 checks found an issue. local wrote: M004, M014: “" in text
    assert "| M004 | Issue, overridden |" in text
    assert listed.override.startswith(f"M004: {OVERRIDE}; M013: ")


def test_one_text_that_names_the_codes_answers_them(with_three, settings):
    words = f"M004, M013 and M014: {OVERRIDE}"

    assert set(publish(with_three, settings, words).content["publication"]["overrides"].values()) == {words}


def test_a_drift_of_the_model_in_use_keeps_no_other_model_back(trained):
    drift = Check("M017", "Students as when", Severity.ISSUE, "They changed.")

    assert publishing.issues(LOCAL, replace(trained, checks=(*trained.checks, drift))) == ()


def test_the_answer_to_an_issue_is_stamped_on_the_card(with_issue, settings):
    made = publish(with_issue, settings, OVERRIDE)
    folder = settings.workspace / FOLDER / made.id

    assert made.content["publication"]["overrides"] == {"M004": OVERRIDE}
    for name in ("card.md", "card.html"):
        card = html.unescape((folder / name).read_text("utf-8")).replace("\\", "")
        assert card.count(OVERRIDE) == 2
        assert "Published although a check found an issue." in card


def test_an_answer_that_nobody_asked_for_is_not_kept(trained, settings):
    for override in (OVERRIDE, {"M001": OVERRIDE}):
        assert publish(trained, settings, override).content["publication"]["overrides"] == {}


def test_what_was_trained_for_another_request_is_not_published(trained, settings):
    other = replace(trained.request, seed=99)
    with pytest.raises(ModelError, match=r"^The model was trained for another request\.$"):
        publishing.publish_request(LOCAL, other, training=trained, reason="x", settings=settings)


def test_a_version_that_would_score_otherwise_than_in_training_is_not_published(trained, settings):
    """Such as when a feature is made where the version does not make it again."""
    doubled = replace(trained, features=replace(trained.features, numbers=trained.features.numbers * 2))
    before = versions.versions(LOCAL, settings=settings)

    with pytest.raises(ModelError, match="it would give other risks than in training"):
        published(trained.request, settings, training=doubled)
    assert versions.versions(LOCAL, settings=settings) == before


def test_a_sparse_model_is_published_and_scores_as_it_was_fitted(table, settings, tmp_path):
    from core.modeling.risk_model import fit_model

    trained = train(LOCAL, asked(table, settings, model="lasso"), settings=settings)
    made = published(trained.request, settings, training=trained)
    model = published_model(LOCAL, made.id, settings=settings)
    found = score_file(LOCAL, model, written(school(), tmp_path / "a.csv"), settings=settings)
    fitted = fit_model(trained.features, trained.validated.label, candidate="lasso", seed=3)

    assert made.content["family"] == "lasso"
    assert list(found.risk) == list(fitted.predict_risk(trained.features))


def test_what_the_recipe_makes_is_made_again_for_new_students(table, settings, tmp_path):
    recipe = Recipe((DeriveColumn("load", "work_hours * 2 + study_hours"),))
    request = asked(table, settings, exclude=("work_hours", "study_hours")).with_recipe(recipe)
    trained = train(LOCAL, request, settings=settings)
    made = published(request, settings, training=trained)
    model = published_model(LOCAL, made.id, settings=settings)
    found = score_file(LOCAL, model, written(school(), tmp_path / "a.csv"), settings=settings)

    assert {f["name"] for f in made.content["features"]} == {"load", "fees_open", "way"}
    assert len(found.risk) == 600
    with pytest.raises(AppError, match=r"There is no column 'work_hours' \(needed by the model\)"):
        score_file(
            LOCAL, model, written(school(9).drop(columns="work_hours"), tmp_path / "b.csv"), settings=settings
        )


def test_only_an_analyst_who_may_see_real_students_publishes(trained, settings):
    counselor = Actor(who="cora", roles=frozenset({ActorRole.COUNSELOR}), scope="all")
    for actor in (counselor, UNGATED):
        with pytest.raises(Forbidden):
            publishing.publish(actor, trained, reason="x", settings=settings)
        with pytest.raises(Forbidden):
            versions.versions(actor, settings=settings)
        with pytest.raises(Forbidden):
            versions.promote(actor, "0" * 16, why="x", settings=settings)


def card_of(training, **changes):
    return make_card(describing.describe(LOCAL, training) | changes)


def card_text(training, **changes):
    return card_markdown(card_of(training, **changes)).decode().replace("\\", "")


def test_the_card_shows_each_group_at_the_default_cut(trained, settings):
    fairness = fair_figures(LOCAL, trained, settings=settings)
    text = card_text(trained, fairness=fairness)
    page = card_html(card_of(trained, fairness=fairness)).decode()

    assert {row["group"] for row in fairness["groups"]} == {"f", "m"}
    assert sum(row["n"] for row in fairness["groups"]) == 600
    for row in fairness["groups"]:
        line = f"| Gender: {row['group']} | {row['n']} | {row['recall']} | {row['false_alarms']} |"
        assert line in text
        assert f"Gender: {row['group']}" in page
    assert "| Group | Students | Found (recall) | False alarms | Right on the list | Listed |" in text
    (verdict,) = fairness["verdicts"]
    assert f"- Gender: {verdict['status']}. {verdict['words']}" in text
    assert "Groups not looked at" not in text


def test_a_gap_between_groups_stands_out_on_the_card(trained, settings):
    found = fair_figures(LOCAL, trained, settings=settings)
    gap = found | {"verdicts": [{"grouping": "Gender", "status": "gap", "words": "There is one."}]}

    assert "**Gaps between groups by Gender.**" in card_text(trained, fairness=gap)
    assert "Gaps between groups" not in card_text(trained, fairness=found | {"verdicts": []})


def test_without_groups_the_card_says_why(table, settings):
    none = asked(table, settings)
    none = replace(none, cleaning=replace(none.cleaning, table=none.table.__class__(
        none.table.source, roles=(("gender", Role.FEATURE),))))  # fmt: skip
    trained = train(LOCAL, none, settings=settings)
    found = fair_figures(LOCAL, trained, settings=settings)

    assert found["why_empty"].startswith("No column has the role 'protected'")
    assert found["why_empty"] in card_text(trained, fairness=found)
    assert "The groups were not looked at." in card_text(trained)


def test_the_card_tells_how_the_model_is_fitted_and_how_its_risks_are_corrected(trained):
    usual = card_text(trained)
    options = ModelOptions(squares=("work_hours",), settings=(("strength", 0.25),), calibration="platt")
    changed = replace(
        trained,
        validated=replace(trained.validated, options=options, calibration=trained.validated.calibration),
    )
    text = card_text(changed)

    assert "Nothing was chosen: the family is fitted with its usual options and settings." in usual
    assert trained.validated.calibration.words in usual
    assert "- Squares of work_hours." in text
    assert "- Setting of the family: strength = 0.25 (how much large weights are held back)." in text
    assert "Nothing was chosen" not in text


def test_the_card_has_every_part_and_every_figure_with_its_interval(trained):
    text = card_markdown(card_of(trained)).decode().replace("\\", "")

    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "What it is for",
        "What it is not for",
        "Data and time",
        "How it is fitted",
        "How good it is",
        "Do the risks come true",
        "Groups at the default cut",
        "Checks",
        "Columns used and left out",
        "Limits",
        "Overrides",
        "Not published",
    ]
    for metric in trained.evaluation.metrics:
        assert f"| {metric.title} | {metric.value:.3f} | {metric.low:.3f} to {metric.high:.3f} |" in text
    for check in trained.checks:
        assert f"| {check.code} |" in text
    assert "No check was overridden." in text
    assert "gender | A protected attribute is never a model input." in text


EVIL = '<script>alert(1)</script> | [x](javascript:1) ![y](http://z/q.png) `c` "quoted" & <b>'


def test_no_text_from_outside_is_markup(trained):
    content = describing.describe(LOCAL, trained)
    content["left_out"] = [{"name": EVIL, "reason": EVIL}]
    content["outcome"] = {"expression": EVIL, "words": EVIL + "\n# Heading", "columns": []}
    content["trained_on"] |= {"source": EVIL, "table": EVIL}
    content["publication"] = {"author": EVIL, "reason": EVIL, "overrides": {EVIL: EVIL}}
    content["choices"] = {"options": [EVIL], "settings": [EVIL], "calibration": {"words": EVIL}}
    content["fairness"] = {
        "why_empty": "", "cut": EVIL, "titles": {"recall": EVIL}, "n_withheld": 1,
        "groups": [{"grouping": EVIL, "group": EVIL, "n": 3, "recall": EVIL}],
        "verdicts": [{"grouping": EVIL, "status": "gap", "words": EVIL}],
    }  # fmt: skip
    content["checks"] = [{"code": EVIL, "title": EVIL, "severity": "issue", "words": EVIL}]
    content["features"] = [*content["features"], content["features"][0] | {"label": EVIL}]
    card = make_card(content)
    page, text = card_html(card).decode(), card_markdown(card).decode()

    tags = set(re.findall(r"<(/?[a-z0-9!]+)", page))
    assert not tags & {"script", "img", "a", "b", "iframe"}
    assert "http" not in page.replace("http-equiv", "").replace(html.escape(EVIL), "")
    assert html.escape(EVIL) in page
    assert not re.search(r"(?<!\\)[<`]|(?<!\\)\]\(", text)
    assert "\n# Heading" not in text
    assert "Heading" in text


def test_a_card_holds_where_there_are_few_figures(trained):
    figures = describing.describe(LOCAL, trained)["figures"] | {"calibration": [], "prevalence": None}
    figures["metrics"] = [
        m | {"value": None, "low": None, "high": None, "baseline": None, "why": "Too few."}
        for m in figures["metrics"]
    ]
    text = card_markdown(card_of(trained, figures=figures)).decode()

    assert "| – | Too few. | – |" in text
    assert "There are too few students to compare risks with what happened." in text


def test_versions_are_listed_compared_promoted_and_rolled_back(trained, bundle, table, settings):
    other_request = asked(table, settings, exclude=("way",), seed=4)
    other = published(other_request, settings, reason="Without the way to school.")
    listed = {one.id: one for one in versions.versions(ANA, settings=settings)}
    assert listed[other.id].reason == "Without the way to school."
    assert listed[other.id].title == f"{other.id} · {other.published_at:%d %b %Y %H:%M} UTC · local"
    assert listed[bundle.id].auc == f"{trained.evaluation.metric('roc_auc').value:.3f}"

    found = versions.compare(ANA, bundle.id, other.id, settings=settings)
    assert list(found.frame()["title"]) == [metric.title for metric in trained.evaluation.metrics]
    assert found.changes == (
        "Feature removed: way.",
        'The request\'s exclude was [] and is ["way"].',
        "The request's seed was 3 and is 4.",
    )
    assert versions.compare(ANA, bundle.id, bundle.id, settings=settings).changes == ()

    versions.promote(ANA, bundle.id, why="first", settings=settings)
    after = versions.promote(ANA, other.id, why="fewer columns", settings=settings)
    assert after.history[-1].who == "ana"
    assert [one.id for one in versions.versions(ANA, settings=settings) if one.is_active] == [other.id]
    assert versions.roll_back(ANA, why="worse", settings=settings).model == bundle.id
    with pytest.raises(InvalidChoice, match="is changed with a reason"):
        versions.promote(ANA, other.id, why=" ", settings=settings)
    assert versions.version(ANA, "active", settings=settings) == bundle


def test_a_challenger_meets_the_champion_on_the_same_students(bundle, table, settings):
    request = asked(table, settings)
    weaker = replace(request, exclude=("fees_open", "work_hours"))
    found = versions.challenge(ANA, weaker, champion=bundle.id, settings=settings)
    same = versions.challenge(ANA, request, champion=bundle.id, settings=settings)

    assert found.high < 0
    assert found.words.startswith("The champion orders these students better (-0.")
    assert (same.difference, same.low, same.high) == (0.0, 0.0, 0.0)
    assert same.words.startswith("Neither orders these students clearly better")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"seed": 9}, "The champion has other folds, by its seed"),
        ({"outcome": "study_hours < 8"}, "The champion was trained for another outcome"),
    ],
)
def test_what_cannot_be_compared_says_why(bundle, table, settings, changes, why):
    found = versions.challenge(ANA, asked(table, settings, **changes), champion=bundle.id, settings=settings)

    assert found.is_empty
    assert found.words == f"{why}, so the two cannot be compared on the same students and folds."


def test_another_table_is_no_ground_to_compare_on(bundle, settings, tmp_path):
    school(80, seed=2).to_csv(tmp_path / "other.csv", index=False)
    found = versions.challenge(
        ANA, asked(tmp_path / "other.csv", settings), champion=bundle.id, settings=settings
    )

    assert found.why_empty.startswith("The champion was trained on another table")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"cohort": "study_hours < 9"}, "The champion was trained for another cohort"),
        ({"options": ModelOptions(group="way")}, "The champion's folds keep other students together"),
    ],
)
def test_another_cohort_and_another_group_are_named_as_the_reason(bundle, table, settings, changes, why):
    found = versions.challenge(ANA, asked(table, settings, **changes), champion=bundle.id, settings=settings)

    assert found.words == f"{why}, so the two cannot be compared on the same students and folds."


@pytest.fixture(scope="module")
def some(table, settings):
    """A model of the students of a cohort only."""
    request = asked(table, settings, cohort='gender == "f"', cost_missed=5.0, cost_false_alarm=0.5)
    return train(LOCAL, request, settings=settings)


def test_a_model_of_a_cohort_is_published_and_says_so_of_whom_it_scores(some, settings, tmp_path):
    made = published(some.request, settings, training=some)
    model = published_model(LOCAL, made.id, settings=settings)
    found = score_file(LOCAL, model, written(school(), tmp_path / "a.csv"), settings=settings)
    risks = dict(zip(found.student_ids, found.risk, strict=True))

    own = fit_as(some.validated, some.features).predict_risk(some.features)
    assert some.n_students < 600 == len(found.risk)
    assert [risks[student] for student in some.features.student_ids] == list(own)
    assert found.notes[-1] == (
        "The model was trained for a cohort only: gender is “f”. Students outside of it are scored too."
    )


@pytest.mark.parametrize("column", ["student_id", "no_id"])
def test_a_cohort_of_one_year_is_published_although_its_students_stand_there_every_year(
    tmp_path, settings, column
):
    early, late = school(300, seed=1), school(300, seed=2)
    both = pd.concat([early.assign(year=2024), late.assign(year=2025)], ignore_index=True)
    both = both if column == "student_id" else both.drop(columns="student_id")
    both.to_csv(tmp_path / "years.csv", index=False)
    request = asked(tmp_path / "years.csv", settings, cohort="year == 2025").with_recipe(Recipe(()))
    trained = train(LOCAL, request, settings=settings)

    assert trained.n_students == 300
    assert published(request, settings, training=trained).content["figures"]["n_students"] == 300


def test_a_version_that_misses_a_student_of_its_cohort_is_not_published(some, settings):
    one = next(row for row in some.left_out if row.kind == "cohort")
    taken = replace(one, row=int(some.features.student_ids[0]) + 1)
    with pytest.raises(ModelError, match="it would give other risks than in training"):
        published(some.request, settings, training=replace(some, left_out=(*some.left_out, taken)))


def test_the_card_tells_of_the_cohort_the_costs_and_what_left_out_whom(some, trained, settings):
    card = publishing.draft_card(LOCAL, some, settings=settings).decode().replace("\\", "")
    everybody = card_text(trained)

    assert '| Cohort | gender == "f" |' in card
    assert "| Left out by cleaning | 0 rows |" in card
    assert f"| Left out, outside the cohort | {600 - some.n_students} rows |" in card
    assert "| Cost of a missed student | 5 |" in card
    assert "| Cost of a false alarm | 0.5 |" in card
    assert "| Last day asked for | none: all that the table holds |" in card
    assert "| Cohort | everybody |" in everybody
    assert "| Cost of a missed student | not stated |" in everybody
    assert "outside the cohort" not in everybody


def test_a_damaged_version_is_listed_with_the_reason_and_keeps_nobody_from_the_others(bundle, settings):
    folder = settings.workspace / FOLDER / ("f" * 16)
    folder.mkdir()
    (folder / "bundle.json").write_bytes(b"\x80\x04")
    damaged = versions.versions(ANA, settings=settings)[-1]

    assert (damaged.id, damaged.problem) == ("f" * 16, f"The model '{'f' * 16}' is no text in UTF-8.")
    with pytest.raises(Unreadable):
        versions.version_card(ANA, "f" * 16, settings=settings)
