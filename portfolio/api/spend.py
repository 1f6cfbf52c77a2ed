"""REST of guardrails, the backlog of savings and rolled-up money."""

from typing import Any

from core.api.serializers import STAMPS
from portfolio.filters import CostOptimizationFilterSet, MoneyRollupFilterSet, SpendGuardrailFilterSet
from portfolio.models import CostOptimization, MoneyRollup, SpendGuardrail
from portfolio.services import cost_optimizations, money_rollups, spend_guardrails
from portfolio.services.money_rollups import request_money_refresh
from tenancy.api.actions import collection_action
from tenancy.api.bulk import BulkCreateMixin
from tenancy.api.serializers import JobSerializer, TenantModelSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet
from tenancy.models import Job


class SpendGuardrailSerializer(TenantModelSerializer):
    """How far estimates may lie from budgets, as a fraction; without a portfolio it is the organization's."""

    class Meta:
        model = SpendGuardrail
        fields = ["id", "portfolio", "threshold", *STAMPS]


class CostOptimizationSerializer(TenantModelSerializer):
    """A change meant to make use of models cheaper; what it saved a month is measured, null while it cannot be."""

    class Meta:
        model = CostOptimization
        fields = [
            "id",
            *cost_optimizations.EDITABLE,
            "realised_monthly_saving",
            "realised_currency",
            "saving_basis",
            *STAMPS,
        ]
        read_only_fields = ["realised_monthly_saving", "realised_currency", "saving_basis"]
        extra_kwargs = {"currency": {"required": False}}


class MoneyRollupSerializer(TenantModelSerializer):
    """Plan, forecast, actual and value of approved cases in the organization's currency; null is unknown."""

    class Meta:
        model = MoneyRollup
        fields = [
            "id",
            "initiative",
            "scope",
            "as_of",
            "currency",
            *money_rollups.SUMS,
            *STAMPS,
        ]
        read_only_fields = fields


class SpendGuardrailViewSet(TenantViewSet):
    """Guardrails: of the organization and of portfolios that differ; 10% where there is none."""

    model = SpendGuardrail
    serializer_class = SpendGuardrailSerializer
    filterset_class = SpendGuardrailFilterSet

    def perform_create(self, serializer: Any) -> SpendGuardrail:
        return spend_guardrails.create_spend_guardrail(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> SpendGuardrail:
        return spend_guardrails.change_spend_guardrail(
            serializer.instance, actor=self.actor, **serializer.validated_data
        )

    def perform_destroy(self, instance: SpendGuardrail) -> None:
        spend_guardrails.delete_spend_guardrail(instance, actor=self.actor)


class CostOptimizationViewSet(BulkCreateMixin, TenantViewSet):
    """The backlog of savings: expected beside realised."""

    model = CostOptimization
    serializer_class = CostOptimizationSerializer
    filterset_class = CostOptimizationFilterSet
    search_fields = ("name",)
    ordering = ("name",)
    ordering_fields = ("name", "updated_at")

    def perform_create(self, serializer: Any) -> CostOptimization:
        return cost_optimizations.create_cost_optimization(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> CostOptimization:
        return cost_optimizations.change_cost_optimization(
            serializer.instance, actor=self.actor, **serializer.validated_data
        )

    def perform_destroy(self, instance: CostOptimization) -> None:
        cost_optimizations.delete_cost_optimization(instance, actor=self.actor)


class MoneyRollupViewSet(ReadOnlyTenantViewSet):
    """Rolled-up money of initiatives, alone and with everything below them."""

    model = MoneyRollup
    serializer_class = MoneyRollupSerializer
    filterset_class = MoneyRollupFilterSet

    @collection_action("money_rollup.refresh", output_serializer=JobSerializer, status=202)
    def refresh(self, data: dict[str, Any]) -> Job:
        """Start a refresh; the answer is the job to follow."""
        return request_money_refresh(actor=self.actor)
