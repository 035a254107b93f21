"""What a use case is asked to do, as small frozen values: the same request gives the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from core.cleaning.recipe import Recipe
from core.errors import InvalidChoice
from core.modeling.options import USUAL, ModelOptions
from core.schema import Kind, Role
from core.sources.base import ConnectionSpec, DemoSpec, FileSpec, PartSpec
from core.sources.plan import SourcePlan, SourceSpec


def _code_version() -> str:
    """Name the code and the demo's settings, so that nothing kept by other code is ever used."""
    root = Path(__file__).resolve().parents[2]
    places = [*sorted((root / "core").rglob("*.py")), root / "data" / "demo.json"]
    return hashlib.sha256(b"".join(place.read_bytes() for place in places)).hexdigest()[:12]


CODE_VERSION = _code_version()
"""Part of every digest: the same request to other code is another request."""

DEMO_OUTCOME = 'not_retained == "yes"'


@dataclass(frozen=True)
class TableRequest:
    """A table of a source, with the user's corrections of what its columns are for."""

    source: SourceSpec
    table: str | None = None
    """The name of the table; the source's main one when None."""
    roles: tuple[tuple[str, Role], ...] = ()
    kinds: tuple[tuple[str, Kind], ...] = ()
    revision: str = ""
    """Which reading of the servers is meant, for a plan; a refresh asks for another one."""

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that name this request."""
        return digest_of(repr(self))

    @property
    def is_demo(self) -> bool:
        """Whether the students are made up."""
        return isinstance(self.source, DemoSpec)


@dataclass(frozen=True)
class CleaningRequest:
    """A table and the recipe to clean it with; None is the recipe proposed from its findings."""

    table: TableRequest
    recipe: Recipe | None = None

    @property
    def is_agreed(self) -> bool:
        """Whether somebody chose the recipe; until then the proposed one is used without being asked for."""
        return self.recipe is not None

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that name this request."""
        recipe = "proposed" if self.recipe is None else self.recipe.to_json()
        return digest_of(self.table.digest + recipe)


