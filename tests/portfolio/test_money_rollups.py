"""Money rolled up from approved cases: sums over the tree, one day's rates, unknown stays unknown."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.enums import CaseStatus, Measure, RollupScope, SpendStatus, Visibility
from portfolio.models import BusinessCase, MoneyRollup
from portfolio.selectors import money_rollups as reads
from portfolio.services.exchange_rates import create_exchange_rate
from portfolio.services.money_rollups import refresh_money
from tenancy.scope import tenant_scope
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
    PortfolioFactory,
    ThemeFactory,
    ValuationFactory,
)
from tests.factories.portfolio_spend import SpendGuardrailFactory

AS_OF = date(2026, 3, 15)
APPROVED_LATER = "present"
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in range(1, 5))


def approved(initiative, *, currency="EUR", npv=None, pv_costs="100", pv_benefits="200"):
    """A case that `refreshed` approves, because an approved one takes no more lines."""
    case = BusinessCaseFactory(initiative=initiative, currency=currency, inputs_digest=APPROVED_LATER)
    if npv is not None:
        ValuationFactory(case=case, npv=Decimal(npv), pv_costs=Decimal(pv_costs), pv_benefits=Decimal(pv_benefits))
    return case


def amounts(case, side="cost", **measures):
    line = CashLineFactory(case=case, side=side, category="inference" if side == "cost" else "revenue")
    for measure, months in measures.items():
        for month, amount in months.items():
            CashPeriodFactory(line=line, measure=Measure(measure), month=month, amount=Decimal(amount))
    return line


def refreshed(actor):
    written = BusinessCase.objects.filter(inputs_digest=APPROVED_LATER, status=CaseStatus.DRAFT)
    written.update(status=CaseStatus.APPROVED)
    return refresh_money(actor=actor, as_of=AS_OF)


def test_estimate_takes_what_happened_then_the_forecast_then_the_plan(scope):
    case = approved(InitiativeFactory())
    plan = {JANUARY: 100, FEBRUARY: 100, MARCH: 100, APRIL: 100}
    amounts(case, plan=plan, forecast={FEBRUARY: 90, APRIL: 130}, actual={JANUARY: 150, MARCH: 120})

    refreshed(scope)

    figures = reads.money_of_initiative(case.initiative, actor=scope)
    assert figures.plan_cost == Decimal(400)
    assert figures.forecast_cost == Decimal(100 + 90 + 100 + 130)
    assert figures.actual_cost == Decimal(270)
    assert figures.estimate_at_completion == Decimal(150 + 90 + 120 + 130)
    assert (figures.variance, figures.variance_rate) == (Decimal(90), Decimal("0.225"))
    assert figures.months_without_actual == 1


def test_running_month_comes_to_no_less_than_expected(scope):
    case = approved(InitiativeFactory())
    amounts(case, plan={MARCH: 100}, actual={MARCH: 30})

    refreshed(scope)

    assert reads.money_of_initiative(case.initiative, actor=scope).estimate_at_completion == Decimal(100)


def test_tree_sums_everything_below_and_returns_come_of_sums(scope):
    top = InitiativeFactory(level="program")
    middle = InitiativeFactory(portfolio=top.portfolio, parent=top)
    leaf = InitiativeFactory(portfolio=top.portfolio, parent=middle, level="feature")
    small = approved(middle, npv="90", pv_costs="10", pv_benefits="100")
    large = approved(leaf, npv="-500", pv_costs="1000", pv_benefits="500")
    amounts(small, plan={JANUARY: 10})
    amounts(large, plan={JANUARY: 1000}, actual={JANUARY: 900})
    amounts(large, side="benefit", actual={JANUARY: 450})

    refreshed(scope)

    found = reads.money_of_initiatives([top.pk, middle.pk, leaf.pk], actor=scope)
    assert [found[row.pk].npv for row in (top, middle, leaf)] == [Decimal(-410), Decimal(-410), Decimal(-500)]
    # The mean of the two returns, 900% and -50%, would be 425%.
    assert round(found[top.pk].roi, 4) == Decimal("-0.4059")
    assert found[leaf.pk].realised_roi == Decimal("-0.5")
    assert found[top.pk].cases == 2
    own = reads.money_of_initiatives([top.pk, middle.pk], actor=scope, scope=RollupScope.OWN)
    assert {pk: row.plan_cost for pk, row in own.items()} == {middle.pk: Decimal(10)}


def test_portfolio_theme_and_organization_count_every_initiative_once(scope):
    theme = ThemeFactory()
    parent = InitiativeFactory(theme=theme)
    child = InitiativeFactory(portfolio=parent.portfolio, parent=parent, theme=theme)
    other = InitiativeFactory()
    for initiative in (parent, child, other):
        amounts(approved(initiative, npv="50"), plan={JANUARY: 100})

    refreshed(scope)

    assert reads.money_of_portfolio(parent.portfolio, actor=scope).plan_cost == Decimal(200)
    assert reads.money_of_theme(theme, actor=scope).npv == Decimal(100)
    assert reads.money_of_organization(scope).plan_cost == Decimal(300)


def test_other_currencies_are_converted_at_the_rate_of_the_day_or_stay_unknown(scope):
    portfolio = PortfolioFactory()
    dollars, francs = (InitiativeFactory(portfolio=portfolio) for _ in range(2))
    amounts(approved(dollars, currency="USD", npv="100"), plan={JANUARY: 200})
    amounts(approved(francs, currency="CHF", npv="100"), plan={JANUARY: 70})
    create_exchange_rate(actor=scope, currency="USD", valid_on=date(2026, 1, 1), rate=Decimal("0.9"))
    create_exchange_rate(actor=scope, currency="USD", valid_on=date(2026, 3, 1), rate=Decimal("0.8"))
    create_exchange_rate(actor=scope, currency="CHF", valid_on=date(2026, 3, 16), rate=Decimal(1))

    refreshed(scope)

    unknown = reads.money_of_initiative(francs, actor=scope)
    assert (unknown.plan_cost, unknown.npv, unknown.unconverted) == (None, None, 1)
    total = reads.money_of_portfolio(portfolio, actor=scope)
    assert (total.plan_cost, total.npv) == (Decimal(160), Decimal(80))
    assert (total.cases, total.unconverted) == (2, 1)


def test_only_approved_cases_with_a_present_valuation_have_a_value(scope):
    draft = BusinessCaseFactory()
    amounts(draft, plan={JANUARY: 100})
    stale = approved(InitiativeFactory())
    amounts(stale, plan={JANUARY: 100})
    ValuationFactory(case=stale, npv=Decimal(5), inputs_digest="earlier")

    refreshed(scope)

    assert reads.money_of_initiative(draft.initiative, actor=scope).cases == 0
    found = reads.money_of_initiative(stale.initiative, actor=scope)
    assert (found.plan_cost, found.npv, found.unvalued) == (Decimal(100), None, 1)


def test_nothing_known_is_unknown_and_not_zero(scope):
    figures = reads.money_of_organization(scope)

    assert (figures.plan_cost, figures.roi, figures.variance_rate, figures.cases) == (None, None, None, 0)
    assert reads.spend_status(figures, Decimal("0.1")) == SpendStatus.UNKNOWN


def test_second_refresh_writes_nothing_and_a_case_that_goes_takes_its_rows(scope):
    case = approved(InitiativeFactory(parent=None))
    amounts(case, plan={JANUARY: 100})

    first, second = refreshed(scope), refreshed(scope)
    type(case).objects.filter(pk=case.pk).update(status=CaseStatus.SUPERSEDED)
    third = refreshed(scope)

    assert (first.written, second.written, third.removed) == (2, 0, 2)
    assert MoneyRollup.objects.count() == 0


def test_restricted_portfolios_stay_out_of_others_sums(product_manager, scope):
    hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED), theme=ThemeFactory())
    amounts(approved(hidden), plan={JANUARY: 100})
    refreshed(scope)

    with tenant_scope(product_manager):
        assert reads.money_of_theme(hidden.theme, actor=product_manager).plan_cost is None
    assert reads.money_of_theme(hidden.theme, actor=scope).plan_cost == Decimal(100)


@pytest.mark.parametrize(
    ("estimate", "threshold", "expected"),
    [
        ("110", "0.1", SpendStatus.WITHIN),
        ("110.01", "0.1", SpendStatus.OVER),
        ("89.99", "0.1", SpendStatus.UNDER),
        ("110", "0.05", SpendStatus.OVER),
        (None, "0.1", SpendStatus.UNKNOWN),
    ],
)
def test_status_says_on_which_side_of_the_guardrail(estimate, threshold, expected):
    estimated = None if estimate is None else Decimal(estimate)
    figures = reads.MoneyFigures("EUR", plan_cost=Decimal(100), estimate_at_completion=estimated)

    assert reads.spend_status(figures, Decimal(threshold)) == expected


def test_guardrail_of_the_portfolio_overrides_that_of_the_organization(scope):
    assert reads.guardrails(scope).threshold_of(None) == Decimal("0.1")
    SpendGuardrailFactory(portfolio=None, threshold=Decimal("0.2"))
    strict = SpendGuardrailFactory(threshold=Decimal("0.05"))

    table = reads.guardrails(scope)

    assert table.threshold_of(strict.portfolio_id) == Decimal("0.05")
    assert table.threshold_of(PortfolioFactory().pk) == Decimal("0.2")


@pytest.mark.parametrize("count", [1, 3, 30])
def test_reads_cost_the_same_for_any_number_of_initiatives(scope, django_assert_num_queries, count):
    for _ in range(count):
        amounts(approved(InitiativeFactory()), plan={JANUARY: 1})
    refreshed(scope)

    with django_assert_num_queries(2):
        reads.money_of_organization(scope)
        reads.guardrails(scope)
