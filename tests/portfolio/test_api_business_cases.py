"""REST of business cases, lines and valuations."""

import pytest
from celery import current_app

from portfolio.enums import Visibility
from portfolio.models import BusinessCase, CashLine
from tenancy.models import Job
from tenancy.scope import tenant_scope
from tests.api_client import pointers
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
    PortfolioFactory,
    ValuationFactory,
)

COST = {"category": "engineering", "name": "Build", "amounts": [{"month": "2026-01-01", "amount": "1000.00"}]}
GAIN = {"category": "revenue", "name": "Sales", "amounts": [{"month": "2027-01-01", "amount": "1210.00"}]}


# Two of them are the savepoint that the request's transaction is inside the test's own.
QUERIES = 5


def run(job_id: str) -> None:
    organization_id = Job.unscoped(reason="test").values_list("organization_id", flat=True).get(pk=job_id)
    headers = {"organization_id": str(organization_id), "job_id": job_id}
    current_app.tasks["portfolio.value_business_case"].apply(headers=headers, throw=True)


@pytest.fixture
def case(product_manager) -> BusinessCase:
    with tenant_scope(product_manager):
        return BusinessCaseFactory()


def test_thread_from_case_to_valuation(api_client, product_manager):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        initiative = InitiativeFactory(title="Triage")

    created = client.post("business-cases/", {"initiative": str(initiative.pk), "start_month": "2026-01-15"})
    address = f"business-cases/{created.json()['id']}/"
    written = client.put(f"{address}lines/", {"lines": [COST, GAIN]})
    before = client.get(address).json()
    asked = client.post(f"{address}value/")
    with tenant_scope(product_manager):
        run(asked.json()["id"])
    after = client.get(address).json()
    valuations = client.get(f"{address}valuations/").json()

    assert created.status_code == 201
    assert (created.json()["start_month"], created.json()["currency"], created.json()["is_current"]) == (
        "2026-01-01",
        "EUR",
        True,
    )
    assert [line["side"] for line in written.json()] == ["cost", "benefit"]
    assert (before["npv"], before["irr"], before["valued_at"]) == (None, None, None)
    assert (asked.status_code, asked.json()["name"]) == (202, "portfolio.value_business_case")
    assert after["npv"] == "100.00"
    assert after["irr"] == pytest.approx(0.21)
    assert [row["npv"] for row in valuations] == ["100.00"]
    assert valuations[0]["explanation"]["inputs"]["discount_rate"] == "0.1000"


def test_lines_are_replaced_by_id_and_listed_with_amounts(api_client, product_manager, case):
    client = api_client(product_manager)
    first = client.put(f"business-cases/{case.pk}/lines/", {"lines": [COST, GAIN]}).json()

    second = client.put(f"business-cases/{case.pk}/lines/", {"lines": [{**GAIN, "id": first[1]["id"]}]}).json()
    listed = client.get(f"cash-lines/?case={case.pk}").json()["results"]

    assert [line["id"] for line in second] == [first[1]["id"]]
    assert listed == second
    assert listed[0]["amounts"] == [{"month": "2027-01-01", "amount": "1210.00"}]


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ({"amounts": [{"month": "2026-01-01", "amount": "-1"}]}, "/lines/0/amounts/0/amount"),
        ({"amounts": [{"month": "2026-01-01", "amount": "NaN"}]}, "/lines/0/amounts/0/amount"),
        ({"amounts": [{"month": "2026-01-01", "amount": "1.001"}]}, "/lines/0/amounts/0/amount"),
        ({"amounts": [{"month": "2026-01", "amount": "1"}]}, "/lines/0/amounts/0/month"),
        ({"amounts": [{"month": "2020-01-01", "amount": "1"}]}, "/lines/0/amounts/2020-01"),
        ({"amounts": [{"month": "2026-01-01", "amount": "1"}] * 2}, "/lines/0/amounts"),
        ({"category": "catering"}, "/lines/0/category"),
        ({"name": ""}, "/lines/0/name"),
        ({"id": "01990000-0000-7000-8000-000000000000"}, "/lines/0/id"),
        ({"colour": "red"}, "/lines/0/colour"),
    ],
)
def test_bad_lines_are_refused_at_their_place(api_client, product_manager, case, line, pointer):
    response = api_client(product_manager).put(f"business-cases/{case.pk}/lines/", {"lines": [{**COST, **line}]})

    assert (response.status_code, pointers(response)) == (400, [pointer])
    with tenant_scope(product_manager):
        assert CashLine.objects.count() == 0


