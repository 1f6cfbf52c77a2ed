"""Lists, records and forms of usage, the backlog of savings and guardrails."""

from typing import Any

from core.web.crud import BulkAction, Column, FieldGroup, ListPage, TenantCRUDView
from core.web.formatting import UNKNOWN, money
from portfolio.filters import CostOptimizationFilterSet, SpendGuardrailFilterSet, UsageRecordFilterSet
from portfolio.models import CostOptimization, SpendGuardrail, UsageRecord
from portfolio.services import cost_optimizations, spend_guardrails, usage_records
from portfolio.web.spend_forms import CostOptimizationForm, SpendGuardrailForm


class UsageRecordScreen(TenantCRUDView):
    model = UsageRecord
    icon = "activity"
    label_plural = "Usage"
    # Records change only by being sent again.
    actions = {"change": "usage_record.create"}
    bulk_actions = [
        BulkAction(
            "delete",
            "Delete",
            "perform_delete",
            icon="trash",
            action="usage_record.delete",
            tone="danger",
            confirm="Delete the selected records? The costs of their days are computed again.",
        )
    ]
    list_template = "portfolio/usage_list.html"
    intro = "What initiatives used of models, day by day, as feeds and files state it."
    columns = [
        Column("used_on", "Day", sort=True, link=True, formatter="date", width="s"),
        Column("initiative", "Initiative", width="l"),
        Column("priced_model", "Model", width="m"),
        Column("input_tokens", "Input tokens", formatter="number"),
        Column("cached_input_tokens", "Cached", formatter="number"),
        Column("output_tokens", "Output tokens", formatter="number"),
        Column("requests", "Requests", formatter="number"),
        Column("is_batch", "Batch", formatter="boolean", is_default=False),
        Column("images", "Images", formatter="number", is_default=False),
        Column("gpu_hours", "GPU-hours", formatter="number", is_default=False),
        Column("actions", "Actions", formatter="number", is_default=False),
        Column("active_users", "Active users", formatter="number", is_default=False),
        Column("source", "Source", is_default=False),
        Column("source_id", "Id at the source", is_default=False),
    ]
    list_select_related = detail_select_related = ["initiative", "priced_model"]
    ordering = ["-used_on"]
    filterset_class = UsageRecordFilterSet
    field_groups = [
        FieldGroup(
            "Usage",
            [
                Column("used_on", "Day", formatter="date"),
                "initiative",
                Column("priced_model", "Model"),
                Column("is_batch", "Batch", formatter="boolean"),
                Column("input_tokens", formatter="number"),
                Column("cached_input_tokens", formatter="number"),
                Column("output_tokens", formatter="number"),
                Column("images", formatter="number"),
                Column("gpu_hours", "GPU-hours", formatter="number"),
                Column("requests", formatter="number"),
                Column("actions", formatter="number"),
                Column("active_users", formatter="number"),
                "source",
                "source_id",
            ],
        )
    ]
    empty_title = "No usage yet"
    empty_text = "Send usage to usage-records/bulk/ or upload a CSV file; it is costed by the price of its day."

    def list_context(self, page: ListPage) -> dict[str, Any]:
        return {"may_upload": self.actor.can("usage_record.create")}

    def perform_delete(self, obj: UsageRecord) -> None:
        usage_records.delete_usage(obj, actor=self.actor)


def _expected(value: Any, item: CostOptimization, column: Any) -> str:
    return money(value, item.currency, decimals=0)


def _realised(value: Any, item: CostOptimization, column: Any) -> str:
    return UNKNOWN if value is None else money(value, item.realised_currency, decimals=0)


class CostOptimizationScreen(TenantCRUDView):
    model = CostOptimization
    icon = "wallet"
    label = "Saving"
    label_plural = "Cost savings"
    intro = "Changes that make use of models cheaper: what they should save a month beside what usage says they saved."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("initiative", "Initiative", sort="initiative__title", width="s"),
        Column("lever", "Lever", sort=True, formatter="choice", width="m"),
        "status",
        Column("expected_monthly_saving", "Expected a month", sort=True, formatter=_expected, align="end"),
        Column("realised_monthly_saving", "Realised a month", sort=True, formatter=_realised, align="end"),
        Column("owner", "Owner", accessor="owner.user", formatter="person"),
        Column("effective_on", "Live since", sort=True, formatter="date", is_default=False),
    ]
    list_select_related = detail_select_related = ["initiative", "owner__user"]
    ordering = ["name"]
    search_fields = ["name", "initiative__title"]
    filterset_class = CostOptimizationFilterSet
    form_class = CostOptimizationForm
    status_field = "status"
    bulk_fields = ["status", "owner"]
    field_groups = [
        FieldGroup(
            "Saving",
            [
                Column("expected_monthly_saving", "Expected a month", formatter=_expected),
                Column("realised_monthly_saving", "Realised a month", formatter=_realised),
                Column("saving_basis", "How it is measured"),
                Column("effective_on", "Live since", formatter="date"),
                "description",
            ],
        ),
        FieldGroup(
            "Item",
            [
                Column("initiative", link=lambda item: None),
                Column("lever", formatter="choice"),
                Column("owner", accessor="owner.user", formatter="person"),
            ],
            is_aside=True,
        ),
    ]
    empty_title = "No savings planned yet"
    empty_text = "Caching, routing, shorter prompts: write down what each should save, then see what it saved."

    def perform_create(self, form: Any) -> CostOptimization:
        return cost_optimizations.create_cost_optimization(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> CostOptimization:
        return cost_optimizations.change_cost_optimization(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: CostOptimization) -> None:
        cost_optimizations.delete_cost_optimization(obj, actor=self.actor)

    def perform_bulk_update(self, obj: CostOptimization, changes: dict[str, Any]) -> CostOptimization:
        return cost_optimizations.change_cost_optimization(obj, actor=self.actor, **changes)


class SpendGuardrailScreen(TenantCRUDView):
    model = SpendGuardrail
    icon = "shield-check"
    label = "Guardrail"
    label_plural = "Spend guardrails"
    intro = "How far an estimate at completion may lie from its budget before it is flagged. Without any it is 10%."
    columns = [
        Column("portfolio", "For", accessor=lambda row: row.portfolio or "The organization", link=True, width="l"),
        Column("threshold", "Guardrail", formatter="percent"),
    ]
    list_select_related = detail_select_related = ["portfolio"]
    ordering = ["portfolio__name"]
    filterset_class = SpendGuardrailFilterSet
    form_class = SpendGuardrailForm
    field_groups = [FieldGroup("Guardrail", [Column("threshold", formatter="percent")])]
    empty_title = "No guardrail of your own"
    empty_text = "10% counts everywhere until one is set for the organization or for a portfolio."

    def perform_create(self, form: Any) -> SpendGuardrail:
        return spend_guardrails.create_spend_guardrail(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> SpendGuardrail:
        return spend_guardrails.change_spend_guardrail(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: SpendGuardrail) -> None:
        spend_guardrails.delete_spend_guardrail(obj, actor=self.actor)
