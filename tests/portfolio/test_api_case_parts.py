"""REST of options, drivers, lines, people and months, and the way of a case to its decision."""

from decimal import Decimal

import pytest

from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashPeriod, Valuation
from portfolio.services.valuations import value_business_case
from tenancy.scope import tenant_scope
from tests.api_client import pointers
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CaseOptionFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
)

QUERIES = 5
JANUARY = "2026-01-01"


@pytest.fixture
def client(api_client, product_manager):
    return api_client(product_manager)


@pytest.fixture
def case(product_manager) -> BusinessCase:
    with tenant_scope(product_manager):
        return BusinessCaseFactory(horizon_months=12, trials=500)


@pytest.fixture
def option(product_manager, case) -> CaseOption:
    with tenant_scope(product_manager):
        return CaseOption.objects.get(case=case)


def add_driver(client, case, key, **values):
    body = {"case": str(case.pk), "key": key, "low": "1", "likely": "2", "high": "4", **values}
    return client.post("case-drivers/", body)


def add_line(client, option, **values):
    return client.post("cash-lines/", {"option": str(option.pk), "category": "inference", "name": "Serving", **values})


def value(actor, case) -> None:
    with tenant_scope(actor):
        value_business_case(case.pk, actor=actor)


@pytest.fixture
def filled(client, product_manager, case, option):
    """Build with a formula, a soft benefit and people; Buy with a licence; everything valued. The answers by name."""
    bought = client.post("case-options/", {"case": str(case.pk), "kind": "buy", "name": "Buy"}).json()
    add_driver(client, case, "users", unit="users", low="800", likely="1000", high="1500")
    add_driver(client, case, "price", unit="EUR/user", low="2", likely="3", high="5", source="Offer of May")
    seats = {"category": "revenue", "name": "Seats", "benefit_kind": "soft"}
    licence = {"option": bought["id"], "category": "vendor", "name": "Licence"}
    people = {"option": str(option.pk), "role": "ML engineer", "monthly_rate": "10000.00"}
    answers = {
        "line": add_line(client, option, formula="users * price"),
        "seats": add_line(client, option, **seats, amounts=[{"month": "2026-03-01", "amount": "60000.00"}]),
        "licence": client.post("cash-lines/", {**licence, "amounts": [{"month": JANUARY, "amount": "9"}]}),
        "people": client.post("staffing-lines/", {**people, "periods": [{"month": JANUARY, "person_months": "0.50"}]}),
    }
    value(product_manager, case)
    return answers


def test_options_are_compared_by_what_they_hold(client, product_manager, case, filled):
    compared = client.get(f"business-cases/{case.pk}/compare-options/").json()

    line, people = filled["line"].json(), filled["people"].json()
    assert (len(line["amounts"]), line["amounts"][0]["amount"], line["side"]) == (12, "3000.00", "cost")
    assert (people["periods"][0]["person_months"], filled["seats"].json()["benefit_kind"]) == ("0.50", "soft")
    assert [(each["name"], each["is_recommended"]) for each in compared] == [("Build", True), ("Buy", False)]
    assert compared[0]["figures"]["total_costs"] == "41000.00"
    assert Decimal(compared[0]["figures"]["npv_p10"]) < Decimal(compared[0]["figures"]["npv_p90"])
    assert (
        compared[1]["reasons"]["irr"] == "The net cash flow never changes its sign, so no rate makes it worth nothing."
    )
    with tenant_scope(product_manager):
        assert Valuation.objects.filter(case=case).count() == 2


def test_thread_from_submission_to_the_next_draft(client, api_client, director, case, filled):
    submitted = client.post(f"business-cases/{case.pk}/submit/")
    own = client.post(f"business-cases/{case.pk}/approve/", {})
    approved = api_client(director).post(f"business-cases/{case.pk}/approve/", {"reason": "Pays back in a year."})
    frozen = add_driver(client, case, "late")
    draft = client.post(f"business-cases/{case.pk}/new-draft/")
    driver = client.get(f"case-drivers/?case={draft.json()['id']}&key=price").json()["results"][0]
    client.patch(f"case-drivers/{driver['id']}/", {"likely": "4"})
    diff = client.get(f"business-cases/{draft.json()['id']}/diff/").json()

    assert (submitted.status_code, submitted.json()["status"]) == (200, "submitted")
    assert (own.status_code, approved.status_code) == (403, 200)
    assert (approved.json()["status"], approved.json()["decision_note"]) == ("approved", "Pays back in a year.")
    assert (frozen.status_code, frozen.json()["code"]) == (409, "case_not_open")
    assert (draft.status_code, draft.json()["revision"], draft.json()["based_on"]) == (201, 2, str(case.pk))
    assert [(each["subject"], each["name"], each["before"], each["after"]) for each in diff] == [
        ("driver", "price", "3", "4")
    ]


