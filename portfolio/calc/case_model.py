"""An option of a business case as its valuation sees it: drivers, formulas, lines; the checks are in case_checks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from core.calc.errors import CalculationError
from portfolio.calc.adoption import AdoptionShape
from portfolio.calc.drivers import Driver

MAX_MONTHS = 600
MAX_LINES = 500
MAX_DRIVERS = 200
MAX_FORMULAS = 200
# Numbers, names and operators of all formulas together; bounds how long a simulation can take.
MAX_STEPS = 5_000
# Names every formula may use, beside drivers and other formulas.
MONTH, ADOPTION, RETAINED, CHURN = "month", "adoption", "retained", "churn"
BUILT_IN_NAMES = frozenset({MONTH, ADOPTION, RETAINED})


class Side(StrEnum):
    """Whether a line is paid or gained."""

    COST = "cost"
    BENEFIT = "benefit"


class Spending(StrEnum):
    """How a cost is booked."""

    CAPEX = "capex"
    OPEX = "opex"


class Hardness(StrEnum):
    """Whether a benefit shows up in the books (hard) or is only felt (soft)."""

    HARD = "hard"
    SOFT = "soft"


@dataclass(frozen=True)
class Line:
    """One cost or benefit: `amounts` per month from month 1 on (shorter than the horizon means nothing later), or a
    `formula` per month from `first_month` to `last_month`, both inclusive, None for the end of the horizon.

    Amounts are positive in the currency of the option. `is_cost_to_serve` marks a cost of running the thing for its
    users. A line that does not move keeps its months when the option starts later.
    """

    name: str
    side: Side
    amounts: Sequence[float] | None = None
    formula: str | None = None
    first_month: int = 1
    last_month: int | None = None
    category: str = ""
    spending: Spending | None = None
    hardness: Hardness | None = None
    is_cost_to_serve: bool = False
    moves_with_start: bool = True


@dataclass(frozen=True)
class Adoption:
    """The curve behind the name `adoption`; ceiling (a fraction) and months to reach it are numbers or driver names."""

    shape: AdoptionShape = AdoptionShape.S_CURVE
    start_month: int = 1
    ceiling: float | str = 1.0
    months_to_reach: float | str = 12.0


@dataclass(frozen=True)
class Option:
    """Everything the value of one option follows from.

    Money is in `currency` (ISO 4217), `annual_discount_rate` a fraction above -1, months count from 1, and month 1 is
    discounted by nothing. With another number of `periods_per_year` every month here is such a period: a case given
    year by year has one. `formulas` are named and may use each other. `active_users` and `actions` name the driver or
    formula that counts users and actions of a month; cost to serve is measured with them.
    """

    name: str
    currency: str
    months: int
    annual_discount_rate: float
    lines: Sequence[Line]
    drivers: Sequence[Driver] = ()
    formulas: Mapping[str, str] = field(default_factory=dict)
    adoption: Adoption | None = None
    active_users: str | None = None
    actions: str | None = None
    periods_per_year: int = 12


@dataclass(frozen=True)
class Problem:
    """What is wrong with one part of an option.

    `part` is option, driver, formula, line or adoption, `name` which of them, `field` its field at fault; `code` and
    `position` as in ExpressionError.
    """

    part: str
    name: str
    field: str
    message: str
    code: str
    position: int | None = None


class CaseModelError(CalculationError):
    """An option that cannot be valued; `problems` lists everything that stands in the way."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(first.message, code=first.code, pointer=first.name or None)
        self.problems = tuple(problems)
        self.reasons = tuple(problem.message for problem in problems)
