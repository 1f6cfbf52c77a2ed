"""What waiting costs: dearest or most urgent first, of what is not launched and valued as it stands."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.enums import Stage, Visibility
from portfolio.selectors.waiting_costs import waiting_costs
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, InitiativeFactory, PortfolioFactory, ValuationFactory
from tests.portfolio.page_text import text_of

TODAY = date(2026, 1, 1)
ADDRESS = "/acme/portfolio/business-cases/cost-of-waiting/"


def waiting(cost, *, end_on=date(2027, 1, 1), currency="EUR", **fields):
    initiative = InitiativeFactory(end_on=end_on, start_on=None, **fields)
    case = BusinessCaseFactory(initiative=initiative, currency=currency, inputs_digest="now")
    ValuationFactory(case=case, currency=currency, inputs_digest="now", cost_of_delay=Decimal(cost))
    return initiative


def names(found):
    return [row.initiative.title for row in found.rows]


def test_dearest_wait_comes_first_and_the_most_urgent_when_asked(scope):
    waiting(300, title="Long", end_on=date(2028, 1, 1))
    waiting(200, title="Short", end_on=date(2026, 2, 1))
    waiting(250, title="Endless", end_on=None)
    waiting(-50, title="Can wait")

    by_cost = waiting_costs(scope, today=TODAY)
    by_urgency = waiting_costs(scope, today=TODAY, by_urgency=True)

    assert names(by_cost) == ["Long", "Endless", "Short", "Can wait"]
    assert names(by_urgency) == ["Short", "Long", "Can wait", "Endless"]
    assert by_cost.total == 700
    short = by_urgency.rows[0]
    assert float(short.months) == pytest.approx(31 / 30.436875)
    assert float(short.urgency) == pytest.approx(200 / (31 / 30.436875))
    assert by_cost.sequence.in_order < by_cost.sequence.in_reverse


def test_launched_unvalued_and_foreign_currency_are_left_out_and_counted(scope):
    waiting(100, title="Counts")
    waiting(100, title="Out", stage=Stage.OPERATING)
    waiting(100, title="Dollars", currency="USD")
    InitiativeFactory(title="No case")

    found = waiting_costs(scope, today=TODAY)

    assert names(found) == ["Counts"]
    assert (found.left_out, found.sequence) == (2, None)


def test_page_shows_what_one_may_see_and_one_portfolio_alone(client_for, product_manager, scope):
    secret = PortfolioFactory(visibility=Visibility.RESTRICTED)
    waiting(100, title="Hidden", portfolio=secret)
    shown = waiting(12345, title="Shown")
    waiting(10, title="Elsewhere")
    client = client_for(product_manager)

    everything = text_of(client.get(ADDRESS))
    one = text_of(client.get(f"{ADDRESS}?portfolio={shown.portfolio_id}&by=urgency"))

    assert "Hidden" not in everything
    assert "€12,345" in everything
    assert ("Shown" in one, "Elsewhere" in one) == (True, False)
    assert client.get(f"{ADDRESS}?portfolio={secret.pk}").status_code == 404
    assert client.get(f"{ADDRESS}?portfolio=nonsense").status_code == 404


def test_page_without_a_case_says_what_to_do(client_for, product_manager):
    assert "Give initiatives that are not launched yet a business case" in text_of(
        client_for(product_manager).get(ADDRESS)
    )


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_page_costs_the_same_for_any_number_of_initiatives(
    client_for, product_manager, rows, django_assert_num_queries
):
    with tenant_scope(product_manager):
        portfolio = PortfolioFactory()
        for number in range(rows):
            waiting(number, portfolio=portfolio)
    client = client_for(product_manager)
    client.get(ADDRESS)

    with django_assert_num_queries(10):
        client.get(ADDRESS)


def test_list_of_cases_is_sorted_by_what_waiting_costs(client_for, product_manager):
    with tenant_scope(product_manager):
        for cost, title in ((5, "Cheap"), (500, "Dear")):
            waiting(cost, title=title)

    page = text_of(client_for(product_manager).get("/acme/portfolio/business-cases/?sort=-cost_of_delay"))

    assert page.index("Dear") < page.index("Cheap")


def test_rest_tells_the_same_and_refuses_a_hidden_portfolio(api_client, product_manager, scope):
    secret = PortfolioFactory(visibility=Visibility.RESTRICTED)
    waiting(100, title="Hidden", portfolio=secret)
    shown = waiting(300, title="Shown", end_on=None)
    client = api_client(product_manager)

    rows = client.get("business-cases/cost-of-waiting/").json()
    refused = client.get(f"business-cases/cost-of-waiting/?portfolio={secret.pk}")

    assert [(row["key"], row["cost_of_delay"], row["urgency"]) for row in rows] == [(shown.key, "300.00", None)]
    assert refused.status_code == 400