def test_returned_case_says_why(client, api_client, director, case, filled):
    client.post(f"business-cases/{case.pk}/submit/")

    without = api_client(director).post(f"business-cases/{case.pk}/return/", {})
    returned = api_client(director).post(f"business-cases/{case.pk}/return/", {"reason": "Which contract?"})

    assert (without.status_code, pointers(without)) == (400, ["/reason"])
    assert (returned.json()["status"], returned.json()["decision_note"]) == ("returned", "Which contract?")


@pytest.mark.parametrize(
    ("formula", "code", "words"),
    [
        ("users * prise", "unknown_name", "Character 9: prise is not known here; did you mean price?"),
        ("users * price + users", "unit_mismatch", ": Character "),
        ("price * users / zero", "division_by_zero", ": Character "),
        ("users * ", "syntax", ": Character "),
        ("users", "unit_mismatch", "must be money in EUR"),
        ("0 - users * price", "invalid", "negative amount in 2026-01"),
    ],
)
def test_formula_that_cannot_be_computed_is_refused_at_its_field(client, case, option, formula, code, words):
    add_driver(client, case, "users", unit="users")
    add_driver(client, case, "price", unit="EUR/user")
    add_driver(client, case, "zero", low="0", likely="0", high="0")

    refused = add_line(client, option, formula=formula)

    assert (refused.status_code, refused.json()["code"], pointers(refused)) == (400, code, ["/formula"])
    assert words in refused.json()["detail"]


def test_hundred_kilobytes_of_formula_are_refused_at_once(client, option):
    refused = add_line(client, option, formula="1+" * 50_000 + "1")

    assert (refused.status_code, pointers(refused)) == (400, ["/formula"])


def test_circle_of_drivers_is_refused(client, case):
    add_driver(client, case, "a")
    add_driver(client, case, "b", formula="a * 2")
    first = client.get(f"case-drivers/?case={case.pk}&key=a").json()["results"][0]

    refused = client.patch(f"case-drivers/{first['id']}/", {"formula": "b + 1"})

    assert (refused.status_code, refused.json()["code"]) == (400, "cycle")


def test_driver_in_use_is_not_deleted_and_says_where(client, product_manager, case, option):
    driver = add_driver(client, case, "price", unit="EUR").json()
    add_line(client, option, formula="price * 2")

    refused = client.delete(f"case-drivers/{driver['id']}/")

    assert (refused.status_code, refused.json()["code"]) == (409, "driver_in_use")
    assert refused.json()["detail"] == "price is used by the line Serving."
    with tenant_scope(product_manager):
        assert CaseDriver.objects.filter(key="price").exists()


BAD = [
    ("likely", "9" * 1000),
    ("likely", "NaN"),
    ("high", "Infinity"),
    ("low", "5"),
    ("key", "Not a key"),
    ("unit", "EUR//"),
    ("distribution", "gauss"),
    ("owner", "01890000-0000-7000-8000-000000000000"),
    ("unknown", 1),
]


@pytest.mark.parametrize(("field", "wrong"), BAD)
def test_bad_driver_is_refused_at_its_field(client, product_manager, case, field, wrong):
    refused = (
        add_driver(client, case, **{"key": "price", field: wrong})
        if field != "key"
        else add_driver(client, case, wrong)
    )

    assert refused.status_code == 400
    assert pointers(refused) == [f"/{field}"]
    with tenant_scope(product_manager):
        assert not CaseDriver.objects.exists()


def test_same_month_twice_and_months_outside_the_plan_are_refused(client, option):
    twice = add_line(
        client, option, amounts=[{"month": JANUARY, "amount": "1"}, {"month": "2026-01-09", "amount": "2"}]
    )
    outside = add_line(client, option, amounts=[{"month": "2027-01-01", "amount": "1"}])

    assert (twice.status_code, pointers(twice)) == (400, ["/amounts"])
    assert (outside.status_code, pointers(outside)) == (400, ["/amounts/2027-01"])