@dataclass(frozen=True)
class TrainingRequest:
    """Everything that decides an at-risk list, except the cut."""

    cleaning: CleaningRequest
    outcome: str = ""
    """The outcome expression; empty until somebody chose one."""
    exclude: tuple[str, ...] = ()
    """Columns that the user keeps out of the model."""
    model: str = "logistic_regression"
    seed: int = 0
    options: ModelOptions = USUAL
    """How the family is fitted."""
    cohort: str = ""
    """A condition that says whom the list is about; empty for everybody."""
    as_of: str = ""
    """The last day whose rows count, as ``2026-11-22``; empty for all that the table holds."""
    cost_missed: float = 0.0
    """What a missed student costs, in whatever unit; 0 where nobody said."""
    cost_false_alarm: float = 0.0
    """What a student costs who is listed without need, in the same unit."""

    @property
    def digest(self) -> str:
        """16 hexadecimal digits that name this request."""
        rest = (self.outcome, self.exclude, self.model, self.seed, self.options, *self.framing)
        return digest_of(self.cleaning.digest + repr(rest))

    def __post_init__(self) -> None:
        for words, value in (("missed student", self.cost_missed), ("false alarm", self.cost_false_alarm)):
            if not 0 <= value < float("inf"):
                raise InvalidChoice(f"A {words} cannot cost {value:g}.", hint="A number from 0 on.")

    @property
    def framing(self) -> tuple[str, str, float, float]:
        """Whom the list is about, as of when, and what its two mistakes cost."""
        return self.cohort, self.as_of, self.cost_missed, self.cost_false_alarm

    @property
    def has_costs(self) -> bool:
        """Whether somebody said what a missed student and a false alarm cost."""
        return self.cost_missed > 0 and self.cost_false_alarm > 0

    @property
    def table(self) -> TableRequest:
        """The table that the students come from."""
        return self.cleaning.table

    def with_source(
        self, source: SourceSpec, *, table: str | None = None, revision: str = ""
    ) -> TrainingRequest:
        """Return a request for another source: corrections, recipe and outcome start afresh."""
        outcome = DEMO_OUTCOME if isinstance(source, DemoSpec) else ""
        asked = TableRequest(source, table, revision=revision)
        return TrainingRequest(CleaningRequest(asked), outcome, seed=self.seed)

    def with_plan(
        self, plan: SourcePlan, *, revision: str, names: Mapping[str, str] | None = None
    ) -> TrainingRequest:
        """Return the request with a plan read anew; everything else stays as it was.

        ``names`` are old names of columns with their new ones, for the roles and kinds that were set.
        """
        new = names or {}
        table = replace(
            self.table,
            source=plan,
            table=None,
            revision=revision,
            roles=tuple(sorted((new.get(name, name), role) for name, role in self.table.roles)),
            kinds=tuple(sorted((new.get(name, name), kind) for name, kind in self.table.kinds)),
        )
        return self._with_table(table)

    def with_roles(self, roles: Mapping[str, Role]) -> TrainingRequest:
        """Return the request with these roles set on top of earlier corrections."""
        merged = tuple(sorted({**dict(self.table.roles), **roles}.items()))
        return self._with_table(replace(self.table, roles=merged))

    def with_kinds(self, kinds: Mapping[str, Kind]) -> TrainingRequest:
        """Return the request with these kinds set on top of earlier corrections."""
        merged = tuple(sorted({**dict(self.table.kinds), **kinds}.items()))
        return self._with_table(replace(self.table, kinds=merged))

    def with_file_options(self, **options: str | bool | None) -> TrainingRequest:
        """Return the request with a file read in another way; does nothing for the demo."""
        if not isinstance(self.table.source, FileSpec):
            return self
        return self._with_table(replace(self.table, source=replace(self.table.source, **options)))  # type: ignore[arg-type]

    def with_recipe(self, recipe: Recipe | None) -> TrainingRequest:
        """Return the request with another recipe; None goes back to the proposed one."""
        return replace(self, cleaning=replace(self.cleaning, recipe=recipe))

    def with_outcome(self, outcome: str) -> TrainingRequest:
        """Return the request with another outcome expression."""
        return replace(self, outcome=outcome.strip())

    def with_model(self, *, exclude: tuple[str, ...], seed: int, model: str | None = None) -> TrainingRequest:
        """Return the request with other columns kept out, another seed and, where named, another family."""
        asked = replace(self, exclude=tuple(sorted(exclude)), seed=seed, model=model or self.model)
        is_other = asked.model != self.model
        return replace(asked, options=replace(self.options, settings=())) if is_other else asked

    def with_framing(
        self, *, cohort: str, as_of: str, cost_missed: float = 0.0, cost_false_alarm: float = 0.0
    ) -> TrainingRequest:
        """Return the request about other students, as of another day, with other costs."""
        return replace(
            self,
            cohort=cohort.strip(),
            as_of=as_of.strip(),
            cost_missed=cost_missed,
            cost_false_alarm=cost_false_alarm,
        )

    def with_options(self, options: ModelOptions) -> TrainingRequest:
        """Return the request with its family fitted in another way."""
        return replace(self, options=options)

    def _with_table(self, table: TableRequest) -> TrainingRequest:
        return replace(self, cleaning=replace(self.cleaning, table=table))


def demo_request(*, students: int, seed: int) -> TrainingRequest:
    """Return the request that the first screen shows: the demo school and its own outcome."""
    return TrainingRequest(
        CleaningRequest(TableRequest(DemoSpec(students=students, seed=seed))), DEMO_OUTCOME
    )


def plan_of(request: TrainingRequest) -> SourcePlan | None:
    """Return the plan that a request reads, or None."""
    return request.table.source if isinstance(request.table.source, SourcePlan) else None


def source_name(request: TableRequest) -> str:
    """Return where a table comes from, in words.

    >>> source_name(TableRequest(FileSpec(path="x/81ac", name="marks.csv")))
    'file marks.csv'
    """
    if isinstance(request.source, SourcePlan):
        names = dict.fromkeys(_part_name(part.source) for part in request.source.tables)
        return f"student record {request.source.name or ' + '.join(names)}"
    return _part_name(request.source)


def _part_name(source: PartSpec) -> str:
    if isinstance(source, FileSpec):
        return f"file {source.name or source.path}"
    if isinstance(source, ConnectionSpec):
        return source.connection
    return f"demo school of {source.students:,} students"


def digest_of(text: str) -> str:
    """Return 16 hexadecimal digits that name a text, for this version of the code."""
    return hashlib.sha256(f"{CODE_VERSION}:{text}".encode()).hexdigest()[:16]
