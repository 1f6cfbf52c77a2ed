"""The demo's selection: what there is to spend, who is there, and what is worth funding."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.services.demo.content import read
from integrations.services.demo.people import Cast
from portfolio.models import Initiative, SelectionCandidate, SelectionDemand, SelectionRun
from portfolio.services.selection_setup import AmountsInput, change_candidate, set_exclusions, set_limits
from portfolio.services.selection_solving import search
from portfolio.services.selections import create_selection
from tenancy.actor import Actor


def create_selections(cast: Cast, initiatives: Mapping[str, Initiative]) -> None:
    """Every selection, set up and searched; the business cases have to be valued before."""
    for row in read("selections")["selection"]:
        with cast.acting(row["by"]) as actor:
            run = create_selection(
                name=row["name"],
                purpose=row["purpose"],
                stages=row["stages"],
                quarter_count=len(row["budget"]),
                actor=actor,
            )
            teams = [AmountsInput(cast.teams[name], _amounts(amounts)) for name, amounts in row["teams"].items()]
            set_limits(run, [AmountsInput(None, _amounts(row["budget"])), *teams], actor=actor)
            _enter_candidates(run, row["candidate"], initiatives, actor)
            groups = {
                group["name"]: [initiatives[key].pk for key in group["initiatives"]] for group in row["exclusion"]
            }
            set_exclusions(run, groups, actor=actor)
            search(run.pk, actor=actor)


def _enter_candidates(
    run: SelectionRun, rows: list[dict[str, Any]], initiatives: Mapping[str, Initiative], actor: Actor
) -> None:
    candidates = SelectionCandidate.objects.filter(run=run).select_related("run", "initiative__owning_team")
    by_initiative = {candidate.initiative_id: candidate for candidate in candidates}
    read_costs = SelectionDemand.objects.filter(candidate__run=run, team=None).values_list("candidate_id", "amounts")
    costs = dict(read_costs)
    for row in rows:
        candidate = by_initiative[initiatives[row["key"]].pk]
        cost = _amounts(row["cost"]) if "cost" in row else costs[candidate.pk]
        change_candidate(
            candidate,
            actor=actor,
            rule=row.get("rule"),
            value=Decimal(row["value"]) if "value" in row else None,
            is_value_entered=True if "value" in row else None,
            demands=[
                AmountsInput(None, cost),
                AmountsInput(candidate.initiative.owning_team, _amounts(row["people"])),
            ],
        )


def _amounts(numbers: list[int]) -> list[Decimal]:
    return [Decimal(number) for number in numbers]
