"""Results, comparison, differences and decisions of business cases on their pages."""

import re
from datetime import date
from decimal import Decimal

import pytest

from portfolio.enums import CaseStatus
from portfolio.models import BusinessCase, CaseDriver, CaseOption, CashLine, Valuation
from portfolio.selectors.case_diff import CaseDiff, Change
from portfolio.services.actuals import record_actuals
from portfolio.services.case_copies import new_draft
from portfolio.services.case_drivers import change_driver
from portfolio.services.case_lifecycle import approve_case, submit_case, withdraw_case
from portfolio.services.valuations import value_business_case
from portfolio.web.case_differences import difference_context
from tenancy.scope import tenant_scope
from tests.factories.portfolio import BusinessCaseFactory, CaseOptionFactory, ValuationFactory
from tests.factories.portfolio_cases import full_case
from tests.portfolio.page_text import text_of


def url_of(case, suffix="") -> str:
    return f"/acme/portfolio/business-cases/{case.pk}/{suffix}"


@pytest.fixture
def case(product_manager) -> BusinessCase:
    """Valued, with three options; not submitted."""
    with tenant_scope(product_manager):
        case = full_case(BusinessCaseFactory(name="Answers", horizon_months=24), actor=product_manager)
        value_business_case(case.pk, actor=product_manager)
        case.refresh_from_db()
    return case


@pytest.fixture
def submitted(case, product_manager) -> BusinessCase:
    with tenant_scope(product_manager):
        return submit_case(case, actor=product_manager)


def test_case_goes_by_its_buttons_from_draft_to_approved(client_for, product_manager, director, case):
    asked = client_for(product_manager).post(url_of(case, "submit/"))
    own = text_of(client_for(product_manager).get(url_of(case)))
    others = text_of(client_for(director).get(url_of(case)))
    returned = client_for(director).post(url_of(case, "return/"), {"reason": "Ask finance about the rate."})
    told = text_of(client_for(product_manager).get(url_of(case)))
    client_for(product_manager).post(url_of(case, "submit/"))
    approved = client_for(director).post(url_of(case, "approve/"), {"note": "Good."})
    drafted = client_for(product_manager).post(url_of(case, "new-draft/"))

    assert {answer.status_code for answer in (asked, returned, approved, drafted)} == {303}
    assert "Approve" not in own
    assert "Return… Approve…" in others
    assert "Ask finance about the rate." in told
    with tenant_scope(product_manager):
        statuses = dict(BusinessCase.objects.values_list("revision", "status"))
    assert statuses == {1: "approved", 2: "draft"}
    assert drafted["Location"].endswith("/sheet/")


def test_author_withdraws_what_they_submitted(client_for, product_manager, director, submitted):
    own = text_of(client_for(product_manager).get(url_of(submitted)))
    others = text_of(client_for(director).get(url_of(submitted)))
    refused = client_for(director).post(url_of(submitted, "withdraw/"))
    answer = client_for(product_manager).post(url_of(submitted, "withdraw/"))
    told = text_of(client_for(product_manager).get(url_of(submitted)))

    assert ("Withdraw" in own, "Withdraw" in others) == (True, False)
    assert (refused.status_code, answer.status_code) == (303, 303)
    assert "Withdrawn by" in told
    assert "It may be changed and submitted again." in told
    with tenant_scope(product_manager):
        submitted.refresh_from_db()
        assert submitted.status == CaseStatus.WITHDRAWN


def test_return_without_a_reason_and_submitting_what_is_not_valued_are_refused(
    client_for, product_manager, director, submitted
):
    refused = client_for(director).post(url_of(submitted, "return/"), {"reason": ""})
    with tenant_scope(product_manager):
        empty = BusinessCaseFactory()
    client_for(product_manager).post(url_of(empty, "submit/"))

    assert refused.status_code == 422
    with tenant_scope(product_manager):
        assert set(BusinessCase.objects.values_list("status", flat=True)) == {"submitted", "draft"}


