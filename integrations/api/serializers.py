"""REST shapes of the integrations."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    STAMPS,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictJSONField,
    StrictSerializer,
)
from integrations.enums import ImportFormat, ImportStatus, Severity
from integrations.models import ExternalReference, ImportRun
from tenancy.api.serializers import TenantModelSerializer


class ExternalReferenceSerializer(TenantModelSerializer):
    class Meta:
        model = ExternalReference
        fields = [
            "id",
            "system",
            "external_id",
            "relation",
            "label",
            "url",
            "target_model",
            "target_id",
            "source_updated_on",
            *STAMPS,
        ]
        extra_kwargs = {"relation": {"required": False}}

    def get_fields(self) -> dict[str, serializers.Field]:
        """A reference stays on its record."""
        fields = super().get_fields()
        if self.instance is not None:
            fields["target_model"].read_only = fields["target_id"].read_only = True
        return fields


class ImportRunSerializer(TenantModelSerializer):
    """An import without its problems, which may be thousands; `status` says also when the job itself failed."""

    status = serializers.ChoiceField(source="outcome", choices=ImportStatus.choices, read_only=True)
    mapping = serializers.JSONField(read_only=True)

    class Meta:
        model = ImportRun
        fields = [
            "id",
            "kind",
            "file_name",
            "format",
            "digest",
            "portfolio_name",
            "portfolio",
            "system",
            "mapping",
            "is_dry_run",
            "skips_bad_rows",
            "status",
            "row_count",
            "created_count",
            "changed_count",
            "unchanged_count",
            "rejected_count",
            "warning_count",
            "team_count",
            "dependency_count",
            "reference_count",
            "job",
            "requested_by",
            "finished_at",
            *STAMPS,
        ]
        read_only_fields = fields


class ImportProblemSerializer(StrictSerializer):
    """One problem of a file; `line` is null when it concerns the whole file."""

    severity = serializers.ChoiceField(choices=Severity.choices)
    line = serializers.IntegerField(allow_null=True)
    column = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class ImportSubmissionSerializer(StrictSerializer):
    """A file as text in JSON. Everything but name and content has a default worked out from the file."""

    file_name = StrictCharField(max_length=255)
    content = StrictCharField(trim_whitespace=False, help_text="The text of the file.")
    format = StrictChoiceField(choices=ImportFormat.choices, required=False)
    portfolio_name = StrictCharField(max_length=200, required=False)
    system = StrictCharField(max_length=100, required=False)
    mapping = StrictJSONField(
        required=False, help_text='{"columns": {column: field or null}, "values": {field: {word: value}}}'
    )
    is_dry_run = StrictBooleanField(default=False)
    skips_bad_rows = StrictBooleanField(default=False)

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        value["content"] = value["content"].encode()
        return value


class ImportUploadSerializer(serializers.Serializer):
    """A file as multipart/form-data, where every value is text."""

    file = serializers.FileField(allow_empty_file=True)
    format = serializers.ChoiceField(choices=ImportFormat.choices, required=False)
    portfolio_name = serializers.CharField(max_length=200, required=False)
    system = serializers.CharField(max_length=100, required=False)
    mapping = serializers.JSONField(required=False, binary=True)
    is_dry_run = serializers.BooleanField(default=False)
    skips_bad_rows = serializers.BooleanField(default=False)

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        file = value.pop("file")
        return {**value, "file_name": file.name, "content": file.read()}


class ImportStartSerializer(StrictSerializer):
    """What to do with a file that is here already."""

    is_dry_run = StrictBooleanField()
    skips_bad_rows = StrictBooleanField(required=False)
    portfolio_name = StrictCharField(max_length=200, required=False)
    system = StrictCharField(max_length=100, required=False)
    mapping = StrictJSONField(required=False)
