"""What a case depends on and nobody knows exactly: low, likely and high values and their distribution."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from core.calc.checks import finite
from core.calc.errors import CalculationError

# The weight of the likely value against low and high together with theirs: mean = (low + 4 likely + high) / 6.
_PERT_WEIGHT = 4.0


class Distribution(StrEnum):
    """How the values between low and high are distributed."""

    TRIANGULAR = "triangular"
    PERT = "pert"


@dataclass(frozen=True)
class Driver:
    """A named assumption; `low`, `likely` and `high` are in `unit` (text, empty for a plain number).

    Raises CalculationError with the pointer low, likely or high when a value is not finite or out of order.
    """

    name: str
    low: float
    likely: float
    high: float
    unit: str = ""
    distribution: Distribution = Distribution.TRIANGULAR

    def __post_init__(self) -> None:
        low, likely, high = finite("low", self.low), finite("likely", self.likely), finite("high", self.high)
        if low > likely:
            message = f"{self.name}: low ({low:g}) is above likely ({likely:g})."
            raise CalculationError(message, code="out_of_order", pointer="low")
        if likely > high:
            message = f"{self.name}: likely ({likely:g}) is above high ({high:g})."
            raise CalculationError(message, code="out_of_order", pointer="high")

    @property
    def is_certain(self) -> bool:
        """Whether there is only one value."""
        return self.low == self.high

    @property
    def mean(self) -> float:
        """(low + likely + high) / 3 of the triangular, (low + 4 likely + high) / 6 of the PERT distribution."""
        weight = _PERT_WEIGHT if self.distribution is Distribution.PERT else 1.0
        return (self.low + weight * self.likely + self.high) / (weight + 2.0)

    def sample(self, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw `size` values in `unit`; consecutive draws continue the same sequence whatever their sizes.

        PERT is the beta distribution on [low, high] with alpha = 1 + 4 (likely - low) / (high - low) and beta =
        1 + 4 (high - likely) / (high - low). Sources: Kotz and van Dorp, Beyond Beta (2004), for both; Malcolm,
        Roseboom, Clark and Fazar (1959) for the PERT mean.
        """
        if self.is_certain:
            return np.full(size, self.likely)
        if self.distribution is Distribution.TRIANGULAR:
            return rng.triangular(self.low, self.likely, self.high, size)
        width = self.high - self.low
        alpha = 1.0 + _PERT_WEIGHT * (self.likely - self.low) / width
        beta = 1.0 + _PERT_WEIGHT * (self.high - self.likely) / width
        return self.low + width * rng.beta(alpha, beta, size)
