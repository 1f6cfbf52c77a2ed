"""Return and variance made of sums of money."""

from decimal import Decimal


def return_on_investment(*, costs: Decimal | None, benefits: Decimal | None) -> Decimal | None:
    """(benefits - costs) / costs, a fraction; None while either is unknown or nothing is put in.

    Of several investments the sums go in, never the mean of their returns.
    """
    if costs is None or benefits is None or costs <= 0:
        return None
    return (benefits - costs) / costs


def variance_rate(*, budget: Decimal | None, estimate: Decimal | None) -> Decimal | None:
    """(estimate at completion - budget) / budget, a fraction, positive over budget; None without a budget.

    The sign is that of money overspent; the Project Management Institute's variance at completion
    (PMBOK Guide, 6th edition, 7.4.2.2) is the negative, budget - estimate.
    """
    if budget is None or estimate is None or budget <= 0:
        return None
    return (estimate - budget) / budget
