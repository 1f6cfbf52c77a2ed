"""A small option of a case as the calculation sees it, with numbers that can be followed by hand."""

from typing import Any

from portfolio.calc.case_model import Line, Option, Side


def cost(name: str = "Cost", **fields: Any) -> Line:
    """A cost line."""
    return Line(name, Side.COST, **fields)


def benefit(name: str = "Benefit", **fields: Any) -> Line:
    """A benefit line."""
    return Line(name, Side.BENEFIT, **fields)


def make_option(*lines: Line, **fields: Any) -> Option:
    """An option over twelve months in EUR at 10% a year, unless said otherwise."""
    defaults = {"name": "Build", "currency": "EUR", "months": 12, "annual_discount_rate": 0.1}
    return Option(**{**defaults, **fields, "lines": list(lines)})
