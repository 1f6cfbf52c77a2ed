"""The built-in library of KPIs: what can be adopted, and where it has been already."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from portfolio.enums import KpiAggregation, KpiDirection, KpiFrequency
from portfolio.models import Initiative, Kpi, Portfolio
from tenancy.actor import Actor

_FILE = Path(__file__).with_suffix(".toml")
# Stands for the organization's reporting currency.
MONEY = "money"
_FIGURES = ("target", "low", "high", "tolerance")


@dataclass(frozen=True)
class KpiDefinition:
    """A KPI of the library.

    `target`, `low`, `high` and `tolerance` are suggestions in its unit, None where only `goal` says what
    good is; `unit` is `money` for an amount in the organization's currency.
    """

    key: str
    name: str
    family: str
    measures: str
    why: str
    direction: KpiDirection
    unit: str
    goal: str
    frequency: KpiFrequency
    owner_role: str
    source: str
    aggregation: KpiAggregation
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: Decimal | None = None

    def unit_in(self, currency: str) -> str:
        """The unit of a KPI adopted by an organization that reports in `currency`."""
        return currency if self.unit == MONEY else self.unit


@cache
def library() -> dict[str, KpiDefinition]:
    """All definitions by key, in the order of the library."""
    rows = tomllib.loads(_FILE.read_text(encoding="utf-8"), parse_float=Decimal)["kpi"]
    return {row["key"]: _definition(row) for row in rows}


def _definition(row: dict[str, Any]) -> KpiDefinition:
    numbers = {name: Decimal(str(row[name])) for name in _FIGURES if name in row}
    words = {
        "direction": KpiDirection(row["direction"]),
        "frequency": KpiFrequency(row["frequency"]),
        "aggregation": KpiAggregation(row["aggregation"]),
    }
    return KpiDefinition(**{**row, **words, **numbers})


def definition_of(kpi: Kpi) -> KpiDefinition | None:
    """What the library says of the KPI; None for one that is not from it."""
    return library().get(kpi.definition_key)


def matching(text: str) -> list[KpiDefinition]:
    """Definitions with every word of the text in their name, family, measure, reason or role."""
    words = text.casefold().split()
    return [each for each in library().values() if all(word in _searched(each) for word in words)]


@cache
def _searched(definition: KpiDefinition) -> str:
    parts = (definition.name, definition.family, definition.measures, definition.why, definition.owner_role)
    return " ".join(parts).casefold()


def by_family(definitions: Iterable[KpiDefinition]) -> list[tuple[str, list[KpiDefinition]]]:
    """The definitions under their families, both in the order of the library."""
    families: dict[str, list[KpiDefinition]] = {}
    for definition in definitions:
        families.setdefault(definition.family, []).append(definition)
    return list(families.items())


def adopted(
    actor: Actor, *, initiative: Initiative | None = None, portfolio: Portfolio | None = None
) -> dict[str, Kpi]:
    """KPIs of the library that this place (without one: the organization itself) has already, by definition key."""
    rows = Kpi.objects.permitted(actor).filter(initiative=initiative, portfolio=portfolio)
    return {kpi.definition_key: kpi for kpi in rows.exclude(definition_key="").order_by("-created_at", "-pk")}
