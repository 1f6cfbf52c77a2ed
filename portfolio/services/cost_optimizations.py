"""The backlog of savings: enter, change, remove, and measure what came of them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from portfolio.calc.savings import MEASURED_DAYS, DailyUse, Saving, realised_saving
from portfolio.enums import OptimizationStatus
from portfolio.models import CostOptimization, UnitCostDay
from portfolio.services.access import lock_permitted, require_writable_initiative
from portfolio.validators import CENT
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

EDITABLE = (
    "initiative",
    "name",
    "lever",
    "description",
    "status",
    "owner",
    "expected_monthly_saving",
    "currency",
    "effective_on",
)
TAKEN = {"portfolio_costoptimization_name": ("name", "The initiative has an item of this name already.")}
NOT_LIVE = Saving(None, "Measured once it is live.")


@transaction.atomic
def create_cost_optimization(*, actor: Actor, **fields: Any) -> CostOptimization:
    """A new item of the backlog; without a currency that of the organization."""
    actor.require("cost_optimization.create")
    item = CostOptimization(currency=actor.organization.currency)
    assign(item, {name: value for name, value in fields.items() if value is not None}, editable=EDITABLE)
    require_writable_initiative(item.initiative_id, actor=actor)
    named_action("cost_optimization.created")
    save_checked(item, taken=TAKEN)
    measure_savings([item], actor=actor)
    return item


@transaction.atomic
def change_cost_optimization(item: CostOptimization, /, *, actor: Actor, **changes: Any) -> CostOptimization:
    """Change an item; another day it went live has its saving measured anew."""
    actor.require("cost_optimization.change")
    locked = lock_permitted(item, "change", actor=actor)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    if "initiative" in changed:
        require_writable_initiative(locked.initiative_id, actor=actor)
    named_action("cost_optimization.changed")
    save_checked(locked, taken=TAKEN, update_fields=changed)
    measure_savings([locked], actor=actor)
    return locked


@transaction.atomic
def delete_cost_optimization(item: CostOptimization, *, actor: Actor) -> None:
    """Remove an item of the backlog."""
    actor.require("cost_optimization.delete")
    locked = lock_permitted(item, "delete", actor=actor)
    named_action("cost_optimization.deleted")
    delete_checked(locked)


def measure_savings_of(initiatives: Iterable[UUID], *, actor: Actor) -> int:
    """Measure the live items of some initiatives again; returns how many figures changed."""
    items = CostOptimization.objects.filter(initiative__in=set(initiatives), status=OptimizationStatus.LIVE)
    return measure_savings(list(items.for_update().order_by("pk")), actor=actor)


def measure_savings(items: list[CostOptimization], *, actor: Actor) -> int:
    """Measure from the days around each item's start, two queries for all; only figures that differ are written."""
    use = _daily_use(items)
    changed = []
    for item in items:
        saving = NOT_LIVE
        if item.status == OptimizationStatus.LIVE and item.effective_on is not None:
            days = use.get(item.initiative_id, {})
            saving = realised_saving(*_around(days, item.effective_on))
        monthly = None if saving.monthly is None else saving.monthly.quantize(CENT)
        currency = "" if monthly is None else actor.organization.currency
        if (item.realised_monthly_saving, item.realised_currency, item.saving_basis) != (
            monthly,
            currency,
            saving.basis,
        ):
            item.realised_monthly_saving, item.realised_currency = monthly, currency
            item.saving_basis = saving.basis
            changed.append(item)
    CostOptimization.objects.bulk_update(
        changed, ["realised_monthly_saving", "realised_currency", "saving_basis"], batch_size=500
    )
    return len(changed)


def _daily_use(items: Iterable[CostOptimization]) -> dict[UUID, dict[date, DailyUse]]:
    starts = [item.effective_on for item in items if item.effective_on is not None]
    if not starts:
        return {}
    margin = timedelta(days=MEASURED_DAYS)
    rows = UnitCostDay.objects.filter(
        initiative__in={item.initiative_id for item in items},
        day__gte=min(starts) - margin,
        day__lt=max(starts) + margin,
    )
    found: dict[UUID, dict[date, DailyUse]] = {}
    for initiative, day, cost, requests in rows.values_list("initiative_id", "day", "cost", "requests"):
        found.setdefault(initiative, {})[day] = DailyUse(cost, requests)
    return found


def _around(days: dict[date, DailyUse], start: date) -> tuple[list[DailyUse], list[DailyUse]]:
    """Four weeks on each side: the days before the start, and those from it on."""
    margin = timedelta(days=MEASURED_DAYS)
    before = [use for day, use in days.items() if start - margin <= day < start]
    after = [use for day, use in days.items() if start <= day < start + margin]
    return before, after
