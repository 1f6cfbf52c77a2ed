"""REST of business cases, their lines and their valuations."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject

from portfolio.api.serializers import (
    BusinessCaseSerializer,
    CashLineSerializer,
    LinesInputSerializer,
    ValuationSerializer,
)
from portfolio.filters import BusinessCaseFilterSet, CashLineFilterSet, ValuationFilterSet
from portfolio.models import BusinessCase, CashLine, CashPeriod, Valuation
from portfolio.services import business_cases
from portfolio.services.cash_lines import LineInput, replace_lines
from tenancy.api.actions import record_action
from tenancy.api.serializers import JobSerializer
from tenancy.api.viewsets import ReadOnlyTenantViewSet, TenantViewSet
from tenancy.models import Job


class CashLineViewSet(ReadOnlyTenantViewSet):
    """Costs and benefits of business cases; written as a whole by `PUT business-cases/{id}/lines/`."""

    model = CashLine
    serializer_class = CashLineSerializer
    filterset_class = CashLineFilterSet
    ordering = ("created_at",)
    ordering_fields = ("created_at",)

    def get_queryset(self) -> Any:
        return with_amounts(super().get_queryset())


class BusinessCaseViewSet(TenantViewSet):
    """Business cases: why an initiative is worth its money."""

    model = BusinessCase
    serializer_class = BusinessCaseSerializer
    filterset_class = BusinessCaseFilterSet
    search_fields = ("name", "initiative__title", "initiative__key")
    ordering = ("-created_at",)
    ordering_fields = ("created_at", "updated_at")

    def get_queryset(self) -> Any:
        return super().get_queryset().with_valuation()

    def perform_create(self, serializer: Any) -> BusinessCase:
        return business_cases.create_business_case(actor=self.actor, **serializer.validated_data)

    def perform_update(self, serializer: Any) -> BusinessCase:
        changes = {name: value for name, value in serializer.validated_data.items() if name != "initiative"}
        return business_cases.change_business_case(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: BusinessCase) -> None:
        business_cases.delete_business_case(instance, actor=self.actor)

    @record_action(
        "business_case.change",
        methods=["put"],
        input_serializer=LinesInputSerializer,
        output_serializer=CashLineSerializer,
        many=True,
    )
    def lines(self, instance: BusinessCase, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Make these the lines of the recommended option and have the case valued."""
        replace_lines(instance, lines=[_line(row) for row in data["lines"]], actor=self.actor)
        lines = CashLine.objects.filter(case=instance, option__is_recommended=True)
        written = with_amounts(lines).order_by("position", "pk")
        return list(CashLineSerializer(written, many=True, context=self.get_serializer_context()).data)

    @record_action("business_case.change")
    def make_current(self, instance: BusinessCase, data: dict[str, Any]) -> BusinessCase:
        """Let this case count for its initiative."""
        return business_cases.make_current(instance, actor=self.actor)

    @record_action("business_case.value", output_serializer=JobSerializer, status=202)
    def value(self, instance: BusinessCase, data: dict[str, Any]) -> Job:
        """Start a valuation of what the case holds now; the answer is the job to follow."""
        return business_cases.request_valuation(instance, actor=self.actor)

    @record_action("valuation.view", methods=["get"], output_serializer=ValuationSerializer, many=True)
    def valuations(self, instance: BusinessCase, data: dict[str, Any]) -> list[Valuation]:
        """The newest hundred valuations of the case, newest first."""
        return list(Valuation.objects.filter(case=instance)[:100])


class ValuationViewSet(ReadOnlyTenantViewSet):
    """Valuations: what business cases were worth, never changed once computed."""

    model = Valuation
    serializer_class = ValuationSerializer
    filterset_class = ValuationFilterSet
    ordering = ("-computed_at",)
    ordering_fields = ("computed_at",)


def with_amounts(lines: Any) -> Any:
    """Annotate `amounts`: a list of planned {month, amount}, the amount as decimal text."""
    periods = CashPeriod.objects.planned().filter(line=OuterRef("pk")).order_by("month")
    listed = periods.values_list(JSONObject(month="month", amount=Cast("amount", TextField())))
    return lines.annotate(amounts=ArraySubquery(listed)).select_related("case")


def _line(row: dict[str, Any]) -> LineInput:
    return LineInput(
        id=row.get("id"),
        category=row["category"],
        name=row["name"],
        amounts={amount["month"]: amount["amount"] for amount in row["amounts"]},
    )
