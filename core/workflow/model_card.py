"""The card of a model: what a person reads before the model is used, made of plain values only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.schema import Role

FOR = (
    "To help a counselor decide whom to offer support first, among students like those it was trained on.",
    "To tell in plain words what is known of a student that goes with the outcome, so that somebody can ask.",
)
NOT_FOR = (
    "Not for marks, admission, discipline, or anything that takes something away from a student.",
    "Not as proof of a cause: it shows what goes together, not what would change if something were done.",
    "Not for students of another school, level or time without measuring it there first.",
    "Not without a person: a list is where a conversation starts, never a decision.",
)
LISTED_FEATURES = 60
UNBOUNDED = ("lift", "log_loss")
"""Figures that may be above 1: told, not drawn."""
SEVERITIES = {"issue": "Issue", "tip": "Tip", "passed": "Passed", "not applicable": "Not applicable"}


@dataclass(frozen=True)
class Span:
    """A figure with its interval and the simple rule's, in [0, 1], to be drawn."""

    title: str
    value: float
    low: float
    high: float
    baseline: float | None


@dataclass(frozen=True)
class Section:
    """A part of the card."""

    title: str
    words: tuple[str, ...] = ()
    """Paragraphs."""
    points: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    spans: tuple[Span, ...] = ()
    warning: str = ""
    """What must not be overlooked."""


@dataclass(frozen=True)
class Card:
    """The whole card; every text is plain, and is made safe where it is written out."""

    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    stamps: tuple[str, ...]
    """What everybody must see first."""
    sections: tuple[Section, ...] = field(repr=False)


def make_card(content: Mapping[str, Any], *, published_at: datetime | None = None, model: str = "") -> Card:
    """Return the card of a model's content, as ``describe`` and ``publish`` make it."""
    outcome, figures = content["outcome"], content["figures"]
    publication = content.get("publication")
    return Card(
        title=f"Model card: {outcome['words']}",
        lead=(
            f"A {_family(content)} that estimates, for each of {figures['n_students']:,} students, the "
            "chance of this outcome, which happened to "
            f"{_percent(figures['prevalence'])} of those of whom it is known."
        ),
        facts=_facts(content, published_at, model),
        stamps=_stamps(content, publication),
        sections=(
            Section("What it is for", points=FOR),
            Section("What it is not for", points=NOT_FOR),
            _data(content),
            _fitted(content),
            _measured(figures),
            _calibration(figures, content["choices"]["calibration"]["words"]),
            _fairness(content.get("fairness")),
            _checks(content["checks"], publication),
            _used(content),
            _limits(content),
            _overrides(publication),
            _published(content, publication, published_at, model),
        ),
    )


def _family(content: Mapping[str, Any]) -> str:
    return str(content["family"]).replace("_", " ")


def _facts(
    content: Mapping[str, Any], published_at: datetime | None, model: str
) -> tuple[tuple[str, str], ...]:
    auc = next((m for m in content["figures"]["metrics"] if m["name"] == "roc_auc"), None)
    publication = content.get("publication")
    return (
        ("Version", model or "not published"),
        ("Published", f"{published_at:%d %b %Y %H:%M} UTC by {publication['author']}")
        if published_at and publication
        else ("Published", "no"),
        ("ROC-AUC", "–" if auc is None else _with_interval(auc)),
        ("Simple rule", "–" if auc is None else _number(auc["baseline"])),
    )


def _stamps(content: Mapping[str, Any], publication: Mapping[str, Any] | None) -> tuple[str, ...]:
    found = []
    if content["trained_on"]["synthetic"]:
        found.append("Made-up students: this model says nothing about real ones.")
    if publication is None:
        found.append("This model is not published: nobody has answered for it.")
    elif publication["overrides"]:
        n = len(publication["overrides"])
        said = "; ".join(f"{codes}: “{text}”" for codes, text in _answers(publication))
        checks = "a check" if n == 1 else f"{n} checks"
        found.append(f"Published although {checks} found an issue. {publication['author']} wrote: {said}")
    return tuple(found)


def _data(content: Mapping[str, Any]) -> Section:
    origin, figures, outcome = content["trained_on"], content["figures"], content["outcome"]
    rows = (
        ("Source", f"{origin['source']}, table {origin['table']}"),
        ("Outcome", f"{outcome['words']} ({outcome['expression']})"),
        ("Students", f"{figures['n_students']:,}, the outcome of {figures['n_labelled']:,} is known"),
        *_framing(content["request"]),
        *_left_out(content["request"], origin),
        ("As of", origin["as_of"] or "not stated by the source"),
        ("Loaded", str(origin["loaded_at"])[:16].replace("T", " ") + " UTC"),
        ("Fingerprint of the data", origin["content_hash"]),
    )
    return Section("Data and time", header=("What", "Value"), rows=rows)


