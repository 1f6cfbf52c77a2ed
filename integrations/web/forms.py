"""Forms of the integrations."""

from typing import Any

from django import forms

from collaboration.selectors.custom_fields import fields_in_use
from core.web.forms import TenantForm, TenantModelForm
from integrations.enums import ImportField, ImportFormat
from integrations.models import ExternalReference
from integrations.services.importer.preview import Preview
from integrations.services.importer.vocabulary import TARGETS
from portfolio.models import Initiative


class ImportUploadForm(TenantForm):
    """A file to import."""

    file = forms.FileField(
        label="File",
        help_text="CSV with a header line, or JSON with an array of objects. UTF-8, up to 8 MB and 20,000 rows.",
        widget=forms.FileInput({"accept": ".csv,.json,text/csv,application/json"}),
        allow_empty_file=True,
    )
    portfolio_name = forms.CharField(
        label="Portfolio",
        max_length=200,
        required=False,
        help_text="Created when there is none of this name. Empty: the file's name.",
    )
    system = forms.CharField(
        max_length=100,
        required=False,
        label="Source system",
        help_text="Where the file's ids come from, such as jira. The same system next time updates the same records.",
    )
    format = forms.ChoiceField(
        choices=[("", "By the file's name"), *ImportFormat.choices], required=False, label="Format"
    )


class HistoryUploadForm(TenantForm):
    """A file of dated changes."""

    file = forms.FileField(
        label="File",
        help_text="JSON: a list of changes, or an object with “changes”. UTF-8, up to 8 MB.",
        widget=forms.FileInput({"accept": ".json,application/json"}),
        allow_empty_file=True,
    )
    system = forms.CharField(
        max_length=100,
        required=False,
        label="Source system",
        help_text="Where the file's ids come from, such as jira. Empty: the system that knows most of them.",
    )


class ImportMappingForm(forms.Form):
    """Which column becomes what, and what the words of stages and kinds mean."""

    portfolio_name = forms.CharField(label="Portfolio", max_length=200)
    system = forms.CharField(label="Source system", max_length=100)
    skips_bad_rows = forms.BooleanField(
        label="Leave bad rows out",
        required=False,
        help_text="Otherwise a single bad row stops the whole file.",
    )

    def __init__(self, *args: Any, preview: Preview, translated: dict[str, dict[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.preview = preview
        self.translated = translated
        own = [(field.parameter, field.label) for field in fields_in_use(Initiative)]
        fields = [("", "Not imported"), *ImportField.choices, *([("Custom fields", own)] if own else [])]
        for index, column in enumerate(preview.columns):
            self.fields[f"column-{index}"] = forms.ChoiceField(
                choices=fields, required=False, initial=column.field, label=f"{column.name} becomes"
            )
        for index, word in enumerate(preview.words):
            choices = [("", "Left out, with a warning"), *TARGETS[word.field].items()]
            self.fields[f"word-{index}"] = forms.ChoiceField(
                choices=choices, required=False, initial=word.value, label=f"{word.word} means"
            )

    @property
    def settings(self) -> list[Any]:
        return [self[name] for name in ("portfolio_name", "system", "skips_bad_rows")]

    @property
    def column_rows(self) -> list[tuple[Any, Any]]:
        """(column, select) pairs for the table."""
        return [(column, self[f"column-{index}"]) for index, column in enumerate(self.preview.columns)]

    @property
    def word_rows(self) -> list[tuple[Any, Any]]:
        """(word, select) pairs for the table."""
        return [(word, self[f"word-{index}"]) for index, word in enumerate(self.preview.words)]

    def mapping(self) -> dict[str, Any]:
        """What was chosen, as services take it: every column, and the words somebody gave another meaning."""
        columns = {
            column.name: self.cleaned_data[f"column-{index}"] or None
            for index, column in enumerate(self.preview.columns)
        }
        values = {name: dict(words) for name, words in self.translated.items()}
        for index, word in enumerate(self.preview.words):
            chosen = self.cleaned_data[f"word-{index}"]
            if chosen != word.value:
                values.setdefault(str(word.field), {})[word.word] = chosen
        return {"columns": columns, "values": values}


class ExternalReferenceForm(TenantModelForm):
    """A reference on one record."""

    class Meta:
        model = ExternalReference
        fields = ["system", "external_id", "relation", "label", "url", "target_model", "target_id"]
        widgets = {"target_model": forms.HiddenInput, "target_id": forms.HiddenInput}


class ExternalReferenceChangeForm(TenantModelForm):
    """The reference stays on its record."""

    class Meta:
        model = ExternalReference
        fields = ["system", "external_id", "relation", "label", "url"]