@pytest.mark.parametrize(("step", "words"), [("approve/", {"note": ""}), ("return/", {"reason": "Ask finance."})])
def test_decision_on_a_case_submitted_anew_after_it_was_read_is_refused(
    client_for, product_manager, director, submitted, step, words
):
    client = client_for(director)
    link = re.search(rf'href="([^"]*/{step}[^"]*)"', client.get(url_of(submitted)).content.decode())[1]
    with tenant_scope(product_manager):
        submit_case(withdraw_case(submitted, actor=product_manager), actor=product_manager)
    read = client.get(link).context["form"]["version"].value()
    refused = client.post(url_of(submitted, step), {**words, "version": read})
    fresh = client.get(url_of(submitted, step)).context["form"]["version"].value()
    decided = client.post(url_of(submitted, step), {**words, "version": fresh})

    assert refused.status_code == 409
    assert "Somebody else changed this business case after you opened it." in text_of(refused)
    assert decided.status_code == 303


def test_submitted_case_waits_for_those_who_decide_and_did_not_submit_it(
    client_for, product_manager, director, viewer, submitted
):
    pages = {actor: text_of(client_for(actor).get("/acme/")) for actor in (product_manager, director, viewer)}

    assert "Decide on Answers" in pages[director]
    assert "Decide on Answers" not in pages[product_manager] + pages[viewer]


def test_results_show_the_spread_the_drivers_and_how_they_were_computed(client_for, product_manager, case):
    page = client_for(product_manager).get(url_of(case))

    words = text_of(page)
    with tenant_scope(product_manager):
        valuation = Valuation.objects.recommended().get()
    assert all(word in words for word in ("P10", "P50", "P90", "Modified rate of return", "Cost of a month", "Seed"))
    assert "No driver or formula counts the actions." in words
    assert "Minutes saved per agent and day" in words
    assert page.context["loss"] == valuation.probability_negative
    assert len(page.context["spread"].bars) <= 24
    assert sum(bar.count for bar in page.context["spread"].bars) == 10_000


def test_results_follow_the_option_and_a_strange_one_is_not_found(client_for, product_manager, case):
    client = client_for(product_manager)
    with tenant_scope(product_manager):
        buy = CaseOption.objects.get(name="Buy")

    assert client.get(url_of(case, f"?option={buy.pk}")).context["option"] == buy
    assert client.get(url_of(case, f"results/?option={buy.pk}"), headers={"HX-Request": "true"}).status_code == 200
    opened = client.get(url_of(case, f"results/?option={buy.pk}"))
    assert (opened.status_code, opened["Location"]) == (303, url_of(case, f"?option={buy.pk}"))
    assert client.get(url_of(case, "?option=strange")).status_code == 404


def test_variance_is_shown_against_the_plan_of_the_months_that_happened(client_for, product_manager, case):
    with tenant_scope(product_manager):
        hosting = CashLine.objects.get(name="Hosting")
        record_actuals(hosting, {date(2026, 1, 1): Decimal(4180)}, source="manual", actor=product_manager)

    page = client_for(product_manager).get(url_of(case))

    costs = page.context["sides"][0]["total"]
    assert (costs.actual, costs.variance, costs.variance_share) == (4180, 380, Decimal("0.1"))
    assert "€380.00 ( 10.0% )" in text_of(page) or "€380 ( 10.0% )" in text_of(page)
    assert [name for name, _ in page.context["cost_series"]] == ["Plan", "Forecast", "Actual"]


def test_options_stand_side_by_side_with_the_best_marked_and_reasons(client_for, product_manager, case):
    page = client_for(product_manager).get(url_of(case, "compare/"))

    rows = {row["figure"].name: row["cells"] for _, group in page.context["groups"] for row in group}
    values = [shown.value for shown, _ in rows["npv"]]
    assert [is_best for _, is_best in rows["npv"]] == [value == max(values) for value in values]
    assert [is_best for _, is_best in rows["capex"]] == [False, False, False]
    words = text_of(page)
    assert all(name in words for name in ("Build", "Buy", "Partner"))
    assert "No driver or formula counts the actions." in words
    assert [name for name, _ in page.context["npv_series"]] == ["NPV, P10", "NPV", "NPV, P90"]


