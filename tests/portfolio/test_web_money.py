"""Pages of business cases and KPIs: the grid, the results, the charts."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from portfolio.models import (
    BusinessCase,
    CashLine,
    CashPeriod,
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
    ValuationFactory,
)
from tests.portfolio.page_text import text_of

JANUARY = date(2026, 1, 1)


def grid_data(case, **values) -> dict[str, str]:
    return {"version": str(case.version), **{name.replace("__", "-"): value for name, value in values.items()}}


@pytest.fixture
def case(product_manager) -> BusinessCase:
    with tenant_scope(product_manager):
        return BusinessCaseFactory()


def test_grid_saves_new_lines_amounts_and_fills(client_for, product_manager, case):
    data = {
        **grid_data(case),
        "cost0-name": "Team",
        "cost0-category": "engineering",
        "cost0-2026-01": "1,000.50",
        "benefit0-name": "Sales",
        "benefit0-category": "revenue",
        "benefit0-fill": "200",
        "benefit0-2026-12": "900",
    }

    response = client_for(product_manager).post(f"/acme/portfolio/business-cases/{case.pk}/lines/?year=0", data)

    assert (response.status_code, response["Location"]) == (
        303,
        f"/acme/portfolio/business-cases/{case.pk}/?year=0#grid",
    )
    with tenant_scope(product_manager):
        lines = {line.name: line for line in CashLine.objects.all()}
        assert {(line.name, line.side) for line in lines.values()} == {("Team", "cost"), ("Sales", "benefit")}
        assert CashPeriod.objects.get(line=lines["Team"]).amount == Decimal("1000.50")
        sales = CashPeriod.objects.filter(line=lines["Sales"]).values_list("amount", flat=True)
        assert sorted(sales) == [200] * 11 + [900]
        assert Job.objects.count() == 1


def test_grid_leaves_other_years_alone_and_removes_ticked_rows(client_for, product_manager, case):
    with tenant_scope(product_manager):
        kept, gone = CashLineFactory(case=case, name="Kept"), CashLineFactory(case=case, name="Gone")
        CashPeriodFactory(line=kept, month=JANUARY, amount=5)
        CashPeriodFactory(line=kept, month=date(2027, 1, 1), amount=7)
    data = {
        **grid_data(case),
        f"{kept.pk}-name": "Kept",
        f"{kept.pk}-category": "vendor",
        f"{gone.pk}-name": "Gone",
        f"{gone.pk}-category": "engineering",
        f"{gone.pk}-remove": "on",
    }

    client_for(product_manager).post(f"/acme/portfolio/business-cases/{case.pk}/lines/?year=0", data)

    with tenant_scope(product_manager):
        assert list(CashLine.objects.values_list("name", "category")) == [("Kept", "vendor")]
        assert list(CashPeriod.objects.values_list("month", "amount")) == [(date(2027, 1, 1), 7)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-5", "An amount must not be negative; the side says whether it is paid or gained."),
        ("lots", "Write an amount such as 1200 or 1,200.50."),
        ("1,5", "Write an amount such as 1200 or 1,200.50."),
        ("NaN", "Write an amount such as 1200 or 1,200.50."),
        ("1.234", "An amount has at most two decimal places."),
    ],
)
def test_grid_shows_what_is_wrong_where_and_keeps_what_was_typed(client_for, product_manager, case, text, message):
    data = {**grid_data(case), "cost0-name": "Team", "cost0-category": "engineering", "cost0-2026-03": text}

    response = client_for(product_manager).post(f"/acme/portfolio/business-cases/{case.pk}/lines/", data)

    assert response.status_code == 422
    wrong = [cell for row in response.context["grid"].rows for cell in row.cells if cell.error]
    assert [(cell.name, cell.text, cell.error) for cell in wrong] == [("cost0-2026-03", text, message)]
    assert 'value="Team"' in response.content.decode()
    with tenant_scope(product_manager):
        assert CashLine.objects.count() == 0


def test_grid_refuses_a_stale_version_and_keeps_what_was_typed(client_for, product_manager, case):
    data = {**grid_data(case), "cost0-name": "Mine", "cost0-category": "vendor", "cost0-2026-01": "1"}
    with tenant_scope(product_manager):
        replace_lines(case, actor=product_manager, lines=[LineInput("vendor", "Theirs", {JANUARY: Decimal(2)})])

    response = client_for(product_manager).post(f"/acme/portfolio/business-cases/{case.pk}/lines/", data)

    assert response.status_code == 409
    assert 'value="Mine"' in response.content.decode()
    with tenant_scope(product_manager):
        assert CashLine.objects.get().name == "Theirs"


def test_grid_is_read_only_without_the_right(client_for, viewer, product_manager, case):
    with tenant_scope(product_manager):
        CashLineFactory(case=case)
    client = client_for(viewer)
    url = f"/acme/portfolio/business-cases/{case.pk}/lines/"

    assert "<input class=" not in client.get(url).content.decode()
    assert client.post(url, grid_data(case)).status_code in (403, 409)
    with tenant_scope(product_manager):
        assert CashLine.objects.count() == 1


def test_saved_grid_answers_htmx_with_the_results_that_then_poll(client_for, product_manager, case):
    data = {**grid_data(case), "cost0-name": "Team", "cost0-category": "vendor", "cost0-2026-01": "1"}

    response = client_for(product_manager, HX_Request="true").post(
        f"/acme/portfolio/business-cases/{case.pk}/lines/", data
    )

    body = response.content.decode()
    assert response.status_code == 200
    assert f'hx-get="/acme/portfolio/business-cases/{case.pk}/results/" hx-trigger="every 2s"' in body
    assert 'hx-swap-oob="outerHTML"' in body
    assert '<div id="case-chart" hx-swap-oob="true">' in body


def test_results_say_unknown_waiting_and_then_the_figures_with_when_and_how(client_for, product_manager, case):
    client = client_for(product_manager)
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
    assert "Computed just now , at 10.0% a year. How?" in words
    assert "every 2s" not in done.content.decode()


def test_results_without_a_rate_say_why(client_for, product_manager, case):
    with tenant_scope(product_manager):
        replace_lines(case, actor=product_manager, lines=[LineInput("engineering", "Build", {JANUARY: Decimal(1000)})])
        value_business_case(case.pk, actor=product_manager)

    words = text_of(client_for(product_manager).get(f"/acme/portfolio/business-cases/{case.pk}/results/"))

    assert "costs or benefits only, so there is no rate" in words
    assert "not within the plan" in words


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
    assert portfolio_page(f"business-cases/{case.pk}/?year=1").context["object"] == case


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
            "version": case.version,
        },
    )

    assert (case.name, case.start_month, case.currency) == ("Search", date(2026, 3, 1), "EUR")
    assert edited.status_code == 303
    with tenant_scope(product_manager):
        case.refresh_from_db()
        assert (case.currency, case.discount_rate) == ("USD", Decimal("0.2"))


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

    response = portfolio_page(f"kpis/{kpi.pk}/")

    series = next(panel for panel in response.context["shown_panels"] if panel["title"] == "By month")
    values = [value for _, value in series["context"]["series"][0][1]]
    assert (len(values), values[:-1], values[-1]) == (24, [None] * 23, 180)


def test_kpi_in_fractions_reads_as_percentages_on_page_and_chart(portfolio_page, product_manager):
    with tenant_scope(product_manager):
        kpi = KpiFactory(name="Task success", unit="fraction", target="0.85", direction="up", frequency="monthly")
        this_month = datetime.now(UTC).date().replace(day=1)
        KpiRollupFactory(kpi=kpi, period="month", period_start=this_month, value="0.882")
        refresh_standings(actor=product_manager)

    response = portfolio_page(f"kpis/{kpi.pk}/")

    monthly = next(panel for panel in response.context["shown_panels"] if panel["title"] == "By month")["context"]
    assert (monthly["unit"], monthly["series"][0][1][-1][1]) == ("%", Decimal("88.2"))
    assert (response.context["headline"]["value"], response.context["headline"]["target"]) == ("88.2%", "85%")


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
