"""A small content of a published model, for the tests of the folder that holds them."""

from datetime import UTC, datetime

from core.registry.bundle import make_bundle

AT = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
CONTENT = {
    "family": "logistic_regression",
    "request": {},
    "outcome": {},
    "schema": [],
    "recipe": {},
    "features": [],
    "left_out": [{"name": "gender", "reason": "protected"}],
    "model": {"base": -1.0, "numbers": [{"weight": 0.5}], "categories": []},
    "calibration": {"kind": "none"},
    "figures": {},
    "checks": [{"code": "M001"}],
    "choices": {},
    "profile": [],
    "fairness": {},
    "policy": {},
    "trained_on": {},
    "versions": {},
    "publication": {},
}


def made(**changes):
    """A version of this content, some of it changed."""
    return make_bundle(CONTENT | changes, published_at=AT)
