"""Replays the recorded history of a plan, and says how far its target releases slipped."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import DomainError
from integrations.services.importer.plan_history import BadHistoryError
from integrations.services.importer.reading import MAX_BYTES
from integrations.services.plan_history import Replay, replay_file
from roadmap.enums import STAGE_TARGETS, HistoryField
from roadmap.selectors.target_slippage import TargetGroup, TargetSlippage, target_slippage
from tenancy.actor import Actor
from tenancy.models import Organization
from tenancy.scope import tenant_scope

_WIDTH = 32


class Command(BaseCommand):
    help = "Store dated changes of target releases and stages, and report how many targets moved. Safe to run twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="JSON, see docs/baselines.md")
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--system", default="", metavar="NAME", help="whose ids these are; default: who knows most")
        parser.add_argument("--with-current", action="store_true", help="count the current release as a target too")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = Organization.objects.filter(slug=options["organization"]).first()
        if organization is None:
            raise CommandError(f"There is no organization “{options['organization']}”.")
        path: Path = options["file"]
        fields = [*STAGE_TARGETS, HistoryField.RELEASE] if options["with_current"] else STAGE_TARGETS
        try:
            content = _read(path)
            with tenant_scope(Actor.system(organization, source="command")) as actor:
                replay = replay_file(content, file_name=path.name, actor=actor, system=options["system"])
                report = target_slippage(actor, fields=fields, system=replay.system)
        except BadHistoryError as refusal:
            raise CommandError("\n".join([f"{path.name}:", *refusal.reasons])) from refusal
        except DomainError as refusal:
            raise CommandError(f"{path.name}: {refusal.message}") from refusal
        for line in (*_replayed(replay), "", *_reported(report)):
            self.stdout.write(line)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise CommandError(f"{path.name} is larger than {MAX_BYTES // 1024 // 1024} MB.")
    return content


def _replayed(replay: Replay) -> list[str]:
    return [
        f"{replay.changes:,} changes read, {replay.passed_over:,} of them of fields a plan history does not hold.",
        f"Stored as history of “{replay.system}”: {replay.created:,} entries now, {replay.known:,} were known.",
        f"{replay.records:,} records, {replay.unmatched:,} of them no initiatives here.",
    ]


def _reported(report: TargetSlippage) -> list[str]:
    if report.first_at is None or report.last_at is None:
        return ["No target release ever changed."]
    total = report.total
    lines = [
        f"Target releases, {report.first_at:%d %b %Y} to {report.last_at:%d %b %Y}:",
        f"{total.moved:,} moved: {total.later:,} later by {total.releases:,} releases in all (the furthest by"
        f" {total.worst}), {total.earlier:,} earlier. {total.records:,} records have a target that moved later.",
        f"Besides, {total.added:,} were set, {total.removed:,} taken away, {total.same:,} only written another way,"
        f" and {total.unclear:,} named no release before or after.",
        "",
        _line("Target", "later", "releases", "earlier"),
        *(_row(group) for group in report.by_target),
        "",
        _line("Team", "later", "releases", "earlier"),
        *(_row(group) for group in report.by_team if group.moved),
        "",
        _line("Releases", "targets", "", ""),
        *(_line(f"{distance:+d}", f"{count:,}", "", "") for distance, count in report.by_distance),
    ]
    return [line.rstrip() for line in lines]


def _row(group: TargetGroup) -> str:
    return _line(group.label, f"{group.later:,}", f"{group.releases:,}", f"{group.earlier:,}")


def _line(label: str, *figures: str) -> str:
    return f"{label[:_WIDTH]:<{_WIDTH}}" + "".join(f"{figure:>10}" for figure in figures)
