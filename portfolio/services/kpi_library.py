"""Adopting KPIs of the built-in library."""

from decimal import Decimal

from django.db import transaction
from django.utils.text import slugify

from core.errors import DuplicateError, InvalidInputError
from portfolio.models import Initiative, Kpi, Portfolio
from portfolio.selectors.kpi_library import KpiDefinition, library
from portfolio.services.kpis import create_kpi
from tenancy.actor import Actor

_LONGEST_KEY = 60


@transaction.atomic
def adopt_kpi(
    definition_key: str,
    *,
    actor: Actor,
    initiative: Initiative | None = None,
    portfolio: Portfolio | None = None,
    has_target: bool = True,
    **goal: Decimal | None,
) -> Kpi:
    """A KPI as the library defines it, for an initiative, a portfolio or the organization; once each.

    `goal` (target, low, high, tolerance) takes the place of the target the library suggests;
    `has_target` False leaves the target open.
    """
    actor.require("kpi.create")
    definition = library().get(definition_key)
    if definition is None:
        raise InvalidInputError("The library has no such KPI.", pointer="definition_key")
    if Kpi.objects.filter(definition_key=definition_key, initiative=initiative, portfolio=portfolio).exists():
        raise DuplicateError(f"{definition.name} is used here already.", pointer="definition_key")
    chosen = _goal(definition, goal) if has_target else {}
    return create_kpi(
        actor=actor,
        initiative=initiative,
        portfolio=portfolio,
        key=_free_key(definition, initiative, portfolio),
        name=definition.name,
        definition=definition.measures,
        why=definition.why,
        definition_key=definition.key,
        unit=definition.unit_in(actor.organization.currency),
        direction=definition.direction,
        aggregation=definition.aggregation,
        frequency=definition.frequency,
        source=definition.source,
        owner_role=definition.owner_role,
        **chosen,
    )


def _goal(definition: KpiDefinition, given: dict[str, Decimal | None]) -> dict[str, Decimal]:
    """What was given, else what the library suggests; a tolerance alone is no target."""
    suggested = {name: getattr(definition, name) for name in ("target", "low", "high", "tolerance")}
    chosen = {name: value for name, value in given.items() if value is not None} or suggested
    found = {name: value for name, value in chosen.items() if value is not None}
    return found if found.keys() - {"tolerance"} else {}


def _free_key(definition: KpiDefinition, initiative: Initiative | None, portfolio: Portfolio | None) -> str:
    """The definition's key with the place before it; with a number behind it where that is taken."""
    place = ""
    if initiative is not None:
        place = f"{initiative.key.lower()}-"
    elif portfolio is not None:
        place = f"{slugify(portfolio.key_prefix or portfolio.name)}-"
    wanted = f"{place}{definition.key.replace('_', '-')}"[-_LONGEST_KEY:]
    taken = {key.lower() for key in Kpi.objects.filter(key__istartswith=wanted[:50]).values_list("key", flat=True)}
    candidate, number = wanted, 1
    while candidate.lower() in taken:
        number += 1
        candidate = f"{wanted[: _LONGEST_KEY - 4]}-{number}"
    return candidate
