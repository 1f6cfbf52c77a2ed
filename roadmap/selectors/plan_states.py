"""States of a roadmap: now, on a day of the past, or as a baseline kept it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.dateparse import parse_date

from core.errors import InvalidInputError
from core.ids import uuid_or_none
from core.web.formatting import day_text
from portfolio.models import Initiative, Portfolio
from portfolio.querysets import SEES_RESTRICTED
from portfolio.selectors.approved_costs import approved_costs
from roadmap.calc.plan_diff import ItemState, LinkState, MilestoneState, PlanState, with_costs
from roadmap.enums import DependencyStrength
from roadmap.models import Baseline, Dependency, Milestone, Roadmap, RoadmapItem
from roadmap.selectors.kept_rows import state_of_baseline
from roadmap.selectors.ledger_rows import rows_at
from tenancy.actor import Actor
from tenancy.models import Team

NOW = "now"
GONE = "An item that is gone"


@dataclass(frozen=True, slots=True)
class PlanPoint:
    """A moment of a roadmap somebody asks for; `baseline` is None where the ledger answers. `key` names it in URLs."""

    key: str
    label: str
    moment: datetime
    baseline: Baseline | None = None


def point_of(roadmap: Roadmap, text: str, *, actor: Actor, pointer: str = "before") -> PlanPoint:
    """What `now`, a day such as 2026-03-31 (its end, UTC), or the id of one of the roadmap's baselines names."""
    if text == NOW:
        return PlanPoint(NOW, "Now", timezone.now())
    day = _day(text, pointer)
    if day is not None:
        return _point_of_day(roadmap, day, pointer)
    baseline = Baseline.objects.permitted(actor).filter(roadmap=roadmap, pk=uuid_or_none(text)).first()
    if baseline is None:
        raise InvalidInputError("Give a day, “now”, or one of the roadmap's baselines.", pointer=pointer)
    return point_of_baseline(baseline)


def point_of_baseline(baseline: Baseline) -> PlanPoint:
    """The moment a baseline shows."""
    return PlanPoint(str(baseline.pk), baseline.name, baseline.taken_at, baseline)


def state_at(point: PlanPoint, roadmap: Roadmap, *, actor: Actor) -> PlanState:
    """The roadmap at the point, rows of hidden portfolios included: whoever shows it takes those out."""
    if point.baseline is not None:
        return state_of_baseline(point.baseline)
    return reconstructed(roadmap, point.moment, actor=actor)


def reconstructed(roadmap: Roadmap, moment: datetime, *, actor: Actor) -> PlanState:
    """The roadmap as the ledger says it was; a handful of queries for any number of rows and changes.

    Teams and initiatives are called as they are today; what is gone has no name.
    """
    item_rows = rows_at(RoadmapItem, moment, columns=["roadmap_id"], keys=[roadmap.pk])
    milestone_rows = rows_at(Milestone, moment, columns=["roadmap_id"], keys=[roadmap.pk])
    keys = [UUID(row["id"]) for row in item_rows]
    link_rows = rows_at(Dependency, moment, columns=["predecessor_id", "successor_id"], keys=keys) if keys else []
    labels = _labels_for([*item_rows, *milestone_rows])
    items = {row.key: row for row in (_item(data, roadmap, labels) for data in item_rows)}
    milestones = {row.key: row for row in (_milestone(data, roadmap, labels) for data in milestone_rows)}
    links = {row.key: row for row in _links(link_rows, items)}
    costs = approved_costs({row.initiative for row in items.values() if row.initiative}, moment=moment, actor=actor)
    return with_costs(PlanState(items, milestones, links), costs)


