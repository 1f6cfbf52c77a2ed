"""What the plans of a roadmap ask of the teams: needs spread over months, against what there is."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Coalesce

from roadmap.calc.capacity import OVERLOADED_ABOVE, Stretch, month_number, month_of, spread_over_months
from roadmap.models import Resource, ResourceDemand, Roadmap, TeamCapacity
from roadmap.selectors.calendars import CalendarBook
from roadmap.selectors.scenarios import ScenarioPlan
from tenancy.actor import Actor

MOST_MONTHS = 120
Cell = tuple[UUID, UUID, int]


@dataclass(frozen=True, slots=True)
class Utilisation:
    """Needs against capacities, over the months somebody said what there is.

    `peak` is the highest share of a capacity in one month, with its `team`, `resource` and `month`; `overloaded`
    counts team months in which a need exceeds its capacity; `unknown` those with a need and no capacity of this team.
    """

    peak: float | None = None
    team: UUID | None = None
    resource: str = ""
    month: date | None = None
    overloaded: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Needs:
    """All needs of the resources a roadmap uses, and the capacities; read once for every plan that is compared."""

    demands: Sequence[Mapping[str, Any]]
    capacities: Mapping[Cell, float]
    resources: Mapping[UUID, str]
    book: CalendarBook
    roadmap_id: UUID


def needs_of(roadmap: Roadmap, book: CalendarBook, *, actor: Actor) -> Needs:
    """The roadmap's needs, those of other roadmaps for the same resources, and capacities; at most three queries."""
    demands = ResourceDemand.objects.permitted(actor)
    used = demands.filter(item__roadmap=roadmap).order_by().values("resource")
    rows = list(
        demands.filter(resource__in=used)
        .filter(Q(item__roadmap=roadmap) | Q(item__start_on__isnull=False))
        .annotate(own_team=Coalesce("item__owning_team_id", "item__initiative__owning_team_id"))
        .order_by()
        .values(
            "item_id",
            "item__roadmap_id",
            "item__start_on",
            "item__end_on",
            "resource_id",
            "team_id",
            "own_team",
            "likely",
            "profile",
            "custom_shares",
        )
    )
    if not rows:
        return Needs((), {}, {}, book, roadmap.pk)
    resources = {row["resource_id"] for row in rows}
    capacities = TeamCapacity.objects.filter(resource__in=resources).values_list(
        "team_id", "resource_id", "month", "amount"
    )
    return Needs(
        rows,
        {(team, resource, month_number(month)): float(amount) for team, resource, month, amount in capacities},
        dict(Resource.objects.filter(pk__in=resources).values_list("pk", "name")),
        book,
        roadmap.pk,
    )


def utilisation_of(plan: ScenarioPlan, needs: Needs) -> Utilisation | None:
    """The needs when the roadmap is as the plan says and every other as it is; None where nothing is needed."""
    found = list(_stretches(plan, needs))
    if not found:
        return None
    known = [month for _, _, month in needs.capacities]
    if not known:
        return Utilisation()
    first = min(known)
    count = min(max(known) - first + 1, MOST_MONTHS)
    spread = spread_over_months([stretch for _, _, stretch in found], first, count)
    used: dict[Cell, float] = defaultdict(float)
    for (key, amount, _), shares in zip(found, spread.shares, strict=True):
        for offset in shares.nonzero()[0]:
            used[*key, first + int(offset)] += amount * float(shares[offset])
    return _judged(used, needs)


def _stretches(plan: ScenarioPlan, needs: Needs) -> Any:
    """((team, resource), amount, when) of every need with a team and dates."""
    planned = {each.item.pk: each for each in plan.items}
    for row in needs.demands:
        mine = planned.get(row["item_id"])
        if mine is not None:
            start_on, end_on, team = mine.start_on, mine.end_on, row["team_id"] or mine.team_id
        elif row["item__roadmap_id"] == needs.roadmap_id:
            continue
        else:
            start_on, end_on, team = row["item__start_on"], row["item__end_on"], row["team_id"] or row["own_team"]
        if start_on is None or end_on is None or team is None:
            continue
        shares = [float(share) for share in row["custom_shares"]]
        stretch = Stretch(start_on.toordinal(), end_on.toordinal(), needs.book.of_team(team), row["profile"], shares)
        yield (team, row["resource_id"]), float(row["likely"]), stretch


def _judged(used: Mapping[Cell, float], needs: Needs) -> Utilisation:
    shares = {
        cell: amount / needs.capacities[cell] for cell, amount in used.items() if needs.capacities.get(cell, 0.0) > 0
    }
    unknown = sum(cell not in needs.capacities for cell in used)
    impossible = sum(needs.capacities.get(cell) == 0 for cell in used)
    if not shares:
        return Utilisation(overloaded=impossible, unknown=unknown)
    team, resource, month = top = max(shares, key=lambda cell: (shares[cell], -cell[2], str(cell)))
    return Utilisation(
        peak=shares[top],
        team=team,
        resource=needs.resources[resource],
        month=month_of(month),
        overloaded=impossible + sum(share > OVERLOADED_ABOVE for share in shares.values()),
        unknown=unknown,
    )
