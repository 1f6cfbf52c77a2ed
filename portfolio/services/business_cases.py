"""Business cases: create, change, choose the current one, write their lines, ask for a valuation."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from portfolio.enums import CaseStatus
from portfolio.models import BusinessCase, CaseOption, CashPeriod, Initiative, StaffingPeriod
from portfolio.selectors.case_content import content_of, digest_of
from portfolio.services.access import VIEW_ONLY, lock_permitted
from portfolio.services.case_anchors import place_lines, shift_unanchored
from portfolio.services.case_plans import write_plans
from portfolio.validators import add_months, first_of_month, months_between, require_calendar
from tenancy.actor import Actor
from tenancy.models import Job
from tenancy.scope import named_action
from tenancy.services.jobs import enqueue
from tenancy.services.saving import assign, delete_checked, save_checked

# Changes of these change the value.
_INPUTS = frozenset(
    {
        "currency",
        "discount_rate",
        "start_month",
        "horizon_months",
        "users_key",
        "actions_key",
        "simulation_seed",
        "trials",
    }
)
EDITABLE = frozenset({"name", "notes"}) | _INPUTS


class NothingToValueError(DomainError):
    """A business case without a single amount is unknown; it is not worth zero."""

    code = "nothing_to_value"


class ApprovedCaseCountsError(DomainError):
    """While one is approved, no other business case counts for the initiative."""

    code = "approved_case_counts"


@transaction.atomic
def create_business_case(*, initiative: Initiative, actor: Actor, **fields: Any) -> BusinessCase:
    """A new revision with one option, build; the first one of an initiative becomes its current case.

    Currency and discount rate default to the organization's, the start to this month.
    """
    actor.require("business_case.create")
    # Locked so that two new cases never get the same revision; the right to change the initiative is not needed.
    locked = lock_permitted(initiative, "view", actor=actor)
    require_writable(locked, actor)
    siblings = BusinessCase.objects.filter(initiative=locked)
    is_first = not siblings.current().exists()
    case = BusinessCase(
        initiative=locked,
        name=locked.title[:200],
        revision=(siblings.aggregate(last=Max("revision"))["last"] or 0) + 1,
        is_current=is_first,
        currency=actor.organization.currency,
        discount_rate=actor.organization.discount_rate,
        start_month=first_of_month(timezone.now().date()),
    )
    assign(case, _normalized(fields), editable=EDITABLE)
    require_calendar(case.start_month, case.horizon_months)
    named_action("business_case.created")
    save_checked(case)
    save_checked(CaseOption(case=case, name="Build", is_recommended=True))
    return case


@transaction.atomic
def change_business_case(case: BusinessCase, *, actor: Actor, **changes: Any) -> BusinessCase:
    """Change the case; a new start moves every amount along, a shorter horizon must not cut amounts off."""
    actor.require("business_case.change")
    locked = open_case(case, actor)
    old_start = locked.start_month
    changed = assign(locked, _normalized(changes), editable=EDITABLE)
    if not changed:
        return locked
    require_calendar(locked.start_month, locked.horizon_months)
    named_action("business_case.changed")
    save_checked(locked, update_fields=changed)
    if locked.start_month != old_start:
        shift_unanchored(locked, months_between(old_start, locked.start_month))
    _require_amounts_inside(locked)
    if _INPUTS & set(changed):
        record_inputs(locked, actor=actor)
    return locked


@transaction.atomic
def delete_business_case(case: BusinessCase, *, actor: Actor) -> None:
    """Delete the case with its lines and valuations; the ledger keeps what they were."""
    actor.require("business_case.delete")
    locked = lock_permitted(case, "delete", actor=actor)
    if not locked.is_open:
        raise CaseNotOpenError("A submitted or decided business case is kept; return or supersede it instead.")
    named_action("business_case.deleted")
    delete_checked(locked)


@transaction.atomic
def make_current(case: BusinessCase, *, actor: Actor) -> BusinessCase:
    """Let this case count for its initiative instead of another; refused when an approved one does."""
    actor.require("business_case.change")
    initiative = Initiative.objects.for_update().get(pk=case.initiative_id)
    locked = lock_permitted(case, "change", actor=actor)
    if locked.is_current:
        return locked
    if BusinessCase.objects.approved().filter(initiative=initiative).exists():
        raise ApprovedCaseCountsError("An approved business case counts; have this one approved in its place.")
    named_action("business_case.made_current")
    mark_current(locked)
    return locked


def mark_current(case: BusinessCase) -> None:
    """Move the mark of the case that counts to this one; the initiative and the case are locked."""
    for other in BusinessCase.objects.for_update().current().filter(initiative=case.initiative_id):
        other.is_current = False
        other.save(update_fields=["is_current", "updated_at"])
    case.is_current = True
    save_checked(case, update_fields=["is_current"])


@transaction.atomic
def request_valuation(case: BusinessCase, *, actor: Actor) -> Job:
    """Start a valuation of what the case holds now; refused while there is no amount."""
    actor.require("business_case.value")
    locked = lock_permitted(case, "view", actor=actor)
    if not digest_of(content_of(locked)):
        raise NothingToValueError("There is no amount to value yet: add a cost or a benefit first.")
    return _enqueue(locked, actor)


def record_inputs(case: BusinessCase, *, actor: Actor, may_extend: bool = False) -> None:
    """Compute the plans of the locked case, note what it now holds and have it valued if that is new.

    Call after every change of its inputs; refuses what cannot be computed. `may_extend` lets the
    horizon grow where lines move with the initiative's dates.
    """
    content = content_of(case)
    if place_lines(content, may_extend=may_extend):
        content = content_of(case)
    write_plans(content)
    old_digest, case.inputs_digest = case.inputs_digest, digest_of(content)
    case.save(update_fields=["inputs_digest", "updated_at"])
    case.refresh_from_db(fields=["version"])
    if case.inputs_digest not in ("", old_digest):
        _enqueue(case, actor)


class CaseNotOpenError(DomainError):
    """A submitted or decided business case is not changed; a change is a new draft."""

    code = "case_not_open"


def open_case(case: BusinessCase, actor: Actor, *, expected_version: int | None = None) -> BusinessCase:
    """The case, locked, when it may be edited."""
    locked = lock_permitted(case, "change", actor=actor, expected_version=expected_version)
    if not locked.is_open:
        label = CaseStatus(locked.status).label.lower()
        raise CaseNotOpenError(f"This business case is {label} and stays as it is; make a new draft to change it.")
    return locked


def by_month_of_plan(
    case: BusinessCase, given: Mapping[date, Decimal], *, pointer: str, checked: Callable[[Decimal, str], Decimal]
) -> dict[date, Decimal]:
    """Checked figures by the first day of their month; refused outside the plan, and when a month is given twice.

    `checked` takes a figure and the pointer a refusal is to name.
    """
    first, end = case.start_month, add_months(case.start_month, case.horizon_months)
    figures: dict[date, Decimal] = {}
    for day, figure in given.items():
        month, where = first_of_month(day), f"{pointer}/{day:%Y-%m}"
        if not first <= month < end:
            span = f"{first:%Y-%m} to {add_months(end, -1):%Y-%m}"
            raise InvalidInputError(f"The month lies outside the plan, which runs from {span}.", pointer=where)
        if month in figures:
            raise InvalidInputError("This month is given twice.", pointer=where)
        figures[month] = checked(figure, where)
    return figures


def _enqueue(case: BusinessCase, actor: Actor) -> Job:
    return enqueue("portfolio.value_business_case", actor=actor, title=f"Value {case.name}"[:200], case_id=str(case.pk))


def require_writable(initiative: Initiative, actor: Actor) -> None:
    """Refuse when the initiative's portfolio is shared with the actor to view only."""
    portfolios = type(initiative.portfolio).objects.open_for_writing(actor)
    if not portfolios.filter(pk=initiative.portfolio_id).exists():
        raise NotPermittedError(VIEW_ONLY)


def _normalized(fields: dict[str, Any]) -> dict[str, Any]:
    """Any day of a month stands for the month."""
    start = fields.get("start_month")
    return {**fields, "start_month": first_of_month(start)} if isinstance(start, date) else fields


def _require_amounts_inside(case: BusinessCase) -> None:
    end = add_months(case.start_month, case.horizon_months)
    # What formulas and people make of their lines is computed anew.
    planned = CashPeriod.objects.planned().filter(line__case=case, line__formula="", line__staffing=None)
    people = StaffingPeriod.objects.filter(staffing_line__line__case=case)
    after = planned.filter(month__gte=end)
    outside = after.filter(amount__gt=0).count() + people.filter(month__gte=end).count()
    if outside:
        raise InvalidInputError(
            f"{outside} amounts lie after the new horizon; remove them first.", pointer="horizon_months"
        )
    before = planned.filter(month__lt=case.start_month).count() + people.filter(month__lt=case.start_month).count()
    if before:
        raise InvalidInputError(f"{before} amounts would lie before the new start.", pointer="start_month")
    after.delete()
