"""Roadmaps to draw: items of many teams, with initiatives, dependencies and milestones."""

import random
from datetime import date, timedelta

from benchmarks.dataset import BATCH, initiatives, organization, owner_connection
from portfolio.models import Initiative, Portfolio, Theme
from roadmap.enums import DatePrecision, ItemStatus
from roadmap.models import Dependency, Milestone, Roadmap, RoadmapItem
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import Membership, Organization, Team, User
from tenancy.scope import named_action, tenant_scope

TEAMS, THEMES = 20, 12


def large_plans(sizes: list[int], *, slug: str = "bench-timeline") -> tuple[Organization, User, list[Roadmap]]:
    """A roadmap of each size, with one and a half dependencies and a twentieth of a milestone per item."""
    tenant = organization(slug)
    with tenant_scope(Actor.system(tenant, source="command")):
        named_action("bench.filled")
        user, _ = User.objects.get_or_create(email="bench@example.com", defaults={"name": "Bench"})
        Membership.objects.create(user=user, role=Role.DIRECTOR)
        portfolio = Portfolio.objects.create(name="Bench")
        teams = [Team.objects.create(name=f"Team {number}") for number in range(TEAMS)]
        themes = [Theme.objects.create(name=f"Theme {number}") for number in range(THEMES)]
        rows = initiatives(portfolio, max(sizes) // 2, teams=teams)
        for number, row in enumerate(rows):
            row.theme = themes[number % THEMES]
        Initiative.objects.bulk_create(rows, batch_size=BATCH)
        roadmaps = [_plan(size, rows, teams) for size in sizes]
    with owner_connection() as owner:
        for model in (Initiative, RoadmapItem, Dependency, Milestone):
            owner.execute(f'VACUUM ANALYZE "{model._meta.db_table}"')
    return tenant, user, roadmaps


def _plan(size: int, rows: list[Initiative], teams: list[Team]) -> Roadmap:
    chance = random.Random(size)  # noqa: S311 - a plan to draw, not a secret
    roadmap = Roadmap.objects.create(name=f"{size:,} items")
    first = date.today() - timedelta(days=180)  # noqa: DTZ011 - any day will do
    precisions, statuses = list(DatePrecision), list(ItemStatus)
    items = []
    for number in range(size):
        start = first + timedelta(days=chance.randint(0, 540))
        items.append(
            RoadmapItem(
                roadmap=roadmap,
                title=f"Deliver part {number * 7919 % 100_003:05d} of the assistant",
                initiative=rows[number % len(rows)] if number % 3 else None,
                owning_team=teams[chance.randrange(TEAMS)],
                start_on=start,
                end_on=start + timedelta(days=chance.randint(5, 90)),
                status=statuses[chance.randrange(len(statuses))],
                date_precision=precisions[0] if number % 4 else precisions[chance.randrange(len(precisions))],
                position=number,
            )
        )
    RoadmapItem.objects.bulk_create(items, batch_size=BATCH)
    pairs = {tuple(sorted(chance.sample(range(size), 2))) for _ in range(size * 3 // 2)}
    Dependency.objects.bulk_create(
        (Dependency(predecessor=items[one], successor=items[other]) for one, other in sorted(pairs)), batch_size=BATCH
    )
    Milestone.objects.bulk_create(
        Milestone(roadmap=roadmap, title=f"Milestone {number}", due_on=first + timedelta(days=chance.randint(0, 600)))
        for number in range(size // 20)
    )
    return roadmap
