"""Roadmaps made of initiatives somebody chose elsewhere."""

from collections.abc import Sequence

from django.db import transaction

from portfolio.hooks import PlannedInitiative
from portfolio.models import Initiative, Portfolio
from roadmap.models import Roadmap
from roadmap.services.items import NewItem, create_items
from roadmap.services.roadmaps import create_roadmap
from tenancy.actor import Actor
from tenancy.models import Team

LONGEST_TITLE = 300


@transaction.atomic
def plan_initiatives(
    *,
    name: str,
    description: str,
    portfolio: Portfolio | None,
    initiatives: Sequence[PlannedInitiative],
    actor: Actor,
) -> Roadmap:
    """A new roadmap with one item per initiative, in the order given; the name must be free."""
    roadmap = create_roadmap(name=name, description=description, portfolio=portfolio, actor=actor)
    known = Initiative.objects.in_bulk([each.initiative_id for each in initiatives])
    teams = Team.objects.in_bulk({each.team_id for each in initiatives if each.team_id is not None})
    rows = [
        NewItem(
            roadmap=roadmap,
            title=each.title[:LONGEST_TITLE],
            initiative=known[each.initiative_id],
            owning_team=teams.get(each.team_id) if each.team_id is not None else None,
            start_on=each.start_on,
            end_on=each.end_on,
            position=position,
        )
        for position, each in enumerate(initiatives)
    ]
    create_items(rows, actor=actor)
    return roadmap
