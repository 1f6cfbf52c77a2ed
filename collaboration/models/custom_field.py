"""Custom fields: what an organization wants to know of its records beyond what everybody does."""

from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Value

from collaboration.enums import CHOICE_TYPES, FieldType
from collaboration.querysets import CustomFieldQuerySet
from collaboration.validators import FIELD_KEY, validate_choices
from tenancy.models import TenantOwned
from tenancy.querysets import TenantManager


class CustomFieldsMixin(models.Model):
    """Gives a tenant model custom fields: `class Initiative(CustomFieldsMixin, TenantOwned)`.

    `custom_fields` is {key: value} in the JSON form `collaboration.services.custom_values` writes; an empty value
    has no key. The values are part of the record: its version guards them, its ledger rows show them, and a list
    reads them with its other columns.
    """

    custom_fields = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True, editable=False)

    class Meta:
        abstract = True


def models_with_custom_fields() -> dict[str, Any]:
    """Every model that takes custom fields, by label (`portfolio.initiative`)."""
    return {model._meta.label_lower: model for model in apps.get_models() if issubclass(model, CustomFieldsMixin)}


class CustomField(TenantOwned):
    """One field an organization added to one kind of record.

    `key` names it in REST, files and addresses and never changes, nor does its type. `choices` is an ordered list of
    {"key", "label", "tone"}. An archived field is no longer offered; values stay where they are.
    """

    target_model = models.CharField("record type", max_length=80)
    key = models.CharField(
        max_length=40, validators=[FIELD_KEY], help_text="Its name in REST, imports and addresses; cannot be changed."
    )
    label = models.CharField(max_length=80)
    type = models.CharField(max_length=16, choices=FieldType, help_text="Cannot be changed.")
    help_text = models.CharField("help", max_length=300, blank=True, help_text="Shown below the field in forms.")
    is_required = models.BooleanField("required", default=False)
    choices = models.JSONField(default=list, blank=True, validators=[validate_choices])
    currency = models.CharField(
        max_length=3, blank=True, validators=[RegexValidator(r"^[A-Z]{3}\Z", "Give a code such as EUR.")]
    )
    position = models.PositiveSmallIntegerField(default=0)
    archived_at = models.DateTimeField("archived", null=True, editable=False)

    objects = TenantManager.from_queryset(CustomFieldQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "target_model", "key", name="collaboration_customfield_key"),
            models.CheckConstraint(
                condition=~models.Q(type=FieldType.MONEY) | ~models.Q(currency=""),
                name="collaboration_customfield_currency",
                violation_error_message="Money needs a currency.",
            ),
        ]
        indexes = [
            models.Index(
                fields=["organization", "target_model", "position", "id"], name="collaboration_customfield_list"
            ),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.label

    @property
    def parameter(self) -> str:
        """Its name in query strings and forms: `cf_risk_class`."""
        return f"cf_{self.key}"

    @property
    def choice_labels(self) -> dict[str, str]:
        """Labels of the choices by key, in order."""
        return {choice["key"]: choice["label"] for choice in self.choices}

    @property
    def choice_tones(self) -> dict[str, str]:
        return {choice["key"]: choice.get("tone", "neutral") for choice in self.choices}

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def clean(self) -> None:
        """Refuse a record type that takes no fields, and choices where there is nothing to choose or none."""
        super().clean()
        problems = {}
        if self.target_model not in models_with_custom_fields():
            problems["target_model"] = "Records of this type take no custom fields."
        if self.type in CHOICE_TYPES and not self.choices:
            problems["choices"] = "Give at least one choice."
        if self.type not in CHOICE_TYPES and self.choices:
            problems["choices"] = "Only a choice has choices."
        if self.type != FieldType.MONEY and self.currency:
            problems["currency"] = "Only money has a currency."
        if problems:
            raise ValidationError(problems)
