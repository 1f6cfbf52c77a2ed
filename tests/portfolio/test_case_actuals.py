"""Actual and forecast amounts: who may record them, from where, and that the same again changes nothing."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import ActualSource, CaseStatus, Measure
from portfolio.models import BusinessCase, CashPeriod
from portfolio.services.actuals import record_actuals, record_forecast
from portfolio.validators import add_months
from tenancy.enums import Role
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, CashLineFactory, CashPeriodFactory, KpiFactory

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


def amounts_of(line, measure):
    rows = CashPeriod.objects.filter(line=line, measure=measure)
    return {row.month: row.amount for row in rows}


def test_actuals_stand_beside_the_plan_and_the_same_again_changes_nothing(scope):
    line = CashLineFactory()
    CashPeriodFactory(line=line, month=JANUARY, amount=Decimal(100))

    record_actuals(line, {date(2026, 1, 20): Decimal("120.50"), FEBRUARY: Decimal(80)}, source="manual", actor=scope)
    again = record_actuals(line, {JANUARY: Decimal("120.50")}, source="manual", actor=scope)
    corrected = record_actuals(line, {JANUARY: Decimal(130), FEBRUARY: None}, source="manual", actor=scope)

    assert amounts_of(line, Measure.PLAN) == {JANUARY: Decimal(100)}
    assert amounts_of(line, Measure.ACTUAL) == {JANUARY: Decimal(130)}
    assert again == []
    assert [row.month for row in corrected] == [JANUARY]


def test_forecast_is_kept_within_the_plan_and_none_returns_to_it(scope):
    line = CashLineFactory(case=BusinessCaseFactory(horizon_months=2))

    record_forecast(line, {JANUARY: Decimal(90), FEBRUARY: Decimal(95)}, actor=scope)
    record_forecast(line, {JANUARY: None}, actor=scope)
    with pytest.raises(InvalidInputError, match="2026-01 to 2026-02") as refusal:
        record_forecast(line, {date(2026, 3, 1): Decimal(1)}, actor=scope)

    assert refusal.value.pointer == "amounts/2026-03"
    assert amounts_of(line, Measure.FORECAST) == {FEBRUARY: Decimal(95)}


def test_actuals_of_an_approved_case_are_recorded_while_its_plan_stays(scope):
    line = CashLineFactory()
    BusinessCase.objects.filter(pk=line.case_id).update(status=CaseStatus.APPROVED)

    record_actuals(line, {JANUARY: Decimal(5)}, source="manual", actor=scope)

    assert amounts_of(line, Measure.ACTUAL) == {JANUARY: Decimal(5)}


@pytest.mark.parametrize(("status", "jobs"), [(CaseStatus.APPROVED, 1), (CaseStatus.DRAFT, 0)])
def test_amounts_of_an_approved_case_have_the_rolled_up_money_refreshed_once(owner, actor_with, status, jobs):
    with tenant_scope(owner):
        line = CashLineFactory()
        BusinessCase.objects.filter(pk=line.case_id).update(status=status)

    # Contributors record amounts without the right to refresh money themselves.
    contributor = actor_with(Role.CONTRIBUTOR)
    with tenant_scope(contributor):
        record_forecast(line, {JANUARY: Decimal(7)}, actor=contributor)
        record_actuals(line, {JANUARY: Decimal(5)}, source="manual", actor=contributor)
        requested = Job.objects.filter(name="portfolio.refresh_money").count()
        Job.objects.all().delete()
        record_actuals(line, {JANUARY: Decimal(5)}, source="manual", actor=contributor)

        assert (requested, Job.objects.count()) == (jobs, 0)


@pytest.mark.parametrize(
    ("month", "amount", "message"),
    [
        (date(2126, 1, 1), Decimal(1), "are recorded from"),
        (date(1926, 1, 1), Decimal(1), "are recorded from"),
        (JANUARY, Decimal("NaN"), "must not be negative"),
        (JANUARY, Decimal("Infinity"), "must not be negative"),
        (JANUARY, Decimal("-1"), "must not be negative"),
        (JANUARY, Decimal("1.001"), "two decimal places"),
        (JANUARY, Decimal("9" * 1000), "at most"),
    ],
)
def test_actuals_that_cannot_be_are_refused_at_their_month(scope, month, amount, message):
    line = CashLineFactory()

    with pytest.raises(InvalidInputError, match=message) as refusal:
        record_actuals(line, {month: amount}, source="manual", actor=scope)

    assert refusal.value.pointer == f"amounts/{month:%Y-%m}"
    assert not CashPeriod.objects.filter(line=line).exists()


def test_next_month_has_no_actual_yet(scope):
    line = CashLineFactory()
    next_month = add_months(timezone.now().date(), 1)

    with pytest.raises(InvalidInputError, match="are recorded from"):
        record_actuals(line, {next_month: Decimal(1)}, source="manual", actor=scope)


def test_a_line_fed_by_a_kpi_takes_amounts_from_there_only(scope):
    line = CashLineFactory(
        side="benefit", category="revenue", actual_source=ActualSource.KPI, kpi=KpiFactory(), value_per_unit=2
    )

    with pytest.raises(InvalidInputError, match="come from: A KPI") as refusal:
        record_actuals(line, {JANUARY: Decimal(1)}, source="manual", actor=scope)
    record_actuals(line, {JANUARY: Decimal(8)}, source="kpi:2026-01", actor=scope)

    assert refusal.value.pointer == "source"
    assert list(CashPeriod.objects.values_list("source", "amount")) == [("kpi:2026-01", Decimal(8))]


@pytest.mark.parametrize(("role", "may"), [(Role.FINANCE, True), (Role.PRODUCT_MANAGER, True), (Role.VIEWER, False)])
def test_rights_to_record(organization, owner, actor_with, role, may):
    actor = actor_with(role)
    with tenant_scope(owner):
        line = CashLineFactory()

    with tenant_scope(actor):
        if may:
            assert len(record_actuals(line, {JANUARY: Decimal(1)}, source="manual", actor=actor)) == 1
        else:
            with pytest.raises(NotPermittedError):
                record_actuals(line, {JANUARY: Decimal(1)}, source="manual", actor=actor)
