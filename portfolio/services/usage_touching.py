"""Which days of usage have to be costed again, and the job that does it."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from portfolio.models import UsageTouchedDay
from portfolio.services.waiting_jobs import request_once
from tenancy.actor import Actor
from tenancy.models import Job

COST_TASK = "portfolio.compute_unit_costs"

_APPEND = """
INSERT INTO portfolio_usagetouchedday (id, organization_id, created_at, updated_at, version, initiative_id, day)
SELECT gen_random_uuid(), %(organization)s, now(), now(), 1, initiative_id, day FROM ({days}) AS touched
"""
# Days before the next rate or price are the only ones a new one can change.
_OF_CURRENCY = _APPEND.format(
    days="""
    SELECT DISTINCT u.initiative_id, u.used_on AS day
    FROM portfolio_usagerecord u
    WHERE u.organization_id = %(organization)s AND u.used_on >= %(since)s
        AND u.priced_model_id IN (
            SELECT p.priced_model_id FROM portfolio_modelprice p
            WHERE p.organization_id = %(organization)s AND p.currency = %(currency)s
        )
        AND u.used_on < coalesce((
            SELECT min(r.valid_on) FROM portfolio_exchangerate r
            WHERE r.organization_id = %(organization)s AND r.currency = %(currency)s
                AND r.pivot_currency = %(pivot)s AND r.valid_on > %(since)s
        ), 'infinity')
    """
)
_OF_MODEL = _APPEND.format(
    days="""
    SELECT DISTINCT u.initiative_id, u.used_on AS day
    FROM portfolio_usagerecord u
    WHERE u.organization_id = %(organization)s AND u.priced_model_id = %(model)s AND u.used_on >= %(since)s
        AND u.used_on < coalesce((
            SELECT min(p.valid_from) FROM portfolio_modelprice p
            WHERE p.organization_id = %(organization)s AND p.priced_model_id = %(model)s
                AND p.kind = %(kind)s AND p.valid_from > %(since)s
        ), 'infinity')
    """
)
# The organization reports in another currency since these were computed.
_OF_OTHER_CURRENCY = _APPEND.format(
    days="""
    SELECT d.initiative_id, d.day FROM portfolio_unitcostday d
    WHERE d.organization_id = %(organization)s AND d.currency <> %(pivot)s
    """
)


def touch_days_of_currency(currency: str, *, since: date, actor: Actor) -> None:
    """Have usage that is priced in the currency costed again, from the day until the next rate."""
    _touch(_OF_CURRENCY, actor, currency=currency, since=since, pivot=actor.organization.currency)


def touch_days_of_model(model_id: UUID, kind: str, *, since: date, actor: Actor) -> None:
    """Have usage of the model costed again, from the day until the next price of the kind."""
    _touch(_OF_MODEL, actor, model=model_id, kind=kind, since=since)


def touch_day(initiative_id: UUID, day: date, *, actor: Actor) -> None:
    """Have one day of an initiative costed again."""
    UsageTouchedDay.objects.create(initiative_id=initiative_id, day=day)
    request_unit_costs(actor=actor)


def touch_days_in_other_currencies(actor: Actor) -> None:
    """Have everything costed again that is in a currency the organization no longer reports in; starts no job."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OF_OTHER_CURRENCY, {"organization": actor.organization_id, "pivot": actor.organization.currency}
        )


def _touch(statement: str, actor: Actor, **arguments: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"organization": actor.organization_id, **arguments})
        has_touched = cursor.rowcount > 0
    if has_touched:
        request_unit_costs(actor=actor)


def request_unit_costs(*, actor: Actor) -> Job:
    """Have the touched days costed after the commit."""
    return request_once(COST_TASK, actor=actor, title="Compute unit costs")
