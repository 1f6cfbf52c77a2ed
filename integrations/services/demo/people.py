"""The demo's people and teams, and acting on their behalf."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.hashers import make_password

from integrations.services.demo.content import read
from tenancy.actor import Actor
from tenancy.models import Membership, Organization, Team, TeamMembership, User
from tenancy.scope import named_action, tenant_scope
from tenancy.services.organizations import create_organization

SLUG = "demo"
NAME = "Ardenmoor"
SOURCE = "command"


@dataclass(frozen=True)
class Cast:
    """Members by the handle the content uses, and teams by name."""

    organization: Organization
    members: Mapping[str, Membership]
    teams: Mapping[str, Team]

    @contextmanager
    def acting(self, handle: str) -> Iterator[Actor]:
        """Do something as this member: services check their rights, and the ledger names them."""
        actor = Actor.from_membership(self.members[handle], source=SOURCE)
        with tenant_scope(actor):
            yield actor


def create_people(encoded_password: str) -> dict[str, User]:
    """The accounts by handle; one that exists from an earlier demo is taken over with the present password.

    `encoded_password` is shared by everybody who signs in: hashing it once keeps loading quick, and it
    is the same password anyway.
    """
    return {row["handle"]: _account(row, encoded_password) for row in read("people")["person"]}


def _account(row: dict[str, Any], encoded_password: str) -> User:
    user = User.objects.filter(email__iexact=row["email"]).first() or User(email=row["email"])
    user.name = row["name"]
    user.is_active = True
    user.password = encoded_password if row.get("signs_in") else make_password(None)
    user.save()
    return user


def found_organization(people: Mapping[str, User]) -> Organization:
    """The organization with its owner and nobody else yet."""
    return create_organization(name=NAME, slug=SLUG, owner=people["owner"])


def create_cast(organization: Organization, people: Mapping[str, User]) -> Cast:
    """Memberships and teams; the organization's scope must be open."""
    content = read("people")
    named_action("demo.loaded")
    Membership.objects.filter(user=people["owner"]).update(functions=_functions(content["person"], "owner"))
    Membership.objects.bulk_create(
        Membership(user=people[row["handle"]], role=row["role"], functions=row.get("functions", []))
        for row in content["person"]
        if row["handle"] != "owner"
    )
    by_user = {member.user_id: member for member in Membership.objects.select_related("user", "organization")}
    members = {handle: by_user[user.pk] for handle, user in people.items()}
    teams = {row["name"]: Team(name=row["name"], description=row["description"]) for row in content["team"]}
    Team.objects.bulk_create(teams.values())
    TeamMembership.objects.bulk_create(
        TeamMembership(team=teams[row["name"]], membership=members[handle])
        for row in content["team"]
        for handle in row["members"]
    )
    return Cast(organization=organization, members=members, teams=teams)


def _functions(people: list[dict[str, Any]], handle: str) -> list[str]:
    return next(list(row.get("functions", [])) for row in people if row["handle"] == handle)
