"""Jobs of the portfolio: a valuation is stored once, a rollup may run twice or at the same time."""

import threading
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from celery import current_app
from django.db import DatabaseError, transaction

from portfolio.calc.option_results import SIMULATED
from portfolio.models import BusinessCase, KpiRollup, KpiTouchedMonth, Valuation
from portfolio.services.business_cases import request_valuation
from portfolio.services.cash_lines import LineInput, replace_lines
from portfolio.services.kpi_observations import ObservationInput, record_observations
from portfolio.services.kpi_rollups import roll_up
from portfolio.services.valuations import value_business_case
from tenancy.actor import Actor
from tenancy.enums import JobStatus
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.connections import PATIENCE_S, begin, together
from tests.factories.portfolio import BusinessCaseFactory, CashLineFactory, KpiFactory
from tests.portfolio.selection_cases import run_job

JANUARY = date(2026, 1, 1)
ANNUAL = LineInput("engineering", "Build", {JANUARY: Decimal(1000)})
RETURN = LineInput("revenue", "Sales", {date(2027, 1, 1): Decimal(1210)})
# Figures these cases cannot have: they plan amounts only, without drivers, adoption curve or anything counted.
UNASKED = {
    **dict.fromkeys(SIMULATED, "no_uncertainty"),
    "break_even_adoption": "no_adoption",
    "cost_per_user": "not_counted",
    "cost_per_thousand_actions": "not_counted",
}


@pytest.fixture
def case(scope) -> BusinessCase:
    """1000 today, 1210 a year later, at 10%: worth 100 today, 21% a year."""
    return replace_lines(BusinessCaseFactory(), actor=scope, lines=[ANNUAL, RETURN])


def test_valuation_of_a_known_case(case):
    job = run_job(Job.objects.get())

    valuation = Valuation.objects.get()
    assert job.status == JobStatus.SUCCEEDED
    assert job.result == {"valuation_id": str(valuation.pk)}
    assert valuation.npv == Decimal("100.00")
    assert valuation.irr == pytest.approx(0.21)
    assert valuation.roi == pytest.approx(0.1)
    assert valuation.profitability_index == pytest.approx(1.1)
    assert valuation.payback_months == pytest.approx(11 + 1000 / 1210)
    assert (valuation.total_costs, valuation.total_benefits) == (Decimal(1000), Decimal(1210))
    assert (valuation.pv_costs, valuation.pv_benefits) == (Decimal(1000), Decimal(1100))
    assert (valuation.currency, valuation.discount_rate) == ("EUR", Decimal("0.1"))
    assert (valuation.case_version, valuation.job_id) == (case.version, job.pk)


def test_valuation_explains_itself(case):
    run_job(Job.objects.get())

    explanation = Valuation.objects.get().explanation
    assert explanation["function"] == "portfolio.calc.option_results.value_option"
    assert explanation["formulas"].keys() >= {
        "discounted_payback_months",
        "irr",
        "npv",
        "payback_months",
        "profitability_index",
        "roi",
    }
    assert explanation["inputs"]["start_month"] == "2026-01-01"
    assert explanation["inputs"]["costs"][0] == "1000.00"
    assert [line["name"] for line in explanation["inputs"]["lines"]] == ["Build", "Sales"]
    assert explanation["reasons"] == UNASKED


def test_valuation_job_delivered_twice_makes_one_row(case):
    job = Job.objects.get()

    run_job(job)
    run_job(job)

    assert Valuation.objects.count() == 1
    assert job.attempts == 1


def test_two_valuation_jobs_of_the_same_inputs_make_one_row(case, scope):
    run_job(Job.objects.get())
    first = Valuation.objects.get()

    run_job(request_valuation(case, actor=scope))

    assert Valuation.objects.get() == first


def test_inputs_that_come_back_are_shown_with_their_first_valuation(case, scope):
    run_job(Job.objects.get())
    dearer = [LineInput("engineering", "Build", {JANUARY: Decimal(1100)}), RETURN]
    replace_lines(case, actor=scope, lines=dearer)
    run_job(Job.objects.latest("created_at"))
    shown = BusinessCase.objects.with_valuation()
    assert shown.get().npv == Decimal("0.00")

    replace_lines(case, actor=scope, lines=[ANNUAL, RETURN])

    assert shown.get().npv == Decimal("100.00")
    assert Valuation.objects.count() == 2


def test_case_changed_after_its_valuation_has_none_until_the_job_ran(case, scope):
    run_job(Job.objects.get())

    replace_lines(case, actor=scope, lines=[ANNUAL])

    assert BusinessCase.objects.with_valuation().get().npv is None


def test_figures_without_an_answer_are_none_with_a_reason(scope):
    case = replace_lines(BusinessCaseFactory(), actor=scope, lines=[ANNUAL])

    valuation = value_business_case(case.pk, actor=scope)

    assert (valuation.npv, valuation.roi) == (Decimal(-1000), pytest.approx(-1))
    assert (valuation.irr, valuation.irr_reason) == (None, "no_sign_change")
    assert (valuation.payback_months, valuation.discounted_payback_months) == (None, None)
    assert valuation.explanation["reasons"] == UNASKED | {
        "irr": "no_sign_change",
        "mirr": "no_sign_change",
        "payback_months": "never_recovered",
        "discounted_payback_months": "never_recovered",
    }


