"""The dashboard of a portfolio: twelve statements, value against risk, overruns, and the news of a week."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portfolio.enums import RollupScope, Stage
from portfolio.models import BusinessCase, MoneyRollup, Portfolio
from portfolio.selectors.dashboard import overruns, positions
from portfolio.selectors.recent_changes import MOST, ChangeKind, changes_since
from portfolio.services.initiatives import change_initiative, change_stage
from tenancy.models import LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import (
    BusinessCaseFactory,
    InitiativeFactory,
    KpiFactory,
    KpiRollupFactory,
    PortfolioFactory,
    ValuationFactory,
)
from tests.portfolio.page_text import text_of

WEEK = timedelta(days=7)


def rollup(initiative, *, budget, estimate, **figures):
    return MoneyRollup.objects.create(
        initiative=initiative,
        scope=RollupScope.OWN,
        as_of=date(2026, 6, 1),
        currency="EUR",
        plan_cost=budget,
        estimate_at_completion=estimate,
        cases=1,
        **figures,
    )


def fill(portfolio: Portfolio, count: int) -> None:
    for index in range(count):
        initiative = InitiativeFactory(portfolio=portfolio, title=f"Initiative number {index}")
        case = BusinessCaseFactory(initiative=initiative)
        ValuationFactory(case=case, npv_p50=Decimal(1000), probability_negative=0.25)
        rollup(initiative, budget=100, estimate=150, npv=1000)
        KpiRollupFactory(kpi=KpiFactory(initiative=initiative, target=5))


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_dashboard_costs_twelve_statements_for_any_number_of_initiatives(
    portfolio_page, product_manager, rows, django_assert_max_num_queries
):
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory()
        fill(portfolio, rows)
    portfolio_page(f"portfolios/{portfolio.pk}/")

    # The savepoint of the request and the settings put back at its end exist in tests only.
    with django_assert_max_num_queries(12 + 3):
        response = portfolio_page(f"portfolios/{portfolio.pk}/")

    assert response.status_code == 200
    assert "Value against risk" in text_of(response)


def test_figures_are_of_approved_cases_and_name_the_overrun(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory()
        initiative = InitiativeFactory(portfolio=portfolio, title="Dearer than thought")
        rollup(
            initiative,
            budget=1000,
            estimate=1250,
            npv=Decimal(1500000),
            actual_cost=200,
            actual_benefit=40,
            plan_benefit=100,
        )
        within = InitiativeFactory(portfolio=portfolio, title="As planned")
        rollup(within, budget=1000, estimate=1090)

    text = text_of(portfolio_page(f"portfolios/{portfolio.pk}/"))

    assert "€1.50m 2 approved cases" in text
    assert "17.0% over the budget" in text
    assert "40% of the whole plan" in text
    assert "\N{MINUS SIGN}80% return so far" in text
    assert "Dearer than thought €1.25k expected, budget €1.00k" in text
    assert "As planned €" not in text


def test_positions_are_current_simulated_cases_in_the_reporting_currency(scope, owner):
    shown = ValuationFactory(npv_p50=Decimal(70), probability_negative=0.4, total_costs=Decimal(10))
    ValuationFactory(npv_p50=None, probability_negative=None)
    ValuationFactory(case=BusinessCaseFactory(currency="USD"), currency="USD", npv_p50=1, probability_negative=0.1)
    BusinessCase.objects.filter(pk=ValuationFactory(npv_p50=1, probability_negative=0.1).case_id).update(
        inputs_digest="changed since"
    )

    (position,) = positions(owner)

    assert (position.initiative_id, position.value, position.risk) == (shown.case.initiative_id, Decimal(70), 0.4)


def test_overruns_are_beyond_the_guardrail_largest_excess_first(scope, owner):
    for budget, estimate in ((100, 111), (1000, 1500), (100, 110), (100, 60)):
        rollup(InitiativeFactory(), budget=budget, estimate=estimate)

    found = overruns(owner, threshold=Decimal("0.10"))

    assert [(row.over_by, row.rate) for row in found] == [(500, Decimal("0.5")), (11, Decimal("0.11"))]


def test_news_tells_what_is_new_moved_and_slipped(scope, owner):
    old = InitiativeFactory(title="Older", end_on=date(2027, 3, 1))
    change_stage(old, to=Stage.DISCOVERY, actor=owner, reason="Worth a look")
    old.refresh_from_db()
    change_initiative(old, actor=owner, end_on=date(2027, 3, 31))

    news = changes_since(timezone.now() - WEEK, actor=owner)

    assert [(change.kind, change.text) for change in news.changes] == [
        (ChangeKind.DATES, "Ends 30 days later"),
        (ChangeKind.STAGE, "Idea → Discovery"),
        (ChangeKind.CREATED, "New"),
    ]
    assert news.summary == "1 new, 1 changed stage, 1 slipped"
    assert news.is_complete


def test_news_of_one_portfolio_leaves_the_others_out(scope, owner):
    here, elsewhere = InitiativeFactory(), InitiativeFactory()

    news = changes_since(timezone.now() - WEEK, actor=owner, portfolio=here.portfolio)

    assert {change.initiative_id for change in news.changes} == {here.pk}
    assert elsewhere.pk not in {change.initiative_id for change in news.changes}


def test_long_news_says_that_there_is_more(scope, owner, monkeypatch):
    monkeypatch.setattr("portfolio.selectors.recent_changes.MOST", 2)
    InitiativeFactory.create_batch(4)

    news = changes_since(timezone.now() - WEEK, actor=owner)

    assert (len(news.changes), news.is_complete) == (2, False)
    assert MOST > 2
    assert LedgerEvent.objects.count() >= 4


def test_more_news_than_shown_leads_those_to_the_ledger_who_may_read_it(client_for, product_manager, director):
    with tenant_scope(product_manager):
        InitiativeFactory.create_batch(8)
    pages = {actor: client_for(actor).get("/acme/").content.decode() for actor in (product_manager, director)}

    assert "audit/?since=" in pages[director]
    assert "audit/?since=" not in pages[product_manager]
    assert "8 new" in pages[product_manager]
