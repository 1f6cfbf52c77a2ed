"""Objectives and key results: create, change, check in, delete; which initiatives contribute."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.errors import InvalidInputError
from portfolio.models import Initiative, KeyResult, Objective, ObjectiveInitiative
from portfolio.services.access import lock_permitted, require_writable_portfolio
from tenancy.actor import Actor
from tenancy.models import NO_SUCH_RECORD
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

OBJECTIVE_FIELDS = frozenset(
    {"title", "description", "portfolio", "theme", "parent", "owner", "weight", "starts_on", "ends_on"}
)
KEY_RESULT_FIELDS = frozenset({"title", "kpi", "unit", "start_value", "target_value", "weight"})
KEY_RESULT_TAKEN = {"portfolio_keyresult_title": ("title", "This objective already has a key result of this name.")}
MAX_DEPTH = 10


@transaction.atomic
def create_objective(*, actor: Actor, **fields: Any) -> Objective:
    """A new objective of a portfolio or of the organization."""
    actor.require("objective.create")
    objective = Objective()
    assign(objective, fields, editable=OBJECTIVE_FIELDS)
    _require_place(objective, actor)
    _require_tree(objective)
    named_action("objective.created")
    return save_checked(objective)


@transaction.atomic
def change_objective(objective: Objective, *, actor: Actor, **changes: Any) -> Objective:
    """Change the objective; it cannot be put below itself or below what is under it."""
    actor.require("objective.change")
    locked = lock_permitted(objective, "change", actor=actor)
    changed = assign(locked, changes, editable=OBJECTIVE_FIELDS)
    if not changed:
        return locked
    if "portfolio" in changed:
        _require_place(locked, actor)
    if "parent" in changed:
        _require_tree(locked)
    named_action("objective.changed")
    return save_checked(locked, update_fields=changed)


@transaction.atomic
def delete_objective(objective: Objective, *, actor: Actor) -> None:
    """Delete the objective with its key results; refused while objectives are below it."""
    actor.require("objective.delete")
    locked = lock_permitted(objective, "change", actor=actor)
    named_action("objective.deleted")
    delete_checked(locked)


@transaction.atomic
def create_key_result(*, objective: Objective, actor: Actor, **fields: Any) -> KeyResult:
    """A new key result of the objective."""
    actor.require("key_result.create")
    key_result = KeyResult(objective=lock_permitted(objective, "change", actor=actor))
    assign(key_result, fields, editable=KEY_RESULT_FIELDS)
    named_action("key_result.created")
    return save_checked(key_result, taken=KEY_RESULT_TAKEN)


@transaction.atomic
def change_key_result(key_result: KeyResult, *, actor: Actor, **changes: Any) -> KeyResult:
    """Change what is aimed at; the current value is told by `check_in`."""
    actor.require("key_result.change")
    locked = _locked_key_result(key_result, actor)
    changed = assign(locked, changes, editable=KEY_RESULT_FIELDS)
    if changed:
        named_action("key_result.changed")
        save_checked(locked, taken=KEY_RESULT_TAKEN, update_fields=changed)
    return locked


@transaction.atomic
def check_in(key_result: KeyResult, *, value: Decimal, actor: Actor, reason: str = "") -> KeyResult:
    """Say where the key result stands now; refused when a KPI measures it."""
    actor.require("key_result.change")
    locked = _locked_key_result(key_result, actor)
    if locked.kpi_id is not None:
        raise InvalidInputError("This key result is measured by its KPI.", pointer="value")
    locked.current_value = value
    locked.checked_in_at = timezone.now()
    named_action("key_result.checked_in", reason=reason)
    return save_checked(locked, update_fields=["current_value", "checked_in_at"])


@transaction.atomic
def delete_key_result(key_result: KeyResult, *, actor: Actor) -> None:
    """Delete the key result."""
    actor.require("key_result.delete")
    locked = _locked_key_result(key_result, actor)
    named_action("key_result.deleted")
    delete_checked(locked)


@transaction.atomic
def link_initiative(objective: Objective, *, initiative: Initiative, actor: Actor) -> ObjectiveInitiative:
    """Say that the initiative contributes; saying it again changes nothing."""
    actor.require("objective.change")
    locked = lock_permitted(objective, "change", actor=actor)
    if not Initiative.objects.permitted(actor).filter(pk=initiative.pk).exists():
        raise InvalidInputError(NO_SUCH_RECORD, pointer="initiative")
    known = ObjectiveInitiative.objects.filter(objective=locked, initiative=initiative).first()
    if known is not None:
        return known
    named_action("objective.initiative_linked")
    return save_checked(ObjectiveInitiative(objective=locked, initiative=initiative))


@transaction.atomic
def unlink_initiative(link: ObjectiveInitiative, *, actor: Actor) -> None:
    """Take back that an initiative contributes."""
    actor.require("objective.change")
    lock_permitted(link.objective, "change", actor=actor)
    named_action("objective.initiative_unlinked")
    delete_checked(ObjectiveInitiative.objects.for_update().get(pk=link.pk))


def _locked_key_result(key_result: KeyResult, actor: Actor) -> KeyResult:
    lock_permitted(key_result.objective, "change", actor=actor)
    locked: KeyResult = KeyResult.objects.for_update().get(pk=key_result.pk)
    return locked


def _require_place(objective: Objective, actor: Actor) -> None:
    if objective.portfolio_id is not None:
        require_writable_portfolio(objective.portfolio_id, actor=actor)


def _require_tree(objective: Objective) -> None:
    """Refuse a cycle and a tree too deep to read; locking all keeps two moves from making a cycle together."""
    if objective.parent_id is None:
        return
    parents = dict(Objective.objects.for_update().order_by("pk").values_list("pk", "parent_id"))
    parents[objective.pk] = objective.parent_id
    depth = 1
    above: UUID | None = objective.parent_id
    while above is not None:
        depth += 1
        if above == objective.pk:
            raise InvalidInputError("An objective cannot be below itself.", pointer="parent")
        if depth > MAX_DEPTH:
            raise InvalidInputError(f"Objectives can be nested {MAX_DEPTH} levels deep.", pointer="parent")
        above = parents.get(above)
