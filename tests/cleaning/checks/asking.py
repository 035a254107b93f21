"""Asking one check, without the others."""

from core.cleaning.findings import CHECKS
from core.cleaning.profile import Table


def ask(code, given):
    """Return all that the check says of a dataset; nothing when it passes."""
    return CHECKS[code](Table.of(given))


def answer(code, given):
    """Return the one thing that the check says of a dataset."""
    (found,) = ask(code, given)
    return found
