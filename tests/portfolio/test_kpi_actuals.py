"""Values of a KPI become the actual benefits of the approved case's line, once, and follow corrections."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portfolio.enums import ActualSource, CaseStatus, Measure
from portfolio.models import CashPeriod, KpiObservation
from portfolio.selectors.kpi_benefits import benefits_of_initiative, benefits_of_kpi
from portfolio.services.kpi_actuals import write_kpi_actuals
from portfolio.services.kpi_follow_up import bring_kpis_up_to_date
from portfolio.services.kpi_observations import ObservationInput, delete_observation, record_observations
from tenancy.models import Job
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    KpiFactory,
    KpiRollupFactory,
)

TODAY = date(2026, 4, 10)
JANUARY, FEBRUARY, MARCH, APRIL = (date(2026, month, 1) for month in range(1, 5))


def fed_line(kpi, *, value_per_unit="2.5", status=CaseStatus.APPROVED, source=ActualSource.KPI, **changes):
    case = BusinessCaseFactory(start_month=JANUARY, **changes)
    line = CashLineFactory(
        case=case,
        side="benefit",
        category="time_saved",
        benefit_kind="hard",
        actual_source=source,
        kpi=kpi,
        value_per_unit=Decimal(value_per_unit),
    )
    type(case).objects.filter(pk=case.pk).update(status=status)
    return line


def month(kpi, start, value):
    return KpiRollupFactory(kpi=kpi, period="month", period_start=start, value=value)


def actuals(line):
    rows = CashPeriod.objects.filter(line=line, measure=Measure.ACTUAL).order_by("month")
    return list(rows.values_list("month", "amount"))


def test_months_that_are_over_become_actuals_once(scope):
    kpi = KpiFactory(key="handovers")
    line = fed_line(kpi)
    for start, value in ((date(2025, 12, 1), 9), (JANUARY, 100), (MARCH, "3.333"), (APRIL, 50)):
        month(kpi, start, value)

    first = write_kpi_actuals(actor=scope, today=TODAY)
    second = write_kpi_actuals(actor=scope, today=TODAY)

    assert actuals(line) == [(JANUARY, Decimal(250)), (MARCH, Decimal("8.33"))]
    assert (first, second) == (2, 0)
    assert {row.source for row in CashPeriod.objects.all()} == {"kpi:handovers"}
    assert write_kpi_actuals(actor=scope, today=date(2026, 5, 1)) == 1


def test_month_that_lost_its_value_is_unknown_again(scope):
    kpi = KpiFactory()
    line = fed_line(kpi)
    rollup = month(kpi, JANUARY, 100)
    write_kpi_actuals(actor=scope, today=TODAY)

    rollup.delete()
    write_kpi_actuals(actor=scope, today=TODAY)

    assert actuals(line) == []


def test_observation_corrected_or_deleted_corrects_the_benefit(scope):
    kpi = KpiFactory(aggregation="sum", frequency="monthly")
    line = fed_line(kpi)

    def observe(value):
        row = ObservationInput(kpi_id=kpi.pk, observed_at=datetime(2026, 1, 5, tzinfo=UTC), source_id="a", value=value)
        record_observations(observations=[row], actor=scope)
        return bring_kpis_up_to_date(actor=scope, today=TODAY)

    observe(Decimal(10))
    before = actuals(line)
    outcome = observe(Decimal(4))
    after = actuals(line)
    delete_observation(KpiObservation.objects.get(), actor=scope)
    bring_kpis_up_to_date(actor=scope, today=TODAY)

    assert (before, after, outcome.actuals) == ([(JANUARY, Decimal(25))], [(JANUARY, Decimal(10))], 1)
    assert actuals(line) == []
    assert Job.objects.filter(name="portfolio.refresh_money").exists()


@pytest.mark.parametrize(
    "changes", [{"status": CaseStatus.DRAFT}, {"status": CaseStatus.SUPERSEDED}, {"source": ActualSource.MANUAL}]
)
def test_other_cases_and_lines_are_left_alone(scope, changes):
    kpi = KpiFactory()
    line = fed_line(kpi, **changes)
    month(kpi, JANUARY, 100)

    assert write_kpi_actuals(actor=scope, today=TODAY) == 0
    assert actuals(line) == []


def test_values_below_zero_bring_nothing_and_enormous_ones_are_unknown(scope):
    kpi = KpiFactory()
    line = fed_line(kpi, value_per_unit="999999999999")
    month(kpi, JANUARY, -5)
    month(kpi, FEBRUARY, Decimal("999999999999999999999999"))

    write_kpi_actuals(actor=scope, today=TODAY)

    assert actuals(line) == [(JANUARY, Decimal(0))]


def test_realised_benefit_compares_just_the_months_that_are_known(scope):
    kpi = KpiFactory()
    line = fed_line(kpi, status=CaseStatus.DRAFT)
    for start in (JANUARY, FEBRUARY, MARCH):
        CashPeriodFactory(line=line, month=start, amount=Decimal(200))
    type(line.case).objects.filter(pk=line.case_id).update(status=CaseStatus.APPROVED)
    month(kpi, JANUARY, 100)
    month(kpi, MARCH, 20)
    write_kpi_actuals(actor=scope, today=TODAY)

    (benefit,) = benefits_of_kpi(kpi, actor=scope, today=TODAY)

    assert [(each.plan, each.actual) for each in benefit.months] == [(200, 250), (200, None), (200, 50)]
    assert (benefit.realised, benefit.planned, benefit.share) == (300, 400, Decimal("0.75"))
    assert benefits_of_initiative(line.case.initiative, actor=scope, today=TODAY) == [benefit]
