"""Pages of business cases and KPIs: the grid, the results, the charts."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portfolio.models import (
    BusinessCase,
    KpiObservation,
)
from portfolio.services.cash_lines import LineInput, replace_lines
from portfolio.services.kpi_standings import refresh_standings
from portfolio.services.valuations import value_business_case
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
    KpiFactory,
    KpiRollupFactory,
    ThemeFactory,
    ValuationFactory,
)
from tests.factories.portfolio_spend import MoneyRollupFactory
from tests.portfolio.page_text import text_of

HTMX = {"HX-Request": "true"}
JANUARY = date(2026, 1, 1)


@pytest.fixture
def case(product_manager) -> BusinessCase:
    with tenant_scope(product_manager):
        return BusinessCaseFactory()


def test_results_say_unknown_waiting_and_then_the_figures_with_when_and_how(client_for, product_manager, case):
    client = client_for(product_manager, **HTMX)
    url = f"/acme/portfolio/business-cases/{case.pk}/results/"

    unknown = client.get(url)
    with tenant_scope(product_manager):
        lines = [
            LineInput("engineering", "Build", {JANUARY: Decimal(1000)}),
            LineInput("revenue", "Sales", {date(2027, 1, 1): Decimal(1210)}),
        ]
        replace_lines(case, actor=product_manager, lines=lines)
    waiting = client.get(url)
    with tenant_scope(product_manager):
        value_business_case(case.pk, actor=product_manager)
    done = client.get(url)

    assert "Its value is unknown: there is no amount yet." in text_of(unknown)
    assert "every 2s" not in unknown.content.decode()
    assert "The valuation is on its way." in text_of(waiting)
    assert "every 2s" in waiting.content.decode()
    words = text_of(done)
    assert "€100" in words
    assert "21.0%" in words
    assert "Computed just now at 10.0% a year" in words
    assert "every 2s" not in done.content.decode()


def test_results_without_a_rate_say_why(client_for, product_manager, case):
    with tenant_scope(product_manager):
        replace_lines(case, actor=product_manager, lines=[LineInput("engineering", "Build", {JANUARY: Decimal(1000)})])
        value_business_case(case.pk, actor=product_manager)

    words = text_of(client_for(product_manager, **HTMX).get(f"/acme/portfolio/business-cases/{case.pk}/results/"))

    assert "The net cash flow never changes its sign" in words
    assert "What is put in is not recovered within the horizon." in words


def test_valuing_by_hand_starts_a_job_or_says_why_not(client_for, product_manager, case):
    client = client_for(product_manager)
    url = f"/acme/portfolio/business-cases/{case.pk}/value/"

    client.post(url)
    with tenant_scope(product_manager):
        assert Job.objects.count() == 0
        replace_lines(case, actor=product_manager, lines=[LineInput("vendor", "Us", {JANUARY: Decimal(1)})])
    response = client.post(url)

    assert response.status_code == 303
    with tenant_scope(product_manager):
        assert Job.objects.count() == 2


def test_business_case_page_shows_chart_grid_and_history_of_values(portfolio_page, product_manager, case):
    with tenant_scope(product_manager):
        CashPeriodFactory(line=CashLineFactory(case=case))
        ValuationFactory(case=case)

    assert portfolio_page(f"business-cases/{case.pk}/").status_code == 200
    assert "€100.00" in text_of(portfolio_page(f"business-cases/{case.pk}/?tab=valuations"))


def test_business_case_is_created_with_defaults_and_edited(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        initiative = InitiativeFactory(title="Search")

    created = client.post(
        "/acme/portfolio/business-cases/new/",
        {"initiative": initiative.pk, "name": "", "start_month": "2026-03-20", "horizon_months": "24"},
    )
    with tenant_scope(product_manager):
        case = BusinessCase.objects.get()
    edited = client.post(
        f"{created['Location']}edit/",
        {
            "name": "Search",
            "currency": "USD",
            "discount_rate": "0.2",
            "start_month": "2026-03-01",
            "horizon_months": "24",
            "users_key": "agents",
            "trials": "5000",
            "simulation_seed": "7",
            "version": case.version,
        },
    )

    assert (case.name, case.start_month, case.currency) == ("Search", date(2026, 3, 1), "EUR")
    assert edited.status_code == 303
    with tenant_scope(product_manager):
        case.refresh_from_db()
        assert (case.currency, case.discount_rate) == ("USD", Decimal("0.2"))
        assert (case.users_key, case.trials, case.simulation_seed) == ("agents", 5000, 7)


def test_second_case_is_made_current(client_for, product_manager, case):
    with tenant_scope(product_manager):
        second = BusinessCaseFactory(initiative=case.initiative, revision=2, is_current=False)

    client_for(product_manager).post(f"/acme/portfolio/business-cases/{second.pk}/make-current/")

    with tenant_scope(product_manager):
        assert BusinessCase.objects.current().get() == second


def test_kpi_page_leaves_gaps_where_nothing_was_observed(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        kpi = KpiFactory(name="Latency", unit="ms", target=200, direction="down")
        KpiRollupFactory(kpi=kpi, period="month", period_start=datetime.now(UTC).date().replace(day=1), value=180)

    response = portfolio_page(f"kpis/{kpi.pk}/?period=month")

    series = next(panel for panel in response.context["shown_panels"] if panel["title"] == "Course")
    values = [value for _, value in series["context"]["series"][0][1]]
    assert (len(values), values[:-1], values[-1]) == (24, [None] * 23, 180)


def test_kpi_in_fractions_reads_as_percentages_on_page_and_chart(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        kpi = KpiFactory(name="Task success", unit="fraction", target="0.85", direction="up", frequency="monthly")
        this_month = datetime.now(UTC).date().replace(day=1)
        KpiRollupFactory(kpi=kpi, period="month", period_start=this_month, value="0.882")
        refresh_standings(actor=product_manager)

    response = portfolio_page(f"kpis/{kpi.pk}/")

    monthly = next(panel for panel in response.context["shown_panels"] if panel["title"] == "Course")["context"]
    assert (monthly["unit"], monthly["series"][0][1][-1][1]) == ("%", Decimal("88.2"))
    assert (response.context["headline"]["value"], response.context["headline"]["target"]) == ("88.2%", "≥ 85%")


def test_value_is_added_by_hand_and_corrected_by_adding_it_again(client_for, product_manager):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        kpi = KpiFactory()
    url = f"/acme/portfolio/kpis/{kpi.pk}/observe/"

    for value in ("5", "6"):
        assert client.post(url, {"observed_on": "2026-01-05", "value": value}).status_code == 303

    with tenant_scope(product_manager):
        observation = KpiObservation.objects.get()
        assert (observation.value, observation.observed_at) == (6, datetime(2026, 1, 5, 12, tzinfo=UTC))


def test_theme_shows_the_money_of_its_approved_cases(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory(theme=ThemeFactory())
        MoneyRollupFactory(initiative=initiative, scope="own", npv=Decimal(250_000), cases=1)
        empty = ThemeFactory()

    assert "€250k" in text_of(portfolio_page(f"themes/{initiative.theme_id}/"))
    assert "None of its initiatives has an approved business case" in text_of(portfolio_page(f"themes/{empty.pk}/"))
