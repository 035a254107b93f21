"""What had to be changed of the values that a server gave, counted with examples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from core.sources.columns.coerce import Coerced

N_EXAMPLES = 3


@dataclass
class Changes:
    """A running count for each column and reason; batches of rows are added in their order."""

    _found: dict[tuple[str, str], tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def add(self, column: str, why: str, n: int, examples: Iterable[str]) -> None:
        """Count ``n`` more cells of a column, of which these are some."""
        if not n:
            return
        n_before, kept = self._found.get((column, why), (0, ()))
        kept = tuple(dict.fromkeys([*kept, *examples]))[:N_EXAMPLES]
        self._found[column, why] = (n_before + n, kept)

    def start_again(self) -> None:
        """Forget what was counted."""
        self._found.clear()

    def update(self, other: Changes) -> None:
        """Add what was counted elsewhere, as if it came after."""
        for (column, why), (n, examples) in other._found.items():
            self.add(column, why, n, examples)

    def of(self, columns: Iterable[str]) -> tuple[Coerced, ...]:
        """Return what was found, in the order of the columns."""
        return tuple(
            Coerced(column, n, examples, why)
            for name in columns
            for (column, why), (n, examples) in self._found.items()
            if column == name
        )
