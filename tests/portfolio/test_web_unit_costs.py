"""Pages of the price book, usage and unit economics."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from portfolio.enums import CaseStatus, Visibility
from portfolio.models import BusinessCase, ExchangeRate, ModelPrice, UsageRecord, UsageTouchedDay
from portfolio.services.money_rollups import refresh_money
from tenancy.scope import tenant_scope
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
    PortfolioFactory,
)
from tests.factories.portfolio_spend import (
    CostOptimizationFactory,
    ExchangeRateFactory,
    ModelPriceFactory,
    PricedModelFactory,
    SpendGuardrailFactory,
    UnitCostDayFactory,
    UnitCostMonthFactory,
    UsageRecordFactory,
)
from tests.portfolio.page_text import text_of

# One of them opens the transaction the test itself is in; the session, its person and the membership come first.
OVERVIEW_QUERIES = 14


def this_month() -> date:
    return timezone.now().date().replace(day=1)


def over_budget(initiative):
    case = BusinessCaseFactory(initiative=initiative)
    line = CashLineFactory(case=case, category="inference")
    CashPeriodFactory(line=line, month=date(2026, 1, 1), amount=Decimal(100))
    CashPeriodFactory(line=line, month=date(2026, 1, 1), measure="actual", amount=Decimal(150))
    BusinessCase.objects.filter(pk=case.pk).update(status=CaseStatus.APPROVED)


def test_overview_shows_costs_spikes_gaps_and_budgets_that_do_not_hold(product_manager, portfolio_page):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory(key="AI-7", title="Drafting")
        UnitCostMonthFactory(
            initiative=initiative, month=this_month(), cost=Decimal(1200), requests=1_000_000, actions=400, days=3
        )
        spike_on = timezone.now().date() - timedelta(days=2)
        UnitCostDayFactory(
            initiative=initiative, day=spike_on, cost=Decimal(900), usual_cost=Decimal(300), is_spike=True
        )
        UsageRecordFactory(initiative=initiative, priced_model__name="preview", used_on=date(2026, 1, 3))
        UnitCostDayFactory(initiative=initiative, day=date(2026, 1, 3), cost=None, known_cost=0, unknown_parts=1)
        over_budget(initiative)
        refresh_money(actor=product_manager, as_of=date(2026, 3, 1))

    said = text_of(portfolio_page("unit-economics/"))

    assert "AI-7 Drafting" in said
    assert "€1,200.00" in said
    assert "€0.00120" in said
    assert "€900.00" in said
    assert "No price for input tokens" in said
    assert "50.0%" in said
    assert "Over budget" in said


def test_overview_without_usage_says_what_to_do(portfolio_page):
    assert "No usage yet" in text_of(portfolio_page("unit-economics/"))


def test_hidden_initiatives_cost_nothing_one_can_see(product_manager, portfolio_page):
    with tenant_scope(product_manager):
        hidden = InitiativeFactory(title="Secret", portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        UnitCostMonthFactory(initiative=hidden, month=this_month())

    assert "Secret" not in text_of(portfolio_page("unit-economics/"))
    assert portfolio_page(f"initiatives/{hidden.pk}/unit-economics/").status_code == 404


def test_initiative_shows_its_months_and_savings_and_its_own_page_the_panel(product_manager, portfolio_page):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
        UnitCostMonthFactory(initiative=initiative, month=this_month(), cost=Decimal(1200), active_users=400)
        CostOptimizationFactory(initiative=initiative, name="Cache answers")

    page = text_of(portfolio_page(f"initiatives/{initiative.pk}/unit-economics/"))

    assert "€3.00" in page
    assert "Cache answers" in page
    assert "AI cost and budget" in text_of(portfolio_page(f"initiatives/{initiative.pk}/"))


def test_panel_of_unknown_cost_and_budget_is_one_line(product_manager, portfolio_page):
    with tenant_scope(product_manager):
        initiative = InitiativeFactory()
        UnitCostMonthFactory(initiative=initiative, month=this_month(), cost=None, known_cost=0, unknown_days=3)

    said = text_of(portfolio_page(f"initiatives/{initiative.pk}/"))

    assert "It uses models, but what that costs is not known yet, and it has no approved budget." in said
    assert "Per active user" not in said


def test_model_shows_the_steps_of_its_prices(product_manager, portfolio_page):
    with tenant_scope(product_manager):
        model = PricedModelFactory(provider="Northlight", name="lumen-2")
        ModelPriceFactory(priced_model=model, amount=Decimal("2.5"), valid_from=date(2025, 1, 1))
        ModelPriceFactory(priced_model=model, amount=Decimal("0.075"), valid_from=date(2026, 1, 1))

    said = text_of(portfolio_page(f"price-book/{model.pk}/"))

    assert "Today €0.075 per 1,000,000, since" in said
    assert "€2.50 per 1,000,000" in said


def test_what_if_compares_and_refuses_nonsense(product_manager, portfolio_page):
    with tenant_scope(product_manager):
        model = ModelPriceFactory(amount=Decimal(2)).priced_model
        used_on = timezone.now().date() - timedelta(days=1)
        UsageRecordFactory(priced_model=model, used_on=used_on, input_tokens=30_000_000)
    address = f"price-book/{model.pk}/what-if/"
    query = "?kind=input&amount=3&unit_quantity=1000000&currency=EUR&days=30"

    assert "€30.44" in text_of(portfolio_page(address + query))
    assert portfolio_page(address).status_code == 200
    assert portfolio_page(address + query.replace("=3&", "=NaN&")).status_code == 422


def test_price_is_entered_and_an_overlap_refused_at_its_field(product_manager, client_for):
    client = client_for(product_manager)
    fields = {
        "provider": "Northlight",
        "model": "lumen-2",
        "kind": "input",
        "amount": "3",
        "currency": "EUR",
        "unit_quantity": "1000000",
        "valid_from": "2026-01-01",
        "valid_until": "2026-12-31",
    }

    created = client.post("/acme/portfolio/prices/new/", fields)
    refused = client.post("/acme/portfolio/prices/new/", {**fields, "valid_from": "2026-06-01"})

    assert created.status_code == 303
    assert refused.status_code == 409
    assert "Another price of this kind is valid from 2026-01-01 through 2026-12-31." in text_of(refused)


def upload(client, kind, content):
    file = SimpleUploadedFile("list.csv", content if isinstance(content, bytes) else content.encode(), "text/csv")
    return client.post(f"/acme/portfolio/{kind}/upload/", {"file": file})


def test_price_list_is_uploaded_as_a_whole(product_manager, client_for):
    client = client_for(product_manager)
    header = "provider;model;kind;valid_from;amount;currency\n"
    row = "Northlight;lumen-2;Input tokens;2026-01-01;3.00;USD\n"

    good = upload(client, "prices", header + row)
    bad = upload(
        client,
        "prices",
        header
        + "Northlight;lumen-2;output;2026-01-01;9;USD\n"
        + "A;b;smell;2026-01-01;1;USD\n"
        + "A;b;input;soon;x;USD",
    )

    assert good.status_code == 303
    assert bad.status_code == 422
    said = text_of(bad)
    assert "3 kind Give one of input" in said
    assert "4 valid_from Give a day as YYYY-MM-DD." in said
    with tenant_scope(product_manager):
        assert ModelPrice.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "list_name"),
    [("prices", "Price book"), ("exchange-rates", "Exchange rates"), ("usage", "Usage"), ("kpis", "KPIs")],
)
def test_upload_page_names_the_list_it_leads_back_to(portfolio_page, kind, list_name):
    page = portfolio_page(f"{kind}/upload/")

    assert f">{list_name}</a>" in page.content.decode()
    assert text_of(page).count("Example") == 1


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_day_outside_the_calendar_refuses_the_file_with_its_line(product_manager, client_for, day):
    client = client_for(product_manager)
    refused = upload(client, "exchange-rates", f"currency,valid_on,rate\nUSD,2026-01-01,0.92\nUSD,{day},0.92\n")

    assert refused.status_code == 422
    assert "3 valid_on This day lies outside the calendar" in text_of(refused)
    with tenant_scope(product_manager):
        assert not ExchangeRate.objects.exists()


def test_rates_and_usage_are_uploaded(product_manager, client_for):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        InitiativeFactory(key="AI-7")

    rates = upload(client, "exchange-rates", "currency,valid_on,rate\nUSD,2026-01-01,0.92\nGBP,2026-01-01,1.15\n")
    usage = upload(
        client, "usage", "initiative,used_on,provider,model,input_tokens,source_id\nai-7,2026-01-02,N,m,7,a\n"
    )

    assert (rates.status_code, usage.status_code) == (303, 303)
    with tenant_scope(product_manager):
        assert ExchangeRate.objects.count() == 2
        assert UsageRecord.objects.get().input_tokens == 7


def test_records_are_deleted_one_by_one_or_as_selected(product_manager, client_for):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        one, two, kept = (UsageRecordFactory() for _ in range(3))
    address = "/acme/portfolio/usage/"

    asked = client.get(f"{address}{one.pk}/delete/")
    client.post(f"{address}{one.pk}/delete/")
    client.post(f"{address}bulk/", {"intent": "delete", "ids": [str(two.pk)]})

    assert asked.status_code == 200
    with tenant_scope(product_manager):
        assert list(UsageRecord.objects.values_list("pk", flat=True)) == [kept.pk]
        assert UsageTouchedDay.objects.count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xff\xfe1", "not UTF-8"),
        (b"currency,valid_on,rate,smell\n", "There is no column"),
        (b"currency,rate\nUSD,1\n", "The column valid_on is missing."),
        (b"currency,valid_on,rate\n", "The file has no rows."),
        (b"currency,valid_on,rate\nUSD,2026-01-01\n", "Line 2 has 2 cells, the header 3."),
        (b"currency,valid_on,rate\nUSD,2026-01-01," + b"9" * 1000 + b"\n", "Give a number such as 1234.5."),
        (b"currency,valid_on,rate\nUSD,2026-01-01,NaN\n", "Give a number such as 1234.5."),
        (b"currency,valid_on,rate\nEUR,2026-01-01,1\n", "own currency"),
        (b"currency,valid_on,rate\x00\n", "NUL"),
    ],
)
def test_bad_files_are_refused_in_words(product_manager, client_for, content, said):
    refused = upload(client_for(product_manager), "exchange-rates", content)

    assert refused.status_code == 422
    assert said in text_of(refused)
    with tenant_scope(product_manager):
        assert ExchangeRate.objects.count() == 0


def test_viewer_uploads_nothing(viewer, client_for):
    assert client_for(viewer).get("/acme/portfolio/prices/upload/").status_code == 403


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize(
    ("path", "queries", "factory"),
    [
        ("price-book/", 10, PricedModelFactory),
        ("prices/", 10, ModelPriceFactory),
        ("exchange-rates/", 10, ExchangeRateFactory),
        ("usage/", 10, UsageRecordFactory),
        ("cost-savings/", 10, CostOptimizationFactory),
        ("spend-guardrails/", 11, SpendGuardrailFactory),
    ],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    product_manager, portfolio_page, django_assert_num_queries, path, queries, factory, count
):
    with tenant_scope(product_manager):
        factory.create_batch(count)
    assert portfolio_page(path).status_code == 200

    with django_assert_num_queries(queries):
        portfolio_page(path)


@pytest.mark.parametrize("count", [1, 3, 30])
def test_overview_costs_the_same_for_any_number_of_initiatives(
    product_manager, portfolio_page, django_assert_num_queries, count
):
    with tenant_scope(product_manager):
        for _ in range(count):
            initiative = InitiativeFactory()
            UnitCostMonthFactory(initiative=initiative, month=this_month())
            UnitCostDayFactory(initiative=initiative, day=timezone.now().date(), is_spike=True, usual_cost=Decimal(1))
    portfolio_page("unit-economics/")

    with django_assert_num_queries(OVERVIEW_QUERIES):
        portfolio_page("unit-economics/")
