"""The dashboard of KPIs: how many stand how, and the KPIs themselves under theme, portfolio or initiative."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db.models import Case, Count, F, IntegerField, Value, When
from django.db.models.functions import Coalesce

from portfolio.calc.calendar import period_start, previous_start
from portfolio.enums import KpiStatus, RollupPeriod
from portfolio.models import Kpi
from portfolio.selectors.kpi_combined import CombinedValue, combined_values
from tenancy.actor import Actor

Grouping = Literal["theme", "portfolio", "initiative"]
GROUPINGS: tuple[Grouping, ...] = ("portfolio", "theme", "initiative")
# More rows than this nobody looks at; the counts above them are of all.
ROWS_SHOWN = 200
_WORST_FIRST = [KpiStatus.OFF_TRACK, KpiStatus.AT_RISK, KpiStatus.STALE, KpiStatus.UNKNOWN, KpiStatus.ON_TRACK]


@dataclass(frozen=True)
class Combined:
    """What KPIs of one definition come to together in the last month that is over."""

    name: str
    unit: str
    month: date
    value: Decimal | None
    known: int
    expected: int
    reason: str


@dataclass
class KpiGroup:
    """KPIs under one theme, portfolio or initiative; `node_id` is None for those under none."""

    node_id: UUID | None
    label: str
    kpis: list[Any] = field(default_factory=list)
    combined: list[Combined] = field(default_factory=list)


@dataclass(frozen=True)
class KpiDashboard:
    """`counts` and `total` are of all KPIs that fit the filter, `groups` of the ROWS_SHOWN worst of them."""

    groups: Sequence[KpiGroup]
    counts: Mapping[str, int]
    anomalies: int
    total: int

    @property
    def hidden(self) -> int:
        return self.total - sum(len(group.kpis) for group in self.groups)


def kpi_dashboard(rows: Any, *, actor: Actor, group: Grouping, now: datetime) -> KpiDashboard:
    """Group KPIs (a queryset with their status, already filtered); a fixed number of queries whatever their number."""
    counts = dict.fromkeys(KpiStatus.values, 0)
    anomalies = 0
    for status, is_anomaly, count in (
        rows.order_by().values_list("status", "is_anomaly").annotate(count=Count("pk")).iterator()
    ):
        counts[status] += count
        anomalies += count if is_anomaly else 0
    worst = Case(
        *(When(status=status, then=Value(place)) for place, status in enumerate(_WORST_FIRST)),
        default=Value(len(_WORST_FIRST)),
        output_field=IntegerField(),
    )
    shown = (
        rows.annotate(
            worst=worst,
            place_id=Coalesce("initiative__portfolio_id", "portfolio_id"),
            place_name=Coalesce("initiative__portfolio__name", "portfolio__name"),
            theme_name=F("initiative__theme__name"),
        )
        .select_related("initiative")
        .order_by("worst", "name", "pk")[:ROWS_SHOWN]
    )
    groups = _grouped(list(shown), group)
    _put_combined(groups, actor=actor, group=group, today=now.date())
    return KpiDashboard(groups, counts, anomalies, sum(counts.values()))


def _grouped(kpis: Sequence[Any], group: Grouping) -> list[KpiGroup]:
    found: dict[UUID | None, KpiGroup] = {}
    for kpi in kpis:
        node_id, label = _node(kpi, group)
        found.setdefault(node_id, KpiGroup(node_id, label)).kpis.append(kpi)
    # What belongs to nothing stands last.
    return sorted(found.values(), key=lambda each: (each.node_id is None, each.label))


def _node(kpi: Any, group: Grouping) -> tuple[UUID | None, str]:
    if group == "initiative":
        if kpi.initiative is not None:
            return kpi.initiative_id, str(kpi.initiative)
        return kpi.portfolio_id, f"{kpi.place_name}, as a whole" if kpi.portfolio_id else "Organization"
    if group == "theme":
        theme_id = kpi.initiative.theme_id if kpi.initiative is not None else None
        return theme_id, kpi.theme_name or "Without a theme"
    return kpi.place_id, kpi.place_name or "Organization"


def _put_combined(groups: Sequence[KpiGroup], *, actor: Actor, group: Grouping, today: date) -> None:
    """Only definitions with more than one KPI in the group: one alone stands in its own row."""
    named = {(node.node_id, kpi.definition_key): kpi for node in groups for kpi in node.kpis if kpi.definition_key}
    nodes = [each.node_id for each in groups if each.node_id is not None]
    if not named or not nodes:
        return
    running = period_start(today, RollupPeriod.MONTH)
    values = combined_values(
        actor=actor,
        level=group,
        period=RollupPeriod.MONTH,
        first=previous_start(running, RollupPeriod.MONTH),
        past=running,
        definition_keys={key for _, key in named},
        node_ids=nodes,
    )
    by_node = {each.node_id: each for each in groups}
    for value in values:
        kpi = named.get((value.node_id, value.definition_key))
        if kpi is not None and value.expected > 1:
            by_node[value.node_id].combined.append(_combined(value, kpi))


def _combined(value: CombinedValue, kpi: Kpi) -> Combined:
    return Combined(kpi.name, kpi.unit, value.period_start, value.value, value.known, value.expected, value.reason)
