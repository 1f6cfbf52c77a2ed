"""A past day of a plan put together from the ledger, beside the same in a ledger full of the work of others."""

import time
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import F

from benchmarks.dataset import owner_connection
from benchmarks.plan_data import large_plans
from benchmarks.report import Figure
from roadmap.models import Roadmap, RoadmapItem
from roadmap.selectors.plan_states import reconstructed
from tenancy.actor import Actor
from tenancy.models import LedgerEvent
from tenancy.scope import named_action, tenant_scope

ITEMS, MOVES = 2_000, 3
OTHERS, OTHER_MOVES = 5_000, 20
MAX_RATIO = 2.0
_ROUNDS = 7


def run() -> list[Figure]:
    """A plan whose every item moved three times since, before and after another plan's items moved often as well."""
    tenant, _, (plan, other) = large_plans([ITEMS, OTHERS], slug="bench-past-day")
    actor = Actor.system(tenant, source="command")
    with tenant_scope(actor):
        before = dict(RoadmapItem.objects.filter(roadmap=plan).values_list("pk", "start_on"))
        moment = _now()
    _move(actor, plan, MOVES)
    small, few = _measured(actor, plan, moment, before)
    _move(actor, other, OTHER_MOVES)
    large, many = _measured(actor, plan, moment, before)
    return [
        Figure(f"a past day of {ITEMS:,} items, {MOVES} moves each since", small * 1e3, "ms"),
        Figure("entries of the ledger by then", few, ""),
        Figure("the same day, others' moves recorded since", large * 1e3, "ms"),
        Figure("entries of the ledger by then", many, ""),
        Figure("times as long", large / small, "x", MAX_RATIO),
    ]


def _move(actor: Actor, roadmap: Roadmap, times: int) -> None:
    """Move every item of the roadmap by a day, so often."""
    for _ in range(times):
        with tenant_scope(actor):
            named_action("bench.moved")
            later = {name: F(name) + timedelta(days=1) for name in ("start_on", "end_on")}
            RoadmapItem.objects.filter(roadmap=roadmap).update(**later)
    with owner_connection() as owner:
        owner.execute("VACUUM ANALYZE tenancy_ledgerevent")
        owner.execute("VACUUM ANALYZE roadmap_roadmapitem")


def _measured(actor: Actor, roadmap: Roadmap, moment: datetime, before: dict[object, object]) -> tuple[float, int]:
    """Seconds of the fastest round, and how many entries the ledger has."""
    times = []
    for _ in range(_ROUNDS):
        with tenant_scope(actor):
            begun = time.perf_counter()
            state = reconstructed(roadmap, moment, actor=actor)
            times.append(time.perf_counter() - begun)
    if {key: item.start_on for key, item in state.items.items()} != before:
        raise RuntimeError("the past day is not what the plan was")
    with tenant_scope(actor):
        return min(times), LedgerEvent.objects.count()


def _now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
        return found
