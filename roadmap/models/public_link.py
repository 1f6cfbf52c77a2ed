"""Public links: addresses that show one roadmap to whoever holds them."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models

from roadmap.enums import Audience, LinkKind, PlanGrouping, PublishedField
from roadmap.models.roadmap import Roadmap
from roadmap.querysets import PublicLinkQuerySet
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

MOST_ORIGINS = 10


class PublicLink(TenantOwned):
    """An address that opens one roadmap without an account; its secret is shown once and stored as a hash.

    `allowed_fields` is the whole of what it tells besides titles, `audience` how much of the dates. `filters` are
    query parameters of the list of items. `allowed_origins` are the sites that may show an embedded page in a frame.
    """

    label_related = ("roadmap",)
    ledger_hidden = ("token_hash", "password_hash")

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120, help_text="For you: who gets it, and what for.")
    kind = models.CharField(max_length=8, choices=LinkKind, default=LinkKind.PAGE)
    audience = models.CharField("dates", max_length=13, choices=Audience, default=Audience.QUARTERS_ONLY)
    allowed_fields = ArrayField(
        models.CharField(max_length=14, choices=PublishedField), default=list, blank=True, verbose_name="shows"
    )
    grouping = models.CharField("grouped by", max_length=7, choices=PlanGrouping, default=PlanGrouping.NONE)
    filters = models.JSONField(default=dict, blank=True)
    allowed_origins = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Sites that may embed it, such as https://intranet.example.com.",
    )
    expires_at = models.DateTimeField("expires", null=True, blank=True, help_text="Empty: until it is revoked.")
    revoked_at = models.DateTimeField("revoked", null=True, editable=False)
    created_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    token_start = models.CharField(max_length=6, editable=False, help_text="First characters, to recognise it by.")
    token_hash = models.BinaryField(max_length=32, editable=False)
    password_hash = models.CharField(max_length=200, blank=True, editable=False)

    objects = TenantManager.from_queryset(PublicLinkQuerySet)()

    class Meta:
        verbose_name = "public link"
        constraints = [
            models.UniqueConstraint("organization", "token_hash", name="roadmap_public_link_hash"),
            models.CheckConstraint(
                condition=~models.Q(kind=LinkKind.CALENDAR, audience=Audience.NO_DATES),
                name="roadmap_public_link_calendar_dates",
                violation_error_message="A calendar feed needs dates.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=LinkKind.PAGE) | models.Q(password_hash=""),
                name="roadmap_public_link_password",
                violation_error_message="Only a page can ask for a password.",
            ),
            models.CheckConstraint(
                condition=models.Q(kind=LinkKind.EMBED) | models.Q(allowed_origins=[]),
                name="roadmap_public_link_origins",
                violation_error_message="Only an embedded page has sites that may embed it.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "name", "id"], name="roadmap_public_link_by_name"),
            models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_public_link_updated"),
        ]
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.roadmap})"

    @property
    def has_password(self) -> bool:
        return bool(self.password_hash)

    def is_open_at(self, moment: datetime) -> bool:
        """Whether it is neither revoked nor expired then."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > moment)


class PublicLinkTally(TenantOwned):
    """What visitors did with a link, beside it so that a visit does not make the link itself a newer version.

    The ledger has the openings as events, at most one an hour (`recorded_at`), with how many there were.
    """

    ledger_mode = None
    label_related = ("link__roadmap",)

    link = TenantForeignKey(PublicLink, on_delete=models.CASCADE, related_name="+")
    opening_count = models.PositiveIntegerField("openings", default=0)
    last_opened_at = models.DateTimeField("last opened", null=True)
    recorded_at = models.DateTimeField(null=True)
    recorded_count = models.PositiveIntegerField(default=0)
    failed_passwords = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "tally of a public link"
        constraints = [models.UniqueConstraint("organization", "link", name="roadmap_public_link_tally_one")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return str(self.link)
