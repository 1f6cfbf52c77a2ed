"""Business cases: revisions, lines, horizon, and what starts a valuation."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError, StaleVersionError
from portfolio.enums import CaseStatus, OptionKind, Visibility
from portfolio.models import BusinessCase, CashLine, CashPeriod
from portfolio.services.business_cases import (
    NothingToValueError,
    change_business_case,
    create_business_case,
    delete_business_case,
    make_current,
    request_valuation,
)
from portfolio.services.cash_lines import LineInput, replace_lines
from tenancy.models import Job, LedgerEvent, OutboxEntry
from tests.factories.portfolio import (
    BusinessCaseFactory,
    CashLineFactory,
    CashPeriodFactory,
    InitiativeFactory,
    PortfolioFactory,
)

JANUARY, FEBRUARY, MARCH = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)


def cost(**amounts) -> LineInput:
    return LineInput(category="engineering", name="Team", amounts=amounts.pop("amounts", {JANUARY: Decimal(100)}))


def benefit(amounts) -> LineInput:
    return LineInput(category="revenue", name="New customers", amounts=amounts)


def test_create_business_case_takes_the_organizations_defaults(scope):
    case = create_business_case(initiative=InitiativeFactory(title="Search"), actor=scope)

    assert (case.name, case.revision, case.status, case.is_current) == ("Search", 1, CaseStatus.DRAFT, True)
    assert (case.currency, Decimal(case.discount_rate)) == ("EUR", Decimal("0.1"))
    assert case.start_month == timezone.now().date().replace(day=1)
    assert case.inputs_digest == ""
    assert [(option.kind, option.is_recommended) for option in case.options.all()] == [(OptionKind.BUILD, True)]


def test_second_business_case_does_not_count_until_made_current(scope):
    initiative = InitiativeFactory()
    first = create_business_case(initiative=initiative, actor=scope)
    second = create_business_case(initiative=initiative, actor=scope)
    assert (second.revision, second.is_current) == (2, False)

    make_current(second, actor=scope)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.is_current, second.is_current) == (False, True)


def test_two_current_cases_are_refused_by_the_database(scope):
    case = BusinessCaseFactory()

    with pytest.raises(IntegrityError, match="portfolio_businesscase_is_current"), transaction.atomic():
        BusinessCaseFactory(initiative=case.initiative, revision=2)


def test_start_is_normalized_to_its_month(scope):
    case = create_business_case(initiative=InitiativeFactory(), actor=scope, start_month=date(2026, 3, 17))

    assert case.start_month == MARCH


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("currency", "euro"),
        ("discount_rate", Decimal("-0.6")),
        ("discount_rate", Decimal(11)),
        ("horizon_months", 0),
        ("horizon_months", 241),
        ("name", ""),
    ],
)
def test_create_business_case_refuses_bad_input_at_its_field(scope, field, value):
    with pytest.raises(ValidationError) as refusal:
        create_business_case(initiative=InitiativeFactory(), actor=scope, **{field: value})

    assert field in refusal.value.message_dict
    assert BusinessCase.objects.count() == 0


def test_replace_lines_writes_creates_changes_and_removes(scope):
    case = BusinessCaseFactory()
    kept = CashLineFactory(case=case, name="Team")
    CashPeriodFactory(line=kept, month=JANUARY, amount="10.00")
    CashPeriodFactory(line=kept, month=FEBRUARY, amount="10.00")
    CashLineFactory(case=case, name="Gone")

    replace_lines(
        case,
        actor=scope,
        lines=[
            LineInput(
                id=kept.pk,
                category="inference",
                name="Serving",
                amounts={FEBRUARY: Decimal("12.5"), MARCH: Decimal(3)},
            ),
            benefit({MARCH: Decimal(50)}),
        ],
    )

    lines = CashLine.objects.filter(case=case).order_by("position").values_list("side", "category", "name")
    assert list(lines) == [("cost", "inference", "Serving"), ("benefit", "revenue", "New customers")]
    amounts = CashPeriod.objects.filter(line=kept).values_list("month", "amount")
    assert list(amounts) == [(FEBRUARY, Decimal("12.50")), (MARCH, Decimal("3.00"))]


def test_replace_lines_writes_only_what_differs(scope):
    case = BusinessCaseFactory()
    replace_lines(case, actor=scope, lines=[cost(), benefit({MARCH: Decimal(1)})])
    lines = {line.name: line for line in CashLine.objects.all()}
    before = LedgerEvent.objects.filter(table_name__in=["portfolio_cashline", "portfolio_cashperiod"]).count()

    replace_lines(
        case,
        actor=scope,
        lines=[
            LineInput(id=lines["Team"].pk, category="engineering", name="Team", amounts={JANUARY: Decimal(101)}),
            LineInput(
                id=lines["New customers"].pk, category="revenue", name="New customers", amounts={MARCH: Decimal(1)}
            ),
        ],
    )

    after = LedgerEvent.objects.filter(table_name__in=["portfolio_cashline", "portfolio_cashperiod"]).count()
    assert after - before == 1


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        (LineInput("engineering", "Team", {JANUARY: Decimal(-1)}), "lines/0/amounts/2026-01"),
        (LineInput("engineering", "Team", {JANUARY: Decimal("NaN")}), "lines/0/amounts/2026-01"),
        (LineInput("engineering", "Team", {JANUARY: Decimal("Infinity")}), "lines/0/amounts/2026-01"),
        (LineInput("engineering", "Team", {JANUARY: Decimal("0.001")}), "lines/0/amounts/2026-01"),
        (LineInput("engineering", "Team", {JANUARY: Decimal("1e17")}), "lines/0/amounts/2026-01"),
        (LineInput("engineering", "Team", {date(2025, 12, 1): Decimal(1)}), "lines/0/amounts/2025-12"),
        (LineInput("engineering", "Team", {date(2028, 1, 1): Decimal(1)}), "lines/0/amounts/2028-01"),
        (
            LineInput("engineering", "Team", {JANUARY: Decimal(1), date(2026, 1, 9): Decimal(1)}),
            "lines/0/amounts/2026-01",
        ),
        (LineInput("catering", "Team"), "lines/0/category"),
        (LineInput("engineering", "  "), "lines/0/name"),
    ],
)
def test_replace_lines_refuses_bad_input_at_its_place_and_changes_nothing(scope, line, pointer):
    case = BusinessCaseFactory()

    with pytest.raises(InvalidInputError) as refusal:
        replace_lines(case, actor=scope, lines=[line])

    assert refusal.value.pointer == pointer
    assert CashLine.objects.count() == 0


def test_replace_lines_refuses_a_line_of_another_case(scope):
    foreign = CashLineFactory()

    with pytest.raises(InvalidInputError) as refusal:
        replace_lines(BusinessCaseFactory(), actor=scope, lines=[LineInput("engineering", "Mine", id=foreign.pk)])

    assert refusal.value.pointer == "lines/0/id"


def test_replace_lines_refuses_a_stale_version(scope):
    case = BusinessCaseFactory()
    replace_lines(case, actor=scope, lines=[cost()], expected_version=1)

    with pytest.raises(StaleVersionError):
        replace_lines(case, actor=scope, lines=[], expected_version=1)

    assert CashLine.objects.count() == 1


def test_negative_money_is_refused_by_the_database_too(scope):
    with pytest.raises(IntegrityError, match="portfolio_cashperiod_amount"), transaction.atomic():
        CashPeriodFactory(amount="-1.00")


def test_changing_lines_enqueues_one_valuation_with_the_case_as_its_argument(scope):
    case = BusinessCaseFactory()

    replace_lines(case, actor=scope, lines=[cost()])

    job = Job.objects.get()
    assert (job.name, job.arguments) == ("portfolio.value_business_case", {"case_id": str(case.pk)})
    assert OutboxEntry.objects.get().queue == "interactive"


def test_renaming_a_line_changes_the_version_but_asks_for_no_valuation(scope):
    case = BusinessCaseFactory()
    replaced = replace_lines(case, actor=scope, lines=[cost()])
    line = CashLine.objects.get()

    renamed = replace_lines(
        case, actor=scope, lines=[LineInput("engineering", "Squad", {JANUARY: Decimal(100)}, id=line.pk)]
    )

    assert renamed.version > replaced.version
    assert Job.objects.count() == 1


def test_changing_the_discount_rate_asks_for_a_valuation_and_changing_the_name_does_not(scope):
    case = BusinessCaseFactory()
    replace_lines(case, actor=scope, lines=[cost()])

    change_business_case(case, actor=scope, name="Other")
    assert Job.objects.count() == 1
    change_business_case(case, actor=scope, discount_rate=Decimal("0.2"))

    assert Job.objects.count() == 2


def test_removing_every_line_makes_the_case_unknown(scope):
    case = BusinessCaseFactory()
    replace_lines(case, actor=scope, lines=[cost()])

    emptied = replace_lines(case, actor=scope, lines=[])

    assert emptied.inputs_digest == ""
    assert Job.objects.count() == 1


def test_request_valuation_refuses_a_case_without_amounts(scope):
    case = BusinessCaseFactory()
    CashLineFactory(case=case)

    with pytest.raises(NothingToValueError, match="no amount to value"):
        request_valuation(case, actor=scope)

    assert Job.objects.count() == 0


def test_another_start_moves_every_amount_along(scope):
    case = BusinessCaseFactory()
    line = CashLineFactory(case=case)
    for month in (JANUARY, FEBRUARY, MARCH):
        CashPeriodFactory(line=line, month=month, amount=month.month)

    change_business_case(case, actor=scope, start_month=date(2026, 11, 1))

    periods = CashPeriod.objects.filter(line=line).values_list("month", "amount")
    assert list(periods) == [(date(2026, 11, 1), 1), (date(2026, 12, 1), 2), (date(2027, 1, 1), 3)]


def test_a_shorter_horizon_must_not_cut_amounts_off(scope):
    case = BusinessCaseFactory()
    CashPeriodFactory(line=CashLineFactory(case=case), month=MARCH)

    with pytest.raises(InvalidInputError) as refusal, transaction.atomic():
        change_business_case(case, actor=scope, horizon_months=2)

    case.refresh_from_db()
    assert (refusal.value.pointer, case.horizon_months) == ("horizon_months", 24)


def test_delete_business_case_removes_its_lines(scope):
    case = BusinessCaseFactory()
    replace_lines(case, actor=scope, lines=[cost()])

    delete_business_case(case, actor=scope)

    assert (BusinessCase.objects.count(), CashLine.objects.count(), CashPeriod.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize(("role", "may_write"), [("finance", True), ("contributor", True), ("viewer", False)])
def test_rights_on_business_cases(scope, actor_with, role, may_write):
    actor, initiative = actor_with(role), InitiativeFactory()

    if may_write:
        case = create_business_case(initiative=initiative, actor=actor, start_month=JANUARY)
        assert replace_lines(case, actor=actor, lines=[cost()]).inputs_digest
    else:
        with pytest.raises(NotPermittedError):
            create_business_case(initiative=initiative, actor=actor)
        with pytest.raises(NotPermittedError):
            replace_lines(BusinessCaseFactory(), actor=actor, lines=[cost()])


def test_business_case_of_a_restricted_portfolio_is_hidden_and_cannot_be_written(scope, product_manager):
    case = BusinessCaseFactory(
        initiative=InitiativeFactory(portfolio=PortfolioFactory(visibility=Visibility.RESTRICTED))
    )
    CashPeriodFactory(line=CashLineFactory(case=case))

    for model in (BusinessCase, CashLine, CashPeriod):
        assert not model.objects.permitted(product_manager).exists()
    with pytest.raises(NotPermittedError):
        create_business_case(initiative=case.initiative, actor=product_manager)
    with pytest.raises(NotPermittedError):
        replace_lines(case, actor=product_manager, lines=[])
