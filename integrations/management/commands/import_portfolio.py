"""Imports a CSV or JSON file as a portfolio, or checks what that would do."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from integrations.enums import ImportFormat, ImportStatus, Severity
from integrations.models import ImportRun
from integrations.services.importer.mapping import parse_pairs
from integrations.services.importer.problems import UnreadableFileError
from integrations.services.importer.reading import MAX_BYTES
from integrations.services.importer.reporting import report_csv, report_json
from integrations.services.imports import carry_out, new_run, summary_of
from tenancy.actor import Actor
from tenancy.models import Membership, Organization
from tenancy.scope import tenant_scope

WIDTHS = {"line": 6, "column": 20, "value": 40}


class Command(BaseCommand):
    help = "Import initiatives from a CSV or JSON file. Safe to run twice: only what changed in the file is changed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--format", choices=ImportFormat.values, default="", help="default: by the file's name")
        parser.add_argument("--dry-run", action="store_true", help="report what would happen and change nothing")
        parser.add_argument("--portfolio", default="", metavar="NAME", help="default: the file's name")
        parser.add_argument("--system", default="", metavar="NAME", help="where the ids are from; default: as above")
        parser.add_argument("--map", action="append", default=[], metavar="COLUMN=FIELD", help="repeatable")
        parser.add_argument("--mapping", type=Path, metavar="FILE.json", help='{"columns": {...}, "values": {...}}')
        parser.add_argument("--skip-bad-rows", action="store_true", help="import the good rows of a file with bad ones")
        parser.add_argument("--report", type=Path, metavar="FILE.csv|json", help="write every problem to a file")
        parser.add_argument("--email", metavar="ADDRESS", help="act as this member instead of the system")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization “{options['organization']}”.")
        content = _read(options["file"])
        try:
            with tenant_scope(Actor.system(organization, source="command")) as system:
                actor = _member(options["email"], organization) if options["email"] else system
                with tenant_scope(actor):
                    run = self._run(content, options, actor)
        except UnreadableFileError as refusal:
            raise CommandError(f"{options['file'].name}: {refusal.message}") from refusal
        except DomainError as refusal:
            raise CommandError(refusal.message) from refusal
        except ValidationError as refusal:
            raise CommandError("; ".join(refusal.messages)) from refusal
        self._show(run)
        if options["report"]:
            _write_report(run, options["report"])
        if run.status != ImportStatus.SUCCEEDED:
            raise SystemExit(1)

    def _run(self, content: bytes, options: dict[str, Any], actor: Actor) -> ImportRun:
        run = new_run(
            actor=actor,
            file_name=options["file"].name,
            content=content,
            file_format=options["format"],
            portfolio_name=options["portfolio"],
            system=options["system"],
            mapping=_mapping(options),
        )
        run.is_dry_run, run.skips_bad_rows = options["dry_run"], options["skip_bad_rows"]
        return carry_out(run, actor=actor, progress=self._progress)

    def _progress(self, current: int, total: int, message: str) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r\033[K{message} ({current * 100 // total if total else 100} %)", ending="")
            if current == total:
                self.stderr.write("\r\033[K", ending="")
        elif current == total or current % 100 == 0:
            self.stderr.write(f"{message} ({current * 100 // total if total else 100} %)")

    def _show(self, run: ImportRun) -> None:
        if run.problems:
            self.stdout.write(_line("", "line", "column", "value", "reason"))
            for problem in run.problems:
                kind = "error" if problem["severity"] == Severity.ERROR else "warn"
                line = "" if problem["line"] is None else str(problem["line"])
                self.stdout.write(_line(kind, line, problem["column"], problem["value"], problem["reason"]))
            self.stdout.write("")
        for sentence in _sentences(run):
            self.stdout.write(sentence)


def _sentences(run: ImportRun) -> list[str]:
    kept = "would be " if run.is_dry_run else ""
    done = [
        f"{run.row_count} rows: {run.created_count} {kept}created, {run.changed_count} {kept}changed,"
        f" {run.unchanged_count} unchanged, {run.rejected_count} rejected; {run.warning_count} warnings.",
        f"Teams created: {run.team_count}, dependencies: {run.dependency_count}, links: {run.reference_count}.",
    ]
    if run.status == ImportStatus.REFUSED:
        return [*done, "Nothing was imported: correct the errors above, or leave bad rows out with --skip-bad-rows."]
    end = "Nothing was changed: this was a dry run." if run.is_dry_run else f"Imported into “{run.portfolio_name}”."
    return [*done, end]


def _line(kind: str, line: str, column: str, value: str, reason: str) -> str:
    cells = [("line", line), ("column", column), ("value", " ".join(value.split()))]
    return f"{kind:<6}{' '.join(_fitted(text, WIDTHS[name]) for name, text in cells)} {reason}".rstrip()


def _fitted(text: str, width: int) -> str:
    return text.ljust(width) if len(text) <= width else f"{text[: width - 1]}\N{HORIZONTAL ELLIPSIS}"


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error


def _mapping(options: dict[str, Any]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    if options["mapping"]:
        try:
            mapping = json.loads(_read(options["mapping"]))
        except ValueError as error:
            raise CommandError(f"{options['mapping']} is not JSON: {error}.") from error
        if not isinstance(mapping, dict) or not isinstance(mapping.get("columns", {}), dict):
            raise CommandError(f"{options['mapping']} does not hold an object with “columns” and “values”.")
    pairs = parse_pairs(options["map"])
    return {**mapping, "columns": {**mapping.get("columns", {}), **pairs}} if pairs else mapping


def _member(email: str, organization: Organization) -> Actor:
    members = Membership.objects.active().select_related("user")
    membership = members.filter(user__email__iexact=email).first()
    if membership is None:
        raise CommandError(f"{email} is no member of {organization.name}.")
    membership.organization = organization
    return Actor.from_membership(membership, source="command")


def _write_report(run: ImportRun, path: Path) -> None:
    is_json = path.suffix.lower() == ".json"
    text = report_json(summary_of(run), run.problems) if is_json else report_csv(run.problems)
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
