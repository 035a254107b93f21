"""Feature tables for the tests of segments: written out, planted with groups, or without any."""

from dataclasses import dataclass, replace

import numpy as np

from core.schema import Kind, Role


@dataclass(frozen=True)
class FakeColumn:
    name: str
    label: str
    kind: Kind
    role: Role = Role.FEATURE
    unit: str | None = None
    levels: tuple[str, ...] = ()

    def value_text(self, value):
        if self.kind is Kind.CATEGORY:
            return self.levels[int(value)]
        return f"{value:.3g}" + (f" {self.unit}" if self.unit else "")

    def phrase(self, value, *, typical):
        return f"{self.label} {self.value_text(value)} (typical {self.value_text(typical)})"


@dataclass(frozen=True, eq=False)
class FakeFeatures:
    numbers: np.ndarray
    codes: np.ndarray
    columns: tuple[FakeColumn, ...]
    student_ids: np.ndarray

    @property
    def n_students(self):
        return len(self.student_ids)

    def take(self, rows):
        return replace(
            self, numbers=self.numbers[rows], codes=self.codes[rows], student_ids=self.student_ids[rows]
        )


def features_of(numbers=None, categories=None, *, roles=None, flags=(), labels=None):
    """Make a table from ``{name: values}``; None is missing, also among categories."""
    numbers, categories = numbers or {}, categories or {}
    roles, labels = roles or {}, labels or {}
    n = len(next(iter({**numbers, **categories}.values()), ()))
    columns = [
        FakeColumn(
            name,
            labels.get(name, name),
            Kind.FLAG if name in flags else Kind.NUMBER,
            roles.get(name, Role.FEATURE),
        )
        for name in numbers
    ]
    codes = np.full((n, len(categories)), -1, dtype=np.int32)
    for j, (name, values) in enumerate(categories.items()):
        levels = tuple(sorted({v for v in values if v is not None}))
        columns.append(
            FakeColumn(
                name, labels.get(name, name), Kind.CATEGORY, roles.get(name, Role.FEATURE), levels=levels
            )
        )
        codes[:, j] = [-1 if v is None else levels.index(v) for v in values]
    table = np.array([[np.nan if v is None else v for v in values] for values in numbers.values()])
    return FakeFeatures(
        table.astype(np.float64).T.reshape(n, len(numbers)),
        codes,
        tuple(columns),
        np.array([f"S{i}" for i in range(n)], dtype=object),
    )


def from_matrix(values):
    """Make a table of numbers from a matrix."""
    return features_of({f"x{j}": values[:, j] for j in range(values.shape[1])})


def planted(rng, *, n, groups, width, apart=5.0):
    """Draw groups of unequal size and spread whose centres are at least ``apart`` from one another."""
    while True:
        centres = rng.normal(size=(groups, width)) * apart
        distances = np.sqrt(((centres[:, None] - centres) ** 2).sum(-1))[np.triu_indices(groups, 1)]
        if distances.min() >= apart and distances.min() <= 1.6 * apart:
            break
        centres *= 1.2 * apart / distances.min()
        break
    shares = np.maximum(rng.dirichlet(np.full(groups, 3.0)), 0.07)
    group = rng.choice(groups, n, p=shares / shares.sum())
    spread = rng.uniform(0.6, 1.2, groups)
    return centres[group] + rng.normal(size=(n, width)) * spread[group][:, None], group


def uniform(rng, *, n, width):
    """Draw evenly from a box."""
    return rng.random((n, width))


def one_gaussian(rng, *, n, width):
    """Draw from one normal distribution with correlated columns."""
    return rng.normal(size=(n, width)) @ rng.normal(size=(width, width))


def diagonal(rng, *, n, width):
    """Draw evenly along one line, with a little noise: dense and long, but one piece."""
    return rng.random(n)[:, None] + rng.normal(size=(n, width)) * 0.03


def school(n, seed=0):
    """Draw a school-like table: numbers, flags, categories, gaps, barriers, no groups planted."""
    rng = np.random.default_rng(seed)
    need = rng.normal(size=n)
    numbers = {f"n{j}": (need * (j % 3) + rng.normal(size=n)).round(2) for j in range(12)}
    for j in range(0, 12, 4):
        numbers[f"n{j}"][rng.random(n) < 0.08] = np.nan
    flags = {f"f{j}": (rng.random(n) < 0.15 + 0.05 * j).astype(float) for j in range(5)}
    codes = np.stack([rng.integers(-1, 3 + j, n) for j in range(6)], axis=1).astype(np.int32)
    columns = [FakeColumn(name, name, Kind.NUMBER) for name in numbers]
    columns += [FakeColumn(name, name, Kind.FLAG) for name in flags]
    columns += [
        FakeColumn(f"c{j}", f"c{j}", Kind.CATEGORY, levels=tuple(f"level {i}" for i in range(3 + j)))
        for j in range(6)
    ]
    table = np.stack([*numbers.values(), *flags.values()], axis=1)
    return FakeFeatures(table, codes, tuple(columns), np.array([f"S{i}" for i in range(n)], dtype=object))
