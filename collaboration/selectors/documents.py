"""Reads of documents: what one contains, what a record has."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Exists, FloatField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from collaboration.calc.completeness import FULL, SectionScore
from collaboration.models import Document, DocumentSection
from collaboration.querysets import with_documents
from tenancy.actor import Actor
from tenancy.models import TenantOwned


@dataclass(frozen=True)
class ScoredSection:
    """A section with its score."""

    section: DocumentSection
    score: SectionScore

    @property
    def tone(self) -> str:
        """The colour of its state."""
        if self.score.is_complete:
            return "success"
        return "warning" if self.score.score else "neutral"

    @property
    def state(self) -> str:
        """Its state in a word."""
        if self.score.is_complete:
            return "Complete"
        if self.score.score or self.section.text:
            return "Draft"
        return "Empty" if self.section.is_required else "Optional"


def sections_of(document: Document) -> list[ScoredSection]:
    """The document's sections in order, with their scores; one query."""
    rows = DocumentSection.objects.filter(document=document).order_by("position", "id")
    return [ScoredSection(row, row.score) for row in rows]


def documents_about(record: TenantOwned, *, actor: Actor) -> QuerySet[Document]:
    """The record's documents, by kind and title."""
    documents: QuerySet[Document] = Document.objects.permitted(actor).of_record(record)
    return documents.order_by("kind", "title", "pk")


def record_of(document: Document, *, actor: Actor) -> Any:
    """The record a document is about; None when it is gone or the actor may not see it."""
    model: Any = with_documents().get(document.target_model)
    return None if model is None else model.objects.permitted(actor).filter(pk=document.target_id).first()


def with_record_name(documents: Any) -> Any:
    """Annotate `about`, the name of the record each document is about; empty when it is gone."""
    names = [
        Subquery(model.objects.filter(pk=OuterRef("target_id")).values(model.document_label)[:1])
        for model in with_documents().values()
    ]
    return documents.annotate(about=Coalesce(*names, Value("", CharField())))


def completeness_of(kind: str) -> Subquery:
    """For a list of records: how complete their most complete document of a kind is, 0 to 1; NULL without one.

    Usable in declarations, where no organization is known yet.
    """
    rows = Document.unscoped(reason="columns are declared outside a scope; the record's id and row security narrow it")
    best = rows.filter(target_id=OuterRef("pk"), kind=kind).order_by("-completeness")
    return Subquery(best.annotate(share=Cast("completeness", FloatField()) / 100.0).values("share")[:1])


def in_document_state(records: Any, kind: str, state: str) -> Any:
    """Records with a complete document of the kind, with only incomplete ones (`incomplete`), or with `none`."""
    about = Document.objects.filter(target_id=OuterRef("pk"), kind=kind)
    finished = Exists(about.filter(completeness=FULL))
    if state == "complete":
        return records.filter(finished)
    return records.filter(Exists(about), ~finished) if state == "incomplete" else records.filter(~Exists(about))


def matching(actor: Actor, text: str, *, limit: int) -> Iterable[Document]:
    """Documents whose title contains the text, for the search."""
    found = with_record_name(Document.objects.permitted(actor).matching(text)).order_by("title", "pk")
    return list(found[:limit])
