"""Lists, records and forms of KPIs."""

from typing import Any

from django.utils import timezone

from core.web.crud import Column, FieldGroup, ListPage, Panel, RecordAction, TenantCRUDView
from core.web.formatting import FRACTION, ago
from portfolio.enums import KpiStatus, RollupPeriod
from portfolio.filters import KpiPageFilterSet
from portfolio.models import Kpi
from portfolio.selectors import kpis as reads
from portfolio.services import kpis
from portfolio.web.formatting import KPI_TONES, charted, status_badge, with_unit
from portfolio.web.kpi_forms import KpiForm, NewKpiForm


def _unit(kpi: Kpi) -> str:
    return "%, sent as a fraction" if kpi.unit == FRACTION else kpi.unit


class KpiScreen(TenantCRUDView):
    model = Kpi
    list_template = "portfolio/kpi_list.html"
    icon = "gauge"
    intro = "What success is measured by. A value nobody reported is unknown, never zero."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("status", "Status", sort=True, formatter=status_badge, export=lambda kpi: KpiStatus(kpi.status).label),
        Column("latest_value", "Value", formatter=with_unit, align="end"),
        Column("target", "Target", formatter=with_unit, align="end"),
        Column("initiative", "Initiative", sort="initiative__title", width="l"),
        Column("frequency", "Frequency", sort=True, formatter="choice", is_default=False),
        Column("aggregation", "Aggregation", formatter="choice", is_default=False),
        Column("key", "Key", sort=True, is_default=False),
        Column("last_observed_at", "Observed", sort=True, formatter="ago", width="s"),
    ]
    list_select_related = detail_select_related = ["initiative"]
    ordering = ["name"]
    search_fields = ["name", "key"]
    filterset_class = KpiPageFilterSet
    form_class = KpiForm
    detail_template = "portfolio/kpi_detail.html"
    field_groups = [
        FieldGroup(
            "Definition",
            [
                "definition",
                Column("unit", accessor=_unit),
                "direction",
                "aggregation",
                "frequency",
                "key",
                "initiative",
            ],
            is_aside=True,
        )
    ]
    panels = [
        Panel("By month", "portfolio/_kpi_chart.html", context="monthly_panel"),
        Panel("By day", "portfolio/_kpi_chart.html", context="daily_panel"),
        Panel("Latest observations", "portfolio/_kpi_observations.html", context="observations_panel"),
    ]
    record_actions = [
        RecordAction("Add a value", "portfolio:kpi_observe", action="kpi_observation.create", icon="plus"),
    ]
    empty_title = "No KPIs yet"
    empty_text = "A KPI has a definition, a target and a feed. Values come over REST or are added by hand."

    def get_form_class(self) -> Any:
        return NewKpiForm if self.operation == "create" else KpiForm

    def get_queryset(self) -> Any:
        return (
            super().get_queryset().with_status(timezone.now()) if self.operation in _READS else super().get_queryset()
        )

    def perform_create(self, form: Any) -> Kpi:
        return kpis.create_kpi(actor=self.actor, **form.cleaned_data)

    def perform_update(self, form: Any) -> Kpi:
        return kpis.change_kpi(self.object, actor=self.actor, **form.cleaned_data)

    def perform_delete(self, obj: Kpi) -> None:
        kpis.delete_kpi(obj, actor=self.actor)

    def badges(self, obj: Kpi) -> list[str]:
        status = getattr(obj, "status", None)
        return [status_badge(status, obj, None)] if status else []

    def subtitle(self, obj: Kpi) -> str:
        return obj.definition.partition("\n")[0][:160]

    def list_context(self, page: ListPage) -> dict[str, Any]:
        return {"may_upload": self.actor.can("kpi_observation.create")}

    def detail_context(self, obj: Kpi) -> dict[str, Any]:
        """The newest value beside its target."""
        if not hasattr(obj, "status"):
            return {}
        return {
            "headline": {
                "value_label": "Latest value",
                "value": with_unit(obj.latest_value, obj, None),
                "value_note": _period(obj),
                "tone": KPI_TONES[obj.status],
                "target": with_unit(obj.target, obj, None),
                "observed": ago(obj.last_observed_at),
            }
        }

    def monthly_panel(self, obj: Kpi) -> dict[str, Any]:
        series = reads.monthly_series(obj, today=timezone.now().date())
        return {**charted(series, obj.unit), "chart_title": f"{obj.name} by month"}

    def daily_panel(self, obj: Kpi) -> dict[str, Any]:
        series = reads.daily_series(obj, today=timezone.now().date())
        return {**charted(series, obj.unit), "chart_title": f"{obj.name}, last 90 days"}

    def observations_panel(self, obj: Kpi) -> dict[str, Any]:
        return {"observations": reads.newest_observations(obj), "kpi": obj}


def _period(kpi: Any) -> str:
    """The day or month the newest value is of."""
    if kpi.latest_start is None:
        return "nothing observed yet"
    if kpi.rollup_period == RollupPeriod.MONTH:
        return f"{kpi.get_aggregation_display()} of {kpi.latest_start:%B %Y}"
    return f"{kpi.get_aggregation_display()} of {kpi.latest_start.day} {kpi.latest_start:%b %Y}"


_READS = frozenset({"list", "export", "detail"})
