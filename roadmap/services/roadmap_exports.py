"""Files made of roadmaps: asked for, made at once or by a job, kept for a day."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from collaboration.selectors.custom_fields import fields_in_use
from core.errors import DomainError, InvalidInputError, NotPermittedError
from portfolio.models import Initiative
from roadmap.calc.plan import Plan
from roadmap.enums import ExportFormat
from roadmap.models import Roadmap, RoadmapExport, RoadmapExportFile, RoadmapItem
from roadmap.selectors.groupings import Grouping, lanes_named
from roadmap.selectors.plan_reading import insider, plan_for
from roadmap.services.exports.drawing import pdf_of, png_of
from roadmap.services.exports.slides import pptx_of
from roadmap.services.exports.tables import csv_of, markdown_of, xlsx_of
from tenancy.actor import Actor
from tenancy.models import Membership
from tenancy.scope import named_action
from tenancy.services.jobs import enqueue, report_progress

KEPT_FOR = timedelta(days=1)
_MAKERS: dict[str, Callable[[Plan], bytes]] = {
    ExportFormat.PPTX: pptx_of,
    ExportFormat.PDF: pdf_of,
    ExportFormat.PNG: png_of,
    ExportFormat.XLSX: xlsx_of,
    ExportFormat.CSV: csv_of,
    ExportFormat.MARKDOWN: markdown_of,
}
CONTENT_TYPES: dict[str, str] = {
    ExportFormat.PPTX: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ExportFormat.PDF: "application/pdf",
    ExportFormat.PNG: "image/png",
    ExportFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
}
# Items a file may hold, and how many of them are put there while the person waits (a second or two).
MOST_ITEMS: dict[str, int] = {"pptx": 2000, "pdf": 3000, "png": 300, "xlsx": 20_000, "csv": 20_000, "md": 20_000}
MADE_AT_ONCE: dict[str, int] = {"pptx": 200, "pdf": 500, "png": 300, "xlsx": 5000, "csv": 10_000, "md": 10_000}


@transaction.atomic
def request_export(
    *,
    roadmap: Roadmap,
    file_format: str,
    actor: Actor,
    grouping: str = Grouping.TEAM,
    item_ids: Sequence[UUID] | None = None,
    filter_text: str = "",
) -> RoadmapExport:
    """A file of the roadmap as the actor sees it, or of these items; a job makes it when it is large.

    Raises InvalidInputError for a grouping that is none, and when there are more items than a file of this format
    should hold.
    """
    actor.require("roadmap_export.create")
    if not Roadmap.objects.permitted(actor).filter(pk=roadmap.pk).exists():
        raise NotPermittedError("This roadmap is not open to you.")
    lanes_named(grouping, fields_in_use(Initiative))
    count = _count(roadmap, item_ids, actor=actor)
    if count > MOST_ITEMS[file_format]:
        text = f"{count:,} items are too many for this format, which holds {MOST_ITEMS[file_format]:,}. Filter first."
        raise InvalidInputError(text, pointer="file_format")
    export = RoadmapExport(
        roadmap=roadmap,
        file_format=file_format,
        grouping=grouping,
        item_ids=None if item_ids is None else list(item_ids),
        filter_text=filter_text[:300],
        requested_by=Membership.objects.filter(user_id=actor.user_id).first(),
    )
    export.full_clean(exclude=["organization"])
    named_action("roadmap_export.created")
    export.save()
    if count <= MADE_AT_ONCE[file_format]:
        return make_file(export, actor=actor)
    title = f"{export.get_file_format_display()} of {roadmap.name}"[:200]
    export.job = enqueue("roadmap.make_export", actor=actor, title=title, export=str(export.pk))
    export.save(update_fields=["job", "updated_at"])
    return export


def make_file(export: RoadmapExport, *, actor: Actor, job_id: UUID | None = None) -> RoadmapExport:
    """Make the file with what the actor may see now; making it again replaces it."""
    report_progress(job_id, current=0, total=2, message="Reading the plan")
    items = RoadmapItem.objects.filter(roadmap_id=export.roadmap_id)
    if export.item_ids is not None:
        items = items.filter(pk__in=export.item_ids)
    plan = plan_for(
        insider(actor),
        export.roadmap,
        items=items,
        lanes=lanes_named(export.grouping, fields_in_use(Initiative)),
        today=timezone.localdate(),
        filter_text=export.filter_text,
    )
    report_progress(job_id, current=1, total=2, message="Drawing")
    content = _MAKERS[export.file_format](plan)
    named_action("roadmap_export.made")
    RoadmapExportFile.objects.update_or_create(export=export, defaults={"content": content})
    export.made_at, export.byte_count = timezone.now(), len(content)
    export.save(update_fields=["made_at", "byte_count", "updated_at"])
    return export


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file as it is handed out."""

    name: str
    content_type: str
    content: bytes


def file_of(export: RoadmapExport) -> ExportedFile:
    """The export's file under a name a person recognises; raises DomainError while it is being made."""
    row = RoadmapExportFile.objects.filter(export=export).first()
    if row is None or export.made_at is None:
        raise DomainError("The file is not made yet.")
    day = timezone.localdate(export.made_at)
    name = f"{slugify(export.roadmap.name)[:60] or 'roadmap'}-{day:%Y-%m-%d}.{export.file_format}"
    return ExportedFile(name, CONTENT_TYPES[export.file_format], bytes(row.content))


def remove_old_exports() -> int:
    """Remove exports with their files a day after they were asked for; returns how many."""
    old = RoadmapExport.objects.filter(created_at__lt=timezone.now() - KEPT_FOR)
    named_action("roadmap_export.removed")
    removed: int = old.count()
    old.delete()
    return removed


def _count(roadmap: Roadmap, item_ids: Sequence[UUID] | None, *, actor: Actor) -> int:
    if item_ids is not None:
        return len(item_ids)
    count: int = RoadmapItem.objects.permitted(actor).filter(roadmap=roadmap).count()
    return count
