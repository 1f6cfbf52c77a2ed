"""REST of rates, prices, usage, unit costs, guardrails, savings and rolled-up money."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from portfolio.enums import Visibility
from portfolio.models import UsageRecord
from portfolio.services.unit_costs import compute_unit_costs
from tenancy.enums import Role
from tenancy.models import Membership
from tenancy.scope import tenant_scope
from tests.api_client import pointers
from tests.factories.portfolio import InitiativeFactory, PortfolioFactory
from tests.factories.portfolio_spend import (
    CostOptimizationFactory,
    ExchangeRateFactory,
    ModelPriceFactory,
    MoneyRollupFactory,
    PricedModelFactory,
    SpendGuardrailFactory,
    UnitCostDayFactory,
    UnitCostMonthFactory,
    UsageRecordFactory,
)

# Two of them are the savepoint that the request's transaction is inside the test's own.
QUERIES = 5
PRICE = {
    "provider": "Northlight",
    "model": "lumen-2",
    "kind": "input",
    "valid_from": "2025-01-01",
    "amount": "3",
    "currency": "EUR",
}


@pytest.fixture
def initiative(product_manager):
    with tenant_scope(product_manager):
        return InitiativeFactory(key="AI-7")


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


def usage(initiative, source_id="a", **more) -> dict:
    return {
        "initiative": str(initiative.pk),
        "used_on": "2026-01-05",
        "provider": "Northlight",
        "model": "lumen-2",
        "source_id": source_id,
        **more,
    }


def test_rate_is_entered_changed_and_removed(client):
    created = client.post("exchange-rates/", {"currency": "USD", "valid_on": "2026-01-01", "rate": "0.92"})

    assert created.status_code == 201
    assert (created.json()["pivot_currency"], created.json()["rate"]) == ("EUR", "0.9200000000")
    address = f"exchange-rates/{created.json()['id']}/"
    assert client.patch(address, {"rate": "0.9"}).json()["rate"] == "0.9000000000"
    assert client.delete(address).status_code == 204


def test_second_rate_of_a_day_is_refused_at_its_field(client):
    body = {"currency": "USD", "valid_on": "2026-01-01", "rate": "0.92"}
    client.post("exchange-rates/", body)

    again = client.post("exchange-rates/", body)

    assert (again.status_code, pointers(again)) == (409, ["/valid_on"])


def test_price_names_its_model_and_stays_with_it(client):
    created = client.post("model-prices/", PRICE)
    address = f"model-prices/{created.json()['id']}/"

    assert created.status_code == 201
    assert (created.json()["provider"], created.json()["unit_quantity"]) == ("Northlight", "1000000.0000")
    moved = client.patch(address, {"model": "other"})
    assert (moved.status_code, pointers(moved)) == (400, ["/model"])
    assert client.patch(address, {"amount": "2.5"}).json()["amount"] == "2.50000000"
    assert client.delete(address).status_code == 204


def test_bulk_of_prices_answers_each_row(client):
    rows = [PRICE, {**PRICE, "kind": "output"}, PRICE, {**PRICE, "kind": "smell"}]

    answer = client.post("model-prices/bulk/", {"rows": rows})

    assert answer.status_code == 207
    assert [row["status"] for row in answer.json()["results"]] == [201, 201, 409, 400]


def test_overlapping_price_is_refused(client):
    client.post("model-prices/", {**PRICE, "valid_until": "2025-12-31"})

    refused = client.post("model-prices/", {**PRICE, "valid_from": "2025-06-01"})

    assert (refused.status_code, refused.json()["code"]) == (409, "price_overlap")


def test_what_if_says_a_month_before_and_after(client, initiative, product_manager):
    yesterday = timezone.now().date() - timedelta(days=1)
    with tenant_scope(product_manager):
        model = PricedModelFactory()
        ModelPriceFactory(priced_model=model, amount=Decimal(2))
        UsageRecordFactory(initiative=initiative, priced_model=model, used_on=yesterday, input_tokens=30_000_000)

    query = {"priced_model": str(model.pk), "kind": "input", "amount": "3", "currency": "EUR", "days": "30"}
    answer = client.get("model-prices/what-if/", query).json()
    unknown = client.get("model-prices/what-if/", {**query, "currency": "CHF"}).json()

    # A million tokens a day for 30.436875 days.
    assert (answer["before"], answer["after"], answer["difference"]) == ("60.87", "91.31", "30.44")
    assert [row["initiative_id"] for row in answer["initiatives"]] == [str(initiative.pk)]
    assert (unknown["after"], unknown["difference"]) == (None, None)
    assert unknown["reasons"][0].startswith("There is no exchange rate for CHF on or before")


def test_usage_is_loaded_in_bulk_and_answers_every_row(client, initiative):
    rows = [
        usage(initiative, "a", input_tokens=5),
        {**usage(initiative, "b"), "initiative": "ai-7"},
        usage(initiative, "c", input_tokens=1.5),
        usage(initiative, "d", smell=1),
        "nonsense",
        usage(initiative, "e", used_on="2026-02-30"),
    ]

    first = client.post("usage-records/bulk/", {"rows": rows})
    second = client.post("usage-records/bulk/", {"rows": rows[:2]})

    assert first.status_code == 200
    assert first.json()["outcomes"] == ["created", "created", "refused", "refused", "refused", "refused"]
    assert [error["pointer"] for error in first.json()["row_errors"]] == [
        "/rows/2/input_tokens",
        "/rows/3/smell",
        "/rows/4",
        "/rows/5/used_on",
    ]
    assert (second.json()["unchanged"], second.json()["created"]) == (2, 0)


def test_atomic_load_with_a_bad_row_is_refused_as_a_whole(client, initiative, product_manager):
    rows = [usage(initiative, "a"), usage(initiative, "b", requests=-1)]

    refused = client.post("usage-records/bulk/", {"rows": rows, "atomic": True})

    assert (refused.status_code, pointers(refused)) == (400, ["/rows/1/requests"])
    with tenant_scope(product_manager):
        assert UsageRecord.objects.count() == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_tokens", 10**1000),
        ("input_tokens", True),
        ("gpu_hours", "NaN"),
        ("gpu_hours", "1e400"),
        ("gpu_hours", "9" * 1000),
        ("used_at", "2026-01-05T12:00:00"),
        ("is_batch", "yes"),
        ("source", 7),
        ("initiative", None),
        ("initiative", "01a20000-0000-7000-8000-000000000000"),
    ],
)
def test_bad_values_of_a_row_are_refused_at_their_field(client, initiative, field, value):
    row = {**usage(initiative), field: value}
    if field == "used_at":
        del row["used_on"]

    answer = client.post("usage-records/bulk/", {"rows": [row]})

    assert answer.status_code == 200
    assert [error["pointer"] for error in answer.json()["row_errors"]] == [f"/rows/0/{field}"]


def test_moment_counts_for_its_utc_day(client, initiative):
    row = usage(initiative, used_at="2026-01-05T23:30:00-02:00")
    del row["used_on"]

    client.post("usage-records/bulk/", {"rows": [row]})

    assert client.get("usage-records/").json()["results"][0]["used_on"] == "2026-01-06"


def test_one_record_is_created_and_refused(client, initiative):
    good = client.post("usage-records/", {**usage(initiative), "source": "gateway", "input_tokens": 3})
    bad = client.post("usage-records/", {**usage(initiative), "source": "gateway", "used_on": "2126-01-01"})

    assert (good.status_code, good.json()["model"]) == (201, "lumen-2")
    assert (bad.status_code, pointers(bad)) == (400, ["/used_on"])


def test_record_is_deleted_by_planners_and_not_by_contributors(client, api_client, actor_with, initiative):
    record = client.post("usage-records/", usage(initiative, source="gateway")).json()

    refused = api_client(actor_with(Role.CONTRIBUTOR)).delete(f"usage-records/{record['id']}/")
    deleted = client.delete(f"usage-records/{record['id']}/")

    assert (refused.status_code, deleted.status_code) == (403, 204)
    assert client.get("usage-records/").json()["results"] == []


def test_costs_and_what_is_missing_are_read(client, initiative, product_manager):
    client.post("usage-records/bulk/", {"rows": [usage(initiative, input_tokens=10**6, requests=10)]})
    with tenant_scope(product_manager):
        compute_unit_costs(actor=product_manager)
    unknown = client.get("unit-cost-months/").json()["results"][0]
    gaps = client.get("unit-cost-months/gaps/").json()

    client.post("model-prices/", PRICE)
    with tenant_scope(product_manager):
        compute_unit_costs(actor=product_manager)
    known = client.get("unit-cost-months/").json()["results"][0]

    assert (unknown["cost"], unknown["cost_per_request"]) == (None, None)
    assert [(gap["model"], gap["reason"]) for gap in gaps] == [("lumen-2", "No price for input tokens")]
    assert (known["cost"], known["cost_per_request"]) == ("3.000000", "0.300000")
    assert client.get("unit-cost-days/", {"is_spike": "true"}).json()["results"] == []


def test_saving_and_guardrail_are_kept(client, api_client, director, initiative):
    saving = client.post("cost-optimizations/", {"initiative": str(initiative.pk), "name": "Cache", "lever": "caching"})
    guardrail = api_client(director).post("spend-guardrails/", {"threshold": "0.2"})

    assert saving.status_code == 201
    assert (saving.json()["currency"], saving.json()["realised_monthly_saving"]) == ("EUR", None)
    assert client.patch(f"cost-optimizations/{saving.json()['id']}/", {"status": "planned"}).status_code == 200
    live = client.patch(f"cost-optimizations/{saving.json()['id']}/", {"status": "live"})
    assert live.status_code == 400
    assert guardrail.status_code == 201
    assert client.post("spend-guardrails/", {"threshold": "0.2"}).status_code == 403


def test_money_refresh_is_a_job(client):
    first, second = client.post("money-rollups/refresh/"), client.post("money-rollups/refresh/")

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]


def test_foreign_ids_and_hidden_portfolios_are_unknown(client, product_manager, stranger):
    with tenant_scope(stranger):
        foreign = InitiativeFactory()
        foreign_member = Membership.objects.first()
    with tenant_scope(product_manager):
        own = InitiativeFactory()
        hidden = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        UnitCostMonthFactory(initiative=hidden)
        MoneyRollupFactory(initiative=hidden)

    answer = client.post("usage-records/bulk/", {"rows": [usage(foreign, "a"), usage(hidden, "b")]})

    assert answer.json()["outcomes"] == ["refused", "refused"]
    body = {"initiative": str(own.pk), "name": "Cache", "lever": "caching", "owner": str(foreign_member.pk)}
    assert pointers(client.post("cost-optimizations/", body)) == ["/owner"]
    assert client.get("unit-cost-months/").json()["results"] == []
    assert client.get("money-rollups/").json()["results"] == []


@pytest.mark.parametrize("count", [1, 3, 30])
@pytest.mark.parametrize(
    ("path", "factory"),
    [
        ("exchange-rates/", ExchangeRateFactory),
        ("priced-models/", PricedModelFactory),
        ("model-prices/", ModelPriceFactory),
        ("usage-records/", UsageRecordFactory),
        ("unit-cost-days/", UnitCostDayFactory),
        ("unit-cost-months/", UnitCostMonthFactory),
        ("spend-guardrails/", SpendGuardrailFactory),
        ("cost-optimizations/", CostOptimizationFactory),
        ("money-rollups/", MoneyRollupFactory),
    ],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    client, product_manager, django_assert_num_queries, path, factory, count
):
    with tenant_scope(product_manager):
        factory.create_batch(count)
    assert len(client.get(path).json()["results"]) == count

    with django_assert_num_queries(QUERIES):
        client.get(path)


def test_load_of_ten_thousand_rows_is_one_request(client, initiative):
    rows = [usage(initiative, f"{n}", input_tokens=n, used_on=str(date(2026, 1, 1))) for n in range(10_000)]

    assert client.post("usage-records/bulk/", {"rows": rows}).json()["created"] == 10_000
    rows.append(usage(initiative, "one more"))
    refused = client.post("usage-records/bulk/", {"rows": rows})
    assert (refused.status_code, pointers(refused)) == (400, ["/rows"])
