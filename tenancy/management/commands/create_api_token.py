"""Prints a bearer token for a member and nothing else."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenancy.actor import Actor
from tenancy.enums import TokenScope
from tenancy.models import Membership, Organization
from tenancy.scope import tenant_scope
from tenancy.services.tokens import create_api_token


class Command(BaseCommand):
    help = "Create an API token for a member and print it. It cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--email", required=True, metavar="ADDRESS")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--scope", action="append", choices=TokenScope.values, help="default: write")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization “{options['organization']}”.")
        with tenant_scope(Actor.system(organization, source="command")) as actor:
            members = Membership.objects.active().select_related("user")
            membership = members.filter(user__email__iexact=options["email"]).first()
            if membership is None:
                raise CommandError(f"{options['email']} is no member of {organization.name}.")
            scopes = options["scope"] or [TokenScope.WRITE]
            _, secret = create_api_token(membership=membership, name=options["name"], scopes=scopes, actor=actor)
        self.stdout.write(secret)
