"""What a public link tells: the plan as its visitor may know it, as a page or as events of a calendar."""

from collections.abc import Iterator
from datetime import date

from django.db.models import QuerySet

from roadmap.calc.icalendar import Event
from roadmap.calc.plan import Plan, PlanItem
from roadmap.models import PublicLink, RoadmapItem
from roadmap.selectors.groupings import lanes_named
from roadmap.selectors.plan_reading import Reader, plan_for
from tenancy.actor import Actor

MOST_PUBLISHED_ITEMS = 1000


def published_plan(link: PublicLink, *, visitor: Actor, items: QuerySet[RoadmapItem], today: date) -> Plan:
    """The link's plan; `items` are what its filters leave. The first thousand are told, in the order of the plan."""
    shown = items.order_by("position", "start_on", "id").values("pk")[:MOST_PUBLISHED_ITEMS]
    reader = Reader(visitor, frozenset(link.allowed_fields), link.audience)
    told = RoadmapItem.objects.filter(pk__in=[row["pk"] for row in shown])
    return plan_for(reader, link.roadmap, items=told, lanes=lanes_named(link.grouping, ()), today=today)


def events_of(plan: Plan) -> Iterator[Event]:
    """Its scheduled items and its milestones as whole days; without dates there is nothing to tell."""
    for item in plan.items:
        if item.start_on is not None and item.end_on is not None:
            yield Event(item.uid, item.title, item.start_on, item.end_on, _description(item), item.group)
    for milestone in plan.milestones:
        if milestone.on is not None:
            title = f"◆ {milestone.title}"
            yield Event(milestone.uid, title, milestone.on, milestone.on, milestone.when, milestone.kind)


def _description(item: PlanItem) -> str:
    facts = (
        ("", item.when),
        ("Status: ", item.status_label),
        ("Progress: ", None if item.progress is None else f"{item.progress:.0%}"),
        ("Confidence: ", None if item.confidence is None else f"{item.confidence:.0%}"),
        ("Team: ", item.team),
        ("Theme: ", item.theme),
        ("Initiative: ", item.initiative),
        ("Stage: ", item.stage),
        ("Release: ", item.release),
        ("External party: ", item.external_party),
        ("Waits for: ", "; ".join(item.waits_for)),
        ("", item.description),
    )
    return "\n".join(f"{label}{value}" for label, value in facts if value)
