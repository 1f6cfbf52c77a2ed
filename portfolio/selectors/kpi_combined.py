"""Values of KPIs that measure the same thing, put together along initiatives, themes and portfolios.

Never averages of averages: sums are added, shares and means are made of their numerators and denominators,
percentiles of the observations themselves.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.db import connection

from portfolio.enums import KpiAggregation
from portfolio.models import Initiative, Kpi
from tenancy.actor import Actor

Level = Literal["initiative", "theme", "portfolio", "organization"]

_TOTALS = """
SELECT member.node, member.definition, r.period_start, count(r.value), sum(r.count), max(r.last_observed_at),
    sum(r.numerator), sum(r.denominator), min(r.value), max(r.value)
FROM unnest(%(kpis)s::uuid[], %(nodes)s::uuid[], %(definitions)s::text[]) member (kpi_id, node, definition)
JOIN portfolio_kpirollup r ON r.organization_id = %(organization)s AND r.kpi_id = member.kpi_id
    AND r.period = %(period)s AND r.period_start >= %(first)s AND r.period_start < %(past)s
GROUP BY member.node, member.definition, r.period_start
"""
_PERCENTILES = """
SELECT member.node, member.definition, date_trunc(%(period)s, o.observed_at AT TIME ZONE 'UTC')::date,
    round(percentile_cont(%(fraction)s) WITHIN GROUP (ORDER BY o.value::float8)::numeric, 6)
FROM unnest(%(kpis)s::uuid[], %(nodes)s::uuid[], %(definitions)s::text[]) member (kpi_id, node, definition)
JOIN portfolio_kpiobservation o ON o.organization_id = %(organization)s AND o.kpi_id = member.kpi_id
    AND o.observed_at >= %(first)s::timestamp AT TIME ZONE 'UTC'
    AND o.observed_at < %(past)s::timestamp AT TIME ZONE 'UTC'
