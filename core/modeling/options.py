"""How a family of models is fitted, beside its name: what an analyst may choose, as one small value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from core.errors import InvalidChoice

SELECTIONS = ("none", "variance", "vif", "tests", "lasso", "model", "recursive")
"""How columns can be chosen; see ``selection``."""
CALIBRATIONS = ("evidence", "none", "platt", "isotonic")
"""How risks can be corrected; ``evidence`` takes whatever is clearly better, see ``calibration``."""
SCALINGS = ("standard", "range")
MOST_COMPONENTS = 100
MOST_PRODUCTS = 12


@dataclass(frozen=True)
class ModelOptions:
    """The choices; the usual ones are those of the reference model. Raises InvalidChoice."""

    scaling: Literal["standard", "range"] = "standard"
    """Numbers by their standard deviation, or by their least and greatest value."""
    gap_columns: bool = True
    """Whether not being recorded has a weight of its own."""
    products: tuple[str, ...] = ()
    """Columns of numbers of which each pair enters as a product."""
    squares: tuple[str, ...] = ()
    """Columns of numbers of which the square enters."""
    components: int = 0
    """How many principal components stand for the matrix; 0 is the matrix itself."""
    selection: str = "none"
    """How columns are chosen, anew inside each fold."""
    most_columns: int = 0
    """How many columns the choice may leave; 0 leaves that to the way of choosing."""
    balanced: bool = False
    """Whether the rarer outcome weighs as much as the other; risks are always corrected then."""
    calibration: str = "evidence"
    group: str = ""
    """A column whose students stay together in one fold, such as a household; empty for none."""
    settings: tuple[tuple[str, float], ...] = ()
    """Settings of the family itself, in the order of their names, as tuning found them."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "settings", tuple(sorted(self.settings)))
        for what, value, valid in (
            ("scaling", self.scaling, SCALINGS),
            ("selection", self.selection, SELECTIONS),
            ("calibration", self.calibration, CALIBRATIONS),
        ):
            if value not in valid:
                raise InvalidChoice.of(what, value, valid)
        self._check_sizes()

    def _check_sizes(self) -> None:
        """Do nothing if the numbers can be meant; raises InvalidChoice."""
        if not 0 <= self.components <= MOST_COMPONENTS:
            raise InvalidChoice(
                f"There cannot be {self.components} components.", hint=f"From 0 (none) to {MOST_COMPONENTS}."
            )
        if self.most_columns < 0:
            raise InvalidChoice(
                f"At most {self.most_columns} columns cannot be chosen.",
                hint="A whole number; 0 sets no limit.",
            )
        if len(self.products) == 1 or len(self.products) > MOST_PRODUCTS:
            raise InvalidChoice(
                f"Products of {len(self.products)} columns cannot be made.",
                hint=f"Choose 2 to {MOST_PRODUCTS} columns of numbers, or none.",
            )
        if self.balanced and self.calibration == "none":
            raise InvalidChoice(
                "Weighing the outcomes alike makes every risk too high, so it needs a correction.",
                hint="Choose 'evidence', 'platt' or 'isotonic' for the correction.",
            )

    @property
    def is_sum(self) -> bool:
        """Whether the matrix is the usual one, so that a linear model is a sum of columns."""
        return not (self.products or self.squares or self.components or self.scaling != "standard")

    @property
    def words(self) -> tuple[str, ...]:
        """What is not as usual, a few words each; empty where all is."""
        told = {
            "numbers scaled to their range": self.scaling == "range",
            "gaps without a weight of their own": not self.gap_columns,
            f"products of {', '.join(self.products)}": self.products,
            f"squares of {', '.join(self.squares)}": self.squares,
            f"{self.components} principal components": self.components,
            f"columns chosen by {self.selection}": self.selection != "none",
            "both outcomes weighed alike": self.balanced,
            f"risks corrected: {self.calibration}": self.calibration != "evidence",
            f"folds keep '{self.group}' together": self.group,
            f"settings {dict(self.settings)}": self.settings,
        }
        return tuple(words for words, is_so in told.items() if is_so)


USUAL = ModelOptions()
"""The reference: nothing chosen."""
