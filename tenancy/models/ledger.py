"""The audit ledger as Django reads it; triggers write it (tenancy/sql/ledger.sql)."""

from django.db import models

from tenancy.querysets import TenantManager, TenantQuerySet
from tenancy.scope import current_organization_id


class LedgerEvent(models.Model):
    """One recorded change or named event; append-only, hashed by the trigger that wrote it.

    `changes` is JSON text {"before": {...}, "after": {...}} exactly as hashed. `xid` is the writing
    transaction, by which the seal job knows that no earlier row can still appear.
    """

    id = models.BigIntegerField(primary_key=True)
    organization_id = models.UUIDField()
    xid = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.UUIDField(null=True)
    on_behalf_of_id = models.UUIDField(null=True)
    db_user = models.TextField()
    request_id = models.TextField()
    source = models.TextField()
    action = models.TextField()
    reason = models.TextField()
    operation = models.TextField()
    table_name = models.TextField()
    record_id = models.UUIDField(null=True)
    changes = models.TextField()
    nonce = models.BinaryField()
    leaf_hash = models.BinaryField()

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        managed = False
        db_table = "tenancy_ledgerevent"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.id} {self.action or self.operation} {self.table_name}"

    @classmethod
    def action_noun(cls) -> str:
        return "ledger"


class LedgerBlock(models.Model):
    """A sealed run of ledger rows: their Merkle root, chained to the block before it.

    Covers the rows of transactions with from_xid <= xid < to_xid, ordered by id.
    """

    id = models.BigAutoField(primary_key=True)
    organization = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        default=current_organization_id,
        db_index=False,
    )
    number = models.PositiveBigIntegerField()
    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField()
    first_id = models.BigIntegerField()
    last_id = models.BigIntegerField()
    count = models.PositiveIntegerField()
    root = models.BinaryField(max_length=32)
    previous_hash = models.BinaryField(max_length=32)
    block_hash = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    objects = TenantManager.from_queryset(TenantQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint("organization", "number", name="tenancy_ledgerblock_number")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"block {self.number}"

    @classmethod
    def action_noun(cls) -> str:
        return "ledger"
