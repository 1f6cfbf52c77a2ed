"""API tokens and what REST remembers for them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from tenancy.enums import TokenScope
from tenancy.models.base import TenantForeignKey, TenantOwned
from tenancy.models.membership import Membership
from tenancy.querysets import ApiTokenQuerySet, TenantManager


class ApiToken(TenantOwned):
    """A bearer credential of one member in one organization; shown once, stored as a hash."""

    ledger_hidden = ("token_hash", "last_used_at")

    membership = TenantForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=12, editable=False, help_text="First characters, to recognise the token by.")
    token_hash = models.BinaryField(max_length=32, editable=False)
    scopes = ArrayField(models.CharField(max_length=30, choices=TokenScope))
    expires_at = models.DateTimeField(null=True, blank=True, help_text="Empty: does not expire.")
    revoked_at = models.DateTimeField(null=True, editable=False)
    last_used_at = models.DateTimeField(null=True, editable=False)

    objects = TenantManager.from_queryset(ApiTokenQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint("organization", "token_hash", name="tenancy_apitoken_hash")]
        ordering = ["-created_at", "id"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotencyRecord(TenantOwned):
    """The answer once given to an Idempotency-Key, replayed when the same request comes again."""

    ledger_mode = None

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    fingerprint = models.BinaryField(max_length=32, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint("organization", "caller", "key", name="tenancy_idempotencyrecord_key")]

    def __str__(self) -> str:
        return self.key
