"""How the people's time is shared out between kinds of work in a quarter, against what was meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portfolio.enums import InitiativeKind
from roadmap.calc.quarters import Quarter
from roadmap.enums import ResourceKind
from roadmap.models import AllocationTarget
from roadmap.selectors.capacity import Utilisation, utilisation
from tenancy.actor import Actor

MONTHS = 3


@dataclass(frozen=True, slots=True)
class KindAllocation:
    """One kind of work: `target` as a fraction, None when none was set; `months` are person-months.

    `share` is the fraction of all person-months of the quarter, None while there are none.
    """

    kind: str
    label: str
    target: float | None
    months: float
    share: float | None

    @property
    def gap(self) -> float | None:
        """By how much the share is above its target, as a fraction; None without one of them."""
        return None if self.share is None or self.target is None else self.share - self.target


@dataclass(frozen=True, slots=True)
class QuarterAllocation:
    """One quarter. `unassigned` are person-months of items without an initiative: nobody knows what they are for."""

    quarter: Quarter
    kinds: Sequence[KindAllocation]
    unassigned: float
    total: float

    @property
    def has_targets(self) -> bool:
        return any(each.target is not None for each in self.kinds)


def allocation(
    first: Quarter, quarters: int, *, actor: Actor, portfolio_id: UUID | None = None
) -> list[QuarterAllocation]:
    """Targets and person-months by kind of work, of one portfolio or over everything visible; six queries.

    Only roles count: a skill looks at the same people again, and machines are no people's time.
    """
    found = utilisation(first.first_day, quarters * MONTHS, actor=actor)
    targets = _targets(found.months[0], found.months[-1], portfolio_id, actor)
    people = _people(found, portfolio_id)
    answer, quarter = [], first
    for number in range(quarters):
        answer.append(_quarter(quarter, people[number], targets))
        quarter = quarter.following
    return answer


def _people(found: Utilisation, portfolio_id: UUID | None) -> list[dict[str | None, float]]:
    """Person-months by kind of work of each quarter; those without an initiative under None."""
    people: list[dict[str | None, float]] = [{} for _ in range(len(found.months) // MONTHS)]
    for demand, amounts in found.likely_amounts():
        is_other = portfolio_id is not None and demand.portfolio != portfolio_id
        if demand.resource_kind != ResourceKind.ROLE or is_other:
            continue
        for number, months in enumerate(amounts.reshape(-1, MONTHS).sum(axis=1).tolist()):
            people[number][demand.kind] = people[number].get(demand.kind, 0.0) + months
    return people


def _quarter(
    quarter: Quarter, people: dict[str | None, float], targets: dict[tuple[date, str], float]
) -> QuarterAllocation:
    total = sum(people.values())
    kinds = [
        KindAllocation(
            kind,
            str(label),
            targets.get((quarter.first_day, kind)),
            people.get(kind, 0.0),
            people.get(kind, 0.0) / total if total else None,
        )
        for kind, label in InitiativeKind.choices
    ]
    return QuarterAllocation(quarter, kinds, people.get(None, 0.0), total)


def _targets(first: date, last: date, portfolio_id: UUID | None, actor: Actor) -> dict[tuple[date, str], float]:
    rows = AllocationTarget.objects.permitted(actor).filter(
        portfolio=portfolio_id, quarter__gte=first, quarter__lte=last
    )
    return {(quarter, kind): float(share) for quarter, kind, share in rows.values_list("quarter", "kind", "share")}
