"""Changes of a plan that were applied together."""

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from roadmap.enums import PlanChangeKind
from roadmap.models.history_querysets import PlanChangeQuerySet
from roadmap.models.roadmap import Roadmap
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager


class PlanChange(TenantOwned):
    """One set of changes, applied in one transaction and undone as one.

    `changes` is a list of {"item", "field", "old", "new"} with dates, decimals and ids as text; items of other
    roadmaps may be among them. With the field "demand" a row also names "demand" and "resource", and both sides hold
    columns of the demand, null where there is none. `made_by` is None for the system itself. `undone_at` is set when
    `undoes` of another row points here. `portfolio_keys` names every portfolio the touched items belonged to.
    """

    label_related = ("roadmap",)

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10, choices=PlanChangeKind, editable=False)
    summary = models.CharField(max_length=500, editable=False)
    reason_code = models.CharField("reason", max_length=40, blank=True, editable=False)
    changes = models.JSONField(encoder=DjangoJSONEncoder, default=list, editable=False)
    made_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    undone_at = models.DateTimeField("undone", null=True, editable=False)
    undoes = TenantForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    portfolio_keys = ArrayField(models.UUIDField(), default=list, blank=True, editable=False)

    objects = TenantManager.from_queryset(PlanChangeQuerySet)()

    class Meta:
        verbose_name = "plan change"
        indexes = [models.Index(fields=["organization", "-id"], name="roadmap_plan_change_newest")]
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.summary
