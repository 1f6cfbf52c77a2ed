"""Writing documents: beginning one from a template, its sections one by one, and the score that follows."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from collaboration.calc.completeness import score_document
from collaboration.models import Document, DocumentSection, DocumentTemplate
from collaboration.querysets import with_documents
from collaboration.services.built_in_templates import BUILT_IN, BuiltInTemplate
from core.errors import DomainError, InvalidInputError, NotPermittedError, StaleVersionError
from tenancy.actor import Actor
from tenancy.models import TenantOwned
from tenancy.scope import named_action
from tenancy.services.saving import StillReferencedError, save_checked

MAX_PER_RECORD = 50
STALE = "Somebody else saved this section after you opened it."


@transaction.atomic
def begin_document(
    *,
    actor: Actor,
    record: TenantOwned,
    template: DocumentTemplate | None = None,
    built_in: str = "",
    title: str = "",
) -> Document:
    """A document about the record with a template's sections; `built_in` names one of the built-in templates.

    Raises NotPermittedError when the actor may see the record but not change it, and InvalidInputError for a record
    that takes no documents or unless exactly one template is given.
    """
    actor.require("document.create")
    _require_place(record, actor)
    source = _source(template, built_in)
    if Document.objects.of_record(record).count() >= MAX_PER_RECORD:
        raise DomainError(f"This record has {MAX_PER_RECORD} documents already; delete one first.")
    document = Document(
        title=title.strip() or _default_title(source, record),
        kind=source.kind,
        template_name=source.name,
        target_model=record._meta.label_lower,
        target_id=record.pk,
    )
    sections = [_section(document, position, content) for position, content in enumerate(_contents(source), 1)]
    document.completeness = score_document([section.score for section in sections])
    named_action("document.begun")
    save_checked(document)
    DocumentSection.objects.bulk_create(sections)
    return document


@transaction.atomic
def rename_document(document: Document, *, actor: Actor, title: str) -> Document:
    """Give the document another title."""
    actor.require("document.change")
    locked = _locked(document, actor, "change")
    if locked.title != title.strip():
        locked.title = title.strip()
        named_action("document.renamed")
        save_checked(locked)
    return locked


@transaction.atomic
def write_section(section: DocumentSection, *, actor: Actor, text: str, based_on: str | None = None) -> DocumentSection:
    """Replace the text of a section; `based_on` is the `text_digest` of the text the new one was made from.

    Raises StaleVersionError when somebody else saved another text since.
    """
    actor.require("document_section.change")
    document = _locked(section.document, actor, "change")
    locked: DocumentSection = DocumentSection.objects.for_update().get(pk=section.pk)
    text = text.replace("\r\n", "\n").rstrip()
    if locked.text == text:
        return locked
    if based_on is not None and locked.text_digest != based_on:
        raise StaleVersionError(STALE, pointer="text")
    locked.text = text
    named_action("document_section.written")
    save_checked(locked)
    locked.refresh_from_db(fields=["version"])
    scores = [each.score for each in DocumentSection.objects.filter(document=document)]
    Document.objects.filter(pk=document.pk).update(completeness=score_document(scores), updated_at=timezone.now())
    return locked


@transaction.atomic
def move_section(section: DocumentSection, *, actor: Actor, position: int) -> DocumentSection:
    """Put a section at another place of its document, counted from 1; those between move by one.

    Raises InvalidInputError for a place the document does not have.
    """
    actor.require("document_section.change")
    document = _locked(section.document, actor, "change")
    sections = list(DocumentSection.objects.for_update().filter(document=document).order_by("position", "id"))
    if not 1 <= position <= len(sections):
        raise InvalidInputError(f"Give a place from 1 to {len(sections)}.", pointer="position")
    moved = next(each for each in sections if each.pk == section.pk)
    sections.remove(moved)
    sections.insert(position - 1, moved)
    now = timezone.now()
    displaced = [each for place, each in enumerate(sections, 1) if each.position != place]
    for place, each in enumerate(sections, 1):
        each.position = place
    for each in displaced:
        each.updated_at = now
    if displaced:
        named_action("document_section.moved")
        DocumentSection.objects.bulk_update(displaced, ["position", "updated_at"])
        Document.objects.filter(pk=document.pk).update(updated_at=now)
    return moved


@transaction.atomic
def delete_document(document: Document, *, actor: Actor) -> None:
    """Delete a document with its sections; the ledger keeps what was written."""
    actor.require("document.delete")
    locked = _locked(document, actor, "delete")
    named_action("document.deleted")
    locked.delete()


def require_no_documents(record: TenantOwned) -> None:
    """Refuse to delete a record that documents are about; raises StillReferencedError."""
    count = Document.objects.of_record(record).count()
    if count:
        noun = "document is" if count == 1 else "documents are"
        raise StillReferencedError(f"{count} {noun} about {record}; delete them first.")


def _locked(document: Document, actor: Actor, verb: str) -> Document:
    locked: Document | None = Document.objects.permitted(actor, verb).for_update().filter(pk=document.pk).first()
    if locked is None:
        raise NotPermittedError("The record this document is about is shared with you to view only.")
    return locked


def _require_place(record: TenantOwned, actor: Actor) -> None:
    if record._meta.label_lower not in with_documents():
        raise InvalidInputError("Records of this type take no documents.", pointer="record")
    model: Any = type(record)
    if not model.objects.permitted(actor, "change").filter(pk=record.pk).exists():
        raise NotPermittedError("You may view this record, not write about it.", pointer="record")


def _source(template: DocumentTemplate | None, built_in: str) -> DocumentTemplate | BuiltInTemplate:
    if (template is None) == (not built_in):
        raise InvalidInputError("Give a template of your own or a built-in one.", pointer="template")
    if template is not None:
        return template
    if built_in not in BUILT_IN:
        raise InvalidInputError(f"Choose one of: {', '.join(BUILT_IN)}.", pointer="built_in")
    return BUILT_IN[built_in]


def _default_title(source: DocumentTemplate | BuiltInTemplate, record: TenantOwned) -> str:
    label: str = getattr(record, record.document_label)  # type: ignore[attr-defined]  # checked by _require_place
    return f"{source.name}: {label}"[:200]


def _contents(source: DocumentTemplate | BuiltInTemplate) -> list[dict[str, Any]]:
    return source.as_json() if isinstance(source, BuiltInTemplate) else source.sections


def _section(document: Document, position: int, content: dict[str, Any]) -> DocumentSection:
    return DocumentSection(
        document=document,
        position=position,
        key=content["key"],
        title=content["title"],
        guidance=content.get("guidance", ""),
        is_required=content.get("is_required", True),
        min_words=content.get("min_words", 20),
        text=content.get("starter", ""),
    )
