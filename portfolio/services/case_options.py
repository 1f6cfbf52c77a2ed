"""Options of a business case: added, changed, removed, and the one that is recommended."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from core.errors import DomainError, InvalidInputError
from portfolio.models import BusinessCase, CaseOption
from portfolio.services.business_cases import open_case, record_inputs
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

MAX_OPTIONS = 8
EDITABLE = frozenset(
    {
        "kind",
        "name",
        "description",
        "adoption_shape",
        "adoption_start_month",
        "adoption_ceiling",
        "adoption_months",
    }
)
TAKEN = {"portfolio_caseoption_name": ("name", "This business case has an option of this name.")}


class OptionNeededError(DomainError):
    """A business case has an option, and recommends one."""

    code = "option_needed"


@transaction.atomic
def create_option(case: BusinessCase, *, actor: Actor, **fields: Any) -> CaseOption:
    """Add a way to get what the initiative is for."""
    actor.require("case_option.create")
    locked = open_case(case, actor)
    siblings = CaseOption.objects.filter(case=locked)
    if siblings.count() >= MAX_OPTIONS:
        raise InvalidInputError(f"A business case has at most {MAX_OPTIONS} options.", pointer="case")
    option = CaseOption(case=locked, position=(siblings.aggregate(last=Max("position"))["last"] or 0) + 1)
    assign(option, _named(fields), editable=EDITABLE)
    named_action("case_option.created")
    save_checked(option, taken=TAKEN)
    record_inputs(locked, actor=actor)
    return option


@transaction.atomic
def change_option(option: CaseOption, *, actor: Actor, **changes: Any) -> CaseOption:
    """Change what the option is called, what it is, or how it is adopted."""
    actor.require("case_option.change")
    case = open_case(option.case, actor)
    locked: CaseOption = CaseOption.objects.for_update().get(pk=option.pk)
    changed = assign(locked, _named(changes), editable=EDITABLE)
    if changed:
        named_action("case_option.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
        record_inputs(case, actor=actor)
    return locked


@transaction.atomic
def recommend_option(option: CaseOption, *, actor: Actor) -> CaseOption:
    """Recommend this option instead of another."""
    actor.require("case_option.change")
    case = open_case(option.case, actor)
    locked: CaseOption = CaseOption.objects.for_update().get(pk=option.pk)
    if not locked.is_recommended:
        named_action("case_option.recommended")
        for other in CaseOption.objects.for_update().filter(case=case, is_recommended=True):
            other.is_recommended = False
            other.save(update_fields=["is_recommended", "updated_at"])
        locked.is_recommended = True
        save_checked(locked, update_fields=["is_recommended"])
        record_inputs(case, actor=actor)
    return locked


@transaction.atomic
def delete_option(option: CaseOption, *, actor: Actor) -> None:
    """Remove an option with its lines and drivers; not the recommended one."""
    actor.require("case_option.delete")
    case = open_case(option.case, actor)
    locked = CaseOption.objects.for_update().get(pk=option.pk)
    if locked.is_recommended:
        raise OptionNeededError("This option is the recommended one; recommend another first.")
    named_action("case_option.deleted")
    delete_checked(locked)
    record_inputs(case, actor=actor)


def _named(fields: dict[str, Any]) -> dict[str, Any]:
    name = fields.get("name")
    return {**fields, "name": name.strip()} if isinstance(name, str) else fields
