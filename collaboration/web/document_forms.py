"""Forms of documents and their templates."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import slugify

from collaboration.models import Document, DocumentSection, DocumentTemplate
from collaboration.querysets import with_documents
from collaboration.services.built_in_templates import BUILT_IN
from core.web.choosers import with_chooser
from core.web.forms import TO_CHOOSE, TenantChoiceField, TenantForm, TenantModelForm

SPARE_ROWS = 3
_BUILT_IN = "built-in:"


class NewDocumentForm(TenantForm):
    """Which template, about what; `target_model` in the address chooses among kinds of records."""

    template = forms.ChoiceField()
    record = TenantChoiceField(required=True, label="About")
    title = forms.CharField(max_length=200, required=False, help_text="Left empty, template and name of the record.")

    def __init__(self, *args: Any, actor: Any, **kwargs: Any) -> None:
        super().__init__(*args, actor=actor, **kwargs)
        models = with_documents()
        model = models.get(str(self.initial.get("target_model", ""))) or next(iter(models.values()))
        about = TenantChoiceField(model, label="About")
        about.bind_actor(actor)
        self.fields["record"] = with_chooser(about, actor)
        self.own = {str(template.pk): template for template in DocumentTemplate.objects.permitted(actor)}
        built_in = [(f"{_BUILT_IN}{key}", template.name) for key, template in BUILT_IN.items()]
        own = [(key, template.name) for key, template in self.own.items()]
        groups = [("Built in", built_in), *([("Your organization's", own)] if own else [])]
        choice: Any = self.fields["template"]
        choice.choices = [("", TO_CHOOSE), *groups]

    def clean(self) -> dict[str, Any]:
        """The template as the service takes it."""
        data: dict[str, Any] = super().clean() or {}
        chosen = data.pop("template", "")
        key = chosen.removeprefix(_BUILT_IN)
        return {**data, "template": self.own.get(chosen), "built_in": key if key != chosen else ""}


class DocumentForm(TenantModelForm):
    class Meta:
        model = Document
        fields = ["title"]


class SectionForm(forms.ModelForm):
    """The text of one section."""

    text = forms.CharField(
        required=False,
        max_length=50_000,
        strip=False,
        label="Text",
        help_text="Markdown: **bold**, lists, tables, links; “- [ ]” makes an item of a checklist.",
        widget=forms.Textarea({"rows": 18, "class": "document-text", "data-autofocus": True}),
    )

    class Meta:
        model = DocumentSection
        fields = ["text"]


class SectionRows(forms.Widget):
    """A block of inputs for each section of a template; blocks without a title say nothing."""

    template_name = "collaboration/section_rows.html"
    parts = ("key", "place", "title", "guidance", "min_words", "is_required", "starter")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[dict[str, str]]:
        columns = [data.getlist(f"{name}_{part}") for part in self.parts]
        rows = [dict(zip(self.parts, row, strict=True)) for row in zip(*columns, strict=False)]
        return sorted((row for row in rows if row["title"].strip()), key=lambda row: _whole(row["place"], 10**6))

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}_title" not in data

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        return ""

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, value, attrs)
        blank = {"key": "", "title": "", "guidance": "", "min_words": 40, "is_required": True, "starter": ""}
        rows = [{**blank, **row} for row in value or []]
        for row in rows:
            row["is_required"] = row["is_required"] in (True, "yes")
        numbered = enumerate([*rows, *[blank] * SPARE_ROWS], 1)
        context["widget"]["rows"] = [{**row, "place": place} for place, row in numbered]
        return context


def _whole(text: str, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else default


class SectionsField(forms.Field):
    """Sections as a template stores them; a new one gets its key from its title."""

    widget = SectionRows

    def to_python(self, value: Any) -> list[dict[str, Any]]:
        sections = []
        for row in value or []:
            title = row["title"].strip()
            key = row["key"] or slugify(title).replace("-", "_")[:40].strip("_")
            if not key:
                raise ValidationError(f"Write the title {title[:40]} with letters or digits.")
            if not row["min_words"].strip().isdigit():
                raise ValidationError(f"{title[:40]}: give the words as a whole number.")
            section = {"key": key, "title": title, "min_words": _whole(row["min_words"].strip(), 10**6)}
            texts = {name: row[name].replace("\r\n", "\n").strip() for name in ("guidance", "starter")}
            sections.append({**section, **texts, "is_required": row["is_required"] == "yes"})
        return sections


class TemplateForm(TenantModelForm):
    sections = SectionsField(help_text="In the order of their numbers. A section without a title is left out.")

    class Meta:
        model = DocumentTemplate
        fields = ["name", "kind", "description", "sections"]