def hidden_portfolios(actor: Actor) -> frozenset[UUID]:
    """Portfolios the actor may not see; no query for whoever sees all."""
    if actor.can(SEES_RESTRICTED):
        return frozenset()
    seen = Portfolio.objects.permitted(actor)
    return frozenset(Portfolio.objects.exclude(pk__in=seen.values("pk")).values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class _Labels:
    """What the rows refer to, by id: team names, and key, portfolio and team of initiatives."""

    teams: Mapping[UUID, str] = field(default_factory=dict)
    initiatives: Mapping[UUID, tuple[str, UUID, UUID | None]] = field(default_factory=dict)


_UNNAMED: tuple[str, UUID | None, UUID | None] = ("", None, None)


def _labels_for(rows: Iterable[Mapping[str, Any]]) -> _Labels:
    wanted = {row["initiative_id"] for row in rows if row["initiative_id"]}
    found = Initiative.objects.filter(pk__in=wanted).values_list("pk", "key", "portfolio_id", "owning_team_id")
    initiatives = {pk: (key, portfolio, team) for pk, key, portfolio, team in found}
    return _Labels(dict(Team.objects.values_list("pk", "name")), initiatives)


def _item(data: Mapping[str, Any], roadmap: Roadmap, labels: _Labels) -> ItemState:
    initiative = _uuid(data["initiative_id"])
    key, _, team = labels.initiatives.get(initiative, _UNNAMED) if initiative else _UNNAMED
    owner = _uuid(data["owning_team_id"]) or team
    return ItemState(
        key=UUID(data["id"]),
        title=data["title"],
        start_on=_date(data["start_on"]),
        end_on=_date(data["end_on"]),
        status=data["status"],
        progress=_decimal(data.get("progress")) or Decimal(0),
        confidence=_decimal(data["confidence"]),
        is_committed=bool(data.get("is_committed")),
        lane=data["lane"],
        team=labels.teams.get(owner, "") if owner else "",
        initiative=initiative,
        initiative_key=key,
        portfolios=_portfolios(roadmap, initiative, labels),
    )


def _milestone(data: Mapping[str, Any], roadmap: Roadmap, labels: _Labels) -> MilestoneState:
    initiative = _uuid(data["initiative_id"])
    key = labels.initiatives[initiative][0] if initiative and initiative in labels.initiatives else ""
    portfolios = _portfolios(roadmap, initiative, labels)
    due_on = date.fromisoformat(data["due_on"])
    return MilestoneState(UUID(data["id"]), data["title"], due_on, data["kind"], initiative, key, portfolios)


def _links(rows: Iterable[Mapping[str, Any]], items: Mapping[UUID, ItemState]) -> list[LinkState]:
    """Dependencies; an end on another roadmap is called as it is today."""
    data = [(UUID(row["predecessor_id"]), UUID(row["successor_id"]), row) for row in rows]
    foreign = {end for first, second, _ in data for end in (first, second) if end not in items}
    elsewhere = RoadmapItem.objects.filter(pk__in=foreign).values_list(
        "pk", "title", "roadmap__portfolio_id", "initiative__portfolio_id"
    )
    ends = {key: (row.title, row.portfolios) for key, row in items.items()}
    if foreign:
        ends |= {pk: (title, frozenset({*portfolios} - {None})) for pk, title, *portfolios in elsewhere}
    unknown = (GONE, frozenset[UUID]())
    return [
        LinkState(
            key=UUID(row["id"]),
            predecessor=predecessor,
            successor=successor,
            predecessor_title=ends.get(predecessor, unknown)[0],
            successor_title=ends.get(successor, unknown)[0],
            kind=row["kind"],
            strength=row.get("strength", DependencyStrength.HARD),
            lag_days=row["lag_days"],
            portfolios=ends.get(predecessor, unknown)[1] | ends.get(successor, unknown)[1],
        )
        for predecessor, successor, row in data
    ]


def _portfolios(roadmap: Roadmap, initiative: UUID | None, labels: _Labels) -> frozenset[UUID]:
    known = labels.initiatives.get(initiative) if initiative else None
    touched = (roadmap.portfolio_id, known[1] if known else None)
    return frozenset(pk for pk in touched if pk is not None)


def _point_of_day(roadmap: Roadmap, day: date, pointer: str) -> PlanPoint:
    if day >= timezone.now().date():
        return PlanPoint(NOW, "Now", timezone.now())
    moment = datetime.combine(day, time(), UTC) + timedelta(days=1)
    if moment < roadmap.created_at:
        begun = day_text(roadmap.created_at)
        raise InvalidInputError(
            f"The roadmap was begun on {begun}: choose a later day, or a baseline.", pointer=pointer
        )
    return PlanPoint(day.isoformat(), day_text(day), moment)


def _day(text: str, pointer: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError as error:
        raise InvalidInputError("There is no such day.", pointer=pointer) from error


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None


def _date(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value).quantize(Decimal("0.01"))
