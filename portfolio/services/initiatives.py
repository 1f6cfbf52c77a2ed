"""Initiatives: create, change, move, delete, and the guarded change of stage."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from core.errors import DomainError, InvalidInputError, NotPermittedError
from portfolio.enums import ALLOWED_TRANSITIONS, Stage
from portfolio.hooks import after_stage_change, before_stage_change
from portfolio.models import Initiative, Portfolio
from portfolio.services.initiative_keys import next_key
from portfolio.services.initiative_tree import require_place
from portfolio.validators import require_date_order
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = frozenset(
    {
        "key",
        "title",
        "description",
        "portfolio",
        "theme",
        "parent",
        "level",
        "kind",
        "owning_team",
        "lead",
        "target_release",
        "start_on",
        "end_on",
    }
)
TAKEN = {"portfolio_initiative_key": ("key", "There is already an initiative with this key.")}
# A change of one of these may break the tree.
_PLACE = frozenset({"portfolio", "parent", "level"})


class TransitionNotAllowedError(DomainError):
    """The stage cannot be reached from the present one; `allowed` holds the stages that can."""

    code = "transition_not_allowed"

    def __init__(self, initiative: Initiative, to: str) -> None:
        self.allowed = [stage for stage in Stage if stage in ALLOWED_TRANSITIONS[initiative.stage]]
        labels = [str(stage.label) for stage in self.allowed]
        targets = f"only to {', '.join(labels)}" if labels else "nowhere: it is over"
        message = f"From {Stage(initiative.stage).label} an initiative can go {targets}; not to {Stage(to).label}."
        super().__init__(message, pointer="to", reasons=[f"Allowed: {label}." for label in labels])


@transaction.atomic
def create_initiative(*, actor: Actor, stage: str = Stage.IDEA, **fields: Any) -> Initiative:
    """A new initiative, by default an idea.

    An empty key is generated from the portfolio's prefix. Another `stage` is for records that come
    from elsewhere with a past, and needs the right to change stages.
    """
    actor.require("initiative.create")
    if stage != Stage.IDEA:
        actor.require("initiative.change_stage")
    initiative = Initiative(stage=stage)
    assign(initiative, fields, editable=EDITABLE)
    portfolio = _require_open_portfolio(initiative, actor)
    require_date_order(initiative.start_on, initiative.end_on)
    require_place(initiative, actor=actor)
    named_action("initiative.created")
    initiative.key = initiative.key.strip() or next_key(portfolio.key_prefix, actor=actor)
    return save_checked(initiative, taken=TAKEN)


@transaction.atomic
def change_initiative(initiative: Initiative, *, actor: Actor, **changes: Any) -> Initiative:
    """Change anything but the stage; a new parent or portfolio moves it in the tree."""
    actor.require("initiative.change")
    locked = locked_initiative(initiative, actor, "change")
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    if "portfolio" in changed:
        _require_open_portfolio(locked, actor)
    require_date_order(locked.start_on, locked.end_on)
    if _PLACE & set(changed):
        require_place(locked, actor=actor)
    named_action("initiative.changed")
    return save_checked(locked, taken=TAKEN, update_fields=changed)


def move_initiative(initiative: Initiative, *, parent: Initiative | None, actor: Actor) -> Initiative:
    """Put the initiative, with all below it, under another parent or at the top."""
    return change_initiative(initiative, actor=actor, parent=parent)


@transaction.atomic
def delete_initiative(initiative: Initiative, *, actor: Actor) -> None:
    """Delete an initiative nothing hangs on: no children, business cases or KPIs."""
    actor.require("initiative.delete")
    locked = locked_initiative(initiative, actor, "delete")
    named_action("initiative.deleted")
    delete_checked(locked)


@transaction.atomic
def change_stage(initiative: Initiative, *, to: str, actor: Actor, reason: str = "") -> Initiative:
    """Move the initiative to another stage, unless the table of transitions or a guard refuses."""
    actor.require("initiative.change_stage")
    locked = locked_initiative(initiative, actor, "change_stage")
    if to not in ALLOWED_TRANSITIONS[locked.stage]:
        raise TransitionNotAllowedError(locked, to)
    before_stage_change.run(initiative=locked, to=to, actor=actor)
    old_stage, locked.stage, locked.stage_changed_at = locked.stage, to, timezone.now()
    named_action("initiative.stage_changed", reason=reason)
    save_checked(locked, update_fields=["stage", "stage_changed_at"])
    after_stage_change.run(initiative=locked, old_stage=old_stage, actor=actor)
    return locked


def locked_initiative(initiative: Initiative, actor: Actor, verb: str) -> Initiative:
    """The row as it is now, locked; refused when its portfolio is shared with the actor to view only."""
    found = Initiative.objects.permitted(actor, verb).for_update().filter(pk=initiative.pk).first()
    if found is None:
        raise NotPermittedError("Its portfolio is shared with you to view only.")
    return found


def _require_open_portfolio(initiative: Initiative, actor: Actor) -> Portfolio:
    if initiative.portfolio_id is None:
        raise InvalidInputError("Choose a portfolio.", pointer="portfolio")
    portfolio = Portfolio.objects.permitted(actor).filter(pk=initiative.portfolio_id).first()
    if portfolio is None:
        raise InvalidInputError("There is no such record in this organization.", pointer="portfolio")
    if not Portfolio.objects.open_for_writing(actor).filter(pk=portfolio.pk).exists():
        raise NotPermittedError("This portfolio is shared with you to view only.", pointer="portfolio")
    return portfolio