def _framing(request: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Whom the list is about, up to which day, and what its two mistakes cost; older versions say less."""
    costs = ("cost_missed", "cost_false_alarm")
    missed, alarm = (f"{request[name]:g}" if request.get(name) else "not stated" for name in costs)
    return [
        ("Cohort", request.get("cohort") or "everybody"),
        ("Last day asked for", request.get("as_of") or "none: all that the table holds"),
        ("Cost of a missed student", missed),
        ("Cost of a false alarm", alarm),
    ]


def _left_out(request: Mapping[str, Any], origin: Mapping[str, Any]) -> list[tuple[str, str]]:
    """How many rows were left out, by what did."""
    outside, after = origin.get("n_outside", 0), origin.get("n_undated_or_after", 0)
    rows = [("Left out by cleaning", f"{origin['n_left_out'] - outside - after:,} rows")]
    if request.get("cohort"):
        rows.append(("Left out, outside the cohort", f"{outside:,} rows"))
    if request.get("as_of"):
        rows.append(("Left out, after the last day or without a date", f"{after:,} rows"))
    return rows


def _measured(figures: Mapping[str, Any]) -> Section:
    """The figures with intervals beside the simple rule's."""
    metrics = figures["metrics"]
    rows = tuple(
        (m["title"], _number(m["value"]), _interval(m), _number(m["baseline"]), m["definition"])
        for m in metrics
    )
    spans = tuple(
        Span(m["title"], m["value"], m["low"], m["high"], m["baseline"])
        for m in metrics
        if None not in (m["value"], m["low"], m["high"]) and m["name"] not in UNBOUNDED
    )
    return Section(
        "How good it is",
        words=(
            figures["protocol"],
            f"The simple rule beside it: {figures['baseline']}",
            f"“The cut” in the definitions is a risk of {figures['cut']:g}. Intervals are 95 %.",
        ),
        header=("Figure", "Value", "95 % interval", "Simple rule", "What it means"),
        rows=rows,
        spans=spans,
    )


def _fitted(content: Mapping[str, Any]) -> Section:
    """How the family was fitted: what was chosen, in words."""
    choices = content["choices"]
    points = [*(f"{words[:1].upper()}{words[1:]}." for words in choices["options"])]
    points += [f"Setting of the family: {words}." for words in choices["settings"]]
    usual = "Nothing was chosen: the family is fitted with its usual options and settings."
    words = [f"The family: {_family(content)}."]
    if content["family"] == "support_vectors":
        words.append(
            "It keeps the features of single students, without their ids: handle its file as their data."
        )
    return Section("How it is fitted", words=(*words, *(() if points else (usual,))), points=tuple(points))


def _calibration(figures: Mapping[str, Any], chosen: str) -> Section:
    rows = tuple(
        (_percent(r["mean_risk"], 1), f"{_percent(r['frac_observed'], 1)}",
         f"{_percent(r['low'], 1)} to {_percent(r['high'], 1)}", f"{int(r['n']):,}")
        for r in figures["calibration"]
    )  # fmt: skip
    words = "Students in groups of like risk: a risk of 30 % should come true for 3 in 10."
    if not rows:
        words = "There are too few students to compare risks with what happened."
    return Section(
        "Do the risks come true",
        words=(words, *((chosen,) if chosen else ())),
        header=("Mean risk", "Happened", "95 % interval", "Students"),
        rows=rows,
    )


def _fairness(fairness: Mapping[str, Any] | None) -> Section:
    """What the list does to each group at the default cut."""
    title = "Groups at the default cut"
    if fairness is None or fairness["why_empty"]:
        return Section(
            title, words=(fairness["why_empty"] if fairness else "The groups were not looked at.",)
        )
    titles = fairness["titles"]
    rows = tuple(
        (f"{row['grouping']}: {row['group']}", f"{row['n']:,}", *(str(row[name]) for name in titles))
        for row in fairness["groups"]
    )
    gaps = [one["grouping"] for one in fairness["verdicts"] if one["status"] == "gap"]
    hidden = " Groups that are too small to show are left out." if fairness["n_withheld"] else ""
    return Section(
        title,
        words=(f"{fairness['cut'].capitalize()}. Each share with its 95 % interval.{hidden}",),
        points=tuple(f"{one['grouping']}: {one['status']}. {one['words']}" for one in fairness["verdicts"]),
        header=("Group", "Students", *titles.values()),
        rows=rows,
        warning=f"Gaps between groups by {', '.join(gaps)}." if gaps else "",
    )


def _checks(checks: Sequence[Mapping[str, Any]], publication: Mapping[str, Any] | None) -> Section:
    order = list(SEVERITIES)
    ordered = sorted(checks, key=lambda check: (order.index(check["severity"]), check["code"]))
    overridden = publication["overrides"] if publication else {}
    rows = tuple(
        (
            c["code"],
            SEVERITIES[c["severity"]] + (", overridden" if c["code"] in overridden else ""),
            c["title"],
            c["words"],
        )
        for c in ordered
    )
    n = sum(check["severity"] == "issue" for check in checks)
    warning = f"{n} {'check has' if n == 1 else 'checks have'} found an issue." if n else ""
    return Section("Checks", header=("Code", "Result", "Check", "Finding"), rows=rows, warning=warning)


def _used(content: Mapping[str, Any]) -> Section:
    features = content["features"]
    names = [f"{f['label']}{' (barrier)' if f['role'] == Role.BARRIER else ''}" for f in features]
    more = len(names) - LISTED_FEATURES
    shown = ", ".join(names[:LISTED_FEATURES]) + (f" and {more:,} more" if more > 0 else "")
    rows = tuple((one["name"], one["reason"]) for one in content["left_out"])
    return Section(
        "Columns used and left out",
        words=(
            f"Used ({len(features):,}): {shown}.",
            "Left out, each with the reason:" if rows else "No column was left out.",
        ),
        header=("Column", "Why it is not used") if rows else (),
        rows=rows,
    )


def _limits(content: Mapping[str, Any]) -> Section:
    figures = content["figures"]
    unknown = figures["n_students"] - figures["n_labelled"]
    said = [
        "It knows only what the columns hold, as they were recorded; what nobody wrote down it cannot see.",
        "A low risk is no promise: some students to whom the outcome happens are missed at every cut.",
        "It was measured on students of the same table. Later students may differ: measure again each term.",
        "Protected attributes are no inputs, but other columns may stand in for them: look at the groups.",
    ]
    if unknown:
        said.append(f"The outcome of {unknown:,} students is not known; nothing was learned from them.")
    if content["trained_on"]["as_of"] is None:
        said.append(
            "The source states no day up to which its facts count: ask whether each column was known in time."
        )
    return Section("Limits", points=tuple(said))


def _overrides(publication: Mapping[str, Any] | None) -> Section:
    """Which checks were overridden, each with what was said to it."""
    if not publication or not publication["overrides"]:
        return Section("Overrides", words=("No check was overridden.",))
    words = f"{publication['author']} published it although checks had found an issue."
    rows = tuple(_answers(publication))
    return Section(
        "Overrides", words=(words,), header=("Checks", "Why it is published all the same"), rows=rows
    )


def _answers(publication: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the codes that were answered alike, and the answer."""
    codes: dict[str, list[str]] = {}
    for code, text in publication["overrides"].items():
        codes.setdefault(text, []).append(code)
    return [(", ".join(some), text) for text, some in codes.items()]


def _published(
    content: Mapping[str, Any], publication: Mapping[str, Any] | None, at: datetime | None, model: str
) -> Section:
    """Who published it and why, and with what it can be made again."""
    versions = ", ".join(f"{name} {number}" for name, number in content["versions"].items())
    request, policy = content["request"], content["policy"]
    rows = [
        ("Model", f"{_family(content)}, seed {request['seed']}"),
        ("Default cut", policy["words"] + _from(policy["lowest_listed"])),
        ("Made with", versions),
    ]
    if publication and at:
        rows = [("Published by", publication["author"]), ("On", f"{at:%d %b %Y %H:%M} UTC"),
                ("Why", publication["reason"]), ("Version", model), *rows]  # fmt: skip
    title = "Who published it and why" if publication else "Not published"
    return Section(title, header=("What", "Value"), rows=tuple(rows))


def _from(risk: float | None) -> str:
    return "" if risk is None else f" (in training, from a risk of {_percent(risk, 1)} on)"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _interval(metric: Mapping[str, Any]) -> str:
    if metric["low"] is None:
        return str(metric["why"]) or "–"
    return f"{metric['low']:.3f} to {metric['high']:.3f}"


def _with_interval(metric: Mapping[str, Any]) -> str:
    value = _number(metric["value"])
    return value if metric["low"] is None else f"{value} ({_interval(metric)})"


def _percent(fraction: float | None, decimals: int = 0) -> str:
    return "–" if fraction is None else f"{fraction * 100:.{decimals}f} %"
