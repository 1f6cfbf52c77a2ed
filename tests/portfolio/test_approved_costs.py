"""Budgets of a moment: those of the case decided last before it, at the rates of that day."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portfolio.enums import CaseStatus, Measure
from portfolio.models import BusinessCase
from portfolio.selectors.approved_costs import approved_costs
from portfolio.services.exchange_rates import create_exchange_rate
from tests.factories.portfolio import BusinessCaseFactory, CashLineFactory, CashPeriodFactory, InitiativeFactory

JANUARY = date(2026, 1, 1)
DECIDED = datetime(2026, 3, 1, 12, tzinfo=UTC)
BEFORE, AFTER = datetime(2026, 2, 28, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def decided(initiative, amount, at=DECIDED, *, currency="EUR", status=CaseStatus.APPROVED, **fields):
    """A case with one planned cost, and a benefit and a forecast that must not count."""
    case = BusinessCaseFactory(initiative=initiative, currency=currency, is_current=False, **fields)
    for side, category, measure in (("cost", "inference", "plan"), ("benefit", "revenue", "plan")):
        line = CashLineFactory(case=case, side=side, category=category)
        CashPeriodFactory(line=line, measure=Measure(measure), month=JANUARY, amount=Decimal(amount))
        CashPeriodFactory(line=line, measure=Measure.FORECAST, month=JANUARY, amount=Decimal(7))
    BusinessCase.objects.filter(pk=case.pk).update(status=status, decided_at=at)
    return case


def test_budget_is_that_of_the_case_decided_last_before_the_moment(scope):
    initiative = InitiativeFactory()
    decided(initiative, 100, status=CaseStatus.SUPERSEDED, revision=1)
    decided(initiative, 140, datetime(2026, 6, 1, tzinfo=UTC), revision=2)

    def at(moment):
        return approved_costs([initiative.pk], moment=moment, actor=scope).get(initiative.pk)

    assert (at(BEFORE), at(AFTER), at(datetime(2026, 7, 1, tzinfo=UTC))) == (None, Decimal(100), Decimal(140))


def test_draft_and_returned_cases_are_no_budget(scope):
    initiative = InitiativeFactory()
    decided(initiative, 100, None, status=CaseStatus.DRAFT)

    assert approved_costs([initiative.pk], moment=AFTER, actor=scope) == {}


def test_other_currencies_are_converted_at_the_rate_of_the_day_or_unknown(scope):
    dollars, francs = InitiativeFactory(), InitiativeFactory()
    decided(dollars, 100, currency="USD")
    decided(francs, 100, currency="CHF")
    create_exchange_rate(currency="USD", valid_on=date(2026, 1, 1), rate=Decimal("0.9"), actor=scope)
    create_exchange_rate(currency="USD", valid_on=date(2026, 5, 1), rate=Decimal("0.8"), actor=scope)

    found = approved_costs([dollars.pk, francs.pk], moment=AFTER, actor=scope)

    assert found == {dollars.pk: Decimal("90.00"), francs.pk: None}


@pytest.mark.parametrize("count", [0, 1, 3, 30])
def test_budgets_cost_at_most_two_queries(scope, count, django_assert_num_queries):
    initiatives = [InitiativeFactory() for _ in range(count)]
    for initiative in initiatives:
        decided(initiative, 100, currency="USD")

    with django_assert_num_queries(2 if count else 0):
        found = approved_costs([initiative.pk for initiative in initiatives], moment=AFTER, actor=scope)

    assert set(found.values()) == ({None} if count else set())