GROUP BY 1, 2, 3
"""
_FRACTIONS: dict[str, float] = {KpiAggregation.MEDIAN: 0.5, KpiAggregation.P95: 0.95}
_MEANS = frozenset({KpiAggregation.MEAN, KpiAggregation.WEIGHTED_MEAN, KpiAggregation.RATIO})


@dataclass(frozen=True)
class CombinedValue:
    """One period of one definition under one node; `node_id` is None for the organization.

    `value` is None where it is not known, and `reason` says why: `incomplete` (a sum of which not all
    `expected` KPIs are known; `partial` is the sum of those that are), `not_additive` (last values of
    different things do not add up), `mixed` (the KPIs aggregate differently or have different units),
    `undefined` (denominators of zero).
    """

    node_id: UUID | None
    definition_key: str
    period_start: date
    value: Decimal | None
    partial: Decimal | None
    known: int
    expected: int
    count: int
    last_observed_at: datetime
    reason: str


@dataclass(frozen=True)
class _Definition:
    """The KPIs of one definition under one node."""

    kpis: int
    aggregations: frozenset[str]
    units: frozenset[str]


def combined_values(
    *,
    actor: Actor,
    level: Level,
    period: str,
    first: date,
    past: date,
    definition_keys: Collection[str] | None = None,
    node_ids: Collection[UUID] | None = None,
) -> list[CombinedValue]:
    """Periods that start in [first, past) of every definition the actor sees, under every node of the level.

    Only KPIs of initiatives are put together, an initiative's with its descendants': one of a portfolio or
    of the organization is measured as a whole and would count its parts twice. A period nobody observed
    anything in has no entry: it is unknown. At most five queries.
    """
    members = _members(actor, level, definition_keys, node_ids)
    if not members:
        return []
    definitions = _definitions(members)
    arguments: dict[str, Any] = {
        "organization": actor.organization_id,
        "kpis": [kpi["pk"] for _, kpi in members],
        "nodes": [node for node, _ in members],
        "definitions": [kpi["definition_key"] for _, kpi in members],
        "period": period,
        "first": first,
        "past": past,
    }
    percentiles = _percentiles(members, arguments)
    with connection.cursor() as cursor:
        cursor.execute(_TOTALS, arguments)
        rows = cursor.fetchall()
    found = [_combined(row, definitions[row[0], row[1]], percentiles) for row in rows]
    return sorted(found, key=lambda each: (each.definition_key, str(each.node_id), each.period_start))


def _members(
    actor: Actor, level: Level, definition_keys: Collection[str] | None, node_ids: Collection[UUID] | None
) -> list[tuple[UUID | None, dict[str, Any]]]:
    """(node, KPI) for every node a KPI counts for."""
    kpis = Kpi.objects.permitted(actor).filter(initiative__isnull=False).exclude(definition_key="")
    if definition_keys is not None:
        kpis = kpis.filter(definition_key__in=definition_keys)
    fields = ("pk", "definition_key", "aggregation", "unit", "initiative_id")
    places = ("initiative__theme_id", "initiative__portfolio_id")
    rows = list(kpis.order_by("pk").values(*fields, *places))
    parents = dict(Initiative.objects.values_list("pk", "parent_id")) if level == "initiative" else {}
    wanted = None if node_ids is None else set(node_ids)
    return [(node, row) for row in rows for node in _nodes(row, level, parents) if wanted is None or node in wanted]


def _nodes(row: Mapping[str, Any], level: Level, parents: Mapping[UUID, UUID | None]) -> Iterable[UUID | None]:
    if level == "organization":
        return [None]
    if level != "initiative":
        node = row[f"initiative__{level}_id"]
        return [] if node is None else [node]
    nodes: list[UUID | None] = []
    initiative = row["initiative_id"]
    while initiative is not None and initiative not in nodes:
        nodes.append(initiative)
        initiative = parents.get(initiative)
    return nodes


def _definitions(members: Iterable[tuple[UUID | None, Mapping[str, Any]]]) -> dict[Any, _Definition]:
    groups: dict[Any, list[Mapping[str, Any]]] = defaultdict(list)
    for node, kpi in members:
        groups[node, kpi["definition_key"]].append(kpi)
    return {
        place: _Definition(
            len(kpis), frozenset(kpi["aggregation"] for kpi in kpis), frozenset(kpi["unit"] for kpi in kpis)
        )
        for place, kpis in groups.items()
    }


def _percentiles(members: Sequence[tuple[Any, Mapping[str, Any]]], arguments: Mapping[str, Any]) -> dict[Any, Decimal]:
    """Percentiles and medians by (node, definition, period), of the observations of all KPIs together."""
    found: dict[Any, Decimal] = {}
    for aggregation, fraction in _FRACTIONS.items():
        chosen = [(node, kpi) for node, kpi in members if kpi["aggregation"] == aggregation]
        if not chosen:
            continue
        columns: dict[str, Any] = {
            "kpis": [kpi["pk"] for _, kpi in chosen],
            "nodes": [node for node, _ in chosen],
            "definitions": [kpi["definition_key"] for _, kpi in chosen],
            "fraction": fraction,
        }
        with connection.cursor() as cursor:
            cursor.execute(_PERCENTILES, {**arguments, **columns})
            found.update((row[:3], row[3]) for row in cursor.fetchall())
    return found


def _combined(row: tuple[Any, ...], definition: _Definition, percentiles: Mapping[Any, Decimal]) -> CombinedValue:
    node, key, start, known, count, last_observed_at, *_ = row
    partial, reason = _value(row, definition, percentiles)
    if reason == "" and KpiAggregation.SUM in definition.aggregations and known < definition.kpis:
        reason = "incomplete"
    return CombinedValue(
        node_id=node,
        definition_key=key,
        period_start=start,
        value=None if reason else partial,
        partial=partial,
        known=known,
        expected=definition.kpis,
        count=int(count),
        last_observed_at=last_observed_at,
        reason=reason,
    )


def _value(
    row: tuple[Any, ...], definition: _Definition, percentiles: Mapping[Any, Decimal]
) -> tuple[Decimal | None, str]:
    """The value of what is known, and why there is none."""
    numerator, denominator, smallest, greatest = row[6:10]
    if len(definition.aggregations) > 1 or len(definition.units) > 1:
        return None, "mixed"
    (aggregation,) = definition.aggregations
    if aggregation == KpiAggregation.LAST and definition.kpis > 1:
        return None, "not_additive"
    if aggregation in _MEANS:
        return (round(numerator / denominator, 6), "") if denominator else (None, "undefined")
    if aggregation in _FRACTIONS:
        return percentiles.get(row[:3]), ""
    values: dict[str, Decimal | None] = {
        KpiAggregation.SUM: None if numerator is None else round(numerator, 6),
        KpiAggregation.MINIMUM: smallest,
        KpiAggregation.MAXIMUM: greatest,
        KpiAggregation.LAST: greatest,
    }
    return values[aggregation], ""
