"""The demo's past: promises of quarters and what became of them, and baselines of plans that have moved since."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from core.ids import uuid7
from integrations.services.demo.content import monday_of_week, read
from integrations.services.demo.people import Cast
from portfolio.models import Initiative
from roadmap.calc.plan_diff import ItemState, LinkState, MilestoneState, PlanState
from roadmap.calc.quarters import Quarter, quarters_until
from roadmap.enums import BaselineReason, DependencyKind, DependencyStrength, HistoryField, ItemStatus
from roadmap.enums.history import PRD_COMPLETE
from roadmap.models import Baseline, ItemRescope, Milestone, Roadmap, RoadmapItem
from roadmap.selectors.plan_states import reconstructed
from roadmap.services.baselines import store_baseline
from roadmap.services.items import NewItem, create_items
from roadmap.services.plan_history import HistoryRow, record_history
from roadmap.services.roadmaps import create_roadmap
from tenancy.actor import Actor
from tenancy.scope import current_actor, named_action

PAST_QUARTERS = 3
SYSTEM = "stage log"
_FRIDAY = timedelta(days=4)
_LATE = timedelta(weeks=3)
_BEFORE = {"validated": "discovery", "beta": "alpha", "ga": "beta"}


@dataclass(frozen=True)
class Past:
    """The quarters by their distance from the running one, and the moment of loading."""

    quarters: Mapping[int, Quarter]
    now: datetime

    def moment(self, quarter: int, share: float = 0.0) -> datetime:
        """A moment of a quarter; of the running one a share of what is over."""
        begin = self.quarters[quarter].begins_at
        end = self.now if quarter == 0 else self.quarters[quarter].following.begins_at
        return begin + (end - begin) * share


def create_baselines(cast: Cast, initiatives: Mapping[str, Initiative], today: date) -> None:
    """Set-based throughout; what it writes is dated back, so that the past of a demo made today can be compared."""
    content, running = read("baselines"), quarters_until(Quarter.of(today), PAST_QUARTERS + 1)
    past = Past(dict(zip(range(-PAST_QUARTERS, 1), running, strict=True)), timezone.now())
    _keep_promises(content, cast, initiatives, past)
    _keep_plans(content, initiatives, past)
    rows = [row for told in content["stage"] for row in _stages(told, initiatives[told["initiative"]], today)]
    record_history(rows, system=SYSTEM, actor=current_actor())


def _keep_promises(content: Mapping[str, Any], cast: Cast, initiatives: Mapping[str, Initiative], past: Past) -> None:
    """The roadmap of commitments, its baseline at the start of every quarter, and the promises that were changed."""
    told = content["roadmap"][0]
    with cast.acting(told["by"]) as actor:
        roadmap = create_roadmap(name=told["name"], description=told["description"], actor=actor)
        rows = content["promise"]
        items = create_items([_promise(row, roadmap, initiatives, past) for row in rows], actor=actor)
        named_action("milestone.created")
        Milestone.objects.bulk_create(_gate(row, roadmap, initiatives, past.now.date()) for row in content["gate"])
    system = current_actor()
    live = reconstructed(roadmap, timezone.now(), actor=system)
    for quarter in past.quarters:
        kept = {
            item.pk: _as_promised(live.items[item.pk], row, quarter, past)
            for item, row in zip(items, rows, strict=True)
            if row["quarter"] <= quarter
        }
        _store(roadmap, PlanState(kept, live.milestones, {}), quarter, past, system)
    changed = [(item, row) for item, row in zip(items, rows, strict=True) if "reason" in row]
    _rescope((_rescope_row(item, row, _later_end(item, row), past) for item, row in changed))


def _promise(row: Mapping[str, Any], roadmap: Roadmap, initiatives: Mapping[str, Initiative], past: Past) -> NewItem:
    """The item as it is now: past ones are done, late or not; one that moved ends later than it was promised."""
    start_on, end_on = _weeks_of(row, past)
    end_on += timedelta(weeks=row.get("later", 0))
    is_over = row["quarter"] < 0 or end_on < past.now.date()
    status = ItemStatus.DONE if is_over else _status(start_on, past.now.date())
    return NewItem(
        roadmap=roadmap,
        title=row["title"],
        start_on=start_on,
        end_on=end_on,
        initiative=initiatives[row["initiative"]],
        owning_team=initiatives[row["initiative"]].owning_team,
        lane=past.quarters[row["quarter"]].label,
        status=status,
        progress=_progress(start_on, end_on, past.now.date()) if not is_over else Decimal(1),
        is_committed=True,
        position=(row["quarter"] + PAST_QUARTERS) * 100,
    )


def _as_promised(item: ItemState, row: Mapping[str, Any], quarter: int, past: Past) -> ItemState:
    """The item in a baseline: done if it was delivered before, else as the promise said."""
    start_on, end_on = _weeks_of(row, past)
    is_late = row.get("delivered") == "late"
    if row["quarter"] + is_late < quarter:
        return replace(item, end_on=end_on, status=ItemStatus.DONE, progress=Decimal(1))
    is_begun = row["quarter"] < quarter
    status = ItemStatus.IN_PROGRESS if is_begun else ItemStatus.PLANNED
    done = Decimal("0.70") if is_begun else Decimal(0)
    return replace(item, start_on=start_on, end_on=end_on, status=status, progress=done)


def _keep_plans(content: Mapping[str, Any], initiatives: Mapping[str, Initiative], past: Past) -> None:
    """Two baselines of each of the demo's other roadmaps, and the reasons for what moved."""
    told = {row["id"]: row for row in read("roadmaps")["item"]}
    titles = {row["title"]: handle for handle, row in told.items()}
    plans = Roadmap.objects.filter(name__in={row["roadmap"] for row in told.values()}).order_by("name")
    system = current_actor()
    _set_progress(told, past.now.date())
    for roadmap in plans:
        live = reconstructed(roadmap, timezone.now(), actor=system)
        for quarter in (-1, 0):
            _store(
                roadmap, _past_state(live, roadmap, content, titles, initiatives, quarter, past), quarter, past, system
            )
    reasons = {row["item"]: row for row in content["slip"] if "reason" in row}
    moved = RoadmapItem.objects.filter(title__in=[told[handle]["title"] for handle in reasons])
    named_action("roadmap_item.committed")
    moved.update(is_committed=True)
    by_title = {told[handle]["title"]: row for handle, row in reasons.items()}
    _rescope(
        _rescope_row(item, by_title[item.title], item.end_on, past)
        for item in moved.order_by("title").select_related("roadmap", "initiative", "owning_team")
    )