def test_lines_with_a_stale_etag_are_refused(api_client, product_manager, case):
    client = api_client(product_manager)
    etag = client.get(f"business-cases/{case.pk}/")["ETag"]
    client.put(f"business-cases/{case.pk}/lines/", {"lines": [COST]}, If_Match=etag)

    refused = client.put(f"business-cases/{case.pk}/lines/", {"lines": []}, If_Match=etag)

    assert refused.status_code == 412
    with tenant_scope(product_manager):
        assert CashLine.objects.count() == 1


def test_a_case_without_amounts_is_not_valued(api_client, product_manager, case):
    response = api_client(product_manager).post(f"business-cases/{case.pk}/value/")

    assert (response.status_code, response.json()["code"]) == (409, "nothing_to_value")


def test_a_case_stays_with_its_initiative(api_client, product_manager, case):
    with tenant_scope(product_manager):
        other = InitiativeFactory()

    refused = api_client(product_manager).patch(f"business-cases/{case.pk}/", {"initiative": str(other.pk)})

    assert (refused.status_code, pointers(refused)) == (400, ["/initiative"])


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"discount_rate": "11"}, "/discount_rate"),
        ({"discount_rate": "-0.9"}, "/discount_rate"),
        ({"currency": "EU1"}, "/currency"),
        ({"horizon_months": 0}, "/horizon_months"),
        ({"horizon_months": "12"}, "/horizon_months"),
        ({"status": "approved"}, "/status"),
    ],
)
def test_bad_input_is_refused_at_its_field(api_client, product_manager, case, body, pointer):
    response = api_client(product_manager).patch(f"business-cases/{case.pk}/", body)

    assert (response.status_code, pointers(response)) == (400, [pointer])


def test_make_current_moves_the_mark(api_client, product_manager, case):
    client = api_client(product_manager)
    second = client.post("business-cases/", {"initiative": str(case.initiative_id)}).json()

    made = client.post(f"business-cases/{second['id']}/make-current/")

    assert (second["revision"], made.json()["is_current"]) == (2, True)
    assert client.get(f"business-cases/{case.pk}/").json()["is_current"] is False


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(api_client, product_manager, rows, django_assert_num_queries):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        for _ in range(rows):
            line = CashLineFactory()
            CashPeriodFactory(line=line)
            ValuationFactory(case=line.case)
    for noun in ("business-cases", "cash-lines", "valuations"):
        client.get(f"{noun}/")

        with django_assert_num_queries(QUERIES):
            response = client.get(f"{noun}/")

        assert len(response.json()["results"]) == rows


def test_restricted_portfolio_hides_its_money(api_client, owner, product_manager):
    with tenant_scope(owner):
        initiative = InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
        line = CashLineFactory(case=BusinessCaseFactory(initiative=initiative))
        valuation = ValuationFactory(case=line.case)
    client = api_client(product_manager)

    for noun, pk in (("business-cases", line.case_id), ("cash-lines", line.pk), ("valuations", valuation.pk)):
        assert client.get(f"{noun}/").json()["results"] == []
        assert client.get(f"{noun}/{pk}/").status_code == 404
    assert client.put(f"business-cases/{line.case_id}/lines/", {"lines": []}).status_code == 404
    assert client.post("business-cases/", {"initiative": str(initiative.pk)}).status_code == 400


def test_roles(api_client, actor_with, viewer, case):
    finance = api_client(actor_with("finance"))

    assert finance.put(f"business-cases/{case.pk}/lines/", {"lines": [COST]}).status_code == 200
    assert api_client(viewer).put(f"business-cases/{case.pk}/lines/", {"lines": []}).status_code == 403
    assert api_client(viewer).post(f"business-cases/{case.pk}/value/").status_code == 403
    assert api_client(viewer).get(f"business-cases/{case.pk}/").status_code == 200


def test_valuations_are_read_only(api_client, owner):
    with tenant_scope(owner):
        valuation = ValuationFactory()
    client = api_client(owner)

    assert client.patch(f"valuations/{valuation.pk}/", {"npv": "1"}).status_code == 405
    assert client.delete(f"valuations/{valuation.pk}/").status_code == 405


def test_valuations_of_present_inputs(api_client, owner):
    with tenant_scope(owner):
        case = BusinessCaseFactory(inputs_digest="now")
        present = ValuationFactory(case=case)
        past = ValuationFactory(case=case, inputs_digest="before")
    client = api_client(owner)

    assert [row["id"] for row in client.get("valuations/?is_present=true").json()["results"]] == [str(present.pk)]
    assert [row["id"] for row in client.get("valuations/?is_present=false").json()["results"]] == [str(past.pk)]
    assert len(client.get(f"valuations/?initiative={case.initiative_id}").json()["results"]) == 2
