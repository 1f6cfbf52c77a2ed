"""Imports: take a file in, check it, run it, throw it away. The importer itself is the package beside this file."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import PurePath
from typing import Any, NotRequired, TypedDict, Unpack
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from collaboration.selectors.custom_fields import fields_in_use
from core.errors import DomainError, InvalidInputError
from integrations.enums import ImportFormat, ImportKind, ImportStatus
from integrations.models import ImportRun
from integrations.services.importer.mapping import checked_mapping, map_columns
from integrations.services.importer.naming import portfolio_named_by, system_named_by
from integrations.services.importer.outcome import Outcome
from integrations.services.importer.plan_history import read_entries
from integrations.services.importer.preview import Preview, preview
from integrations.services.importer.reading import format_of, read_table
from integrations.services.importer.running import ImportOrder, run_order
from integrations.services.plan_history import run_history
from portfolio.models import Initiative
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.jobs import enqueue, report_progress

Progress = Callable[[int, int, str], None]

KEEP_UPLOADS = timedelta(days=7)
COUNTS = (
    "row_count",
    "created_count",
    "changed_count",
    "unchanged_count",
    "rejected_count",
    "team_count",
    "dependency_count",
    "reference_count",
)


class Upload(TypedDict):
    """A file and what to read it as; format, portfolio name and system default to what its name says."""

    file_name: str
    content: bytes
    file_format: NotRequired[str]
    portfolio_name: NotRequired[str]
    system: NotRequired[str]
    mapping: NotRequired[dict[str, Any] | None]


class ContentGoneError(DomainError):
    """The file was imported, or thrown away after a week; it must be uploaded again."""

    code = "content_gone"


class StillRunningError(DomainError):
    """The import has not finished."""

    code = "import_running"


@transaction.atomic
def prepare_import(*, actor: Actor, **upload: Unpack[Upload]) -> ImportRun:
    """Take a file in without running it; raises UnreadableFileError when it is not CSV or JSON."""
    actor.require("import_run.create")
    run = new_run(actor=actor, **upload)
    table = read_table(upload["content"], file_format=run.format)
    if run.mapping:
        _require_fitting(run, run.mapping)
    run.row_count = table.row_count
    run.full_clean(exclude=["organization"])
    named_action("import_run.uploaded")
    run.save()
    return run


@transaction.atomic
def check_history(*, actor: Actor, file_name: str, content: bytes, system: str = "") -> ImportRun:
    """Take a file of dated changes in and let the worker check it; raises UnreadableFileError when it is none.

    Without `system` it is the one that knows most of the file's records by their ids.
    """
    actor.require("import_run.create")
    actor.require("plan_history_entry.create")
    run = new_run(actor=actor, file_name=file_name, content=content, file_format=ImportFormat.JSON)
    run.kind, run.portfolio_name, run.system = ImportKind.PLAN_HISTORY, "", system.strip()
    run.row_count = len(read_entries(content))
    run.full_clean(exclude=["organization"])
    named_action("import_run.uploaded")
    run.save()
    return start_import(run, actor=actor, is_dry_run=True)


def new_run(*, actor: Actor, **upload: Unpack[Upload]) -> ImportRun:
    """An import that is not saved yet."""
    name = PurePath(upload["file_name"].replace("\\", "/")).name[:255] or "import"
    file_format = upload.get("file_format", "")
    if file_format and file_format not in ImportFormat.values:
        raise InvalidInputError("Choose CSV or JSON.", pointer="format")
    return ImportRun(
        file_name=name,
        format=file_format or format_of(name),
        digest=sha256(upload["content"]).hexdigest(),
        content=upload["content"],
        portfolio_name=upload.get("portfolio_name", "").strip() or portfolio_named_by(name),
        system=upload.get("system", "").strip() or system_named_by(name),
        mapping=checked_mapping(upload.get("mapping")),
        requested_by=actor.user,
    )


def preview_of(run: ImportRun) -> Preview:
    """What the file would be read as; raises ContentGoneError once it was imported."""
    _require_columns(run)
    columns, values = run.mapping.get("columns", {}), run.mapping.get("values", {})
    return preview(content_of(run), file_format=run.format, columns=columns, values=values)


def content_of(run: ImportRun) -> bytes:
    """The uploaded file; raises ContentGoneError when it is no longer kept."""
    if run.content is None:
        raise ContentGoneError("The file is no longer kept: upload it again.")
    return bytes(run.content)


@transaction.atomic
def start_import(run: ImportRun, *, actor: Actor, is_dry_run: bool, **changes: Any) -> ImportRun:
    """Let the worker check or import the file; returns the run with its job.

    `changes` may set mapping, portfolio_name, system and skips_bad_rows first.
    """
    actor.require("import_run.create")
    locked = _changed(run, changes)
    locked.is_dry_run = is_dry_run
    locked.status = ImportStatus.WAITING
    locked.finished_at = None
    locked.problems = []
    locked.full_clean(exclude=["organization"])
    verb = "Check" if is_dry_run else "Import"
    title = f"{verb} {locked.file_name}"[:200]
    locked.job = enqueue("integrations.run_import", actor=actor, title=title, run_id=str(locked.pk))
    named_action("import_run.checked" if is_dry_run else "import_run.started")
    locked.save()
    return locked


@transaction.atomic
def change_import(run: ImportRun, *, actor: Actor, **changes: Any) -> ImportRun:
    """Change mapping, portfolio_name, system or skips_bad_rows of a file that is not imported yet."""
    actor.require("import_run.change")
    locked = _changed(run, changes)
    locked.full_clean(exclude=["organization"])
    named_action("import_run.changed")
    locked.save()
    return locked


def run_import(run_id: UUID, *, actor: Actor, job_id: UUID | None = None) -> ImportRun:
    """Carry out what `start_import` asked for; a second call finds nothing left to do."""
    actor.require("import_run.create")
    run: ImportRun = ImportRun.objects.for_update().get(pk=run_id)
    if run.status != ImportStatus.WAITING:
        return run

    def progress(current: int, total: int, message: str) -> None:
        report_progress(job_id, current=current, total=total, message=message)

    return carry_out(run, actor=actor, progress=progress)


@transaction.atomic
def carry_out(run: ImportRun, *, actor: Actor, progress: Progress) -> ImportRun:
    """Run the importer in this transaction and save the run with its result.

    A refused file raises nothing: the refusal is the result, with every problem of the file.
    """
    actor.require("import_run.create")
    _take(run, _RUNNERS[run.kind](run, actor, progress))
    run.full_clean(exclude=["organization"])
    named_action("import_run.finished")
    run.save()
    return run


def delete_import(run: ImportRun, *, actor: Actor) -> None:
    """Forget an upload; what it imported stays."""
    actor.require("import_run.delete")
    locked = ImportRun.objects.for_update().get(pk=run.pk)
    _require_idle(locked)
    named_action("import_run.deleted")
    locked.delete()


def drop_abandoned_uploads(*, actor: Actor) -> int:
    """Throw away files nobody imported for a week; the runs and their reports stay. Returns how many."""
    actor.require("import_run.change")
    old = ImportRun.objects.filter(content__isnull=False, updated_at__lt=timezone.now() - KEEP_UPLOADS)
    named_action("import_run.upload_dropped")
    return old.exclude(status=ImportStatus.WAITING).update(content=None)


def summary_of(run: ImportRun) -> dict[str, Any]:
    """The run's figures for a report."""
    return {
        "file": run.file_name,
        "digest": run.digest,
        "kind": run.kind,
        "portfolio": run.portfolio_name,
        "system": run.system,
        "is_dry_run": run.is_dry_run,
        "status": run.status,
        **{name.removesuffix("_count"): getattr(run, name) for name in (*COUNTS, "warning_count")},
    }


