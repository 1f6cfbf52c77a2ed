"""Stores the observations of a CSV file, or names every line that keeps it from being stored."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from portfolio.services.kpi_files import COLUMNS, load_observations_file
from portfolio.services.spend_files import MAX_BYTES, FileResult
from tenancy.actor import Actor
from tenancy.models import Organization
from tenancy.scope import tenant_scope


class Command(BaseCommand):
    help = "Store KPI observations of a CSV file. Safe to run twice: a known source id is corrected, not repeated."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help=f"columns: {', '.join(COLUMNS)}")
        parser.add_argument("--organization", required=True, metavar="SLUG")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization “{options['organization']}”.")
        try:
            with tenant_scope(Actor.system(organization, source="command")) as actor:
                result = load_observations_file(_read(options["file"]), actor=actor)
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        self._show(result)
        if result.problems:
            raise SystemExit(1)

    def _show(self, result: FileResult) -> None:
        for problem in result.problems:
            self.stderr.write(f"line {problem.line}, {problem.column}: {problem.message}")
        if result.problems:
            self.stderr.write("Nothing was stored.")
        else:
            self.stdout.write(f"{result.rows:,} rows read, {result.stored:,} of them new or changed.")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