def _set_progress(told: Mapping[str, Any], today: date) -> None:
    """What is being worked on is as far as its time is, what is done is done; nobody has said so yet."""
    items = list(RoadmapItem.objects.filter(title__in=[row["title"] for row in told.values()], progress=0))
    for item in items:
        if item.status == ItemStatus.DONE:
            item.progress = Decimal(1)
        elif item.status == ItemStatus.IN_PROGRESS and item.start_on and item.end_on:
            item.progress = _progress(item.start_on, item.end_on, today)
    named_action("roadmap_item.changed")
    RoadmapItem.objects.bulk_update(items, ["progress"])


def _past_state(
    live: PlanState,
    roadmap: Roadmap,
    content: Mapping[str, Any],
    titles: Mapping[str, str],
    initiatives: Mapping[str, Initiative],
    quarter: int,
    past: Past,
) -> PlanState:
    """What the plan said when the quarter began: earlier ends, what was dropped since, without what came since."""
    since = {row["item"]: row for row in content["slip"] if "item" in row and row["quarter"] >= quarter}
    due = {row["milestone"]: row for row in content["slip"] if "milestone" in row and row["quarter"] >= quarter}
    new = {row["item"] for row in content["added"] if row["quarter"] >= quarter}
    promised = {row["item"] for row in content["slip"] if "reason" in row}
    factors = {initiatives[row["initiative"]].pk: Decimal(str(row["factor"])) for row in content["budget"]}
    on = past.moment(quarter).date()
    # Items that another part of the demo put there have no handle, and were always as they are.
    named = {key: titles.get(row.title, "") for key, row in live.items.items()}
    items = {
        key: _item_then(row, since.get(named[key]), on, factors, is_promised=named[key] in promised)
        for key, row in live.items.items()
        if named[key] not in new
    }
    milestones = {key: _milestone_then(row, due.get(row.title)) for key, row in live.milestones.items()}
    unknown = live.items.keys() - items.keys()
    links = {key: row for key, row in live.links.items() if not {row.predecessor, row.successor} & unknown}
    handles = {named[key]: key for key in items}
    for row in content["dropped"]:
        if row["roadmap"] == roadmap.name and row["quarter"] >= quarter:
            dropped, link = _dropped(row, initiatives[row["initiative"]], items[handles[row["before"]]], past)
            items[dropped.key], links[link.key] = dropped, link
    return PlanState(items, milestones, links)


def _item_then(
    row: ItemState,
    slip: Mapping[str, Any] | None,
    on: date,
    factors: Mapping[UUID, Decimal],
    *,
    is_promised: bool,
) -> ItemState:
    if row.start_on is None or row.end_on is None:
        return row
    shift = timedelta(weeks=slip["weeks"] if slip else 0)
    start_on = row.start_on - shift if row.start_on - shift > on else row.start_on
    end_on = max(row.end_on - shift, start_on)
    cost, factor = row.plan_cost, factors.get(row.initiative) if row.initiative else None
    return replace(
        row,
        start_on=start_on,
        end_on=end_on,
        status=ItemStatus.DONE if row.end_on < on else _status(start_on, on),
        progress=_progress(start_on, row.end_on, on),
        is_committed=row.is_committed or is_promised,
        plan_cost=cost * factor if cost is not None and factor is not None else cost,
    )