def test_preview_computes_and_writes_nothing(client, product_manager, case, option):
    add_driver(client, case, "price", unit="EUR", low="10", likely="20", high="30")
    line = add_line(client, option, formula="price").json()
    edits = {
        "case": {"discount_rate": "0"},
        "drivers": [{"key": "growth", "low": "2", "likely": "2", "high": "2"}],
        "lines": [
            {"id": line["id"], "formula": "price * growth"},
            {
                "option": str(option.pk),
                "category": "revenue",
                "name": "New",
                "amounts": [{"month": JANUARY, "amount": "500"}],
            },
        ],
    }
    with tenant_scope(product_manager):
        before = CashPeriod.objects.count()

    shown = client.post(f"business-cases/{case.pk}/preview/", edits)
    broken = client.post(f"business-cases/{case.pk}/preview/", {"lines": [{"id": line["id"], "formula": "price *"}]})

    assert shown.status_code == 200
    assert shown.json()[0]["figures"]["npv"] == "20.00"
    assert shown.json()[0]["plans"][line["id"]][0] == {"month": JANUARY, "amount": "40.00"}
    assert broken.json()[0]["problems"][0]["code"] == "syntax"
    assert broken.json()[0]["problems"][0]["pointer"] == "lines/0/formula"
    with tenant_scope(product_manager):
        assert CashPeriod.objects.count() == before
        assert CaseDriver.objects.count() == 1


def test_actuals_and_forecasts_over_rest(client, case, option):
    line = add_line(client, option, amounts=[{"month": JANUARY, "amount": "100"}]).json()
    row = {"line": line["id"], "month": JANUARY}

    done = client.post(
        f"cash-lines/{line['id']}/record-actuals/",
        {"amounts": [{"month": JANUARY, "amount": "120"}], "source": "manual"},
    )
    bulk = client.post(
        "cash-periods/bulk/",
        {"rows": [{**row, "measure": "forecast", "amount": "110"}, {**row, "measure": "plan", "amount": "1"}]},
    )
    money = client.get(f"business-cases/{case.pk}/money/").json()
    read = client.get(f"cash-lines/{line['id']}/").json()

    assert (done.status_code, done.json()[0]["measure"], done.json()[0]["amount"]) == (200, "actual", "120.00")
    assert [entry["status"] for entry in bulk.json()["results"]] == [201, 400]
    assert money["costs"] == {"plan": "100.00", "forecast": "110.00", "actual": "120.00", "variance": "20.00"}
    assert (read["forecast"], read["actuals"]) == (
        [{"month": JANUARY, "amount": "110.00"}],
        [{"month": JANUARY, "amount": "120.00"}],
    )


def test_parts_of_another_organization_are_unknown(client, stranger, case, option):
    with tenant_scope(stranger):
        theirs = BusinessCaseFactory()
        their_option = CaseOption.objects.get(case=theirs)

    assert pointers(client.post("case-options/", {"case": str(theirs.pk), "name": "x"})) == ["/case"]
    assert pointers(add_driver(client, theirs, "x")) == ["/case"]
    assert pointers(add_driver(client, case, "x", option=str(their_option.pk))) == ["/option"]
    assert pointers(add_line(client, their_option)) == ["/option"]
    assert client.get(f"case-options/{their_option.pk}/").status_code == 404


def test_a_driver_of_another_cases_option_is_refused(client, product_manager, case):
    with tenant_scope(product_manager):
        other = CaseOption.objects.get(case=BusinessCaseFactory(initiative=InitiativeFactory()))

    assert pointers(add_driver(client, case, "x", option=str(other.pk))) == ["/option"]


def test_the_recommended_option_stays(client, product_manager, case, option):
    with tenant_scope(product_manager):
        other = CaseOptionFactory(case=case, name="Buy", is_recommended=False)

    refused = client.delete(f"case-options/{option.pk}/")
    client.post(f"case-options/{other.pk}/recommend/")
    gone = client.delete(f"case-options/{option.pk}/")

    assert (refused.status_code, refused.json()["code"], gone.status_code) == (409, "option_needed", 204)


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_lists_cost_the_same_for_any_number_of_rows(api_client, product_manager, rows, django_assert_num_queries):
    client = api_client(product_manager)
    with tenant_scope(product_manager):
        for number in range(rows):
            period = CashPeriodFactory(line=CashLineFactory())
            CaseDriver.objects.create(case=period.line.case, key=f"k{number}", name="K")
    for noun in ("case-options", "case-drivers", "cash-periods", "cash-lines"):
        client.get(f"{noun}/")

        with django_assert_num_queries(QUERIES):
            response = client.get(f"{noun}/")

        assert len(response.json()["results"]) == rows
