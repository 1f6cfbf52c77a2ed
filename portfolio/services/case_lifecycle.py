"""The way of a business case to a decision: submitted, withdrawn, approved, returned; what is decided on stays."""

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from portfolio.enums import CaseStatus, Measure
from portfolio.models import BusinessCase, CashLine, CashPeriod, Initiative, Valuation
from portfolio.selectors.case_content import content_of, digest_of
from portfolio.services.access import lock_permitted
from portfolio.services.business_cases import mark_current, open_case
from portfolio.services.money_rollups import request_money_refresh
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import named_action
from tenancy.services.saving import save_checked

LONGEST_NOTE = 2000


class NotSubmittableError(DomainError):
    """The case is not ready to be decided on; `reasons` say what is missing."""

    code = "not_submittable"


class NotSubmittedError(DomainError):
    """Only a submitted business case is approved, returned or withdrawn."""

    code = "not_submitted"


class OwnCaseError(NotPermittedError):
    """Who submitted a business case does not decide on it."""

    code = "own_case"


@transaction.atomic
def submit_case(case: BusinessCase, *, actor: Actor, expected_version: int | None = None) -> BusinessCase:
    """Ask for a decision; from here on the case stays as it is.

    Refused while an option's valuation is not that of the present inputs, when a line is gone on which actual
    amounts were recorded in the approved case, and when it changed since it was read at `expected_version`.
    """
    actor.require("business_case.submit")
    locked = open_case(case, actor, expected_version=expected_version)
    reasons = _missing(locked)
    if reasons:
        raise NotSubmittableError(reasons[0], reasons=reasons)
    locked.status = CaseStatus.SUBMITTED
    locked.submitted_by, locked.submitted_at = _membership(actor), timezone.now()
    locked.decided_by, locked.decided_at, locked.decision_note = None, None, ""
    named_action("business_case.submitted")
    return save_checked(
        locked, update_fields=["status", "submitted_by", "submitted_at", "decided_by", "decided_at", "decision_note"]
    )


@transaction.atomic
def withdraw_case(case: BusinessCase, *, actor: Actor, note: str = "") -> BusinessCase:
    """Take back what one has submitted oneself; it may then be edited and submitted again. Others return it."""
    actor.require("business_case.submit")
    locked = _submitted(case, actor, "change")
    if not _is_author(locked, actor):
        raise NotPermittedError("Only whoever submitted a business case withdraws it.")
    named_action("business_case.withdrawn", reason=note)
    return _decided(locked, CaseStatus.WITHDRAWN, note, actor)


@transaction.atomic
def approve_case(
    case: BusinessCase, *, actor: Actor, note: str = "", expected_version: int | None = None
) -> BusinessCase:
    """Decide for the case: it counts for its initiative from now on, in place of the one approved before.

    Forecast and actual amounts of lines that go on move along. Not for whoever submitted it, and not for what was
    withdrawn, changed and submitted again after it was read at `expected_version`.
    """
    actor.require("business_case.approve")
    # The initiative first, as everywhere where cases of one initiative change places.
    initiative = Initiative.objects.for_update().get(pk=case.initiative_id)
    locked = _to_decide(case, actor, expected_version)
    named_action("business_case.approved", reason=note)
    before = BusinessCase.objects.for_update().approved().filter(initiative=initiative).first()
    if before is not None:
        before.status, before.is_current = CaseStatus.SUPERSEDED, False
        before.save(update_fields=["status", "is_current", "updated_at"])
        _carry_over(before, locked)
    mark_current(locked)
    request_money_refresh(actor=actor)
    return _decided(locked, CaseStatus.APPROVED, note, actor)


@transaction.atomic
def return_case(case: BusinessCase, *, reason: str, actor: Actor, expected_version: int | None = None) -> BusinessCase:
    """Give the case back for more work, and say why; it may then be edited and submitted again."""
    actor.require("business_case.approve")
    if not reason.strip():
        raise InvalidInputError("Say why the business case is returned.", pointer="reason")
    locked = _to_decide(case, actor, expected_version)
    named_action("business_case.returned", reason=reason)
    return _decided(locked, CaseStatus.RETURNED, reason.strip(), actor)


