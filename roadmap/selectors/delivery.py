"""Predictability, cycle time and gates in time, computed from baselines, the ledger and imported history."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import Min

from collaboration.enums import DocumentKind
from collaboration.selectors.document_history import first_completed
from portfolio.enums import Stage
from portfolio.models import Initiative
from roadmap.calc.predictability import (
    Commitment,
    GateCheck,
    Predictability,
    Spread,
    on_time_rate,
    predictability,
    spread,
)
from roadmap.calc.quarters import Quarter, quarters_until
from roadmap.enums import BaselineReason, HistoryField, ItemStatus, MilestoneKind
from roadmap.hooks import GatePassage, gate_passages
from roadmap.models import Baseline, BaselineItem, BaselineMilestone, ItemRescope, Roadmap
from roadmap.selectors.stage_entries import stage_entries
from tenancy.actor import Actor
from tenancy.scope import current_organization_id

QUARTERS = 6
# A baseline stands for the promises of a quarter when it was taken around its beginning.
EARLY, LATE = timedelta(days=7), timedelta(days=31)
CYCLE = (Stage.VALIDATED, Stage.GA)
# A baseline of a quarter's first moment tells of the days before it.
_MOMENT = timedelta(microseconds=1)
_STAGES: dict[str, str] = {MilestoneKind.ALPHA: Stage.ALPHA, MilestoneKind.BETA: Stage.BETA, MilestoneKind.GA: Stage.GA}
_LAST_STATUS = """
SELECT DISTINCT ON (record_id) record_id, changes::jsonb #>> '{after,status}', at FROM tenancy_ledgerevent
WHERE organization_id = %s AND table_name = 'roadmap_roadmapitem' AND record_id = ANY(%s)
    AND changes::jsonb #> '{after,status}' IS NOT NULL
ORDER BY record_id, id DESC
"""


@dataclass(frozen=True, slots=True)
class PromisedItem:
    """An item as it was promised, and what became of it until the end of its quarter."""

    key: UUID
    title: str
    team: str
    due_on: date
    delivered_on: date | None
    reason: str

    @property
    def commitment(self) -> Commitment:
        return Commitment(self.delivered_on, is_rescoped=bool(self.reason))


class Cycle(NamedTuple):
    """One way from PRD to delivery: the day it ended, and how many days it took.

    It begins when the PRD was complete for the first time, here or in the tool its history was imported from; where
    no PRD was by then, with the stage Validated.
    """

    ended_on: date
    days: float
    is_from_prd: bool


@dataclass(frozen=True, slots=True)
class CycleTimes:
    """Days from PRD to delivery, and how many of them begin with a complete PRD; the others begin with a stage."""

    days: Spread
    from_prd: int

    @classmethod
    def of(cls, cycles: Iterable[Cycle]) -> "CycleTimes":
        """What these cycles come to."""
        found = list(cycles)
        return cls(spread([each.days for each in found]), sum(each.is_from_prd for each in found))

    @property
    def from_stage(self) -> int:
        """How many begin with the stage Validated."""
        return self.days.count - self.from_prd


@dataclass(frozen=True, slots=True)
class QuarterDelivery:
    """One quarter: its promises and what was kept; `has_baseline` is False when nobody kept what was promised."""

    quarter: Quarter
    is_over: bool
    has_baseline: bool
    figures: Predictability
    promised: Sequence[PromisedItem]
    gates_in_time: int
    gates_due: int
    cycle: CycleTimes

    @property
    def gate_rate(self) -> float | None:
        """Gates passed in time over gates due, as a fraction; None without any."""
        return self.gates_in_time / self.gates_due if self.gates_due else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Quarters, the earliest first, and what they come to together."""

    quarters: Sequence[QuarterDelivery]
    passages: Sequence[GatePassage]
    cycle: CycleTimes
    gates_in_time: int
    gates_due: int

    @property
    def last_judged(self) -> QuarterDelivery | None:
        """The latest quarter that is over and had promises."""
        return next((each for each in reversed(self.quarters) if each.is_over and each.figures.committed), None)

    @property
    def gate_rate(self) -> float | None:
        return self.gates_in_time / self.gates_due if self.gates_due else None


