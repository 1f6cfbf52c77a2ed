"""Making room for a new demo: the old organization is emptied as far as its evidence allows, and put aside."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db import connection

from portfolio.models import (
    BusinessCase,
    CaseDriver,
    CaseOption,
    CashLine,
    CashPeriod,
    StaffingLine,
    StaffingPeriod,
    Valuation,
)
from tenancy.actor import Actor
from tenancy.models import Membership, Organization, OutboxEntry, TenantForeignKey, TenantOwned, tenant_models
from tenancy.scope import named_action, tenant_scope

EVIDENCE_APP = "governance"
# Submitted and approved business cases are decisions too; the database keeps them with everything they hold.
DECIDED = (BusinessCase, CaseDriver, CaseOption, CashLine, CashPeriod, StaffingLine, StaffingPeriod, Valuation)


def retire(organization: Organization, *, today: date) -> Organization:
    """Delete what no decision rests on, end every membership and free the slug.

    Decisions are never deleted, not by the application's role either. They stay, with what they refer
    to, in an organization nobody is a member of; its ledger stays complete and verifiable.
    """
    with tenant_scope(Actor.system(organization, source="command")):
        named_action("demo.retired", reason="The demo organization is made anew.")
        OutboxEntry.objects.filter(organization_id=organization.pk).delete()
        kept = _evidence()
        for model in tenant_models():
            if model not in kept:
                _delete_rows(model, organization)
        Membership.objects.update(is_active=False)
        organization.slug = f"{organization.slug}-{organization.pk.hex[-12:]}"
        organization.name = f"{organization.name} (retired {today:%d %b %Y})"
        organization.save(update_fields=["slug", "name"])
    return organization


def _evidence() -> set[type[TenantOwned]]:
    """Governance's models, business cases, and everything they refer to, directly or not."""
    kept: set[type[TenantOwned]] = set()
    waiting = [model for model in tenant_models() if model._meta.app_label == EVIDENCE_APP]
    waiting.extend(DECIDED)
    while waiting:
        model = waiting.pop()
        if model not in kept:
            kept.add(model)
            waiting.extend(_referenced(model))
    return kept


def _referenced(model: type[TenantOwned]) -> Iterator[type[TenantOwned]]:
    for field in model._meta.concrete_fields:
        if isinstance(field, TenantForeignKey):
            target: Any = field.remote_field.model
            yield target


def _delete_rows(model: type[TenantOwned], organization: Organization) -> None:
    # As one statement: the references among these rows are checked at the end of the transaction.
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE organization_id = %s", [organization.pk])  # noqa: S608 - a table of ours
