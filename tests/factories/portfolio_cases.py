"""A business case to look at, made by the services: build, buy and partner, with drivers, people and ranges."""

from datetime import date
from decimal import Decimal

from portfolio.models import BusinessCase, CaseOption
from portfolio.services.business_cases import change_business_case
from portfolio.services.case_drivers import create_driver
from portfolio.services.case_options import create_option
from portfolio.services.cash_lines import LineInput, replace_lines
from portfolio.services.staffing import create_staffing_line
from portfolio.validators import add_months
from tenancy.actor import Actor

DRIVERS = (
    ("agents", "Support agents", "users", "280", "320", "340", "Headcount plan"),
    ("minutes_saved", "Minutes saved per agent and day", "minutes/user", "6", "21", "30", "Pilot in two teams"),
    ("cost_per_minute", "Cost of an agent's minute", "EUR/minute", "0.58", "0.62", "0.7", "Payroll"),
    ("tokens", "Tokens per agent and month", "tokens/user", "2600000", "3400000", "6000000", "Usage of the pilot"),
    ("token_price", "Price of tokens", "EUR/1000000 tokens", "1.8", "2.4", "3", "Price list"),
    ("ceiling", "Adoption in the end", "percent", "30", "70", "85", "Earlier roll-outs"),
)


def full_case(case: BusinessCase, *, actor: Actor) -> BusinessCase:
    """Fill an empty case of at least 24 months; its one option becomes Build, and Buy and Partner are added."""
    change_business_case(case, actor=actor, users_key="agents")
    build = CaseOption.objects.get(case=case)
    for key, name, unit, low, likely, high, source in DRIVERS:
        values = {"low": Decimal(low), "likely": Decimal(likely), "high": Decimal(high)}
        create_driver(case, actor=actor, key=key, name=name, unit=unit, source=source, **values)
    buy = create_option(case, actor=actor, kind="buy", name="Buy", description="A licence for every agent.")
    partner = create_option(case, actor=actor, kind="partner", name="Partner", description="Built together.")
    for option, cost, months in ((build, None, "9"), (buy, "17000", "4"), (partner, "9000", "7")):
        CaseOption.objects.filter(pk=option.pk).update(
            adoption_shape="s_curve", adoption_ceiling="ceiling", adoption_months=months, adoption_start_month=3
        )
        replace_lines(case, lines=_lines(case, cost), option=option, actor=actor)
    _staff(
        build,
        case,
        "Machine learning engineer",
        "12500",
        {index: "4" if index < 6 else "1.5" for index in range(24)},
        actor,
    )
    _staff(partner, case, "Product manager", "10500", {0: "1", 1: "1", 2: "1"}, actor)
    case.refresh_from_db()
    return case


def _lines(case: BusinessCase, licence: str | None) -> list[LineInput]:
    saved = LineInput(
        category="time_saved",
        name="Time of agents",
        settings={"formula": "agents * adoption * minutes_saved * 20 * cost_per_minute", "benefit_kind": "hard"},
    )
    kept = LineInput(
        category="retention",
        name="Happier customers",
        amounts=_monthly(case, "4500", first=8),
        settings={"benefit_kind": "soft"},
    )
    if licence is not None:
        joined = {case.start_month: Decimal(160000), add_months(case.start_month, 1): Decimal(90000)}
        integration = LineInput(category="vendor", name="Integration", amounts=joined, settings={"spend_kind": "capex"})
        licences = LineInput(category="licences", name="Licence", amounts=_monthly(case, licence))
        return [integration, licences, saved, kept]
    inference = LineInput(
        category="inference", name="Model calls", settings={"formula": "agents * adoption * tokens * token_price"}
    )
    return [
        LineInput(category="infrastructure", name="Hosting", amounts=_monthly(case, "3800")),
        inference,
        LineInput(
            category="training",
            name="Evaluation set",
            amounts={case.start_month: Decimal(42000)},
            settings={"spend_kind": "capex"},
        ),
        saved,
        kept,
    ]


def _monthly(case: BusinessCase, amount: str, *, first: int = 0) -> dict[date, Decimal]:
    return {add_months(case.start_month, index): Decimal(amount) for index in range(first, case.horizon_months)}


def _staff(option: CaseOption, case: BusinessCase, role: str, rate: str, counts: dict[int, str], actor: Actor) -> None:
    person_months = {add_months(case.start_month, index): Decimal(count) for index, count in counts.items()}
    create_staffing_line(option, role=role, monthly_rate=Decimal(rate), person_months=person_months, actor=actor)