def delivery(actor: Actor, *, today: date, roadmap: Roadmap | None = None, count: int = QUARTERS) -> Delivery:
    """The last quarters of everything the actor may see, or of one roadmap; a fixed number of queries.

    Cycle times are those of all initiatives and records, whatever the roadmap: they are not planned on one.
    """
    quarters = quarters_until(Quarter.of(today), count)
    chosen = _baselines(quarters, roadmap, actor)
    promised = _promised(chosen, quarters, actor)
    entries = stage_entries([*CYCLE, *_STAGES.values(), HistoryField.PRD], actor=actor)
    passages = _passages(chosen, quarters, entries, actor, roadmap)
    cycles = _cycles(entries)
    parts = [_quarter(each, today, bool(chosen[each]), promised[each], passages, cycles) for each in quarters]
    in_time, due = on_time_rate([_check(each) for each in passages], today=today)
    recent = CycleTimes.of(each for each in cycles if each.ended_on >= quarters[0].first_day)
    return Delivery(parts, passages, recent, in_time, due)


def _quarter(
    quarter: Quarter,
    today: date,
    has_baseline: bool,
    promised: Sequence[PromisedItem],
    passages: Sequence[GatePassage],
    cycles: Sequence[Cycle],
) -> QuarterDelivery:
    inside = [each for each in passages if Quarter.of(each.due_on) == quarter]
    in_time, due = on_time_rate([_check(each) for each in inside], today=today)
    return QuarterDelivery(
        quarter=quarter,
        is_over=quarter.last_day < today,
        has_baseline=has_baseline,
        figures=predictability([each.commitment for each in promised], until=quarter.last_day),
        promised=promised,
        gates_in_time=in_time,
        gates_due=due,
        cycle=CycleTimes.of(each for each in cycles if Quarter.of(each.ended_on) == quarter),
    )


def _baselines(quarters: Sequence[Quarter], roadmap: Roadmap | None, actor: Actor) -> dict[Quarter, list[UUID]]:
    """Per quarter, the one baseline of each roadmap that says what was promised for it."""
    rows = Baseline.objects.permitted(actor).filter(taken_at__gte=quarters[0].begins_at - EARLY)
    if roadmap is not None:
        rows = rows.filter(roadmap=roadmap)
    taken = list(rows.order_by("taken_at", "id").values_list("pk", "roadmap_id", "reason", "taken_at"))
    chosen: dict[Quarter, list[UUID]] = {}
    for quarter in quarters:
        best: dict[UUID, tuple[bool, datetime, UUID]] = {}
        for pk, of_roadmap, reason, at in taken:
            if quarter.begins_at - EARLY <= at <= quarter.begins_at + LATE:
                # Those of the quarter's start come first, then the earliest.
                rank = (reason != BaselineReason.QUARTER_START, at, pk)
                best[of_roadmap] = min(best.get(of_roadmap, rank), rank)
        chosen[quarter] = [rank[-1] for rank in best.values()]
    return chosen


def _promised(
    chosen: dict[Quarter, list[UUID]], quarters: Sequence[Quarter], actor: Actor
) -> dict[Quarter, list[PromisedItem]]:
    quarter_of = {pk: quarter for quarter, keys in chosen.items() for pk in keys}
    rows = (
        BaselineItem.objects.permitted(actor)
        .filter(baseline__in=quarter_of, is_committed=True, end_on__isnull=False)
        .exclude(status=ItemStatus.DONE)
        .order_by("end_on", "title", "id")
        .values_list("baseline_id", "item_key", "title", "team_name", "end_on")
    )
    due = [row for row in rows if Quarter.of(row[4]) == quarter_of[row[0]]]
    keys = {row[1] for row in due}
    delivered, reasons = _delivered_on(keys), _reasons(keys, actor)
    found: dict[Quarter, list[PromisedItem]] = {quarter: [] for quarter in quarters}
    for baseline, key, title, team, end_on in due:
        quarter = quarter_of[baseline]
        inside = [code for at, code in reasons[key] if Quarter.of(at.date()) == quarter]
        found[quarter].append(PromisedItem(key, title, team, end_on, delivered.get(key), inside[-1] if inside else ""))
    return found


