"""Which driver moves the value of an option most: one at a time from low to high (tornado diagram)."""

from dataclasses import dataclass

from core.calc.expressions import ExpressionError
from portfolio.calc.case_program import CompiledOption


@dataclass(frozen=True)
class Swing:
    """Net present value at the low and high value of one driver, all others at their likely values.

    `low` and `high` are in the driver's `unit`. The net present values are None, with the `reason`, where one of the
    two values makes a formula impossible.
    """

    driver: str
    unit: str
    low: float
    high: float
    npv_at_low: float | None
    npv_at_high: float | None
    reason: str = ""

    @property
    def size(self) -> float:
        """How far apart the two net present values are; 0 when they are unknown."""
        if self.npv_at_low is None or self.npv_at_high is None:
            return 0.0
        return abs(self.npv_at_high - self.npv_at_low)


def tornado(compiled: CompiledOption) -> tuple[Swing, ...]:
    """Return the swing of every uncertain driver, the widest first, equal ones by name.

    Source: Howard, Decision Analysis: Practice and Promise, Management Science (1988).
    """
    swings = []
    for driver in compiled.uncertain_drivers:
        try:
            at_low = compiled.net_present_values({driver.name: driver.low})
            at_high = compiled.net_present_values({driver.name: driver.high})
        except ExpressionError as error:
            swings.append(Swing(driver.name, driver.unit, driver.low, driver.high, None, None, error.message))
        else:
            swings.append(Swing(driver.name, driver.unit, driver.low, driver.high, at_low, at_high))
    return tuple(sorted(swings, key=lambda swing: (-swing.size, swing.driver)))
