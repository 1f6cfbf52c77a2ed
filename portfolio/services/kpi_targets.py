"""Targets of KPIs: set, change, remove; each with a reason, and the KPI's status follows at once."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from core.errors import InvalidInputError, NotPermittedError
from portfolio.calc.calendar import period_start
from portfolio.enums import KpiDirection
from portfolio.models import Kpi, KpiTarget
from portfolio.models.kpi_target import FROM_THE_START
from portfolio.services.access import VIEW_ONLY
from portfolio.services.kpi_standings import lock_standings, refresh_standing
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.ledger import record_event
from tenancy.services.saving import assign, save_checked

GOAL = frozenset({"target", "low", "high", "tolerance"})
EDITABLE = GOAL | {"valid_from"}
TAKEN = {
    "portfolio_kpitarget_from": (
        "valid_from",
        "There is a target from this day on already; two cannot be in force at once. Change that one.",
    )
}
_LAST_YEAR_AHEAD = 10


@transaction.atomic
def set_target(
    kpi: Kpi, *, actor: Actor, reason: str, valid_from: date | None = None, **goal: Decimal | None
) -> KpiTarget:
    """A new target from a day on; the one before it then ends.

    `goal` is `target`, or `low` and `high`, and `tolerance`. Without a day the KPI's first target judges
    everything observed so far and any other one the running period. A reason is required.
    """
    actor.require("kpi_target.create")
    lock_standings(actor)
    locked = _locked_kpi(kpi, actor)
    _require_reason(reason)
    target = KpiTarget(kpi=locked, valid_from=valid_from or _usual_start(locked), reason=reason.strip())
    assign(target, goal, editable=GOAL)
    _require_sound(target, locked)
    named_action("kpi_target.set", reason=target.reason)
    save_checked(target, taken=TAKEN)
    refresh_standing(locked.pk, actor=actor)
    return target


@transaction.atomic
def change_target(target: KpiTarget, /, *, actor: Actor, reason: str, **changes: Any) -> KpiTarget:
    """Change what the target says or from when on it holds, and say why."""
    actor.require("kpi_target.change")
    lock_standings(actor)
    kpi = _locked_kpi(target.kpi, actor)
    locked = KpiTarget.objects.for_update().get(pk=target.pk)
    _require_reason(reason)
    changed = assign(locked, changes, editable=EDITABLE)
    if not changed:
        return locked
    _require_sound(locked, kpi)
    locked.reason = reason.strip()
    named_action("kpi_target.changed", reason=locked.reason)
    save_checked(locked, taken=TAKEN, update_fields=[*changed, "reason"])
    refresh_standing(kpi.pk, actor=actor)
    return locked


@transaction.atomic
def delete_target(target: KpiTarget, *, actor: Actor, reason: str = "") -> None:
    """Remove a target, as if the one before it had gone on."""
    actor.require("kpi_target.delete")
    lock_standings(actor)
    kpi = _locked_kpi(target.kpi, actor)
    locked = KpiTarget.objects.for_update().get(pk=target.pk)
    # The row is gone afterwards, so the KPI's own history says what became of it.
    record_event("kpi_target.removed", table="portfolio_kpi", record_id=kpi.pk, reason=reason, removed=str(locked))
    locked.delete()
    refresh_standing(kpi.pk, actor=actor)


def require_same_kind(kpi: Kpi) -> None:
    """Refuse a direction the KPI's targets do not fit."""
    targets = KpiTarget.objects.filter(kpi=kpi)
    is_band = kpi.direction == KpiDirection.BAND
    if (targets.filter(low=None) if is_band else targets.filter(target=None)).exists():
        kind = "single values" if is_band else "bands"
        raise InvalidInputError(f"The targets are {kind}; remove them first.", pointer="direction")


def _locked_kpi(kpi: Kpi, actor: Actor) -> Kpi:
    found = Kpi.objects.permitted(actor).open_for_writing(actor).filter(pk=kpi.pk)
    locked: Kpi | None = found.select_for_update(of=("self",), no_key=True).first()
    if locked is None:
        raise NotPermittedError(VIEW_ONLY)
    return locked


def _usual_start(kpi: Kpi) -> date:
    if not KpiTarget.objects.filter(kpi=kpi).exists():
        return FROM_THE_START
    return period_start(timezone.now().date(), kpi.rollup_period)


def _require_reason(reason: str) -> None:
    if not reason.strip():
        raise InvalidInputError("Say why; it is kept beside the target.", pointer="reason")
    if len(reason) > 2000:
        raise InvalidInputError("A reason has at most 2000 characters.", pointer="reason")


def _require_sound(target: KpiTarget, kpi: Kpi) -> None:
    last = date(timezone.now().year + _LAST_YEAR_AHEAD, 12, 31)
    if not FROM_THE_START <= target.valid_from <= last:
        message = f"A target begins between {FROM_THE_START:%Y-%m-%d} and {last:%Y-%m-%d}."
        raise InvalidInputError(message, pointer="valid_from")
    if kpi.direction == KpiDirection.BAND:
        _require(target.target is None, "target", "This KPI has a band: give both of its ends.")
        _require(target.low is not None, "low", "Say where the band begins.")
        _require(target.high is not None, "high", "Say where the band ends.")
        is_ordered = target.low is None or target.high is None or target.low <= target.high
        _require(is_ordered, "high", "The band ends before it begins.")
    else:
        _require(target.low is None, "low", "This KPI has a single target, not a band.")
        _require(target.high is None, "high", "This KPI has a single target, not a band.")
        _require(target.target is not None, "target", "Say what the target is.")
    _require(target.tolerance is None or target.tolerance >= 0, "tolerance", "A tolerance cannot be negative.")


def _require(is_so: bool, pointer: str, message: str) -> None:
    if not is_so:
        raise InvalidInputError(message, pointer=pointer)
