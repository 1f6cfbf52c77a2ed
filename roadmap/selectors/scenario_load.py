"""What the plans of a roadmap ask of the teams, in the words of a comparison; computed as the heat map is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Max, Min

from roadmap.calc.capacity import Load, month_number, month_of
from roadmap.calc.scenarios import Demand
from roadmap.models import TeamCapacity
from roadmap.selectors.calendars import CalendarBook
from roadmap.selectors.capacity import MOST_MONTHS, Utilisation, utilisations
from roadmap.selectors.capacity_overlays import DemandRow, Overlay, PlannedStretch, Staffing
from roadmap.selectors.scenario_demands import PlannedDemand
from roadmap.selectors.scenarios import PlannedItem, ScenarioPlan
from tenancy.actor import Actor


@dataclass(frozen=True, slots=True)
class TeamLoad:
    """Needs against capacities, over the months of the plans in which somebody said what there is.

    `peak` is the highest share of a capacity in one month, with its `team`, `resource` and `month`; `overloaded`
    counts team months in which a need exceeds its capacity; `unknown` those with a need and no capacity of this team.
    """

    peak: float | None = None
    team: UUID | None = None
    resource: str = ""
    month: date | None = None
    overloaded: int = 0
    unknown: int = 0


def team_loads(plans: Sequence[ScenarioPlan], calendars: CalendarBook, *, actor: Actor) -> list[TeamLoad | None]:
    """How each plan uses the teams when every other roadmap stays as it is; None where it needs nothing.

    Looked at are the resources any of the plans needs, for at most MOST_MONTHS. Five queries, none without a demand.
    """
    used = {demand.resource for plan in plans for item in plan.items for demand in item.demands}
    window = _window(plans, used) if used else None
    if window is None:
        return [TeamLoad() if _is_needed(plan) else None for plan in plans]
    overlays = [overlay_of(plan) for plan in plans]
    found = utilisations(*window, actor=actor, overlays=overlays, resources=used, calendars=calendars)
    return [_load(each) if _is_needed(plan) else None for plan, each in zip(plans, found, strict=True)]


def overlay_of(plan: ScenarioPlan) -> Overlay:
    """What the scenario makes of items and demands, as capacity is asked about it."""
    changed = [item for item in plan.items if item.is_changed]
    demands = [(item, demand) for item in changed for demand in item.demands]
    return Overlay(
        items={item.item.pk: _stretch(item) for item in changed},
        demands={
            demand.key: None if demand.value is None else _staffing(demand, demand.value)
            for _, demand in demands
            if demand.live is not None and demand.is_changed
        },
        added=[_row(item, demand, demand.value) for item, demand in demands if demand.live is None and demand.value],
    )


def _is_needed(plan: ScenarioPlan) -> bool:
    return any(demand.value is not None for item in plan.items if item.is_included for demand in item.demands)


def _window(plans: Sequence[ScenarioPlan], resources: set[UUID]) -> tuple[date, int] | None:
    """First month and how many: those of the plans' work for which any capacity of the resources is known."""
    days = [day for plan in plans for item in plan.items for day in (item.start_on, item.end_on) if day is not None]
    known = TeamCapacity.objects.filter(resource__in=resources).aggregate(first=Min("month"), last=Max("month"))
    if not days or known["first"] is None:
        return None
    first = max(month_number(min(days)), month_number(known["first"]))
    last = min(month_number(max(days)), month_number(known["last"]))
    return (month_of(first), min(last - first + 1, MOST_MONTHS)) if first <= last else None


def _stretch(planned: PlannedItem) -> PlannedStretch | None:
    if planned.start_on is None or planned.end_on is None:
        return None
    return PlannedStretch(planned.start_on, planned.end_on, planned.team_id)


def _staffing(demand: PlannedDemand, value: Demand) -> Staffing:
    low, likely, high = _amounts(value)
    return Staffing(demand.team_id, low, likely, high, value["profile"], _shares(value))


def _row(planned: PlannedItem, demand: PlannedDemand, value: Demand) -> DemandRow:
    """A demand only the scenario has, as those of the database are read."""
    item, initiative = planned.item, planned.item.initiative
    low, likely, high = _amounts(value)
    return DemandRow(
        id=demand.key,
        item=item.pk,
        title=item.title,
        roadmap=item.roadmap_id,
        start_on=item.start_on,
        end_on=item.end_on,
        own_team=demand.team_id,
        item_team=item.owning_team_id,
        initiative_team=None if initiative is None else initiative.owning_team_id,
        resource=demand.resource,
        # Asked for by the shares of kinds of work only, which are never of a scenario.
        resource_kind="",
        low=low,
        likely=likely,
        high=high,
        profile=value["profile"],
        shares=_shares(value),
        kind=None if initiative is None else initiative.kind,
        portfolio=None if initiative is None else initiative.portfolio_id,
    )


def _amounts(value: Demand) -> list[Decimal]:
    return [Decimal(value[name] or 0) for name in ("low", "likely", "high")]


def _shares(value: Demand) -> list[Decimal]:
    return [Decimal(share) for share in value["custom_shares"]]


def _load(found: Utilisation) -> TeamLoad:
    cells = [(row, cell) for row in found.rows if row.team_id is not None for cell in row.cells]
    overloaded = sum(cell.load is Load.OVER for _, cell in cells)
    unknown = sum(cell.load is Load.UNKNOWN for _, cell in cells)
    tight = [(cell.utilisation, row, cell) for row, cell in cells if cell.utilisation]
    if not tight:
        return TeamLoad(overloaded=overloaded, unknown=unknown)
    peak, row, cell = max(tight, key=lambda each: (each[0], -each[2].month.toordinal(), str(each[1].team_id)))
    return TeamLoad(peak, row.team_id, row.resource.name, cell.month, overloaded, unknown)