def _milestone_then(row: MilestoneState, slip: Mapping[str, Any] | None) -> MilestoneState:
    return replace(row, due_on=row.due_on - timedelta(weeks=slip["weeks"])) if slip else row


def _dropped(
    row: Mapping[str, Any], initiative: Initiative, before: ItemState, past: Past
) -> tuple[ItemState, LinkState]:
    first = monday_of_week(past.now.date(), row["weeks"][0])
    last = monday_of_week(past.now.date(), row["weeks"][1]) + _FRIDAY
    item = ItemState(
        key=uuid7(),
        title=row["title"],
        start_on=first,
        end_on=last,
        status=ItemStatus.PLANNED,
        progress=Decimal(0),
        confidence=Decimal("0.40"),
        is_committed=False,
        lane=row["lane"],
        team=initiative.owning_team.name if initiative.owning_team else "",
        initiative=initiative.pk,
        initiative_key=initiative.key,
        portfolios=frozenset({initiative.portfolio_id}) | before.portfolios,
    )
    kind, strength = DependencyKind.FINISH_TO_START, DependencyStrength.HARD
    link = LinkState(uuid7(), item.key, before.key, item.title, before.title, kind, strength, 0, item.portfolios)
    return item, link


def _store(roadmap: Roadmap, state: PlanState, quarter: int, past: Past, actor: Actor) -> None:
    baseline = Baseline(
        roadmap=roadmap,
        name=f"Start of {past.quarters[quarter].label}",
        reason=BaselineReason.QUARTER_START,
        taken_at=past.moment(quarter),
    )
    store_baseline(baseline, state, actor=actor)


def _rescope(rows: Iterable[ItemRescope]) -> None:
    named_action("item_rescope.recorded")
    ItemRescope.objects.bulk_create(list(rows))


def _rescope_row(item: RoadmapItem, row: Mapping[str, Any], new_end_on: date | None, past: Past) -> ItemRescope:
    """A promise that moved in the row's quarter to where it ended up."""
    weeks = timedelta(weeks=row["weeks"]) if "item" in row else None
    old_end_on = new_end_on - weeks if weeks and new_end_on else _weeks_of(row, past)[1]
    portfolios = {item.roadmap.portfolio_id, item.initiative.portfolio_id if item.initiative else None}
    return ItemRescope(
        roadmap=item.roadmap,
        item=item,
        item_key=item.pk,
        title=item.title,
        team_name=item.owning_team.name if item.owning_team else "",
        reason_code=row["reason"],
        note=row.get("note", ""),
        old_start_on=item.start_on,
        old_end_on=old_end_on,
        new_start_on=item.start_on,
        new_end_on=new_end_on,
        rescoped_at=past.moment(row["quarter"], 0.6),
        portfolio_keys=sorted(portfolios - {None}),
    )


def _later_end(item: RoadmapItem, row: Mapping[str, Any]) -> date | None:
    """Where a promise of the past was moved to; of the running quarter where the item ends."""
    return item.end_on + _LATE if item.end_on and row["quarter"] < 0 else item.end_on


def _gate(row: Mapping[str, Any], roadmap: Roadmap, initiatives: Mapping[str, Initiative], today: date) -> Milestone:
    due_on = monday_of_week(today, row["week"]) + _FRIDAY
    initiative = initiatives[row["initiative"]]
    return Milestone(roadmap=roadmap, title=row["title"], kind=row["kind"], due_on=due_on, initiative=initiative)


def _stages(row: Mapping[str, Any], initiative: Initiative, today: date) -> Iterable[HistoryRow]:
    """What was logged of it before there was a ledger: when its PRD was complete, and the stages it entered."""
    team = initiative.owning_team.name if initiative.owning_team else ""
    for step in ("prd", "validated", "beta", "ga"):
        if step in row:
            is_prd = step == "prd"
            at = datetime.combine(monday_of_week(today, row[step]), time(10), UTC)
            yield HistoryRow(
                external_id=initiative.key,
                field=HistoryField.PRD if is_prd else HistoryField.STAGE,
                changed_at=at,
                old_value="" if is_prd else _BEFORE[step],
                new_value=PRD_COMPLETE if is_prd else step,
                title=initiative.title,
                team_name=team,
                initiative=initiative.pk,
            )


def _weeks_of(row: Mapping[str, Any], past: Past) -> tuple[date, date]:
    """First and last day of a promise, inside its quarter."""
    quarter = past.quarters[row["quarter"]]
    first, last = (quarter.first_day + timedelta(weeks=week - 1) for week in row["weeks"])
    return first, min(last + _FRIDAY, quarter.last_day)


def _status(start_on: date, on: date) -> str:
    return ItemStatus.IN_PROGRESS if start_on <= on else ItemStatus.PLANNED


def _progress(start_on: date, end_on: date, on: date) -> Decimal:
    """How much of the time is over, in tenths."""
    days = (end_on - start_on).days + 1
    over = min(max((on - start_on).days, 0), days)
    return Decimal(over * 10 // days) / 10
