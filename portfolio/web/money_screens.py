"""Lists, records and forms of business cases."""

from typing import Any

from core.web.crud import Column, FieldGroup, RecordAction, Tab, TenantCRUDView
from portfolio.filters import BusinessCaseFilterSet
from portfolio.models import BusinessCase, CaseOption, Valuation
from portfolio.services import business_cases
from portfolio.web.case_results import decision_context, money_context, results_context
from portfolio.web.case_sheet_pages import option_asked_for
from portfolio.web.forms import BusinessCaseForm, NewBusinessCaseForm


class BusinessCaseScreen(TenantCRUDView):
    model = BusinessCase
    icon = "report-money"
    list_template = "portfolio/business_case_list.html"
    intro = "What initiatives are expected to cost and to bring, month by month."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("initiative", "Initiative", sort="initiative__title", width="l"),
        "status",
        Column("npv", "NPV", formatter="money", is_compact=True),
        Column("irr", "IRR", formatter="percent"),
        Column("roi", "ROI", formatter="percent"),
        Column("cost_of_delay", "Lost by a month's wait", sort=True, formatter="money", is_compact=True),
        Column("horizon_months", "Months", sort=True, formatter="number", is_default=False),
        Column("discount_rate", "Discount rate", sort=True, formatter="percent", is_default=False),
        Column("computed_at", "Valued", formatter="ago", width="s"),
    ]
    list_select_related = ["initiative"]
    detail_select_related = ["initiative", "based_on", "submitted_by__user", "decided_by__user"]
    ordering = ["-updated_at"]
    search_fields = ["name", "initiative__title", "initiative__key"]
    filterset_class = BusinessCaseFilterSet
    form_class = BusinessCaseForm
    status_field = "status"
    detail_template = "portfolio/business_case_detail.html"
    field_groups = [
        FieldGroup(
            "Assumptions",
            [
                "currency",
                Column("discount_rate", "Discount rate", formatter="percent"),
                Column("start_month", "Starts", formatter="date"),
                Column("horizon_months", "Horizon in months", formatter="number"),
                "revision",
                Column("users_key", "Users counted by"),
                Column("actions_key", "Actions counted by"),
                Column("trials", "Trials", formatter="number"),
                Column("simulation_seed", "Seed", formatter="text"),
                "notes",
            ],
            is_aside=True,
        )
    ]
    tabs = [Tab("valuations", "Valuations", "portfolio/_case_valuations.html", context="valuations_tab")]
    record_actions = [
        RecordAction("Compare options", "portfolio:business_case_compare", icon="scale"),
        RecordAction("Open sheet", "portfolio:business_case_sheet", icon="table"),
        RecordAction(
            "New draft",
            "portfolio:business_case_new_draft",
            action="business_case.create",
            icon="copy",
            method="post",
            condition=lambda case: not case.is_open,
        ),
        RecordAction(
            "Make current",
            "portfolio:business_case_make_current",
            action="business_case.change",
            icon="circle-check",
            method="post",
            condition=lambda case: case.is_open and not case.is_current,
        ),
        RecordAction(
            "Submit",
            "portfolio:business_case_submit",
            action="business_case.submit",
            icon="send",
            method="post",
            tone="primary",
            confirm="Submit this case for a decision? It cannot be changed while it is being decided on.",
            condition=lambda case: case.is_open and bool(case.inputs_digest),
        ),
    ]
    empty_title = "No business cases yet"
    empty_text = "A business case holds monthly costs and benefits; value, return and payback are computed from them."

    def get_form_class(self) -> Any:
        return NewBusinessCaseForm if self.operation == "create" else BusinessCaseForm

    def get_queryset(self) -> Any:
        rows = super().get_queryset()
        return rows.with_valuation() if self.operation in ("list", "export") else rows

    def perform_create(self, form: Any) -> BusinessCase:
        given = {name: value for name, value in form.cleaned_data.items() if value not in (None, "")}
        return business_cases.create_business_case(actor=self.actor, **given)

    def perform_update(self, form: Any) -> BusinessCase:
        return business_cases.change_business_case(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: BusinessCase) -> None:
        business_cases.delete_business_case(obj, actor=self.actor)

    def title(self, obj: BusinessCase) -> str:
        return obj.name

    def subtitle(self, obj: BusinessCase) -> str:
        return f"{obj.initiative} · revision {obj.revision}"

    def header_context(self, obj: BusinessCase, tab: str) -> dict[str, Any]:
        context = super().header_context(obj, tab)
        # A submitted or decided case stays as it is; its buttons would only be refused.
        return context | {name: context[name] and obj.is_open for name in ("may_change", "may_delete")}

    def detail_context(self, obj: BusinessCase) -> dict[str, Any]:
        options = list(CaseOption.objects.filter(case=obj))
        option = option_asked_for(options, self.request.GET.get("option", ""))
        return {
            **results_context(obj, option),
            **money_context(obj, option),
            **decision_context(obj, self.actor),
            "options": options,
            "may_value": self.may("value", obj) and bool(obj.inputs_digest),
        }

    def valuations_tab(self, obj: BusinessCase) -> dict[str, Any]:
        return {"valuations": Valuation.objects.recommended().filter(case=obj)[:100]}
