"""Documents written from templates, and what they are about."""

from hashlib import sha256

from django.db import models
from django.db.models import Q

from collaboration.calc.completeness import SectionRule, SectionScore, score_section
from collaboration.enums import DocumentKind
from collaboration.querysets import DocumentQuerySet, DocumentSectionQuerySet
from collaboration.validators import validate_sections
from tenancy.models import TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class DocumentTemplate(TenantOwned):
    """The sections a kind of document has in this organization.

    `sections` is an ordered list of {"key", "title", "guidance", "is_required", "min_words", "starter"}. Changing a
    template leaves documents alone: they took its sections when they were begun.
    """

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=20, choices=DocumentKind)
    description = models.CharField(max_length=500, blank=True)
    sections = models.JSONField(default=list, validators=[validate_sections])

    class Meta:
        constraints = [models.UniqueConstraint("organization", "name", name="collaboration_documenttemplate_name")]
        indexes = [
            models.Index(fields=["organization", "kind", "name"], name="collaboration_template_by_kind"),
        ]
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Document(TenantOwned):
    """A document about one record of any kind, such as the PRD of an initiative.

    `completeness` (0 to 100) is the score of its sections, kept with every write of one so that lists can sort by it.
    """

    title = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=DocumentKind, editable=False)
    template_name = models.CharField("template", max_length=120, blank=True, editable=False)
    target_model = models.CharField("record type", max_length=80)
    target_id = models.UUIDField("record")
    completeness = models.PositiveSmallIntegerField(default=0, editable=False)

    objects = TenantManager.from_queryset(DocumentQuerySet)()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(completeness__lte=100),
                name="collaboration_document_completeness",
                violation_error_message="Completeness goes from 0 to 100.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "target_id", "kind"], name="collaboration_document_target"),
            models.Index(fields=["organization", "-updated_at", "id"], name="collaboration_document_updated"),
            models.Index(fields=["organization", "title", "id"], name="collaboration_document_title"),
            models.Index(fields=["organization", "completeness", "id"], name="collaboration_document_score"),
        ]
        ordering = ["title", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def fraction(self) -> float:
        """Completeness between 0 and 1."""
        return self.completeness / 100


class DocumentSection(TenantOwned):
    """One section of a document: what it should say, and its text in Markdown; positions count from 1."""

    document = TenantForeignKey(Document, on_delete=models.CASCADE, related_name="+", editable=False)
    position = models.PositiveSmallIntegerField(editable=False)
    key = models.CharField(max_length=40, editable=False)
    title = models.CharField(max_length=120, editable=False)
    guidance = models.TextField(blank=True, editable=False)
    is_required = models.BooleanField("required", default=True, editable=False)
    min_words = models.PositiveSmallIntegerField(default=20, editable=False)
    text = models.TextField(blank=True, max_length=50_000)

    objects = TenantManager.from_queryset(DocumentSectionQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint("organization", "document", "key", name="collaboration_documentsection_key"),
        ]
        indexes = [
            models.Index(fields=["organization", "document", "position"], name="collaboration_section_order"),
        ]
        ordering = ["position", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def text_digest(self) -> str:
        """Tells this text from any other, for whoever writes on the basis of it.

        The row's version would not do: it is raised when sections change places too.
        """
        return sha256(self.text.encode()).hexdigest()

    @property
    def rule(self) -> SectionRule:
        return SectionRule(is_required=self.is_required, min_words=self.min_words)

    @property
    def score(self) -> SectionScore:
        """How complete it is, and what is missing."""
        return score_section(self.text, self.rule)