def test_benefits_alone_have_no_return_on_nothing(scope):
    case = replace_lines(BusinessCaseFactory(), actor=scope, lines=[RETURN])

    valuation = value_business_case(case.pk, actor=scope)

    assert (valuation.roi, valuation.profitability_index, valuation.payback_months) == (None, None, None)
    assert valuation.explanation["reasons"]["roi"] == "no_costs"


def test_case_without_lines_is_unknown_not_zero(scope):
    case = BusinessCaseFactory()
    CashLineFactory(case=case)

    assert value_business_case(case.pk, actor=scope) is None
    assert Valuation.objects.count() == 0


def test_planned_zeros_are_known(scope):
    case = replace_lines(
        BusinessCaseFactory(), actor=scope, lines=[LineInput("engineering", "Free", {JANUARY: Decimal(0)})]
    )

    valuation = value_business_case(case.pk, actor=scope)

    assert (valuation.npv, valuation.irr_reason) == (Decimal(0), "no_cash_flow")


def test_case_deleted_before_its_job_ran_leaves_nothing(case, scope):
    job = Job.objects.get()
    BusinessCase.objects.filter(pk=case.pk).delete()

    run_job(job)

    assert (job.status, job.result) == (JobStatus.SUCCEEDED, {"valuation_id": None})


def test_valuation_cannot_be_changed_even_by_sql(case, scope):
    value_business_case(case.pk, actor=scope)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Valuation.objects.update(npv=1)


def test_extreme_amounts_and_rates_still_fit_the_columns(scope):
    case = BusinessCaseFactory(discount_rate=Decimal("-0.5"), horizon_months=240)
    most = Decimal("9999999999999999.99")
    line = LineInput("revenue", "All", {date(2045, 12, 1): most})

    valuation = value_business_case(replace_lines(case, actor=scope, lines=[line]).pk, actor=scope)

    assert valuation.npv > most


def observation(kpi, value, *, source_id="1", at=datetime(2026, 1, 5, 12, tzinfo=UTC)) -> ObservationInput:
    return ObservationInput(kpi_id=kpi.pk, observed_at=at, value=Decimal(value), source_id=source_id)


def test_rollup_job_runs_after_an_ingest_and_twice_changes_nothing(scope):
    kpi = KpiFactory()
    record_observations(observations=[observation(kpi, 4)], actor=scope)
    job = Job.objects.get()
    assert (job.name, job.created_by_id) == ("portfolio.roll_up_kpis", None)

    run_job(job)

    assert job.result == {"days": 1, "written": 4, "removed": 0, "refreshed": 1, "actuals": 0}
    assert (KpiTouchedMonth.objects.count(), KpiRollup.objects.count()) == (0, 4)
    assert roll_up(actor=scope).written == 0


def test_fan_out_rolls_up_every_organization(organization, owner, stranger, monkeypatch):
    sent = []
    monkeypatch.setattr(
        current_app.tasks["portfolio.roll_up_kpis"],
        "apply_async",
        lambda kwargs, headers: sent.append(headers["organization_id"]),
    )

    current_app.tasks["portfolio.fan_out_rollups"].apply(throw=True)

    assert sorted(sent) == sorted([str(owner.organization_id), str(stranger.organization_id)])


@pytest.mark.django_db(transaction=True)
def test_two_rollup_workers_at_once_do_the_work_once(owner):
    with tenant_scope(owner):
        kpi = KpiFactory(aggregation="sum")
        rows = [observation(kpi, 1, source_id=str(n), at=datetime(2026, 1, 1 + n % 28, tzinfo=UTC)) for n in range(280)]
        record_observations(observations=rows, actor=owner)

    results = together(*[(Actor.system(owner.organization), lambda system: roll_up(actor=system))] * 2)

    assert sorted((result.days, result.written) for result in results) == [(0, 0), (28, 35)]
    with tenant_scope(owner):
        month = KpiRollup.objects.get(period="month")
        assert (month.value, month.count, month.period_start) == (Decimal(280), 280, JANUARY)
        assert set(KpiRollup.objects.filter(period="day").values_list("value", "count")) == {(Decimal(10), 10)}


@pytest.mark.django_db(transaction=True)
def test_rows_of_an_ingest_still_open_are_rolled_up_by_the_next_run(owner):
    with tenant_scope(owner):
        kpi = KpiFactory(aggregation="sum")
        record_observations(observations=[observation(kpi, 1)], actor=owner)
    done, finish = threading.Event(), threading.Event()

    def ingest_slowly():
        with tenant_scope(owner):
            record_observations(observations=[observation(kpi, 2, source_id="late")], actor=owner)
            done.set()
            assert finish.wait(PATIENCE_S)

    ingest = begin(ingest_slowly)
    assert done.wait(PATIENCE_S)
    with tenant_scope(owner):
        roll_up(actor=owner)
        before = KpiRollup.objects.get(period="month").value
    finish.set()
    ingest.result(PATIENCE_S)
    with tenant_scope(owner):
        roll_up(actor=owner)

        assert (before, KpiRollup.objects.get(period="month").value) == (Decimal(1), Decimal(3))
