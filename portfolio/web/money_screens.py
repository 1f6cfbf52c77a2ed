"""Lists, records and forms of business cases."""

from typing import Any

from django.utils import timezone

from core.web.crud import Column, FieldGroup, Panel, RecordAction, Tab, TenantCRUDView
from portfolio.filters import BusinessCaseFilterSet
from portfolio.models import BusinessCase, Valuation
from portfolio.selectors import business_cases as reads
from portfolio.services import business_cases
from portfolio.web.cash_grid import CashGrid
from portfolio.web.formatting import figure_tiles, formulas_of
from portfolio.web.forms import BusinessCaseForm, NewBusinessCaseForm


class BusinessCaseScreen(TenantCRUDView):
    model = BusinessCase
    icon = "report-money"
    intro = "What initiatives are expected to cost and to bring, month by month."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("initiative", "Initiative", sort="initiative__title", width="l"),
        "status",
        Column("npv", "NPV", formatter="money", is_compact=True),
        Column("irr", "IRR", formatter="percent"),
        Column("roi", "ROI", formatter="percent"),
        Column("horizon_months", "Months", sort=True, formatter="number", is_default=False),
        Column("discount_rate", "Discount rate", sort=True, formatter="percent", is_default=False),
        Column("computed_at", "Valued", formatter="ago", width="s"),
    ]
    list_select_related = detail_select_related = ["initiative"]
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
                "notes",
            ],
        )
    ]
    panels = [
        Panel("Cash flow", "portfolio/_case_chart.html", context="chart_panel"),
        Panel("Costs and benefits", "portfolio/_case_grid.html", context="grid_panel"),
    ]
    tabs = [Tab("valuations", "Valuations", "portfolio/_case_valuations.html", context="valuations_tab")]
    record_actions = [
        RecordAction(
            "Make current",
            "portfolio:business_case_make_current",
            action="business_case.change",
            icon="circle-check",
            method="post",
            condition=lambda case: case.is_open and not case.is_current,
        ),
        RecordAction(
            "Value again",
            "portfolio:business_case_value",
            action="business_case.value",
            icon="refresh",
            method="post",
            condition=lambda case: bool(case.inputs_digest),
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

    def detail_context(self, obj: BusinessCase) -> dict[str, Any]:
        return {**results_context(obj), "may_value": self.may("value", obj)}

    def chart_panel(self, obj: BusinessCase) -> dict[str, Any]:
        return chart_context(obj)

    def grid_panel(self, obj: BusinessCase) -> dict[str, Any]:
        grid = CashGrid(obj, reads.lines_with_amounts(obj), year=year_of(self.request))
        return {"grid": grid, "case": obj, "may_change": self.may("change", obj)}

    def valuations_tab(self, obj: BusinessCase) -> dict[str, Any]:
        return {"valuations": Valuation.objects.recommended().filter(case=obj)[:100]}


def results_context(case: BusinessCase) -> dict[str, Any]:
    """What the results tiles show, and whether they have to ask again."""
    figures = reads.figures_of(case, now=timezone.now())
    shown = figures.shown
    return {
        "case": case,
        "figures": figures,
        "tiles": figure_tiles(shown) if shown else [],
        "formulas": formulas_of(shown) if shown else [],
        "npv_note": f"over {case.horizon_months} months",
        "npv_tone": "danger" if shown and shown.npv < 0 else "",
    }


def chart_context(case: BusinessCase) -> dict[str, Any]:
    """Costs and benefits per period, and their running total."""
    per_period, running = reads.cash_flow_series(reads.monthly_flow(case))
    is_planned = bool(case.inputs_digest)
    return {"per_period": per_period, "running": running, "currency": case.currency, "is_planned": is_planned}


def year_of(request: Any) -> int:
    """The year of the plan asked for by the query string, counted from 0; anything else is the first."""
    text = request.GET.get("year", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0
