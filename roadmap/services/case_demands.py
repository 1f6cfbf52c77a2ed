"""Takes over the people a business case plans as what an item needs."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection, transaction

from core.errors import DomainError
from portfolio.models import BusinessCase, StaffingPeriod
from roadmap.calc.capacity import month_number, rounded_shares
from roadmap.enums import DemandProfile, DemandSource, ResourceKind
from roadmap.models import Resource, ResourceDemand, RoadmapItem
from roadmap.services.access import lock_permitted
from roadmap.services.resource_demands import require_open_item
from roadmap.services.resources import create_resource
from roadmap.validators import MOST_SHARES
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import save_checked

_DIGITS = 6


class NothingToTakeOverError(DomainError):
    """There are no planned people, or they are what another item needs already."""

    code = "nothing_to_take_over"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What was taken over from which case: demands made and corrected, and roles left as people set them by hand."""

    case: BusinessCase
    demands: Sequence[ResourceDemand]
    kept: Sequence[str]

    @property
    def summary(self) -> str:
        """In words, for whoever asked for it."""
        roles = len(self.demands)
        text = f"{roles} {'role' if roles == 1 else 'roles'} taken over from “{self.case.name}”."
        return f"{text} Kept as set by hand: {', '.join(self.kept)}." if self.kept else text


@transaction.atomic
def take_over_staffing(item: RoadmapItem, *, actor: Actor) -> TakenOver:
    """Make the person-months of the initiative's current case, recommended option, demands of the item's team.

    The months of the case become equal parts of the item's time, whatever its dates. What was taken over before is
    corrected, what somebody set by hand is kept, and roles that are no resource yet become one. Raises
    NothingToTakeOverError with the reason.
    """
    actor.require("resource_demand.create")
    require_open_item(item, actor)
    _one_at_a_time(item)
    case = _case_of(item, actor)
    _require_not_elsewhere(item)
    months = _person_months(case)
    if not months:
        raise NothingToTakeOverError(f"“{case.name}” plans no people in its recommended option.")
    resources = _resources(list(months), actor)
    stored = {row.resource_id: row for row in ResourceDemand.objects.for_update().filter(item=item, team=None)}
    named_action("resource_demand.taken_over")
    demands, kept = [], []
    for role, amounts in months.items():
        resource = resources[role.casefold()]
        demand = stored.get(resource.pk) or ResourceDemand(item=item, resource=resource)
        if demand.source == DemandSource.MANUAL and not demand._state.adding:
            kept.append(resource.name)
            continue
        demands.append(_write(demand, amounts))
    planned = {resources[role.casefold()].pk for role in months}
    for row in stored.values():
        if row.source == DemandSource.BUSINESS_CASE and row.resource_id not in planned:
            lock_permitted(row, "delete", actor=actor).delete()
    return TakenOver(case, demands, kept)


def _write(demand: ResourceDemand, amounts: dict[date, Decimal]) -> ResourceDemand:
    total = sum(amounts.values(), Decimal(0))
    shares = _shares(amounts)
    is_even = len(set(shares)) == 1 or len(shares) > MOST_SHARES
    demand.low = demand.likely = demand.high = total
    demand.source = DemandSource.BUSINESS_CASE
    demand.profile = DemandProfile.FLAT if is_even else DemandProfile.CUSTOM
    demand.custom_shares = [] if is_even else shares
    return save_checked(demand)


def _shares(amounts: dict[date, Decimal]) -> list[Decimal]:
    """The amounts of every month from the first to the last one with people, as shares of all."""
    by_month = {month_number(month): float(amount) for month, amount in amounts.items()}
    every = [by_month.get(month, 0.0) for month in range(min(by_month), max(by_month) + 1)]
    if len(set(every)) == 1:
        return [Decimal(1)]
    return [Decimal(f"{share:.{_DIGITS}f}") for share in rounded_shares(every, _DIGITS)]


def _case_of(item: RoadmapItem, actor: Actor) -> BusinessCase:
    if item.initiative_id is None:
        raise NothingToTakeOverError("Link the item to an initiative first: its business case plans the people.")
    case: BusinessCase | None = (
        BusinessCase.objects.permitted(actor).filter(initiative=item.initiative_id, is_current=True).first()
    )
    if case is None:
        raise NothingToTakeOverError("The initiative has no business case that plans people.")
    return case


def _person_months(case: BusinessCase) -> dict[str, dict[date, Decimal]]:
    """Person-months by role and month; roles of one name are one."""
    rows = StaffingPeriod.objects.filter(
        staffing_line__line__case=case, staffing_line__line__option__is_recommended=True, person_months__gt=0
    ).order_by("staffing_line__role", "month", "id")
    names: dict[str, str] = {}
    found: dict[str, dict[date, Decimal]] = {}
    for role, month, amount in rows.values_list("staffing_line__role", "month", "person_months"):
        months = found.setdefault(names.setdefault(role.casefold(), role), defaultdict(Decimal))
        months[month] += amount
    return found


def _resources(roles: Sequence[str], actor: Actor) -> dict[str, Resource]:
    known = {resource.name.casefold(): resource for resource in Resource.objects.all()}
    for role in roles:
        if role.casefold() not in known:
            known[role.casefold()] = create_resource(name=role, kind=ResourceKind.ROLE, actor=actor)
    return known


def _require_not_elsewhere(item: RoadmapItem) -> None:
    """The people of a case are needed once, however many items its initiative has."""
    other = (
        ResourceDemand.objects.filter(item__initiative=item.initiative_id, source=DemandSource.BUSINESS_CASE)
        .exclude(item=item)
        .first()
    )
    if other is not None:
        raise NothingToTakeOverError(
            "Another item of this initiative has the people of the case already; delete its demands first."
        )


def _one_at_a_time(item: RoadmapItem) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('case demands ' || %s, 0))", [str(item.initiative_id)]
        )
