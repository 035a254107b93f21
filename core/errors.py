"""The failures that Waymark expects: one sentence each, and a hint that says what to do next."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, Self


class AppError(Exception):
    """An expected failure. ``str(error)`` is fit to show; ``hint`` says what to do next.

    ``retry`` tells whether the same call may succeed later without a change by the user.

    >>> error = AppError("The file 'a.csv' is empty.", hint="Export it again.")
    >>> str(error), error.hint, error.retry
    ("The file 'a.csv' is empty.", 'Export it again.', False)
    """

    def __init__(self, message: str, *, hint: str | None = None, retry: bool = False) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.retry = retry

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross a process border with hint, type and notes intact."""
        notes = getattr(self, "__notes__", None)
        state = {"__notes__": list(notes)} if notes else None
        return _rebuild, (type(self), self.message, self.hint, self.retry), state


def _rebuild(kind: type[AppError], message: str, hint: str | None, retry: bool) -> AppError:  # noqa: FBT001  as pickle calls it
    """Make the error again on the other side, whatever its own constructor takes."""
    error = kind.__new__(kind)
    AppError.__init__(error, message, hint=hint, retry=retry)
    return error


def quoted(names: Iterable[str], *, limit: int = 8) -> str:
    """List names in quotes, at most ``limit`` of them, saying how many more there are.

    >>> quoted(["a", "b", "c"], limit=2)
    "'a', 'b' and 1 more"
    """
    shown = [f"'{name}'" for name in names]
    if not shown:
        return "none"
    text = ", ".join(shown[:limit])
    return text if len(shown) <= limit else f"{text} and {len(shown) - limit:,} more"


def nearest(name: str, valid: Sequence[str]) -> str | None:
    """Return the valid name that ``name`` was probably meant to be, or None.

    >>> nearest("math scroe", ["math score", "gender"])
    'math score'
    """
    folded = {candidate.casefold(): candidate for candidate in valid}
    found = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=0.55)
    return folded[found[0]] if found else None


def choices_hint(name: str, valid: Sequence[str]) -> str:
    """Say which name was probably meant, then which ones are valid.

    >>> choices_hint("gendr", ["gender", "lunch"])
    "Did you mean 'gender'? Valid: 'gender', 'lunch'."
    """
    guess = nearest(name, valid)
    lead = f"Did you mean '{guess}'? " if guess else ""
    return f"{lead}Valid: {quoted(valid)}."


class InvalidChoice(AppError):
    """A setting or an argument has a value outside its list or range."""

    @classmethod
    def of(cls, name: str, got: object, valid: Sequence[str]) -> Self:
        """Name the setting, the value it got, and the values it may have."""
        return cls(f"'{name}' cannot be '{got}'.", hint=choices_hint(str(got), valid))


class Forbidden(AppError):
    """The actor may not do this, or may not see this student; absent students answer the same."""


class Conflict(AppError):
    """Somebody else changed meanwhile what was to be changed: nothing was written.

    ``now`` is what stands there now, so that whoever comes second sees both and decides.
    """

    def __init__(
        self, message: str, *, now: Any = None, hint: str | None = None, retry: bool = False
    ) -> None:
        super().__init__(message, hint=hint, retry=retry)
        self.now = now

    def __reduce__(self) -> tuple[Any, ...]:
        """Cross a process border with what stands there now."""
        rebuild, arguments, state = super().__reduce__()
        return rebuild, arguments, {**(state or {}), "now": self.now}


class StoreError(AppError):
    """The store of cases could not be reached, read or written; what was acknowledged before is kept."""


class SourceError(AppError):
    """A source could not give the data that was asked for."""


class BadFile(SourceError):
    """The file is not what its name says, or cannot be read as a table."""


class TooLarge(SourceError):
    """The file or table is over a limit that was stated before."""


class SourceNotConfigured(SourceError):
    """A setting that the source needs is missing."""


class SourceUnavailable(SourceError):
    """The source did not answer."""


class LoginRefused(SourceError):
    """The server answered and did not let the account in, or not to what was asked for."""


class HostRefused(SourceError):
    """An address that no connection may lead to."""


class PlanError(SourceError):
    """A source plan cannot be read, or asks for what cannot be done."""


class TableNotFound(SourceError):
    """The source has no table of this name."""


class SchemaError(AppError):
    """The table does not have the columns, kinds or roles that are needed."""


class ColumnNotFound(SchemaError):
    """A column that was named is not in the table."""

    @classmethod
    def of(cls, name: str, valid: Sequence[str], *, where: str | None = None) -> Self:
        """Name the missing column, the place that wanted it, and the nearest column there is."""
        place = f" (needed by {where})" if where else ""
        return cls(f"There is no column '{name}'{place}.", hint=choices_hint(name, valid))


class WrongKind(SchemaError):
    """A column holds another kind of value than the one needed."""


class SchemaChanged(SchemaError):
    """A column that a plan uses was dropped, renamed or retyped since the plan was made."""


class RoleMissing(SchemaError):
    """No column has a role that is needed, such as the student id."""


class RepeatedIds(SchemaError):
    """Several rows have the same student id where one row a student is needed."""


class ExpressionError(AppError):
    """A condition or a calculation cannot be read, or does not fit the table."""


class OutcomeError(ExpressionError):
    """The outcome expression cannot be read, or does not fit the table."""


class RecipeError(AppError):
    """A cleaning recipe cannot be read or run."""


class UnknownStep(RecipeError):
    """A recipe names a kind of step that does not exist."""


class StepFailed(RecipeError):
    """A step of a recipe could not run on this table."""


class ModelError(AppError):
    """A model cannot be made from these students."""


class NotEnoughStudents(ModelError):
    """Too few students, or too few with the outcome known."""


class OneOutcomeOnly(ModelError):
    """All students have the same outcome, so nothing can be learned."""


class NoFeatures(ModelError):
    """No usable feature is left."""


class ProtectedFeature(ModelError):
    """A protected attribute was asked for as a model input."""


class JobError(AppError):
    """A job in a child process did not finish."""


class JobCancelled(JobError):
    """The job was cancelled by the user."""
