"""Lists, records and forms of documents and their templates."""

from typing import Any

from collaboration.enums import DocumentKind
from collaboration.filters import DocumentFilterSet
from collaboration.models import Document, DocumentTemplate
from collaboration.selectors import documents as reads
from collaboration.services import document_templates, documents
from collaboration.services.built_in_templates import BUILT_IN
from collaboration.web.document_forms import DocumentForm, NewDocumentForm, TemplateForm
from core.web.crud import Column, FieldGroup, RecordAction, TenantCRUDView
from core.web.short_lists import short_list
from core.web.urls import tenant_url


class DocumentScreen(TenantCRUDView):
    model = Document
    icon = "file-text"
    intro = "Strategy memos, PRDs and others, each about one record, with a score of how complete it is."
    columns = [
        Column("title", "Title", sort=True, link=True, width="l"),
        Column("kind", "Kind", sort=True, formatter="choice", width="s"),
        Column("about", "About", sort="about", width="l"),
        Column("completeness", "Complete", accessor="fraction", sort=True, formatter="progress", width="s"),
        Column("template_name", "Template", width="m", is_default=False),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    ordering = ["-updated_at"]
    search_fields = ["title"]
    filterset_class = DocumentFilterSet
    detail_template = "collaboration/document_detail.html"
    record_actions = [
        RecordAction("Print", "collaboration:document_print", icon="file-export"),
    ]
    empty_title = "No documents yet"
    empty_text = "Begin one from a template: a PRD that says how you will know it works, or a memo that makes a choice."

    def list_queryset(self) -> Any:
        return reads.with_record_name(super().list_queryset())

    def get_form_class(self) -> Any:
        return DocumentForm if self.operation == "edit" else NewDocumentForm

    def perform_create(self, form: Any) -> Document:
        return documents.begin_document(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Document:
        return documents.rename_document(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Document) -> None:
        documents.delete_document(obj, actor=self.actor)

    def subtitle(self, obj: Document) -> str:
        kind: str = obj.get_kind_display()
        return kind if obj.template_name in {"", kind} else f"{kind} · from {obj.template_name}"

    def detail_context(self, obj: Document) -> dict[str, Any]:
        """The sections with their scores, and the record they are about."""
        sections = reads.sections_of(obj)
        record = reads.record_of(obj, actor=self.actor)
        return {
            "sections": sections,
            "counted": [each for each in sections if each.score.counts],
            "complete": sum(each.score.is_complete for each in sections if each.score.counts),
            "record": record,
            "record_url": _record_url(self.actor, record),
            "may_write": self.actor.can("document_section.change") and _may_write(self.actor, obj),
        }


def _may_write(actor: Any, document: Document) -> bool:
    return Document.objects.permitted(actor, "change").filter(pk=document.pk).exists()


def _record_url(actor: Any, record: Any) -> str:
    if record is None:
        return ""
    return tenant_url(actor, f"{record._meta.app_label}:{record.action_noun()}_detail", pk=record.pk)


class DocumentTemplateScreen(TenantCRUDView):
    model = DocumentTemplate
    icon = "template"
    intro = "What a kind of document has to say. Changing a template leaves documents that exist alone."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("kind", "Kind", sort=True, formatter="choice", width="s"),
        Column("sections", "Sections", accessor=lambda obj: len(obj.sections), formatter="number", width="xs"),
        Column("description", "Description", width="xl"),
        Column("updated_at", "Changed", sort=True, formatter="ago", width="s"),
    ]
    ordering = ["name"]
    search_fields = ["name", "description"]
    form_class = TemplateForm
    list_template = "collaboration/template_list.html"
    detail_template = "collaboration/template_detail.html"
    field_groups = [FieldGroup("About", ["kind", "description"], is_aside=True)]
    empty_title = "No templates of your own"
    empty_text = "The built-in ones are always there. Copy one to change it, or write your own."

    def list_context(self, page: Any) -> dict[str, Any]:
        """The built-in templates, and whether they may be copied."""
        built_in = [
            {"template": template, "kind": DocumentKind(template.kind).label, "titles": template.sections}
            for template in BUILT_IN.values()
        ]
        return {"built_in": built_in, "may_copy": self.actor.can("document_template.create")}

    def perform_create(self, form: Any) -> DocumentTemplate:
        return document_templates.create_template(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> DocumentTemplate:
        return document_templates.change_template(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: DocumentTemplate) -> None:
        document_templates.delete_template(obj, actor=self.actor)


def documents_panel(record: Any, *, actor: Any) -> dict[str, Any]:
    """What `collaboration/_documents_panel.html` shows on the page of a record."""
    address = tenant_url(actor, "collaboration:document_create")
    may_create = actor.can("document.create") and actor.can(f"{record.action_noun()}.change")
    return {
        "documents": short_list(
            reads.documents_about(record, actor=actor), actor, "collaboration:document_list", target_id=record.pk
        ),
        "may_create": may_create,
        "create_url": f"{address}?target_model={record._meta.label_lower}&record={record.pk}",
    }