def _submitted(case: BusinessCase, actor: Actor, verb: str, expected_version: int | None = None) -> BusinessCase:
    """The case, locked, when it is submitted."""
    locked = lock_permitted(case, verb, actor=actor, expected_version=expected_version)
    if locked.status != CaseStatus.SUBMITTED:
        label = CaseStatus(locked.status).label.lower()
        raise NotSubmittedError(f"This business case is {label}; only a submitted one is decided on or withdrawn.")
    return locked


def _to_decide(case: BusinessCase, actor: Actor, expected_version: int | None) -> BusinessCase:
    """The submitted case, locked, when somebody else submitted it."""
    locked = _submitted(case, actor, "approve", expected_version)
    if _is_author(locked, actor) and not actor.is_system:
        raise OwnCaseError("You submitted this business case; somebody else decides on it.")
    return locked


def _is_author(case: BusinessCase, actor: Actor) -> bool:
    return Membership.objects.filter(pk=case.submitted_by_id, user=actor.user_id).exists()


def _decided(case: BusinessCase, status: CaseStatus, note: str, actor: Actor) -> BusinessCase:
    if len(note) > LONGEST_NOTE:
        raise InvalidInputError(f"At most {LONGEST_NOTE} characters.", pointer="reason")
    case.status, case.decision_note = status, note
    case.decided_by, case.decided_at = _membership(actor), timezone.now()
    return save_checked(case, update_fields=["status", "decision_note", "decided_by", "decided_at"])


def _membership(actor: Actor) -> Membership | None:
    found: Membership | None = Membership.objects.filter(user=actor.user_id).first() if actor.user_id else None
    return found


def _missing(case: BusinessCase) -> list[str]:
    content = content_of(case)
    if not digest_of(content):
        return ["There is no amount yet: add a cost or a benefit first."]
    valued = set(
        Valuation.objects.filter(case=case, inputs_digest=case.inputs_digest).values_list("option_id", flat=True)
    )
    reasons = [
        f"The option {option.name} is not valued with its present figures yet."
        for option in content.options
        if content.is_known(option) and (case.inputs_digest != digest_of(content) or option.pk not in valued)
    ]
    recommended = next(option for option in content.options if option.is_recommended)
    if not content.is_known(recommended):
        reasons.append(f"The recommended option {recommended.name} has no amount.")
    return reasons + _lines_given_up(case)


def _lines_given_up(case: BusinessCase) -> list[str]:
    """Lines of the approved case with actual amounts that the draft does not continue."""
    kept = CashLine.objects.filter(case=case, based_on__isnull=False).values("based_on")
    approved = BusinessCase.objects.approved().filter(initiative=case.initiative_id)
    lines = CashLine.objects.filter(case__in=approved, periods__measure=Measure.ACTUAL).exclude(pk__in=kept)
    names = lines.order_by("name").values_list("name", flat=True).distinct()
    return [
        f"Actual amounts are recorded on the line {name}, which this case does not continue; "
        "keep the line and plan nothing more on it."
        for name in names
    ]


def _carry_over(before: BusinessCase, after: BusinessCase) -> None:
    """Copy forecast and actual amounts to the lines that continue those of the case before."""
    following = dict(CashLine.objects.filter(case=after, based_on__case=before).values_list("based_on_id", "pk"))
    rows = CashPeriod.objects.filter(line__in=list(following)).exclude(measure=Measure.PLAN)
    there = set(
        CashPeriod.objects.filter(line__in=list(following.values()))
        .exclude(measure=Measure.PLAN)
        .values_list("line_id", "month", "measure")
    )
    CashPeriod.objects.bulk_create(
        CashPeriod(
            line_id=following[row.line_id], month=row.month, measure=row.measure, amount=row.amount, source=row.source
        )
        for row in rows
        if (following[row.line_id], row.month, row.measure) not in there
    )
