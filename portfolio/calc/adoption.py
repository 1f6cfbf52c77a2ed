"""How the share of people who use something grows month by month after its start."""

from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.calc.errors import CalculationError

# How sharply the S bends: 10 puts 5 % to 95 % of the way into the middle six tenths of the time.
_STEEPNESS = 10.0
_AT_START = 1.0 / (1.0 + np.exp(_STEEPNESS / 2.0))


class AdoptionShape(StrEnum):
    """The form of an adoption curve."""

    LINEAR = "linear"
    S_CURVE = "s_curve"


def adoption_share(
    months: NDArray[np.float64], *, shape: AdoptionShape, start_month: int, months_to_reach: Any, ceiling: Any
) -> NDArray[np.float64]:
    """Return the share of adopters in each month, a fraction of those who could.

    `months` are numbers from 1 on; nothing before `start_month`, `ceiling` from the month in which `months_to_reach`
    (at least one) months have been used, the start month included. `months_to_reach` and `ceiling` may be arrays that
    broadcast with `months`. With x the part of that time gone by, the share is ceiling * x when linear, and the
    logistic curve 1 / (1 + exp(-10 (x - 1/2))), stretched to run from exactly 0 to exactly 1, when S-shaped.
    Source: Griliches, Hybrid Corn: An Exploration in the Economics of Technological Change (1957), for the logistic;
    Rogers, Diffusion of Innovations, for why adoption follows it.
    """
    if np.any(np.less(months_to_reach, 1.0)):
        message = "months_to_reach must be at least one month."
        raise CalculationError(message, code="too_small", pointer="months_to_reach")
    passed = np.clip((months - (start_month - 1)) / months_to_reach, 0.0, 1.0)
    if shape is AdoptionShape.S_CURVE:
        np.multiply(passed, -_STEEPNESS, out=passed)
        np.add(passed, _STEEPNESS / 2.0, out=passed)
        np.exp(passed, out=passed)
        np.add(passed, 1.0, out=passed)
        np.reciprocal(passed, out=passed)
        np.subtract(passed, _AT_START, out=passed)
        np.divide(passed, 1.0 - 2.0 * _AT_START, out=passed)
    return np.asarray(passed * ceiling) if np.ndim(ceiling) or ceiling != 1.0 else passed
