"""What a later start costs: the net present value lost when everything that can move comes months later."""

import numpy as np

from core.calc.errors import CalculationError
from portfolio.calc.case_model import Side
from portfolio.calc.case_program import Amounts, CompiledOption


def cost_of_delay(compiled: CompiledOption, *, delay_months: int = 1, amounts: Amounts | None = None) -> float:
    """Return the net present value lost by starting `delay_months` later, in the currency of the option.

    The lines that move come that much later; the horizon ends when it ended before, so that what moves behind it is
    lost, costs like benefits: the window in which a product earns does not wait. Negative when a later start gains.
    Drivers are at their likely values; `amounts` are the monthly amounts at them, if already known.
    Source: Reinertsen, The Principles of Product Development Flow (2009), ch. 2, for cost of delay as value lost.
    """
    months = compiled.option.months
    if not 0 <= delay_months <= months:
        message = f"delay_months must lie between 0 and {months}."
        raise CalculationError(message, code="out_of_range", pointer="delay_months")
    planned = compiled.monthly_amounts() if amounts is None else amounts
    delayed = planned.copy()
    moving = [index for index, line in enumerate(compiled.option.lines) if line.moves_with_start]
    delayed[moving] = 0.0
    delayed[moving, delay_months:] = planned[moving, : months - delay_months]
    signs = np.array([1.0 if line.side is Side.BENEFIT else -1.0 for line in compiled.option.lines])
    return float(signs @ (planned - delayed) @ compiled.discount_factors)
