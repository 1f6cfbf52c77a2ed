"""Single lines of a business case: where their actual amounts come from."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from core.web.forms import TenantChoiceField, TenantForm
from core.web.urls import tenant_url
from portfolio.enums import ActualSource, CashSide
from portfolio.models import CashLine
from portfolio.services import case_lines
from portfolio.web.pages import require_right, step

# What costs is metered, what is gained is measured.
_FEEDS = {
    CashSide.COST: (ActualSource.MANUAL, ActualSource.USAGE),
    CashSide.BENEFIT: (ActualSource.MANUAL, ActualSource.KPI),
}


class FeedForm(TenantForm):
    """Where actual amounts come from; only a benefit asks for a KPI."""

    actual_source = forms.ChoiceField(
        label="Actual amounts come from",
        help_text="Amounts entered by people are replaced once usage or a KPI feeds the line.",
    )
    kpi = TenantChoiceField(
        "portfolio.Kpi", label="KPI", required=False, help_text="Needed only where a KPI feeds the line."
    )
    value_per_unit = forms.DecimalField(
        max_digits=18,
        decimal_places=6,
        required=False,
        help_text="What one unit of the KPI is worth in a month; its monthly value is multiplied by it.",
    )

    def __init__(self, *args: Any, line: CashLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        side = CashSide(line.side)
        offered = [*_FEEDS[side], *(each for each in ActualSource if each == line.actual_source)]
        self.fields["actual_source"].choices = [(each.value, each.label) for each in dict.fromkeys(offered)]
        if side == CashSide.COST:
            del self.fields["kpi"], self.fields["value_per_unit"]
        else:
            self.fields["value_per_unit"].label = f"Value of one unit, {line.case.currency}"

    def clean(self) -> dict[str, Any]:
        """What is not fed by a KPI keeps none."""
        data: dict[str, Any] = super().clean() or {}
        if data.get("actual_source") != ActualSource.KPI:
            data |= {"kpi": None, "value_per_unit": None}
        return data


def _stated(line: CashLine) -> dict[str, Any]:
    """The feed as it is, without the zeros its column adds."""
    worth = line.value_per_unit
    return {
        "actual_source": line.actual_source,
        "kpi": line.kpi_id,
        "value_per_unit": None if worth is None else f"{worth.normalize():f}",
    }


@require_http_methods(["GET", "POST"])
def change_feed(request: Any, organization: str, pk: Any) -> HttpResponse:
    """The dialog that says where the actual amounts of a line come from; of a decided case too."""
    lines = CashLine.objects.permitted(request.actor).select_related("case")
    line: CashLine = get_object_or_404(lines, pk=pk)
    require_right(request, "cash_line.change")
    form = FeedForm(request.POST or None, actor=request.actor, line=line, initial=_stated(line))

    def perform(data: dict[str, Any]) -> str:
        changed = case_lines.change_line(line, actor=request.actor, **data)
        return f"{changed.name}: {changed.get_actual_source_display()}."

    sheet = tenant_url(request, "portfolio:business_case_sheet", pk=line.case_id)
    context = {"action": "Save", "step_title": f"Actual amounts of {line.name}", "back_label": line.case}
    return step(request, form, perform, back=f"{sheet}?option={line.option_id}&measures=1", context=context)
