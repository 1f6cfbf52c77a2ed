"""Verifies the audit ledger of one organization or of all."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenancy.actor import Actor
from tenancy.models import Organization
from tenancy.scope import tenant_scope
from tenancy.services.ledger_verification import verify


class Command(BaseCommand):
    help = "Verify the audit ledger: exit 0 and a summary, or exit 1 and the first bad row."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", metavar="SLUG", help="default: every organization")

    def handle(self, *args: Any, **options: Any) -> None:
        organizations = Organization.objects.order_by("slug")
        if options["organization"]:
            organizations = organizations.filter(slug=options["organization"])
            if not organizations:
                raise CommandError(f"There is no organization “{options['organization']}”.")
        for organization in organizations:
            self._verify(organization)

    def _verify(self, organization: Organization) -> None:
        started = time.monotonic()
        with tenant_scope(Actor.system(organization, source="command")) as actor:
            result = verify(actor)
        seconds = time.monotonic() - started
        if result.problem is not None:
            raise CommandError(f"{organization.slug}: {result.problem}", returncode=1)
        self.stdout.write(
            f"{organization.slug}: {result.rows} rows ({result.sealed_rows} sealed in {result.blocks} blocks),"
            f" {result.checkpoints} checkpoints, all valid"
            f" ({result.rows / seconds:,.0f} rows a second)"
        )
