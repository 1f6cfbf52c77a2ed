"""Scenarios: another plan of a roadmap, laid over the live one until somebody decides."""

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q

from roadmap.enums.scenario import DEMAND_FIELDS, Resolution, ScenarioField, ScenarioStatus
from roadmap.models.baseline import Baseline
from roadmap.models.item import RoadmapItem
from roadmap.models.plan_change import PlanChange
from roadmap.models.roadmap import Roadmap
from roadmap.models.scenario_querysets import ScenarioChangeQuerySet, ScenarioQuerySet
from tenancy.models import Membership, TenantForeignKey, TenantOwned
from tenancy.querysets import TenantManager

LONGEST_REASON = 2000
_DECISION = Q(status__in=[ScenarioStatus.APPROVED, ScenarioStatus.REFUSED])


class Scenario(TenantOwned):
    """What a roadmap would be with some changes; the live plan stays as it is until the scenario is approved.

    `based_at` is when it was begun. While it is submitted its changes stay as they are, and once it is approved,
    refused or discarded nothing of it changes any more: triggers refuse it. `plan_change` is what approval did to
    the live plan and `baseline` what the plan said right after. `made_by` is None for the system itself.
    """

    label_related = ("roadmap",)

    roadmap = TenantForeignKey(Roadmap, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    description = models.TextField(
        blank=True, validators=[MaxLengthValidator(LONGEST_REASON)], help_text="What it tries, and why."
    )
    status = models.CharField(max_length=9, choices=ScenarioStatus, default=ScenarioStatus.DRAFT, editable=False)
    based_at = models.DateTimeField("begun", editable=False)
    made_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    submitted_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    submitted_at = models.DateTimeField("submitted", null=True, editable=False)
    decided_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    decided_at = models.DateTimeField("decided", null=True, editable=False)
    decision_note = models.TextField(blank=True, editable=False, validators=[MaxLengthValidator(LONGEST_REASON)])
    plan_change = TenantForeignKey(PlanChange, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)
    baseline = TenantForeignKey(Baseline, null=True, on_delete=models.SET_NULL, related_name="+", editable=False)

    # Only on rows read through `with_change_count()`.
    change_count: int

    objects = TenantManager.from_queryset(ScenarioQuerySet)()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "organization",
                "roadmap",
                "name",
                name="roadmap_scenario_name",
                violation_error_message="Another scenario of the roadmap has this name.",
            ),
            models.CheckConstraint(
                condition=(_DECISION & Q(decided_at__isnull=False)) | (~_DECISION & Q(decided_at=None)),
                name="roadmap_scenario_decided",
                violation_error_message="Only an approved or refused scenario has a day of decision.",
            ),
        ]
        indexes = [
            models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_scenario_updated"),
            models.Index(fields=["organization", "status", "submitted_at"], name="roadmap_scenario_waiting"),
        ]
        ordering = ["-updated_at", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        """Whether its changes may be edited."""
        return self.status == ScenarioStatus.DRAFT

    @property
    def is_decided(self) -> bool:
        """Whether it is only a record any more."""
        return self.status not in {ScenarioStatus.DRAFT, ScenarioStatus.SUBMITTED}


class ScenarioChange(TenantOwned):
    """One field of one item, or of one demand of it, that a scenario wants otherwise.

    `base_value` is what the live plan said when the author saw it, `new_value` what it shall say; dates, ids and
    amounts as text. `demand_key` is the demand a change is about: one of the live plan, or the one approval makes;
    `resource_key` is what is needed, which never changes. A demand as a whole is {"team", "low", "likely", "high"}
    and, where something is said of them, "profile", "custom_shares" and "note"; null where there is none. Its amount
    is {"low", "likely", "high"}, its spread {"profile", "custom_shares"}. Where the live plan says something third by
    now, `resolution` is what somebody decided, for just the live value `resolved_value`. `is_applied` is known once
    the scenario is approved. `item_key` and `title` stay when the item is gone; `portfolio_keys` names every
    portfolio the item touched.
    """

    label_related = ()

    scenario = TenantForeignKey(Scenario, on_delete=models.CASCADE, related_name="changes")
    item = TenantForeignKey(RoadmapItem, null=True, on_delete=models.SET_NULL, related_name="+")
    item_key = models.UUIDField()
    title = models.CharField(max_length=300)
    demand_key = models.UUIDField(null=True, blank=True)
    resource_key = models.UUIDField(null=True, blank=True)
    field = models.CharField(max_length=14, choices=ScenarioField)
    base_value = models.JSONField("before", null=True, blank=True, encoder=DjangoJSONEncoder)
    new_value = models.JSONField("after", null=True, blank=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True, validators=[MaxLengthValidator(LONGEST_REASON)])
    author = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    resolution = models.CharField(max_length=4, choices=Resolution, blank=True, editable=False)
    resolved_value = models.JSONField(null=True, editable=False, encoder=DjangoJSONEncoder)
    resolved_by = TenantForeignKey(Membership, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    is_applied = models.BooleanField("applied", null=True, editable=False)
    portfolio_keys = ArrayField(models.UUIDField(), default=list, blank=True)

    objects = TenantManager.from_queryset(ScenarioChangeQuerySet)()

    class Meta:
        verbose_name = "scenario change"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "scenario", "item_key", "demand_key", "field"],
                nulls_distinct=False,
                name="roadmap_scenariochange_field",
                violation_error_message="The scenario changes this field already.",
            ),
            models.CheckConstraint(
                condition=Q(field__in=DEMAND_FIELDS, demand_key__isnull=False, resource_key__isnull=False)
                | (~Q(field__in=DEMAND_FIELDS) & Q(demand_key=None, resource_key=None)),
                name="roadmap_scenariochange_demand",
                violation_error_message="Only a change of a demand names one.",
            ),
        ]
        indexes = [models.Index(fields=["organization", "-updated_at", "id"], name="roadmap_scenariochange_updated")]
        ordering = ["title", "field", "id"]

    def __str__(self) -> str:
        return f"{self.title}: {self.get_field_display().lower()}"
