"""What comes of a result: a plan of the chosen initiatives, made by whoever plans."""

from django.db import transaction

from core.errors import DomainError, InvalidInputError
from portfolio import hooks
from portfolio.models import SelectionChoice, SelectionResult
from tenancy.actor import Actor
from tenancy.scope import named_action


class NothingToPlanError(DomainError):
    """Nothing was chosen, so there is nothing to plan."""

    code = "nothing_to_plan"


@transaction.atomic
def plan_selection(result: SelectionResult, *, name: str, actor: Actor) -> hooks.MadeRecord:
    """A plan with the chosen initiatives, each in the quarters in which it takes something.

    Initiatives deleted since are left out. The planner's own rights count on top of `selection_run.plan`.
    """
    actor.require("selection_run.plan")
    if not name.strip():
        raise InvalidInputError("Give the plan a name.", pointer="name")
    chosen = SelectionChoice.objects.permitted(actor).filter(result=result, is_chosen=True, initiative__isnull=False)
    planned = [
        hooks.PlannedInitiative(
            initiative_id=choice.initiative_id,
            title=choice.initiative.title,
            start_on=choice.start_on,
            end_on=choice.end_on,
            team_id=choice.initiative.owning_team_id,
        )
        for choice in chosen.select_related("initiative").order_by("start_on", "position")
    ]
    if not planned:
        raise NothingToPlanError("Nothing was chosen, so there is nothing to plan.")
    named_action("selection_run.planned")
    made: list[hooks.MadeRecord] = hooks.plan_initiatives.collect(
        name=name.strip(),
        description=f"From the selection “{result.run.name}” of {result.computed_at:%d %B %Y}.",
        portfolio=result.run.portfolio,
        initiatives=planned,
        actor=actor,
    )
    if not made:
        raise NothingToPlanError("Nothing here can plan initiatives.")
    return made[0]
