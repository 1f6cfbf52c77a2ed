"""A new draft with everything another business case plans; what was forecast and what happened stays with that one."""

from typing import Any, TypeVar
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from portfolio.models import (
    BusinessCase,
    CaseDriver,
    CaseOption,
    CashLine,
    CashPeriod,
    StaffingLine,
    StaffingPeriod,
)
from portfolio.services.access import lock_permitted
from portfolio.services.business_cases import EDITABLE, record_inputs, require_writable
from tenancy.actor import Actor
from tenancy.models import TenantOwned
from tenancy.scope import named_action
from tenancy.services.saving import save_checked

Row = TypeVar("Row", bound=TenantOwned)
# What a copy has of its own.
_OWN = frozenset({"id", "organization", "created_at", "updated_at", "version", "based_on"})


@transaction.atomic
def new_draft(case: BusinessCase, *, actor: Actor) -> BusinessCase:
    """Copy a case into the next revision of its initiative, as a draft that may be edited.

    Options and lines remember which they continue, so that a difference can be shown and, once the
    draft is approved, what happened stays with them.
    """
    actor.require("business_case.create")
    initiative = lock_permitted(case.initiative, "view", actor=actor)
    require_writable(initiative, actor)
    base = BusinessCase.objects.permitted(actor).get(pk=case.pk)
    siblings = BusinessCase.objects.filter(initiative=initiative)
    draft = BusinessCase(
        initiative=initiative,
        revision=(siblings.aggregate(last=Max("revision"))["last"] or 0) + 1,
        is_current=not siblings.current().exists(),
        based_on=base,
        **{name: getattr(base, name) for name in EDITABLE},
    )
    named_action("business_case.drafted")
    save_checked(draft)
    _copy_content(base, draft)
    record_inputs(draft, actor=actor)
    return draft


def _copy_content(base: BusinessCase, draft: BusinessCase) -> None:
    options = _copied(CaseOption.objects.filter(case=base), case=draft)
    _write(CaseOption, options)
    by_id = {old: new.pk for old, new in options.items()}
    drivers = _copied(CaseDriver.objects.filter(case=base), case=draft)
    for driver in drivers.values():
        driver.option_id = by_id[driver.option_id] if driver.option_id else None
    CaseDriver.objects.bulk_create(drivers.values())
    lines = _copied(CashLine.objects.filter(case=base), case=draft)
    for line in lines.values():
        line.option_id = by_id[line.option_id]
    _write(CashLine, lines)
    _copy_months(base, {old: new.pk for old, new in lines.items()})


def _copy_months(base: BusinessCase, lines: dict[UUID, UUID]) -> None:
    planned = _copied(CashPeriod.objects.planned().filter(line__case=base))
    for period in planned.values():
        period.line_id = lines[period.line_id]
    CashPeriod.objects.bulk_create(planned.values())
    staffing = _copied(StaffingLine.objects.filter(line__case=base))
    for row in staffing.values():
        row.line_id = lines[row.line_id]
    StaffingLine.objects.bulk_create(staffing.values())
    people = _copied(StaffingPeriod.objects.filter(staffing_line__line__case=base))
    for count in people.values():
        count.staffing_line_id = staffing[count.staffing_line_id].pk
    StaffingPeriod.objects.bulk_create(people.values())


def _copied(rows: Any, **changes: Any) -> dict[UUID, Any]:
    """Unsaved copies of the rows by the id of the original."""
    copies = {}
    for row in rows:
        names = [field for field in row._meta.concrete_fields if field.name not in _OWN]
        copies[row.pk] = type(row)(**{field.attname: getattr(row, field.attname) for field in names})
        for name, value in changes.items():
            setattr(copies[row.pk], name, value)
    return copies


def _write(model: type[Row], copies: dict[UUID, Any]) -> None:
    for old, new in copies.items():
        new.based_on_id = old
    model.objects.bulk_create(copies.values())
