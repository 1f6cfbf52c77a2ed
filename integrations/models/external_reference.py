"""External references: what a record of ours is called, or related to, in another system."""

from django.core.validators import URLValidator
from django.db import models

from integrations.enums import Relation
from integrations.querysets import ExternalReferenceQuerySet
from tenancy.models import TenantOwned
from tenancy.querysets import TenantManager

# Nothing else may stand in a link: a javascript: address would run in the reader's session.
WEB_ADDRESS = URLValidator(schemes=["http", "https"], message="Give a web address that starts with http or https.")


class ExternalReference(TenantOwned):
    """A record of another system that is, or belongs to, a record of ours.

    The relation `same` says that both are one thing; within one system an id can be only one record. All others are
    links from the record. `imported_digests` holds a digest of each value an import last brought, so that
    the next one changes only what changed in the file and leaves what people changed here.
    """

    ledger_hidden = ("imported_digests",)

    system = models.CharField(max_length=100, help_text="The other system, such as jira or github.")
    external_id = models.CharField("external id", max_length=300)
    relation = models.CharField(max_length=16, choices=Relation, default=Relation.SAME)
    label = models.CharField(max_length=300, blank=True)
    url = models.CharField("address", max_length=2000, blank=True, validators=[WEB_ADDRESS])
    target_model = models.CharField("record type", max_length=80, help_text="Such as portfolio.initiative.")
    target_id = models.UUIDField("record")
    source_updated_on = models.DateField(
        "last changed in the source", null=True, blank=True, help_text="As the other system says."
    )
    imported_digests = models.JSONField(default=dict, editable=False)

    objects = TenantManager.from_queryset(ExternalReferenceQuerySet)()

    class Meta:
        verbose_name = "external reference"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "system", "target_model", "external_id"],
                condition=models.Q(relation=Relation.SAME),
                name="integrations_externalreference_same",
                violation_error_message="Another record is already known by this id.",
            ),
            models.UniqueConstraint(
                fields=["organization", "target_id", "target_model", "system", "relation", "external_id"],
                name="integrations_externalreference_link",
                violation_error_message="This reference exists already.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "system", "id"], name="integrations_reference_system"),
            models.Index(fields=["organization", "-updated_at", "id"], name="integrations_reference_updated"),
        ]
        ordering = ["system", "external_id", "id"]

    def __str__(self) -> str:
        return self.label or f"{self.system} {self.external_id}"
