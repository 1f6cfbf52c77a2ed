"""Documents and their templates over REST."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from collaboration.filters import DocumentFilterSet, DocumentSectionFilterSet, DocumentTemplateFilterSet
from collaboration.models import Document, DocumentSection, DocumentTemplate
from collaboration.querysets import with_documents
from collaboration.services import document_templates, documents
from collaboration.services.built_in_templates import BUILT_IN
from core.api.serializers import STAMPS, StrictChoiceField, StrictIntegerField, StrictSerializer, changes_of
from tenancy.api.actions import collection_action, record_action
from tenancy.api.serializers import TenantModelSerializer, TenantRelatedField
from tenancy.api.viewsets import TenantViewSet


class DocumentSerializer(TenantModelSerializer):
    """A document about one record; begin one with `template` or `built_in`, its texts are `document-sections/`."""

    template = TenantRelatedField(model=DocumentTemplate, required=False, write_only=True)
    built_in = StrictChoiceField(choices=sorted(BUILT_IN), required=False, write_only=True)

    class Meta:
        model = Document
        fields = [
            "id",
            "title",
            "kind",
            "template_name",
            "target_model",
            "target_id",
            "completeness",
            "template",
            "built_in",
            *STAMPS,
        ]
        read_only_fields = ["kind", "template_name", "completeness"]
        extra_kwargs = {"title": {"required": False}}


class DocumentViewSet(TenantViewSet):
    """Documents: strategy memos, PRDs and others, each about one record; `completeness` goes from 0 to 100."""

    model = Document
    serializer_class = DocumentSerializer
    filterset_class = DocumentFilterSet
    search_fields = ("title",)
    ordering = ("-updated_at",)
    ordering_fields = ("updated_at", "title", "completeness")

    def perform_create(self, serializer: Any) -> Document:
        data = dict(serializer.validated_data)
        record = self._record(data.pop("target_model"), data.pop("target_id"))
        return documents.begin_document(actor=self.actor, record=record, **data)

    def perform_update(self, serializer: Any) -> Document:
        changes = changes_of(serializer, fixed=("target_model", "target_id", "template", "built_in"))
        title = changes.get("title", serializer.instance.title)
        return documents.rename_document(serializer.instance, actor=self.actor, title=title)

    def perform_destroy(self, instance: Document) -> None:
        documents.delete_document(instance, actor=self.actor)

    def _record(self, label: str, key: Any) -> Any:
        model: Any = with_documents().get(label)
        if model is None:
            raise ValidationError({"target_model": [f"Choose one of: {', '.join(with_documents())}."]})
        record = model.objects.permitted(self.actor).filter(pk=key).first()
        if record is None:
            raise ValidationError({"target_id": ["There is no such record."]})
        return record


class DocumentSectionSerializer(TenantModelSerializer):
    """A section of a document; `text` is Markdown, `missing` says in words what keeps `score` below 100."""

    score = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()

    class Meta:
        model = DocumentSection
        fields = [
            "id",
            "document",
            "position",
            "key",
            "title",
            "guidance",
            "is_required",
            "min_words",
            "text",
            "score",
            "counts",
            "missing",
            *STAMPS,
        ]
        read_only_fields = ["document", "position", "key", "title", "guidance", "is_required", "min_words"]

    def get_score(self, section: DocumentSection) -> int:
        return section.score.score

    def get_counts(self, section: DocumentSection) -> bool:
        return section.score.counts

    def get_missing(self, section: DocumentSection) -> list[str]:
        return list(section.score.reasons)


class PlaceSerializer(StrictSerializer):
    """Where a section shall stand in its document, counted from 1."""

    position = StrictIntegerField(min_value=1)


class DocumentSectionViewSet(TenantViewSet):
    """Sections of documents. A change needs If-Match, so that nobody overwrites what somebody else wrote."""

    model = DocumentSection
    serializer_class = DocumentSectionSerializer
    filterset_class = DocumentSectionFilterSet
    ordering = ("position",)
    ordering_fields = ("position",)
    requires_if_match = True

    def perform_update(self, serializer: Any) -> DocumentSection:
        text = serializer.validated_data.get("text", serializer.instance.text)
        return documents.write_section(serializer.instance, actor=self.actor, text=text)

    @record_action("document_section.change", input_serializer=PlaceSerializer)
    def move(self, instance: DocumentSection, data: dict[str, Any]) -> DocumentSection:
        """Put the section at another place; those between move by one."""
        return documents.move_section(instance, actor=self.actor, **data)


class DocumentTemplateSerializer(TenantModelSerializer):
    """What a kind of document has to say: an ordered list of sections."""

    class Meta:
        model = DocumentTemplate
        fields = ["id", "name", "kind", "description", "sections", *STAMPS]
        extra_kwargs = {"sections": {"required": True}}


class BuiltInSerializer(StrictSerializer):
    """Which built-in template to copy."""

    built_in = StrictChoiceField(choices=sorted(BUILT_IN))


class DocumentTemplateViewSet(TenantViewSet):
    """The organization's own templates of documents; documents begun from one do not change with it."""

    model = DocumentTemplate
    serializer_class = DocumentTemplateSerializer
    filterset_class = DocumentTemplateFilterSet
    search_fields = ("name",)
    ordering = ("name",)
    ordering_fields = ("name",)

    def perform_create(self, serializer: Any) -> DocumentTemplate:
        return document_templates.create_template(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> DocumentTemplate:
        return document_templates.change_template(serializer.instance, actor=self.actor, **serializer.validated_data)

    def perform_destroy(self, instance: DocumentTemplate) -> None:
        document_templates.delete_template(instance, actor=self.actor)

    @collection_action(
        "document_template.create", input_serializer=BuiltInSerializer, output_serializer=DocumentTemplateSerializer
    )
    def copy_built_in(self, data: dict[str, Any]) -> DocumentTemplate:
        """An editable copy of a built-in template."""
        return document_templates.copy_built_in(data["built_in"], actor=self.actor)