def test_options_without_a_simulation_are_drawn_without_percentiles(client_for, product_manager):
    with tenant_scope(product_manager):
        case = BusinessCaseFactory(inputs_digest="x")
        ValuationFactory(case=case, option=CaseOption.objects.get(case=case), npv_p10=None, npv_p90=None)

    page = client_for(product_manager).get(url_of(case, "compare/"))

    assert [name for name, _ in page.context["npv_series"]] == ["NPV"]
    assert "a tenth of the trials" not in text_of(page)


def test_difference_names_the_driver_and_what_it_means_in_money(client_for, product_manager, director, submitted):
    with tenant_scope(director):
        approve_case(submitted, actor=director)
    with tenant_scope(product_manager):
        draft = new_draft(submitted, actor=product_manager)
        driver = CaseDriver.objects.get(case=draft, key="minutes_saved")
        change_driver(driver, actor=product_manager, likely=Decimal(18), source="Second pilot")
        value_business_case(draft.pk, actor=product_manager)

    page = client_for(director).get(url_of(draft, "difference/"))

    sections = dict(page.context["sections"])
    assert [record.name for record in sections["Drivers"]] == ["minutes_saved"]
    rows = {row.label: (row.before, row.after, row.step) for row in sections["Drivers"][0].rows}
    assert rows["Likely"] == ("21", "18", "\N{MINUS SIGN}14.3%")
    assert rows["Source"][1] == "Second pilot"
    money = {row.label: row for row in page.context["money"][0].rows}
    assert money["Net present value"].tone == "danger"


def test_months_that_changed_alike_are_one_row(scope):
    case = BusinessCase(currency="EUR")
    changes = [Change("changed", "line", "Build", "Hosting", f"2026-0{month}", "100", "120") for month in (1, 2, 3)] + [
        Change("changed", "line", "Build", "Hosting", "2026-05", None, "5")
    ]

    sections = difference_context(CaseDiff(case, case, tuple(changes)))["sections"]

    rows = sections[0][1][0].rows
    assert [(row.label, row.step) for row in rows] == [("Jan 2026 to Mar 2026", "+20.0%"), ("May 2026", "")]


def test_only_revision_has_nothing_to_differ_from(client_for, product_manager, case):
    assert "No other revision" in text_of(client_for(product_manager).get(url_of(case, "difference/")))


@pytest.mark.parametrize("count", [1, 3, 30])
def test_comparison_and_case_cost_the_same_queries_however_many_options(
    client_for, product_manager, count, django_assert_num_queries
):
    with tenant_scope(product_manager):
        case = BusinessCaseFactory(inputs_digest="x")
        options = [CaseOption.objects.get(case=case)]
        options += [
            CaseOptionFactory(case=case, name=f"Option {number}", is_recommended=False) for number in range(count)
        ]
        for option in options:
            ValuationFactory(case=case, option=option)
    client = client_for(product_manager)
    for warm in ("", "compare/"):
        client.get(url_of(case, warm))

    with django_assert_num_queries(10):
        client.get(url_of(case, "compare/"))
    with django_assert_num_queries(12):
        client.get(url_of(case))


@pytest.mark.parametrize("garbled", ["", "x"])
def test_submitting_what_changed_after_its_page_was_read_is_refused(client_for, product_manager, case, garbled):
    client = client_for(product_manager)
    read = re.search(r'name="version" value="(\d+)"', client.get(url_of(case)).content.decode())[1]
    with tenant_scope(product_manager):
        BusinessCase.objects.filter(pk=case.pk).update(notes="Changed meanwhile.")

    client.post(url_of(case, "submit/"), {"version": f"{read}{garbled}"})
    refused = client.get(url_of(case))
    fresh = re.search(r'name="version" value="(\d+)"', refused.content.decode())[1]
    client.post(url_of(case, "submit/"), {"version": fresh})

    assert "Somebody else changed this business case after you opened it." in text_of(refused)
    assert "Submitted. It stays as it is until somebody decides." in text_of(client.get(url_of(case)))
