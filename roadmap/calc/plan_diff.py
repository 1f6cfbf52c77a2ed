"""What differs between two states of a plan: rows, dates, money, progress and dependencies."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"


@dataclass(frozen=True, slots=True)
class ItemState:
    """An item at one moment. `plan_cost` is the budget of its initiative, None when unknown."""

    key: UUID
    title: str
    start_on: date | None
    end_on: date | None
    status: str
    progress: Decimal
    confidence: Decimal | None
    is_committed: bool
    lane: str
    team: str
    initiative: UUID | None
    initiative_key: str
    plan_cost: Decimal | None = None
    portfolios: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class MilestoneState:
    """A milestone at one moment."""

    key: UUID
    title: str
    due_on: date
    kind: str
    initiative: UUID | None
    initiative_key: str
    portfolios: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class LinkState:
    """A dependency at one moment."""

    key: UUID
    predecessor: UUID
    successor: UUID
    predecessor_title: str
    successor_title: str
    kind: str
    strength: str
    lag_days: int
    portfolios: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class PlanState:
    """A plan at one moment, each row by its key."""

    items: Mapping[UUID, ItemState] = field(default_factory=dict)
    milestones: Mapping[UUID, MilestoneState] = field(default_factory=dict)
    links: Mapping[UUID, LinkState] = field(default_factory=dict)


Row = TypeVar("Row", ItemState, MilestoneState, LinkState)

ITEM_FIELDS = (
    "title",
    "start_on",
    "end_on",
    "status",
    "progress",
    "confidence",
    "is_committed",
    "lane",
    "team",
    "initiative_key",
    "plan_cost",
)
MILESTONE_FIELDS = ("title", "due_on", "kind", "initiative_key")
LINK_FIELDS = ("kind", "strength", "lag_days")


@dataclass(frozen=True, slots=True)
class Difference(Generic[Row]):
    """One row before and after; one side is None where the row was not there.

    `slip_days` are calendar days by which the end (of a milestone the date) moved, positive for later; None where a
    side has none. A dependency never slips.
    """

    kind: str
    before: Row | None
    after: Row | None
    changed: tuple[str, ...] = ()
    slip_days: int | None = None

    @property
    def row(self) -> Row:
        """The row as it is now, or as it was last."""
        row = self.after or self.before
        if row is None:
            raise ValueError("A difference needs a row on one side.")
        return row

    @property
    def is_slipped(self) -> bool:
        """Whether it ends later than it did."""
        return self.slip_days is not None and self.slip_days > 0


@dataclass(frozen=True, slots=True)
class PlanTotals:
    """One state in figures. `plan_cost` adds every initiative once; `unbudgeted` initiatives have none.

    `progress` is the mean over scheduled items, weighted by their calendar days; None without any.
    """

    items: int
    committed: int
    plan_cost: Decimal | None
    unbudgeted: int
    progress: Decimal | None
    ends_on: date | None


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """Everything that differs, and what does not."""

    items: tuple[Difference[ItemState], ...]
    milestones: tuple[Difference[MilestoneState], ...]
    links: tuple[Difference[LinkState], ...]
    before: PlanTotals
    after: PlanTotals

    def count(self, kind: str) -> int:
        """Items of this kind of difference."""
        return sum(each.kind == kind for each in self.items)

    @property
    def slipped(self) -> list[Difference[ItemState]]:
        """Items that end later, the worst first."""
        return sorted((each for each in self.items if each.is_slipped), key=lambda each: -(each.slip_days or 0))

    @property
    def earlier(self) -> int:
        """Items that end earlier."""
        return sum(each.slip_days is not None and each.slip_days < 0 for each in self.items)

    @property
    def slip_days(self) -> int:
        """Calendar days of all items that end later together."""
        return sum(each.slip_days or 0 for each in self.slipped)


def compare(before: PlanState, after: PlanState) -> PlanDiff:
    """The differences between two states, in the order of start (date, successor), new rows in their place."""
    items = [
        _difference(key, before.items, after.items, ITEM_FIELDS, lambda row: row.end_on)
        for key in {**before.items, **after.items}
    ]
    milestones = [
        _difference(key, before.milestones, after.milestones, MILESTONE_FIELDS, lambda row: row.due_on)
        for key in {**before.milestones, **after.milestones}
    ]
    links = [
        _difference(key, before.links, after.links, LINK_FIELDS, lambda row: None)
        for key in {**before.links, **after.links}
    ]
    return PlanDiff(
        tuple(sorted(items, key=lambda each: (each.row.start_on or date.max, each.row.title))),
        tuple(sorted(milestones, key=lambda each: (each.row.due_on, each.row.title))),
        tuple(sorted(links, key=lambda each: (each.row.successor_title, each.row.predecessor_title))),
        totals(before.items.values()),
        totals(after.items.values()),
    )


def without_hidden(states: Sequence[PlanState], hidden: frozenset[UUID]) -> list[PlanState]:
    """The states without rows that touch a hidden portfolio in any of them: what is secret now was not deleted."""
    if not hidden:
        return list(states)
    secret = {
        row.key
        for state in states
        for rows in (state.items, state.milestones, state.links)
        for row in rows.values()
        if row.portfolios & hidden
    }
    return [
        PlanState(
            {key: row for key, row in state.items.items() if key not in secret},
            {key: row for key, row in state.milestones.items() if key not in secret},
            {
                key: row
                for key, row in state.links.items()
                if key not in secret and row.predecessor not in secret and row.successor not in secret
            },
        )
        for state in states
    ]


def with_costs(state: PlanState, costs: Mapping[UUID, Decimal | None]) -> PlanState:
    """The state with the budgets of its items' initiatives."""
    items = {
        key: replace(row, plan_cost=costs.get(row.initiative)) if row.initiative is not None else row
        for key, row in state.items.items()
    }
    return replace(state, items=items)


def totals(items: Iterable[ItemState]) -> PlanTotals:
    """Figures of one state."""
    rows = list(items)
    budgets = {row.initiative: row.plan_cost for row in rows if row.initiative is not None}
    known = [cost for cost in budgets.values() if cost is not None]
    spans = [((row.end_on - row.start_on).days + 1, row.progress) for row in rows if row.start_on and row.end_on]
    days = sum(length for length, _ in spans)
    return PlanTotals(
        items=len(rows),
        committed=sum(row.is_committed for row in rows),
        plan_cost=sum(known, Decimal(0)) if known else None,
        unbudgeted=len(budgets) - len(known),
        progress=sum((length * done for length, done in spans), Decimal(0)) / days if days else None,
        ends_on=max((row.end_on for row in rows if row.end_on), default=None),
    )


def _difference(
    key: UUID,
    before: Mapping[UUID, Row],
    after: Mapping[UUID, Row],
    fields: Sequence[str],
    end_of: Callable[[Row], date | None],
) -> Difference[Row]:
    old, new = before.get(key), after.get(key)
    if old is None or new is None:
        return Difference(ADDED if old is None else REMOVED, old, new)
    changed = tuple(name for name in fields if getattr(old, name) != getattr(new, name))
    ends = (end_of(old), end_of(new))
    slip = (ends[1] - ends[0]).days if ends[0] is not None and ends[1] is not None else None
    return Difference(CHANGED if changed else SAME, old, new, changed, slip)
