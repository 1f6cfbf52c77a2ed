"""REST of what a business case holds: options, drivers, lines, people, and amounts by month."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, TextField
from django.db.models.functions import Cast, JSONObject

from portfolio.api.case_serializers import (
    CaseDriverSerializer,
    CaseOptionSerializer,
    CashPeriodSerializer,
    RecordSerializer,
    StaffingLineSerializer,
)
from portfolio.api.money_serializers import CashLineSerializer
from portfolio.enums import Measure
from portfolio.filters import (
    CaseDriverFilterSet,
    CaseOptionFilterSet,
    CashLineFilterSet,
    CashPeriodFilterSet,
    StaffingLineFilterSet,
)
from portfolio.models import CaseDriver, CaseOption, CashLine, CashPeriod, StaffingLine, StaffingPeriod
from portfolio.services import case_drivers, case_lines, case_options, staffing
from portfolio.services.actuals import record_actuals, record_forecast
from tenancy.api.actions import record_action
from tenancy.api.bulk import BulkCreateMixin, BulkUpdateMixin
from tenancy.api.viewsets import TenantViewSet


class CaseOptionViewSet(TenantViewSet):
    """Options of business cases: build, buy, partner, do nothing."""

    model = CaseOption
    serializer_class = CaseOptionSerializer
    filterset_class = CaseOptionFilterSet
    ordering = ("position",)
    ordering_fields = ("position", "created_at")

    def perform_create(self, serializer: Any) -> CaseOption:
        fields = dict(serializer.validated_data)
        return case_options.create_option(fields.pop("case"), actor=self.actor, **fields)

    def perform_update(self, serializer: Any) -> CaseOption:
        changes = {name: value for name, value in serializer.validated_data.items() if name != "case"}
        return case_options.change_option(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: CaseOption) -> None:
        case_options.delete_option(instance, actor=self.actor)

    @record_action("case_option.change")
    def recommend(self, instance: CaseOption, data: dict[str, Any]) -> CaseOption:
        """Recommend this option instead of another."""
        return case_options.recommend_option(instance, actor=self.actor)


class CaseDriverViewSet(BulkCreateMixin, BulkUpdateMixin, TenantViewSet):
    """Drivers of business cases: the assumptions formulas are made of."""

    model = CaseDriver
    serializer_class = CaseDriverSerializer
    filterset_class = CaseDriverFilterSet
    search_fields = ("key", "name")
    ordering = ("position",)
    ordering_fields = ("position", "created_at")

    def perform_create(self, serializer: Any) -> CaseDriver:
        fields = dict(serializer.validated_data)
        return case_drivers.create_driver(fields.pop("case"), actor=self.actor, **fields)

    def perform_update(self, serializer: Any) -> CaseDriver:
        changes = {name: value for name, value in serializer.validated_data.items() if name != "case"}
        return case_drivers.change_driver(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: CaseDriver) -> None:
        case_drivers.delete_driver(instance, actor=self.actor)


class CashLineViewSet(BulkCreateMixin, BulkUpdateMixin, TenantViewSet):
    """Costs and benefits of business cases; all of an option at once by `PUT business-cases/{id}/lines/`."""

    model = CashLine
    serializer_class = CashLineSerializer
    filterset_class = CashLineFilterSet
    ordering = ("created_at",)
    ordering_fields = ("created_at",)

    def get_queryset(self) -> Any:
        return with_amounts(super().get_queryset())

    def perform_create(self, serializer: Any) -> CashLine:
        fields = with_amounts_by_month(serializer.validated_data)
        return case_lines.create_line(fields.pop("option"), actor=self.actor, **fields)

    def perform_update(self, serializer: Any) -> CashLine:
        changes = with_amounts_by_month(serializer.validated_data)
        changes.pop("option", None)
        return case_lines.change_line(serializer.instance, actor=self.actor, **changes)

    def perform_destroy(self, instance: CashLine) -> None:
        case_lines.delete_line(instance, actor=self.actor)

    @record_action(
        "cash_period.record", input_serializer=RecordSerializer, output_serializer=CashPeriodSerializer, many=True
    )
    def record_actuals(self, instance: CashLine, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Record what the line cost or brought by month; the answer lists what was written."""
        rows = record_actuals(instance, _recorded(data), source=data["source"], actor=self.actor)
        return self._periods(rows)

    @record_action(
        "cash_period.record", input_serializer=RecordSerializer, output_serializer=CashPeriodSerializer, many=True
    )
    def record_forecast(self, instance: CashLine, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Say what the line is now expected to cost or bring by month; the answer lists what was written."""
        rows = record_forecast(instance, _recorded(data), source=data["source"], actor=self.actor)
        return self._periods(rows)

    def _periods(self, rows: list[CashPeriod]) -> list[dict[str, Any]]:
        written = CashPeriod.objects.filter(pk__in=[row.pk for row in rows]).select_related("line__case")
        context = self.get_serializer_context()
        return list(CashPeriodSerializer(written.order_by("month"), many=True, context=context).data)


class CashPeriodViewSet(BulkCreateMixin, TenantViewSet):
    """Planned, forecast and actual amounts by month; what is posted records a forecast or an actual."""

    model = CashPeriod
    serializer_class = CashPeriodSerializer
    filterset_class = CashPeriodFilterSet
    ordering = ("month",)
    ordering_fields = ("month",)
    rights = {"create": "cash_period.record", "bulk_create": "cash_period.record"}

    def perform_create(self, serializer: Any) -> CashPeriod:
        row = serializer.validated_data
        write = record_actuals if row["measure"] == Measure.ACTUAL else record_forecast
        source = row.get("source") or "manual"
        write(row["line"], {row["month"]: row["amount"]}, source=source, actor=self.actor)
        month = row["month"].replace(day=1)
        found: CashPeriod = CashPeriod.objects.get(line=row["line"], measure=row["measure"], month=month)
        return found


class StaffingLineViewSet(TenantViewSet):
    """People of options by role and month."""

    model = StaffingLine
    serializer_class = StaffingLineSerializer
    filterset_class = StaffingLineFilterSet
    ordering = ("created_at",)
    ordering_fields = ("created_at",)

    def get_queryset(self) -> Any:
        periods = StaffingPeriod.objects.filter(staffing_line=OuterRef("pk")).order_by("month")
        listed = periods.values_list(JSONObject(month="month", person_months=Cast("person_months", TextField())))
        return super().get_queryset().annotate(months=ArraySubquery(listed)).select_related("line")

    def perform_create(self, serializer: Any) -> StaffingLine:
        row = serializer.validated_data
        return staffing.create_staffing_line(
            row["option"],
            role=row["role"],
            monthly_rate=row["monthly_rate"],
            person_months=_person_months(row) or {},
            actor=self.actor,
        )

    def perform_update(self, serializer: Any) -> StaffingLine:
        row = serializer.validated_data
        changes = {name: row[name] for name in ("role", "monthly_rate") if name in row}
        return staffing.change_staffing_line(
            serializer.instance, actor=self.actor, person_months=_person_months(row), **changes
        )

    def perform_destroy(self, instance: StaffingLine) -> None:
        staffing.delete_staffing_line(instance, actor=self.actor)


def with_amounts(lines: Any) -> Any:
    """Annotate `amounts`, `forecast` and `actuals`: lists of {month, amount}, the amount as decimal text."""

    def listed(measure: str) -> ArraySubquery:
        periods = CashPeriod.objects.filter(line=OuterRef("pk"), measure=measure).order_by("month")
        return ArraySubquery(periods.values_list(JSONObject(month="month", amount=Cast("amount", TextField()))))

    return lines.annotate(
        amounts=listed(Measure.PLAN), forecast=listed(Measure.FORECAST), actuals=listed(Measure.ACTUAL)
    ).select_related("case")


def with_amounts_by_month(data: dict[str, Any]) -> dict[str, Any]:
    """The fields of a line with its amounts, if given, as a mapping of month to amount."""
    fields = dict(data)
    if "amounts" in fields:
        fields["amounts"] = {row["month"]: row["amount"] for row in fields["amounts"]}
    return fields


def _recorded(data: dict[str, Any]) -> dict[Any, Any]:
    return {row["month"]: row["amount"] for row in data["amounts"]}


def _person_months(data: dict[str, Any]) -> dict[Any, Any] | None:
    if "periods" not in data:
        return None
    return {row["month"]: row["person_months"] for row in data["periods"]}
