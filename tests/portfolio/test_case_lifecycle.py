"""A business case on its way to a decision: submitted, approved, returned, drafted anew, and kept as decided."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from core.errors import InvalidInputError, NotPermittedError
from portfolio.enums import CaseStatus, Measure
from portfolio.models import CaseDriver, CaseOption, CashLine, CashPeriod, StaffingLine, Valuation
from portfolio.selectors.case_diff import diff_cases
from portfolio.services.actuals import record_actuals, record_forecast
from portfolio.services.business_cases import (
    ApprovedCaseCountsError,
    CaseNotOpenError,
    change_business_case,
    create_business_case,
    delete_business_case,
    make_current,
)
from portfolio.services.case_copies import new_draft
from portfolio.services.case_drivers import change_driver, create_driver
from portfolio.services.case_lifecycle import (
    NotSubmittableError,
    NotSubmittedError,
    OwnCaseError,
    approve_case,
    return_case,
    submit_case,
    withdraw_case,
)
from portfolio.services.case_lines import change_line, create_line, delete_line
from portfolio.services.case_options import create_option, recommend_option
from portfolio.services.staffing import create_staffing_line
from portfolio.services.valuations import value_business_case
from tenancy.enums import Role
from tenancy.models import Job, LedgerEvent
from tenancy.scope import tenant_scope
from tests.factories.portfolio import InitiativeFactory

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


@pytest.fixture
def finance(actor_with):
    return actor_with(Role.FINANCE, "finance")


@pytest.fixture
def case(scope):
    """Build with a formula, an entered benefit and people; valued, so that it may be submitted."""
    case = create_business_case(
        initiative=InitiativeFactory(title="Search"), actor=scope, start_month=JANUARY, horizon_months=12
    )
    option = CaseOption.objects.get(case=case)
    create_driver(case, actor=scope, key="users", unit="users", low=80, likely=100, high=140)
    create_driver(case, actor=scope, key="price", unit="EUR/user", low=2, likely=3, high=5)
    create_line(option, category="inference", name="Serving", formula="users * price", actor=scope)
    create_line(option, category="revenue", name="Seats", amounts={MARCH: Decimal(9000)}, actor=scope)
    create_staffing_line(
        option, role="ML engineer", monthly_rate=Decimal(1000), person_months={JANUARY: Decimal("1.5")}, actor=scope
    )
    value_business_case(case.pk, actor=scope)
    case.refresh_from_db()
    return case


def approved(case, scope, finance):
    submit_case(case, actor=scope)
    with tenant_scope(finance):
        return approve_case(case, actor=finance)


def test_submit_approve_and_supersede(scope, finance, case):
    first = approved(case, scope, finance)
    draft = new_draft(first, actor=scope)
    value_business_case(draft.pk, actor=scope)

    second = approved(draft, scope, finance)

    first.refresh_from_db()
    assert (first.status, first.is_current) == (CaseStatus.SUPERSEDED, False)
    assert (second.status, second.is_current, second.revision) == (CaseStatus.APPROVED, True, 2)
    assert second.decided_by.user == finance.user
    assert second.submitted_by.user == scope.user


def test_approval_has_the_rolled_up_money_refreshed(scope, finance, case):
    before = Job.objects.filter(name="portfolio.refresh_money").count()

    approved(case, scope, finance)

    assert (before, Job.objects.filter(name="portfolio.refresh_money").count()) == (0, 1)


def test_own_case_is_not_decided_on(scope, finance, case):
    submit_case(case, actor=scope)

    with pytest.raises(OwnCaseError):
        approve_case(case, actor=scope)
    with pytest.raises(OwnCaseError):
        return_case(case, reason="Mine", actor=scope)

    case.refresh_from_db()
    assert case.status == CaseStatus.SUBMITTED


def test_returned_case_may_be_edited_and_submitted_again(scope, finance, case):
    submit_case(case, actor=scope)
    with tenant_scope(finance):
        with pytest.raises(InvalidInputError, match="Say why"):
            return_case(case, reason=" ", actor=finance)
        returned = return_case(case, reason="Prices are those of last year.", actor=finance)
    assert (returned.status, returned.decision_note) == (CaseStatus.RETURNED, "Prices are those of last year.")

    change_business_case(case, actor=scope, notes="New prices.")
    again = submit_case(case, actor=scope)

    assert (again.status, again.decision_note, again.decided_by) == (CaseStatus.SUBMITTED, "", None)


def test_submitted_case_is_withdrawn_by_its_author_alone_and_submitted_again(scope, finance, case):
    submit_case(case, actor=scope)
    with tenant_scope(finance), pytest.raises(NotPermittedError, match="whoever submitted"):
        withdraw_case(case, actor=finance)

    withdrawn = withdraw_case(case, actor=scope, note="The rate is old.")
    change_business_case(withdrawn, actor=scope, name="Search, again")
    again = submit_case(withdrawn, actor=scope)

    assert (withdrawn.status, withdrawn.decision_note) == (CaseStatus.WITHDRAWN, "The rate is old.")
    assert (again.status, again.decided_by) == (CaseStatus.SUBMITTED, None)
    event = LedgerEvent.objects.filter(action="business_case.withdrawn").latest("id")
    assert event.reason == "The rate is old."


def test_neither_a_draft_nor_an_approved_case_is_withdrawn(scope, finance, case):
    with pytest.raises(NotSubmittedError, match="draft"):
        withdraw_case(case, actor=scope)
    approved(case, scope, finance)
    with pytest.raises(NotSubmittedError, match="approved"):
        withdraw_case(case, actor=scope)


def test_only_what_is_valued_as_it_stands_is_submitted(scope, case):
    change_line(CashLine.objects.get(name="Seats"), amounts={MARCH: Decimal(9001)}, actor=scope)

    with pytest.raises(NotSubmittableError, match="The option Build is not valued with its present figures yet"):
        submit_case(case, actor=scope)
    value_business_case(case.pk, actor=scope)

    assert submit_case(case, actor=scope).status == CaseStatus.SUBMITTED


def test_empty_case_is_not_submitted(scope):
    case = create_business_case(initiative=InitiativeFactory(), actor=scope)

    with pytest.raises(NotSubmittableError, match="no amount yet"):
        submit_case(case, actor=scope)


def test_draft_is_not_decided_on(scope, finance, case):
    with tenant_scope(finance), pytest.raises(NotSubmittedError, match="is draft"):
        approve_case(case, actor=finance)


@pytest.mark.parametrize("role", [Role.PRODUCT_MANAGER, Role.CONTRIBUTOR, Role.VIEWER, Role.AUDITOR])
def test_who_may_not_approve(scope, actor_with, case, role):
    submit_case(case, actor=scope)
    actor = actor_with(role)

    with tenant_scope(actor), pytest.raises(NotPermittedError):
        approve_case(case, actor=actor)


def test_submitted_case_is_not_changed_by_services(scope, case):
    driver, line = CaseDriver.objects.get(key="users"), CashLine.objects.get(name="Seats")
    submit_case(case, actor=scope)

    for change in (
        lambda: change_business_case(case, actor=scope, name="Other"),
        lambda: change_driver(driver, actor=scope, likely=90),
        lambda: change_line(line, actor=scope, name="Other"),
        lambda: create_option(case, actor=scope, name="Buy"),
        lambda: delete_line(line, actor=scope),
        lambda: delete_business_case(case, actor=scope),
    ):
        with pytest.raises(CaseNotOpenError):
            change()


STATEMENTS = [
    "UPDATE portfolio_businesscase SET discount_rate = 0.01 WHERE id = %(case)s",
    "UPDATE portfolio_businesscase SET status = 'draft' WHERE id = %(case)s",
    "DELETE FROM portfolio_businesscase WHERE id = %(case)s",
    "UPDATE portfolio_caseoption SET name = 'x' WHERE case_id = %(case)s",
    "UPDATE portfolio_casedriver SET likely = low WHERE case_id = %(case)s",
    "DELETE FROM portfolio_casedriver WHERE case_id = %(case)s",
    "UPDATE portfolio_cashline SET formula = '' WHERE case_id = %(case)s",
    "UPDATE portfolio_cashperiod SET amount = 1 WHERE line_id = %(line)s",
    "UPDATE portfolio_cashperiod SET measure = 'actual' WHERE line_id = %(line)s",
    "DELETE FROM portfolio_cashperiod WHERE line_id = %(line)s AND measure = 'plan'",
    "UPDATE portfolio_staffingline SET monthly_rate = 1",
    "UPDATE portfolio_staffingperiod SET person_months = 9",
    "DELETE FROM portfolio_valuation WHERE case_id = %(case)s",
    "UPDATE portfolio_valuation SET npv = 1 WHERE case_id = %(case)s",
]


@pytest.mark.parametrize("statement", STATEMENTS)
def test_the_database_keeps_an_approved_case_as_it_is(scope, finance, case, statement):
    approved(case, scope, finance)
    line = CashLine.objects.get(name="Seats")

    refused = pytest.raises(DatabaseError, match=r"is not changed|is not deleted|does not become|never changed")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"case": case.pk, "line": line.pk})


def test_actuals_follow_the_line_into_the_next_approved_case(scope, finance, case):
    first = approved(case, scope, finance)
    line = CashLine.objects.get(case=first, name="Seats")
    record_actuals(line, {JANUARY: Decimal(70)}, source="manual", actor=scope)
    record_forecast(line, {MARCH: Decimal(8000)}, actor=scope)
    draft = new_draft(first, actor=scope)
    successor = CashLine.objects.get(case=draft, name="Seats")
    change_line(successor, actor=scope, name="Seats sold")
    value_business_case(draft.pk, actor=scope)

    approved(draft, scope, finance)

    rows = CashPeriod.objects.filter(line=successor).exclude(measure=Measure.PLAN).order_by("measure")
    assert [(row.measure, row.month, row.amount) for row in rows] == [
        ("actual", JANUARY, Decimal(70)),
        ("forecast", MARCH, Decimal(8000)),
    ]


def test_a_line_with_actuals_is_not_dropped_by_the_next_case(scope, finance, case):
    first = approved(case, scope, finance)
    record_actuals(CashLine.objects.get(case=first, name="Seats"), {JANUARY: Decimal(70)}, source="manual", actor=scope)
    draft = new_draft(first, actor=scope)
    delete_line(CashLine.objects.get(case=draft, name="Seats"), actor=scope)
    value_business_case(draft.pk, actor=scope)

    with pytest.raises(NotSubmittableError, match="recorded on the line Seats"):
        submit_case(draft, actor=scope)


def test_new_draft_holds_the_same_and_is_worth_the_same(scope, finance, case):
    first = approved(case, scope, finance)

    draft = new_draft(first, actor=scope)
    value_business_case(draft.pk, actor=scope)

    assert (draft.revision, draft.status, draft.based_on, draft.is_current) == (2, CaseStatus.DRAFT, first, False)
    assert diff_cases(first, draft).changes == ()
    assert Valuation.objects.get(case=draft).npv == Valuation.objects.get(case=first).npv
    assert StaffingLine.objects.get(line__case=draft).periods.get().person_months == Decimal("1.5")


def test_diff_reads_like_what_was_done(scope, finance, case):
    first = approved(case, scope, finance)
    draft = new_draft(first, actor=scope)
    change_driver(CaseDriver.objects.get(case=draft, key="price"), actor=scope, likely=4)
    change_line(CashLine.objects.get(case=draft, name="Seats"), actor=scope, amounts={MARCH: Decimal(9500)})
    recommend_option(create_option(draft, actor=scope, kind="buy", name="Buy"), actor=scope)
    value_business_case(draft.pk, actor=scope)

    diff = diff_cases(first, draft)

    said = [(each.kind, each.subject, each.name, each.field, each.before, each.after) for each in diff.changes]
    assert said[:5] == [
        ("changed", "option", "Build", "is_recommended", "yes", "no"),
        ("added", "option", "Buy", "", None, None),
        ("changed", "driver", "price", "likely", "3", "4"),
        ("changed", "line", "Seats", "2026-03", "9000", "9500"),
        ("changed", "money", "Build", "npv", said[4][4], said[4][5]),
    ]
    assert [each.field for each in diff.about("money")][:2] == ["npv", "irr"]


def test_while_one_is_approved_no_draft_is_made_current(scope, finance, case):
    draft = new_draft(approved(case, scope, finance), actor=scope)

    with pytest.raises(ApprovedCaseCountsError):
        make_current(draft, actor=scope)
