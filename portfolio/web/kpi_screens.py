"""Lists, records and forms of KPIs."""

from typing import Any

from django.utils import timezone

from core.web.crud import Column, FieldGroup, ListPage, Panel, RecordAction, TenantCRUDView
from core.web.formatting import FRACTION, ago
from core.web.urls import tenant_url
from portfolio.enums import KpiStatus, RollupPeriod
from portfolio.filters import KpiPageFilterSet
from portfolio.models import Kpi
from portfolio.selectors import kpis as reads
from portfolio.selectors.kpi_benefits import benefits_of_kpi
from portfolio.selectors.kpi_library import definition_of
from portfolio.selectors.kpi_series import series
from portfolio.selectors.kpi_targets import target_changes, targets_of
from portfolio.services import kpis
from portfolio.web.formatting import KPI_TONES, charted, status_badge, with_unit
from portfolio.web.kpi_figures import (
    PERIODS_SHOWN,
    benefit_charts,
    charted_series,
    goal_text,
    period_label,
    trend_of,
    value_text,
)
from portfolio.web.kpi_forms import KpiForm, NewKpiForm

_SIGNS = {"trending-up": "+", "trending-down": "\N{MINUS SIGN}"}


def _unit(kpi: Kpi) -> str:
    return "%, sent as a fraction" if kpi.unit == FRACTION else kpi.unit


def _goal(value: Any, kpi: Any, column: Any) -> str:
    return goal_text(kpi, kpi)


def _place(kpi: Kpi) -> str:
    return str(kpi.initiative or kpi.portfolio or "Organization")


class KpiScreen(TenantCRUDView):
    model = Kpi
    list_template = "portfolio/kpi_list.html"
    icon = "gauge"
    intro = "What success is measured by. A value nobody reported is unknown, never zero."
    columns = [
        Column("name", "Name", sort=True, link=True, width="l"),
        Column("status", "Status", sort=True, formatter=status_badge, export=lambda kpi: KpiStatus(kpi.status).label),
        Column("latest_value", "Value", formatter=with_unit, align="end"),
        Column("target", "Target", formatter=_goal, align="end"),
        Column("initiative", "Of", accessor=_place, sort="initiative__title", width="l"),
        Column("owner", "Owner", accessor="owner.user", formatter="person", is_default=False),
        Column("owner_role", "Owner role", sort=True, is_default=False),
        Column("frequency", "Frequency", sort=True, formatter="choice", is_default=False),
        Column("aggregation", "Aggregation", formatter="choice", is_default=False),
        Column("key", "Key", sort=True, is_default=False),
        Column("last_observed_at", "Observed", sort=True, formatter="ago", width="s"),
    ]
    list_select_related = detail_select_related = ["initiative", "portfolio", "owner__user"]
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
                "why",
                Column("unit", accessor=_unit),
                "direction",
                "aggregation",
                "frequency",
                "source",
                Column("owner", accessor="owner.user", formatter="person"),
                "owner_role",
                "key",
                Column("initiative", "Of", accessor=_place),
            ],
            is_aside=True,
        )
    ]
    panels = [
        Panel("Course", "portfolio/_kpi_chart.html", context="course_panel"),
        Panel("Targets", "portfolio/_kpi_targets.html", context="targets_panel"),
        Panel("What it is worth", "portfolio/_kpi_worth.html", context="worth_panel"),
        Panel("Latest observations", "portfolio/_kpi_observations.html", context="observations_panel"),
        Panel("In the library", "portfolio/_kpi_definition.html", context="library_panel", is_aside=True),
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
        icon, change, trend_tone = trend_of(obj)
        return {
            "trend": {"change": change and f"{_SIGNS[icon]}{change}", "tone": trend_tone},
            "headline": {
                "value_label": "Latest value",
                "value": value_text(obj),
                "value_note": _period(obj),
                "tone": KPI_TONES[obj.status],
                "target": goal_text(obj, obj),
                "observed": ago(obj.last_observed_at),
            },
        }

    def course_panel(self, obj: Kpi) -> dict[str, Any]:
        asked = self.request.GET.get("period", "")
        period = asked if asked in RollupPeriod.values else obj.rollup_period
        points = series(obj, period=period, periods=PERIODS_SHOWN[RollupPeriod(period)], today=timezone.now().date())
        odd = [point for point in points if point.is_anomaly]
        return {
            **charted(charted_series(points, obj, targets_of(obj), period), obj.unit),
            "chart_title": f"{obj.name} by {RollupPeriod(period).label.lower()}",
            "period": period,
            "periods": RollupPeriod.choices,
            "anomalies": [(period_label(point.period_start, period), point) for point in reversed(odd)][:5],
            "kpi": obj,
        }

    def targets_panel(self, obj: Kpi) -> dict[str, Any]:
        targets = targets_of(obj)
        return {
            "kpi": obj,
            "targets": [(target, goal_text(target, obj)) for target in reversed(targets)],
            "changes": target_changes(obj, targets),
            "may_create": self.actor.can("kpi_target.create"),
            "may_change": self.actor.can("kpi_target.change"),
        }

    def worth_panel(self, obj: Kpi) -> dict[str, Any]:
        benefits = benefits_of_kpi(obj, actor=self.actor, today=timezone.now().date())
        return {"benefits": benefit_charts(benefits)}

    def library_panel(self, obj: Kpi) -> dict[str, Any] | None:
        definition = definition_of(obj)
        return {"definition": definition, "library_url": tenant_url(self.request, "portfolio:kpi_library")}

    def observations_panel(self, obj: Kpi) -> dict[str, Any]:
        return {"observations": reads.newest_observations(obj), "kpi": obj}


def _period(kpi: Any) -> str:
    """What the newest value is of: a day, the week that begins on it, a month or a quarter."""
    start, period = kpi.latest_start, kpi.rollup_period
    if start is None:
        return "nothing observed yet"
    name = f"{start.day} {start:%b %Y}"
    if period == RollupPeriod.WEEK:
        name = f"the week of {name}"
    elif period == RollupPeriod.MONTH:
        name = f"{start:%B %Y}"
    elif period == RollupPeriod.QUARTER:
        name = period_label(start, period)
    return f"{kpi.get_aggregation_display()} of {name}"


_READS = frozenset({"list", "export", "detail"})