def _run_rows(run: ImportRun, actor: Actor, progress: Progress) -> Outcome:
    order = ImportOrder(
        content=content_of(run),
        file_format=run.format,
        portfolio_name=run.portfolio_name,
        system=run.system,
        columns=run.mapping.get("columns", {}),
        values=run.mapping.get("values", {}),
        is_dry_run=run.is_dry_run,
        skips_bad_rows=run.skips_bad_rows,
    )
    return run_order(order, actor=actor, progress=progress)


def _run_changes(run: ImportRun, actor: Actor, progress: Progress) -> Outcome:
    progress(0, run.row_count, "Reading")
    outcome, run.system = run_history(
        content_of(run),
        file_name=run.file_name,
        system=run.system,
        is_dry_run=run.is_dry_run,
        skips_bad_changes=run.skips_bad_rows,
        actor=actor,
    )
    return outcome


_RUNNERS: dict[str, Callable[[ImportRun, Actor, Progress], Outcome]] = {
    ImportKind.PORTFOLIO: _run_rows,
    ImportKind.PLAN_HISTORY: _run_changes,
}


def _changed(run: ImportRun, changes: dict[str, Any]) -> ImportRun:
    """The row, locked, with the changes on it but not saved; refused while it runs or once its file is gone."""
    locked: ImportRun = ImportRun.objects.for_update().get(pk=run.pk)
    _require_idle(locked)
    content_of(locked)
    for name in ("portfolio_name", "system", "skips_bad_rows"):
        if changes.get(name) not in (None, ""):
            setattr(locked, name, changes[name])
    if "mapping" in changes:
        _require_columns(locked)
        locked.mapping = checked_mapping(changes["mapping"])
    if locked.kind == ImportKind.PORTFOLIO:
        _require_fitting(locked, locked.mapping)
    return locked


def _take(run: ImportRun, outcome: Outcome) -> None:
    for name in COUNTS:
        setattr(run, name, getattr(outcome, name))
    run.warning_count = outcome.problems.warning_count
    run.problems = [problem.as_json() for problem in outcome.problems.in_order()]
    run.portfolio = outcome.portfolio
    run.status = ImportStatus.REFUSED if outcome.is_refused else ImportStatus.SUCCEEDED
    run.finished_at = timezone.now()
    if run.status == ImportStatus.SUCCEEDED and not run.is_dry_run:
        run.content = None


def _require_columns(run: ImportRun) -> None:
    if run.kind != ImportKind.PORTFOLIO:
        raise InvalidInputError("This file has no columns to map.", pointer="mapping")


def _require_fitting(run: ImportRun, mapping: dict[str, Any]) -> None:
    table = read_table(content_of(run), file_format=run.format)
    custom = fields_in_use(Initiative)
    map_columns(table, columns=mapping.get("columns"), values=mapping.get("values"), custom=custom)


def _require_idle(run: ImportRun) -> None:
    if run.status == ImportStatus.WAITING and run.job is not None and run.job.finished_at is None:
        raise StillRunningError("This import is still running.")
