"""Slippage: how far plans moved since a baseline, for which teams and why."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, OuterRef, Q, Subquery

from roadmap.models import Baseline, BaselineItem, ItemRescope, Roadmap, RoadmapItem
from tenancy.actor import Actor

NO_TEAM = "No team"
NO_REASON = "No reason given"


@dataclass(frozen=True, slots=True)
class SlippedItem:
    """An item whose end moved since its roadmap's baseline; `slip_days` are positive for later."""

    key: UUID
    title: str
    roadmap: str
    team: str
    planned_on: date
    now_on: date
    is_committed: bool
    reason: str

    @property
    def slip_days(self) -> int:
        return (self.now_on - self.planned_on).days


@dataclass(frozen=True, slots=True)
class SlipGroup:
    """Items of one team, or of one reason, that end later than planned."""

    label: str
    items: int
    days: int
    worst: int


@dataclass(frozen=True, slots=True)
class Slippage:
    """What ends later than planned, and what does not; `compared` are the items both the baseline and the plan have."""

    slipped: Sequence[SlippedItem]
    earlier: int
    compared: int
    gone: int
    baselines: int
    by_team: Sequence[SlipGroup]
    by_reason: Sequence[SlipGroup]

    @property
    def days(self) -> int:
        """Calendar days of all slipped items together."""
        return sum(each.slip_days for each in self.slipped)

    @property
    def share(self) -> float | None:
        """Slipped items over compared ones; None without any."""
        return len(self.slipped) / self.compared if self.compared else None


def slippage(actor: Actor, *, since: datetime, roadmap: Roadmap | None = None) -> Slippage:
    """Ends of today against those of each roadmap's baseline at `since`; four queries.

    The baseline is the last one taken until then, else the first one after it. Items without an end on either side are
    not compared. The reason is the one given last since the baseline for moving the promise.
    """
    baselines = _baselines_at(since, roadmap, actor)
    kept = (
        BaselineItem.objects.permitted(actor)
        .filter(baseline__in=baselines, end_on__isnull=False)
        .values_list("item_key", "end_on", "baseline_id")
    )
    planned = {key: (end_on, baselines[baseline]) for key, end_on, baseline in kept}
    live = RoadmapItem.objects.permitted(actor).filter(pk__in=planned).select_related("roadmap").with_team_name()
    found = list(live)
    items = _compared(found, planned, _reasons(planned, actor))
    slipped = sorted((each for each in items if each.slip_days > 0), key=lambda each: (-each.slip_days, each.title))
    return Slippage(
        slipped=slipped,
        earlier=sum(each.slip_days < 0 for each in items),
        compared=len(items),
        gone=len(planned) - len(found),
        baselines=len(baselines),
        by_team=_groups((each.team, each.slip_days) for each in slipped),
        by_reason=_groups((each.reason, each.slip_days) for each in slipped),
    )


def _compared(
    live: Iterable[RoadmapItem], planned: Mapping[UUID, tuple[date, datetime]], reasons: Mapping[UUID, str]
) -> list[SlippedItem]:
    """Every item that still has an end, with the one it had."""
    return [
        SlippedItem(
            key=row.pk,
            title=row.title,
            roadmap=row.roadmap.name,
            team=row.team_name or NO_TEAM,
            planned_on=planned[row.pk][0],
            now_on=row.end_on,
            is_committed=row.is_committed,
            reason=reasons.get(row.pk, NO_REASON),
        )
        for row in live
        if row.end_on is not None
    ]


def _baselines_at(since: datetime, roadmap: Roadmap | None, actor: Actor) -> dict[UUID, datetime]:
    """The moment of the one baseline of each roadmap that stands for `since`."""
    same = Baseline.objects.filter(roadmap=OuterRef("roadmap"))
    before = same.filter(taken_at__lte=since).order_by("-taken_at", "-id").values("pk")[:1]
    after = same.filter(taken_at__gt=since).order_by("taken_at", "id").values("pk")[:1]
    rows = Baseline.objects.permitted(actor).annotate(last=Subquery(before), following=Subquery(after))
    if roadmap is not None:
        rows = rows.filter(roadmap=roadmap)
    rows = rows.filter(Q(pk=F("last")) | Q(last=None, pk=F("following")))
    return dict(rows.values_list("pk", "taken_at"))


def _reasons(planned: dict[UUID, tuple[date, datetime]], actor: Actor) -> dict[UUID, str]:
    rows = ItemRescope.objects.permitted(actor).filter(item_key__in=planned).order_by("rescoped_at", "id")
    return {
        row.item_key: row.get_reason_code_display()
        for row in rows.only("item_key", "rescoped_at", "reason_code")
        if row.rescoped_at >= planned[row.item_key][1]
    }


def _groups(rows: Iterable[tuple[str, int]]) -> list[SlipGroup]:
    found: dict[str, list[int]] = defaultdict(list)
    for label, days in rows:
        found[label].append(days)
    groups = [SlipGroup(label, len(days), sum(days), max(days)) for label, days in found.items()]
    return sorted(groups, key=lambda group: (-group.days, group.label))
