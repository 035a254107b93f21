"""What one recipe does in another way than an earlier one, a sentence for each difference."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any, Literal, NamedTuple

from core.cleaning.registry import step_to_dict
from core.cleaning.step import Step, shortest, shown

_SHOWN = 3
"""How many changed settings of a step are named."""
_LONGEST = 60
"""Longer settings are cut; so many letters stand before the place where two long ones part:"""
_LED_BY = 20


class Change(NamedTuple):
    """One difference; steps are counted from 1, in the new recipe unless they are gone."""

    change: Literal["added", "removed", "changed", "moved", "switched"]
    words: str


def changes(before: Sequence[Step], after: Sequence[Step]) -> tuple[Change, ...]:
    """Return what differs, in the order of the new recipe, what was taken out last; reasons do not count.

    A step with other settings in the place of one of the same kind was changed, not taken out and added.
    """
    pairs = _same(before, after)
    moved = {now: then for then, now in _elsewhere(before, after, pairs)}
    changed = _other_settings(before, after, {**pairs, **moved})
    found: list[Change] = []
    for now, step in enumerate(after):
        then = pairs.get(now, moved.get(now, changed.get(now)))
        if then is None:
            found.append(Change("added", f"Step {now + 1} is new: {_does(step)}"))
            continue
        if now in changed:
            found.append(Change("changed", _what_changed(before[then], step, now + 1)))
        if now in moved:
            found.append(Change("moved", f"Step {then + 1} is step {now + 1} now: {_does(step)}"))
        if before[then].is_on != step.is_on:
            turned = "on" if step.is_on else "off"
            found.append(Change("switched", f"Step {now + 1} was switched {turned}: {_does(step)}"))
    known = {*pairs.values(), *moved.values(), *changed.values()}
    gone = [(then, step) for then, step in enumerate(before) if then not in known]
    found += [Change("removed", f"Step {then + 1} was taken out: {_does(step)}") for then, step in gone]
    return tuple(found)


def _same(before: Sequence[Step], after: Sequence[Step]) -> dict[int, int]:
    """Return for each place in the new recipe the old place of the same step, in the same order."""
    matcher = SequenceMatcher(None, _on(before), _on(after), autojunk=False)
    blocks = matcher.get_matching_blocks()
    return {block.b + at: block.a + at for block in blocks for at in range(block.size)}


def _elsewhere(before: Sequence[Step], after: Sequence[Step], pairs: dict[int, int]) -> list[tuple[int, int]]:
    """Return (old place, new place) of the same steps in another order."""
    left = [then for then in range(len(before)) if then not in pairs.values()]
    plans, found = _on(before), []
    for now, step in enumerate(_on(after)):
        then = next((one for one in left if plans[one] == step), None)
        if now not in pairs and then is not None:
            left.remove(then)
            found.append((then, now))
    return found


def _other_settings(before: Sequence[Step], after: Sequence[Step], known: dict[int, int]) -> dict[int, int]:
    """Return for each new place the old place of a step of the same kind that has no other partner.

    Steps on the same columns find each other first.
    """
    left = [then for then in range(len(before)) if then not in known.values()]
    found: dict[int, int] = {}
    for same_columns in (True, False):
        for now, step in enumerate(after):
            if now in known or now in found:
                continue
            fits = [one for one in left if before[one].kind == step.kind]
            fits = [one for one in fits if before[one].needs == step.needs] if same_columns else fits
            if fits:
                found[now] = fits[0]
                left.remove(fits[0])
    return found


def _on(steps: Sequence[Step]) -> list[Step]:
    return [replace(step, is_on=True) for step in steps]


def _does(step: Step) -> str:
    return replace(step, reason="").describe()


def _what_changed(before: Step, after: Step, number: int) -> str:
    """Name the settings that differ, each with its old and its new value."""
    old, new = (step_to_dict(replace(step, reason="", is_on=True)) for step in (before, after))
    differ = [name for name in new if new[name] != old[name]]
    values = [(name, *_told(new[name], old[name])) for name in differ[:_SHOWN]]
    said = [f"'{name}' is {now}, was {then}" for name, now, then in values]
    more = f"; and {len(differ) - _SHOWN} more" if len(differ) > _SHOWN else ""
    return f"Step {number} ({after.kind}) was changed: {'; '.join(said)}{more}."


def _told(new: Any, old: Any) -> tuple[str, str]:
    """Return two settings as a person would say them; they look different."""
    if not (isinstance(new, str | list) and isinstance(old, str | list)):
        return _value(new), _value(old)
    now, then = _text(new), _text(old)
    if now == then:  # a comma inside a text, or between two
        now, then = json.dumps(new, ensure_ascii=False), json.dumps(old, ensure_ascii=False)
    pairs = zip(now, then, strict=False)
    at = next((at for at, pair in enumerate(pairs) if len({*pair}) > 1), min(len(now), len(then)))
    start = at - _LED_BY if max(len(now), len(then)) > _LONGEST and at > _LED_BY else 0
    lead = "…" if start else ""
    return shown(lead + now[start:], limit=_LONGEST), shown(lead + then[start:], limit=_LONGEST)


def _value(value: Any) -> str:
    """Return a setting as a person would say it."""
    if value is None or isinstance(value, bool):
        return {None: "not set", True: "yes", False: "no"}[value]
    return shown(_text(value), limit=_LONGEST) if isinstance(value, str | list) else shortest(value)


def _text(value: str | list[Any]) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(" → ".join(one) if isinstance(one, list) else _one(one) for one in value)


def _one(value: Any) -> str:
    return value if isinstance(value, str) else shortest(value)
