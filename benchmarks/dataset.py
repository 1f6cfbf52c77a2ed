"""The organization the benchmarks work in, and the owner's connection."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection

from config import env
from portfolio.enums import InitiativeKind, Stage
from portfolio.models import Initiative, Portfolio
from tenancy.actor import Actor
from tenancy.enums import Role
from tenancy.models import Membership, Organization, Team, User
from tenancy.scope import named_action, tenant_scope
from tenancy.services.tokens import create_api_token

BATCH = 5000
ROWS = 100_000


def organization(slug: str) -> Organization:
    """A fresh, empty organization; what an earlier run left under the slug is kept aside."""
    for old in Organization.objects.filter(slug=slug):
        with tenant_scope(Actor.system(old, source="command")):
            old.slug = f"{slug}-{old.pk.hex[-12:]}"
            old.save()
    new = Organization(name=slug, slug=slug)
    with tenant_scope(Actor.system(new, source="command")):
        new.save(force_insert=True)
    return new


def initiatives(portfolio: Portfolio, count: int, *, teams: list[Team], offset: int = 0) -> list[Initiative]:
    """Unsaved initiatives whose values are spread over stages, kinds and teams."""
    stages, kinds = list(Stage), list(InitiativeKind)
    return [
        Initiative(
            key=f"B-{number}",
            title=f"Initiative {number * 7919 % 1_000_003:07d}",
            description="Measures what a list of this size costs.",
            portfolio=portfolio,
            stage=stages[number % len(stages)],
            kind=kinds[number % len(kinds)],
            owning_team=teams[number % len(teams)] if teams else None,
            target_release=f"2027.{number % 12}",
        )
        for number in range(offset, offset + count)
    ]


def large_organization() -> tuple[Organization, str]:
    """An organization with ROWS initiatives, written through the ordinary path, and a token of its product manager."""
    tenant = organization("bench-list")
    with tenant_scope(Actor.system(tenant, source="command")) as actor:
        user, _ = User.objects.get_or_create(email="bench@example.com", defaults={"name": "Bench"})
        membership = Membership.objects.create(user=user, role=Role.PRODUCT_MANAGER)
        _, secret = create_api_token(membership=membership, name="bench", scopes=["write"], actor=actor)
        portfolio = Portfolio.objects.create(name="Bench")
        teams = [Team.objects.create(name=f"Team {number}") for number in range(20)]
    for offset in range(0, ROWS, BATCH):
        with tenant_scope(Actor.system(tenant, source="command")):
            named_action("bench.filled")
            Initiative.objects.bulk_create(initiatives(portfolio, BATCH, teams=teams, offset=offset))
    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE portfolio_initiative")
    return tenant, secret


@contextmanager
def owner_connection() -> Iterator[psycopg.Connection[Any]]:
    """The owner's autocommitting connection, for what the application's role may not do."""
    database = env.database(env.text("DATABASE_OWNER_URL"))
    with psycopg.connect(
        host=str(database["HOST"]),
        port=str(database["PORT"]),
        dbname=connection.settings_dict["NAME"],
        user=str(database["USER"]),
        password=str(database["PASSWORD"]),
        autocommit=True,
    ) as owner:
        yield owner
