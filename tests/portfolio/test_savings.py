"""The backlog of savings: what a change really saved, and what cannot be said yet."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from core.errors import DuplicateError, NotPermittedError
from portfolio.calc.savings import DAYS_A_MONTH, DailyUse, realised_saving
from portfolio.enums import OptimizationLever, OptimizationStatus, Visibility
from portfolio.models import CostOptimization
from portfolio.services.cost_optimizations import (
    change_cost_optimization,
    create_cost_optimization,
    delete_cost_optimization,
    measure_savings_of,
)
from portfolio.services.portfolios import share_portfolio
from portfolio.services.spend_guardrails import (
    change_spend_guardrail,
    create_spend_guardrail,
    delete_spend_guardrail,
)
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_spend import CostOptimizationFactory, UnitCostDayFactory

LIVE_ON = date(2026, 3, 1)


def days(count, cost, requests=None):
    return [DailyUse(None if cost is None else Decimal(cost), requests)] * count


def test_saving_is_cost_per_request_at_present_volume():
    saving = realised_saving(days(10, "100", 1000), days(10, "160", 2000))

    # 10 ct a request before, 8 ct after, 2,000 requests a day: 40 a day, although the bill rose by 60.
    assert saving.monthly == 40 * DAYS_A_MONTH


def test_dearer_requests_are_a_negative_saving():
    assert realised_saving(days(10, "100", 1000), days(10, "60", 500)).monthly == -10 * DAYS_A_MONTH


def test_without_requests_daily_cost_is_compared():
    saving = realised_saving(days(10, "100"), days(10, "60", 500))

    assert saving.monthly == 40 * DAYS_A_MONTH
    assert saving.basis == "Cost a day before and after; requests are not counted."


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (days(6, "1", 1), days(10, "1", 1), "before it went live; there are 6."),
        (days(10, "1", 1), days(10, None, 1), "after it went live; there are 0."),
        ([], [], "before it went live; there are 0."),
    ],
)
def test_too_few_known_days_are_said(before, after, said):
    saving = realised_saving(before, after)

    assert saving.monthly is None
    assert saving.basis.endswith(said)


def test_no_requests_at_all_falls_back_on_daily_cost():
    assert realised_saving(days(7, "2", 0), days(7, "1", 0)).monthly == DAYS_A_MONTH


def item(actor, initiative, **changes):
    fields = {"name": "Cache answers", "lever": OptimizationLever.CACHING, "expected_monthly_saving": Decimal(1000)}
    return create_cost_optimization(actor=actor, initiative=initiative, **{**fields, **changes})


def test_live_item_is_measured_from_the_days_around_its_start(scope):
    initiative = InitiativeFactory()
    for offset in range(-30, 10):
        cost = Decimal(50) if offset < -28 else Decimal(100) if offset < 0 else Decimal(60)
        UnitCostDayFactory(
            initiative=initiative, day=LIVE_ON + timedelta(days=offset), cost=cost, known_cost=cost, requests=10
        )

    planned = item(scope, initiative)
    assert planned.realised_monthly_saving is None
    live = change_cost_optimization(planned, actor=scope, status=OptimizationStatus.LIVE, effective_on=LIVE_ON)

    assert live.realised_monthly_saving == Decimal("1217.48")
    assert live.realised_currency == "EUR"
    assert measure_savings_of([initiative.pk], actor=scope) == 0


def test_live_item_needs_its_day(scope):
    with pytest.raises(ValidationError) as refused:
        item(scope, InitiativeFactory(), status=OptimizationStatus.LIVE)

    assert "Say since when it is live" in str(refused.value)


def test_name_is_unique_in_the_initiative_and_amounts_are_bounded(scope):
    initiative = InitiativeFactory()
    item(scope, initiative)

    with pytest.raises(DuplicateError):
        item(scope, initiative)
    with pytest.raises(ValidationError):
        item(scope, initiative, name="Other", expected_monthly_saving=Decimal(-1))


def test_item_goes(scope):
    delete_cost_optimization(item(scope, InitiativeFactory()), actor=scope)

    assert CostOptimization.objects.count() == 0


def test_view_only_share_and_viewer_may_not_write(product_manager, viewer, scope):
    portfolio = PortfolioFactory(visibility=Visibility.RESTRICTED)
    member = Membership.objects.get(user=product_manager.user)
    share_portfolio(portfolio, membership=member, actor=scope, may_change=False)
    existing = CostOptimizationFactory(initiative=InitiativeFactory(portfolio=portfolio))

    with tenant_scope(product_manager):
        with pytest.raises(NotPermittedError):
            item(product_manager, existing.initiative)
        with pytest.raises(NotPermittedError):
            change_cost_optimization(existing, actor=product_manager, name="Mine")
    with tenant_scope(viewer), pytest.raises(NotPermittedError):
        item(viewer, existing.initiative)


def test_guardrail_is_one_per_portfolio_and_one_of_the_organization(scope):
    portfolio = PortfolioFactory()
    general = create_spend_guardrail(actor=scope, threshold=Decimal("0.15"))
    create_spend_guardrail(actor=scope, portfolio=portfolio, threshold=Decimal("0.05"))

    for taken in (None, portfolio):
        with pytest.raises(DuplicateError):
            create_spend_guardrail(actor=scope, portfolio=taken)
    assert change_spend_guardrail(general, actor=scope, threshold=Decimal("0.2")).threshold == Decimal("0.2")
    delete_spend_guardrail(general, actor=scope)
    create_spend_guardrail(actor=scope)


@pytest.mark.parametrize("threshold", ["-0.01", "10.1", "NaN"])
def test_impossible_guardrails_are_refused(scope, threshold):
    with pytest.raises(ValidationError) as refused:
        create_spend_guardrail(actor=scope, threshold=Decimal(threshold))

    assert list(refused.value.message_dict) == ["threshold"]


def test_product_manager_sets_no_guardrail(product_manager):
    with tenant_scope(product_manager), pytest.raises(NotPermittedError):
        create_spend_guardrail(actor=product_manager)


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_day_outside_the_calendar_is_refused_at_its_field(client_for, owner, day):
    with tenant_scope(owner):
        initiative = InitiativeFactory()
    fields = {"initiative": initiative.pk, "name": "Cache", "lever": "caching", "status": "live", "currency": "EUR"}

    refused = client_for(owner).post("/acme/portfolio/cost-savings/new/", {**fields, "effective_on": day})

    assert refused.status_code == 422
    assert "runs from 1900 to 2199" in refused.context["form"].errors["effective_on"][0]
    with tenant_scope(owner):
        assert not CostOptimization.objects.exists()
