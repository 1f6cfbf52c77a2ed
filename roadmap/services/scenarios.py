"""Scenarios: begin one, rename it, copy it, and bring it to a decision or to nothing."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from roadmap.enums import ScenarioStatus
from roadmap.models import Roadmap, Scenario, ScenarioChange
from roadmap.selectors.judged_changes import JudgedChange
from roadmap.selectors.people import membership_of
from roadmap.selectors.scenarios import PlannedItem, plan_with
from roadmap.services.access import lock_permitted
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import save_checked

TAKEN = {"roadmap_scenario_name": ("name", "Another scenario of the roadmap has this name.")}


class ScenarioNotOpenError(DomainError):
    """Only a draft is changed, submitted or discarded."""

    code = "scenario_not_open"


class ScenarioNotSubmittedError(DomainError):
    """Only a submitted scenario is decided on or withdrawn."""

    code = "scenario_not_submitted"


class ScenarioNotSubmittableError(DomainError):
    """There is nothing to decide on yet; `reasons` say what is missing."""

    code = "scenario_not_submittable"


@transaction.atomic
def create_scenario(*, roadmap: Roadmap, name: str, description: str = "", actor: Actor) -> Scenario:
    """Begin a scenario that is the live plan so far; the name must be free on the roadmap."""
    actor.require("scenario.create")
    if not Roadmap.objects.permitted(actor, "change").filter(pk=roadmap.pk).exists():
        raise NotPermittedError("This roadmap belongs to a portfolio you may not change.")
    scenario = Scenario(roadmap=roadmap, name=name.strip(), description=description, based_at=timezone.now())
    scenario.made_by = membership_of(actor)
    named_action("scenario.created")
    return save_checked(scenario, taken=TAKEN)


@transaction.atomic
def change_scenario(
    scenario: Scenario, *, actor: Actor, name: str | None = None, description: str | None = None
) -> Scenario:
    """Rename or describe a draft; None leaves as it is."""
    locked = lock_draft(scenario, actor=actor)
    locked.name = locked.name if name is None else name.strip()
    locked.description = locked.description if description is None else description
    named_action("scenario.changed")
    return save_checked(locked, taken=TAKEN, update_fields=["name", "description"])


@transaction.atomic
def copy_scenario(scenario: Scenario, *, name: str, actor: Actor) -> Scenario:
    """A new draft of what the scenario would still change in the live plan, as far as the actor sees it."""
    plan = plan_with(scenario, actor=actor)
    copied = create_scenario(roadmap=scenario.roadmap, name=name, description=scenario.description, actor=actor)
    kept = [(item, each) for item in plan.items for each in item.all_changes if each.is_effective]
    ScenarioChange.objects.bulk_create([_copy(copied, *pair) for pair in kept], batch_size=500)
    return copied


@transaction.atomic
def submit_scenario(scenario: Scenario, *, actor: Actor) -> Scenario:
    """Ask for a decision; from here on its changes stay as they are. Refused while a conflict is unresolved."""
    actor.require("scenario.submit")
    locked = lock_draft(scenario, actor=actor)
    plan = plan_with(locked, actor=actor)
    reasons = conflict_reasons(plan.open_changes)
    if not any(each.is_effective for each in plan.changes):
        reasons.append("It says the same as the live plan: change something first.")
    if reasons:
        raise ScenarioNotSubmittableError(reasons[0], reasons=reasons)
    locked.status, locked.submitted_by, locked.submitted_at = (
        ScenarioStatus.SUBMITTED,
        membership_of(actor),
        timezone.now(),
    )
    named_action("scenario.submitted")
    return save_checked(locked, update_fields=["status", "submitted_by", "submitted_at"])


@transaction.atomic
def withdraw_scenario(scenario: Scenario, *, actor: Actor) -> Scenario:
    """Take a submitted scenario back to work on it."""
    actor.require("scenario.submit")
    locked = lock_permitted(scenario, "change", actor=actor)
    if locked.status != ScenarioStatus.SUBMITTED:
        raise not_submitted(locked)
    locked.status, locked.submitted_by, locked.submitted_at = ScenarioStatus.DRAFT, None, None
    named_action("scenario.withdrawn")
    return save_checked(locked, update_fields=["status", "submitted_by", "submitted_at"])


@transaction.atomic
def discard_scenario(scenario: Scenario, *, actor: Actor) -> Scenario:
    """Give a draft up; it stays to be read and copied."""
    locked = lock_draft(scenario, actor=actor)
    locked.status = ScenarioStatus.DISCARDED
    named_action("scenario.discarded")
    return save_checked(locked, update_fields=["status"])


def lock_draft(scenario: Scenario, *, actor: Actor) -> Scenario:
    """The scenario, locked and open for changes; raises ScenarioNotOpenError otherwise."""
    locked = lock_permitted(scenario, "change", actor=actor)
    if not locked.is_open:
        raise ScenarioNotOpenError(
            "This scenario waits for a decision: withdraw it to change it."
            if locked.status == ScenarioStatus.SUBMITTED
            else f"This scenario is {locked.get_status_display().lower()}; a copy of it can be changed."
        )
    return locked


def not_submitted(scenario: Scenario) -> ScenarioNotSubmittedError:
    """What to raise when there is no decision to take."""
    return ScenarioNotSubmittedError(
        f"This scenario is {scenario.get_status_display().lower()}; only a submitted one is decided on."
    )


def conflict_reasons(changes: Sequence[JudgedChange]) -> list[str]:
    """What somebody has to decide about, in words."""
    return [_conflict_reason(each) for each in changes]


def require_reason(reason: str, *, longest: int, pointer: str = "reason") -> str:
    """The text without spaces around it; refused when it is empty or too long."""
    text = reason.strip()
    if not text:
        raise InvalidInputError("Say why.", pointer=pointer)
    return require_short(text, longest=longest, pointer=pointer)


def require_short(text: str, *, longest: int, pointer: str) -> str:
    """The text; refused when it is too long."""
    if len(text) > longest:
        raise InvalidInputError(f"At most {longest} characters.", pointer=pointer)
    return text


def _conflict_reason(judged: JudgedChange) -> str:
    change = judged.change
    if judged.may_keep:
        return f"“{change.title}”: the live plan has another {change.get_field_display().lower()} by now."
    if change.demand_key is not None and change.item_id is not None:
        return f"“{change.title}”: this demand is gone, on another roadmap, or its place is taken by now."
    return f"“{change.title}” cannot be changed any more: it is done, gone or on another roadmap."


def _copy(scenario: Scenario, item: PlannedItem, judged: JudgedChange) -> ScenarioChange:
    """The change anew, as of the live plan of this moment."""
    change = judged.change
    return ScenarioChange(
        scenario=scenario,
        item=item.item,
        item_key=item.item.pk,
        title=item.item.title,
        demand_key=change.demand_key,
        resource_key=change.resource_key,
        field=change.field,
        base_value=judged.live,
        new_value=change.new_value,
        reason=change.reason,
        author=scenario.made_by,
        portfolio_keys=change.portfolio_keys,
    )
