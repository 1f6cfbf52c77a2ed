"""The form of a custom field, and the rows in which its choices are typed."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from collaboration.enums import ChoiceTone, FieldType
from collaboration.models import CustomField, models_with_custom_fields
from core.web.forms import TenantModelForm

SPARE_ROWS = 4


class ChoiceRows(forms.Widget):
    """A row for each choice: its label, colour and place. Rows without a label say nothing."""

    template_name = "collaboration/choice_rows.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        columns = [data.getlist(f"{name}_{part}") for part in ("key", "label", "tone", "place")]
        rows = [dict(zip(("key", "label", "tone", "place"), row, strict=True)) for row in zip(*columns, strict=False)]
        return sorted((row for row in rows if row["label"].strip()), key=lambda row: _place(row["place"]))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_label" not in data

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        rows = list(value or [])
        blank = {"key": "", "label": "", "tone": ChoiceTone.NEUTRAL.value}
        context["widget"] |= {
            "rows": [{**blank, **row, "place": place} for place, row in enumerate([*rows, *[blank] * SPARE_ROWS], 1)],
            "tones": ChoiceTone.choices,
        }
        return context


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 10**6


class ChoicesField(forms.Field):
    """Choices as the model stores them; a new one gets its key from its label."""

    widget = ChoiceRows

    def to_python(self, value: Any) -> list[dict[str, str]]:
        choices = []
        for row in value or []:
            label = row["label"].strip()
            key = row.get("key") or slugify(label).replace("-", "_")[:40].strip("_")
            if not key:
                raise ValidationError(f"Write {label[:40]} with letters or digits.")
            choices.append({"key": key, "label": label, "tone": row.get("tone") or ChoiceTone.NEUTRAL.value})
        return choices


class CustomFieldForm(TenantModelForm):
    """What may change of a field that exists."""

    choices = ChoicesField(required=False, help_text="For single and multiple choice. The number gives the order.")

    class Meta:
        model = CustomField
        fields = ["label", "help_text", "is_required", "choices", "currency", "position"]
        labels = {"position": "Place"}
        help_texts = {"position": "Forms and pages show fields in this order."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].help_text = "For money; left empty, the organization's."
        kind = self.instance.type
        if kind not in {"", FieldType.CHOICE, FieldType.MULTIPLE_CHOICE}:
            del self.fields["choices"]
        if kind not in {"", FieldType.MONEY}:
            del self.fields["currency"]


class NewCustomFieldForm(CustomFieldForm):
    """Also asks what can never change: record type, key and type."""

    target_model = forms.ChoiceField(label="For", choices=lambda: _record_types())
    key = forms.CharField(
        max_length=40, required=False, help_text="Its name in REST, imports and addresses. Left empty, from the label."
    )

    class Meta(CustomFieldForm.Meta):
        fields = ["target_model", "label", "key", "type", "help_text", "is_required", "choices", "currency"]

    field_order = Meta.fields

    def clean_key(self) -> str:
        label = self.cleaned_data.get("label", "")
        return self.cleaned_data["key"].strip() or slugify(label).replace("-", "_")[:40].strip("_")


def _record_types() -> list[tuple[str, str]]:
    return [
        (label, str(model._meta.verbose_name_plural).capitalize())
        for label, model in models_with_custom_fields().items()
    ]