def _delivered_on(keys: Collection[UUID]) -> dict[UUID, date]:
    """The day each item was done: when it was said so here, or the first baseline that shows it done.

    An item that was taken up again counts as not delivered.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LAST_STATUS, [current_organization_id(), list(keys)])
        last = {pk: (status, at.date()) for pk, status, at in cursor.fetchall()}
    kept = BaselineItem.objects.filter(item_key__in=keys, status=ItemStatus.DONE).order_by().values("item_key")
    shown = {
        row["item_key"]: (row["at"] - _MOMENT).date()
        for row in kept.annotate(at=Min("baseline__taken_at"))
        if last.get(row["item_key"], (ItemStatus.DONE, None))[0] == ItemStatus.DONE
    }
    said = {pk: on for pk, (status, on) in last.items() if status == ItemStatus.DONE}
    return {key: min(each[key] for each in (shown, said) if key in each) for key in {**shown, **said}}


def _reasons(keys: Collection[UUID], actor: Actor) -> dict[UUID, list[tuple[datetime, str]]]:
    found: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    rows = ItemRescope.objects.permitted(actor).filter(item_key__in=keys).order_by("rescoped_at", "id")
    for row in rows.only("item_key", "rescoped_at", "reason_code"):
        found[row.item_key].append((row.rescoped_at, row.get_reason_code_display()))
    return found


def _passages(
    chosen: dict[Quarter, list[UUID]],
    quarters: Sequence[Quarter],
    entries: dict[UUID | tuple[str, str], dict[str, datetime]],
    actor: Actor,
    roadmap: Roadmap | None,
) -> list[GatePassage]:
    """Milestones of a stage as they were promised, and what higher floors know of gates; latest due first."""
    quarter_of = {pk: quarter for quarter, keys in chosen.items() for pk in keys}
    rows = (
        BaselineMilestone.objects.permitted(actor)
        .filter(baseline__in=quarter_of, kind__in=_STAGES, initiative_ref__isnull=False)
        .values_list("baseline_id", "title", "kind", "due_on", "initiative_ref")
    )
    found = [
        GatePassage(
            initiative, _STAGES[kind], title, due_on, _passed_on(entries.get(initiative, {}), kind), "Milestone"
        )
        for baseline, title, kind, due_on, initiative in rows
        if Quarter.of(due_on) == quarter_of[baseline]
    ]
    if roadmap is None:
        first = quarters[0].first_day
        told = [each for each in gate_passages.collect(actor=actor) if each.due_on >= first]
        known = {(each.initiative, each.stage) for each in told}
        found = [each for each in found if (each.initiative, each.stage) not in known] + told
    return sorted(found, key=lambda each: (each.due_on, each.title), reverse=True)


def _passed_on(entered: Mapping[str, datetime], kind: str) -> date | None:
    """The day the stage, or a later one, was entered."""
    order = list(_STAGES.values())
    reached = [entered[stage] for stage in order[order.index(_STAGES[kind]) :] if stage in entered]
    return min(reached).date() if reached else None


def _cycles(entries: dict[UUID | tuple[str, str], dict[str, datetime]]) -> list[Cycle]:
    """Everything that was delivered and whose beginning before that is known."""
    begin, end = CYCLE
    delivered = {subject: entered for subject, entered in entries.items() if end in entered}
    initiatives = [subject for subject in delivered if isinstance(subject, UUID)]
    completed = first_completed(Initiative, initiatives, kind=DocumentKind.PRD)
    found: list[Cycle] = []
    for subject, entered in delivered.items():
        told = [completed.get(subject) if isinstance(subject, UUID) else None, entered.get(HistoryField.PRD)]
        prd = min((at for at in told if at is not None), default=None)
        is_from_prd = prd is not None and prd <= entered[end]
        begun = prd if is_from_prd else entered.get(begin)
        if begun is not None and begun <= entered[end]:
            days = (entered[end] - begun).total_seconds() / 86_400
            found.append(Cycle(entered[end].date(), days, is_from_prd))
    return found


def _check(passage: GatePassage) -> GateCheck:
    return GateCheck(passage.due_on, passage.passed_on)
