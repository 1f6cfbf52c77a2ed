"""Usage becomes the actual amount of the approved case's line, in the case's currency, once."""

from datetime import date
from decimal import Decimal

from portfolio.enums import ActualSource, CaseStatus, Measure
from portfolio.models import CashPeriod, UnitCostMonth
from portfolio.services.exchange_rates import create_exchange_rate
from portfolio.services.usage_actuals import write_usage_actuals
from portfolio.services.usage_costing import cost_usage
from portfolio.services.usage_records import UsageInput, record_usage
from tenancy.models import Job
from tests.factories.portfolio import BusinessCaseFactory, CashLineFactory, InitiativeFactory
from tests.factories.portfolio_spend import ModelPriceFactory, PricedModelFactory, UnitCostMonthFactory

TODAY = date(2026, 2, 10)
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def fed_line(initiative, *, currency="EUR", source=ActualSource.USAGE, start_month=JANUARY, **changes):
    case = BusinessCaseFactory(initiative=initiative, currency=currency, start_month=start_month)
    line = CashLineFactory(case=case, category="inference", actual_source=source, **changes)
    type(case).objects.filter(pk=case.pk).update(status=CaseStatus.APPROVED)
    return line


def actuals(line):
    rows = CashPeriod.objects.filter(line=line, measure=Measure.ACTUAL).order_by("month")
    return list(rows.values_list("month", "amount", "source"))


def cost(initiative, month=JANUARY, amount="300"):
    return UnitCostMonthFactory(
        initiative=initiative, month=month, cost=None if amount is None else Decimal(amount), known_cost=Decimal(1)
    )


def test_costs_of_months_become_actuals_once(scope):
    initiative = InitiativeFactory()
    line = fed_line(initiative)
    cost(initiative, JANUARY, "300.125")
    cost(initiative, FEBRUARY, "20")

    first = write_usage_actuals(actor=scope, today=TODAY)
    second = write_usage_actuals(actor=scope, today=TODAY)

    assert actuals(line) == [(JANUARY, Decimal("300.12"), "usage"), (FEBRUARY, Decimal(20), "usage")]
    assert (first, second) == (2, 0)


def test_case_in_another_currency_takes_the_rate_of_the_last_day(scope):
    initiative = InitiativeFactory()
    line = fed_line(initiative, currency="USD")
    cost(initiative, JANUARY, "90")
    cost(initiative, FEBRUARY, "90")
    create_exchange_rate(actor=scope, currency="USD", valid_on=date(2026, 1, 31), rate=Decimal("0.9"))
    create_exchange_rate(actor=scope, currency="USD", valid_on=date(2026, 2, 20), rate=Decimal("0.5"))

    write_usage_actuals(actor=scope, today=TODAY)

    assert actuals(line) == [(JANUARY, Decimal(100), "usage"), (FEBRUARY, Decimal(100), "usage")]


def test_unknown_cost_or_rate_has_no_actual_and_takes_an_earlier_one_back(scope):
    initiative, francs = InitiativeFactory(), InitiativeFactory()
    line, other = fed_line(initiative), fed_line(francs, currency="CHF")
    cost(initiative)
    cost(francs)
    write_usage_actuals(actor=scope, today=TODAY)
    before = (len(actuals(line)), len(actuals(other)))

    UnitCostMonth.objects.filter(initiative=initiative).update(cost=None)
    write_usage_actuals(actor=scope, today=TODAY)

    assert before == (1, 0)
    assert actuals(line) == []


def test_only_the_first_line_fed_by_usage_takes_the_cost_within_the_plan(scope):
    initiative, manual = InitiativeFactory(), InitiativeFactory()
    line = fed_line(initiative, start_month=FEBRUARY, position=1)
    by_hand = fed_line(manual, source=ActualSource.MANUAL)
    for owner in (initiative, manual):
        cost(owner, JANUARY)
        cost(owner, FEBRUARY)

    write_usage_actuals(actor=scope, today=TODAY)

    assert [month for month, _, _ in actuals(line)] == [FEBRUARY]
    assert actuals(by_hand) == []


def test_usage_runs_through_to_the_case_and_asks_for_new_rollups(scope):
    initiative = InitiativeFactory()
    line = fed_line(initiative)
    model = PricedModelFactory()
    ModelPriceFactory(priced_model=model, amount=Decimal(3))
    row = UsageInput(
        initiative_id=initiative.pk,
        used_on=date(2026, 1, 20),
        source="gateway",
        source_id="a",
        provider=model.provider,
        model=model.name,
        input_tokens=2_000_000,
    )
    record_usage([row], actor=scope, today=TODAY)

    outcome = cost_usage(actor=scope, today=TODAY)

    assert actuals(line) == [(JANUARY, Decimal(6), "usage")]
    assert (outcome.days, outcome.months, outcome.actuals) == (1, 1, 1)
    assert Job.objects.filter(name="portfolio.refresh_money").count() == 1
