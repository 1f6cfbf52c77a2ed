"""Drivers of a business case: added, changed, and removed only while no formula names them."""

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Max

from core.errors import DomainError, InvalidInputError
from portfolio.enums import AdoptionShape
from portfolio.models import BusinessCase, CaseDriver, CaseOption
from portfolio.selectors.case_content import CaseContent, content_of, names_in
from portfolio.services.business_cases import open_case, record_inputs
from portfolio.services.case_plans import at_own_field
from tenancy.actor import Actor
from tenancy.scope import named_action
from tenancy.services.saving import assign, delete_checked, save_checked

MAX_DRIVERS = 200
EDITABLE = (
    "option",
    "key",
    "name",
    "unit",
    "formula",
    "low",
    "likely",
    "high",
    "distribution",
    "source",
    "owner",
    "confidence",
)
TAKEN = {"portfolio_casedriver_key": ("key", "There is a driver of this key already.")}


class DriverInUseError(DomainError):
    """The driver is named by formulas; `reasons` lists where."""

    code = "driver_in_use"


@transaction.atomic
def create_driver(case: BusinessCase, *, actor: Actor, **fields: Any) -> CaseDriver:
    """Add a driver of the whole case or, with `option`, of one option; without a name it is called by its key."""
    actor.require("case_driver.create")
    locked = open_case(case, actor)
    siblings = CaseDriver.objects.filter(case=locked)
    if siblings.count() >= MAX_DRIVERS:
        raise InvalidInputError(f"A business case has at most {MAX_DRIVERS} drivers.", pointer="case")
    driver = CaseDriver(case=locked, position=(siblings.aggregate(last=Max("position"))["last"] or 0) + 1)
    assign(driver, {"name": fields.get("key", ""), **fields}, editable=EDITABLE)
    _require_own_option(driver, locked)
    _require_range(driver)
    named_action("case_driver.created")
    save_checked(driver, taken=TAKEN)
    with at_own_field(driver.pk):
        record_inputs(locked, actor=actor)
    return driver


@transaction.atomic
def change_driver(driver: CaseDriver, *, actor: Actor, **changes: Any) -> CaseDriver:
    """Change a driver; refused, with the line named, when a formula can then not be computed."""
    actor.require("case_driver.change")
    case = open_case(driver.case, actor)
    locked: CaseDriver = CaseDriver.objects.for_update().get(pk=driver.pk)
    changed = assign(locked, changes, editable=EDITABLE)
    if changed:
        _require_own_option(locked, case)
        _require_range(locked)
        named_action("case_driver.changed")
        save_checked(locked, taken=TAKEN, update_fields=changed)
        with at_own_field(locked.pk):
            record_inputs(case, actor=actor)
    return locked


@transaction.atomic
def delete_driver(driver: CaseDriver, *, actor: Actor) -> None:
    """Remove a driver nothing is computed from; otherwise the lines and drivers that name it are listed."""
    actor.require("case_driver.delete")
    case = open_case(driver.case, actor)
    locked = CaseDriver.objects.for_update().get(pk=driver.pk)
    users = list(dict.fromkeys(_uses(locked, content_of(case))))
    if users:
        listed = ", ".join(users[:5]) + (f" and {len(users) - 5} more" if len(users) > 5 else "")
        raise DriverInUseError(f"{locked.key} is used by {listed}.", reasons=[f"Used by {user}." for user in users])
    named_action("case_driver.deleted")
    delete_checked(locked)
    record_inputs(case, actor=actor)


def _require_own_option(driver: CaseDriver, case: BusinessCase) -> None:
    if driver.option_id and not CaseOption.objects.filter(case=case, pk=driver.option_id).exists():
        raise InvalidInputError("There is no such option in this business case.", pointer="option")


def _require_range(driver: CaseDriver) -> None:
    """Low, likely and high rise; said at the field a person would correct."""
    if driver.low > driver.likely:
        raise InvalidInputError("Low must not be above likely.", pointer="low")
    if driver.likely > driver.high:
        raise InvalidInputError("High must not be below likely.", pointer="high")


def _uses(driver: CaseDriver, content: CaseContent) -> Iterator[str]:
    """What names the driver where no other driver of its key would take its place."""
    if driver.key in (content.case.users_key, content.case.actions_key):
        yield "the count of users or actions"
    for option in content.options:
        here = next((found for found in content.drivers_of(option) if found.key == driver.key), None)
        stays = driver.option_id and any(not each.option_id and each.key == driver.key for each in content.drivers)
        if here is None or here.pk != driver.pk or stays:
            continue
        curve = (option.adoption_ceiling, option.adoption_months)
        if option.adoption_shape != AdoptionShape.NONE and driver.key in curve:
            yield f"the adoption curve of {option.name}"
        yield from (
            f"the line {line.name}" for line in content.lines_of(option) if driver.key in names_in(line.formula)
        )
        yield from (
            f"the driver {each.key}" for each in content.drivers_of(option) if driver.key in names_in(each.formula)
        )
