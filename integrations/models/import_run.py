"""Imports: one file, what was asked of it, and what came of it."""

from django.conf import settings
from django.db import models

from integrations.enums import ImportFormat, ImportKind, ImportStatus
from integrations.querysets import ImportRunQuerySet
from portfolio.models import Portfolio
from tenancy.models import Job, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class ImportRun(TenantOwned):
    """One file somebody wants in a portfolio, or the history of a plan, which has no portfolio and no mapping.

    `mapping` holds what the person decided themselves ({"columns": {column: field}, "values": {field: {word: word}}});
    the rest is worked out from the header. `content` is kept until the file is imported, then dropped. `problems`
    are {severity, line, column, value, reason}. Counts are those of the last run; a check counts what would be.
    """

    # The file's own words are not copied into the append-only ledger: nobody could take them back.
    ledger_hidden = ("content", "problems")

    kind = models.CharField(max_length=12, choices=ImportKind, default=ImportKind.PORTFOLIO, editable=False)
    file_name = models.CharField("file", max_length=255)
    format = models.CharField(max_length=4, choices=ImportFormat)
    digest = models.CharField("SHA-256", max_length=64, editable=False)
    content = models.BinaryField(null=True, editable=False)
    portfolio_name = models.CharField(max_length=200, blank=True)
    portfolio = TenantForeignKey(Portfolio, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    system = models.CharField(max_length=100, blank=True)
    mapping = models.JSONField(default=dict, blank=True)
    is_dry_run = models.BooleanField("check only", default=True)
    skips_bad_rows = models.BooleanField("leave bad rows out", default=False)
    status = models.CharField(max_length=12, choices=ImportStatus, default=ImportStatus.UPLOADED, editable=False)
    row_count = models.PositiveIntegerField("rows", default=0, editable=False)
    created_count = models.PositiveIntegerField("created", default=0, editable=False)
    changed_count = models.PositiveIntegerField("changed", default=0, editable=False)
    unchanged_count = models.PositiveIntegerField("unchanged", default=0, editable=False)
    rejected_count = models.PositiveIntegerField("rejected", default=0, editable=False)
    warning_count = models.PositiveIntegerField("warnings", default=0, editable=False)
    team_count = models.PositiveIntegerField("teams created", default=0, editable=False)
    dependency_count = models.PositiveIntegerField("dependencies created", default=0, editable=False)
    reference_count = models.PositiveIntegerField("links created", default=0, editable=False)
    problems = models.JSONField(default=list, editable=False)
    job = TenantForeignKey(Job, null=True, editable=False, on_delete=models.SET_NULL, related_name="+")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, editable=False)

    objects = TenantManager.from_queryset(ImportRunQuerySet)()

    class Meta:
        verbose_name = "import"
        indexes = [
            models.Index(fields=["organization", "-created_at", "id"], name="integrations_importrun_recent"),
            models.Index(fields=["organization", "file_name", "id"], name="integrations_importrun_file"),
        ]
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def has_found_work(self) -> bool:
        """Whether the last run did something to the portfolio, or as a check found something to do."""
        return any((self.created_count, self.changed_count, self.dependency_count, self.reference_count))
