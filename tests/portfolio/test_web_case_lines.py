"""Where the actual amounts of a line come from: chosen on the sheet, of a decided case too."""

from decimal import Decimal

import pytest

from core.errors import InvalidInputError
from portfolio.enums import ActualSource, CaseStatus
from portfolio.models import BusinessCase, CashLine
from portfolio.services.case_lines import change_line
from tenancy.models import Job, LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, CashLineFactory, KpiFactory
from tests.portfolio.page_text import text_of


@pytest.fixture
def case(product_manager) -> BusinessCase:
    with tenant_scope(product_manager):
        return BusinessCaseFactory()


def cost_of(case, **fields) -> CashLine:
    return CashLineFactory(case=case, category="inference", name="Model calls", **fields)


def benefit_of(case, **fields) -> CashLine:
    return CashLineFactory(
        case=case, side="benefit", category="time_saved", benefit_kind="hard", name="Handovers", **fields
    )


def url_of(line) -> str:
    return f"/acme/portfolio/cash-lines/{line.pk}/feed/"


def jobs() -> list[str]:
    return list(Job.objects.values_list("name", flat=True))


@pytest.mark.parametrize("status", [CaseStatus.DRAFT, CaseStatus.APPROVED])
def test_cost_is_fed_by_usage_and_the_case_keeps_its_version(client_for, product_manager, case, status):
    with tenant_scope(product_manager):
        line = cost_of(case)
        BusinessCase.objects.filter(pk=case.pk).update(status=status)
        version = BusinessCase.objects.get(pk=case.pk).version
    client = client_for(product_manager)
    sheet = client.get(f"/acme/portfolio/business-cases/{case.pk}/sheet/?measures=1")

    dialog = client.get(url_of(line))
    saved = client.post(url_of(line), {"actual_source": "usage"})

    assert url_of(line) in sheet.content.decode()
    assert "Value of one unit" not in text_of(dialog)
    assert saved.status_code == 303
    with tenant_scope(product_manager):
        line.refresh_from_db()
        assert line.actual_source == ActualSource.USAGE
        assert BusinessCase.objects.get(pk=case.pk).version == version
        assert jobs() == ["portfolio.compute_unit_costs"]
        assert LedgerEvent.objects.filter(action="cash_line.feed_changed").exists()


def test_benefit_is_fed_by_a_kpi_and_given_back_to_people(client_for, product_manager, case):
    with tenant_scope(product_manager):
        line, kpi = benefit_of(case), KpiFactory(name="Handovers summarized")
        BusinessCase.objects.filter(pk=case.pk).update(status=CaseStatus.APPROVED)
    client = client_for(product_manager)

    client.post(url_of(line), {"actual_source": "kpi", "kpi": str(kpi.pk), "value_per_unit": "2.75"})
    with tenant_scope(product_manager):
        line.refresh_from_db()
        fed = (line.actual_source, line.kpi_id, line.value_per_unit, jobs())
    again = client.get(url_of(line))
    client.post(url_of(line), {"actual_source": "manual", "kpi": str(kpi.pk), "value_per_unit": "2.75"})

    assert fed == (ActualSource.KPI, kpi.pk, Decimal("2.75"), ["portfolio.roll_up_kpis"])
    assert "Handovers summarized" in again.content.decode()
    with tenant_scope(product_manager):
        line.refresh_from_db()
        assert (line.actual_source, line.kpi_id, line.value_per_unit) == (ActualSource.MANUAL, None, None)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"actual_source": "usage"}, "actual_source"),
        ({"actual_source": "kpi"}, "kpi"),
        ({"actual_source": "kpi", "value_per_unit": "0"}, "value_per_unit"),
        ({"actual_source": "kpi", "value_per_unit": "9" * 1000}, "value_per_unit"),
        ({"actual_source": "kpi", "value_per_unit": "NaN"}, "value_per_unit"),
    ],
)
def test_feed_that_does_not_fit_a_benefit_is_refused_at_its_field(client_for, product_manager, case, fields, field):
    with tenant_scope(product_manager):
        line, kpi = benefit_of(case), KpiFactory()
    sent = {"kpi": str(kpi.pk), "value_per_unit": "2", **fields}
    if field == "kpi":
        del sent["kpi"]

    response = client_for(product_manager).post(url_of(line), sent)

    assert response.status_code in (409, 422)
    assert field in response.context["form"].errors
    with tenant_scope(product_manager):
        line.refresh_from_db()
        assert line.actual_source == ActualSource.MANUAL


def test_service_keeps_usage_from_benefits_and_kpis_from_costs(scope):
    case = BusinessCaseFactory()

    with pytest.raises(InvalidInputError, match="Only costs"):
        change_line(benefit_of(case), actual_source=ActualSource.USAGE, actor=scope)
    with pytest.raises(InvalidInputError, match="Only benefits"):
        change_line(cost_of(case), actual_source=ActualSource.KPI, kpi=KpiFactory(), value_per_unit=1, actor=scope)


def test_who_only_reads_sees_the_source_without_a_way_to_change_it(client_for, product_manager, viewer, stranger, case):
    with tenant_scope(product_manager):
        line = cost_of(case, actual_source=ActualSource.USAGE)
    with tenant_scope(stranger):
        foreign = cost_of(BusinessCaseFactory())
    client = client_for(viewer)

    sheet = client.get(f"/acme/portfolio/business-cases/{case.pk}/sheet/?measures=1")

    assert "Recorded AI usage" in text_of(sheet)
    assert url_of(line) not in sheet.content.decode()
    assert client.post(url_of(line), {"actual_source": "manual"}).status_code == 403
    assert client_for(product_manager).get(url_of(foreign)).status_code == 404
